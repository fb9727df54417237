"""Faces of vehicles through a camera: which show, where, and in what colour."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array
from twin.compiled import compiled, folded

LEAST_FACE_PX2 = 1.0
LEAST_DEPTH_M = 0.05
PLATE = 6  # twin.rendering.meshes.Paint.PLATE
SKYLINE = 0.26  # sine of the elevation to which houses and trees hide the sky [?]
STREET = 0.34  # albedo of what is mirrored below that: walls, trees, asphalt [?]
OVER_WHITE = 1.25  # the sky is brighter than what a picture shows as white [?]
BOUNCE = 0.5  # of the light of the sun comes back from a street in the sun [?]
SUN_GLINT, GLINT_FROM = 260.0, 0.93
NEAR_GROUND, OPEN_FROM_M = 0.6, 0.75  # share of the sky next to the street, and where it is whole [?]


class Eye(NamedTuple):
    """A pinhole camera: `axes` (3, 3) are its right, down and forward in the world."""

    position_m: Float64Array
    axes: Float64Array
    centre_px: Float64Array
    focal_px: float


class Shine(NamedTuple):
    """Light that falls on a face, colours (3,): shares of white, but those of horizon and zenith 0..255."""

    sun: Float64Array
    sun_bgr: Float64Array
    sky_bgr: Float64Array
    lamp_bgr: Float64Array
    horizon_bgr: Float64Array
    zenith_bgr: Float64Array


class Shapes(NamedTuple):
    """The meshes of S styles one after another.

    Style s has the vertices `vertex_from[s]`..`vertex_from[s + 1]` and the faces `face_from[s]`.. (S + 1,).
    A vertex (V, 3) is `unit` times the size of the vehicle plus `metric`. Faces (F, K) are rows of
    vertices of their own style, `corners` (F,) of them; both painting orders (F,) are rows of its faces.
    """

    vertex_from: Int64Array
    face_from: Int64Array
    unit: Float64Array
    metric: Float64Array
    faces: Int64Array
    corners: Int64Array
    paint: NDArray[np.int8]
    two_sided: BoolArray
    from_ahead: Int64Array
    from_behind: Int64Array


class Coat(NamedTuple):
    """What N vehicles wear, by paint P: colour (N, P, 3) 0..1, own light (N, P, 3) 0..255, gloss (P,).

    `gloss` is what a paint reflects of light that falls on it straight.
    """

    albedo: Float64Array
    own: Float64Array
    gloss: Float64Array


class Stand(NamedTuple):
    """Where N vehicles stand: position, size, and cosine, sine and slope of each (N, 3), style (N,)."""

    position_m: Float64Array
    size_m: Float64Array
    turn: Float64Array
    style: Int64Array


class Seen(NamedTuple):
    """What there is to paint: rows `first[n]`..`first[n + 1]` belong to vehicle n, in painting order.

    `pixels` (N, V, 2) and the boxes `box_px` (N, 4) around them, `shown` (N, F), V and F being the most
    that a style has; `plate_row` (N,) is the row of the plate that is painted, -1 for none. `faces_px`
    (M, K, 2), `corners` (M,), `colours` (M, 3). `points_m` (V, 3) are the vertices of the last.
    """

    points_m: Float64Array
    pixels: Float64Array
    box_px: Int64Array
    shown: BoolArray
    plate_row: Int64Array
    first: Int64Array
    faces_px: Float64Array
    corners: Int64Array
    colours: Float64Array


def room_for(style: Int64Array, shapes: Shapes) -> Seen:
    """Return an empty result for vehicles of styles (N,)."""
    vehicles, corners = len(style), shapes.faces.shape[1]
    vertices = int(np.diff(shapes.vertex_from).max())
    faces = np.diff(shapes.face_from)
    most = int(faces[style].sum())
    return Seen(
        np.empty((vertices, 3)),
        np.empty((vehicles, vertices, 2)),
        np.empty((vehicles, 4), dtype=np.int64),
        np.empty((vehicles, int(faces.max())), dtype=np.bool_),
        np.empty(vehicles, dtype=np.int64),
        np.zeros(vehicles + 1, dtype=np.int64),
        np.zeros((most, corners, 2)),
        np.empty(most, dtype=np.int64),
        np.empty((most, 3)),
    )


@folded
def _place(shapes: Shapes, stand: Stand, n: int, points_m: Float64Array) -> None:
    """Fill the vertices (V, 3) of vehicle n in the world."""
    cos, sin, slope = stand.turn[n, 0], stand.turn[n, 1], stand.turn[n, 2]
    first = shapes.vertex_from[stand.style[n]]
    for i in range(points_m.shape[0]):
        v = first + i
        x = shapes.unit[v, 0] * stand.size_m[n, 0] + shapes.metric[v, 0]
        y = shapes.unit[v, 1] * stand.size_m[n, 1] + shapes.metric[v, 1]
        z = shapes.unit[v, 2] * stand.size_m[n, 2] + shapes.metric[v, 2]
        points_m[i, 0] = cos * x - sin * y + stand.position_m[n, 0]
        points_m[i, 1] = sin * x + cos * y + stand.position_m[n, 1]
        points_m[i, 2] = z + x * slope + stand.position_m[n, 2]


@folded
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


@folded
def _normal(points_m: Float64Array, face: Int64Array) -> tuple[float, float, float]:
    """Return the unit normal of a face, by its first three corners."""
    a, b, c = points_m[face[0]], points_m[face[1]], points_m[face[2]]
    ux, uy, uz = b[0] - a[0], b[1] - a[1], b[2] - a[2]
    vx, vy, vz = c[0] - a[0], c[1] - a[1], c[2] - a[2]
    x, y, z = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    length = max(np.sqrt(x * x + y * y + z * z), 1e-9)
    return x / length, y / length, z / length


@folded
def _area_px2(pixels: Float64Array, face: Int64Array, count: int) -> float:
    """Return the area of a face in the picture by the shoelace formula."""
    twice = 0.0
    for i in range(count):
        a, b = pixels[face[i]], pixels[face[i + 1 if i + 1 < count else 0]]
        twice += a[0] * b[1] - b[0] * a[1]
    return abs(twice) / 2.0


@folded
def _mirrored(colour: Float64Array, ray: tuple[float, float, float], light: Shine) -> None:
    """Fill the light (3,), 0..255, that comes along a ray: the sky, or the street below its skyline."""
    up = ray[2]
    high = min(1.0, max(0.0, (up - SKYLINE) / (1.0 - SKYLINE)))
    clear = min(1.0, max(0.0, (up - SKYLINE) / SKYLINE))
    glint = max(0.0, ray[0] * light.sun[0] + ray[1] * light.sun[1] + up * light.sun[2])
    glint = SUN_GLINT * glint**64 if glint > GLINT_FROM else 0.0
    for c in range(3):
        sky = OVER_WHITE * (light.horizon_bgr[c] + high * (light.zenith_bgr[c] - light.horizon_bgr[c]))
        street = 255.0 * STREET * (light.sky_bgr[c] + 0.5 * light.lamp_bgr[c])
        colour[c] = street + clear * (sky - street) + glint * light.sun_bgr[c]


@folded
def _shade(
    colour: Float64Array,
    coat: tuple[Float64Array, Float64Array, float],
    normal: tuple[float, float, float],
    sight: tuple[float, float, float],
    above_m: float,
    light: Shine,
) -> None:
    """Fill a colour (3,), 0..255: Lambert's sun, a sky above, a coat that mirrors, own lamps.

    `coat` is albedo (3,), own light (3,) and gloss; `sight` the unit vector to the eye; `above_m` how high
    over the street the face is: next to it less of the sky is seen. Reflectance by angle: Schlick (1994).
    """
    albedo, own, gloss = coat
    up = normal[2]
    sun = max(0.0, normal[0] * light.sun[0] + normal[1] * light.sun[1] + up * light.sun[2])
    free = min(1.0, max(0.0, NEAR_GROUND + (1.0 - NEAR_GROUND) * above_m / OPEN_FROM_M))
    open_sky = (0.76 + 0.24 * up) * free
    bounce = BOUNCE * (0.5 - 0.5 * up) * max(0.0, light.sun[2])
    share = 0.0
    if gloss > 0.0:
        cosine = min(1.0, max(0.0, normal[0] * sight[0] + normal[1] * sight[1] + up * sight[2]))
        away = 1.0 - cosine
        share = gloss + (1.0 - gloss) * away * away * away * away * away
        ray = (2.0 * cosine * normal[0] - sight[0], 2.0 * cosine * normal[1] - sight[1],
               2.0 * cosine * up - sight[2])  # fmt: skip
        _mirrored(colour, ray, light)
    for c in range(3):
        falls = light.sky_bgr[c] * open_sky + (sun + bounce) * light.sun_bgr[c]
        falls += (0.58 + 0.14 * up) * light.lamp_bgr[c]
        shaded = 255.0 * albedo[c] * falls
        if share > 0.0:
            shaded += share * (colour[c] - shaded)
        colour[c] = min(255.0, max(0.0, shaded, own[c]))


@folded
def _paint(
    at: tuple[int, int, int], shapes: Shapes, stand: Stand, coat: Coat, eye: Eye, light: Shine, seen: Seen
) -> bool:
    """Fill row `row` with face `f` of vehicle n, `at` being n, f, row; return whether it is to be painted."""
    n, f, row = at
    points_m = seen.points_m
    local = f - shapes.face_from[stand.style[n]]
    face, count, paint = shapes.faces[f], shapes.corners[f], shapes.paint[f]
    x, y, z = _normal(points_m, face)
    foot, across = points_m[face[0]], points_m[face[2]]
    sx, sy, sz = eye.position_m[0] - foot[0], eye.position_m[1] - foot[1], eye.position_m[2] - foot[2]
    facing = x * sx + y * sy + z * sz
    seen.shown[n, local] = facing > 0.0 or shapes.two_sided[f]
    if not seen.shown[n, local] or not _area_px2(seen.pixels[n], face, count) >= LEAST_FACE_PX2:
        return False
    if facing < 0.0:
        x, y, z = -x, -y, -z
    far = max(np.sqrt(sx * sx + sy * sy + sz * sz), 1e-9)
    above_m = 0.5 * (foot[2] + across[2]) - stand.position_m[n, 2]
    wears = (coat.albedo[n, paint], coat.own[n, paint], coat.gloss[paint])
    _shade(seen.colours[row], wears, (x, y, z), (sx / far, sy / far, sz / far), above_m, light)
    for i in range(count):
        for axis in range(2):
            seen.faces_px[row, i, axis] = seen.pixels[n, face[i], axis]
    seen.corners[row] = count
    if paint == PLATE:
        seen.plate_row[n] = row
    return True


@compiled
def see(
    stand: Stand, ahead: BoolArray, shapes: Shapes, coat: Coat, eye: Eye, light: Shine, seen: Seen
) -> None:
    """Fill `seen` for N vehicles where they stand; `ahead` (N,): seen from ahead."""
    row = 0
    for n in range(ahead.size):
        style = stand.style[n]
        points_m = seen.points_m[: shapes.vertex_from[style + 1] - shapes.vertex_from[style]]
        _place(shapes, stand, n, points_m)
        _project(points_m, eye, seen.pixels[n], seen.box_px[n])
        order = shapes.from_ahead if ahead[n] else shapes.from_behind
        first = shapes.face_from[style]
        seen.plate_row[n] = -1
        for k in range(first, shapes.face_from[style + 1]):
            if _paint((n, first + order[k], row), shapes, stand, coat, eye, light, seen):
                row += 1
        seen.first[n + 1] = row
