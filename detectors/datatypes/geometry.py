"""Plane geometry on the ground: metres, x east, y north, z up, in the frame of one site."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array, ShapeError, finite_array

MIN_CORNERS = 3
LEAST_FALL = 1e-9  # a ray that falls less never meets the ground
LEVEL_M = 1e-9  # an edge that rises less crosses nothing


@dataclass(frozen=True, slots=True)
class GroundPlane:
    """The ground around one view: z = z0_m + slope_x * x + slope_y * y (slopes in m/m)."""

    z0_m: float = 0.0
    slope_x: float = 0.0
    slope_y: float = 0.0

    def height_m(self, points_m: ArrayLike) -> Float64Array:
        """Return z (N,) under the ground points (N, 2)."""
        points = np.asarray(points_m, dtype=np.float64).reshape(-1, 2)
        height: Float64Array = self.z0_m + self.slope_x * points[:, 0] + self.slope_y * points[:, 1]
        return height

    def plane_at(self, point_m: ArrayLike) -> "GroundPlane":  # noqa: ARG002 - as for ground in pieces
        """Return the plane under a point (2,): this one."""
        return self

    def reach(self, eye_m: Float64Array, rays: Float64Array) -> Float64Array:
        """Return how often its own length each ray (N, 3) goes to the ground, or NaN.

        All come from one eye (3,), or each from its own (N, 3).
        """
        normal = np.array([-self.slope_x, -self.slope_y, 1.0])
        height = eye_m @ normal - self.z0_m
        fall = -(rays @ normal)
        return np.asarray(height / np.where(fall > LEAST_FALL, fall, np.nan))

    def lift(self, points_m: ArrayLike) -> Float64Array:
        """Return the ground points (N, 2) as points in space (N, 3)."""
        points = np.asarray(points_m, dtype=np.float64).reshape(-1, 2)
        return np.column_stack((points, self.height_m(points)))


@dataclass(frozen=True, slots=True, eq=False)
class Polygon:
    """A simple polygon on the ground: `corners_m` (N >= 3, 2), either orientation, not closed."""

    corners_m: Float64Array
    _edges: Float64Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        corners = finite_array("Polygon.corners_m", self.corners_m, (None, 2))
        if len(corners) < MIN_CORNERS:
            msg = f"Polygon: expected at least {MIN_CORNERS} corners, got {len(corners)}"
            raise ShapeError(msg)
        object.__setattr__(self, "corners_m", corners)
        object.__setattr__(self, "_edges", _edges(corners))

    def contains(self, points_m: ArrayLike) -> BoolArray:
        """Return (N,) bool: which of the points (N, 2) lie inside (even-odd rule)."""
        points = np.asarray(points_m, dtype=np.float64).reshape(-1, 2)
        inside: BoolArray = np.logical_xor.reduce(_crosses(self._edges, points[:, 0], points[:, 1]))
        return inside

    def area_m2(self) -> float:
        """Return the area by the shoelace formula."""
        x, y = self.corners_m[:, 0], self.corners_m[:, 1]
        return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


@dataclass(frozen=True, slots=True, eq=False)
class Areas:
    """Several polygons, asked at once."""

    polygons: tuple[Polygon, ...]
    _edges: Float64Array = field(init=False, repr=False)
    _starts: Int64Array = field(init=False, repr=False)
    _owner: Int64Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        lengths = [len(polygon.corners_m) for polygon in self.polygons]
        edges = np.concatenate(
            [np.zeros((4, 0)), *(_edges(polygon.corners_m) for polygon in self.polygons)], axis=1
        )
        object.__setattr__(self, "_edges", edges)
        object.__setattr__(self, "_starts", np.cumsum([0, *lengths])[:-1])
        object.__setattr__(self, "_owner", np.repeat(np.arange(len(lengths)), lengths))

    def contain(self, x_m: Float64Array, y_m: Float64Array) -> BoolArray:
        """Return (K, N) bool: which of K polygons holds which of N points (even-odd rule)."""
        if not self.polygons:
            return np.zeros((0, len(x_m)), dtype=np.bool_)
        inside: BoolArray = np.logical_xor.reduceat(_crosses(self._edges, x_m, y_m), self._starts, axis=0)
        return inside

    def contain_each(self, x_m: Float64Array, y_m: Float64Array) -> BoolArray:
        """Return (K, N) bool: which of K polygons holds which of its own N points (K, N); NaN is in none."""
        crossed = _crosses(self._edges, x_m[self._owner], y_m[self._owner])
        inside: BoolArray = np.logical_xor.reduceat(crossed, self._starts, axis=0)
        return inside


def _crosses(edges: Float64Array, x_m: Float64Array, y_m: Float64Array) -> BoolArray:
    """Return (E, N) bool: which of E edges the ray to the right crosses, from each of N points or (E, N)."""
    x0, y0, y1, slope = edges[:, :, None]
    return np.asarray(((y0 > y_m) != (y1 > y_m)) & (x_m < slope * (y_m - y0) + x0))


def _edges(corners_m: Float64Array) -> Float64Array:
    """Return (4, N): x and y where each edge begins, y where it ends, and its slope dx/dy."""
    x0, y0 = corners_m.T
    x1, y1 = np.roll(corners_m, -1, axis=0).T
    rise = np.where(np.abs(y1 - y0) < LEVEL_M, 1.0, y1 - y0)
    return np.stack((x0, y0, y1, (x1 - x0) / rise))


@dataclass(frozen=True, slots=True)
class LineSegment:
    """A directed segment on the ground from (x0, y0) to (x1, y1), metres."""

    x0_m: float
    y0_m: float
    x1_m: float
    y1_m: float

    def __post_init__(self) -> None:
        if not np.isfinite([self.x0_m, self.y0_m, self.x1_m, self.y1_m]).all():
            msg = "LineSegment: every coordinate must be finite"
            raise ShapeError(msg)
        if self.length_m() == 0:
            msg = "LineSegment: the two ends are the same point"
            raise ShapeError(msg)

    def length_m(self) -> float:
        """Return the length in metres."""
        return float(np.hypot(self.x1_m - self.x0_m, self.y1_m - self.y0_m))

    def offset_m(self, points_m: ArrayLike) -> Float64Array:
        """Return the signed distance (N,) of points (N, 2) from the line: left of it positive."""
        points = np.asarray(points_m, dtype=np.float64).reshape(-1, 2)
        dx, dy = self.x1_m - self.x0_m, self.y1_m - self.y0_m
        cross = dx * (points[:, 1] - self.y0_m) - dy * (points[:, 0] - self.x0_m)
        return np.asarray(cross / self.length_m(), dtype=np.float64)

    def along_m(self, points_m: ArrayLike) -> Float64Array:
        """Return how far along the segment (N,) the points (N, 2) project, from its start."""
        points = np.asarray(points_m, dtype=np.float64).reshape(-1, 2)
        dx, dy = self.x1_m - self.x0_m, self.y1_m - self.y0_m
        dot = dx * (points[:, 0] - self.x0_m) + dy * (points[:, 1] - self.y0_m)
        return np.asarray(dot / self.length_m(), dtype=np.float64)
