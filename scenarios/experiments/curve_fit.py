"""Fits sensing curves to sightings: ridge logistic regression by condition, spread by views drawn anew.

Iteratively reweighted least squares (McCullagh and Nelder, Generalized Linear Models, 1989, 2.5 and
4.4; for rates 6.2) with a small ridge. Frames of a vehicle and vehicles of a view are alike, so the
bootstrap draws whole views (Davison and Hinkley, Bootstrap Methods, 1997, 3.8), never frames.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array
from scenarios.errors import InputError
from scenarios.experiments.sightings import Sightings
from twin.cameras.curves import (
    ERROR_BINS_M,
    DetectorCurves,
    FittedOn,
    condition,
    condition_text,
    features,
    typical,
)
from twin.randomness import Seed

RIDGE = 1.0  # pseudo-sightings that hold each slope near 0
FEWEST = 200  # sightings that a condition is fitted from
DRAWS = 40
STEPS = 60
CLOSE = 1e-6


@dataclass(frozen=True, slots=True)
class FitSpec:
    """What a fit is called and how it is made: overlap from which a detection is a vehicle's own."""

    detector: str
    made_on: str
    seeds: tuple[int, ...]
    overlap: float
    draws: int = DRAWS
    fewest: int = FEWEST


def fit_curves(seen: Sightings, spec: FitSpec) -> DetectorCurves:
    """Return the curves of all conditions of which there is enough; raises InputError for too little.

    They are those of vehicles that a detector is held to see: smaller or more hidden ones are left out.
    """
    codes = condition(seen.light, seen.weather)
    counts = {int(code): int(((codes == code) & seen.held).sum()) for code in np.unique(codes)}
    kept = tuple(code for code, count in sorted(counts.items()) if count >= spec.fewest)
    if not kept:
        told = ", ".join(f"{condition_text(code)}: {count}" for code, count in counts.items()) or "none"
        msg = f"calibrate: expected {spec.fewest} sightings or more in one light, got {told}; watch longer"
        raise InputError(msg)
    found = (seen.overlap >= spec.overlap).astype(np.float64)
    columns, plain = features(seen.appearance), typical(seen.appearance)
    rows = [(codes == code) & seen.held for code in kept]
    frame_codes = condition(seen.frame_light, np.zeros_like(seen.frame_light))
    frames = [frame_codes == code for code in kept]
    missing, there = zip(*(_runs_s(seen, found, one) for one in rows), strict=True)
    return DetectorCurves(
        detector=spec.detector,
        fitted_on=FittedOn(
            spec.made_on,
            spec.overlap,
            seen.views,
            spec.seeds,
            int(seen.held.sum()),
            _vehicles(seen),
            seen.frames,
        ),
        conditions=kept,
        weights=np.array([logistic_fit(columns[one], found[one]) for one in rows]),
        typical=np.array([logistic_fit(plain[one], found[one]) for one in rows]),
        draws=_draws(seen, columns, found, rows, spec),
        false_alarms=np.array([_rate(seen, one) for one in frames]),
        missing_s=np.array(missing),
        found_s=np.array(there),
        error_m=_errors(seen),
        switches_per_min=_switches(seen),
    )


def _vehicles(seen: Sightings) -> int:
    return len(np.unique(np.column_stack((seen.view, seen.vehicle))[seen.held], axis=0))


def logistic_fit(
    columns: Float64Array, found: Float64Array, weight: Float64Array | None = None, ridge: float = RIDGE
) -> Float64Array:
    """Return the weights (F,) of a logistic regression of `found` (N,) on columns (N, F), the first all 1."""

    def mean(total: Float64Array) -> tuple[Float64Array, Float64Array]:
        chance = 1.0 / (1.0 + np.exp(-np.clip(total, -30, 30)))
        return chance, chance * (1.0 - chance)

    return _reweighted(columns, found, weight, ridge, mean)


def rate_fit(columns: Float64Array, counts: Float64Array, ridge: float = RIDGE) -> Float64Array:
    """Return the weights (F,) of a Poisson regression of counts (N,) on columns (N, F), the first all 1."""

    def mean(total: Float64Array) -> tuple[Float64Array, Float64Array]:
        rate = np.exp(np.clip(total, -15, 15))
        return rate, rate

    return _reweighted(columns, counts, None, ridge, mean)


Mean = Callable[[Float64Array], tuple[Float64Array, Float64Array]]


def _reweighted(
    columns: Float64Array, seen: Float64Array, weight: Float64Array | None, ridge: float, mean: Mean
) -> Float64Array:
    """Return the weights by Newton steps, halved for as long as they would lead away."""
    each = np.ones(len(seen)) if weight is None else weight
    held = np.diag(np.r_[CLOSE, np.full(columns.shape[1] - 1, ridge)])
    beta = np.zeros(columns.shape[1])
    for _ in range(STEPS):
        expected, spread = mean(columns @ beta)
        slope = columns.T @ (each * (seen - expected)) - held @ beta
        bend = (columns * (each * np.maximum(spread, CLOSE))[:, None]).T @ columns + held
        step = np.linalg.solve(bend, slope)
        beta = beta + step * min(1.0, 4.0 / max(float(np.abs(step).max()), CLOSE))
        if np.abs(step).max() < CLOSE:
            break
    return beta


def _draws(
    seen: Sightings, columns: Float64Array, found: Float64Array, rows: list[BoolArray], spec: FitSpec
) -> Float64Array:
    draw = Seed(spec.seeds[0] if spec.seeds else 0).generator("bootstrap", spec.detector)
    there, row = np.unique(seen.view, return_inverse=True)
    made = []
    for _ in range(spec.draws):
        times = np.bincount(draw.integers(len(there), size=len(there)), minlength=len(there))
        weight = times[row].astype(np.float64)
        made.append([logistic_fit(columns[one], found[one], weight[one]) for one in rows])
    return np.array(made, dtype=np.float64).reshape(spec.draws, len(rows), columns.shape[1])


def _rate(seen: Sightings, frames: BoolArray) -> Float64Array:
    columns = np.column_stack((np.ones(int(frames.sum())), np.log1p(seen.frame_vehicles[frames])))
    return rate_fit(columns, seen.frame_false[frames].astype(np.float64))


def _in_order(seen: Sightings, rows: BoolArray) -> Int64Array:
    """Return the rows of vehicles that a detector is held to see, vehicle after vehicle, in time."""
    chosen = np.flatnonzero(rows & seen.held)
    return np.asarray(chosen[np.lexsort((seen.frame[chosen], seen.vehicle[chosen], seen.view[chosen]))])


def _follows(seen: Sightings, order: Int64Array) -> BoolArray:
    """Return (K - 1,) whether each of the ordered sightings is of the next frame of the same vehicle."""
    same = (np.diff(seen.view[order]) == 0) & (np.diff(seen.vehicle[order]) == 0)
    return np.asarray(same & (np.diff(seen.frame[order]) == 1), dtype=np.bool_)


def _runs_s(seen: Sightings, found: Float64Array, rows: BoolArray) -> tuple[float, float]:
    """Return the mean length of a run of misses and of finds: that of a chain with the same changes."""
    order = _in_order(seen, rows)
    follows = _follows(seen, order)
    before, after = found[order][:-1][follows] > 0, found[order][1:][follows] > 0
    step_s = _step_s(seen)
    lengths = []
    for state in (False, True):
        among = before == state
        left = float((after[among] != state).sum())
        lengths.append(step_s * (among.sum() + 1.0) / (left + 1.0))
    return lengths[0], lengths[1]


def _step_s(seen: Sightings) -> float:
    """Return the mean time between two frames of a view."""
    steps = np.diff(seen.frame_ns)[np.diff(seen.frame_view) == 0]
    steps = steps[steps > 0]
    usual = steps[steps <= 3 * np.median(steps)] if len(steps) else steps  # between two lights it is hours
    return float(usual.mean()) * 1e-9 if len(usual) else 1.0


def _switches(seen: Sightings) -> float:
    """Return how often a minute the track of a vehicle becomes another one (CLEAR MOT: Bernardin 2008)."""
    order = _in_order(seen, seen.track >= 0)
    same = (np.diff(seen.view[order]) == 0) & (np.diff(seen.vehicle[order]) == 0)
    changed = same & (np.diff(seen.track[order]) != 0)
    minutes = len(order) * _step_s(seen) / 60.0
    return float(changed.sum() / minutes) if minutes > 0 else 0.0


def _errors(seen: Sightings) -> Float64Array:
    """Return (E, 4) mean and standard deviation along, standard deviation across, and count, by distance."""
    rows = np.isfinite(seen.along_m)
    far = np.digitize(seen.distance_m, ERROR_BINS_M[1:-1])
    table = np.zeros((len(ERROR_BINS_M) - 1, 4))
    for number in range(len(table)):
        one = rows & (far == number)
        if one.any():
            along, across = seen.along_m[one], seen.across_m[one]
            table[number] = along.mean(), along.std(), across.std(), one.sum()
    return table
