"""The picture of a view without its traffic: painted once, then lit again as the light changes."""

from dataclasses import dataclass

import cv2
import numpy as np

from detectors.datatypes.arrays import BoolArray, Float32Array, Float64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from twin.cameras.ground_survey import fit_ground, roads_near
from twin.cameras.optics import resized
from twin.environment.furniture import Furniture, Mast, MastKind, PlantKind, furnish
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.rendering.canvas import (
    FAR_M,
    SHIFT,
    TILE_PX,
    Canvas,
    Ground,
    clipped_px,
    fixed,
    noise_tile,
    ray_grid,
)
from twin.rendering.dazzle import Dazzle, sent_by
from twin.rendering.glare import Spot, add_halos, add_streaks
from twin.rendering.light import Light, scattering
from twin.rendering.street import lay_street
from twin.rendering.uprights import LAMP_GLOW_BGR, raise_all
from twin.rendering.wet import DARKER, films, lamp_drop_px, mirrored, reflectance, rippled

REACH_M = 220.0
LAMP_REACH_M = 14.0
OWN_LAMP = 0.35  # where that lantern hangs, as a share of the way to the aim
CONTACT = 0.22  # light that is left under a vehicle
BOUNCE = 0.22  # of the sun's light comes back from the ground to what stands in it [?]
MIRRORED_LAMP = 3.0  # lamps are brighter than white: so are their reflections
LAMP_GLOW = np.array(LAMP_GLOW_BGR, dtype=np.float64)
RING = np.array([[np.cos(t), np.sin(t)] for t in np.linspace(0, 2 * np.pi, 12, endpoint=False)])
SHORTEST_SUN = 0.16  # sine of the elevation below which shadows grow no longer


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """The street in one light: `lit` and `shade` (H, W, 3), the picture and how far shadow darkens it.

    `beam` (H, W, 3) is what a full headlamp adds, `gloss` (H, W) what a wet street reflects, of 255.
    `dazzle` is what a sun in the lens has done to them, and does to what is painted before them.
    """

    lit: UInt8Array
    shade: UInt8Array
    beam: UInt8Array
    gloss: UInt8Array | None = None
    dazzle: Dazzle | None = None


class Scenery:
    """What stands still around one view."""

    def __init__(self, network: RoadNetwork, camera: PinholeCamera, aim_m: Float64Array, seed: Seed) -> None:
        roads = roads_near(network, camera, REACH_M)
        self._ground = Ground(lay_street(network, roads, (camera.position_m[:2], REACH_M)))
        self.furniture: Furniture = furnish(
            network, roads, (camera.position_m, aim_m), seed.child("furniture")
        )
        self.ground = fit_ground(network, camera)
        self.tile = noise_tile(seed.generator("texture"))
        lanterns = [_lantern(mast) for mast in self.furniture.masts if mast.kind is MastKind.LAMP]
        # the camera hangs on a lamp post, as many do: its own lantern lights the ground before it
        self.lamps_m = np.array(
            [*lanterns, camera.position_m[:2] + OWN_LAMP * (aim_m - camera.position_m)[:2]]
        )

    def backdrop(self, camera: PinholeCamera, finer: int) -> "Backdrop":
        """Return the street as `camera` has it, painted `finer` times finer and averaged."""
        big = resized(camera, (camera.width_px * finer, camera.height_px * finer))
        canvas = Canvas(big, self.ground, self.tile)
        canvas.lay(self._ground, sharp=finer == 1)
        _skyline(canvas, self.tile)
        raise_all(canvas, self.furniture)
        return Backdrop(self, camera, canvas)

    def mirror(self, camera: PinholeCamera) -> "Backdrop":
        """Return what stands in the street as `camera` would see it from below, through the ground."""
        below = mirrored(camera, self.ground)
        canvas = Canvas(below, self.ground, self.tile)
        canvas.sky[:], canvas.depth_m[:] = True, FAR_M
        raise_all(canvas, self.furniture)
        return Backdrop(self, below, canvas)


def _lantern(mast: Mast) -> Float64Array:
    arm = mast.arm_m * np.array([np.cos(mast.toward_rad), np.sin(mast.toward_rad)])
    return np.asarray(np.array(mast.position_m[:2]) + arm, dtype=np.float64)


def _skyline(canvas: Canvas, tile: Float32Array) -> None:
    """Raise hills and trees on the horizon, a degree or two high."""
    camera = canvas.camera
    rays = camera.rays(
        np.column_stack((np.arange(camera.width_px), np.full(camera.width_px, camera.centre_px[1])))
    )
    turn = np.mod(np.arctan2(rays[:, 1], rays[:, 0]) * 160, TILE_PX)
    swell = np.interp(turn, np.arange(TILE_PX), tile[7]) * 0.006
    trees = np.interp(np.mod(turn * 9, TILE_PX), np.arange(TILE_PX), tile[31]) * 0.0025
    rise = np.clip(0.022 + swell + trees, 0.004, 0.06)
    direction = rays[:, :2] / np.linalg.norm(rays[:, :2], axis=1, keepdims=True)
    far = 1200.0
    top = np.column_stack((camera.position_m[:2] + far * direction, camera.position_m[2] + far * rise))
    foot = top - [0.0, 0.0, 90.0]
    (above, _), (below, _) = camera.project(top), camera.project(foot)
    outline = np.vstack((above, below[::-1]))
    mask = np.zeros(canvas.sky.shape, dtype=np.uint8)
    cv2.fillPoly(mask, [fixed(np.clip(outline, -20000, 20000))], 255, cv2.LINE_8, SHIFT)
    hit = (mask > 0) & (canvas.sky | (canvas.depth_m > 700.0))
    canvas.albedo[hit] = (62, 96, 80)
    canvas.depth_m[hit] = 1000.0
    canvas.normal[hit] = (0.0, 0.0, 0.6)
    canvas.sky[hit] = False


class Backdrop:
    """The street through one camera before any light; `still` gives it in a light.

    `upright_m` (H, W) is the depth of what stands at a pixel, infinite where that is the ground.
    """

    def __init__(self, scenery: Scenery, camera: PinholeCamera, canvas: Canvas) -> None:
        size = (camera.width_px, camera.height_px)
        self.camera, self._scenery = camera, scenery

        def small(layer: UInt8Array | Float32Array) -> Float32Array:
            return np.asarray(cv2.resize(layer.astype(np.float32), size, interpolation=cv2.INTER_AREA))

        step = canvas.camera.width_px // camera.width_px
        self._albedo = small(canvas.albedo)
        self._normal = small(canvas.normal)
        self._glow = small(canvas.glow)
        self._sky = small(canvas.sky.astype(np.float32))[..., None]
        upright: BoolArray = canvas.upright[::step, ::step]
        depth = canvas.depth_m[::step, ::step]
        self._ground = ~upright & ~canvas.sky[::step, ::step]
        self.upright_m = np.where(upright, depth, np.inf).astype(np.float32)
        self._depth_m = depth
        self._shiny = small(canvas.shiny)[..., None] * self._ground[..., None]
        self._film: Float32Array | None = None
        self._mirror: Backdrop | None = None
        self._place_m = canvas.place_m[::step, ::step]
        self._upright: BoolArray = upright
        self._lamp: Float32Array | None = None
        self._vignette = _vignette(size)
        self._heaven = self._heavens() if self._sky.any() else None

    def _pools(self) -> Float32Array:
        """Return how strongly street lamps light each pixel (H, W, 1); worked out when they are first on."""
        if self._lamp is not None:
            return self._lamp
        place_m = self._place_m
        total = np.full(place_m.shape[:2], 0.06, dtype=np.float32)
        for x, y in self._scenery.lamps_m:
            if np.hypot(x - self.camera.position_m[0], y - self.camera.position_m[1]) < REACH_M:
                reach = ((place_m[..., 0] - x) ** 2 + (place_m[..., 1] - y) ** 2) / LAMP_REACH_M**2
                total += 1.0 / (1.0 + reach) ** 2
        total[self._upright] *= 0.7
        self._lamp = np.minimum(total, 1.15)[..., None]
        return self._lamp

    def _heavens(self) -> tuple[Float32Array, Float32Array]:
        """Return clouds 0..1 and the height above the horizon 0..1 of each pixel (H, W, 1)."""
        rays = ray_grid(self.camera)
        up = np.clip(rays[..., 2] / np.linalg.norm(rays, axis=2), 0.01, 1.0)
        x, y = (np.mod(rays[..., i] / (np.abs(rays[..., 2]) + 0.12) * 42, TILE_PX) for i in range(2))
        noise = cv2.remap(self._scenery.tile, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        clouds = np.clip(0.45 * noise + 0.25, 0.0, 1.0)[..., None].astype(np.float32)
        return clouds, np.clip(up / 0.45, 0, 1)[..., None].astype(np.float32)

    def still(self, light: Light) -> Still:
        """Return the street in a light."""
        lit, dark = self._lit(light)
        pictures = (_bytes(self._finish(lit, light)), _bytes(self._finish(dark, light)))
        sent = sent_by(self.camera, light, self.upright_m, pictures)
        shade = sent.shade * self._ground[..., None]
        through = np.exp(-light.veil_per_m * self._depth_m)[..., None] * self._ground[..., None]
        beam = self._albedo * np.array([0.75, 0.92, 1.0], dtype=np.float32) * through * sent.gain
        gloss = self._gloss(light, through) if light.wet > 0 else None
        self._add_lanterns(sent.picture, light, gloss)
        return Still(sent.picture, shade, _bytes(beam), gloss, sent.dazzle)

    def _lit(self, light: Light, glow: float = 1.0) -> tuple[Float32Array, Float32Array]:
        """Return the colours in the light, and in the shadow of a vehicle; `glow` is how lamps count."""
        sun = np.clip(self._normal @ light.sun.astype(np.float32), 0.0, 1.0)[..., None]
        bounce = BOUNCE * max(float(light.sun[2]), 0.0) * (1.0 - self._normal[..., 2:])
        sky = (0.62 + 0.38 * self._normal[..., 2:]) * light.sky_bgr.astype(np.float32)
        lamps = self._pools() * light.lamp_bgr.astype(np.float32) if light.lamps > 0 else np.float32(0.0)
        shadow = self._shadows(light)
        albedo = self._albedo * (1.0 - DARKER * light.wet * self._shiny) if light.wet > 0 else self._albedo
        sun = sun * (1.0 - shadow) + bounce.astype(np.float32)
        lit = albedo * (sky + sun * light.sun_bgr.astype(np.float32) + lamps)
        dark = albedo * (sky * CONTACT + lamps * (0.5 + 0.5 * CONTACT))
        if light.wet > 0 and self._ground.any():
            share = light.wet * self._reflecting()
            reflected = self._reflected(light)
            lit += share * (reflected - lit)
            dark += share * (reflected - dark)
        lit += self._glow * np.float32(light.lamps * glow)
        return lit, dark

    def _reflecting(self) -> Float32Array:
        """Return how much a full film of water on the street reflects (H, W, 1), 0..1."""
        if self._film is None:
            water = reflectance(ray_grid(self.camera), self._scenery.ground)
            self._film = np.asarray(water * self._shiny * films(self._place_m, self._scenery.tile))
        return self._film

    def _reflected(self, light: Light) -> Float32Array:
        """Return the mirror image (H, W, 3) of what stands in the street and of the sky."""
        if self._mirror is None:
            self._mirror = self._scenery.mirror(self.camera)
        behind = self._mirror
        whole = behind._finish(behind._lit(light, MIRRORED_LAMP)[0], light)  # noqa: SLF001 - a Backdrop too
        return rippled(np.ascontiguousarray(whole[::-1]))

    def _gloss(self, light: Light, through: Float32Array) -> UInt8Array:
        share = 255.0 * light.wet * self._reflecting() * through
        return np.ascontiguousarray(_bytes(share)[..., 0])

    def _add_lanterns(self, picture: UInt8Array, light: Light, gloss: UInt8Array | None) -> None:
        """Add what thick or wet air and a wet street make of street lamps by night."""
        if light.lamps <= 0 or light.veil_per_m <= 0:
            return
        spots = self._lanterns(light)
        if gloss is not None:
            add_streaks(picture, spots, gloss)
        add_halos(picture, spots, scattering(light))

    def _lanterns(self, light: Light) -> list[Spot]:
        masts = [one for one in self._scenery.furniture.masts if one.kind is MastKind.LAMP]
        tips = np.array([(*_lantern(one), one.position_m[2] + one.height_m) for one in masts]).reshape(-1, 3)
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

    def _finish(self, colours: Float32Array, light: Light) -> Float32Array:
        """Add airlight, sky and the fall of light to the corners of the lens.

        L = L0 exp(-k d) + A (1 - exp(-k d)): Koschmieder, Theorie der horizontalen Sichtweite, 1924.
        """
        horizon, zenith = light.horizon_bgr.astype(np.float32), light.zenith_bgr.astype(np.float32)
        haze = (1.0 - np.exp(-self._depth_m * np.float32(light.extinction_per_m)))[..., None]
        hazy = colours + haze * (light.air_bgr.astype(np.float32) - colours)
        if self._heaven is not None:
            clouds, height = self._heaven
            blue = horizon + height**0.7 * (zenith - horizon)
            cloud = 0.75 * clouds * (0.35 + 0.65 * height)
            heaven = blue + cloud * (np.minimum(horizon * 1.04, 255.0) - blue)
            hazy += self._sky * (heaven - hazy)
        return np.asarray(hazy * self._vignette, dtype=np.float32)

    def _shadows(self, light: Light) -> Float32Array:
        """Return how much sun houses, trees and masts keep from the ground (H, W, 1), 0..1."""
        mask: UInt8Array = np.zeros(self._ground.shape, dtype=np.uint8)
        if light.casts_shadows:
            fall = -light.sun[:2] / max(float(light.sun[2]), SHORTEST_SUN)
            for outline in _shadow_outlines(self._scenery.furniture, fall):
                flat = np.column_stack((outline, self._scenery.ground.height_m(outline)))
                pixels = clipped_px(self.camera, flat)
                if pixels is not None:
                    hull = np.asarray(cv2.convexHull(pixels.astype(np.float32)), dtype=np.float64)[:, 0]
                    cv2.fillConvexPoly(mask, fixed(hull), 255, cv2.LINE_AA, SHIFT)
            mask = np.asarray(cv2.blur(mask, (5, 3)), dtype=np.uint8)
        share = mask.astype(np.float32) / 255 * self._ground
        return np.asarray(share[..., None], dtype=np.float32)


def _shadow_outlines(furniture: Furniture, fall: Float64Array) -> list[Float64Array]:
    """Return points (N, 2) on the ground whose hull is a shadow; `fall` is its length by height."""
    outlines = [
        np.vstack((one.corners_m, one.corners_m + fall * one.height_m)) for one in furniture.buildings
    ]
    for mast in furniture.masts:
        foot = np.array(mast.position_m[:2])
        outlines.append(np.vstack((foot + 0.09 * RING, foot + fall * mast.height_m + 0.09 * RING)))
    stretch = RING + np.outer(RING @ fall, fall) * 0.5 / max(1.0, float(np.hypot(*fall)))
    for plant in furniture.plants:
        foot, tip = np.array(plant.position_m[:2]), fall * plant.height_m
        if plant.kind is PlantKind.SHRUB:
            outlines.append(np.vstack((foot + 0.5 * RING, foot + tip + 0.3 * RING)))
        else:
            outlines.append(np.vstack((foot + 0.1 * RING, foot + 0.5 * tip + 0.05 * RING)))
            crown = foot + tip - fall * plant.radius_m
            outlines.append(crown + 0.9 * plant.radius_m * stretch)
    return outlines


def _vignette(size_px: tuple[int, int]) -> Float32Array:
    x, y = (np.linspace(-1, 1, count) for count in size_px)
    return np.asarray(1.0 - 0.07 * (x[None, :] ** 2 + y[:, None] ** 2), dtype=np.float32)[..., None]


def _bytes(values: Float32Array) -> UInt8Array:
    """Return 0..255 with a soft shoulder: what is brighter than a sensor takes does not end at once."""
    knee = np.float32(215.0)
    over = np.maximum(values - knee, 0.0)
    soft = np.minimum(values, knee) + 40.0 * (1.0 - np.exp(-over / 60.0))
    return np.asarray(np.clip(soft, 0, 255), dtype=np.uint8)
