"""Trips from the route files of SUMO: vType, route, vehicle, trip, flow.

Defaults of vehicle classes are those of SUMO 1.28 (sumo.dlr.de/docs, "Vehicle Type Parameter Defaults").
Times count from the beginning of the file, in seconds or as [[D:]HH:]MM:SS.
"""

import gzip
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, cast
from xml.sax import ContentHandler, SAXParseException, make_parser
from xml.sax.xmlreader import AttributesImpl

import numpy as np

from detectors.datatypes.detections import VehicleClass
from twin.randomness import Seed
from twin.traffic.drivers import Dynamics
from twin.traffic.trips import Trip, TripError

CAR = VehicleClass.CAR
Defaults = tuple[VehicleClass, tuple[float, float, float], Dynamics, float]
# class, length, width and height in m, how it drives (IDM), deviation of the speed factor
DEFAULTS: dict[str, Defaults] = {
    "passenger": (CAR, (5.0, 1.8, 1.5), Dynamics(2.6, 4.5, 1.0, 2.5, 1.0, 55.6), 0.1),
    "motorcycle": (VehicleClass.MOTORCYCLE, (2.2, 0.9, 1.5), Dynamics(6.0, 10.0, 1.0, 2.5, 1.0, 55.6), 0.1),
    "moped": (VehicleClass.MOTORCYCLE, (2.1, 0.8, 1.7), Dynamics(1.1, 7.0, 1.0, 2.5, 1.0, 12.5), 0.1),
    "bus": (VehicleClass.BUS, (12.0, 2.5, 3.4), Dynamics(1.2, 4.0, 1.0, 2.5, 1.0, 23.6), 0.0),
    "truck": (VehicleClass.TRUCK, (7.1, 2.4, 2.4), Dynamics(1.3, 4.0, 1.0, 2.5, 1.0, 36.1), 0.05),
    "trailer": (VehicleClass.TRUCK, (16.5, 2.55, 4.0), Dynamics(1.1, 4.0, 1.0, 2.5, 1.0, 36.1), 0.05),
    "delivery": (CAR, (6.5, 2.16, 2.86), Dynamics(2.6, 4.5, 1.0, 2.5, 1.0, 55.6), 0.05),
}
AS_PASSENGER = ("", "private", "taxi", "emergency", "hov", "evehicle", "custom1", "custom2")
LATEST_S = 1e8  # three years: more is a slip
MOST_DEPARTURES = 1_000_000  # of one flow
SPREAD = (0.2, 2.0)  # SUMO cuts a drawn speed factor off there


@dataclass(frozen=True, slots=True)
class _Type:
    kind: VehicleClass
    size_m: tuple[float, float, float]
    dynamics: Dynamics
    speed_dev: float


@dataclass(slots=True)
class _Flow:
    """A flow while it is read: its elements may still bring its route."""

    name: str
    attrs: dict[str, str]
    line: int
    roads: tuple[str, ...] = ()


def read_trips(path: Path, seed: Seed) -> tuple[Trip, ...]:
    """Return the trips of a route file (may be packed with gzip) in its order.

    Raises TripError in one line: the file, the line, the element, what was expected.
    """
    reader = _Reader(path, seed)
    parser = make_parser()  # noqa: S317 - expat bounds entities, external ones are not read
    parser.setContentHandler(reader)
    try:
        with _opened(path) as file:
            parser.parse(file)
    except SAXParseException as error:
        msg = f"{path}: line {error.getLineNumber()}: expected a whole XML file, got {error.getMessage()}"
        raise TripError(msg) from None
    except (OSError, EOFError) as error:
        msg = f"{path}: expected a readable route file, got: {error}"
        raise TripError(msg) from None
    if not reader.trips:
        msg = f"{path}: expected vehicles, trips or flows, got none; give a route file of SUMO"
        raise TripError(msg)
    return tuple(reader.trips)


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast("IO[bytes]", gzip.open(path, "rb")) if packed else path.open("rb")


@dataclass
class _Reader(ContentHandler):
    """Takes elements as they come: what an element refers to must stand before it, as SUMO asks."""

    path: Path
    seed: Seed
    trips: list[Trip] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._types: dict[str, _Type] = {"DEFAULT_VEHTYPE": _type_of("passenger")}
        self._routes: dict[str, tuple[str, ...]] = {}
        self._open: _Flow | None = None
        self._line = 0
        self._begun = False
        self._line_of: dict[str, int] = {}

    def setDocumentLocator(self, locator: object) -> None:  # noqa: N802 - the name of SAX
        self._locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the name of SAX
        self._line = self._locator.getLineNumber()  # type: ignore[attr-defined]
        given = dict(attrs.items())
        if not self._begun and name not in ("routes", "additional"):
            raise self._fault(given, name, "expected <routes>; give a route file of SUMO")
        self._begun = True
        if name == "vType":
            self._types[self._text(name, given, "id")] = self._vtype(given)
        elif name == "route":
            self._route(given)
        elif name in ("vehicle", "trip", "flow"):
            self._open = _Flow(self._text(name, given, "id"), given, self._line)
        elif name in ("stop", "rerouter", "vTypeDistribution", "routeDistribution", "person", "container"):
            raise self._fault(given, name, "not read; expected vType, route, vehicle, trip or flow")

    def endElement(self, name: str) -> None:  # noqa: N802 - the name of SAX
        if name in ("vehicle", "trip", "flow") and self._open is not None:
            for trip in self._departures(name, self._open):
                if trip.name in self._line_of:
                    what = (
                        f"expected an id of its own, '{trip.name}' is that of line {self._line_of[trip.name]}"
                    )
                    raise self._fault(self._open.attrs, name, what)
                self._line_of[trip.name] = self._open.line
                self.trips.append(trip)
            self._open = None

    def _fault(self, attrs: dict[str, str], element: str, what: str) -> TripError:
        line = self._open.line if self._open else self._line
        return TripError(f"{self.path}: line {line}: <{element} id='{attrs.get('id', '')}'>: {what}")

    def _text(self, element: str, attrs: dict[str, str], name: str) -> str:
        if not attrs.get(name):
            raise self._fault(attrs, element, f"expected the attribute '{name}'")
        return attrs[name]

    def _number(
        self,
        element: str,
        attrs: dict[str, str],
        name: str,
        default: float,
        least: float = 0.0,
        most: float = LATEST_S,
    ) -> float:
        """Return a number of an element from `least` to `most`, both allowed."""
        said = attrs.get(name)
        if said is None:
            return default
        value = _seconds(said)
        if not least <= value <= most:
            bounds = f"of at least {least:g} and at most {most:g}"
            raise self._fault(attrs, element, f"{name} '{said}': expected a number {bounds}")
        return value

    def _vtype(self, attrs: dict[str, str]) -> _Type:
        vclass = attrs.get("vClass", "")
        if vclass not in DEFAULTS and vclass not in AS_PASSENGER:
            known = ", ".join(DEFAULTS)
            raise self._fault(attrs, "vType", f"vClass '{vclass}' is not read; known: {known}")
        base = _type_of(vclass)

        def number(name: str, default: float, least: float, most: float) -> float:
            return self._number("vType", attrs, name, default, least, most)

        factor, deviation = self._speed_factor(attrs, base)
        length_m, width_m, height_m = base.size_m
        drives = base.dynamics
        return _Type(
            base.kind,
            (
                number("length", length_m, 0.5, 100),
                number("width", width_m, 0.3, 10),
                number("height", height_m, 0.3, 10),
            ),
            Dynamics(
                number("accel", drives.acceleration_mps2, 0.1, 50),
                number("decel", drives.braking_mps2, 0.1, 50),
                number("tau", drives.headway_s, 0.1, 60),
                number("minGap", drives.jam_gap_m, 0.0, 100),
                factor,
                number("maxSpeed", drives.top_mps, 0.1, 150),
            ),
            deviation,
        )

    def _speed_factor(self, attrs: dict[str, str], base: _Type) -> tuple[float, float]:
        """Return mean and deviation: a number, or norm(mean, dev), normc(mean, dev, least, most)."""
        said = attrs.get("speedFactor", "1").strip()
        deviation = self._number("vType", attrs, "speedDev", base.speed_dev)
        if said.startswith("norm") and said.endswith(")"):
            parts = said.partition("(")[2].rstrip(")").split(",")
            mean, deviation = (_seconds(part.strip()) for part in parts[:2])
        else:
            mean = _seconds(said)
        if not (math.isfinite(mean) and math.isfinite(deviation)) or not 0.05 <= mean <= 5:
            raise self._fault(attrs, "vType", f"speedFactor '{said}': expected a number from 0.05 to 5")
        return mean, deviation

    def _route(self, attrs: dict[str, str]) -> None:
        roads = tuple(map(sys.intern, self._text("route", attrs, "edges").split()))  # many ways, few roads
        if self._open is not None:
            self._open.roads = roads
        else:
            self._routes[self._text("route", attrs, "id")] = roads

    def _departures(self, element: str, flow: _Flow) -> Iterator[Trip]:
        attrs = flow.attrs
        named = attrs.get("type", "DEFAULT_VEHTYPE")
        if named not in self._types:
            raise self._fault(attrs, element, f"type '{named}' is not defined before it")
        roads, whole = self._roads(element, flow)
        for number, depart_s in enumerate(self._times(element, attrs)):
            name = f"{flow.name}.{number}" if element == "flow" else flow.name
            trip = self._trip(name, depart_s, roads, self._types[named], whole=whole)
            yield replace(trip, line=flow.line)

    def _trip(self, name: str, depart_s: float, roads: tuple[str, ...], of: _Type, *, whole: bool) -> Trip:
        drives = of.dynamics
        if of.speed_dev > 0:
            draw = self.seed.generator("speed factor", len(self.trips), name)
            eager = float(np.clip(drives.speed_factor + of.speed_dev * draw.standard_normal(), *SPREAD))
            drives = replace(drives, speed_factor=eager)
        return Trip(name, depart_s, roads, of.kind, of.size_m, drives, whole=whole)

    def _roads(self, element: str, flow: _Flow) -> tuple[tuple[str, ...], bool]:
        """Return the roads of a trip, and whether they are all of them."""
        attrs = flow.attrs
        if flow.roads:
            return flow.roads, True
        if "route" in attrs:
            if attrs["route"] not in self._routes:
                raise self._fault(attrs, element, f"route '{attrs['route']}' is not defined before it")
            return self._routes[attrs["route"]], True
        return (self._text(element, attrs, "from"), self._text(element, attrs, "to")), False

    def _times(self, element: str, attrs: dict[str, str]) -> list[float]:
        if element != "flow":
            self._text(element, attrs, "depart")
            return [self._number(element, attrs, "depart", 0.0)]
        times_s = self._of_flow(element, attrs)
        count = next(times_s)
        if not 0 <= count <= MOST_DEPARTURES:
            what = f"expected at most {MOST_DEPARTURES} departures, got {count:.3g}; part the flow"
            raise self._fault(attrs, element, what)
        return list(times_s)

    def _of_flow(self, element: str, attrs: dict[str, str]) -> Iterator[float]:
        """Yield how many departures a flow has at most, then when they are."""
        begin_s = self._number(element, attrs, "begin", 0.0)
        end_s = self._number(element, attrs, "end", math.inf)
        span_s = end_s - begin_s
        if span_s < 0:
            raise self._fault(attrs, element, f"end {end_s:g} lies before begin {begin_s:g}")
        if "number" in attrs and math.isfinite(end_s):
            count = round(self._number(element, attrs, "number", 0.0))
            yield count
            yield from (begin_s + span_s * i / max(count, 1) for i in range(count))
            return
        per_hour = self._number(element, attrs, "vehsPerHour", 0.0)
        period_s = 3600.0 / per_hour if per_hour else self._number(element, attrs, "period", 0.0)
        if not math.isfinite(end_s) or ("probability" not in attrs and period_s <= 0):
            what = "expected an end, and vehsPerHour, period, probability or number above 0"
            raise self._fault(attrs, element, what)
        if period_s > 0:
            yield span_s / period_s
            yield from (begin_s + period_s * i for i in range(math.ceil(span_s / period_s)))
            return
        chance = self._number(element, attrs, "probability", 0.0, most=1.0)
        draw = self.seed.generator("flow", attrs["id"])
        yield span_s
        yield from (begin_s + s for s in range(math.ceil(span_s)) if draw.random() < chance)


def _type_of(vclass: str) -> _Type:
    return _Type(*DEFAULTS["passenger" if vclass in AS_PASSENGER else vclass])


def _seconds(said: str) -> float:
    """Return the seconds of a number or of [[D:]HH:]MM:SS, NaN where it is neither."""
    parts = said.split(":")
    try:
        values = [float(part) for part in parts]
    except ValueError:
        return math.nan
    weights = (1.0, 60.0, 3600.0, 86400.0)
    return (
        math.nan
        if len(values) > len(weights)
        else sum(value * weight for value, weight in zip(reversed(values), weights, strict=False))
    )
