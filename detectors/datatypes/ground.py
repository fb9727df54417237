"""The ground of a view that is not one plane: a plane a piece, as roads have grades, crests and sags."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from detectors.datatypes.arrays import Float64Array, Int64Array
from detectors.datatypes.geometry import LEAST_FALL, Areas, GroundPlane, Polygon


@dataclass(frozen=True, slots=True, eq=False)
class GroundPiece:
    """A part of the ground, seen from above, and the plane on which it lies."""

    area: Polygon
    plane: GroundPlane


@dataclass(frozen=True, slots=True, eq=False)
class PiecewiseGround:
    """Pieces of ground, the first of which counts where two overlap, and what lies around all of them."""

    around: GroundPlane
    pieces: tuple[GroundPiece, ...]
    _areas: Areas = field(init=False, repr=False)
    _normals: Float64Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        planes = [piece.plane for piece in self.pieces]
        normals = np.array([(-plane.slope_x, -plane.slope_y, 1.0) for plane in planes]).reshape(-1, 3)
        object.__setattr__(self, "_areas", Areas(tuple(piece.area for piece in self.pieces)))
        object.__setattr__(self, "_normals", normals)

    def plane_at(self, point_m: ArrayLike) -> GroundPlane:
        """Return the plane under a point (2,)."""
        x, y = np.asarray(point_m, dtype=np.float64)
        inside = self._areas.contain(np.array([x]), np.array([y]))[:, 0]
        rows = np.flatnonzero(inside)
        return self.pieces[int(rows[0])].plane if len(rows) else self.around

    def height_m(self, points_m: ArrayLike) -> Float64Array:
        """Return z (N,) under the ground points (N, 2)."""
        points = np.asarray(points_m, dtype=np.float64).reshape(-1, 2)
        height = self.around.height_m(points)
        inside = self._areas.contain(points[:, 0], points[:, 1])
        for piece, here in reversed(list(zip(self.pieces, inside, strict=True))):
            height = np.where(here, piece.plane.height_m(points), height)
        return height

    def lift(self, points_m: ArrayLike) -> Float64Array:
        """Return the ground points (N, 2) as points in space (N, 3)."""
        points = np.asarray(points_m, dtype=np.float64).reshape(-1, 2)
        return np.column_stack((points, self.height_m(points)))

    def reach(self, eye_m: Float64Array, rays: Float64Array) -> Float64Array:
        """Return how many times its own length each ray (N, 3) goes to the ground.

        All come from one eye (3,), or each from its own (N, 3). That is to the nearest piece which one
        meets within its area, else to what lies around; NaN where it meets nothing.
        """
        if not self.pieces:
            return self.around.reach(eye_m, rays)
        nearest = self._within(eye_m, rays).min(axis=0)
        return np.where(np.isfinite(nearest), nearest, self.around.reach(eye_m, rays))

    def met(self, eye_m: Float64Array, rays: Float64Array) -> Int64Array:
        """Return (N,) which piece each ray (N, 3) from an eye (3,) meets first, -1 for what lies around."""
        if not self.pieces:
            return np.full(len(rays), -1)
        reach = self._within(eye_m, rays)
        first = reach.argmin(axis=0)
        return np.where(np.isfinite(reach[first, np.arange(len(rays))]), first, -1)

    def _within(self, eye_m: Float64Array, rays: Float64Array) -> Float64Array:
        """Return the reach (K, N) of each ray to each piece, inf where it does not meet it in its area."""
        z0_m = np.array([piece.plane.z0_m for piece in self.pieces])
        eyes = np.atleast_2d(eye_m)
        fall = -(self._normals @ rays.T)  # all pieces at once: numpy's price is by the call
        above = self._normals @ eyes.T - z0_m[:, None]
        reach = above / np.where(fall > LEAST_FALL, fall, np.nan)
        inside = self._areas.contain_each(eyes[:, 0] + reach * rays[:, 0], eyes[:, 1] + reach * rays[:, 1])
        return np.where(inside, reach, np.inf)


Ground = GroundPlane | PiecewiseGround
