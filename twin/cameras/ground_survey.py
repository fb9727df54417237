"""The ground of a view as a survey gives it: one plane where that is enough, else a plane a stretch.

An error of z on the ground moves what is seen there by z times distance over the height of the camera
above the plane. One plane is enough where this stays below RIGHT_M at every road in view, or below one
pixel where a pixel is longer than that on the ground.
"""

import numpy as np
from scipy.spatial import ConvexHull

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.geometry import GroundPlane, Polygon
from detectors.datatypes.ground import Ground, GroundPiece, PiecewiseGround
from twin.cameras.optics import in_view
from twin.network.model import Road, RoadNetwork
from twin.network.roadside import Section, junction_outline_m, section

REACH_M = 120.0  # as far as a surveyor draws carriageways
RIGHT_M = 0.5  # as far as a point of a road in view may come out wrong
STEP_M = 2.0
BEYOND_STEPS = 3  # of what is in view, as vehicles at its edge are
BESIDE_M = 3.0  # of pavement and forecourt that belong to a road
OVERLAP_M = 0.01  # of neighbouring stretches, so that no ray goes between two of them
LEAST_HEIGHT_M = 0.3  # of a camera over a plane: what it sees flatter it does not see


def roads_near(network: RoadNetwork, camera: PinholeCamera, reach_m: float) -> tuple[Road, ...]:
    """Return the roads that come within `reach_m` of the camera on the map."""
    found = []
    for road in network.roads:
        points = section(network, road).points_m(section(network, road).samples_m(10.0), 0.0)
        if np.hypot(*(points[:, :2] - camera.position_m[:2]).T).min() <= reach_m:
            found.append(road)
    return tuple(found)


def fit_ground(network: RoadNetwork, camera: PinholeCamera, reach_m: float = REACH_M) -> GroundPlane:
    """Return the plane through the roads in view, near ones weighted most (least squares)."""
    points = [
        section(network, road).points_m(section(network, road).samples_m(5.0), 0.0)
        for road in roads_near(network, camera, reach_m)
    ]
    if not points:
        msg = f"no road within {reach_m:g} m of the camera at {camera.position_m[:2].round(1).tolist()}"
        raise ValueError(msg)
    stack = np.vstack(points)
    distance = np.hypot(*(stack[:, :2] - camera.position_m[:2]).T)
    seen = in_view(camera, stack) & (distance <= reach_m)
    stack, distance = (stack[seen], distance[seen]) if seen.sum() >= 3 else (stack, distance)
    weight = 1.0 / (10.0 + distance)
    offset = stack[:, :2] - camera.position_m[:2]
    rows = np.column_stack((np.ones(len(stack)), offset)) * weight[:, None]
    # one straight road leaves the slope across it open: hold both slopes towards level, weakly
    rows = np.vstack((rows, [[0.0, 1e-2, 0.0], [0.0, 0.0, 1e-2]]))
    heights = np.append(stack[:, 2] * weight, [0.0, 0.0])
    level, slope_x, slope_y = np.linalg.lstsq(rows, heights, rcond=None)[0]
    z0_m = level - slope_x * camera.position_m[0] - slope_y * camera.position_m[1]
    return GroundPlane(float(z0_m), float(slope_x), float(slope_y))


def junction_area(network: RoadNetwork, junction_id: str) -> Polygon | None:
    """Return the area of a junction, None where it has none."""
    corners = junction_outline_m(network, network.junction_of[junction_id])[:, :2]
    if len(corners) < 3 or np.linalg.matrix_rank(corners - corners[0], tol=0.5) < 2:
        return None
    return Polygon(corners[ConvexHull(corners).vertices])


def survey_ground(network: RoadNetwork, camera: PinholeCamera) -> Ground:
    """Return the ground around a view; raises ValueError where no road is near."""
    plane = fit_ground(network, camera)
    roads = roads_near(network, camera, REACH_M)
    pieces = [piece for road in roads for piece in _stretches(network, road, camera, plane)]
    pieces += _junctions(network, roads, camera, plane)
    return PiecewiseGround(plane, tuple(pieces)) if pieces else plane


def misplaced(camera: PinholeCamera, ground: GroundPlane, points_m: Float64Array) -> Float64Array:
    """Return how far off (N,) points (N, 3) come out on a plane, 1 being the most that is right."""
    away_m = np.hypot(*(points_m[:, :2] - camera.position_m[:2]).T)
    eye_m = max(float(camera.position_m[2] - ground.height_m(camera.position_m[:2])[0]), LEAST_HEIGHT_M)
    error_m = np.abs(points_m[:, 2] - ground.height_m(points_m[:, :2])) * away_m / eye_m
    pixel_m = away_m**2 / (eye_m * camera.focal_px)
    return np.asarray(error_m / np.maximum(RIGHT_M, pixel_m))


def _stretches(
    network: RoadNetwork, road: Road, camera: PinholeCamera, plane: GroundPlane
) -> list[GroundPiece]:
    """Return the pieces of a road, none where the plane is right in all that is seen of it."""
    cut = section(network, road)
    along = cut.samples_m(STEP_M)
    middle = cut.points_m(along, 0.0)
    offsets_m = -cut.lane_edge_m, 0.0, cut.kerb_edge_m
    shown = np.any([in_view(camera, cut.points_m(along, offset)) for offset in offsets_m], axis=0)
    shown &= np.hypot(*(middle[:, :2] - camera.position_m[:2]).T) <= REACH_M
    if not shown.any() or (misplaced(camera, plane, middle[shown]) <= 1.0).all():
        return []
    first, last = np.flatnonzero(shown)[[0, -1]].tolist()
    first, last = max(0, first - BEYOND_STEPS), min(len(along) - 1, last + BEYOND_STEPS)
    pieces, start = [], first
    while start < last:
        end = _farthest(camera, cut, along[start : last + 1]) + start
        stretch = along[start : end + 1].copy()
        plane = _chord(cut, stretch)
        stretch[[0, -1]] += -OVERLAP_M, OVERLAP_M
        area = Polygon(cut.band_m(np.clip(stretch, 0.0, road.length_m), *_edges_m(cut))[:, :2])
        pieces.append(GroundPiece(area, plane))
        start = end
    return pieces


def _edges_m(cut: Section) -> tuple[float, float]:
    return -cut.lane_edge_m, cut.kerb_edge_m + np.sign(cut.kerb_edge_m) * BESIDE_M


def _rim(cut: Section, along_m: Float64Array) -> Float64Array:
    return np.vstack([cut.points_m(along_m, offset) for offset in (-cut.lane_edge_m, cut.kerb_edge_m)])


def _farthest(camera: PinholeCamera, cut: Section, along_m: Float64Array) -> int:
    """Return up to which sample one plane through the stretch is right; at least the next one."""
    low, high = 1, len(along_m) - 1
    while low < high:  # what is right up to a sample is right up to those before, but for waves
        middle = (low + high + 1) // 2
        stretch = along_m[: middle + 1]
        if (misplaced(camera, _chord(cut, stretch), _rim(cut, stretch)) <= 1.0).all():
            low = middle
        else:
            high = middle - 1
    return low


def _chord(cut: Section, along_m: Float64Array) -> GroundPlane:
    """Return the plane, level across, from the first point of a stretch to its last: stretches meet."""
    first, last = cut.points_m(along_m[[0, -1]], 0.0)
    way = last - first
    slope = way[:2] * way[2] / max(float(way[:2] @ way[:2]), 1e-9)
    return GroundPlane(float(first[2] - slope @ first[:2]), float(slope[0]), float(slope[1]))


def _through(points_m: Float64Array) -> GroundPlane:
    """Return the plane through points (N, 3) by least squares."""
    origin = points_m[:, :2].mean(axis=0)
    rows = np.column_stack((np.ones(len(points_m)), points_m[:, :2] - origin))
    level, slope_x, slope_y = np.linalg.lstsq(rows, points_m[:, 2], rcond=None)[0].tolist()
    return GroundPlane(level - slope_x * float(origin[0]) - slope_y * float(origin[1]), slope_x, slope_y)


def _junctions(
    network: RoadNetwork, roads: tuple[Road, ...], camera: PinholeCamera, plane: GroundPlane
) -> list[GroundPiece]:
    """Return the areas of junctions in view on which the plane is not right."""
    pieces = []
    for name in sorted({node for road in roads for node in (road.start, road.end)}):
        area = junction_area(network, name)
        if area is None:
            continue
        outline = junction_outline_m(network, network.junction_of[name])
        if in_view(camera, outline).any() and (misplaced(camera, plane, outline) > 1.0).any():
            pieces.append(GroundPiece(area, _through(outline)))
    return pieces
