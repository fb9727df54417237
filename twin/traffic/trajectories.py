"""Anybody's trajectories as the traffic of the twin: they are shown, not simulated.

Floating car data as SUMO writes them (XML, may be packed), or a CSV with the columns id, time, x, y and
maybe heading (degrees anticlockwise from east), speed (m/s), class and z. Times in s, places in metres of
the frame of the network; SUMO's place is that of the front bumper, that of a CSV the middle.
"""

import csv
import gzip
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast
from xml.sax import ContentHandler, SAXParseException, make_parser
from xml.sax.xmlreader import AttributesImpl

import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.detections import VehicleClass

FASTEST_MPS = 70.0  # more between two sights is a jump
KINDS = {
    VehicleClass.MOTORCYCLE: ("motorcycle", "mc", "moped", "scooter", "motor", "two_wheeler", "bike"),
    VehicleClass.BUS: ("bus", "coach", "angkot_besar"),
    VehicleClass.TRUCK: ("truck", "trailer", "lorry", "hgv", "heavy"),
}
NEEDED = ("id", "time", "x", "y")


class TrajectoryError(ValueError):
    """A file of trajectories cannot be used; the message says what and where."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One vehicle: times (N,) s ascending, places (N, 3) m, headings (N,) rad unwrapped, speeds (N,) m/s.

    `edges` (N,) are the edges that it is on, by the file, "" where that is not said; `at_front` says
    that places are those of its front.
    """

    name: str
    kind: VehicleClass
    time_s: NDArray[np.float64]
    place_m: NDArray[np.float64]
    heading_rad: NDArray[np.float64]
    speed_mps: NDArray[np.float64]
    edges: tuple[str, ...]
    at_front: bool


@dataclass(slots=True)
class _Sights:
    """What is read of one vehicle, sight by sight."""

    kind: VehicleClass
    rows: list[tuple[float, float, float, float, float, float]] = field(default_factory=list)
    edges: list[str] = field(default_factory=list)


def lasting_s(tracks: tuple[Track, ...]) -> float:
    """Return the time from the first sight of any to the last, s."""
    first_s, last_s = min(t.time_s[0] for t in tracks), max(t.time_s[-1] for t in tracks)
    return float(last_s - first_s)


def kind_of(said: str) -> VehicleClass:
    """Return the class that a type is called after; a car where the name tells nothing."""
    words = said.lower().replace("@", "_").replace("-", "_").split("_")
    for kind, names in KINDS.items():
        if said.lower() in names or any(word in names for word in words):
            return kind
    return VehicleClass.CAR


def read_trajectories(path: Path) -> tuple[Track, ...]:
    """Return the tracks of a file in the order of their first sights.

    Raises TrajectoryError in one line: the file, the place in it, what was expected.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with cast("IO[bytes]", gzip.open(path, "rb") if packed else path.open("rb")) as file:
            xml = file.read(200).lstrip().startswith(b"<")
            file.seek(0)
            sights = _read_xml(path, file) if xml else _read_csv(path, file)
    except (OSError, EOFError) as error:
        msg = f"{path}: expected a readable file of trajectories, got: {error}"
        raise TrajectoryError(msg) from None
    if not sights:
        msg = f"{path}: expected vehicles, got none"
        raise TrajectoryError(msg)
    return tuple(_track(path, name, found, at_front=xml) for name, found in sights.items())


def _track(path: Path, name: str, found: _Sights, *, at_front: bool) -> Track:
    table = np.array(found.rows)
    time_s, place_m = table[:, 0], table[:, 1:4]
    passed_s = np.diff(time_s)
    if (passed_s <= 0).any():
        at_s = time_s[1:][passed_s <= 0][0]
        msg = f"{path}: vehicle '{name}' at {at_s:g} s: expected times that rise"
        raise TrajectoryError(msg)
    moved_m = np.hypot(*np.diff(place_m[:, :2], axis=0).T)
    jumps = moved_m > FASTEST_MPS * passed_s + 1.0
    if jumps.any():
        row = int(np.flatnonzero(jumps)[0])
        msg = (
            f"{path}: vehicle '{name}' jumps {moved_m[row]:.0f} m between {time_s[row]:g} and "
            f"{time_s[row + 1]:g} s; expected at most {FASTEST_MPS:g} m/s"
        )
        raise TrajectoryError(msg)
    heading = _headings(table[:, 4], place_m)
    speed = table[:, 5]
    if np.isnan(speed).any():
        along = np.gradient(place_m[:, :2], time_s, axis=0) if len(time_s) > 1 else np.zeros((1, 2))
        speed = np.where(np.isnan(speed), np.hypot(*along.T), speed)
    return Track(name, found.kind, time_s, place_m, heading, speed, tuple(found.edges), at_front)


def _headings(said: NDArray[np.float64], place_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return headings without leaps of a turn; where none is said, that of the way, kept while it stands."""
    heading = said.copy()
    last = 0.0
    steps = np.diff(place_m[:, :2], axis=0, append=place_m[-1:, :2])
    for row in np.flatnonzero(np.isnan(heading)).tolist():
        dx, dy = steps[row].tolist()
        last = math.atan2(dy, dx) if math.hypot(dx, dy) > 0.2 else last
        heading[row] = last
    return np.asarray(np.unwrap(heading))


def _number(path: Path, place: str, name: str, said: str | None, *, may_lack: bool = False) -> float:
    if may_lack and not said:
        return math.nan
    try:
        value = float(said or "")
    except ValueError:
        value = math.inf
    if not math.isfinite(value):
        msg = f"{path}: {place}: {name} '{said or ''}': expected a number"
        raise TrajectoryError(msg)
    return value


class _Fcd(ContentHandler):
    """Reads <timestep time> with <vehicle id x y angle speed type lane z>."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._time_s = 0.0
        self.sights: dict[str, _Sights] = {}

    def setDocumentLocator(self, locator: object) -> None:  # noqa: N802 - the name of SAX
        self._locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the name of SAX
        if name not in ("timestep", "vehicle"):
            return
        place = f"line {self._locator.getLineNumber()}: <{name}>"  # type: ignore[attr-defined]

        def number(what: str, *, may_lack: bool = False) -> float:
            return _number(self._path, place, what, attrs.get(what), may_lack=may_lack)

        if name == "timestep":
            self._time_s = number("time")
            return
        z, speed = number("z", may_lack=True), number("speed", may_lack=True)
        heading = math.radians(90.0 - number("angle")) if attrs.get("angle") else math.nan
        found = self.sights.setdefault(attrs.get("id", ""), _Sights(kind_of(attrs.get("type", ""))))
        found.rows.append(
            (self._time_s, number("x"), number("y"), 0.0 if math.isnan(z) else z, heading, speed)
        )
        found.edges.append(attrs.get("lane", "").rpartition("_")[0])


def _read_xml(path: Path, file: IO[bytes]) -> dict[str, _Sights]:
    reader = _Fcd(path)
    parser = make_parser()  # noqa: S317 - expat bounds entities, external ones are not read
    parser.setContentHandler(reader)
    try:
        parser.parse(file)
    except SAXParseException as error:
        msg = f"{path}: line {error.getLineNumber()}: expected a whole XML file, got {error.getMessage()}"
        raise TrajectoryError(msg) from None
    return reader.sights


def _read_csv(path: Path, file: IO[bytes]) -> dict[str, _Sights]:
    found: dict[str, _Sights] = {}
    try:
        rows = list(_rows(file))
    except (UnicodeDecodeError, csv.Error) as error:
        msg = f"{path}: expected floating car data as XML, or a CSV, got: {error}"
        raise TrajectoryError(msg) from None
    for line, row in rows:
        lacking = [name for name in NEEDED if not row.get(name)]
        if lacking:
            msg = f"{path}: line {line}: expected the columns {', '.join(NEEDED)}, got no {lacking[0]}"
            raise TrajectoryError(msg)

        def number(
            name: str, *, may_lack: bool = False, row: dict[str, str] = row, line: int = line
        ) -> float:
            return _number(path, f"line {line}", name, row.get(name), may_lack=may_lack)

        z, heading = number("z", may_lack=True), number("heading", may_lack=True)
        sights = found.setdefault(row["id"], _Sights(kind_of(row.get("class") or row.get("type") or "")))
        sights.rows.append(
            (
                number("time"),
                number("x"),
                number("y"),
                0.0 if math.isnan(z) else z,
                math.radians(heading),
                number("speed", may_lack=True),
            )
        )
        sights.edges.append("")
    return found


def _rows(file: IO[bytes]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line numbers and rows of a CSV, separated by commas or semicolons."""
    text = [line.decode("utf-8-sig") for line in file]
    separator = ";" if text and text[0].count(";") > text[0].count(",") else ","
    for number, row in enumerate(csv.DictReader(text, delimiter=separator), start=2):
        yield number, {str(key).strip().lower(): (value or "").strip() for key, value in row.items() if key}
