"""Where the front of a tracked vehicle is, how well that is known, and which way it goes."""

import math
from collections.abc import Iterable

import numpy as np

from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.geometry import LineSegment
from detectors.datatypes.site import SitePlan, StopLine
from detectors.datatypes.steps import Observation
from detectors.datatypes.tracks import Track
from detectors.violations.track_noise import TrackNoise

FRONT_M = {
    VehicleClass.MOTORCYCLE: 1.0,
    VehicleClass.CAR: 2.2,
    VehicleClass.BUS: 5.5,
    VehicleClass.TRUCK: 4.0,
    VehicleClass.UNKNOWN: 2.0,
}  # from the middle of the footprint to the front, by class [?]
FRONT_SIGMA_M = {
    VehicleClass.MOTORCYCLE: 0.15,
    VehicleClass.CAR: 0.3,
    VehicleClass.BUS: 0.8,
    VehicleClass.TRUCK: 1.0,
    VehicleClass.UNKNOWN: 2.0,
}  # how much that varies within a class [?]
SIGHT_SIGMA_M = 0.3  # what a tracked middle is off, beside the error of the survey [?]
RIDER_WIDE_M, RIDER_LONG_M, BROAD = 0.9, 2.0, 1.25  # of a motorcycle; a box so much wider holds several
EDGE_PX = 2.0  # so near to the edge of the picture a box is cut by it
COVER = 2.5  # standard errors: 99 % of normal ones


def margin_m(
    site_sigma_m: float, kind: VehicleClass | None = None, sight_sigma_m: float = SIGHT_SIGMA_M
) -> float:
    """Return how far off a place may be, m; that of a front where a class is given.

    An error of the survey, one of the sight and one of the length of the class, taken as independent.
    """
    front_m = 0.0 if kind is None else FRONT_SIGMA_M[kind]
    return COVER * math.hypot(site_sigma_m, sight_sigma_m, front_m)


def sight_sigma_m(track: Track, line: LineSegment, camera: PinholeCamera, noise: TrackNoise) -> float:
    """Return by how much a track is off along the approach of a line, m: as measured of its detector."""
    if track.position_m is None:
        return SIGHT_SIGMA_M
    sight = np.array([track.position_m]) - camera.position_m[:2]
    course = np.array([line.y0_m - line.y1_m, line.x1_m - line.x0_m]) / line.length_m()
    measured = noise.measured_m(sight, course)
    return SIGHT_SIGMA_M if measured is None else max(SIGHT_SIGMA_M, float(measured[0]))


def front_margin_m(line: StopLine, track: Track, camera: PinholeCamera, noise: TrackNoise) -> float:
    """Return how far off the front of a track may be at a stop line, m."""
    sight_m = sight_sigma_m(track, line.line, camera, noise)
    return margin_m(line.sigma_m, track.vehicle_class, sight_m)


def foot_hidden(track: Track, others: Iterable[Track]) -> bool:
    """Return whether the box of somebody nearer the camera covers where a vehicle stands on the ground."""
    left, _, right, lower = track.box_px
    middle = (left + right) / 2
    return any(
        other.box_px[3] > lower and other.box_px[0] < middle < other.box_px[2] and other.box_px[1] < lower
        for other in others
        if other.track_id != track.track_id
    )


def whole(track: Track, camera: PinholeCamera) -> bool:
    """Return whether the picture shows all of a vehicle at its foot: what an edge cuts stands elsewhere.

    The upper edge cuts roofs, which leaves the place as it is.
    """
    left, _, right, lower = track.box_px
    wide, tall = camera.width_px - EDGE_PX, camera.height_px - EDGE_PX
    return left > EDGE_PX and right < wide and lower < tall


def seen_whole(observation: Observation, camera: PinholeCamera) -> list[Track]:
    """Return the tracks that are seen, placed on the ground and whole, by id."""
    placed = (t for t in observation.tracks if t.observed and t.position_m is not None)
    return sorted((t for t in placed if whole(t, camera)), key=lambda track: track.track_id)


def speed_mps(track: Track) -> float:
    """Return the speed of a track, 0 where it is not known."""
    return math.hypot(*(track.velocity_mps or (0.0, 0.0)))


def course_rad(line: LineSegment, track: Track) -> float:
    """Return the direction of travel against that of the approach of a line: left positive, -pi..pi."""
    vx, vy = track.velocity_mps or (0.0, 0.0)
    dx, dy = line.x1_m - line.x0_m, line.y1_m - line.y0_m
    ahead, left = -dy, dx  # the normal to the left of the line is where the approach leads
    return math.atan2(ahead * vy - left * vx, ahead * vx + left * vy)


def several(track: Track, site: SitePlan) -> bool:
    """Return whether the box of a motorcycle is too wide for one that heads as it is told to.

    Riders who wait side by side may be found as one: the box is then nobody's, and its middle between them.
    """
    if track.vehicle_class is not VehicleClass.MOTORCYCLE or track.position_m is None:
        return False
    if track.heading_rad is None:
        return False
    spot = np.array([*track.position_m, float(site.ground.height_m([track.position_m])[0])])
    east, north = (spot[:2] - site.camera.position_m[:2]).tolist()
    across = abs(math.sin(math.atan2(north, east) - track.heading_rad))
    wide_m = RIDER_WIDE_M * math.sqrt(1.0 - across**2) + RIDER_LONG_M * across
    left, _, right, _ = track.box_px
    return right - left > BROAD * wide_m * site.camera.pixels_per_metre(spot)
