"""What a camera covers: which points it shows, how densely, and its zoomed self."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from detectors.datatypes.arrays import BoolArray, Float64Array
from detectors.datatypes.camera import NEAR_M, PinholeCamera


def in_view(camera: PinholeCamera, points_m: ArrayLike) -> BoolArray:
    """Return (N,) bool: which of the points (N, 3) fall inside the picture."""
    pixels, depth_m = camera.project(points_m)
    u, v = pixels.T
    with np.errstate(invalid="ignore"):
        inside = (u >= 0) & (u <= camera.width_px - 1) & (v >= 0) & (v <= camera.height_px - 1)
    return np.asarray(inside & (depth_m > NEAR_M), dtype=np.bool_)


def density_px_per_m(camera: PinholeCamera, points_m: ArrayLike) -> Float64Array:
    """Return the pixel density (N,) across the line of sight at points (N, 3), 0 behind the lens."""
    _, depth_m = camera.project(points_m)
    return np.where(depth_m > NEAR_M, camera.focal_px / np.maximum(depth_m, NEAR_M), 0.0)


def resized(camera: PinholeCamera, size_px: tuple[int, int]) -> PinholeCamera:
    """Return the camera with the same horizontal field of view in a picture of `size_px`."""
    scale = size_px[0] / camera.width_px
    return replace(camera, width_px=size_px[0], height_px=size_px[1], focal_px=camera.focal_px * scale)
