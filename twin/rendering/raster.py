"""Fills convex polygons with smooth edges, and keeps what stands nearer.

OpenCV fills one polygon a call; a frame of thirty vehicles has a thousand, most of a few pixels, and
two thirds of the time went into calling. A pixel's middle is its whole coordinate, as in OpenCV.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import Float32Array, Float64Array, UInt8Array
from twin.compiled import compiled

ROWS = 4  # lines in a row of pixels on which coverage is measured
EDGE = 1.75  # faces that meet cover the pixel between them: what lies behind must not shine through


@compiled
def _span(corners_px: Float64Array, count: int, y: float) -> tuple[float, float]:
    """Return where the line at height `y` enters and leaves a convex polygon (K, 2); empty: right < left."""
    left, right = 1e9, -1e9
    for i in range(count):
        j = i + 1 if i + 1 < count else 0
        y0, y1 = corners_px[i, 1], corners_px[j, 1]
        if (y0 <= y) != (y1 <= y):
            x = corners_px[i, 0] + (y - y0) * (corners_px[j, 0] - corners_px[i, 0]) / (y1 - y0)
            left, right = min(left, x), max(right, x)
    return left, right


@compiled
def _cover(cover: Float64Array, left: float, right: float, solid: tuple[int, int]) -> None:
    """Add a span to the coverage (W,) of a row, but not between the pixels `solid`, which all spans cover."""
    if right <= left:
        return
    first, last = int(left + 0.5), int(right + 0.5)
    if first == last:
        cover[first] += right - left
        return
    cover[first] += first + 0.5 - left
    for x in range(first + 1, min(last, solid[0])):
        cover[x] += 1.0
    for x in range(max(first + 1, solid[1]), last):
        cover[x] += 1.0
    cover[last] += right - last + 0.5


@compiled
def _blend(
    canvas: UInt8Array, y: int, span: tuple[int, int], colour: Float64Array, cover: Float64Array
) -> None:
    """Paint the pixels from `span[0]` up to but without `span[1]` as far as they are covered; clear that."""
    for x in range(span[0], span[1]):
        share = min(1.0, EDGE * cover[x] / ROWS)
        cover[x] = 0.0
        for c in range(3):
            here = float(canvas[y, x, c]) if share < 1.0 else colour[c]
            canvas[y, x, c] = np.uint8(here + share * (colour[c] - here) + 0.5)


@compiled
def _fill(
    canvas: UInt8Array, corners_px: Float64Array, count: int, colour: Float64Array, room: Float64Array
) -> None:
    """Fill one convex polygon."""
    low, high = corners_px[0, 1], corners_px[0, 1]
    for i in range(1, count):
        low, high = min(low, corners_px[i, 1]), max(high, corners_px[i, 1])
    width = canvas.shape[1]
    for y in range(max(0, int(low + 0.5)), min(canvas.shape[0] - 1, int(high + 0.5)) + 1):
        first, last, inner, outer = width, -1, 0, width
        for k in range(ROWS):
            left, right = _span(corners_px, count, y - 0.5 + (k + 0.5) / ROWS)
            left, right = max(left, -0.5), min(right, width - 0.5001)
            room[width + 2 * k], room[width + 2 * k + 1] = left, right
            if right <= left:
                outer = -1
                continue
            a, b = int(left + 0.5), int(right + 0.5)
            first, last, inner, outer = min(first, a), max(last, b), max(inner, a + 1), min(outer, b)
        if inner >= outer:
            inner = outer = last + 1
        for k in range(ROWS):
            _cover(room, room[width + 2 * k], room[width + 2 * k + 1], (inner, outer))
        _blend(canvas, y, (first, inner), colour, room)
        _blend(canvas, y, (outer, last + 1), colour, room)
        for x in range(inner, outer):
            for c in range(3):
                canvas[y, x, c] = np.uint8(colour[c] + 0.5)


def scratch(canvas: UInt8Array) -> Float64Array:
    """Return what `fill_faces` needs for a canvas: the coverage of a row, 0 at each pixel, and its spans."""
    return np.zeros(canvas.shape[1] + 2 * ROWS)


@compiled
def fill_faces(
    canvas: UInt8Array,
    faces_px: Float64Array,
    corners: NDArray[np.int64],
    colours: Float64Array,
    room: Float64Array,
) -> None:
    """Fill faces (F, K, 2) of `corners` (F,) corners each, in order, with colours (F, 3) 0..255.

    `room` (W + 2 ROWS,) is scratch, as `scratch` makes it.
    """
    for face in range(corners.size):
        _fill(canvas, faces_px[face], corners[face], colours[face], room)


class Upright(NamedTuple):
    """What stands at each pixel: `thing` (H, W), a row of the depths `depth_m` (T,), infinite for ground."""

    thing: NDArray[np.uint16]
    depth_m: Float32Array


@compiled
def keep_nearer(
    canvas: UInt8Array, still: UInt8Array, upright: Upright, depth_m: float, box_px: NDArray[np.int64]
) -> None:
    """Put back what `still` (H, W, 3) shows in a box where something stands nearer than `depth_m`."""
    for y in range(max(0, box_px[1]), min(canvas.shape[0], box_px[3])):
        for x in range(max(0, box_px[0]), min(canvas.shape[1], box_px[2])):
            if upright.depth_m[upright.thing[y, x]] < depth_m:
                for c in range(3):
                    canvas[y, x, c] = still[y, x, c]


@compiled
def fill_below(
    picture: UInt8Array, albedo: UInt8Array, thing: NDArray[np.uint16], label: UInt8Array, ground: UInt8Array
) -> None:
    """Fill a picture (H, W, 3): `albedo` where a `thing` (H, W) is, else `ground` (L, 3) by label."""
    for y in range(picture.shape[0]):
        for x in range(picture.shape[1]):
            bare = thing[y, x] == 0
            for c in range(3):
                picture[y, x, c] = ground[label[y, x], c] if bare else albedo[y, x, c]


@compiled
def add_share(canvas: UInt8Array, light: UInt8Array, share: UInt8Array) -> None:
    """Add to `canvas` the part `share` (H, W), of 255, of `light`, both (H, W, 3); 255 at most."""
    for y in range(canvas.shape[0]):
        for x in range(canvas.shape[1]):
            if share[y, x] > 0:
                for c in range(3):
                    part = np.int32(light[y, x, c]) * np.int32(share[y, x]) + 128
                    canvas[y, x, c] = np.uint8(min(255, canvas[y, x, c] + ((part + (part >> 8)) >> 8)))


@compiled
def take_share(canvas: UInt8Array, light: UInt8Array, share: UInt8Array) -> None:
    """Take from `canvas` the part `share` (H, W), of 255, of `light`, both (H, W, 3); not below 0."""
    for y in range(canvas.shape[0]):
        for x in range(canvas.shape[1]):
            if share[y, x] > 0:
                for c in range(3):
                    part = np.int32(light[y, x, c]) * np.int32(share[y, x]) + 128
                    canvas[y, x, c] = np.uint8(max(0, canvas[y, x, c] - ((part + (part >> 8)) >> 8)))


@compiled
def label_face(label: UInt8Array, corners_px: Float64Array, value: int) -> None:
    """Set `label` (H, W) to `value` where the middle of a pixel lies in a convex polygon (K, 2)."""
    count = corners_px.shape[0]
    low, high = corners_px[0, 1], corners_px[0, 1]
    for i in range(1, count):
        low, high = min(low, corners_px[i, 1]), max(high, corners_px[i, 1])
    for y in range(max(0, int(np.ceil(low))), min(label.shape[0] - 1, int(np.floor(high))) + 1):
        left, right = _span(corners_px, count, float(y))
        if left <= right:
            first, last = max(0, int(np.ceil(left))), min(label.shape[1] - 1, int(np.floor(right)))
            for x in range(first, last + 1):
                label[y, x] = value


@compiled
def label_faces(label: UInt8Array, faces_px: Float64Array, values: NDArray[np.int64]) -> None:
    """Set `label` to `values` (F,) in convex polygons (F, K, 2), one after another."""
    for face in range(values.size):
        label_face(label, faces_px[face], values[face])


@compiled
def _hull(points: Float64Array, hull: Float64Array) -> int:
    """Fill the convex hull of points (K, 2), which it sorts; return of how many corners it is.

    Andrew, Another efficient algorithm for convex hulls in two dimensions, Inf. Proc. Letters 9(5), 1979.
    """
    count = points.shape[0]
    for i in range(1, count):
        x, y, j = points[i, 0], points[i, 1], i
        while j > 0 and (points[j - 1, 0] > x or (points[j - 1, 0] == x and points[j - 1, 1] > y)):
            points[j, 0], points[j, 1], j = points[j - 1, 0], points[j - 1, 1], j - 1
        points[j, 0], points[j, 1] = x, y
    size = 0
    for way in range(2):
        least = size + 1
        for k in range(way, count):
            row = k if way == 0 else count - 1 - k
            x, y = points[row, 0], points[row, 1]
            while size > least - way and _turn(hull, size, x, y) <= 0.0:
                size -= 1
            hull[size, 0], hull[size, 1] = x, y
            size += 1
    return size - 1


@compiled
def _turn(hull: Float64Array, size: int, x: float, y: float) -> float:
    """Return which way one turns at the last of two corners of a hull to go on to a point."""
    ax, ay = hull[size - 1, 0] - hull[size - 2, 0], hull[size - 1, 1] - hull[size - 2, 1]
    return float(ax * (y - hull[size - 2, 1]) - ay * (x - hull[size - 2, 0]))


@compiled
def fill_hulls(mask: UInt8Array, points_px: Float64Array, value: int, hull: Float64Array) -> None:
    """Set `mask` (H, W) to a value in the convex hulls of points (N, K, 2), which are sorted for it.

    `hull` (2 K + 2, 2) is scratch.
    """
    for n in range(points_px.shape[0]):
        count = _hull(points_px[n], hull)
        label_face(mask, hull[:count], value)
