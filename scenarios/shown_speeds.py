"""How fast vehicles truly are where a view can measure them: for the score, never for the engine."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from detectors.datatypes.arrays import Float64Array, Int64Array
from detectors.datatypes.geometry import Areas
from detectors.datatypes.measures import KMH_PER_MPS
from detectors.datatypes.site import SitePlan
from detectors.violations.racing import DEFAULT_RACING
from detectors.violations.speedometer import Speedometer
from detectors.violations.stretches import DEFAULT_MEASURE, MeasureLimits
from twin.cameras.optics import in_view
from twin.clock import seconds
from twin.truth import Scene, VehicleStates

BESIDE_M = DEFAULT_RACING.close_m
OVER_MPS = 5.0 / 3.6  # what is let pass above a limit: nobody slower is to be accused
PASSED_NS = seconds(10.0)  # not shown for so long: who comes again passes anew


def measures_at(fps: float, limits: MeasureLimits = DEFAULT_MEASURE) -> bool:
    """Return whether a view with so many pictures a second can measure a speed at all."""
    often = fps * limits.gap_s >= 1.0
    return often and fps * limits.span_s + 1.0 >= limits.least_sights


@dataclass(frozen=True, slots=True)
class ShownSpeed:
    """One vehicle on its way through the stretch of a view on which speeds are measured.

    `over_kmh` is by how much it was above the limit where that was most, on the carriageway `place`;
    `from_ns`..`until_ns` when it was on the stretch. `beside` are those who were near him there, and by how
    much, at most, both of them were above it at once.
    """

    vehicle_id: int
    vehicle_class: int
    plate: str
    place: str
    position_m: tuple[float, float]
    over_kmh: float
    from_ns: int
    until_ns: int
    beside: Mapping[int, float] = field(default_factory=dict)


class SpeedsShown:
    """Notes who was too fast on the measured stretch of one view: in the picture, limit known, near enough.

    Near enough is where a pixel is short enough on the ground (`Speedometer.reach_m`). A view with too few
    pictures a second measures nothing, and so shows no speed.
    """

    def __init__(self, site: SitePlan, fps: float) -> None:
        self._site = site
        self._ways = [way for way in site.carriageways if way.speed_limit_mps is not None]
        if not measures_at(fps) or site.survey is None:
            self._ways = []
        self._limits_mps = np.array([way.speed_limit_mps for way in self._ways], dtype=np.float64)
        self._areas = Areas(tuple(way.area for way in self._ways))
        self._reach_m = Speedometer(site).reach_m()
        self._now: dict[int, ShownSpeed] = {}
        self._done: list[ShownSpeed] = []

    def note(self, scene: Scene) -> None:
        """Take what a scene shows; scenes come in order of time."""
        vehicles = scene.vehicles
        if not self._ways or not len(vehicles):
            return
        rows, ways = self._measured(vehicles)
        over_mps = vehicles.speed_mps[rows] - self._limits_mps[ways]
        for row, way, over in zip(rows.tolist(), ways.tolist(), over_mps.tolist(), strict=True):
            self._see(vehicles, row, self._ways[way].name, over * KMH_PER_MPS, scene.timestamp_ns)
        fast = over_mps > OVER_MPS
        self._note_beside(vehicles.select(rows[fast]), over_mps[fast] * KMH_PER_MPS)

    def _note_beside(self, fast: VehicleStates, over_kmh: Float64Array) -> None:
        apart = fast.position_m[:, None, :2] - fast.position_m[None, :, :2]
        near = np.hypot(apart[..., 0], apart[..., 1]) <= BESIDE_M
        np.fill_diagonal(near, val=False)
        both_kmh = np.minimum(over_kmh[:, None], over_kmh)
        for vehicle_id, row, both in zip(fast.vehicle_id.tolist(), near, both_kmh, strict=True):
            if row.any():
                others = dict(zip(fast.vehicle_id[row].tolist(), both[row].tolist(), strict=True))
                known = self._now[vehicle_id]
                self._now[vehicle_id] = replace(known, beside=_most(known.beside, others))

    def _measured(self, vehicles: VehicleStates) -> tuple[Int64Array, Int64Array]:
        """Return the rows (K,) of those on the measured stretch, and of each the first carriageway."""
        places_m = vehicles.position_m
        inside = self._areas.contain(places_m[:, 0], places_m[:, 1])
        camera = self._site.camera
        near = np.hypot(*(places_m[:, :2] - camera.position_m[:2]).T) <= self._reach_m
        rows = np.flatnonzero(inside.any(axis=0) & near & in_view(camera, places_m))
        return rows, np.asarray(inside[:, rows].argmax(axis=0))

    def _see(self, vehicles: VehicleStates, row: int, place: str, over_kmh: float, now_ns: int) -> None:
        vehicle_id = int(vehicles.vehicle_id[row])
        x_m, y_m = vehicles.position_m[row, :2].tolist()
        known = self._now.get(vehicle_id)
        if known is not None and now_ns - known.until_ns > PASSED_NS:
            self._done.append(known)
            known = None
        if known is not None and known.over_kmh >= over_kmh:
            self._now[vehicle_id] = replace(known, until_ns=now_ns)
            return
        from_ns = now_ns if known is None else known.from_ns
        beside: Mapping[int, float] = {} if known is None else known.beside
        who = vehicle_id, int(vehicles.vehicle_class[row]), vehicles.plates[row]
        self._now[vehicle_id] = ShownSpeed(*who, place, (x_m, y_m), over_kmh, from_ns, now_ns, beside)

    def told(self) -> tuple[ShownSpeed, ...]:
        """Return those who were above what is let pass, by when they came."""
        found = [*self._done, *self._now.values()]
        fast = [one for one in found if one.over_kmh > OVER_MPS * KMH_PER_MPS]
        return tuple(sorted(fast, key=lambda one: (one.from_ns, one.vehicle_id)))


def passages(shown: Iterable[ShownSpeed]) -> tuple[ShownSpeed, ...]:
    """Return what views showed, one passage before several of them as one with its highest speed."""
    found: list[ShownSpeed] = []
    for one in sorted(shown, key=lambda each: (each.vehicle_id, each.from_ns)):
        last = found[-1] if found else None
        if last is None or last.vehicle_id != one.vehicle_id or one.from_ns > last.until_ns + PASSED_NS:
            found.append(one)
            continue
        worst, until_ns = max(last, one, key=lambda each: each.over_kmh), max(last.until_ns, one.until_ns)
        beside = _most(last.beside, one.beside)
        found[-1] = replace(worst, from_ns=last.from_ns, until_ns=until_ns, beside=beside)
    return tuple(sorted(found, key=lambda each: (each.from_ns, each.vehicle_id)))


def _most(one: Mapping[int, float], other: Mapping[int, float]) -> dict[int, float]:
    """Return the greater of what two say of each."""
    return {**one, **{key: max(value, one.get(key, value)) for key, value in other.items()}}
