"""What changes along a row of pixels of the still street: where on the ground they lie, and its texture.

The geometry of the ground is smooth: it is worked out every `STRIDE` pixels and drawn through in between, as
are, every `HOP` pixels, patches that are larger. All reckoning is in double precision, so that plain Python
gives the same numbers.
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
TONES, AIRS_PER_M = 8, 4  # steps of a grey level, of a metre of air
FARTHEST_M = 1500.0
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
def look(tile: NDArray[np.int8], x: float, y: float) -> float:
    """Return a periodic texture between its pixels, times TILE_ONE; `x` and `y` are not negative."""
    i, j = int(x), int(y)
    a, b = i & (TILE_PX - 1), (i + 1) & (TILE_PX - 1)
    c, d = j & (TILE_PX - 1), (j + 1) & (TILE_PX - 1)
    top = float(tile[c, a]) + (x - i) * (float(tile[c, b]) - float(tile[c, a]))
    low = float(tile[d, a]) + (x - i) * (float(tile[d, b]) - float(tile[d, a]))
    return top + (y - j) * (low - top)


@folded
def ray(sight: Sight, u: int, v: int, axis: int) -> float:
    """Return a component of the direction of a pixel, not normalised: forward is one long."""
    right = (u - sight.centre_px[0]) / sight.focal_px
    down = (v - sight.centre_px[1]) / sight.focal_px
    return float(sight.axes[2, axis] + right * sight.axes[0, axis] + down * sight.axes[1, axis])


@folded
def step_to(sight: Sight, x: float, y: float, z: float) -> float:
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
            x, y, z = ray(sight, u, v, 0), ray(sight, u, v, 1), ray(sight, u, v, 2)
            step = step_to(sight, x, y, z)
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
def survey(sight: Sight, layers: Layers, falls: Falls, v: int, knots: Float64Array) -> None:
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
        x, y, z = ray(sight, u, v, 0), ray(sight, u, v, 1), ray(sight, u, v, 2)
        step = step_to(sight, x, y, z)
        reach = min(max(step * np.sqrt(x * x + y * y), 0.0), FARTHEST_M)
        flat = step if reach < FARTHEST_M else 0.0
        east, north = sight.eye_m[0] + flat * x, sight.eye_m[1] + flat * y
        veil = falls.air[int(reach * AIRS_PER_M)]
        lens = TONES * (1.0 - falls.lens * ((2.0 * u / max(width - 1, 1) - 1.0) ** 2 + high))
        near = 1.0 / (1.0 + reach / FADES_M)
        coarse = TILE_PX / COARSE_M
        knots[n, 0], knots[n, 1] = east, north
        knots[n, 2] = COARSE * look(layers.tile, east * coarse + WRAP, north * coarse + WRAP)
        knots[n, 3], knots[n, 4] = MIDDLE * near, FINE * near * near
        knots[n, 5], knots[n, 6], knots[n, 7] = lens * (1.0 - veil), lens * veil, lens
        at = min(u // STRIDE, layers.pool.shape[1] - 1)
        upper = layers.pool[row, at]
        knots[n, 8] = upper + down * (layers.pool[below, at] - upper)
        knots[n, 9], knots[n, 10] = reach, 0.0
        if falls.wet > 0.0:
            thick = 0.7 + 0.28 / TILE_ONE * look(
                layers.tile, east * falls.puddles + WRAP, north * falls.puddles + WRAP
            )
            knots[n, 10] = falls.wet * _film(sight, x, y, z) * min(1.0, max(0.35, thick))


@compiled
def weave(tile: NDArray[np.int8], knots: Float64Array, grain: Float64Array) -> None:
    """Fill the texture of the ground along a row (W,): stains, patches, grain. Grain is as fine as pixels."""
    middle, finest = TILE_PX / MIDDLE_M, (1 << FIXED) * TILE_PX / FINE_M
    for start in range(0, grain.size, HOP):
        n, k = start // STRIDE, start % STRIDE
        x1, y1 = (knots[n + 1, 0] - knots[n, 0]) / STRIDE, (knots[n + 1, 1] - knots[n, 1]) / STRIDE
        x, y = knots[n, 0] + k * x1, knots[n, 1] + k * y1
        stains1 = (knots[n + 1, 2] - knots[n, 2]) / STRIDE
        patches, fine = knots[n, 3], knots[n, 4]
        ahead = HOP * middle * max(abs(x1), abs(y1)) < 1.0
        patch, patch1 = patches * look(tile, x * middle + WRAP, y * middle + WRAP), stains1
        if ahead:
            after = look(tile, (x + HOP * x1) * middle + WRAP, (y + HOP * y1) * middle + WRAP)
            patch1 += (patches * after - patch) / HOP
        patch += knots[n, 2] + k * stains1
        a, b, a1, b1 = int(x * finest), int(y * finest), int(x1 * finest), int(y1 * finest)
        for i in range(min(HOP, grain.size - start)):
            u, w = (a + i * a1) >> FIXED & (TILE_PX - 1), (b + i * b1) >> FIXED & (TILE_PX - 1)
            here = patch + i * patch1 + fine * tile[w, u]
            if i > 0 and not ahead:
                again = look(tile, (x + i * x1) * middle + WRAP, (y + i * y1) * middle + WRAP)
                here = knots[n, 2] + (k + i) * stains1 + patches * again + fine * tile[w, u]
            grain[start + i] = here
