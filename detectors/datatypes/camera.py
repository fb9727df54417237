"""The pinhole camera: intrinsics and pose of one view, and what follows from them.

World: metres, x east, y north, z up. Camera: x right, y down, z forward. Pixels: u right, v down,
(0, 0) at the centre of the top left pixel. Model: Hartley and Zisserman, Multiple View Geometry,
2nd ed., section 6.1.
"""

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from detectors.datatypes.arrays import Float64Array, ShapeError, finite_array
from detectors.datatypes.geometry import GroundPlane
from detectors.datatypes.ground import Ground
from detectors.datatypes.lens import Lens

FLAT = GroundPlane()
STRAIGHT = Lens()
NEAR_M = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class PinholeCamera:
    """A camera, and the distortion of its lens if it has any.

    `position_m` (3,); `yaw_rad` is the direction of view on the map, anticlockwise from east;
    `tilt_rad` is how far it looks down from the horizontal; `roll_rad` is clockwise as seen.
    `focal_px` is that in the middle of the picture. Raises ShapeError where the lens would show one
    point twice within the picture.
    """

    width_px: int
    height_px: int
    focal_px: float
    position_m: Float64Array
    yaw_rad: float
    tilt_rad: float
    roll_rad: float = 0.0
    lens: Lens = STRAIGHT
    _axes: Float64Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        position = finite_array("PinholeCamera.position_m", self.position_m, (3,))
        object.__setattr__(self, "position_m", position)
        if self.width_px < 1 or self.height_px < 1 or not self.focal_px > 0:
            msg = (
                "PinholeCamera: expected positive width, height and focal length, got "
                f"{self.width_px} x {self.height_px} px and {self.focal_px} px"
            )
            raise ShapeError(msg)
        corner = float(np.hypot(*self.centre_px)) / self.focal_px
        if corner >= self.lens.widest:
            msg = (
                f"PinholeCamera: the lens folds the picture: k1 = {self.lens.k1:.4g} and "
                f"k2 = {self.lens.k2:.4g} hold up to {self.lens.widest * self.focal_px:.0f} px from the "
                f"middle, its corners are {corner * self.focal_px:.0f} px away"
            )
            raise ShapeError(msg)
        axes = finite_array("PinholeCamera: angles", self._turned(), (3, 3))
        object.__setattr__(self, "_axes", axes)

    @classmethod
    def from_hfov(
        cls,
        size_px: tuple[int, int],
        hfov_rad: float,
        position_m: ArrayLike,
        yaw_rad: float,
        tilt_rad: float,
    ) -> Self:
        """Make a camera from its horizontal field of view; `size_px` is (width, height)."""
        focal_px = size_px[0] / 2 / np.tan(hfov_rad / 2)
        position = np.asarray(position_m, dtype=np.float64)
        return cls(size_px[0], size_px[1], float(focal_px), position, yaw_rad, tilt_rad)

    @property
    def centre_px(self) -> tuple[float, float]:
        """The principal point (u, v)."""
        return (self.width_px - 1) / 2, (self.height_px - 1) / 2

    def rotation_camera_world(self) -> Float64Array:
        """Return (3, 3): rows are the camera's right, down and forward axes in the world."""
        return self._axes

    def _turned(self) -> Float64Array:
        cy, sy = np.cos(self.yaw_rad), np.sin(self.yaw_rad)
        ct, st = np.cos(self.tilt_rad), np.sin(self.tilt_rad)
        right = np.array([sy, -cy, 0.0])
        forward = np.array([cy * ct, sy * ct, -st])
        down = np.array([-cy * st, -sy * st, -ct])
        cr, sr = np.cos(self.roll_rad), np.sin(self.roll_rad)
        return np.stack((cr * right + sr * down, cr * down - sr * right, forward))

    def project(self, points_m: ArrayLike) -> tuple[Float64Array, Float64Array]:
        """Return pixels (N, 2) and depths (N,) of points (N, 3); behind the lens pixels are NaN."""
        points = np.asarray(points_m, dtype=np.float64).reshape(-1, 3)
        in_camera = (points - self.position_m) @ self.rotation_camera_world().T
        depth = in_camera[:, 2]
        ahead = np.where(depth > NEAR_M, depth, np.nan)[:, None]
        if self.lens.bends:
            return self.lens.shown(in_camera[:, :2] / ahead) * self.focal_px + self.centre_px, depth
        pixels = in_camera[:, :2] * (self.focal_px / ahead) + self.centre_px
        return pixels, depth

    def rays(self, pixels: ArrayLike) -> Float64Array:
        """Return the world directions (N, 3), not normalised, of pixels (N, 2)."""
        uv = np.asarray(pixels, dtype=np.float64).reshape(-1, 2)
        axes = self.rotation_camera_world()
        tangents = self.lens.straightened((uv - self.centre_px) / self.focal_px)
        directions: Float64Array = tangents @ axes[:2] + axes[2]
        return directions

    def straightened_px(self, pixels: ArrayLike) -> Float64Array:
        """Return where a lens without distortion would show what is at pixels (N, 2)."""
        uv = np.asarray(pixels, dtype=np.float64).reshape(-1, 2)
        return self.lens.straightened((uv - self.centre_px) / self.focal_px) * self.focal_px + self.centre_px

    def ground_points(self, pixels: ArrayLike, ground: Ground = FLAT) -> Float64Array:
        """Return where the pixels (N, 2) meet the ground: (N, 2) metres, NaN above the horizon."""
        rays = self.rays(pixels)
        reach = ground.reach(self.position_m, rays)
        points: Float64Array = self.position_m[:2] + reach[:, None] * rays[:, :2]
        return points

    def image_H_ground(self, ground: GroundPlane = FLAT) -> Float64Array:  # noqa: N802 - frames
        """Return the homography (3, 3) from ground (x, y, 1) to image (u, v, 1), up to scale.

        Of a lens with distortion the image is the straightened one, see `straightened_px`.
        """
        cu, cv = self.centre_px
        intrinsics = np.array([[self.focal_px, 0, cu], [0, self.focal_px, cv], [0, 0, 1.0]])
        rotation = self.rotation_camera_world()
        lift = np.array([[1, 0, 0], [0, 1, 0], [ground.slope_x, ground.slope_y, ground.z0_m]])
        world = lift - np.outer(self.position_m, [0, 0, 1.0])
        homography: Float64Array = intrinsics @ rotation @ world
        return homography

    def pixels_per_metre(self, point_m: ArrayLike) -> float:
        """Return the pixel density (px/m) across the line of sight at a point (3,)."""
        _, depth = self.project(point_m)
        return float(self.focal_px / depth[0]) if depth[0] > NEAR_M else 0.0

    def aimed_at(self, pixel: ArrayLike, zoom: float) -> Self:
        """Return the same camera turned to `pixel` (2,) with `zoom` times the focal length.

        Its lens bends nothing: whoever zooms says how it bends there.
        """
        ray = self.rays(pixel)[0]
        yaw_rad = float(np.arctan2(ray[1], ray[0]))
        tilt_rad = float(np.arctan2(-ray[2], np.hypot(ray[0], ray[1])))
        straight = replace(self, yaw_rad=yaw_rad, tilt_rad=tilt_rad, roll_rad=0.0, lens=STRAIGHT)
        return replace(straight, focal_px=self.focal_px * zoom)
