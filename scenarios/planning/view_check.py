"""Gate G0 view by view: what each view of a plan is there for, and whether its geometry carries it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import degrees

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array
from detectors.datatypes.camera import PinholeCamera
from scenarios.planning.gates import GateRow, Verdict, overall
from scenarios.planning.geometry_limits import LIMITS, GeometryLimits, shows_evidence, snapshot_gain
from scenarios.planning.places import Places, Street, joined, plates_at_aim, plates_at_line
from twin.cameras.acuity import PARKED_ROW, SCALE_2014, SCALE_2024, ParkedRow, class_of, shutter_bound_s
from twin.cameras.optics import density_px_per_m
from twin.cameras.passing import passing_share
from twin.cameras.plans import ETLE, Camera, CameraPlan, Purpose, ViewSpec
from twin.cameras.survey import mount
from twin.network.model import Road, RoadNetwork
from twin.placement.candidates import REACH, reached
from twin.randomness import Seed

KERB_M = 7.5  # of kerb to each side of its aim, three cars, is what a view is there for
LEAST_KERB = 2  # places of it: a view that shows less was not aimed at the kerb
MANY_PLACES = 40  # of lanes are enough to say how often traffic hides them
LINE_M = 20.0  # a view is there for the stop lines so near to its aim

STREET_SEED = Seed(1)  # of the assumed street furniture
FAST = (Purpose.RED_LIGHT, Purpose.PLATES)


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """What is looked at through one view: its true camera, what it is there for, and where that is."""

    view: ViewSpec
    camera: PinholeCamera
    purposes: tuple[Purpose, ...]
    kerb: Places
    plates: Places
    lines: tuple[Road, ...]
    lanes: Places


@dataclass(frozen=True, slots=True)
class ViewCheck:
    """The verdict on one view: a row a criterion, and the pixel density at its aim.

    `share` is how much of the time it is looked at, `gap_s` the longest time that it is not. `passing`
    is the share of the time for which usual traffic hides what it is there for, on average.
    """

    view: str
    camera: str
    purposes: tuple[Purpose, ...]
    density_px_per_m: float
    share: float
    gap_s: float
    passing: float
    rows: tuple[GateRow, ...]

    @property
    def verdict(self) -> Verdict:
        """What can be said of the view."""
        return overall(self.rows)

    @property
    def classes(self) -> tuple[str, str]:
        """The classes of IEC 62676-4, of 2014 and of 2024, that it reaches at its aim."""
        return class_of(self.density_px_per_m, SCALE_2014), class_of(self.density_px_per_m, SCALE_2024)

    def row(self, criterion: str) -> GateRow | None:
        """Return the row of a criterion, None where the view is not there for it."""
        return next((row for row in self.rows if row.criterion == criterion), None)


def check_views(
    plan: CameraPlan,
    network: RoadNetwork,
    limits: GeometryLimits = LIMITS,
    row: ParkedRow = PARKED_ROW,
    seed: Seed = STREET_SEED,
) -> tuple[ViewCheck, ...]:
    """Return the verdict on each view of a plan, all of which lies on `network`, as if looked at."""
    street = street_of(plan, network, seed)
    watched = watched_views(plan, street)
    return tuple(checked(one, plan.camera_of(one.view.name), street, limits, row) for one in watched)


def street_of(plan: CameraPlan, network: RoadNetwork, seed: Seed) -> Street:
    """Return the street that the views of a plan share."""
    return Street(network, [mount(network, view) for view in plan.views], seed)


def watched_views(plan: CameraPlan, street: Street) -> tuple[Watched, ...]:
    """Return each view of a plan with what it is there for."""
    return tuple(
        watched_view(view, mount(street.network, view), plan.camera_of(view.name), street)
        for view in plan.views
    )


def watched_view(view: ViewSpec, camera: PinholeCamera, owner: Camera, street: Street) -> Watched:
    """Return what a view is there for: as its plan says, else as what it shows says."""
    aim_m = aimed_at_m(view, street.network)
    shown = street.kerbs.select(reached(camera, street.kerbs.points_m))
    kerb = shown.select(near(shown.points_m, aim_m, KERB_M))
    judged = [one for one in street.lines if reached(camera, one[1]).all()]
    at_aim = [one for one in judged if one[0].id == view.aimed_road] or [
        one for one in judged if near(one[1], aim_m, LINE_M).any()
    ]
    purposes = view.purposes or _as_shown(owner, len(kerb), len(at_aim))
    lines = tuple(road for road, _ in at_aim or judged)
    plates = [kerb] if Purpose.KERB in purposes else []
    if Purpose.RED_LIGHT in purposes:
        plates += [plates_at_line(street.network, road) for road in lines]
    if Purpose.PLATES in purposes:
        plates.append(plates_at_aim(street.network, view))
    lanes = street.lanes(view)
    lanes = lanes.select(reached(camera, lanes.points_m))
    return Watched(view, camera, purposes, kerb, joined(plates), lines, lanes)


def aimed_at_m(view: ViewSpec, network: RoadNetwork) -> Float64Array:
    """Return the point (3,) on the ground that a view is aimed at."""
    return np.array(network.road_of[view.aimed_road].point_at(view.aim_along_m, view.aim_offset_m))


def near(points_m: Float64Array, aim_m: Float64Array, within_m: float) -> BoolArray:
    """Return (N,): which points (N, 3) are so near to an aim on the map."""
    return np.asarray(np.hypot(*(points_m[:, :2] - aim_m[:2]).T) <= within_m, dtype=np.bool_)


def _as_shown(owner: Camera, kerb_places: int, lines: int) -> tuple[Purpose, ...]:
    found = [Purpose.PLATES] if owner.kind in ETLE else []
    found += [Purpose.RED_LIGHT] if lines else []
    found += [Purpose.KERB] if kerb_places >= LEAST_KERB and owner.kind not in ETLE else []
    return tuple(found) or (Purpose.WATCH,)


def checked(
    one: Watched,
    owner: Camera,
    street: Street,
    limits: GeometryLimits = LIMITS,
    row: ParkedRow = PARKED_ROW,
) -> ViewCheck:
    """Return the verdict on one view of the camera `owner`."""
    tour, name = owner.tour, one.view.name
    rows = [*_density_rows(one, limits), *_plate_rows(one, limits), *_row_rows(one, limits, row)]
    rows += [
        _roll_row(one.camera, limits),
        *_line_rows(one, street.network),
        *_shutter_rows(one, street.network),
    ]
    rows.append(_occlusion_row(one, street, limits))
    return ViewCheck(
        view=name,
        camera=owner.name,
        purposes=one.purposes,
        density_px_per_m=float(density_px_per_m(one.camera, aimed_at_m(one.view, street.network)[None])[0]),
        share=tour.duty(name) if tour else 1.0,
        gap_s=tour.longest_gap_ns(name) / 1e9 if tour else 0.0,
        passing=hidden_by_traffic(one, street),
        rows=tuple(rows),
    )


def _kept(
    criterion: str, values: Float64Array, limit: float, unit: str, share: float, *, least: bool
) -> GateRow:
    """Return the row of a figure that so large a share of places must keep; found is what they do keep."""
    sign = ">=" if least else "<="
    said = f"{sign} {limit:.4g} {unit}"
    if not len(values):
        return GateRow(criterion, said, "-", Verdict.FAIL, "no such place is in view")
    keeps = values >= limit if least else values <= limit
    # the worst place after those that need not keep it
    found = np.sort(values if least else -values)[int(len(values) * (1.0 - share) + 1e-9)]
    verdict = Verdict.PASS if keeps.mean() >= share else Verdict.FAIL
    note = "" if verdict is Verdict.PASS else f"{int(keeps.sum())}/{len(values)}"
    return GateRow(criterion, said, _short(abs(float(found))), verdict, note)


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _density_rows(one: Watched, limits: GeometryLimits) -> Iterator[GateRow]:
    if Purpose.KERB in one.purposes:
        density = density_px_per_m(one.camera, one.kerb.points_m)
        yield _kept("density", density, limits.detect_px_per_m, "px/m", limits.share, least=True)
    elif Purpose.WATCH in one.purposes:
        aimed = density_px_per_m(one.camera, one.lanes.points_m)
        near = np.sort(aimed)[::-1][: max(1, len(aimed) // 2)]  # the nearer half of what it shows
        yield _kept("density", near, limits.watch_px_per_m, "px/m", limits.share, least=True)


def _plate_rows(one: Watched, limits: GeometryLimits) -> Iterator[GateRow]:
    """Give the rows of plates in zoomed snapshots, for views that are there to read some."""
    if not set(one.purposes) - {Purpose.WATCH}:
        return
    zoomed = density_px_per_m(one.camera, one.plates.points_m) * snapshot_gain(one.view)
    vertical, aside = sight_angles(one.camera, one.plates)
    upright = zoomed * np.cos(vertical)
    yield _kept("plate zone", zoomed, limits.plate_px_per_m, "px/m", limits.share, least=True)
    if not len(zoomed):
        return
    letters = upright * limits.character_m
    yield _kept("characters", letters, limits.character_px, "px", limits.share, least=True)
    yield _kept("strokes", upright * limits.stroke_m, limits.stroke_px, "px", limits.share, least=True)
    for criterion, angles, limit in (
        ("vertical angle", vertical, limits.vertical_rad),
        ("horizontal angle", aside, limits.horizontal_rad),
    ):
        yield _kept(criterion, np.degrees(angles), degrees(limit), "deg", limits.share, least=False)


def sight_angles(camera: PinholeCamera, plates: Places) -> tuple[Float64Array, Float64Array]:
    """Return how steeply (N,) a camera looks down on plates, and how far aside (N,) of their axis."""
    ray = plates.points_m - camera.position_m
    off = np.arctan2(ray[:, 1], ray[:, 0]) - plates.headings_rad
    # a plate is at both ends of a vehicle: what counts is the angle to its axis, whichever way
    aside = np.abs(np.arcsin(np.clip(np.sin(off), -1.0, 1.0)))
    vertical = np.arctan2(-ray[:, 2], np.hypot(ray[:, 0], ray[:, 1]))
    return np.asarray(vertical, dtype=np.float64), np.asarray(aside, dtype=np.float64)


def _row_rows(one: Watched, limits: GeometryLimits, row: ParkedRow) -> Iterator[GateRow]:
    """Give the row of plates that a row of parked cars leaves to be seen."""
    if Purpose.KERB not in one.purposes:
        return
    said = f">= {100 * limits.share:.0f} %, {degrees(row.depression_rad):.0f} deg"
    shown = row.shown(*sight_angles(one.camera, one.kerb))
    share = float(shown.mean()) if len(shown) else 0.0
    verdict = Verdict.PASS if share >= limits.share else Verdict.FAIL
    yield GateRow("plates in a row", said, f"{100 * share:.0f} %", verdict)


def _roll_row(camera: PinholeCamera, limits: GeometryLimits) -> GateRow:
    roll = np.array([degrees(abs(camera.roll_rad))])
    return _kept("roll", roll, degrees(limits.roll_rad), "deg", 1.0, least=False)


def _line_rows(one: Watched, network: RoadNetwork) -> Iterator[GateRow]:
    if Purpose.RED_LIGHT not in one.purposes:
        return
    criterion, limit = "line, head and junction", "one view"
    if not one.lines:
        yield GateRow(criterion, limit, "0", Verdict.FAIL, "no stop line is in view")
        return
    lacking = [road.name or road.id for road in one.lines if not shows_evidence(network, one.camera, road)]
    found = f"{len(one.lines) - len(lacking)}/{len(one.lines)}"
    verdict = Verdict.FAIL if lacking else Verdict.PASS
    yield GateRow(criterion, limit, found, verdict, ", ".join(lacking))


def _shutter_rows(one: Watched, network: RoadNetwork) -> Iterator[GateRow]:
    """Give the row of the exposure, for views that read plates of vehicles that move."""
    if not any(purpose in FAST for purpose in one.purposes):
        return
    roads = one.lines or (network.road_of[one.view.aimed_road],)
    bound_s = min(shutter_bound_s(road.speed_limit_mps) for road in roads)
    said = f"<= 1/{1 / bound_s:.0f} s"
    if one.view.shutter_s is None:
        yield GateRow("shutter", said, "-", Verdict.NOT_PROVED, "the plan states no shutter_s")
        return
    verdict = Verdict.PASS if one.view.shutter_s <= bound_s else Verdict.FAIL
    yield GateRow("shutter", said, f"1/{1 / one.view.shutter_s:.0f} s", verdict)


def _occlusion_row(one: Watched, street: Street, limits: GeometryLimits) -> GateRow:
    """Return the row of lane time: at one speed, the share of time is that of the length."""
    said = f"<= {100 * limits.occluded:.0f} %"
    if not len(one.lanes):
        return GateRow(
            "occlusion", said, "-", Verdict.FAIL, "it shows no lane of the road that it is aimed at"
        )
    share = float(barred(one, street, one.lanes).mean())
    verdict = Verdict.PASS if share <= limits.occluded else Verdict.FAIL
    return GateRow("occlusion", said, f"{100 * share:.0f} %", verdict)


def reasons(check: ViewCheck) -> Sequence[GateRow]:
    """Return the rows that a view does not pass, failures first."""
    return sorted(
        (row for row in check.rows if row.verdict is not Verdict.PASS),
        key=lambda row: row.verdict is not Verdict.FAIL,
    )


def good_plates(
    one: Watched, street: Street, limits: GeometryLimits = LIMITS, row: ParkedRow = PARKED_ROW
) -> BoolArray:
    """Return (N,): at which of its places a view reads plates by every limit, nothing in the way."""
    vertical, aside = sight_angles(one.camera, one.plates)
    zoomed = density_px_per_m(one.camera, one.plates.points_m) * snapshot_gain(one.view)
    upright = zoomed * np.cos(vertical)
    good = (zoomed >= limits.plate_px_per_m) & (upright * limits.character_m >= limits.character_px)
    good &= upright * limits.stroke_m >= limits.stroke_px
    good &= (vertical <= limits.vertical_rad) & (aside <= limits.horizontal_rad)
    in_row = np.arange(len(good)) < (len(one.kerb) if Purpose.KERB in one.purposes else 0)
    good &= row.shown(vertical, aside) | ~in_row
    return np.asarray(good & ~barred(one, street, one.plates), dtype=np.bool_)


def hidden_by_traffic(one: Watched, street: Street) -> float:
    """Return for what share of the time usual traffic hides the places that a view is there for."""
    places = one.plates if len(one.plates) else one.lanes.every(MANY_PLACES)
    if not len(places):
        return 0.0
    eye_m = one.camera.position_m
    lanes = street.lane_steps.near(eye_m, REACH.farthest_m)
    return float(passing_share(eye_m, places.points_m, lanes).mean())


def barred(one: Watched, street: Street, places: Places) -> BoolArray:
    """Return (N,): which places something that stands still hides from a view."""
    eye_m, aim_m = one.camera.position_m, aimed_at_m(one.view, street.network)
    standing = street.obstacles.before(eye_m, aim_m, REACH.farthest_m)
    return standing.hide(eye_m, places.points_m)
