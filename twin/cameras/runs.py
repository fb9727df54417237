"""Which samples along a road belong together: stretches in view, and pieces of them without a bend."""

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array

BEND_RAD = 0.2


def runs(keep: BoolArray) -> list[tuple[int, int]]:
    """Return the first and last index of each stretch of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], keep, [False])).astype(np.int8)))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def straight_runs(stretches: list[tuple[int, int]], headings_rad: Float64Array) -> list[tuple[int, int]]:
    """Split stretches where the road has turned by more than BEND_RAD since the start of the piece."""
    pieces = []
    for first, last in stretches:
        start = first
        for i in range(first, last):
            turned = np.angle(np.exp(1j * (headings_rad[i] - headings_rad[start])))
            if abs(turned) > BEND_RAD:
                pieces.append((start, i))
                start = i
        pieces.append((start, last))
    return pieces
