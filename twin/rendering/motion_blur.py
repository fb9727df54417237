"""What moves while the shutter is open is drawn out along its way.

The exposure lies about the instant of the frame: half of it before, half after. A body is painted once and
then spread: the picture is the mean over the exposure, of which samples along the way are taken.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import Float64Array, Int64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from twin.compiled import compiled
from twin.rendering.raster import label_face
from twin.truth import VehicleStates

LEAST_WAY_PX = 1.0  # a pixel is as wide: less cannot be seen
MOST_SAMPLES = 48  # a long way is sampled more coarsely
LEAST_DEPTH_M = 1.0
TIE = 1e-6
RIM = np.ones((3, 3), dtype=np.uint8)  # edges are smooth: the pixels around belong to them


class Sheet(NamedTuple):
    """The part of a picture in which one body is painted and spread.

    `corner_px` (2,) is its upper left pixel in the picture, `picture` (H, W, 3) a copy of that part.
    """

    corner_px: Int64Array
    picture: UInt8Array

    @property
    def area(self) -> tuple[slice, slice]:
        """The rows and columns of the picture that it is a part of."""
        x, y = self.corner_px.tolist()
        return slice(y, y + self.picture.shape[0]), slice(x, x + self.picture.shape[1])


def ways_px(camera: PinholeCamera, vehicles: VehicleStates, shutter_s: float) -> Float64Array:
    """Return by how much (N, 2) each vehicle moves in the picture while the shutter is open."""
    heading, half_s = vehicles.heading_rad, shutter_s / 2
    along = np.column_stack((np.cos(heading), np.sin(heading), np.tan(vehicles.pitch_rad)))
    step = along * (half_s * vehicles.speed_mps)[:, None]
    middle = vehicles.position_m + vehicles.size_m[:, 2:] * [0.0, 0.0, 0.5]
    pixels, depth = camera.project(np.concatenate((middle - step, middle + step)))
    before, after = np.split(pixels, 2)
    ahead = depth.reshape(2, -1).min(axis=0) > LEAST_DEPTH_M
    return np.where(ahead[:, None], after - before, 0.0)


def is_drawn_out(way_px: Float64Array) -> bool:
    """Return whether a way (2,) is long enough to be seen."""
    return bool(np.hypot(way_px[0], way_px[1]) >= LEAST_WAY_PX)


def box_along(box_px: Int64Array, way_px: Float64Array) -> Int64Array:
    """Return the box (4,) that a body in a box (4,) takes all along its way."""
    half = np.ceil(np.abs(way_px) / 2).astype(np.int64) + 1
    return box_px + np.concatenate((-half, half))


def sheet_for(canvas: UInt8Array, box_px: Int64Array) -> Sheet | None:
    """Return a sheet for what is painted in a box, None where the box misses the picture."""
    height, width = canvas.shape[:2]
    x0, y0 = max(0, int(box_px[0])), max(0, int(box_px[1]))
    x1, y1 = min(width, int(box_px[2])), min(height, int(box_px[3]))
    if x1 <= x0 or y1 <= y0:
        return None
    return Sheet(np.array([x0, y0]), canvas[y0:y1, x0:x1].copy())


def spread(
    canvas: UInt8Array, sheet: Sheet, faces_px: Float64Array, corners: Int64Array, way_px: Float64Array
) -> None:
    """Lay a sheet over the picture that it is a copy of, drawn out along a way.

    `faces_px` (F, K, 2) in pixels of the sheet, of `corners` (F,) each, say what of it is the body.
    """
    cover = np.zeros(sheet.picture.shape[:2], dtype=np.uint8)
    _label(cover, faces_px, corners)
    cover = np.asarray(cv2.dilate(cover, RIM), dtype=np.uint8)
    longest = float(np.abs(way_px).max())
    count = min(MOST_SAMPLES, round(longest) + 1)
    share = (np.arange(count) - (count - 1) / 2) / max(longest if count < MOST_SAMPLES else count, 1.0)
    steps = np.floor(share[:, None] * way_px + 0.5 + TIE).astype(np.int64)  # each pixel once
    sums = np.empty((4, sheet.picture.shape[1]), dtype=np.int32)
    _spread(canvas[sheet.area], sheet.picture, cover, steps, sums)


@compiled
def _label(cover: UInt8Array, faces_px: Float64Array, corners: Int64Array) -> None:
    for face in range(corners.size):
        label_face(cover, faces_px[face, : corners[face]], 1)


@compiled
def _spread(
    canvas: UInt8Array, picture: UInt8Array, cover: UInt8Array, steps: Int64Array, sums: NDArray[np.int32]
) -> None:
    """Fill `canvas` (H, W, 3) with the mean over steps (S, 2) of `picture` moved, where it covers.

    `sums` (4, W) is scratch.
    """
    height, width = cover.shape
    count = steps.shape[0]
    for y in range(height):
        sums[:] = 0
        for s in range(count):
            v = min(max(y - steps[s, 1], 0), height - 1)
            for x in range(width):
                u = min(max(x - steps[s, 0], 0), width - 1)
                if cover[v, u]:
                    for c in range(3):
                        sums[c, x] += picture[v, u, c]
                    sums[3, x] += 1
        for x in range(width):
            left = count - sums[3, x]
            if left < count:
                for c in range(3):
                    canvas[y, x, c] = np.uint8((sums[c, x] + left * canvas[y, x, c] + count // 2) // count)
