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

UInt16Array = NDArray[np.uint16]

LEAST_WAY_PX = 1.0  # a pixel is as wide: less cannot be seen
FEW = 9  # samples that are taken in one stage; of more, each of the second stage is a group of the first
GROUP, MANY = 3, 48  # samples in a group, and a pixel apart; a longer way is sampled more coarsely
ROOT = 7  # samples of each stage then
LAYERS = 4  # blue, green, red, and whether there is anything
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
    height, width = sheet.picture.shape[:2]
    cover = np.zeros((height, width), dtype=np.uint8)
    _label(cover, faces_px, corners)
    cover = np.asarray(cv2.dilate(cover, RIM), dtype=np.uint8)
    first, second = np.empty((2, height, width * LAYERS), dtype=np.uint16)
    _cut_out(sheet.picture, cover, first)
    count = 1
    for steps in _steps(way_px):
        _gather(first, second, steps)
        first, second, count = second, first, count * len(steps)
    _lay(canvas[sheet.area], first, count)


def _steps(way_px: Float64Array) -> list[Int64Array]:
    """Return steps (S, 2) along a way, a pixel apart, in one or two stages.

    Each sample of the second stage is the sum of those of the first.
    """
    longest = float(np.abs(way_px).max())
    count = round(longest) + 1
    if count <= FEW:
        return [_along(way_px, count, 1.0 / max(longest, 1.0))]
    if count <= MANY:
        groups = round(count / GROUP)
        return [_along(way_px, GROUP, 1.0 / longest), _along(way_px, groups, GROUP / longest)]
    return [_along(way_px, ROOT, 1.0 / ROOT**2), _along(way_px, ROOT, 1.0 / ROOT)]


def _along(way_px: Float64Array, count: int, apart: float) -> Int64Array:
    """Return so many steps (S, 2) in whole pixels about the middle of a way, `apart` as a share of it."""
    share = (np.arange(count) - (count - 1) / 2) * apart
    return np.floor(share[:, None] * way_px + 0.5 + TIE).astype(np.int64)


@compiled
def _label(cover: UInt8Array, faces_px: Float64Array, corners: Int64Array) -> None:
    for face in range(corners.size):
        label_face(cover, faces_px[face, : corners[face]], 1)


@compiled
def _cut_out(picture: UInt8Array, cover: UInt8Array, layers: UInt16Array) -> None:
    """Fill rows of layers (H, 4 W), blue, green, red and one, where `cover` (H, W) is set, else with 0."""
    for y in range(cover.shape[0]):
        for x in range(cover.shape[1]):
            on = cover[y, x]
            for c in range(3):
                layers[y, LAYERS * x + c] = on * picture[y, x, c]
            layers[y, LAYERS * x + 3] = on


@compiled
def _gather(layers: UInt16Array, sums: UInt16Array, steps: Int64Array) -> None:
    """Fill `sums` with the sum over steps (S, 2) of `layers` moved by them; what is at an edge goes on."""
    height, width = layers.shape
    for y in range(height):
        for i in range(width):
            sums[y, i] = 0
        for s in range(steps.shape[0]):
            v = min(max(y - steps[s, 1], 0), height - 1)
            shift = LAYERS * min(max(steps[s, 0], -width // LAYERS), width // LAYERS)
            low, high = max(0, shift), min(width, width + shift)
            into, of = sums[y, low:high], layers[v, low - shift : high - shift]
            for i in range(into.size):  # slices, since an index that may be negative costs eightfold
                into[i] += of[i]
            for i in range(max(0, shift)):
                sums[y, i] += layers[v, i % LAYERS]
            for i in range(min(width, width + shift), width):
                sums[y, i] += layers[v, width - LAYERS + i % LAYERS]


@compiled
def _lay(canvas: UInt8Array, sums: UInt16Array, count: int) -> None:
    """Lay the mean of so many layers over `canvas` (H, W, 3)."""
    each = 1.0 / count
    for y in range(canvas.shape[0]):
        row, total = canvas[y], sums[y]
        for x in range(row.shape[0]):
            hits = total[LAYERS * x + 3]
            if hits > 0:
                for c in range(3):
                    light = float(total[LAYERS * x + c]) + float(count - hits) * row[x, c]
                    row[x, c] = np.uint8(each * light + 0.5)
