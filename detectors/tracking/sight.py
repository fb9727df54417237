"""How one camera sees one ground: pixels to ground points, and cuboids to their boxes.

Pixels are taken as tangents: a = (u - cu) / f to the right and b = (v - cv) / f down, so that a point
of the camera's own frame (x right, y down, z forward) is seen at a = x / z, b = y / z. All arrays
run over N in their last axis: numpy's price is by the call, and a call over contiguous rows is cheap.
"""

import numpy as np

from detectors.datatypes.arrays import Float64Array, Int64Array
from detectors.datatypes.camera import NEAR_M
from detectors.datatypes.geometry import LEAST_FALL
from detectors.datatypes.ground import PiecewiseGround
from detectors.datatypes.site import SitePlan


class Sight:
    """The camera and the ground of one SitePlan, with what follows from them worked out once."""

    def __init__(self, site: SitePlan) -> None:
        camera, ground = site.camera, site.ground
        self._axes = camera.rotation_camera_world()
        self._ground = ground
        pieces = ground.pieces if isinstance(ground, PiecewiseGround) else ()
        around = ground.around if isinstance(ground, PiecewiseGround) else ground
        planes = [*(piece.plane for piece in pieces), around]  # what lies around is the last: row -1
        normals = np.array([(-plane.slope_x, -plane.slope_y, 1.0) for plane in planes])
        heights_m = normals @ camera.position_m - [plane.z0_m for plane in planes]
        self._footings = np.column_stack((-normals @ self._axes.T, heights_m)).T
        self._eye_m = camera.position_m
        self._position_m = camera.position_m.tolist()
        self._focal_px = camera.focal_px
        self._centre_px = camera.centre_px
        self._lens = camera.lens
        self.pixel = 1.0 / camera.focal_px

    def tangents(self, u_px: Float64Array, v_px: Float64Array) -> tuple[Float64Array, Float64Array]:
        """Return a and b of pixels (any shape)."""
        a, b = (u_px - self._centre_px[0]) / self._focal_px, (v_px - self._centre_px[1]) / self._focal_px
        if self._lens.bends:
            a, b = np.moveaxis(self._lens.straightened(np.stack((a, b), axis=-1)), -1, 0)
        return a, b

    def extent(self, edges_px: Float64Array, rows: Int64Array) -> Float64Array:
        """Return width and height (2, N) as tangents of boxes, `rows` of edges (4, M): a pixel at least."""
        x0, y0, x1, y1 = edges_px[:, rows]
        if self._lens.bends:
            u, v = (x0 + x1) / 2, (y0 + y1) / 2
            wide = self.tangents(x1, v)[0] - self.tangents(x0, v)[0]
            return np.maximum((wide, self.tangents(u, y1)[1] - self.tangents(u, y0)[1]), self.pixel)
        return np.maximum((x1 - x0, y1 - y0), 1.0) * self.pixel

    def footing(self, tangents: Float64Array) -> Float64Array:
        """Return (4, N) the plane on which each of the tangents (2, N) meets the ground.

        As its fall along a, along b and ahead, and the height of the lens above it in metres.
        """
        if not isinstance(self._ground, PiecewiseGround):
            return self._footings.repeat(tangents.shape[1], axis=1)
        rays = tangents.T @ self._axes[:2] + self._axes[2]
        return self._footings[:, self._ground.met(self._eye_m, rays)]

    @staticmethod
    def depth_m(a: Float64Array, b: Float64Array, footing: Float64Array) -> Float64Array:
        """Return how far ahead of the lens the plane of a footing (4, ...) is seen; NaN above the horizon."""
        fall = a * footing[0] + b * footing[1] + footing[2]
        fall[fall <= LEAST_FALL] = np.nan
        return np.asarray(footing[3] / fall)

    def ground_m(
        self, a: Float64Array, b: Float64Array, footing: Float64Array
    ) -> tuple[Float64Array, Float64Array]:
        """Return x and y of the plane of a footing (4, N) at tangents (..., N); NaN above the horizon."""
        depth_m = self.depth_m(a, b, footing)
        right, down, ahead = self._axes.tolist()
        x = (a * right[0] + b * down[0] + ahead[0]) * depth_m + self._position_m[0]
        y = (a * right[1] + b * down[1] + ahead[1]) * depth_m + self._position_m[1]
        return x, y

    def in_camera(self, cuboids_m: Float64Array, heading_rad: float, at_m: Float64Array) -> Float64Array:
        """Return corners (..., 3) along, across and above the ground as (3, ...) in the camera's axes.

        The ground is that at a point (2,).
        """
        plane = self._ground.plane_at(at_m)
        cos, sin = np.cos(heading_rad), np.sin(heading_rad)
        along, across, above = np.moveaxis(cuboids_m, -1, 0)
        flat = np.stack((cos * along - sin * across, sin * along + cos * across))
        world = np.concatenate(
            (flat, [above + np.tensordot(np.array([plane.slope_x, plane.slope_y]), flat, 1)])
        )
        return np.tensordot(self._axes, world, 1)

    def boxes(
        self, a: Float64Array, b: Float64Array, footing: Float64Array, corners_m: Float64Array
    ) -> tuple[Float64Array, ...]:
        """Return left, top, right, bottom (N,) as tangents of cuboids that stand at a, b (N,) on a footing.

        `corners_m` (3, 8, N) are those of `in_camera`. What is behind the lens comes back as NaN.
        """
        depth_m = self.depth_m(a, b, footing)
        x, y, z = corners_m[0] + depth_m * a, corners_m[1] + depth_m * b, corners_m[2] + depth_m
        z[z <= NEAR_M] = np.nan
        x /= z
        y /= z
        return x.min(axis=0), y.min(axis=0), x.max(axis=0), y.max(axis=0)
