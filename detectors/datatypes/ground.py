"""The ground of a view that is not one plane: a plane a piece, as roads have grades, crests and sags."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.geometry import Areas, GroundPlane, Polygon


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

    def __post_init__(self) -> None:
        object.__setattr__(self, "_areas", Areas(tuple(piece.area for piece in self.pieces)))

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
        """Return how many times its own length each ray (N, 3) from an eye (3,) goes to the ground.

        That is to the nearest piece which it meets within its area, else to what lies around; NaN
        where it meets nothing.
        """
        nearest = np.full(len(rays), np.inf)
        for piece in self.pieces:
            reach = piece.plane.reach(eye_m, rays)
            with np.errstate(invalid="ignore"):
                x, y = (eye_m[i] + reach * rays[:, i] for i in (0, 1))
                meets = piece.area.contains(np.column_stack((x, y))) & (reach < nearest)
            nearest = np.where(meets, reach, nearest)
        return np.where(np.isfinite(nearest), nearest, self.around.reach(eye_m, rays))


Ground = GroundPlane | PiecewiseGround
