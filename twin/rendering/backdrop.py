"""The street through one camera: painted once, then lit again as the light changes."""

from functools import cached_property, lru_cache

import cv2
import numpy as np

from detectors.datatypes.arrays import Float32Array, Float64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from twin.cameras.optics import resized
from twin.environment.furniture import MastKind
from twin.rendering.canvas import ALBEDO_BGR, FAR_M, ROUGHNESS, SHINY, Canvas
from twin.rendering.dazzle import dazzle
from twin.rendering.glare import Spot, add_halos, add_streaks
from twin.rendering.grading import graded
from twin.rendering.ground_rows import (
    AIRS_PER_M,
    COLUMNS,
    STRIDE,
    TILE_PX,
    TONES,
    Falls,
    Layers,
    Room,
    Sight,
    light_pools,
)
from twin.rendering.light import Light, scattering
from twin.rendering.raster import Upright
from twin.rendering.scenery import REACH_M, Scenery, lantern_m, skyline
from twin.rendering.shading import LANTERN, LIMIT, RISES, SKYLINE, paint_gloss, paint_light
from twin.rendering.street import Surface
from twin.rendering.uprights import LAMP_GLOW_BGR
from twin.rendering.wet import DARKER, PUDDLES_M, lamp_drop_px, mirrored, rippled

LAMP_REACH_M = 14.0
LEAST_LAMP, ON_WALLS = 0.06, 0.7  # what lamps give where none is near, and what of it things standing get
CONTACT = 0.22  # light that is left under a vehicle
BOUNCE = 0.22  # of the sun's light comes back from the ground to what stands in it [?]
MIRRORED_LAMP = 3.0  # lamps are brighter than white: so are their reflections
MIRROR_PX = 640  # a reflection is drawn out by ripples: a picture of this width has all of it
BRIGHTEST = 1020.0  # of 255, in a reflection
VIGNETTE = 0.07
BEAM_BGR = np.array([0.75, 0.92, 1.0])
POOL_PX = 1200  # with a focal length of so many pixels each row is lit on its own, with more every second...
LAMP_GLOW = np.array(LAMP_GLOW_BGR, dtype=np.float64)
GROUND_BGR = np.array([ALBEDO_BGR.get(surface, (0, 0, 0)) for surface in Surface], dtype=np.float64)
ROUGH = np.array([ROUGHNESS.get(surface, 0.0) for surface in Surface])
WATERY = np.array([SHINY.get(surface, 0.0) for surface in Surface])
UNLIT = (np.zeros((1, 1)), 1 << 30)
NO_MASK: UInt8Array = np.zeros((0, 0), dtype=np.uint8)


class Backdrop:
    """The street as `camera` has it, painted `finer` times finer and averaged; `still` gives it in a light.

    `from_below` asks for what stands in the street as seen through the ground.
    """

    def __init__(
        self, scenery: Scenery, camera: PinholeCamera, finer: int, *, from_below: bool = False
    ) -> None:
        self.camera, self._scenery = camera, scenery
        big = resized(camera, (camera.width_px * finer, camera.height_px * finer))
        self._canvas = Canvas(big, scenery.ground)
        if not from_below:
            self._canvas.lay(scenery.patches)
            skyline(self._canvas, scenery.tile)
        scenery.standing.raise_all(self._canvas)
        self._finer, self._from_below = finer, from_below
        self._sight = _sight(big, scenery, FAR_M if not from_below else -1.0)
        self._room = Room(np.empty((big.width_px // STRIDE + 2, COLUMNS)), np.empty(big.width_px))
        self._depth_m = np.array([thing.depth_m for thing in self._canvas.things])
        upright_m = self._depth_m.astype(np.float32)
        upright_m[SKYLINE] = np.inf
        thing = np.ascontiguousarray(self._canvas.thing[::finer, ::finer])
        self.upright = Upright(thing, upright_m)
        self._normal = np.array([thing.normal for thing in self._canvas.things])
        self._foot_m = np.array([thing.place_m for thing in self._canvas.things])

    @property
    def upright_m(self) -> Float32Array:
        """The depth (H, W) of what stands at a pixel, infinite where that is the ground."""
        return np.asarray(self.upright.depth_m[self.upright.thing])

    @cached_property
    def _pool(self) -> tuple[Float64Array, int]:
        """How strongly street lamps light the ground, and every how many rows; once they are first on."""
        big = self._canvas.camera
        rows = int(np.clip(big.focal_px / POOL_PX, 1, STRIDE))
        pool = np.empty((big.height_px // rows + 2, big.width_px // STRIDE + 2))
        near = np.hypot(*(self._scenery.lamps_m - big.position_m[:2]).T) < REACH_M
        light_pools(self._sight, self._scenery.lamps_m[near], LAMP_REACH_M, rows, LEAST_LAMP, pool)
        return pool, rows

    @cached_property
    def _mirror(self) -> "Backdrop":
        """What stands in the street as the camera would see it from below, through the ground."""
        width = min(MIRROR_PX, self._canvas.camera.width_px)
        height = round(self.camera.height_px * width / self.camera.width_px)
        below = mirrored(resized(self.camera, (width, height)), self._scenery.ground)
        return Backdrop(self._scenery, below, 1, from_below=True)

    def lit(self, light: Light, layers: Layers, dim: UInt8Array, beam: UInt8Array) -> UInt8Array:
        """Return the picture (H, W, 3) in a light, without vehicles.

        `dim` and `beam` (H, W) are their shadows and the light of their headlamps, of 255, arrays of no
        pixels where there are none.
        """
        return self._small(self._painted(layers, self._falls(light, 1.0, _shoulder()), dim, beam))

    def gloss(self, light: Light, layers: Layers) -> UInt8Array:
        """Return what a wet street reflects (H, W), of 255."""
        big: UInt8Array = np.empty(self._canvas.label.shape, dtype=np.uint8)
        paint_gloss(self._sight, layers, self._veiled(light), self._room.knots, big)
        return self._small(big)

    def _small(self, big: UInt8Array) -> UInt8Array:
        if self._finer == 1:
            return big
        size = (self.camera.width_px, self.camera.height_px)
        return np.asarray(cv2.resize(big, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)

    def _painted(self, layers: Layers, falls: Falls, dim: UInt8Array, beam: UInt8Array) -> UInt8Array:
        out: UInt8Array = np.empty(self._canvas.albedo.shape, dtype=np.uint8)
        paint_light(self._sight, layers, falls, (dim, beam), self._room, out)
        return out

    def everywhere(self) -> UInt8Array:
        """Return a mask of the whole picture as it is painted."""
        return np.full(self._canvas.label.shape, 255, dtype=np.uint8)

    def layers(self, light: Light) -> Layers:
        """Return what is at each pixel, with the shadows of things in a light, and its lamps."""
        canvas = self._canvas
        if light.casts_shadows:
            shadow = self._scenery.shadows.mask(canvas.camera, light.sun, self._finer)
        else:
            shadow = np.zeros(canvas.label.shape, dtype=np.uint8)
        pool, rows = self._pool if light.lamps > 0 else UNLIT
        wet = light.wet > 0 and not self._from_below
        mirror = self._reflected(light) if wet else np.zeros((1, 1, 3), dtype=np.float32)
        return Layers(
            canvas.label, canvas.worn, canvas.thing, shadow, canvas.albedo, canvas.glow, self._scenery.grain,
            pool, rows, mirror,
        )  # fmt: skip

    def _falls(self, light: Light, glow: float, tone: UInt8Array) -> Falls:
        """Return what a light does; `glow` is how lamps count."""
        veil = 1.0 - np.exp(-light.extinction_per_m * np.minimum(self._depth_m, FAR_M))[:, None]
        shine = light.lamps * glow * (1.0 - veil[:, 0])
        shine[LANTERN] = light.lamps * glow
        sky = (0.62 + 0.38 * self._normal[:, 2:]) * light.sky_bgr
        bounce = BOUNCE * max(float(light.sun[2]), 0.0) * (1.0 - self._normal[:, 2])
        sun = (np.clip(self._normal @ light.sun, 0.0, 1.0) + bounce)[:, None] * light.sun_bgr
        falls = sky + sun + self._on_things()[:, None] * light.lamp_bgr
        ground = GROUND_BGR * (1.0 - DARKER * light.wet * WATERY)[:, None]
        high = max(float(light.sun[2]), 0.0)
        return Falls(
            ROUGH, WATERY, ground * light.sky_bgr, ground * high * light.sun_bgr, ground * light.lamp_bgr,
            ground * BEAM_BGR, np.array([CONTACT, 0.5 + 0.5 * CONTACT]), falls * (1.0 - veil),
            veil * light.air_bgr,
            shine, _air(light.extinction_per_m), light.air_bgr,
            light.zenith_bgr, light.horizon_bgr, (np.arange(RISES + 1) / RISES) ** 0.7, tone, VIGNETTE,
            light.wet, TILE_PX / PUDDLES_M / 4,
        )  # fmt: skip

    def _veiled(self, light: Light) -> Falls:
        """Return what comes of light through a veil beyond clear air, without what the lens does."""
        return self._falls(light, 1.0, _shoulder())._replace(air=_air(light.veil_per_m), lens=0.0)

    def _on_things(self) -> Float64Array:
        """Return how strongly street lamps light each thing (T,)."""
        away = np.hypot(*np.moveaxis(self._foot_m[:, None] - self._scenery.lamps_m[None], -1, 0))
        total = LEAST_LAMP + (1.0 / (1.0 + (away / LAMP_REACH_M) ** 2) ** 2).sum(axis=1)
        return np.asarray(np.minimum(ON_WALLS * total, 1.15), dtype=np.float64)

    def _reflected(self, light: Light) -> Float32Array:
        """Return the mirror image (H, W, 3) of what stands in the street and of the sky."""
        codes, colours = _wide_range()
        below = self._mirror
        falls = below._falls(light, MIRRORED_LAMP, codes)  # noqa: SLF001 - a Backdrop too
        shown = below._painted(below.layers(light), falls, NO_MASK, NO_MASK)  # noqa: SLF001
        soft = rippled(np.ascontiguousarray(colours[shown][::-1]))
        size = (self._canvas.camera.width_px, self._canvas.camera.height_px)
        return np.asarray(cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR), dtype=np.float32)

    def lanterns(self, light: Light) -> list[Spot]:
        """Return the street lamps in the picture as spots of light."""
        masts = [one for one in self._scenery.furniture.masts if one.kind is MastKind.LAMP]
        tips = np.array([(*lantern_m(one), one.position_m[2] + one.height_m) for one in masts]).reshape(-1, 3)
        pixels, depth = self.camera.project(tips)
        size = [self.camera.width_px, self.camera.height_px]
        found = []
        for mast, at, far in zip(masts, pixels, depth, strict=True):
            if 2.0 < far < REACH_M and (at > -60).all() and (at[0] < size[0] + 60) and at[1] < size[1]:
                bgr = LAMP_GLOW * light.lamps * light.through_air(float(far))
                drop = lamp_drop_px(self.camera, np.array([mast.height_m]), np.array([far]))
                radius = 0.18 * self.camera.focal_px / float(far)
                found.append(Spot(at, radius, bgr, float(drop[0])))
        return found


class Still:
    """The street in one light, as the camera sends it: `lit` (H, W, 3).

    `gloss` (H, W) is what a wet street reflects, of 255, None where it is dry; `dazzle` is what a sun in the
    lens has done to the picture and does to what is painted before it.
    """

    def __init__(
        self, backdrop: Backdrop, light: Light, dim: UInt8Array = NO_MASK, beam: UInt8Array = NO_MASK
    ) -> None:
        self._backdrop, self._light, self._layers = backdrop, light, backdrop.layers(light)
        self.lit = graded(backdrop.lit(light, self._layers, dim, beam), light)
        self.dazzle = dazzle(backdrop.camera, light, backdrop.upright, self.lit)
        if self.dazzle is not None:
            self.lit = self.dazzle.over(self.lit)
        self.gloss = backdrop.gloss(light, self._layers) if light.wet > 0 else None
        self._bare = self.lit.copy() if light.veil_per_m > 0 else self.lit
        if light.lamps > 0 and light.veil_per_m > 0:  # thick or wet air, and a wet street
            spots = backdrop.lanterns(light)
            if self.gloss is not None:
                add_streaks(self.lit, spots, self.gloss)
            add_halos(self.lit, spots, scattering(light))

    @cached_property
    def shade(self) -> UInt8Array:
        """How far the shadow of a vehicle darkens each pixel (H, W, 3); from when it is first asked for."""
        dark = self._sent(self._backdrop.everywhere(), NO_MASK)
        return np.asarray(cv2.subtract(self._bare, dark), dtype=np.uint8)

    @cached_property
    def beam(self) -> UInt8Array:
        """What a full headlamp adds to each pixel (H, W, 3); from when it is first asked for."""
        bright = self._sent(NO_MASK, self._backdrop.everywhere())
        return np.asarray(cv2.subtract(bright, self._bare), dtype=np.uint8)

    def _sent(self, dim: UInt8Array, beam: UInt8Array) -> UInt8Array:
        sent = graded(self._backdrop.lit(self._light, self._layers, dim, beam), self._light)
        return sent if self.dazzle is None else self.dazzle.over(sent)


def _sight(camera: PinholeCamera, scenery: Scenery, far_m: float) -> Sight:
    ground = scenery.ground
    normal = np.array([-ground.slope_x, -ground.slope_y, 1.0])
    return Sight(
        camera.rotation_camera_world(), np.array(camera.centre_px), camera.focal_px, camera.position_m,
        normal, float(normal @ camera.position_m - ground.z0_m), far_m,
    )  # fmt: skip


@lru_cache(maxsize=16)
def _air(extinction_per_m: float) -> Float64Array:
    """Return the share of airlight by distance, 1 - exp(-k d) (Koschmieder, 1924)."""
    return 1.0 - np.exp(-extinction_per_m * np.arange(int(FAR_M) * AIRS_PER_M + 1) / AIRS_PER_M)


@lru_cache(maxsize=1)
def _shoulder() -> UInt8Array:
    """Return 0..255 with a soft shoulder: what is brighter than a sensor takes does not end at once."""
    values, knee = np.arange(LIMIT) / TONES, 215.0
    soft = np.minimum(values, knee) + 40.0 * (1.0 - np.exp(-np.maximum(values - knee, 0.0) / 60.0))
    return np.asarray(np.clip(soft, 0, 255), dtype=np.uint8)


@lru_cache(maxsize=1)
def _wide_range() -> tuple[UInt8Array, Float32Array]:
    """Return codes of tones up to `BRIGHTEST`, finer where it is dark, and what they stand for."""
    codes = np.round(255.0 * np.sqrt(np.minimum(np.arange(LIMIT) / TONES / BRIGHTEST, 1.0)))
    return codes.astype(np.uint8), (BRIGHTEST * (np.arange(256) / 255.0) ** 2).astype(np.float32)
