"""Boxes in a picture, (N, 4) as x0, y0, x1, y1 in pixels: how much of each other they share."""

import numpy as np

from detectors.datatypes.arrays import Float64Array


def overlaps(one: Float64Array, other: Float64Array) -> Float64Array:
    """Return (N, M) intersection over union of boxes (N, 4) and (M, 4)."""
    common = _common(one, other)
    areas = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (one, other)]
    return np.asarray(common / np.maximum(areas[0][:, None] + areas[1][None] - common, 1e-9))


def covered(one: Float64Array, other: Float64Array) -> Float64Array:
    """Return (N, M) which share of each box (N, 4) lies in boxes (M, 4)."""
    areas = np.prod(one[:, 2:] - one[:, :2], axis=1)
    return np.asarray(_common(one, other) / np.maximum(areas[:, None], 1e-9))


def _common(one: Float64Array, other: Float64Array) -> Float64Array:
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    return np.asarray(np.prod(np.clip(high - low, 0, None), axis=2))
