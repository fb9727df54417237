"""What a fixed camera sees of the street, before any light: colour, direction, depth and place."""

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from detectors.datatypes.arrays import BoolArray, Float32Array, Float64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.geometry import GroundPlane
from twin.rendering.raster import label_face
from twin.rendering.street import Patch, Surface

NEAR_M = 0.4
FAR_M = 1500.0
SHIFT = 4
FAR_PX = 20000.0
TILE_PX = 512
ALBEDO_BGR = {
    Surface.GRASS: (48, 88, 78),
    Surface.PAVEMENT: (138, 148, 158),
    Surface.FORECOURT: (150, 157, 162),
    Surface.ASPHALT: (112, 112, 111),
    Surface.MARKING: (222, 224, 224),
    Surface.KERB_LIGHT: (208, 212, 212),
    Surface.KERB_DARK: (52, 50, 50),
    Surface.PLANTED: (36, 70, 58),
    Surface.GUTTER: (138, 140, 140),
    Surface.TACTILE: (62, 158, 192),
    Surface.JOINT: (112, 118, 122),
    Surface.TAR: (74, 74, 73),
    Surface.CRACK: (58, 58, 58),
    Surface.RED: (58, 62, 128),
}
ROUGHNESS = {
    Surface.GRASS: 0.34,
    Surface.PAVEMENT: 0.13,
    Surface.FORECOURT: 0.15,
    Surface.ASPHALT: 0.17,
    Surface.MARKING: 0.20,
    Surface.KERB_LIGHT: 0.1,
    Surface.KERB_DARK: 0.1,
    Surface.PLANTED: 0.4,
    Surface.GUTTER: 0.12,
    Surface.TACTILE: 0.15,
    Surface.JOINT: 0.1,
    Surface.TAR: 0.2,
    Surface.CRACK: 0.3,
    Surface.RED: 0.2,
}

SHINY = {  # how much of a film of water a surface holds: asphalt all of it, grass none
    Surface.PAVEMENT: 0.6,
    Surface.FORECOURT: 0.6,
    Surface.ASPHALT: 1.0,
    Surface.MARKING: 0.8,
    Surface.KERB_LIGHT: 0.4,
    Surface.KERB_DARK: 0.4,
    Surface.GUTTER: 1.0,
    Surface.TACTILE: 0.6,
    Surface.JOINT: 0.7,
    Surface.TAR: 1.0,
    Surface.CRACK: 1.0,
    Surface.RED: 0.9,
}


def clipped_px(
    camera: PinholeCamera, points_m: ArrayLike, rotation: Float64Array | None = None
) -> Float64Array | None:
    """Return the outline (K, 2) of a polygon (N, 3) in pixels, cut at the near plane; None if hidden.

    `rotation` is that of the camera, where the caller has it at hand.
    """
    if rotation is None:
        rotation = camera.rotation_camera_world()
    in_camera = (np.asarray(points_m, dtype=np.float64) - camera.position_m) @ rotation.T
    depth = in_camera[:, 2]
    if depth.max() <= NEAR_M:
        return None
    if depth.min() <= NEAR_M:
        in_camera = _cut(in_camera)
    pixels = camera.focal_px * in_camera[:, :2] / in_camera[:, 2:] + np.array(camera.centre_px)
    return np.asarray(np.clip(pixels, -FAR_PX, FAR_PX), dtype=np.float64)


def ray_grid(camera: PinholeCamera) -> Float32Array:
    """Return the world directions (H, W, 3) of all pixels, not normalised: forward is one long."""
    right, down, forward = camera.rotation_camera_world().astype(np.float32)
    u = ((np.arange(camera.width_px) - camera.centre_px[0]) / camera.focal_px).astype(np.float32)
    v = ((np.arange(camera.height_px) - camera.centre_px[1]) / camera.focal_px).astype(np.float32)
    return np.asarray(u[None, :, None] * right + (v[:, None, None] * down + forward), dtype=np.float32)


def _where(
    rays: Float32Array, camera: PinholeCamera, ground: GroundPlane
) -> tuple[Float32Array, Float32Array]:
    """Return where rays (H, W, 3) meet the ground (H, W, 2) and how far away on the map (H, W)."""
    normal = np.array([-ground.slope_x, -ground.slope_y, 1.0])
    height = np.float32(normal @ camera.position_m - ground.z0_m)
    fall = np.maximum(-(rays @ normal.astype(np.float32)), np.float32(1e-6))
    step = height / fall
    place = camera.position_m[:2].astype(np.float32) + step[..., None] * rays[..., :2]
    reach = step * np.hypot(rays[..., 0], rays[..., 1])
    return np.asarray(place, dtype=np.float32), np.asarray(reach, dtype=np.float32)


def _cut(in_camera: Float64Array) -> Float64Array:
    """Cut a polygon in the frame of the camera at the near plane (Sutherland and Hodgman, 1974)."""
    kept = []
    for here, after in zip(in_camera, np.roll(in_camera, -1, axis=0), strict=True):
        if here[2] > NEAR_M:
            kept.append(here)
        if (here[2] > NEAR_M) != (after[2] > NEAR_M):
            kept.append(here + (NEAR_M - here[2]) / (after[2] - here[2]) * (after - here))
    return np.array(kept)


def fixed(pixels: Float64Array) -> NDArray[np.int32]:
    """Return pixels as OpenCV's fixed-point corners."""
    return np.round(pixels * (1 << SHIFT)).astype(np.int32)


def noise_tile(draw: np.random.Generator) -> Float32Array:
    """Return a periodic fractal texture (TILE_PX, TILE_PX) of mean 0 and deviation 1 (1/f noise)."""
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(TILE_PX), np.fft.rfftfreq(TILE_PX), indexing="ij"))
    spectrum = np.fft.rfft2(draw.normal(size=(TILE_PX, TILE_PX))) / np.maximum(frequency, 1 / TILE_PX) ** 0.75
    tile = np.fft.irfft2(spectrum)
    return np.asarray((tile - tile.mean()) / tile.std(), dtype=np.float32)


class Ground:
    """Patches of ground with the circles around them, so that those out of view are skipped at once."""

    def __init__(self, patches: list[Patch]) -> None:
        self._patches = patches
        middles = [patch.outline_m.mean(axis=0) for patch in patches]
        self._middle_m = np.array(middles).reshape(-1, 3)
        reaches = (
            np.linalg.norm(p.outline_m - m, axis=1).max() for p, m in zip(patches, middles, strict=True)
        )
        self._reach_m = np.array([*reaches])

    def near(self, camera: PinholeCamera) -> list[Patch]:
        """Return the patches that the camera could show, in their order."""
        in_camera = (self._middle_m - camera.position_m) @ camera.rotation_camera_world().T
        ahead = in_camera[:, 2] + self._reach_m
        half = np.array([camera.width_px, camera.height_px]) / 2 / camera.focal_px
        slack = self._reach_m * (1.0 + float(half.max()))
        beside = (np.abs(in_camera[:, :2]) > half * np.maximum(ahead, 0.0)[:, None] + slack[:, None]).any(
            axis=1
        )
        return [self._patches[row] for row in np.flatnonzero((ahead > NEAR_M) & ~beside)]


class Canvas:
    """Layers (H, W) of one camera; ground first, then upright things from far to near.

    `albedo` (H, W, 3) BGR 0..255, `normal` (H, W, 3) in the world, `glow` (H, W, 3) light of its
    own by night, `depth_m` (H, W), `place_m` (H, W, 2) where on the map, `upright` (H, W) bool,
    `shiny` (H, W) 0..1 how much of a film of water the ground holds.
    """

    def __init__(self, camera: PinholeCamera, ground: GroundPlane, tile: Float32Array) -> None:
        self.camera, self.ground, self._tile = camera, ground, tile
        height, width = camera.height_px, camera.width_px
        self.rays = ray_grid(camera)
        place, reach = _where(self.rays, camera, ground)
        self.sky: BoolArray = ~(reach < FAR_M)
        self.place_m = place
        self.depth_m = np.minimum(reach, np.float32(FAR_M))
        self.upright = np.zeros((height, width), dtype=np.bool_)
        self.normal = np.zeros((height, width, 3), dtype=np.float32)
        self.normal[..., 2] = 1.0
        self.shiny = np.zeros((height, width), dtype=np.float32)
        self.glow = np.zeros((height, width, 3), dtype=np.uint8)
        self.albedo = np.zeros((height, width, 3), dtype=np.uint8)

    def lay(self, ground: Ground, *, sharp: bool = False) -> None:
        """Paint the ground; `sharp` sets a pixel by its middle, where OpenCV sets all that are touched.

        Where the canvas is averaged afterwards that is a quarter of a pixel.
        """
        rotation = self.camera.rotation_camera_world()
        label = np.zeros(self.sky.shape, dtype=np.uint8)
        worn = np.zeros(self.sky.shape, dtype=np.uint8)
        for patch in ground.near(self.camera):
            outline = clipped_px(self.camera, patch.outline_m, rotation)
            if outline is not None:
                layer, value = (worn, 255) if patch.surface is Surface.WORN else (label, int(patch.surface))
                if sharp:
                    label_face(layer, outline, value)
                else:
                    cv2.fillPoly(layer, [fixed(outline)], value, cv2.LINE_8, SHIFT)
        table = np.array([ALBEDO_BGR.get(surface, (0, 0, 0)) for surface in Surface], dtype=np.float32)
        rough = np.array([ROUGHNESS.get(surface, 0.0) for surface in Surface], dtype=np.float32)
        self.shiny = np.array([SHINY.get(surface, 0.0) for surface in Surface], dtype=np.float32)[label]
        grain = self._grain() * rough[label]
        blur = max(1, self.camera.width_px // 320)
        paths = cv2.blur(worn, (2 * blur + 1, blur)).astype(np.float32) / 255
        darker = 1.0 - 0.09 * paths * (label == Surface.ASPHALT)
        shade = np.clip((1.0 + grain) * darker, 0.25, 1.7)
        self.albedo[:] = np.clip(table[label] * shade[..., None], 0, 255).astype(np.uint8)

    def _grain(self) -> Float32Array:
        """Return the texture of the ground: patches of metres, grain of centimetres, finer nearby."""
        fade = 1.0 / (1.0 + self.depth_m / 40.0)
        x, y = self.place_m[..., 0], self.place_m[..., 1]
        total = np.zeros_like(x)
        for metres, weight, fading in ((150.0, 0.28, 1.0), (14.0, 0.22, fade), (2.3, 0.75, fade * fade)):
            scale = TILE_PX / metres
            total += weight * fading * cv2.remap(
                self._tile, np.mod(x * scale, TILE_PX), np.mod(y * scale, TILE_PX), cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_WRAP,
            )  # fmt: skip
        return total

    def cover(self, mask: UInt8Array, corner: tuple[int, int], foot_m: ArrayLike, normal: ArrayLike) -> None:
        """Say that pixels of a mask (its top left at `corner`) now belong to a thing standing at a foot."""
        x, y = corner
        area = (slice(y, y + mask.shape[0]), slice(x, x + mask.shape[1]))
        hit = mask > 127
        foot = np.asarray(foot_m, dtype=np.float64)
        axis = self.camera.rotation_camera_world()[2]
        self.depth_m[area][hit] = max(NEAR_M, float((foot - self.camera.position_m) @ axis))
        self.place_m[area][hit] = foot[:2]
        self.normal[area][hit] = normal
        self.upright[area][hit] = True
        self.sky[area][hit] = False

    def window(self, pixels: Float64Array, margin_px: int = 2) -> tuple[int, int, int, int] | None:
        """Return x0, y0, x1, y1 of the part of the picture around pixels (N, 2), None if outside."""
        low = np.floor(pixels.min(axis=0)).astype(int) - margin_px
        high = np.ceil(pixels.max(axis=0)).astype(int) + margin_px + 1
        x0, y0 = max(0, int(low[0])), max(0, int(low[1]))
        x1, y1 = min(self.camera.width_px, int(high[0])), min(self.camera.height_px, int(high[1]))
        return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None
