"""What a real lens shows of a street that is painted as a pinhole sees it.

The street is painted once, by a pinhole camera with a margin; each picture is taken out of that by one
remap, bent as the lens bends and turned by what the head misses on this visit. A turn about the lens
needs no depth: the pictures before and after are one homography apart (Hartley and Zisserman, 8.4.2).
"""

from dataclasses import replace
from math import ceil
from typing import NamedTuple

import cv2
import numpy as np
from cv2.typing import MatLike

from detectors.datatypes.arrays import Float32Array, Float64Array, UInt8Array
from detectors.datatypes.camera import STRAIGHT, PinholeCamera
from twin.cameras.ptz import AHEAD, Aim

STEP_PX = 8  # between the pixels whose place is worked out; the others lie between them, within 0.01 px
EDGE = 33  # points along each edge of a picture


class LensView:
    """The lens of one view. `painted` is the camera to paint with; `missed` by how much the head is off.

    `spare_rad` is how far the head may be off. Where nothing bends and nothing is off it does nothing.
    """

    def __init__(self, camera: PinholeCamera, spare_rad: float = 0.0) -> None:
        self._camera = camera
        self._plain = not camera.lens.bends and not spare_rad
        self.painted = camera if self._plain else _around(camera, spare_rad)
        self.missed: Aim = AHEAD
        self._kept: _Places | None = None

    @property
    def size_px(self) -> tuple[int, int]:
        """The size of the picture."""
        return self._camera.width_px, self._camera.height_px

    def real(self, painted: PinholeCamera) -> PinholeCamera:
        """Return the camera that truly looks, where the street was painted by `painted`."""
        if self._plain:
            return painted
        return replace(
            painted,
            width_px=self._camera.width_px,
            height_px=self._camera.height_px,
            yaw_rad=painted.yaw_rad + self.missed.pan_rad,
            tilt_rad=painted.tilt_rad + self.missed.tilt_rad,
            lens=self._camera.lens,
        )

    def picture(self, canvas: UInt8Array, painted: PinholeCamera) -> UInt8Array:
        """Return the picture (H, W, 3) that the lens makes of a canvas."""
        if self._plain:
            return canvas
        shown = cv2.remap(
            canvas, *self._places(painted).fixed, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(shown, dtype=np.uint8)

    def depth_m(self, depth_m: Float32Array, painted: PinholeCamera) -> Float32Array:
        """Return the depth (H, W) of what the lens shows at each pixel, of a depth as painted."""
        if self._plain:
            return depth_m
        shown = cv2.remap(
            depth_m, *self._places(painted).exact, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(shown, dtype=np.float32)

    def _places(self, painted: PinholeCamera) -> "_Places":
        """Return what each pixel shows, worked out anew where one of the two has turned."""
        real, kept = self.real(painted), self._kept
        if kept is None or not (_alike(kept.painted, painted) and _alike(kept.real, real)):
            exact = _places(painted, real)
            kept = self._kept = _Places(painted, real, exact, cv2.convertMaps(*exact, cv2.CV_16SC2))
        return kept


class _Places(NamedTuple):
    """The column and the row (H, W) of the painted picture that each pixel shows.

    `fixed` is the same as OpenCV's fixed-point numbers, for which it takes less time.
    """

    painted: PinholeCamera
    real: PinholeCamera
    exact: tuple[Float32Array, Float32Array]
    fixed: tuple[MatLike, MatLike]


def _alike(one: PinholeCamera, other: PinholeCamera) -> bool:
    return (one.yaw_rad, one.tilt_rad, one.roll_rad) == (other.yaw_rad, other.tilt_rad, other.roll_rad)


def _around(camera: PinholeCamera, spare_rad: float) -> PinholeCamera:
    """Return the pinhole camera whose picture holds all that `camera` shows, turned a little or not."""
    width, height = camera.width_px - 1.0, camera.height_px - 1.0
    along, ones = np.linspace(0.0, 1.0, EDGE), np.ones(EDGE)
    edges = [(along, 0 * ones), (along, ones), (0 * ones, along), (ones, along)]
    rim = np.concatenate([np.column_stack((x * width, y * height)) for x, y in edges])
    shown = np.abs(camera.straightened_px(rim) - camera.centre_px).max(axis=0)
    shown += spare_rad * (camera.focal_px + shown**2 / camera.focal_px)
    more = [max(0, ceil(half - full / 2)) + 1 for half, full in zip(shown, (width, height), strict=True)]
    size = camera.width_px + 2 * more[0], camera.height_px + 2 * more[1]
    return replace(camera, width_px=size[0], height_px=size[1], lens=STRAIGHT)


def _places(painted: PinholeCamera, real: PinholeCamera) -> tuple[Float32Array, Float32Array]:
    columns, rows = _samples(real.width_px), _samples(real.height_px)
    grid = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
    pixels, _ = painted.project(painted.position_m + real.rays(grid))
    coarse = pixels.reshape(len(rows), len(columns), 2).astype(np.float32)
    size = STEP_PX * len(columns), STEP_PX * len(rows)
    fine = cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)
    fine = fine[STEP_PX : STEP_PX + real.height_px, STEP_PX : STEP_PX + real.width_px]
    return np.ascontiguousarray(fine[..., 0]), np.ascontiguousarray(fine[..., 1])


def _samples(count: int) -> Float64Array:
    """Return the pixels in the middles of steps, one step more at each end."""
    return np.arange(-1.0, ceil(count / STEP_PX) + 1.0) * STEP_PX + (STEP_PX - 1) / 2
