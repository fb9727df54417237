"""What signs and markings mean in a view, as a surveyor writes it down, with how well each place is known."""

from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.geometry import LineSegment, Polygon
from detectors.datatypes.ground import Ground
from detectors.datatypes.site import DailyWindow, OneWay, ProhibitedTurn
from twin.cameras.ground_survey import LEAST_HEIGHT_M, REACH_M
from twin.cameras.optics import density_px_per_m, in_view
from twin.cameras.plans import ViewSpec
from twin.cameras.runs import runs, straight_runs
from twin.network.hours import DAY_H, Windows
from twin.network.model import Road, RoadNetwork, Turn
from twin.network.roadside import Section, section

MARKED_M = 0.1  # how well paint on the ground is measured
MARKED_PX = 0.25  # and how well a painted line is marked in a picture, by all of its length [?]
KNOWN_M = 1.0  # a stretch on which places are known worse is not drawn
SIGN_PX_PER_M = 10.0  # a rider is 16 px high: enough to follow
VERGE_M = 1.5  # of the pavement, where those ride who go against the traffic
CLEAR_OF_MEDIAN_M = 1.0  # an error of a place must not take oncoming traffic over the median
GATE_M = 6.0  # from the start of a road to the gate by which one has turned into it
BEYOND_M = 2.0  # by which such a gate goes on at either end, where nobody else drives that way [?]
STEP_M = 2.0
SHORTEST_M = 25.0  # of a stretch: a shorter one shows no ride
HOUR_S = 3600


def place_sigma_m(spec: ViewSpec, camera: PinholeCamera, points_m: Float64Array) -> Float64Array:
    """Return the standard error (N,) with which places (N, 3) on the ground of a view are known, m.

    Those of the position and of the angles of the camera, carried to the ground, and that of the marking.
    """
    away_m = np.hypot(*(points_m[:, :2] - camera.position_m[:2]).T)
    eye_m = np.maximum(camera.position_m[2] - points_m[:, 2], LEAST_HEIGHT_M)
    tilt_m = spec.survey_sigma_rad * (away_m**2 + eye_m**2) / eye_m
    fixed = spec.survey_sigma_m**2 + MARKED_M**2
    return np.asarray(np.sqrt(fixed + (spec.survey_sigma_rad * away_m) ** 2 + tilt_m**2))


def sunk_m(camera: PinholeCamera, ground: Ground, points_m: Float64Array) -> Float64Array:
    """Return how far off (N,) places (N, 3) come out on the ground of a survey where that is not right."""
    away_m = np.hypot(*(points_m[:, :2] - camera.position_m[:2]).T)
    eye_m = np.maximum(camera.position_m[2] - points_m[:, 2], LEAST_HEIGHT_M)
    return np.asarray(np.abs(points_m[:, 2] - ground.height_m(points_m[:, :2])) * away_m / eye_m)


def marking_sigma_m(camera: PinholeCamera, ground: Ground, points_m: Float64Array) -> Float64Array:
    """Return the standard error (N,) of lines on the ground that one marks in a picture, at places (N, 3), m.

    Beside vehicles of that picture: how the camera stands shifts both alike.
    """
    pixels, _ = camera.project(points_m)
    ends = [camera.ground_points(pixels + np.array([0.0, off_px]), ground) for off_px in (-0.5, 0.5)]
    return np.asarray(np.hypot(MARKED_M, MARKED_PX * np.hypot(*(ends[1] - ends[0]).T)))


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """How a surveyor marks places in a picture: through which camera, which he takes for `told`.

    `off_px` (2,) is by how much the line that he marks is off.
    """

    told: PinholeCamera
    off_px: Float64Array


def as_seen(
    camera: PinholeCamera, ground: Ground, points_m: Float64Array, marks: Marks | None = None
) -> Float64Array:
    """Return where (N, 2) places (N, 3) show on the ground of a survey, as one marks them in a picture.

    So a line lies where a vehicle on it is held to be, also where that ground, or with `marks` the camera,
    is not quite right.
    """
    pixels, depth = camera.project(points_m)
    shown = (
        camera.ground_points(pixels, ground)
        if marks is None
        else marks.told.ground_points(pixels + marks.off_px, ground)
    )
    known = np.isfinite(shown).all(axis=1) & (depth > 0)
    return np.where(known[:, None], shown, points_m[:, :2])


def gate(
    network: RoadNetwork,
    cut: Section,
    along_m: float,
    camera: PinholeCamera,
    ground: Ground,
    marks: Marks | None = None,
) -> LineSegment:
    """Return the line across a road that its traffic crosses from the right of it to its left."""
    kerb, median = (cut.points_m(along_m, offset)[0] for offset in (cut.kerb_edge_m, -cut.lane_edge_m))
    # it runs from a driver's left to right
    left, right = (kerb, median) if network.left_hand else (median, kerb)
    ends = as_seen(camera, ground, np.array([left, right]), marks).ravel()
    return LineSegment(*(float(value) for value in ends))


def one_way(
    network: RoadNetwork, road: Road, spec: ViewSpec, camera: PinholeCamera, ground: Ground
) -> list[OneWay]:
    """Return the stretches of a road with a median on which the view shows who rides against the traffic."""
    if not road.median:
        return []
    cut = section(network, road)
    along, edge_m = cut.samples_m(STEP_M), cut.kerb_edge_m + VERGE_M
    points = cut.points_m(along, edge_m)
    near = np.hypot(*(points[:, :2] - camera.position_m[:2]).T) <= REACH_M
    shown = near & in_view(camera, points) & in_view(camera, cut.points_m(along, 0.0))
    sigma_m = np.hypot(place_sigma_m(spec, camera, points), sunk_m(camera, ground, points))
    shown &= (density_px_per_m(camera, points) >= SIGN_PX_PER_M) & (sigma_m <= KNOWN_M)
    found, headings = [], cut.headings_rad(along)
    for first, last in straight_runs(runs(shown), headings):
        if along[last] - along[first] < SHORTEST_M:
            continue
        band = cut.band_m(along[first : last + 1], CLEAR_OF_MEDIAN_M - cut.lane_edge_m, edge_m)
        heading, worst_m = float(headings[(first + last) // 2]), float(sigma_m[first : last + 1].max())
        found.append(OneWay(road.id, Polygon(band[:, :2]), heading, round(worst_m, 2)))
    return found


def prohibited_turns(
    network: RoadNetwork, road: Road, spec: ViewSpec, camera: PinholeCamera, ground: Ground
) -> list[ProhibitedTurn]:
    """Return the turns from a road that signs forbid, where the view shows all of the way."""
    found = []
    for turn in network.turns_from[road.id]:
        if not turn.prohibited:
            continue
        points, onto = _way_m(network, turn)
        if not in_view(camera, points).all() or density_px_per_m(camera, points).min() < SIGN_PX_PER_M:
            continue
        sigma_m = float(place_sigma_m(spec, camera, points).max())
        entry = _beyond(network, road, gate(network, section(network, road), road.length_m, camera, ground))
        leave = gate(network, onto, min(GATE_M, onto.road.length_m), camera, ground)
        leave = _beyond(network, onto.road, leave)
        name = f"{turn.from_road}>{turn.to_road}"
        found.append(ProhibitedTurn(name, entry, leave, _windows(turn.prohibited), round(sigma_m, 2)))
    return found


def _beyond(network: RoadNetwork, road: Road, line: LineSegment) -> LineSegment:
    """Return the gate of a road longer by BEYOND_M at each end at which no other road leads the same way.

    Riders keep to the very edge, and a place is known to a metre or two: who passes the gate beside its road
    has come along it, since what lies there is its verge, or lanes that lead the other way.
    """
    ends = np.array([[line.x0_m, line.y0_m], [line.x1_m, line.y1_m]])
    along = (ends[1] - ends[0]) / line.length_m()
    ahead = np.array([-along[1], along[0]])
    wider = ends + BEYOND_M * np.array([-along, along])
    others = [section(network, other) for other in network.roads if other.id != road.id]
    taken = [any(_leads(other, point, ahead) for other in others) for point in wider]
    (x0, y0), (x1, y1) = np.where(np.array(taken)[:, None], ends, wider).tolist()
    return LineSegment(x0, y0, x1, y1)


def _leads(cut: Section, point_m: Float64Array, ahead: Float64Array) -> bool:
    """Return whether a point (2,) is on a road, or so near that a gate might reach it, that leads `ahead`."""
    along = cut.samples_m(STEP_M)
    points, headings = cut.points_m(along, 0.0)[:, :2], cut.headings_rad(along)
    near = np.hypot(*(points - point_m).T) <= max(cut.kerb_edge_m, cut.lane_edge_m) + STEP_M
    return bool((near & (np.cos(headings) * ahead[0] + np.sin(headings) * ahead[1] > 0)).any())


def _way_m(network: RoadNetwork, turn: Turn) -> tuple[Float64Array, Section]:
    """Return what a view must show of a turn (8, 3), and the cross-section of the road that it leads to."""
    cut, onto = (section(network, network.road_of[name]) for name in (turn.from_road, turn.to_road))
    before = [max(cut.road.length_m - GATE_M, 0.0), cut.road.length_m]
    behind = [min(GATE_M, onto.road.length_m), min(2 * GATE_M, onto.road.length_m)]
    points = [
        one.points_m(np.array(along), offset)
        for one, along in ((cut, before), (onto, behind))
        for offset in (one.kerb_edge_m, -one.lane_edge_m)
    ]
    return np.vstack(points), onto


def _windows(hours: Windows) -> tuple[DailyWindow, ...]:
    """Return hours of the day as windows, split at midnight; none where they are the whole day."""
    found = []
    for begin, end in hours:
        parts = ((begin, end),) if begin < end else ((begin, DAY_H), (0.0, end))
        found += [DailyWindow(round(a * HOUR_S), round(b * HOUR_S)) for a, b in parts if a < b]
    whole = any(window.end_s - window.start_s == DAY_H * HOUR_S for window in found)
    return () if whole else tuple(found)
