"""A picture larger than the input of a model, in tiles that overlap."""

import math

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float32Array

OVERLAP = 0.25  # of a tile at least: what is smaller than that is whole in one of them
EDGE_PX = 2.0


def tiles(picture_px: tuple[int, int], tile_px: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the top left corners of the tiles (width, height) that cover a picture, row by row."""
    lefts, tops = (_starts(whole, part) for whole, part in zip(picture_px, tile_px, strict=True))
    return [(left, top) for top in tops for left in lefts]


def _starts(whole: int, part: int) -> list[int]:
    if whole <= part:
        return [0]
    count = 1 + math.ceil((whole - part) / ((1 - OVERLAP) * part))
    return [round(start) for start in np.linspace(0, whole - part, count).tolist()]


def uncut(boxes: Float32Array, tile: Float32Array, picture_px: tuple[int, int]) -> BoolArray:
    """Return (N,) which boxes (N, 4) do not end at an edge of their tile inside the picture.

    `tile` is its x0, y0, x1, y1. What an edge cuts is whole in the next tile.
    """
    inner = np.array([tile[0] > 0, tile[1] > 0, tile[2] < picture_px[0], tile[3] < picture_px[1]])
    gaps = np.concatenate((boxes[:, :2] - tile[:2], tile[2:] - boxes[:, 2:]), axis=1)
    return np.asarray(~((gaps < EDGE_PX) & inner).any(axis=1))
