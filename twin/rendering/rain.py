"""Rain before the lens: streaks of drops that fall, and drops that sit on the dome for a while."""

from functools import lru_cache

import cv2
import numpy as np

from detectors.datatypes.arrays import Float32Array, UInt8Array
from twin.randomness import Seed
from twin.rendering.canvas import SHIFT
from twin.rendering.light import Light
from twin.rendering.part import WHOLE, Part

MARGIN_PX = 128
STEP_NS = 40_000_000
FALL_MPS, DROP_M = 7.5, 0.003  # a drop of 2.5 mm (Gunn and Kinzer, 1949)
NEAREST_M, FARTHEST_M = 0.8, 12.0
STREAKS = 900  # in a picture of 640 x 360, at the heaviest rain [?]
DROPS_ON_LENS = 11  # at the heaviest rain [?]
DROP_STAYS_NS = 5_000_000_000
NO_DROP = (-1, 0.0, 0.0, 0.0)
SMEARED = 0.012  # of the width of a picture, over which a drop out of focus spreads light [?]
SHRINKS = 4  # so much smaller a drop shows the street
SLANT = 0.12  # the sideways share of the fall: wind [?]


class Rain:
    """The rain that one camera sees in one light; what falls at an instant depends on seed and time alone."""

    def __init__(self, size_px: tuple[int, int], focal_px: float, light: Light, seed: Seed) -> None:
        self._size_px, self._light, self._seed = size_px, light, seed
        draw = seed.generator("rain", *size_px)
        width, height = size_px[0] + MARGIN_PX, size_px[1] + MARGIN_PX
        plate = _streaks((width, height), focal_px, light, draw)
        bright = 0.42 * light.air_bgr + 26.0 * light.lamps
        count = round(DROPS_ON_LENS * light.rain)
        self._phases = [int(seed.uniform("drop", n) * DROP_STAYS_NS) for n in range(count)]
        self._drops: dict[int, tuple[int, float, float, float]] = {}
        self._plate: UInt8Array = (plate[..., None] * (bright / 255.0)).astype(np.uint8)

    def fall(self, canvas: UInt8Array, timestamp_ns: int) -> None:
        """Add the streaks of an instant."""
        step = timestamp_ns // STEP_NS
        x, y = (int(self._seed.uniform("fall", axis, step) * MARGIN_PX) for axis in ("x", "y"))
        width, height = self._size_px
        area = self._plate[y : y + height, x : x + width]
        size_px = (canvas.shape[1], canvas.shape[0])
        if size_px != self._size_px:  # nearer drops are out of focus: what is left looks the same
            area = np.asarray(cv2.resize(area, size_px, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
        cv2.add(canvas, area, canvas)

    def sit(self, canvas: UInt8Array, timestamp_ns: int, part: Part = WHOLE) -> None:
        """Show the drops on the dome: each is a small lens that turns the street upside down.

        A lens that zooms in sees past them, out of focus.
        """
        width, height = self._size_px
        for number, phase in enumerate(self._phases):
            span, since_ns = divmod(timestamp_ns + phase, DROP_STAYS_NS)
            if self._drops.get(number, NO_DROP)[0] != span:
                own = self._seed.child("drop", number)
                place = (own.uniform("u", span), own.uniform("v", span), own.uniform("size", span))
                self._drops[number] = (span, *place)
            _, u, v, size = self._drops[number]
            radius = round((0.008 + 0.022 * size * size) * width)
            slide = 0.03 * height * size * since_ns / DROP_STAYS_NS
            at = part.at(round(u * width), round(v * height + slide))
            if part.past_glass:
                _smear(canvas, at, part.scale * radius)
            else:
                _lens(canvas, (round(at[0]), round(at[1])), round(part.scale * radius))


def _streaks(
    size_px: tuple[int, int], focal_px: float, light: Light, draw: np.random.Generator
) -> UInt8Array:
    """Return how much of a pixel (H, W) streaks cover, of 255."""
    count = round(STREAKS * (0.25 + 0.75 * light.rain) * size_px[0] * size_px[1] / (640 * 360))
    plate = np.zeros(size_px[::-1], dtype=np.uint8)
    away = NEAREST_M + (FARTHEST_M - NEAREST_M) * draw.random(count) ** 0.6
    length = focal_px * FALL_MPS * light.shutter_s / away
    wide = focal_px * DROP_M / away
    cover = np.clip(150.0 * wide, 24.0, 120.0)
    at = draw.random((count, 2)) * size_px
    lean = SLANT + draw.normal(0.0, 0.03, count)
    for (u, v), tall, slant, share in zip(at, length, lean, cover, strict=True):
        ends = np.array([[u, v], [u + slant * tall, v + tall]]) * (1 << SHIFT)
        a, b = ends.astype(int).tolist()
        cv2.line(plate, a, b, float(share), 1, cv2.LINE_AA, SHIFT)
    return np.asarray(cv2.blur(plate, (1, 3)), dtype=np.uint8)


def _lens(canvas: UInt8Array, at: tuple[int, int], radius: int) -> None:
    """Paint one drop: what lies around it, small, upside down and blurred."""
    height, width = canvas.shape[:2]
    x0, y0, x1, y1 = at[0] - radius, at[1] - radius, at[0] + radius + 1, at[1] + radius + 1
    if x0 < 0 or y0 < 0 or x1 > width or y1 > height:
        return
    reach = SHRINKS * radius
    around = canvas[max(0, at[1] - reach) : at[1] + reach, max(0, at[0] - reach) : at[0] + reach]
    few = np.ascontiguousarray(around[::-SHRINKS, ::-SHRINKS])  # all that is left after the blur
    inside = cv2.resize(few, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)
    inside = cv2.blur(inside, (max(3, radius // 2), max(3, radius // 2)))
    mask = _round(radius)
    part = canvas[y0:y1, x0:x1]
    part[:] = cv2.blendLinear(inside, part.copy(), mask, 1.0 - mask)


def _smear(canvas: UInt8Array, at: tuple[float, float], radius: float) -> None:
    """Blur what lies behind a drop that is out of focus."""
    height, width = canvas.shape[:2]
    x0, x1 = (round(np.clip(at[0] + side * radius, 0, width)) for side in (-1, 1))
    y0, y1 = (round(np.clip(at[1] + side * radius, 0, height)) for side in (-1, 1))
    if x1 <= x0 or y1 <= y0:
        return
    x, y = (np.arange(x0, x1) - at[0]) / radius, (np.arange(y0, y1) - at[1]) / radius
    share = np.clip(1.0 - np.hypot(x[None, :], y[:, None]), 0.0, 0.9).astype(np.float32)
    part = np.ascontiguousarray(canvas[y0:y1, x0:x1])
    side = max(3, round(SMEARED * width))
    soft = cv2.blur(cv2.blur(part, (side, side)), (side, side))
    canvas[y0:y1, x0:x1] = cv2.blendLinear(soft, part, share, 1.0 - share)


@lru_cache(maxsize=64)
def _round(radius: int) -> Float32Array:
    """Return how much of a drop one sees at each pixel: a soft disc."""
    x = np.arange(-radius, radius + 1) / radius
    away = np.hypot(x[None, :], x[:, None] * 0.92)
    return np.asarray(0.8 * np.clip((1.0 - away) / 0.35, 0.0, 1.0), dtype=np.float32)
