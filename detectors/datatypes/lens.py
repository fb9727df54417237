"""How a lens bends straight lines: the radial terms of Brown and Conrady.

Points are tangents: right and down of the axis at one metre before the lens. One at a distance r from
the axis is shown at r (1 + k1 r^2 + k2 r^4): Brown, Decentering Distortion of Lenses, Photogrammetric
Engineering 32(3), 1966; the sign and the units are those of OpenCV.
"""

from dataclasses import dataclass, field
from math import inf, isfinite, sqrt

import numpy as np

from detectors.datatypes.arrays import Float64Array, ShapeError

NEWTON_STEPS = 60
CLOSE = 1e-15
TINY = 1e-12  # a lens that bends less does not fold within any picture


def _fold(k1: float, k2: float) -> float:
    """Return where 1 + 3 k1 r^2 + 5 k2 r^4, the slope, is 0 for the first time; infinite where it is not."""
    inner = 9.0 * k1 * k1 - 20.0 * k2
    below = sqrt(inner) - 3.0 * k1 if inner >= 0 else 0.0
    return sqrt(2.0 / below) if below > TINY else inf


@dataclass(frozen=True, slots=True)
class Lens:
    """Distortion by `k1` and `k2`; both 0: none.

    A polynomial bends back where its slope is 0. Beyond that distance from the axis the share by
    which it moves points stays, so that what lies far outside of a picture stays outside.
    """

    k1: float = 0.0
    k2: float = 0.0
    _fold: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not np.isfinite([self.k1, self.k2]).all():
            msg = f"Lens: expected finite k1 and k2, got {self.k1} and {self.k2}"
            raise ShapeError(msg)
        object.__setattr__(self, "_fold", _fold(self.k1, self.k2))

    @property
    def bends(self) -> bool:
        """Whether it bends anything."""
        return self.k1 != 0.0 or self.k2 != 0.0

    @property
    def widest(self) -> float:
        """How far from the axis, as shown, the polynomial holds."""
        return float(self._fold * self._share(self._fold)) if isfinite(self._fold) else inf

    def shown(self, tangents: Float64Array) -> Float64Array:
        """Return where the lens shows points (..., 2)."""
        if not self.bends:
            return tangents
        away = np.minimum(np.hypot(tangents[..., 0], tangents[..., 1]), self._fold)
        return np.asarray(tangents * self._share(away)[..., None])

    def straightened(self, tangents: Float64Array) -> Float64Array:
        """Return the points (..., 2) that the lens shows there."""
        if not self.bends:
            return tangents
        seen = np.hypot(tangents[..., 0], tangents[..., 1])
        away = np.where(seen < self.widest, self._inverted(np.minimum(seen, self.widest)), self._fold)
        return np.asarray(tangents / self._share(away)[..., None])

    def _share(self, away: Float64Array | float) -> Float64Array:
        square = np.square(away)
        return np.asarray(1.0 + square * (self.k1 + self.k2 * square))

    def _inverted(self, seen: Float64Array) -> Float64Array:
        """Return the distance from the axis that is shown at `seen`, by Newton within a bracket."""
        low, high = np.zeros_like(seen), np.minimum(3.0 * seen, self._fold)
        away = np.minimum(seen, high)
        for _ in range(NEWTON_STEPS):
            square = np.square(away)
            left = away * self._share(away) - seen
            low, high = np.where(left < 0, away, low), np.where(left < 0, high, away)
            slope = 1.0 + square * (3.0 * self.k1 + 5.0 * self.k2 * square)
            step = away - left / np.where(slope > CLOSE, slope, 1.0)
            step = np.where((step >= low) & (step <= high), step, (low + high) / 2)
            if np.all(np.abs(step - away) <= CLOSE * (1.0 + away)):
                return step
            away = step
        return away
