"""Gate G0: whether the geometry of each view carries the evidence it is there for (DOMAIN 6)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import degrees, radians

import numpy as np

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.camera import PinholeCamera
from scenarios.planning.evenings import approaches
from scenarios.planning.gates import GateRow, Verdict
from scenarios.planning.weights import KERB_STEP_M, kerb_roads
from twin.cameras.optics import density_px_per_m, in_view
from twin.cameras.plans import CameraPlan, ViewSpec
from twin.cameras.sensing import approach_m
from twin.cameras.survey import mount
from twin.network.model import Road, RoadNetwork
from twin.network.roadside import section
from twin.placement.candidates import reached
from twin.rendering.source import SNAPSHOT_PX
from twin.traffic.stops import usable_m

PLATE_M = 0.55  # height of a plate (DOMAIN 2)
HEAD_M = 5.0  # height of a signal head over the kerb beside the stop line


@dataclass(frozen=True, slots=True)
class GeometryLimits:
    """The thresholds of G0 with the defaults of DOMAIN 6.

    `share` of the places that a view covers must keep each of them; plates are read in its
    snapshots, at its largest zoom. The letters are those of a motorcycle's plate, the smaller ones [?].
    """

    plate_px_per_m: float = 330.0  # Milestone, Axxon, ABUS
    detect_px_per_m: float = 25.0  # IEC 62676-4:2014
    vertical_rad: float = radians(30)
    horizontal_rad: float = radians(20)
    roll_rad: float = radians(10)
    share: float = 0.9
    watch_px_per_m: float = 20.0  # IEC 62676-4:2024, overview
    character_px: float = 15.0
    stroke_px: float = 2.0
    character_m: float = 0.05
    stroke_m: float = 0.007
    occluded: float = 0.1  # share of lane time that fixed objects may hide


LIMITS = GeometryLimits()


@dataclass(frozen=True, slots=True, eq=False)
class Kerb:
    """The kerb places of one view: pixel density there, and the angles of sight onto a plate."""

    density: Float64Array
    vertical_rad: Float64Array
    horizontal_rad: Float64Array


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What one view is there for: its kerb places, and the approaches whose stop line it judges.

    `gain` is how much denser a snapshot is than its picture.
    """

    name: str
    camera: PinholeCamera
    gain: float
    kerb: Kerb
    lines: tuple[Road, ...]


def geometry_gate(
    plan: CameraPlan, network: RoadNetwork, zone: str, limits: GeometryLimits = LIMITS
) -> tuple[GateRow, ...]:
    """Return the rows of G0 for the views of a plan in a zone, as if each were looked at."""
    sights = [_sight(plan, network, zone, number) for number in range(len(plan.views))]
    useful = [sight for sight in sights if len(sight.kerb.density) or sight.lines]
    kerbs = [sight for sight in useful if len(sight.kerb.density)]
    idle = [sight.name for sight in sights if sight not in useful]
    return (
        _served(sights, idle),
        _kerb_row(
            "plate zone",
            kerbs,
            limits,
            lambda s: _at_least(s.kerb.density * s.gain, limits.plate_px_per_m),
        ),
        _kerb_row("density", kerbs, limits, lambda s: _at_least(s.kerb.density, limits.detect_px_per_m)),
        _kerb_row(
            "vertical angle",
            kerbs,
            limits,
            lambda s: _at_most(s.kerb.vertical_rad, limits.vertical_rad),
        ),
        _kerb_row(
            "horizontal angle",
            kerbs,
            limits,
            lambda s: _at_most(s.kerb.horizontal_rad, limits.horizontal_rad),
        ),
        _views_row(
            "roll",
            f"<= {degrees(limits.roll_rad):g} deg",
            useful,
            lambda s: abs(s.camera.roll_rad) <= limits.roll_rad,
        ),
        _lines_row(network, [sight for sight in useful if sight.lines]),
        GateRow("shutter", "<= 1 / (11 v) s", "-", Verdict.NOT_PROVED, "no plan states a shutter time"),
        GateRow("occlusion", "<= 10 %", "-", Verdict.NOT_PROVED, "no obstacles were surveyed"),
    )


def snapshot_gain(view: ViewSpec) -> float:
    """Return how much denser a snapshot is than the picture of its view: by zoom, and by its size."""
    return view.max_zoom * SNAPSHOT_PX[0] / view.size_px[0]


def _sight(plan: CameraPlan, network: RoadNetwork, zone: str, number: int) -> Sight:
    view = plan.views[number]
    camera = mount(network, view)
    lines = tuple(road for road in approaches(network, zone) if _judges(camera, approach_m(network, road)))
    return Sight(view.name, camera, snapshot_gain(view), _kerb(camera, network, zone), lines)


def _judges(camera: PinholeCamera, points_m: Float64Array) -> bool:
    return bool(reached(camera, points_m).all())


def _kerb(camera: PinholeCamera, network: RoadNetwork, zone: str) -> Kerb:
    parts = [_kerb_of(camera, network, road) for road in kerb_roads(network, zone)]
    columns = [np.concatenate([part[row] for part in parts] or [np.zeros(0)]) for row in range(3)]
    return Kerb(columns[0], columns[1], columns[2])


def _kerb_of(
    camera: PinholeCamera, network: RoadNetwork, road: Road
) -> tuple[Float64Array, Float64Array, Float64Array]:
    first_m, last_m = usable_m(road)
    cut = section(network, road)
    along = np.arange(first_m, max(first_m, last_m), KERB_STEP_M)
    plates = cut.points_m(along, (cut.lane_edge_m + cut.kerb_edge_m) / 2) + np.array([0.0, 0.0, PLATE_M])
    seen = reached(camera, plates)
    ray = plates[seen] - camera.position_m
    flat_m = np.hypot(ray[:, 0], ray[:, 1])
    off = np.arctan2(ray[:, 1], ray[:, 0]) - cut.headings_rad(along)[seen]
    # a plate is at both ends of a vehicle: what counts is the angle to its axis, whichever way
    aside = np.abs(np.arcsin(np.clip(np.sin(off), -1.0, 1.0)))
    return density_px_per_m(camera, plates[seen]), np.arctan2(-ray[:, 2], flat_m), np.asarray(aside)


def _at_least(values: Float64Array, limit: float) -> float:
    return float((values >= limit).mean())


def _at_most(values: Float64Array, limit: float) -> float:
    return float((values <= limit).mean())


def _served(sights: Sequence[Sight], idle: list[str]) -> GateRow:
    found = f"{len(sights) - len(idle)}/{len(sights)}"
    verdict = Verdict.PASS if sights and not idle else Verdict.FAIL
    return GateRow("places of the zone in view", "every view", found, verdict, _listed(idle))


def _kerb_row(
    criterion: str, sights: Sequence[Sight], limits: GeometryLimits, share: Callable[[Sight], float]
) -> GateRow:
    """Return the row of a figure that so large a share of each view's kerb places must keep."""
    said = {
        "plate zone": f">= {limits.plate_px_per_m:g} px/m zoomed",
        "density": f">= {limits.detect_px_per_m:g} px/m",
        "vertical angle": f"<= {degrees(limits.vertical_rad):.0f} deg",
        "horizontal angle": f"<= {degrees(limits.horizontal_rad):.0f} deg",
    }[criterion]
    limit = f"{said}, {100 * limits.share:.0f} %"
    row = _views_row(criterion, limit, sights, lambda sight: share(sight) >= limits.share)
    worst = min((share(sight) for sight in sights), default=0.0)
    return replace(row, found=f"{row.found}, worst {100 * worst:.0f} %")


def _views_row(
    criterion: str, limit: str, sights: Sequence[Sight], keeps: Callable[[Sight], bool]
) -> GateRow:
    failing = [sight.name for sight in sights if not keeps(sight)]
    found = f"{len(sights) - len(failing)}/{len(sights)}"
    if not sights:
        return GateRow(criterion, limit, found, Verdict.NOT_PROVED, "no view is there for it")
    return GateRow(criterion, limit, found, Verdict.FAIL if failing else Verdict.PASS, _listed(failing))


def _lines_row(network: RoadNetwork, sights: Sequence[Sight]) -> GateRow:
    """Return whether each view that judges a stop line shows its signal head and the junction with it."""

    def keeps(sight: Sight) -> bool:
        return all(shows_evidence(network, sight.camera, road) for road in sight.lines)

    return _views_row("line, head and junction", "one view", sights, keeps)


def shows_evidence(network: RoadNetwork, camera: PinholeCamera, road: Road) -> bool:
    """Return whether a camera has the signal head and the junction of an approach in its picture."""
    middle_m = np.array(network.junction_of[road.end].position_m)
    return bool(in_view(camera, np.array([head_m(network, road), middle_m])).all())


def head_m(network: RoadNetwork, road: Road) -> Float64Array:
    """Return where the signal head (3,) of an approach hangs."""
    cut = section(network, road)
    foot_m = cut.points_m(road.length_m, cut.kerb_edge_m)[0]
    return np.asarray(foot_m + np.array([0.0, 0.0, HEAD_M]), dtype=np.float64)


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:4])
    return f"{shown}, +{len(names) - 4}" if len(names) > 4 else shown
