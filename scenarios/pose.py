"""The pose of a camera from points picked in its picture whose places on the ground are known."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log, tan

import numpy as np
from scipy.optimize import least_squares

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.camera import NEAR_M, PinholeCamera
from detectors.datatypes.geometry import GroundPlane

YAWS, AWAY_M, TILTS_RAD = 12, (15.0, 40.0), (0.25, 0.8)
FOCALS = (0.6, 1.2)  # as shares of the width of the picture
HIGHEST_SLOPE = 0.3
BEHIND_PX = 1e4
TRIED, EXACT_PX = 8, 0.05
LEAST_UP_M = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Picks:
    """N points: `pixels` (N, 2) in a picture of `size_px`, and where they are, `points_m` (N, 3)."""

    size_px: tuple[int, int]
    pixels: Float64Array
    points_m: Float64Array


@dataclass(frozen=True, slots=True, eq=False)
class SolvedPose:
    """A camera, the ground through the points, and what is left at each point: pixels and metres (N,)."""

    camera: PinholeCamera
    ground: GroundPlane
    residual_px: Float64Array
    residual_m: Float64Array

    @property
    def rms_px(self) -> float:
        """The root mean square of what is left, in pixels."""
        return float(np.sqrt(np.mean(self.residual_px**2)))

    @property
    def rms_m(self) -> float:
        """The same on the ground, in metres."""
        return float(np.sqrt(np.mean(self.residual_m**2)))


def solve_pose(picks: Picks, hfov_rad: float | None = None) -> SolvedPose:
    """Return the pose that the picks fit best (least squares of the pixels, Levenberg-Marquardt).

    `hfov_rad` None: the focal length is sought too. Raises ValueError where no pose above the ground
    fits, or where the points cannot tell: too few, or all on one line.
    """
    _check(picks, free=6 if hfov_rad is not None else 7)
    focal_px = None if hfov_rad is None else picks.size_px[0] / 2 / tan(hfov_rad / 2)
    best, least = None, np.inf
    for number, start in enumerate(_nearest(picks, focal_px)):
        if best is not None and number >= TRIED:
            break
        found = least_squares(_left, start, args=(picks, focal_px), method="lm", max_nfev=200)
        above_m = found.x[2] - picks.points_m[:, 2].max()
        if found.cost < least and above_m > LEAST_UP_M:
            best, least = found.x, float(found.cost)
        if least < EXACT_PX**2 * len(picks.pixels):
            break
    if best is None:
        msg = "no camera above the ground fits the points: are the columns or the axes exchanged?"
        raise ValueError(msg)
    camera = _camera(best, picks, focal_px)
    ground = _ground(picks.points_m)
    return SolvedPose(camera, ground, _apart_px(camera, picks), _apart_m(camera, picks))


def _check(picks: Picks, free: int) -> None:
    least = free // 2 + 1  # two equations a point
    if len(picks.pixels) < least:
        msg = f"expected at least {least} points to tell {free} unknowns, got {len(picks.pixels)}"
        raise ValueError(msg)
    for name, table in (("ground", picks.points_m), ("picture", picks.pixels)):
        middle = table[:, :2] - table[:, :2].mean(axis=0)
        wide = np.linalg.svd(middle, compute_uv=False)
        if wide[1] < 0.02 * wide[0]:
            msg = f"the points lie on one line in the {name}: pick some beside it"
            raise ValueError(msg)


def _nearest(picks: Picks, focal_px: float | None) -> list[Float64Array]:
    """Return the poses to start from, first those that fit best as they are."""

    def cost(start: Float64Array) -> float:
        return float(np.sum(_left(start, picks, focal_px) ** 2))

    return sorted(_starts(picks, focal_px), key=cost)


def _starts(picks: Picks, focal_px: float | None) -> Iterator[Float64Array]:
    """Give poses around the points: x, y, z, yaw, tilt, roll and, where it is sought, log focal length."""
    middle = picks.points_m.mean(axis=0)
    focals = [()] if focal_px is not None else [(log(share * picks.size_px[0]),) for share in FOCALS]
    for yaw in np.linspace(-np.pi, np.pi, YAWS, endpoint=False):
        for away_m, tilt in zip(AWAY_M, TILTS_RAD[::-1], strict=True):
            for focal in focals:
                back = away_m * np.array([np.cos(yaw), np.sin(yaw)])
                up_m = middle[2] + away_m * tan(tilt)
                yield np.array([*(middle[:2] - back), up_m, yaw, tilt, 0.0, *focal])


def _camera(values: Float64Array, picks: Picks, focal_px: float | None) -> PinholeCamera:
    focal = exp(min(float(values[6]), 20.0)) if focal_px is None else focal_px
    x, y, z, yaw, tilt, roll = (float(value) for value in values[:6])
    if np.cos(tilt) < 0:  # the same pose, the way people say it
        yaw, tilt, roll = yaw + np.pi, np.pi - tilt, roll + np.pi
    yaw, tilt, roll = (float(np.angle(np.exp(1j * angle))) for angle in (yaw, tilt, roll))
    return PinholeCamera(*picks.size_px, focal, np.array([x, y, z]), yaw, tilt, roll)


def _left(values: Float64Array, picks: Picks, focal_px: float | None) -> Float64Array:
    pixels, depth = _camera(values, picks, focal_px).project(picks.points_m)
    left = np.where(np.isfinite(pixels), pixels - picks.pixels, 0.0)
    # behind the lens there is no pixel: what pulls the point before it again
    left[depth <= NEAR_M] = BEHIND_PX * (1.0 + NEAR_M - depth[depth <= NEAR_M, None])
    return np.asarray(np.clip(left, -1e7, 1e7).ravel(), dtype=np.float64)


def _apart_px(camera: PinholeCamera, picks: Picks) -> Float64Array:
    pixels, _ = camera.project(picks.points_m)
    return np.asarray(np.hypot(*(pixels - picks.pixels).T), dtype=np.float64)


def _apart_m(camera: PinholeCamera, picks: Picks) -> Float64Array:
    """Return how far on the ground (N,) each picked pixel lies from where its point is; NaN in the sky."""
    found = [
        camera.ground_points(pixel, GroundPlane(float(point[2])))[0] - point[:2]
        for pixel, point in zip(picks.pixels, picks.points_m, strict=True)
    ]
    return np.asarray(np.hypot(*np.array(found).T), dtype=np.float64)


def _ground(points_m: Float64Array) -> GroundPlane:
    """Return the plane through the points, level where they do not say otherwise."""
    rows = np.column_stack((np.ones(len(points_m)), points_m[:, :2]))
    level, slope_x, slope_y = np.linalg.lstsq(rows, points_m[:, 2], rcond=None)[0]
    if max(abs(slope_x), abs(slope_y)) > HIGHEST_SLOPE:  # not the ground: things that stand on it too
        return GroundPlane(float(points_m[:, 2].min()))
    return GroundPlane(float(level), float(slope_x), float(slope_y))
