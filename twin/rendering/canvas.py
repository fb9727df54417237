"""What a fixed camera sees of the street, before any light: colour, direction, depth and place."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from detectors.datatypes.arrays import Float32Array, Float64Array, Int64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.geometry import GroundPlane
from twin.rendering.ground_rows import TILE_PX
from twin.rendering.raster import fill_below, label_faces
from twin.rendering.street import Patch, Surface

NEAR_M = 0.4
FAR_M = 1500.0
SHIFT = 4
FAR_PX = 20000.0
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

GROUND_BGR = np.array([ALBEDO_BGR.get(surface, (0, 0, 0)) for surface in Surface], dtype=np.uint8)


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
        most = 2 + max((len(patch.outline_m) for patch in patches), default=1)
        self._outline_m = np.array([_padded(patch.outline_m, most) for patch in patches]).reshape(-1, most, 3)
        self._surface = np.array([patch.surface for patch in patches], dtype=np.int64)
        self._middle_m = np.array([patch.outline_m.mean(axis=0) for patch in patches]).reshape(-1, 3)
        away = np.linalg.norm(self._outline_m - self._middle_m[:, None], axis=2)
        self._reach_m = np.asarray(away.max(axis=1, initial=0.0), dtype=np.float64)

    def seen(self, camera: PinholeCamera) -> tuple[Float64Array, Int64Array]:
        """Return the outlines (N, K, 2) in pixels of patches that show, in order, and their surfaces (N,).

        They are cut at the near plane; a last corner that comes again fills up the row.
        """
        rows = in_sight(camera, self._middle_m, self._reach_m)
        in_camera = (self._outline_m[rows] - camera.position_m) @ camera.rotation_camera_world().T
        shown = in_camera[..., 2].max(axis=1, initial=0.0) > NEAR_M
        rows, in_camera = rows[shown], in_camera[shown]
        for row in np.flatnonzero(in_camera[..., 2].min(axis=1, initial=np.inf) <= NEAR_M):
            in_camera[row] = _padded(_cut(in_camera[row]), in_camera.shape[1])
        pixels = camera.focal_px * in_camera[..., :2] / in_camera[..., 2:] + np.array(camera.centre_px)
        return np.clip(pixels, -FAR_PX, FAR_PX), self._surface[rows]


def _padded(corners: Float64Array, most: int) -> Float64Array:
    return corners[np.minimum(np.arange(most), len(corners) - 1)]


def in_sight(camera: PinholeCamera, middle_m: Float64Array, reach_m: Float64Array) -> Int64Array:
    """Return the rows of the balls, middles (N, 3) and radii (N,), that the camera could show."""
    in_camera = (middle_m - camera.position_m) @ camera.rotation_camera_world().T
    ahead = in_camera[:, 2] + reach_m
    half = np.array([camera.width_px, camera.height_px]) / 2 / camera.focal_px
    slack = reach_m * (1.0 + float(half.max()))
    limit = half * np.maximum(ahead, 0.0)[:, None] + slack[:, None]
    beside = (np.abs(in_camera[:, :2]) > limit).any(axis=1)
    return np.asarray(np.flatnonzero((ahead > NEAR_M) & ~beside), dtype=np.int64)


class Thing(NamedTuple):
    """What a thing has in common at all its pixels: depth, foot on the map (2,), direction (3,)."""

    depth_m: float
    place_m: tuple[float, float]
    normal: tuple[float, float, float]


NOTHING = Thing(np.inf, (0.0, 0.0), (0.0, 0.0, 1.0))
HILLS = Thing(1000.0, (1e6, 1e6), (0.0, 0.0, 0.6))


class Canvas:
    """Layers (H, W) of one camera; ground first, then upright things from far to near.

    `label` is the surface of the ground, `worn` 0..255 how much wheels have darkened it, `thing` what stands
    there: 0 for ground and sky, else the row of `things`, of which `albedo` (H, W, 3) BGR 0..255 is the
    colour and `glow` (H, W, 3) the light of its own by night.
    """

    def __init__(self, camera: PinholeCamera, ground: GroundPlane) -> None:
        self.camera, self.ground = camera, ground
        size = (camera.height_px, camera.width_px)
        self.label: UInt8Array = np.zeros(size, dtype=np.uint8)
        self.worn: UInt8Array = np.zeros(size, dtype=np.uint8)
        self.thing: NDArray[np.uint16] = np.zeros(size, dtype=np.uint16)
        self.glow: UInt8Array = np.zeros((*size, 3), dtype=np.uint8)
        self.albedo: UInt8Array = np.zeros((*size, 3), dtype=np.uint8)
        self.things = [NOTHING, HILLS, NOTHING]

    def lay(self, ground: Ground) -> None:
        """Paint the ground; a pixel is what lies at its middle."""
        outlines, surfaces = ground.seen(self.camera)
        worn = surfaces == Surface.WORN
        for layer, shape, value in (
            (self.label, outlines[~worn], surfaces[~worn]),
            (self.worn, outlines[worn], np.full(int(worn.sum()), 255)),
        ):
            label_faces(layer, shape, value)
        blur = max(1, self.camera.width_px // 320)
        self.worn = np.asarray(cv2.blur(self.worn, (2 * blur + 1, blur)), dtype=np.uint8)

    def cover(self, mask: UInt8Array, corner: tuple[int, int], foot_m: ArrayLike, normal: ArrayLike) -> None:
        """Say that pixels of a mask (its top left at `corner`) now belong to a thing standing at a foot."""
        x, y = corner
        foot = np.asarray(foot_m, dtype=np.float64)
        axis = self.camera.rotation_camera_world()[2]
        depth_m = max(NEAR_M, float((foot - self.camera.position_m) @ axis))
        east, north, up = (float(part) for part in np.asarray(normal))
        thing = Thing(depth_m, (float(foot[0]), float(foot[1])), (east, north, up))
        if self.things[-1] != thing:
            self.things.append(thing)
        self.thing[y : y + mask.shape[0], x : x + mask.shape[1]][mask > 127] = len(self.things) - 1

    def below(self, box: tuple[int, int, int, int]) -> UInt8Array:
        """Return a copy of the colours in a box x0, y0, x1, y1; of bare ground, its mean colour."""
        x0, y0, x1, y1 = box
        area = (slice(y0, y1), slice(x0, x1))
        picture = np.empty((y1 - y0, x1 - x0, 3), dtype=np.uint8)
        fill_below(picture, self.albedo[area], self.thing[area], self.label[area], GROUND_BGR)
        return picture

    def window(self, pixels: Float64Array, margin_px: int = 2) -> tuple[int, int, int, int] | None:
        """Return x0, y0, x1, y1 of the part of the picture around pixels (N, 2), None if outside."""
        low = np.floor(pixels.min(axis=0)).astype(int) - margin_px
        high = np.ceil(pixels.max(axis=0)).astype(int) + margin_px + 1
        x0, y0 = max(0, int(low[0])), max(0, int(low[1]))
        x1, y1 = min(self.camera.width_px, int(high[0])), min(self.camera.height_px, int(high[1]))
        return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None
