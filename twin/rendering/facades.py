"""Fronts of shop-houses, painted flat: walls, shutters, signs, windows, and what of it shines by night."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from detectors.datatypes.arrays import UInt8Array

PX_PER_M = 26
STOREY_M = 3.7
WALLS_BGR = (
    (196, 212, 220), (176, 204, 224), (206, 212, 210), (160, 190, 214), (188, 200, 176), (214, 196, 176),
    (150, 168, 200), (206, 216, 226), (170, 178, 182),
)  # fmt: skip
SIGNS_BGR = (
    (52, 48, 178), (140, 70, 30), (50, 130, 52), (30, 150, 220), (60, 60, 62), (160, 110, 20), (90, 40, 120),
)  # fmt: skip
WORDS = (
    "WARUNG MAKAN", "TOKO BUSANA", "APOTEK", "BENGKEL", "SALON", "KEDAI KOPI", "FOTOKOPI", "LAUNDRY",
    "ROTI & KUE",     "BAKSO", "SERVIS HP", "TOKO BUKU", "OPTIK", "SOTO BANJAR", "CAT & BESI", "SATE AYAM",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Facade:
    """A front: `albedo` and `glow` (H, W, 3), `PX_PER_M` pixels a metre."""

    albedo: UInt8Array
    glow: UInt8Array


@lru_cache(maxsize=512)
def shop_front(width_m: float, height_m: float, key: int) -> Facade:
    """Return the front of a shop-house, the same for the same key."""
    draw = np.random.Generator(np.random.PCG64(key))
    size = (max(8, round(height_m * PX_PER_M)), max(8, round(width_m * PX_PER_M)), 3)
    wall = np.array(WALLS_BGR[int(draw.integers(len(WALLS_BGR)))], dtype=np.float64)
    stains = cv2.resize(draw.normal(1.0, 0.05, (5, 9)), (size[1], size[0]), interpolation=cv2.INTER_CUBIC)
    albedo = np.clip(wall * stains[..., None] * 0.92, 0, 255).astype(np.uint8)
    front = Facade(albedo, np.zeros(size, dtype=np.uint8))
    _ground_floor(front, draw)
    storeys = int(height_m // STOREY_M)
    for storey in range(1, storeys):
        _windows(front, storey, draw)
    cv2.rectangle(front.albedo, (0, 0), (size[1], 9), tuple(int(c * 0.72) for c in wall), -1)
    return front


@lru_cache(maxsize=512)
def side_wall(width_m: float, height_m: float, key: int) -> Facade:
    """Return a plain side wall in the colour of the front."""
    draw = np.random.Generator(np.random.PCG64(key))
    wall = np.array(WALLS_BGR[int(draw.integers(len(WALLS_BGR)))], dtype=np.float64)
    size = (max(8, round(height_m * PX_PER_M) // 4), max(8, round(width_m * PX_PER_M) // 4))
    stains = cv2.resize(draw.normal(0.86, 0.07, (6, 6)), size[::-1], interpolation=cv2.INTER_CUBIC)
    albedo = np.clip(wall * stains[..., None], 0, 255).astype(np.uint8)
    return Facade(albedo, np.zeros_like(albedo))


def _ground_floor(front: Facade, draw: np.random.Generator) -> None:
    height, width = front.albedo.shape[:2]
    bays = max(1, round(width / PX_PER_M / 3.8))
    top = height - round(2.9 * PX_PER_M)
    for bay in range(bays):
        x0, x1 = (round((bay + share) * width / bays) for share in (0.06, 0.94))
        if draw.random() < 0.3:
            _shutter(front, (x0, top, x1, height - 3), draw)
        else:
            _shop(front, (x0, top, x1, height - 3), draw)
    sign_top = max(4, top - round(0.95 * PX_PER_M))
    _sign(front, (round(0.04 * width), sign_top, round(0.96 * width), top - 5), draw)
    awning = tuple(int(c) for c in draw.integers(60, 200, 3))
    cv2.rectangle(front.albedo, (0, top - 4), (width, top + 8), awning, -1)


def _shutter(front: Facade, box: tuple[int, int, int, int], draw: np.random.Generator) -> None:
    x0, y0, x1, y1 = box
    grey = int(draw.integers(120, 190))
    cv2.rectangle(front.albedo, (x0, y0), (x1, y1), (grey, grey, grey - 8), -1)
    for y in range(y0, y1, 5):
        cv2.line(front.albedo, (x0, y), (x1, y), (grey - 34,) * 3, 1)


def _shop(front: Facade, box: tuple[int, int, int, int], draw: np.random.Generator) -> None:
    """Paint an open shop: a dark room with shelves of goods, lit by night."""
    x0, y0, x1, y1 = box
    cv2.rectangle(front.albedo, (x0, y0), (x1, y1), (52, 54, 58), -1)
    for y in range(y0 + 16, y1 - 8, 15):
        for x in range(x0 + 4, x1 - 6, 9):
            goods = tuple(int(c) for c in draw.integers(60, 130) + draw.integers(-25, 45, 3))
            cv2.rectangle(front.albedo, (x, y - int(draw.integers(4, 10))), (x + 6, y), goods, -1)
    lit = tuple(int(c) for c in draw.uniform(0.5, 0.9) * np.array([120, 175, 205]))
    cv2.rectangle(front.glow, (x0, y0), (x1, y1), lit, -1)
    cv2.multiply(front.glow[y0:y1, x0:x1], front.albedo[y0:y1, x0:x1], front.glow[y0:y1, x0:x1], 1 / 110)


def _sign(front: Facade, box: tuple[int, int, int, int], draw: np.random.Generator) -> None:
    x0, y0, x1, y1 = box
    colour = SIGNS_BGR[int(draw.integers(len(SIGNS_BGR)))]
    text = WORDS[int(draw.integers(len(WORDS)))]
    cv2.rectangle(front.albedo, (x0, y0), (x1, y1), colour, -1)
    scale = min(0.8, (x1 - x0 - 8) / max(1, cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, 1.0, 2)[0][0]))
    width = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, scale, 2)[0][0]
    at = ((x0 + x1 - width) // 2, (y0 + y1) // 2 + round(11 * scale))
    cv2.putText(front.albedo, text, at, cv2.FONT_HERSHEY_DUPLEX, scale, (240, 244, 244), 2, cv2.LINE_AA)
    if draw.random() < 0.6:
        front.glow[y0:y1, x0:x1] = (front.albedo[y0:y1, x0:x1] * 0.95).astype(np.uint8)


def _windows(front: Facade, storey: int, draw: np.random.Generator) -> None:
    height, width = front.albedo.shape[:2]
    foot = height - round((storey * STOREY_M + 0.9) * PX_PER_M)
    top = foot - round(1.45 * PX_PER_M)
    panes = max(1, round(width / PX_PER_M / 1.9))
    frame = (70, 74, 78) if draw.random() < 0.5 else (214, 216, 216)
    for pane in range(panes):
        x0, x1 = (round((pane + share) * width / panes) for share in (0.16, 0.84))
        cv2.rectangle(front.albedo, (x0 - 2, top - 2), (x1 + 2, foot + 2), frame, -1)
        cv2.rectangle(front.albedo, (x0, top), (x1, foot), (96, 84, 74), -1)
        cv2.rectangle(front.albedo, (x0, top), (x1, (top + foot) // 2), (142, 128, 112), -1)
        cv2.line(front.albedo, ((x0 + x1) // 2, top), ((x0 + x1) // 2, foot), frame, 2)
        if draw.random() < 0.3:
            cv2.rectangle(front.glow, (x0, top), (x1, foot), (90, 160, 205), -1)
        if draw.random() < 0.3:
            unit = (x0, foot + 8, x0 + round(0.8 * PX_PER_M), foot + 8 + round(0.5 * PX_PER_M))
            cv2.rectangle(front.albedo, unit[:2], unit[2:], (206, 208, 208), -1)
            cv2.circle(
                front.albedo, ((unit[0] + unit[2]) // 2, (unit[1] + unit[3]) // 2), 5, (90, 90, 90), -1
            )
