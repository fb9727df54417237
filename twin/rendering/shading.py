"""What each pixel of the still street looks like in a light: one compiled pass over label, thing and sky."""

import numpy as np

from detectors.datatypes.arrays import Float64Array, UInt8Array
from twin.compiled import compiled, folded
from twin.rendering.ground_rows import (
    STRIDE,
    TILE_ONE,
    TONES,
    WRAP,
    Falls,
    Layers,
    Room,
    Sight,
    look,
    ray,
    survey,
    weave,
)

RISES = 2048  # steps of the height of the sky
LIMIT = 8192  # entries of the table of tones; a power of 2
SKYLINE, LANTERN = 1, 2  # things: hills and trees on the horizon, and lamps before the sky or the ground
SKYLINE_M = 700.0  # ground nearer than that lies before them
PATHS = 0.09  # how much darker wheels leave asphalt
ASPHALT = 3
SHARE = 1.0 / 255.0


@folded
def _sky(sight: Sight, layers: Layers, falls: Falls, u: int, v: int, c: int) -> float:
    """Return a channel of the sky at a pixel, 0..255: blue above, clouds."""
    x, y, z = ray(sight, u, v, 0), ray(sight, u, v, 1), ray(sight, u, v, 2)
    up = min(1.0, max(0.01, z / np.sqrt(x * x + y * y + z * z)))
    height = min(1.0, up / 0.45)
    away = 42.0 / (abs(z) + 0.12)
    noise = look(layers.tile, x * away + WRAP, y * away + WRAP)
    cloud = 0.75 * min(1.0, max(0.0, 0.45 / TILE_ONE * noise + 0.25)) * (0.35 + 0.65 * height)
    blue = falls.horizon[c] + falls.rise[int(height * RISES)] * (falls.zenith[c] - falls.horizon[c])
    return float(blue + cloud * (min(falls.horizon[c] * 1.04, 255.0) - blue))


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
    cut, woven, wears = (
        row[first : first + STRIDE],
        grain[first : first + STRIDE],
        worn[first : first + STRIDE],
    )
    for k in range(cut.shape[0]):
        shade = (1.0 + woven[k] * rough) * (1.0 - paths * wears[k])
        shade = min(1.7, max(0.25, shade)) * (through + k * through1)
        haze = veil + k * veil1
        cut[k, 0] = falls.tone[int((b + k * b1) * shade + haze * air_b) & (LIMIT - 1)]
        cut[k, 1] = falls.tone[int((g + k * g1) * shade + haze * air_g) & (LIMIT - 1)]
        cut[k, 2] = falls.tone[int((r + k * r1) * shade + haze * air_r) & (LIMIT - 1)]


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
        survey(sight, layers, falls, v, room.knots)
        weave(layers.tile, room.knots, room.grain)
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
        survey(sight, layers, falls, v, knots)
        for u in range(out.shape[1]):
            n, k = u // STRIDE, u % STRIDE
            film = knots[n, 10] + k * (knots[n + 1, 10] - knots[n, 10]) / STRIDE
            through = knots[n, 5] / TONES
            thing = layers.thing[v, u]
            ground = thing in (0, LANTERN) or (thing == SKYLINE and knots[n, 9] < SKYLINE_M)
            if not ground or knots[n, 9] >= sight.far_m:
                film = 0.0
            out[v, u] = np.uint8(255.0 * film * through * falls.shiny[layers.label[v, u]])
