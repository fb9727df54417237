"""Who of those that stand has begun to move: he is measured again and again beyond where he stood."""

import math

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array

SIGMAS = 4.0  # so many standard deviations of what a stander seems to move are more than that
SHARE = 0.1  # of a new measurement in the mean place and the spread
SIGHTS = 2  # in a row beyond: one may be a box of which another hid a part


class Stirring:
    """Of N targets: `place` (N, 2) where it stands, `spread` (N,) the mean square of what it seems to move.

    A detector that jitters makes everybody seem to move, so that each stander is held to his own measure: who
    is beyond SIGMAS of it, and `least` at least, in SIGHTS sights in a row has set out (`moves` (N,)). With
    an infinite `least` nobody has.
    """

    def __init__(self, least: float) -> None:
        self._least = least
        # before it is known how much somebody seems to move
        self._first = least**2 if math.isfinite(least) else 0.0
        self.place: Float64Array = np.zeros((0, 2))
        self.spread: Float64Array = np.zeros(0)
        self.beyond: Int64Array = np.zeros(0, dtype=np.int64)

    @property
    def moves(self) -> BoolArray:
        """Who (N,) has set out from where he stood."""
        return np.asarray(self.beyond >= SIGHTS)

    def add(self, points: Float64Array) -> None:
        """Begin targets at points (K, 2)."""
        k = len(points)
        self.place = np.concatenate((self.place, points))
        self.spread = np.concatenate((self.spread, np.full(k, self._first)))
        self.beyond = np.concatenate((self.beyond, np.zeros(k, dtype=np.int64)))

    def keep(self, rows: BoolArray) -> None:
        """Forget all but `rows` (N,)."""
        self.place, self.spread, self.beyond = self.place[rows], self.spread[rows], self.beyond[rows]

    def beyond_again(self, points: Float64Array) -> BoolArray:
        """Return (N, M) who was beyond his place when last seen and would be at points (M, 2) as well."""
        squared = ((points[None] - self.place[:, None]) ** 2).sum(axis=2)
        return np.asarray((self.beyond > 0)[:, None] & (squared > self._bound(self.spread)[:, None]))

    def _bound(self, spread: Float64Array) -> Float64Array:
        return np.maximum(self._least**2, SIGMAS**2 * spread)

    def see(self, rows: Int64Array, points: Float64Array, standing: BoolArray) -> Int64Array:
        """Take points (K, 2) of `rows` (K,), of whom `standing` (K,) stand; return who has just set out."""
        moving = rows[~standing]
        self.place[moving], self.beyond[moving] = points[~standing], 0
        self.spread[moving] = self._first
        still, there = rows[standing], points[standing]
        squared = ((there - self.place[still]) ** 2).sum(axis=1)
        beyond = squared > self._bound(self.spread[still])
        self.beyond[still] = np.where(beyond, self.beyond[still] + 1, 0)
        known, at = still[~beyond], there[~beyond]
        self.place[known] += SHARE * (at - self.place[known])
        self.spread[known] += SHARE * (squared[~beyond] - self.spread[known])
        return np.asarray(still[self.beyond[still] == SIGHTS])
