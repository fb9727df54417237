"""What a number from a few runs, or a few cases, proves: intervals and bounds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its confidence interval; `n` runs stand behind it."""

    estimate: float
    low: float
    high: float
    n: int

    @property
    def resolved(self) -> bool:
        """Whether the interval of a difference excludes 0; otherwise it is "not resolved"."""
        return not self.low <= 0.0 <= self.high


def mean_interval(values: Sequence[float], level: float = LEVEL) -> Interval | None:
    """Return the t interval of the mean of independent runs; None for fewer than two.

    Source: Law, Simulation Modeling and Analysis, 5th ed., section 4.5.
    """
    n = len(values)
    if n < 2:
        return None
    mean = float(np.mean(values))
    half = float(stats.t.ppf((1 + level) / 2, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    return Interval(mean, mean - half, mean + half, n)


def paired_interval(a: Sequence[float], b: Sequence[float], level: float = LEVEL) -> Interval | None:
    """Return the t interval of the mean of `b` - `a`, run by run under the same seeds.

    Raises ValueError where the two differ in length. Source: Law, section 10.2.1.
    """
    if len(a) != len(b):
        msg = f"paired_interval: expected as many runs on both sides, got {len(a)} and {len(b)}"
        raise ValueError(msg)
    return mean_interval([y - x for x, y in zip(a, b, strict=True)], level)


def exact_interval(hits: int, trials: int, level: float = LEVEL) -> tuple[float, float]:
    """Return the two-sided interval of a share; (0, 1) without trials.

    Source: Clopper and Pearson, Biometrika 26 (1934), by quantiles of the beta distribution.
    """
    _check(hits, trials)
    tail = (1 - level) / 2
    low = float(stats.beta.ppf(tail, hits, trials - hits + 1)) if hits > 0 else 0.0
    high = float(stats.beta.ppf(1 - tail, hits + 1, trials - hits)) if hits < trials else 1.0
    return low, high


def upper_bound(failures: int, trials: int, level: float = LEVEL) -> float:
    """Return the largest rate that so few failures leave possible (one-sided Clopper-Pearson).

    Without a failure it is about 3 / trials, the rule of three.
    """
    _check(failures, trials)
    return float(stats.beta.ppf(level, failures + 1, trials - failures)) if failures < trials else 1.0


def lower_bound(hits: int, trials: int, level: float = LEVEL) -> float:
    """Return the smallest rate that so many hits leave possible (one-sided Clopper-Pearson)."""
    return 1.0 - upper_bound(trials - hits, trials, level)


def _check(hits: int, trials: int) -> None:
    if not 0 <= hits <= trials:
        msg = f"expected 0 <= hits <= trials, got {hits} of {trials}"
        raise ValueError(msg)
