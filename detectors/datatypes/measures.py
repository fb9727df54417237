"""A measured value with the interval in which it lies."""

from dataclasses import dataclass

KMH_PER_MPS = 3.6


@dataclass(frozen=True, slots=True)
class Interval:
    """`value` as measured, and `low`..`high` in which it lies with the stated confidence; one unit."""

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            msg = f"Interval: expected low <= value <= high, got {self.low}, {self.value}, {self.high}"
            raise ValueError(msg)

    @property
    def uncertainty(self) -> float:
        """By how much the value is wrong at most: the longer side."""
        return max(self.value - self.low, self.high - self.value)

    def times(self, factor: float) -> "Interval":
        """Return the interval in another unit; `factor` from 0 on."""
        return Interval(self.value * factor, self.low * factor, self.high * factor)
