"""What each pixel of the still street looks like in a light: one compiled pass over label, thing and sky.

Along a row the geometry of the ground is smooth: it is worked out every `STRIDE` pixels and drawn
through in between. All reckoning is in double precision, so that plain Python gives the same numbers.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import Float32Array, Float64Array, UInt8Array
from twin.compiled import compiled, folded

STRIDE = 8
TILE_PX = 512
WRAP = 4194304.0  # a multiple of the tile that makes every place positive
COARSE_M, MIDDLE_M, FINE_M = 150.0, 14.0, 2.3  # periods of the texture: stains, patches, grain
COARSE, MIDDLE, FINE = 0.28, 0.22, 0.75  # and how strong each is
FADES_M = 40.0  # grain fades with the distance, by half at this one
TONES, AIRS_PER_M, RISES = 8, 4, 2048  # steps of a grey level, of a metre of air, of the height of the sky
LIMIT = 8192  # entries of the table of tones; a power of 2
SKYLINE, LANTERN = 1, 2  # things: hills and trees on the horizon, and lamps before the sky or the ground
FARTHEST_M = 1500.0
SKYLINE_M = 700.0  # ground nearer than that lies before them
PATHS = 0.09  # how much darker wheels leave asphalt
ASPHALT = 3
WATER = 0.02  # reflectance of water at normal incidence, ((n - 1) / (n + 1))^2 with n = 1.33
COLUMNS = 11  # of a knot


class Sight(NamedTuple):
    """A camera over a plane: `normal` (3,) is `(-slope, -slope, 1)`, `height_m` the eye above the plane.

    Ground farther than `far_m` on the map is sky.
    """

    axes: Float64Array
    centre_px: Float64Array
    focal_px: float
    eye_m: Float64Array
    normal: Float64Array
    height_m: float
    far_m: float


class Layers(NamedTuple):
    """What is at each pixel (H, W): material, wheel paths, thing (0: ground or sky), what shadow of things.

    `albedo` and `glow` (H, W, 3) are those of things; `tile` the texture; `pool` (h, w) the light of street
    lamps on the ground every STRIDE columns and `pool_rows` rows; `mirror` (H, W, 3) what a wet street shows.
    """

    label: UInt8Array
    worn: UInt8Array
    thing: NDArray[np.uint16]
    shadow: UInt8Array
    albedo: UInt8Array
    glow: UInt8Array
    tile: Float32Array
    pool: Float64Array
    pool_rows: int
    mirror: Float32Array


class Falls(NamedTuple):
    """What a light does, colours (3,): `ground` (S, 3) by material in 0..255, `rough` (S,), `shiny` (S,).

    Ground shows its colour times `sky + sun (1 - shadow) + lamps * pool`, things (T, 3) theirs times
    `thing_mul` plus `thing_add`, and their own light times `thing_glow` (T,). `air` is how much the air veils
    by distance, `air_bgr` its colour. `tone` gives the byte, `lens` 0 or more what corners lose.
    `wet` is the film of water, `puddles` its texture a metre.
    """

    ground: Float64Array
    rough: Float64Array
    shiny: Float64Array
    sky: Float64Array
    sun: Float64Array
    lamps: Float64Array
    thing_mul: Float64Array
    thing_add: Float64Array
    thing_glow: Float64Array
    air: Float64Array
    air_bgr: Float64Array
    zenith: Float64Array
    horizon: Float64Array
    rise: Float64Array
    tone: UInt8Array
    lens: float
    wet: float
    darker: float
    puddles: float


@folded
def _look(tile: Float32Array, x: float, y: float) -> float:
    """Return a periodic texture between its pixels; `x` and `y` are not negative."""
    i, j = int(x), int(y)
    a, b = i & (TILE_PX - 1), (i + 1) & (TILE_PX - 1)
    c, d = j & (TILE_PX - 1), (j + 1) & (TILE_PX - 1)
    top = float(tile[c, a]) + (x - i) * (float(tile[c, b]) - float(tile[c, a]))
    low = float(tile[d, a]) + (x - i) * (float(tile[d, b]) - float(tile[d, a]))
    return top + (y - j) * (low - top)


@folded
def _ray(sight: Sight, u: int, v: int, axis: int) -> float:
    """Return a component of the direction of a pixel, not normalised: forward is one long."""
    right = (u - sight.centre_px[0]) / sight.focal_px
    down = (v - sight.centre_px[1]) / sight.focal_px
    return float(sight.axes[2, axis] + right * sight.axes[0, axis] + down * sight.axes[1, axis])


@folded
def _step(sight: Sight, x: float, y: float, z: float) -> float:
    """Return how many times a ray goes into the way to the ground."""
    fall = -(x * sight.normal[0] + y * sight.normal[1] + z * sight.normal[2])
    return float(sight.height_m / max(fall, 1e-6))


@compiled
def light_pools(
    sight: Sight, lamps_m: Float64Array, reach_m: float, rows: int, least: float, pool: Float64Array
) -> None:
    """Fill how strongly lamps (N, 2) light the ground (h, w), every `rows` rows and STRIDE columns."""
    for r in range(pool.shape[0]):
        for n in range(pool.shape[1]):
            u, v = n * STRIDE, r * rows
            x, y, z = _ray(sight, u, v, 0), _ray(sight, u, v, 1), _ray(sight, u, v, 2)
            step = _step(sight, x, y, z)
            east, north = sight.eye_m[0] + step * x, sight.eye_m[1] + step * y
            total = least
            for i in range(lamps_m.shape[0]):
                away = (east - lamps_m[i, 0]) ** 2 + (north - lamps_m[i, 1]) ** 2
                total += 1.0 / (1.0 + away / (reach_m * reach_m)) ** 2
            pool[r, n] = min(total, 1.15)


@folded
def _film(sight: Sight, x: float, y: float, z: float) -> float:
    """Return what water reflects of what comes along a ray.

    Schlick, An Inexpensive BRDF Model for Physically-based Rendering, Computer Graphics Forum 13(3), 1994.
    """
    up = x * sight.normal[0] + y * sight.normal[1] + z * sight.normal[2]
    length2 = sight.normal[0] ** 2 + sight.normal[1] ** 2 + sight.normal[2] ** 2
    bare = 1.0 - min(1.0, abs(up) / np.sqrt((x * x + y * y + z * z) * length2))
    return float(WATER + (1.0 - WATER) * bare * bare * bare * bare * bare)


@compiled
def _survey(sight: Sight, layers: Layers, falls: Falls, v: int, first: int, knots: Float64Array) -> None:
    """Fill what changes smoothly along a row, `knots` (N, COLUMNS), every STRIDE pixels from `first` on.

    Place x and y, stains, weight of patches and of grain, light that the air lets through, airlight, fall
    to the corners, street lamps, distance, film of water.
    """
    height, width = layers.label.shape
    row = v // layers.pool_rows
    below = min(row + 1, layers.pool.shape[0] - 1)
    down = (v - row * layers.pool_rows) / layers.pool_rows
    high = (2.0 * v / max(height - 1, 1) - 1.0) ** 2
    for n in range(knots.shape[0]):
        u = first + n * STRIDE
        x, y, z = _ray(sight, u, v, 0), _ray(sight, u, v, 1), _ray(sight, u, v, 2)
        step = _step(sight, x, y, z)
        reach = min(max(step * np.sqrt(x * x + y * y), 0.0), FARTHEST_M)
        flat = step if reach < FARTHEST_M else 0.0
        east, north = sight.eye_m[0] + flat * x, sight.eye_m[1] + flat * y
        veil = falls.air[int(reach * AIRS_PER_M)]
        lens = TONES * (1.0 - falls.lens * ((2.0 * u / max(width - 1, 1) - 1.0) ** 2 + high))
        near = 1.0 / (1.0 + reach / FADES_M)
        coarse = TILE_PX / COARSE_M
        knots[n, 0], knots[n, 1] = east, north
        knots[n, 2] = COARSE * _look(layers.tile, east * coarse + WRAP, north * coarse + WRAP)
        knots[n, 3], knots[n, 4] = MIDDLE * near, FINE * near * near
        knots[n, 5], knots[n, 6], knots[n, 7] = lens * (1.0 - veil), lens * veil, lens
        at = min(u // STRIDE, layers.pool.shape[1] - 1)
        upper = layers.pool[row, at]
        knots[n, 8] = upper + down * (layers.pool[below, at] - upper)
        knots[n, 9], knots[n, 10] = reach, 0.0
        if falls.wet > 0.0:
            thick = 0.7 + 0.28 * _look(
                layers.tile, east * falls.puddles + WRAP, north * falls.puddles + WRAP
            )
            knots[n, 10] = falls.wet * _film(sight, x, y, z) * min(1.0, max(0.35, thick))


@folded
def _sky(sight: Sight, layers: Layers, falls: Falls, u: int, v: int, c: int) -> float:
    """Return a channel of the sky at a pixel, 0..255: blue above, clouds."""
    x, y, z = _ray(sight, u, v, 0), _ray(sight, u, v, 1), _ray(sight, u, v, 2)
    up = min(1.0, max(0.01, z / np.sqrt(x * x + y * y + z * z)))
    height = min(1.0, up / 0.45)
    away = 42.0 / (abs(z) + 0.12)
    noise = _look(layers.tile, x * away + WRAP, y * away + WRAP)
    cloud = 0.75 * min(1.0, max(0.0, 0.45 * noise + 0.25)) * (0.35 + 0.65 * height)
    blue = falls.horizon[c] + falls.rise[int(height * RISES)] * (falls.zenith[c] - falls.horizon[c])
    return float(blue + cloud * (min(falls.horizon[c] * 1.04, 255.0) - blue))


@folded
def _grain(tile: Float32Array, x: float, y: float, patches: float, fine: float) -> float:
    """Return patches and grain of the ground at a place; the grain is finer than most pixels."""
    middle, finest = TILE_PX / MIDDLE_M, TILE_PX / FINE_M
    i, j = int(x * finest + WRAP) & (TILE_PX - 1), int(y * finest + WRAP) & (TILE_PX - 1)
    return patches * _look(tile, x * middle + WRAP, y * middle + WRAP) + fine * float(tile[j, i])


@compiled
def paint_light(
    sight: Sight, layers: Layers, falls: Falls, corner: tuple[int, int], mask: UInt8Array,
    knots: Float64Array, out: UInt8Array,
) -> None:  # fmt: skip
    """Fill `out` (h, w, 3), whose top left pixel is `corner` (u, v) of the picture.

    Where there is a `mask` (h, w) only the ground is painted, where the mask is not 0; an empty one asks for
    everything. `corner` lies on the STRIDE; `knots` is scratch, one longer than the strides of a row.
    """
    width, masked = out.shape[1], mask.size > 0
    for row in range(out.shape[0]):
        v = corner[1] + row
        _survey(sight, layers, falls, v, corner[0], knots)
        for n in range((width + STRIDE - 1) // STRIDE):
            x, y, stains = knots[n, 0], knots[n, 1], knots[n, 2]
            keep, veil, pool, film = knots[n, 5], knots[n, 6], knots[n, 8], knots[n, 10]
            x1, y1 = (knots[n + 1, 0] - x) / STRIDE, (knots[n + 1, 1] - y) / STRIDE
            stains1, keep1 = (knots[n + 1, 2] - stains) / STRIDE, (knots[n + 1, 5] - keep) / STRIDE
            veil1, pool1 = (knots[n + 1, 6] - veil) / STRIDE, (knots[n + 1, 8] - pool) / STRIDE
            film1 = (knots[n + 1, 10] - film) / STRIDE
            for k in range(min(STRIDE, width - n * STRIDE)):
                column = n * STRIDE + k
                u = corner[0] + column
                thing = layers.thing[v, u]
                own = falls.thing_glow[LANTERN] if thing == LANTERN else 0.0
                if thing == LANTERN or (thing == SKYLINE and knots[n, 9] < SKYLINE_M):
                    thing = 0
                if masked and (thing > 0 or mask[row, column] == 0 or knots[n, 9] >= sight.far_m):
                    out[row, column, 0] = out[row, column, 1] = out[row, column, 2] = 0
                elif thing > 0:
                    for c in range(3):
                        value = layers.albedo[v, u, c] * falls.thing_mul[thing, c] + falls.thing_add[thing, c]
                        value += falls.thing_glow[thing] * layers.glow[v, u, c]
                        out[row, column, c] = falls.tone[int(knots[n, 7] * value) & (LIMIT - 1)]
                elif knots[n, 9] >= sight.far_m:
                    for c in range(3):
                        value = _sky(sight, layers, falls, u, v, c)
                        if own > 0.0:
                            value += own * layers.glow[v, u, c]
                        value *= knots[n, 7]
                        out[row, column, c] = falls.tone[int(value) & (LIMIT - 1)]
                else:
                    label = layers.label[v, u]
                    grain = stains + k * stains1 + _grain(
                        layers.tile, x + k * x1, y + k * y1, knots[n, 3], knots[n, 4]
                    )
                    shade = 1.0 + grain * falls.rough[label]
                    if label == ASPHALT:
                        shade *= 1.0 - PATHS / 255.0 * layers.worn[v, u]
                    shade = min(1.7, max(0.25, shade)) * (1.0 - falls.darker * falls.shiny[label])
                    share = (film + k * film1) * falls.shiny[label]
                    sun = 1.0 - layers.shadow[v, u] / 255.0
                    through, air, lamp = keep + k * keep1, veil + k * veil1, pool + k * pool1
                    for c in range(3):
                        light = falls.sky[c] + sun * falls.sun[c] + lamp * falls.lamps[c]
                        value = falls.ground[label, c] * shade * light
                        if share > 0.0:
                            shown = 0.0 if masked else float(layers.mirror[v, u, c])
                            value += share * (shown - value)
                        if own > 0.0:
                            value += own * layers.glow[v, u, c]
                        value = value * through + air * falls.air_bgr[c]
                        out[row, column, c] = falls.tone[int(value) & (LIMIT - 1)]


@compiled
def paint_gloss(
    sight: Sight, layers: Layers, falls: Falls, knots: Float64Array, out: UInt8Array
) -> None:
    """Fill what the wet ground reflects (H, W), of 255, of what shines on it; `falls.air` is the veil."""
    for v in range(out.shape[0]):
        _survey(sight, layers, falls, v, 0, knots)
        for u in range(out.shape[1]):
            n, k = u // STRIDE, u % STRIDE
            film = knots[n, 10] + k * (knots[n + 1, 10] - knots[n, 10]) / STRIDE
            through = knots[n, 5] / TONES
            thing = layers.thing[v, u]
            ground = thing in (0, LANTERN) or (thing == SKYLINE and knots[n, 9] < SKYLINE_M)
            if not ground or knots[n, 9] >= sight.far_m:
                film = 0.0
            out[v, u] = np.uint8(255.0 * film * through * falls.shiny[layers.label[v, u]])
