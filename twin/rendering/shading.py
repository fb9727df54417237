"""What each pixel of the still street looks like in a light: one compiled pass over label, thing and sky.

Along a row the geometry of the ground is smooth: it is worked out every `STRIDE` pixels and drawn through in
between, as are, every `HOP` pixels, patches that are larger. All reckoning is in double precision, so that
plain Python gives the same numbers.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import Float32Array, Float64Array, UInt8Array
from twin.compiled import compiled, folded

STRIDE, HOP = 16, 4
TILE_PX, TILE_ONE = 512, 32  # side of the texture, and what its deviation is kept as
FIXED = 16  # bits after the point of a place in the texture
WRAP = 4194304.0  # a multiple of the tile that makes every place positive
COARSE_M, MIDDLE_M, FINE_M = 150.0, 14.0, 2.3  # periods of the texture: stains, patches, grain
COARSE, MIDDLE, FINE = 0.28 / TILE_ONE, 0.22 / TILE_ONE, 0.75 / TILE_ONE  # and how strong each is
FADES_M = 40.0  # grain fades with the distance, by half at this one
TONES, AIRS_PER_M, RISES = 8, 4, 2048  # steps of a grey level, of a metre of air, of the height of the sky
LIMIT = 8192  # entries of the table of tones; a power of 2
SKYLINE, LANTERN = 1, 2  # things: hills and trees on the horizon, and lamps before the sky or the ground
FARTHEST_M = 1500.0
SKYLINE_M = 700.0  # ground nearer than that lies before them
PATHS = 0.09  # how much darker wheels leave asphalt
ASPHALT = 3
WATER = 0.02  # reflectance of water at normal incidence, ((n - 1) / (n + 1))^2 with n = 1.33
SHARE = 1.0 / 255.0
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


class Room(NamedTuple):
    """Scratch for one row of W pixels: `knots` (W // STRIDE + 2, COLUMNS), `grain` (W,)."""

    knots: Float64Array
    grain: Float64Array


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
    tile: NDArray[np.int8]
    pool: Float64Array
    pool_rows: int
    mirror: Float32Array


class Falls(NamedTuple):
    """What a light does to materials (S, 3), 0..255, and to things (T, 3); other colours are (3,).

    Ground shows `sky + sun (1 - shadow) + lamps * pool`; in the shadow of a vehicle the shares `dim` (2,) of
    sky and lamps are left, and its headlamps add `beam`. `rough` and `shiny` (S,) are of the material.
    Things show their colour times `thing_mul` plus `thing_add`, and their own light times `thing_glow` (T,).
    `air` is how much the air veils by distance, `air_bgr` its colour. `tone` gives the byte, `lens` what
    corners lose, `wet` is the film of water, `puddles` its texture a metre.
    """

    rough: Float64Array
    shiny: Float64Array
    sky: Float64Array
    sun: Float64Array
    lamps: Float64Array
    beam: Float64Array
    dim: Float64Array
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
    puddles: float


@folded
def _look(tile: NDArray[np.int8], x: float, y: float) -> float:
    """Return a periodic texture between its pixels, times TILE_ONE; `x` and `y` are not negative."""
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
def _survey(sight: Sight, layers: Layers, falls: Falls, v: int, knots: Float64Array) -> None:
    """Fill what changes smoothly along a row, `knots` (N, COLUMNS), every STRIDE pixels.

    Place x and y, stains, weight of patches and of grain, light that the air lets through, airlight, fall
    to the corners, street lamps, distance, film of water.
    """
    height, width = layers.label.shape
    row = v // layers.pool_rows
    below = min(row + 1, layers.pool.shape[0] - 1)
    down = (v - row * layers.pool_rows) / layers.pool_rows
    high = (2.0 * v / max(height - 1, 1) - 1.0) ** 2
    for n in range(knots.shape[0]):
        u = n * STRIDE
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
            thick = 0.7 + 0.28 / TILE_ONE * _look(
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
    cloud = 0.75 * min(1.0, max(0.0, 0.45 / TILE_ONE * noise + 0.25)) * (0.35 + 0.65 * height)
    blue = falls.horizon[c] + falls.rise[int(height * RISES)] * (falls.zenith[c] - falls.horizon[c])
    return float(blue + cloud * (min(falls.horizon[c] * 1.04, 255.0) - blue))


@compiled
def _weave(tile: NDArray[np.int8], knots: Float64Array, grain: Float64Array) -> None:
    """Fill the texture of the ground along a row (W,): stains, patches, grain. Grain is as fine as pixels."""
    middle, finest = TILE_PX / MIDDLE_M, (1 << FIXED) * TILE_PX / FINE_M
    for start in range(0, grain.size, HOP):
        n, k = start // STRIDE, start % STRIDE
        x1, y1 = (knots[n + 1, 0] - knots[n, 0]) / STRIDE, (knots[n + 1, 1] - knots[n, 1]) / STRIDE
        x, y = knots[n, 0] + k * x1, knots[n, 1] + k * y1
        stains1 = (knots[n + 1, 2] - knots[n, 2]) / STRIDE
        patches, fine = knots[n, 3], knots[n, 4]
        ahead = HOP * middle * max(abs(x1), abs(y1)) < 1.0
        patch, patch1 = patches * _look(tile, x * middle + WRAP, y * middle + WRAP), stains1
        if ahead:
            after = _look(tile, (x + HOP * x1) * middle + WRAP, (y + HOP * y1) * middle + WRAP)
            patch1 += (patches * after - patch) / HOP
        patch += knots[n, 2] + k * stains1
        a, b, a1, b1 = int(x * finest), int(y * finest), int(x1 * finest), int(y1 * finest)
        for i in range(min(HOP, grain.size - start)):
            u, w = (a + i * a1) >> FIXED & (TILE_PX - 1), (b + i * b1) >> FIXED & (TILE_PX - 1)
            here = patch + i * patch1 + fine * tile[w, u]
            if i > 0 and not ahead:
                again = _look(tile, (x + i * x1) * middle + WRAP, (y + i * y1) * middle + WRAP)
                here = knots[n, 2] + (k + i) * stains1 + patches * again + fine * tile[w, u]
            grain[start + i] = here


@folded
def _thing(layers: Layers, falls: Falls, u: int, v: int, thing: int, c: int) -> float:
    """Return a channel of a thing at a pixel, 0..255."""
    value = layers.albedo[v, u, c] * falls.thing_mul[thing, c] + falls.thing_add[thing, c]
    if falls.thing_glow[thing] > 0.0:
        value += falls.thing_glow[thing] * layers.glow[v, u, c]
    return float(value)


@folded
def _ground(falls: Falls, label: int, sun: float, pool: float, dim: float, beam: float, c: int) -> float:
    """Return a channel of even, dry ground, 0..255; sun, lamps, shadow and headlamps count 0..1."""
    value = falls.sky[label, c] + sun * falls.sun[label, c] + pool * falls.lamps[label, c]
    if dim > 0.0:
        left = falls.dim[0] * falls.sky[label, c] + falls.dim[1] * pool * falls.lamps[label, c]
        value += dim * (left - value)
    if beam > 0.0:
        value += beam * falls.beam[label, c]
    return float(value)


@folded
def _texture(layers: Layers, falls: Falls, u: int, v: int, grain: float) -> float:
    """Return how bright the texture makes the ground at a pixel, about 1."""
    label = layers.label[v, u]
    shade = 1.0 + grain * falls.rough[label]
    if label == ASPHALT:
        shade *= 1.0 - PATHS * SHARE * layers.worn[v, u]
    return min(1.7, max(0.25, float(shade)))


@folded
def _colour(
    sight: Sight, layers: Layers, falls: Falls, place: tuple[int, int], knots: Float64Array,
    shares: tuple[float, float, float], out: UInt8Array,
) -> None:  # fmt: skip
    """Fill the pixel (u, v) of `out`; `shares` are its texture, and shadow and beams of vehicles there."""
    u, v = place
    n, part = u // STRIDE, (u % STRIDE) / STRIDE
    thing, lens = layers.thing[v, u], knots[n, 7]
    own = falls.thing_glow[LANTERN] if thing == LANTERN else 0.0
    if thing == LANTERN or (thing == SKYLINE and knots[n, 9] < SKYLINE_M):
        thing = 0
    if thing > 0:
        for c in range(3):
            out[v, u, c] = falls.tone[int(lens * _thing(layers, falls, u, v, thing, c)) & (LIMIT - 1)]
        return
    if knots[n, 9] >= sight.far_m:
        for c in range(3):
            value = _sky(sight, layers, falls, u, v, c) + own * layers.glow[v, u, c]
            out[v, u, c] = falls.tone[int(lens * value) & (LIMIT - 1)]
        return
    label, shade = layers.label[v, u], _texture(layers, falls, u, v, shares[0])
    through = knots[n, 5] + part * (knots[n + 1, 5] - knots[n, 5])
    veil = knots[n, 6] + part * (knots[n + 1, 6] - knots[n, 6])
    pool = knots[n, 8] + part * (knots[n + 1, 8] - knots[n, 8])
    film = (knots[n, 10] + part * (knots[n + 1, 10] - knots[n, 10])) * falls.shiny[label]
    sun = 1.0 - SHARE * layers.shadow[v, u]
    for c in range(3):
        value = shade * _ground(falls, label, sun, pool, shares[1], shares[2], c)
        if film > 0.0:
            value += film * (layers.mirror[v, u, c] - value)
        if own > 0.0:
            value += own * layers.glow[v, u, c]
        out[v, u, c] = falls.tone[int(value * through + veil * falls.air_bgr[c]) & (LIMIT - 1)]


@folded
def _bare(
    layers: Layers, falls: Falls, v: int, n: int, room: Room, covers: tuple[UInt8Array, UInt8Array],
    out: UInt8Array,
) -> None:  # fmt: skip
    """Fill a stride of row `v` where nothing but dry ground shows: as `_colour` does, in half the time."""
    knots, grain = room
    label, worn, shadow, row = layers.label[v], layers.worn[v], layers.shadow[v], out[v]
    dim, beam = covers
    for k in range(min(STRIDE, row.shape[0] - n * STRIDE)):
        u, part = n * STRIDE + k, k / STRIDE
        at = label[u]
        shade = 1.0 + grain[u] * falls.rough[at]
        if at == ASPHALT:
            shade *= 1.0 - PATHS * SHARE * worn[u]
        shade = min(1.7, max(0.25, shade)) * (knots[n, 5] + part * (knots[n + 1, 5] - knots[n, 5]))
        veil = knots[n, 6] + part * (knots[n + 1, 6] - knots[n, 6])
        pool = knots[n, 8] + part * (knots[n + 1, 8] - knots[n, 8])
        sun = 1.0 - SHARE * shadow[u]
        dark = SHARE * dim[v, u] if dim.size > 0 else 0.0
        bright = SHARE * beam[v, u] if beam.size > 0 else 0.0
        for c in range(3):
            value = _ground(falls, at, sun, pool, dark, bright, c)
            row[u, c] = falls.tone[int(value * shade + veil * falls.air_bgr[c]) & (LIMIT - 1)]


@folded
def _is_even(layers: Layers, v: int, first: int, covers: tuple[UInt8Array, UInt8Array]) -> bool:
    """Return whether material, shadows and headlamps are the same all along a stride of a row."""
    label, shadow = layers.label[v], layers.shadow[v]
    dim, beam = covers
    differ = 0
    for u in range(first + 1, min(first + STRIDE, label.size)):
        differ |= (label[u] ^ label[first]) | (shadow[u] ^ shadow[first])
        if dim.size > 0:
            differ |= dim[v, u] ^ dim[v, first]
        if beam.size > 0:
            differ |= beam[v, u] ^ beam[v, first]
    return differ == 0


@folded
def _even(
    layers: Layers, falls: Falls, v: int, n: int, room: Room, covers: tuple[UInt8Array, UInt8Array],
    out: UInt8Array,
) -> None:  # fmt: skip
    """Fill a stride of row `v` where one material in one light shows: as `_bare` does, in half the time."""
    knots, grain = room
    first = n * STRIDE
    worn, row, at = layers.worn[v], out[v], layers.label[v, first]
    dim, beam = covers
    sun = 1.0 - SHARE * layers.shadow[v, first]
    dark = SHARE * dim[v, first] if dim.size > 0 else 0.0
    bright = SHARE * beam[v, first] if beam.size > 0 else 0.0
    rough, paths = falls.rough[at], PATHS * SHARE if at == ASPHALT else 0.0
    through, through1 = knots[n, 5], (knots[n + 1, 5] - knots[n, 5]) / STRIDE
    veil, veil1 = knots[n, 6], (knots[n + 1, 6] - knots[n, 6]) / STRIDE
    b, b1 = _along(falls, at, sun, (knots[n, 8], knots[n + 1, 8]), dark, bright, 0)
    g, g1 = _along(falls, at, sun, (knots[n, 8], knots[n + 1, 8]), dark, bright, 1)
    r, r1 = _along(falls, at, sun, (knots[n, 8], knots[n + 1, 8]), dark, bright, 2)
    air_b, air_g, air_r = falls.air_bgr[0], falls.air_bgr[1], falls.air_bgr[2]
    for k in range(min(STRIDE, row.shape[0] - first)):
        u = first + k
        shade = (1.0 + grain[u] * rough) * (1.0 - paths * worn[u])
        shade = min(1.7, max(0.25, shade)) * (through + k * through1)
        haze = veil + k * veil1
        row[u, 0] = falls.tone[int((b + k * b1) * shade + haze * air_b) & (LIMIT - 1)]
        row[u, 1] = falls.tone[int((g + k * g1) * shade + haze * air_g) & (LIMIT - 1)]
        row[u, 2] = falls.tone[int((r + k * r1) * shade + haze * air_r) & (LIMIT - 1)]


@folded
def _along(
    falls: Falls, label: int, sun: float, pools: tuple[float, float], dim: float, beam: float, c: int
) -> tuple[float, float]:
    """Return a channel of even ground at the start of a stride, and by how much it changes a pixel."""
    here = _ground(falls, label, sun, pools[0], dim, beam, c)
    return here, (_ground(falls, label, sun, pools[1], dim, beam, c) - here) / STRIDE


@folded
def _is_bare(layers: Layers, falls: Falls, v: int, first: int) -> bool:
    """Return whether nothing but dry ground shows in a stride of a row, if it is not sky."""
    things = 0
    row = layers.thing[v]
    for u in range(first, min(first + STRIDE, row.size)):
        things |= row[u]
    return things == 0 and falls.wet == 0.0


@compiled
def paint_light(
    sight: Sight, layers: Layers, falls: Falls, covers: tuple[UInt8Array, UInt8Array], room: Room,
    out: UInt8Array,
) -> None:  # fmt: skip
    """Fill the picture `out` (H, W, 3).

    `covers` (H, W) are what shadows and headlamps of vehicles cover, of 255; where there are none, arrays of
    no pixels.
    """
    height, width = layers.label.shape
    dim, beam = covers
    for v in range(height):
        _survey(sight, layers, falls, v, room.knots)
        _weave(layers.tile, room.knots, room.grain)
        for n in range((width + STRIDE - 1) // STRIDE):
            if room.knots[n, 9] < sight.far_m and _is_bare(layers, falls, v, n * STRIDE):
                if _is_even(layers, v, n * STRIDE, covers):
                    _even(layers, falls, v, n, room, covers, out)
                else:
                    _bare(layers, falls, v, n, room, covers, out)
                continue
            for u in range(n * STRIDE, min(width, (n + 1) * STRIDE)):
                dark = SHARE * dim[v, u] if dim.size > 0 else 0.0
                bright = SHARE * beam[v, u] if beam.size > 0 else 0.0
                _colour(sight, layers, falls, (u, v), room.knots, (room.grain[u], dark, bright), out)


@compiled
def paint_gloss(sight: Sight, layers: Layers, falls: Falls, knots: Float64Array, out: UInt8Array) -> None:
    """Fill what the wet ground reflects (H, W), of 255, of what shines on it; `falls.air` is the veil."""
    for v in range(out.shape[0]):
        _survey(sight, layers, falls, v, knots)
        for u in range(out.shape[1]):
            n, k = u // STRIDE, u % STRIDE
            film = knots[n, 10] + k * (knots[n + 1, 10] - knots[n, 10]) / STRIDE
            through = knots[n, 5] / TONES
            thing = layers.thing[v, u]
            ground = thing in (0, LANTERN) or (thing == SKYLINE and knots[n, 9] < SKYLINE_M)
            if not ground or knots[n, 9] >= sight.far_m:
                film = 0.0
            out[v, u] = np.uint8(255.0 * film * through * falls.shiny[layers.label[v, u]])
