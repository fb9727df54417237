"""Regressions of many conditions at once, each condition drawn to its light, its weather and to all others.

The weights of a condition are the sum of a common part, one of its light, one of its weather and one of its
own, each held near 0 by a ridge: partial pooling (Gelman and Hill, Data Analysis Using Regression and
Multilevel Models, 2007, 12 and 13) with stated strengths. Solved by iteratively reweighted least squares
(McCullagh and Nelder, Generalized Linear Models, 1989, 2.5 and 4.4; for rates 6.2).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import Float64Array, Int64Array
from twin.cameras.appearance import LIGHTS

STEPS = 60
CLOSE = 1e-5
STIFF = 1e-3  # what holds a free level
LEVEL_SHARE = 0.1  # of the ridge: levels of conditions may differ more than slopes


@dataclass(frozen=True, slots=True)
class Shrink:
    """How strongly, in pseudo-sightings, the parts of a slope are held near 0; None leaves a part out."""

    common: float | None = 1.0
    light: float | None = None
    weather: float | None = None
    own: float | None = None


ALONE = Shrink(common=None, own=1.0)

Mean = Callable[[Float64Array], tuple[Float64Array, Float64Array]]


def chance_mean(total: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Return the logistic function of (N,) and its slope."""
    chance = 1.0 / (1.0 + np.exp(-np.clip(total, -30, 30)))
    return chance, chance * (1.0 - chance)


def rate_mean(total: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Return the exponential of (N,) and its slope."""
    rate = np.exp(np.clip(total, -15, 15))
    return rate, rate


@dataclass(frozen=True, slots=True, eq=False)
class Parted:
    """Rows by condition: `codes` (C,), and for each condition its columns (N, F) and what was seen (N,)."""

    codes: Int64Array
    columns: tuple[Float64Array, ...]
    seen: tuple[Float64Array, ...]


def pooled_fit(
    rows: Parted, shrink: Shrink, mean: Mean = chance_mean, weights: Sequence[Float64Array] | None = None
) -> Float64Array:
    """Return the weights (C, F) of each condition; the first column is all 1. `weights` (N,) by condition."""
    member, ridges, free = _parts(rows.codes, shrink)
    count, parts = member.shape
    width = rows.columns[0].shape[1]
    held = np.repeat(ridges[:, None], width, axis=1)
    held[:, 0] = np.where(np.arange(parts) < free, STIFF, LEVEL_SHARE * ridges)
    beta = np.zeros((parts, width))
    each = [np.ones(len(one)) for one in rows.seen] if weights is None else weights
    for _ in range(STEPS):
        own = member @ beta
        slope, bend = np.zeros((count, width)), np.zeros((count, width, width))
        for row, (columns, seen, weight) in enumerate(zip(rows.columns, rows.seen, each, strict=True)):
            expected, spread = mean(columns @ own[row])
            slope[row] = columns.T @ (weight * (seen - expected))
            bend[row] = (columns * (weight * spread)[:, None]).T @ columns
        pull = (member.T @ slope - held * beta).ravel()
        stiff = np.einsum("ck,cl,cfg->kflg", member, member, bend, optimize=True)
        stiff = stiff.reshape(parts * width, parts * width) + np.diag(held.ravel())
        step = np.linalg.solve(stiff, pull).reshape(parts, width)
        beta = beta + step * min(1.0, 4.0 / max(float(np.abs(step).max()), CLOSE))
        if np.abs(step).max() < CLOSE:
            break
    return np.asarray(member @ beta, dtype=np.float64)


def _parts(codes: Int64Array, shrink: Shrink) -> tuple[Float64Array, Float64Array, int]:
    """Return (C, K) which parts make up each condition, the ridge (K,) of each, how many levels are free."""
    blocks, ridges = [], []
    kinds = (np.zeros_like(codes), codes % len(LIGHTS), codes // len(LIGHTS), codes)
    for kind, ridge in zip(kinds, (shrink.common, shrink.light, shrink.weather, shrink.own), strict=True):
        if ridge is None:
            continue
        there = np.unique(kind)
        blocks.append((kind[:, None] == there[None]).astype(np.float64))
        ridges.append(np.full(len(there), ridge))
    return np.hstack(blocks), np.concatenate(ridges), blocks[0].shape[1]
