"""A low sun in or beside the picture: the veil that a lens lays over it, and the exposure that gives way.

The veil falls with the square of the angle to the sun, as disability glare does: Stiles and Holladay,
L = k E / theta^2 (CIE 112-1994; CIE 146:2002). Their k is that of an eye; that of a lens behind a dome
that is not quite clean is a judgement [?].
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from detectors.datatypes.arrays import Float32Array, Float64Array, Int64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from twin.rendering.light import Light
from twin.rendering.raster import Upright

COARSE_PX = 80  # the veil is worked out on a picture of this width
VEIL_DEG2 = 11000.0  # grey levels times square degrees, of a sun at full strength [?]
DISC_DEG = 2.2  # the disc as a lens spreads it [?]
HOOD_DEG = (38.0, 62.0)  # from the axis: where the hood begins to keep the sun off the glass, and does [?]
BEHIND = 0.10  # of the light comes round what hides the sun [?]
GHOSTS = (  # where on the line from the middle to the sun, radius by the width, colour
    (-0.55, 0.030, (8.0, 15.0, 7.0)),
    (-0.95, 0.055, (12.0, 7.0, 6.0)),
    (0.45, 0.018, (8.0, 16.0, 26.0)),
)
MOST_MEAN = 128.0  # what the camera lets the mean of a picture come to [?]
LEAST_GAIN = 0.45
LEAST_STRENGTH = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Dazzle:
    """What the sun does to a picture: times `gain`, then plus `veil` (h, w, 3), a coarse picture of it."""

    gain: float
    veil: Float32Array

    def over(self, picture: UInt8Array) -> UInt8Array:
        """Return the picture (H, W, 3) with the sun in the lens."""
        size = (picture.shape[1], picture.shape[0])
        veil = cv2.resize(self.veil, size, interpolation=cv2.INTER_CUBIC)
        return np.asarray(np.clip(self.gain * picture + np.maximum(veil, 0.0), 0, 255), dtype=np.uint8)

    def over_colours(
        self, colours: Sequence[Float64Array], boxes_px: Sequence[Int64Array], size_px: tuple[int, int]
    ) -> None:
        """Do the same, in place, to the colours (F, 3) of things in boxes (4,) of a picture."""
        rows, columns = self.veil.shape[:2]
        for own, box in zip(colours, boxes_px, strict=True):
            x = int(np.clip((box[0] + box[2]) / 2 / size_px[0] * columns, 0, columns - 1))
            y = int(np.clip((box[1] + box[3]) / 2 / size_px[1] * rows, 0, rows - 1))
            own[:] = np.clip(self.gain * own + self.veil[y, x], 0.0, 255.0)


def dazzle(camera: PinholeCamera, light: Light, upright: Upright, lit: UInt8Array) -> Dazzle | None:
    """Return what the sun does to a picture `lit` (H, W, 3), None where it does not shine into the lens.

    What stands in the street, `upright`, may hide it.
    """
    axis = camera.rotation_camera_world()[2]
    away_deg = float(np.degrees(np.arccos(np.clip(axis @ light.sun, -1.0, 1.0))))
    hood = float(np.clip((HOOD_DEG[1] - away_deg) / (HOOD_DEG[1] - HOOD_DEG[0]), 0.0, 1.0))
    strength = float(light.sun_bgr.max()) * hood * (light.sun[2] > 0.0)
    if strength < LEAST_STRENGTH:
        return None
    at_px = _sun_px(camera, light)
    strength *= _shows(at_px, upright)
    veil = _veil(camera, light, strength)
    if at_px is not None:
        _ghosts(veil, at_px, (camera.width_px, camera.height_px), strength)
    gain = float(
        np.clip(
            (MOST_MEAN - min(float(veil.mean()), MOST_MEAN)) / max(float(lit.mean()), 1.0), LEAST_GAIN, 1.0
        )
    )
    return Dazzle(gain, veil)


def _sun_px(camera: PinholeCamera, light: Light) -> Float64Array | None:
    """Return the pixel (2,) of the sun, which may lie outside the picture; None behind the camera."""
    pixels, depth = camera.project((camera.position_m + 1e5 * light.sun)[None])
    return pixels[0] if depth[0] > 0 else None


def _shows(at_px: Float64Array | None, upright: Upright) -> float:
    """Return how much of the sun comes past what stands in the street; all of it outside the picture."""
    if at_px is None or not ((at_px >= 0) & (at_px < upright.thing.shape[::-1])).all():
        return 1.0
    x, y = (int(n) for n in at_px)
    near = upright.depth_m[upright.thing[max(0, y - 4) : y + 5, max(0, x - 4) : x + 5]]
    return max(BEHIND, float(np.isinf(near).mean()))


def _veil(camera: PinholeCamera, light: Light, strength: float) -> Float32Array:
    width = COARSE_PX
    height = max(2, round(width * camera.height_px / camera.width_px))
    u = (np.arange(width) + 0.5) * camera.width_px / width - 0.5
    v = (np.arange(height) + 0.5) * camera.height_px / height - 0.5
    rays = camera.rays(np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2))
    cosine = rays @ light.sun / np.linalg.norm(rays, axis=1)
    angle_deg = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))).reshape(height, width)
    grey = strength * VEIL_DEG2 / (angle_deg**2 + DISC_DEG**2)
    tint = light.sun_bgr / float(light.sun_bgr.max())
    white = np.clip(grey / 500.0, 0.0, 1.0)[..., None]  # the disc itself is beyond any colour
    return np.asarray(grey[..., None] * (tint + white * (1.0 - tint)), dtype=np.float32)


def _ghosts(veil: Float32Array, at_px: Float64Array, size_px: tuple[int, int], strength: float) -> None:
    """Add the reflections between the lenses: faint discs on the line from the sun through the middle."""
    scale = veil.shape[1] / size_px[0]
    middle = np.array(size_px) / 2
    for share, radius, bgr in GHOSTS:
        x, y = (np.clip((middle + share * (at_px - middle)) * scale, -500, 500)).round().astype(int).tolist()
        disc = np.zeros_like(veil)
        cv2.circle(disc, (x, y), max(1, round(radius * veil.shape[1])), bgr, -1, cv2.LINE_AA)
        veil += min(strength, 1.0) * disc
