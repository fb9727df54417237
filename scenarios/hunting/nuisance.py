"""What varies from scene to scene, each drawn from one standard normal number by its quantile."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from detectors.datatypes.arrays import Float64Array

Quantile = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Nuisance:
    """A named quantity of a scene in its unit; `why` says where its spread is from."""

    name: str
    unit: str
    of: Quantile
    why: str


def normal(sd: float, mean: float = 0.0) -> Quantile:
    """Return the quantile of a normal law."""
    return lambda z: mean + sd * z


def uniform(low: float, high: float) -> Quantile:
    """Return the quantile of a uniform law."""
    return lambda z: low + (high - low) * float(ndtr(z))


def lognormal(median: float, sigma: float) -> Quantile:
    """Return the quantile of a lognormal law with the median, `sigma` that of the logarithm."""
    return lambda z: float(median * np.exp(sigma * z))


def happens(chance: float) -> Quantile:
    """Return 1 with a chance, else 0."""
    return lambda z: float(ndtr(z) < chance)


def one_of(*shares: float) -> Quantile:
    """Return 0, 1, 2, ... by their shares, which add up to 1."""
    ends = np.cumsum(shares)
    return lambda z: float(min(int(np.searchsorted(ends, ndtr(z), side="right")), len(shares) - 1))


def drawn(nuisances: tuple[Nuisance, ...], place: Float64Array) -> dict[str, float]:
    """Return the value of each nuisance at the first numbers of a place (D,)."""
    return {one.name: one.of(float(z)) for one, z in zip(nuisances, place, strict=False)}


def wavering(knots: Float64Array, times_s: Float64Array, every_s: float) -> Float64Array:
    """Return a noise (N,) at times from standard normal knots `every_s` apart, round again after the last."""
    at = times_s / every_s
    low = np.floor(at).astype(int)
    share = at - low
    first, second = knots[low % len(knots)], knots[(low + 1) % len(knots)]
    return np.asarray((first * (1 - share) + second * share) / np.hypot(1 - share, share))
