"""Which detection is of which vehicle, as COCO has it: the surest first, each vehicle once.

Lin et al., Microsoft COCO, arXiv 1405.0312; the tools of pycocotools and faster-coco-eval are the
reference, and a test holds this against the latter.
"""

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array

NOBODY, IGNORED = -1, -2


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


def owners(found: Float64Array, truth: Float64Array, held: BoolArray, overlap: float) -> Int64Array:
    """Return (D,) of boxes (D, 4), the surest first, the row of the vehicle (N, 4) that each is of.

    NOBODY where it is of none; IGNORED where it lies by `overlap` or more in one that nobody is held to see.
    """
    owner = np.full(len(found), NOBODY, dtype=np.int64)
    if not len(found) or not len(truth):
        return owner
    shared = np.where(held, overlaps(found, truth), covered(found, truth))
    free = held.copy()
    for row in np.flatnonzero(shared.max(axis=1) >= overlap).tolist():
        own = np.where(free, shared[row], 0.0)
        best = int(own.argmax())
        if own[best] >= overlap:
            owner[row], free[best] = best, False
        elif (shared[row][~held] >= overlap).any():
            owner[row] = IGNORED
    return owner
