"""Which detection is of which vehicle, as COCO has it: the surest first, each vehicle once.

Lin et al., Microsoft COCO, arXiv 1405.0312; the tools of pycocotools and faster-coco-eval are the
reference, and a test holds this against the latter.
"""

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array
from scenarios.boxes import covered, overlaps

NOBODY, IGNORED = -1, -2


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
