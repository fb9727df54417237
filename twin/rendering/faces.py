"""Faces of vehicles through a camera: which show, where, and in what colour."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array
from twin.compiled import compiled

LEAST_FACE_PX2 = 1.0
LEAST_DEPTH_M = 0.05


class Eye(NamedTuple):
    """A pinhole camera: `axes` (3, 3) are its right, down and forward in the world."""

    position_m: Float64Array
    axes: Float64Array
    centre_px: Float64Array
    focal_px: float


class Shine(NamedTuple):
    """Light that falls on a face, colours (3,) as shares of white, but `horizon_bgr` 0..255."""

    sun: Float64Array
    sun_bgr: Float64Array
    sky_bgr: Float64Array
    lamp_bgr: Float64Array
    horizon_bgr: Float64Array


class Shape(NamedTuple):
    """The faces (F, K) of one body style as rows of vertices, in both painting orders (F,).

    A vertex (V, 3) is `unit` times the size of the vehicle plus `metric`.
    """

    unit: Float64Array
    metric: Float64Array
    faces: Int64Array
    corners: Int64Array
    paint: NDArray[np.int8]
    two_sided: BoolArray
    from_ahead: Int64Array
    from_behind: Int64Array


class Coat(NamedTuple):
    """What N vehicles wear, by paint P: colour (N, P, 3) 0..1, own light (N, P, 3) 0..255, gloss (P,)."""

    albedo: Float64Array
    own: Float64Array
    gloss: Float64Array


class Stand(NamedTuple):
    """Where N vehicles stand: position (N, 3), size (N, 3), and cosine, sine and slope of each (N, 3)."""

    position_m: Float64Array
    size_m: Float64Array
    turn: Float64Array


class Seen(NamedTuple):
    """What there is to paint: rows `first[n]`..`first[n + 1]` belong to vehicle n, in painting order.

    `pixels` (N, V, 2) and the boxes `box_px` (N, 4) around them, `shown` (N, F); `faces_px`
    (N * F, K, 2), `corners` (N * F,), `colours` (N * F, 3). `points_m` (V, 3) are the vertices of the last.
    """

    points_m: Float64Array
    pixels: Float64Array
    box_px: Int64Array
    shown: BoolArray
    first: Int64Array
    faces_px: Float64Array
    corners: Int64Array
    colours: Float64Array


def room_for(vehicles: int, shape: Shape) -> Seen:
    """Return an empty result for so many vehicles of a shape."""
    faces, corners = shape.faces.shape
    vertices = len(shape.unit)
    return Seen(
        np.empty((vertices, 3)),
        np.empty((vehicles, vertices, 2)),
        np.empty((vehicles, 4), dtype=np.int64),
        np.empty((vehicles, faces), dtype=np.bool_),
        np.zeros(vehicles + 1, dtype=np.int64),
        np.empty((vehicles * faces, corners, 2)),
        np.empty(vehicles * faces, dtype=np.int64),
        np.empty((vehicles * faces, 3)),
    )


@compiled
def _place(shape: Shape, stand: Stand, n: int, points_m: Float64Array) -> None:
    """Fill the vertices (V, 3) of vehicle n in the world."""
    cos, sin, slope = stand.turn[n, 0], stand.turn[n, 1], stand.turn[n, 2]
    for i in range(points_m.shape[0]):
        x = shape.unit[i, 0] * stand.size_m[n, 0] + shape.metric[i, 0]
        y = shape.unit[i, 1] * stand.size_m[n, 1] + shape.metric[i, 1]
        z = shape.unit[i, 2] * stand.size_m[n, 2] + shape.metric[i, 2]
        points_m[i, 0] = cos * x - sin * y + stand.position_m[n, 0]
        points_m[i, 1] = sin * x + cos * y + stand.position_m[n, 1]
        points_m[i, 2] = z + x * slope + stand.position_m[n, 2]


@compiled
def _project(points_m: Float64Array, eye: Eye, pixels: Float64Array, box_px: Int64Array) -> None:
    """Fill pixels (V, 2) of points (V, 3), NaN behind the lens, and the box (4,) around them."""
    low, high = np.inf, -np.inf
    left, right = np.inf, -np.inf
    for i in range(points_m.shape[0]):
        x, y = points_m[i, 0] - eye.position_m[0], points_m[i, 1] - eye.position_m[1]
        z = points_m[i, 2] - eye.position_m[2]
        depth = eye.axes[2, 0] * x + eye.axes[2, 1] * y + eye.axes[2, 2] * z
        scale = eye.focal_px / depth if depth > LEAST_DEPTH_M else np.nan
        for k in range(2):
            across = eye.axes[k, 0] * x + eye.axes[k, 1] * y + eye.axes[k, 2] * z
            pixels[i, k] = eye.centre_px[k] + scale * across
        left, right = min(left, pixels[i, 0]), max(right, pixels[i, 0])
        low, high = min(low, pixels[i, 1]), max(high, pixels[i, 1])
    box_px[0], box_px[1], box_px[2], box_px[3] = int(left - 1), int(low - 1), int(right + 2), int(high + 2)


@compiled
def _normal(points_m: Float64Array, face: Int64Array) -> tuple[float, float, float]:
    """Return the unit normal of a face, by its first three corners."""
    a, b, c = points_m[face[0]], points_m[face[1]], points_m[face[2]]
    ux, uy, uz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    vx, vy, vz = c[0] - a[0], c[1] - a[1], c[2] - a[2]
    x, y, z = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    length = max(np.sqrt(x * x + y * y + z * z), 1e-9)
    return x / length, y / length, z / length


@compiled
def _area_px2(pixels: Float64Array, face: Int64Array, count: int) -> float:
    """Return the area of a face in the picture by the shoelace formula."""
    twice = 0.0
    for i in range(count):
        a, b = pixels[face[i]], pixels[face[i + 1 if i + 1 < count else 0]]
        twice += a[0] * b[1] - b[0] * a[1]
    return abs(twice) / 2.0


@compiled
def _shade(
    colour: Float64Array,
    albedo: Float64Array,
    own: Float64Array,
    gloss: float,
    normal: tuple[float, float, float],
    light: Shine,
) -> None:
    """Fill a colour (3,), 0..255: Lambert's sun, a sky above, a glossy coat, own lamps."""
    up = normal[2]
    sun = max(0.0, normal[0] * light.sun[0] + normal[1] * light.sun[1] + up * light.sun[2])
    coat = gloss * min(1.0, max(0.0, 0.35 + 0.65 * up))
    for c in range(3):
        falls = light.sky_bgr[c] * (0.66 + 0.34 * up) + sun * light.sun_bgr[c]
        falls += (0.58 + 0.14 * up) * light.lamp_bgr[c]
        shaded = 255.0 * albedo[c] * falls + coat * light.horizon_bgr[c]
        colour[c] = min(255.0, max(0.0, shaded, own[c]))


@compiled
def see(stand: Stand, ahead: BoolArray, shape: Shape, coat: Coat, eye: Eye, light: Shine, seen: Seen) -> None:
    """Fill `seen` for N vehicles of one shape where they stand; `ahead` (N,): seen from ahead."""
    row, points_m = 0, seen.points_m
    for n in range(ahead.size):
        _place(shape, stand, n, points_m)
        _project(points_m, eye, seen.pixels[n], seen.box_px[n])
        order = shape.from_ahead if ahead[n] else shape.from_behind
        for k in range(order.size):
            f = order[k]
            face, count, paint = shape.faces[f], shape.corners[f], shape.paint[f]
            x, y, z = _normal(points_m, face)
            foot = points_m[face[0]]
            facing = x * (eye.position_m[0] - foot[0]) + y * (eye.position_m[1] - foot[1])
            facing += z * (eye.position_m[2] - foot[2])
            seen.shown[n, f] = facing > 0.0 or shape.two_sided[f]
            if not seen.shown[n, f] or not _area_px2(seen.pixels[n], face, count) >= LEAST_FACE_PX2:
                continue
            if facing < 0.0:
                x, y, z = -x, -y, -z
            albedo, own = coat.albedo[n, paint], coat.own[n, paint]
            _shade(seen.colours[row], albedo, own, coat.gloss[paint], (x, y, z), light)
            for i in range(count):
                for axis in range(2):
                    seen.faces_px[row, i, axis] = seen.pixels[n, face[i], axis]
            seen.corners[row] = count
            row += 1
        seen.first[n + 1] = row
