"""Where targets are in the picture: their boxes, carried on edge by edge, and what overlaps them."""

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array

EASE, EASE_STILL = 0.5, 0.15  # least share of a new box in the kept one, of what moves and of what stands
EASE_RATE = 0.25  # and least share of the rate that it shows
LEAP_FAR, LEAP_SIZE_IOU, LEAP_SIZE = 1.5, 0.3, 0.5  # see `leaps`
MISS_PX, AGREE_PX, SHARED, SAME_SIZE = 8.0, 2.0, 3, 0.4  # see `shift`; a logarithm of width or height
GROWS = 0.5  # so much of its growth goes on: sizes waver more than places


class Looks:
    """N boxes in the picture: `box` (N, 4) as x0, y0, x1, y1, smoothed, and its `rate` (N, 4) in px/s.

    A filter with fixed gains (alpha-beta: Bar-Shalom et al. 2001, section 6.5), of which the first few
    sights count more, one edge for itself: a box that comes nearer grows.
    """

    def __init__(self) -> None:
        self.box: Float64Array = np.zeros((0, 4))
        self.rate: Float64Array = np.zeros((0, 4))
        self.hits: Float64Array = np.zeros(0)

    def predict(self, elapsed_s: float, still: np.ndarray) -> None:
        """Carry the boxes on, but for those that stand (N,)."""
        self.rate[still] = 0.0
        low, high = self.box[:, :2], self.box[:, 2:]
        moved = elapsed_s / 2 * (self.rate[:, :2] + self.rate[:, 2:])
        size = high - low
        grown = np.clip(
            size + elapsed_s * GROWS * (self.rate[:, 2:] - self.rate[:, :2]), 0.7 * size, 1.4 * size
        )
        middle = (low + high) / 2 + moved
        self.box = np.concatenate((middle - grown / 2, middle + grown / 2), axis=1)

    def correct(
        self, rows: Int64Array, boxes_px: Float64Array, since_s: Float64Array, still: np.ndarray
    ) -> None:
        """Take boxes (K, 4) of the targets in `rows` (K,), last seen `since_s` (K,) ago; `still` (K,)."""
        gap, hits = boxes_px - self.box[rows], self.hits[rows]
        share = np.maximum(np.where(still, EASE_STILL, EASE), 1.0 / (hits + 1.0))
        rate = np.where(still, 0.0, np.maximum(EASE_RATE, 0.8 / hits)) / np.maximum(since_s, 1e-3)
        self.box[rows] += share[:, None] * gap
        self.rate[rows] += rate[:, None] * gap
        self.hits[rows] += 1.0

    def restart(self, rows: Int64Array, boxes_px: Float64Array, rates: Float64Array) -> None:
        """Put the targets in `rows` (K,) into boxes (K, 4) that move by rates (K, 4) in px/s."""
        self.box[rows], self.rate[rows] = boxes_px, rates

    def add(self, boxes_px: Float64Array) -> None:
        """Begin targets with boxes (K, 4)."""
        self.box = np.concatenate((self.box, boxes_px))
        self.rate = np.concatenate((self.rate, np.zeros((len(boxes_px), 4))))
        self.hits = np.concatenate((self.hits, np.ones(len(boxes_px))))

    def move(self, by_px: Float64Array) -> None:
        """Carry all boxes on by (2,) pixels: the camera has turned by so much."""
        self.box += np.tile(by_px, 2)

    def keep(self, rows: np.ndarray) -> None:
        """Forget all but `rows` (bool)."""
        self.box, self.rate, self.hits = self.box[rows], self.rate[rows], self.hits[rows]


def overlaps(one: Float64Array, other: Float64Array) -> Float64Array:
    """Return intersection over union (N, M) of boxes (N, 4) and (M, 4)."""
    left, top, right, bottom = one.T[:, :, None]
    x0, y0, x1, y1 = other.T[:, None]
    width = np.minimum(right, x1) - np.maximum(left, x0)
    height = np.minimum(bottom, y1) - np.maximum(top, y0)
    common = np.maximum(width, 0.0) * np.maximum(height, 0.0)
    areas = (right - left) * (bottom - top) + (x1 - x0) * (y1 - y0)
    return np.asarray(common / np.maximum(areas - common, 1e-9))


def paired(one: Float64Array, other: Float64Array) -> Float64Array:
    """Return intersection over union (N,) of boxes (N, 4) row by row."""
    size = np.minimum(one[:, 2:], other[:, 2:]) - np.maximum(one[:, :2], other[:, :2])
    common = np.maximum(size, 0.0).prod(axis=1)
    areas = (one[:, 2:] - one[:, :2]).prod(axis=1) + (other[:, 2:] - other[:, :2]).prod(axis=1)
    return np.asarray(common / np.maximum(areas - common, 1e-9))


def unlike(one: Float64Array, other: Float64Array) -> Float64Array:
    """Return by how much boxes (N, 4) and (M, 4) differ in width or height, the larger logarithm (N, M)."""
    first, second = (np.log(np.maximum(each[:, 2:] - each[:, :2], 1e-3)) for each in (one, other))
    return np.asarray(np.abs(first[:, None] - second[None]).max(axis=2))


def leaps(kept: Float64Array, found: Float64Array, alike: Float64Array, expected: BoolArray) -> BoolArray:
    """Return whether boxes `found` (K, 4) may be of others than the targets that should be in `kept` (K, 4).

    They overlap (`alike`, K) by less than LEAP_SIZE_IOU while one is wider or taller than the other by more
    than LEAP_SIZE, a logarithm, or their middles are further apart than LEAP_FAR times the larger of them: a
    small box of somebody who sets off misses the one that is foretold, and is his all the same. Nor is it far
    who is where he was `expected` (K,) on the ground: near the camera one outruns every forecast of his box.
    """
    sizes = [np.log(np.maximum(each[:, 2:] - each[:, :2], 1e-3)) for each in (kept, found)]
    other_size = np.abs(sizes[0] - sizes[1]).max(axis=1) > LEAP_SIZE
    apart = np.abs((found[:, :2] + found[:, 2:]) - (kept[:, :2] + kept[:, 2:])) / 2
    larger = np.maximum(found[:, 2:] - found[:, :2], kept[:, 2:] - kept[:, :2])
    far = (apart > LEAP_FAR * np.maximum(larger, 1e-3)).any(axis=1)
    return np.asarray((far & ~expected) | ((alike < LEAP_SIZE_IOU) & other_size))


def shift(kept: Float64Array, boxes_px: Float64Array) -> Float64Array:
    """Return (2,) by how far the picture moved since boxes `kept` (N, 4) stood in it, from those now (M, 4).

    The vote of what is of like size: the move that most of those kept share, the median of their votes; zero
    where fewer than SHARED of them do. A camera that comes back misses its aim by a little, and all with it.
    """
    moves = (boxes_px[None, :, :2] + boxes_px[None, :, 2:] - kept[:, None, :2] - kept[:, None, 2:]) / 2
    near = (np.abs(moves).max(axis=2) <= MISS_PX) & (unlike(kept, boxes_px) < SAME_SIZE)
    who, votes = np.nonzero(near)[0], moves[near]
    if not len(votes):
        return np.zeros(2)
    agree = np.abs(votes[:, None] - votes[None]).max(axis=2) <= AGREE_PX
    support = np.array([len(set(who[row].tolist())) for row in agree])
    best = int(support.argmax())
    if support[best] < SHARED:
        return np.zeros(2)
    return np.asarray(np.median(votes[agree[best]], axis=0))
