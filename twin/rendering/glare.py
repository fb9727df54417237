"""Lamps that shine into the lens: the glare around them, and their streaks on a wet street."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from detectors.datatypes.arrays import Float64Array, UInt8Array
from twin.rendering.canvas import SHIFT
from twin.rendering.raster import add_share

COARSE_PX = 160  # glare is drawn on a picture of this width and enlarged
STREAKS_PX = 320  # and streaks, which are narrower, on one of this
STREAK_LENGTH, STREAK_FROM = 0.72, 1.05  # half length and middle, as shares of the way to the mirror image
FAR_PX = 4000
LAMP_OVER_WHITE = 2.6  # a lamp is so much brighter than what a sensor takes: its reflection shows that


class Spot(NamedTuple):
    """A lamp in the picture: pixel (2,), radius, colour (3,) 0..255, and how far below it is mirrored."""

    at_px: Float64Array
    radius_px: float
    bgr: Float64Array
    drop_px: float = 0.0


def coarse(size_px: tuple[int, ...], width_px: int = COARSE_PX) -> tuple[float, UInt8Array]:
    """Return the scale of a coarse picture of one of (height, width), and that picture, dark."""
    width = min(width_px, size_px[1])
    scale = width / size_px[1]
    return scale, np.zeros((max(1, round(size_px[0] * scale)), width), dtype=np.uint8)


def add_halos(canvas: UInt8Array, spots: Sequence[Spot], scatter: float = 0.0) -> None:
    """Add the glare of lamps; `scatter` 0..1 is how much of it the air spreads."""
    if not spots:
        return
    scale, flat = coarse(canvas.shape)
    picture = np.zeros((*flat.shape, 3), dtype=np.uint8)
    points = np.clip(np.array([spot.at_px for spot in spots]) * (scale * (1 << SHIFT)), -9e4, 9e4).astype(int)
    colours = 0.55 * np.array([spot.bgr for spot in spots])
    for spot, point, colour in zip(spots, points.tolist(), colours.tolist(), strict=True):
        size = max(int(spot.radius_px * scale * (1 << SHIFT)), 10)
        cv2.circle(picture, point, size, colour, -1, cv2.LINE_AA, SHIFT)
    largest = max(radius for _, radius, _, _ in spots) * scale * (1.0 + scatter)
    near = cv2.GaussianBlur(picture, (0, 0), max(1.1, 0.8 * largest))
    side = 2 * round(max(3.0, 1.7 * largest) * (1.0 + scatter)) + 1
    wide = cv2.blur(cv2.blur(picture, (side, side)), (side, side))  # near a Gaussian, a third of its price
    glare = cv2.resize(
        cv2.addWeighted(near, 0.8, wide, 0.45 + 2.0 * scatter, 0.0),
        (canvas.shape[1], canvas.shape[0]),
        interpolation=cv2.INTER_LINEAR,
    )
    cv2.add(canvas, glare, canvas)


def add_streaks(canvas: UInt8Array, spots: Sequence[Spot], gloss: UInt8Array) -> None:
    """Add the reflections of lamps on a wet street: drawn out towards the viewer, as ripples do.

    `gloss` (H, W) is how much of what falls on it the street reflects, of 255.
    """
    shown = [spot for spot in spots if spot.drop_px > 1.0]
    if not shown:
        return
    scale, flat = coarse(canvas.shape, STREAKS_PX)
    picture = np.zeros((*flat.shape, 3), dtype=np.uint8)
    low, high = flat.shape[0], 0
    shown = sorted(shown, key=lambda spot: spot.drop_px)
    places = (scale * np.array([spot.at_px for spot in shown])).tolist()
    colours = np.minimum(LAMP_OVER_WHITE * np.array([spot.bgr for spot in shown]), 255.0).tolist()
    for (_, radius, _, drop), (u, v), colour in zip(shown, places, colours, strict=True):
        half, middle = STREAK_LENGTH * drop * scale, v + STREAK_FROM * drop * scale
        top, bottom = int(middle - half), int(middle + half) + 1
        if not (abs(u) < FAR_PX and top > -FAR_PX and bottom < FAR_PX):
            continue
        low, high = min(low, top), max(high, bottom)
        wide = max(1, round(1.6 * radius * scale))
        cv2.line(picture, (round(u), top), (round(u), bottom), colour, wide, cv2.LINE_8)
    longest = max(spot.drop_px for spot in shown) * scale
    soft = round(float(np.clip(0.15 * longest, 1.0, 9.0)))
    rows = slice(max(0, low - soft - 1), min(flat.shape[0], high + soft + 1))
    if rows.start >= rows.stop:
        return
    softened = cv2.blur(picture[rows], (3, 2 * soft + 1))
    part = slice(round(rows.start / scale), min(canvas.shape[0], round(rows.stop / scale)))
    size = (canvas.shape[1], part.stop - part.start)
    streaks = np.asarray(cv2.resize(softened, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    add_share(canvas[part], streaks, gloss[part])
