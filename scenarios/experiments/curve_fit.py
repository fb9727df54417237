"""Fits sensing curves to sightings: logistic regression of all conditions, spread by views drawn anew.

Frames of a vehicle and vehicles of a view are alike, so the bootstrap draws whole views (Davison and
Hinkley, Bootstrap Methods, 1997, 3.8), never frames.
"""

from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array
from scenarios.errors import InputError
from scenarios.experiments.curve_forms import Form, Rows, Tried, chosen_form, weights_of
from scenarios.experiments.pooled_fit import Parted, Shrink, pooled_fit, rate_mean
from scenarios.experiments.sightings import Sightings
from twin.cameras.curves import (
    ERROR_BINS_M,
    FEATURES,
    TYPICAL,
    DetectorCurves,
    FittedOn,
    condition,
    condition_text,
    features,
)
from twin.randomness import Seed

FEWEST = 200  # sightings that a condition is fitted from
DRAWS = 24
LOOK_FRAMES = 4.0  # independent frames that a look of one view in one light and weather is worth [?]
ALARMS = Shrink(common=0.1, light=1.0, weather=3.0, own=10.0)


@dataclass(frozen=True, slots=True)
class FitSpec:
    """What a fit is called and how it is made: overlap from which a detection is a vehicle's own.

    Without a `form` the one that foretells views left out best is taken.
    """

    detector: str
    made_on: str
    seeds: tuple[int, ...]
    overlap: float
    draws: int = DRAWS
    fewest: int = FEWEST
    form: Form | None = None


def conditions_of(seen: Sightings, fewest: int = FEWEST) -> tuple[int, ...]:
    """Return the conditions of which there is enough; raises InputError where there are none."""
    codes = condition(seen.light, seen.weather)
    counts = {int(code): int(((codes == code) & seen.held).sum()) for code in np.unique(codes)}
    kept = tuple(code for code, count in sorted(counts.items()) if count >= fewest)
    if not kept:
        told = ", ".join(f"{condition_text(code)}: {count}" for code, count in counts.items()) or "none"
        msg = f"calibrate: expected {fewest} sightings or more in one light, got {told}; watch longer"
        raise InputError(msg)
    return kept


def rows_of(seen: Sightings, overlap: float) -> Rows:
    """Return what a detector is held to see, as a fit needs it."""
    held = seen.of_rows(seen.held)
    found = (held.overlap >= overlap).astype(np.float64)
    return Rows(features(held.appearance), found, condition(held.light, held.weather), held.view)


def form_for(seen: Sightings, spec: FitSpec) -> tuple[Form, tuple[Tried, ...]]:
    """Return the form of the curves and how all forms did on views left out; raises InputError."""
    codes = conditions_of(seen, spec.fewest)
    rows = rows_of(seen, spec.overlap)
    return chosen_form(rows.of(np.isin(rows.code, codes)), codes)


def fit_curves(seen: Sightings, spec: FitSpec) -> DetectorCurves:
    """Return the curves of all conditions of which there is enough; raises InputError for too little.

    They are those of vehicles that a detector is held to see: smaller or more hidden ones are left out.
    """
    kept = conditions_of(seen, spec.fewest)
    form = spec.form or form_for(seen, spec)[0]
    rows = rows_of(seen, spec.overlap)
    plain = Rows(rows.columns[:, : len(TYPICAL)], rows.found, rows.code, rows.view)
    return DetectorCurves(
        detector=spec.detector,
        form=form.name,
        fitted_on=_fitted_on(seen, spec),
        conditions=kept,
        weights=weights_of(rows, form, FEATURES, kept),
        typical=weights_of(plain, form, TYPICAL, kept),
        draws=_draws(rows, form, FEATURES, kept, spec),
        typical_draws=_draws(plain, form, TYPICAL, kept, spec),
        false_alarms=_rates(seen, kept),
        missing_s=np.array([_runs_s(seen, code, spec.overlap)[0] for code in kept]),
        found_s=np.array([_runs_s(seen, code, spec.overlap)[1] for code in kept]),
        error_m=_errors(seen),
        switches_per_min=_switches(seen),
    )


def _fitted_on(seen: Sightings, spec: FitSpec) -> FittedOn:
    vehicles = len(np.unique(np.column_stack((seen.view, seen.vehicle))[seen.held], axis=0))
    return FittedOn(
        spec.made_on, spec.overlap, seen.views, spec.seeds, int(seen.held.sum()), vehicles, seen.frames
    )


def _draws(
    rows: Rows, form: Form, names: tuple[str, ...], codes: tuple[int, ...], spec: FitSpec
) -> Float64Array:
    """Return the weights (B, C, F) of refits over views drawn anew."""
    draw = Seed(spec.seeds[0] if spec.seeds else 0).generator("bootstrap", spec.detector)
    there, row = np.unique(rows.view, return_inverse=True)
    made = []
    for _ in range(spec.draws):
        times = np.bincount(draw.integers(len(there), size=len(there)), minlength=len(there))
        made.append(weights_of(rows, form, names, codes, times[row].astype(np.float64)))
    return np.array(made, dtype=np.float64).reshape(spec.draws, len(codes), len(names))


def _rates(seen: Sightings, codes: tuple[int, ...]) -> Float64Array:
    """Return (C, 2) the logarithm of the false alarms a frame, and its slope in that of the vehicles.

    From the means of each view in each condition: within a view both hardly change, and views differ.
    """
    code = condition(seen.frame_light, seen.frame_weather)
    looks, row = np.unique(np.column_stack((seen.frame_view, code)), axis=0, return_inverse=True)
    frames = np.bincount(row.ravel()).astype(np.float64)
    vehicles, alarms = (
        np.bincount(row.ravel(), column) / frames for column in (seen.frame_held, seen.frame_false)
    )
    columns = np.column_stack((np.ones(len(looks)), np.log1p(vehicles)))
    masks = [looks[:, 1] == one for one in codes]
    parted = Parted(np.array(codes), tuple(columns[m] for m in masks), tuple(alarms[m] for m in masks))
    weights = [np.full(int(mask.sum()), LOOK_FRAMES) for mask in masks]
    return pooled_fit(parted, ALARMS, rate_mean, weights)


def _in_order(seen: Sightings, rows: BoolArray) -> Int64Array:
    """Return the rows of vehicles that a detector is held to see, vehicle after vehicle, in time."""
    chosen = np.flatnonzero(rows & seen.held)
    return np.asarray(chosen[np.lexsort((seen.frame[chosen], seen.vehicle[chosen], seen.view[chosen]))])


def _follows(seen: Sightings, order: Int64Array) -> BoolArray:
    """Return (K - 1,) whether each of the ordered sightings is of the next frame of the same vehicle."""
    same = (np.diff(seen.view[order]) == 0) & (np.diff(seen.vehicle[order]) == 0)
    return np.asarray(same & (np.diff(seen.frame[order]) == 1), dtype=np.bool_)


def _runs_s(seen: Sightings, code: int, overlap: float) -> Float64Array:
    """Return (2, 2) the mean length of a run of misses and of finds, of what moves and of what stands.

    That of a chain with the same changes (Gilbert, Bell System Technical Journal 39, 1960).
    """
    here = condition(seen.light, seen.weather) == code
    stands = seen.appearance.still > 0
    lengths = np.zeros((2, 2))
    for column, rows in enumerate((here & ~stands, here & stands)):
        order = _in_order(seen, rows)
        follows = _follows(seen, order)
        found = seen.overlap[order] >= overlap
        before, after = found[:-1][follows], found[1:][follows]
        for row, state in enumerate((False, True)):
            among = before == state
            left = float((after[among] != state).sum())
            lengths[row, column] = _step_s(seen) * (among.sum() + 1.0) / (left + 1.0)
    return lengths


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
