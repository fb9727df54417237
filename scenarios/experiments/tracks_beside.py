"""Analytic tracks beside rendered ones, on the same truth of views that the curves were not fitted on."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array
from scenarios.experiments.sightings import Sightings
from twin.cameras.analytic_tracks import AnalyticTracker, TrueView, held_rows
from twin.cameras.curves import DetectorCurves
from twin.randomness import Seed

APART_NS = 10_000_000_000  # two tracks of a vehicle this far apart in time make a stand that is noticed here
RESAMPLES = 400


@dataclass(frozen=True, slots=True)
class Beside:
    """One measure: of rendered tracks with its 95 % band over views drawn anew, and of analytic ones."""

    measure: str
    n: int
    rendered: float
    low: float
    high: float
    analytic: float


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """Rows in the order of vehicle and time: the track (N,) of each, -1 for none, and its error (N, 2)."""

    track: Int64Array
    error_m: Float64Array


def beside(seen: Sightings, curves: DetectorCurves, overlap: float, seed: int = 1) -> tuple[Beside, ...]:
    """Return how tracks that are drawn by curves compare with those of the engine on rendered frames."""
    held = seen.of_rows(seen.held)
    found = held.overlap >= overlap
    rendered = Followed(np.where(found, np.maximum(held.track, 0), -1), np.abs(_errors(held)))
    drawn = analytic(held, curves, Seed(seed))
    return tuple(_row(name, held, measure, rendered, drawn, seed) for name, measure in MEASURES.items())


def _errors(held: Sightings) -> Float64Array:
    return np.column_stack((held.along_m, held.across_m))


def analytic(held: Sightings, curves: DetectorCurves, seed: Seed) -> Followed:
    """Return the tracks that curves give to sightings, frame by frame."""
    track, error = np.full(len(held), -1), np.full((len(held), 2), np.nan)
    look = held.appearance
    order = np.argsort(held.frame, kind="stable")
    ends = np.flatnonzero(np.diff(held.frame[order])) + 1
    trackers: dict[int, AnalyticTracker] = {}
    for rows in np.split(order, ends) if len(order) else []:
        view, frame = int(held.view[rows[0]]), int(held.frame[rows[0]])
        tracker = trackers.setdefault(view, AnalyticTracker(curves, seed.child("view", view)))
        chosen = np.zeros(len(held), dtype=np.bool_)
        chosen[rows] = True
        rows = np.flatnonzero(chosen)  # noqa: PLW2901 - in the order of `held_rows`
        away = np.column_stack((held.distance_m[rows], np.zeros(len(rows))))
        boxes = np.column_stack((rows, rows, rows, rows)).astype(np.float64)
        scene = TrueView(
            int(held.frame_ns[frame]), held_rows(look, chosen), held.vehicle[rows], boxes, away, np.zeros(2)
        )
        for one in tracker.update(scene):
            row = int(one.box_px[0])
            place = one.position_m or (np.nan, np.nan)
            track[row] = one.track_id
            error[row] = abs(place[0] - held.distance_m[row]), abs(place[1])
    return Followed(track, error)


Measure = Callable[[Sightings, Followed, BoolArray], tuple[float, int]]


def _row(
    name: str, held: Sightings, measure: Measure, rendered: Followed, drawn: Followed, seed: int
) -> Beside:
    views = np.unique(held.view)
    each = [measure(held, rendered, held.view == one) for one in views]
    values, counts = np.array([v for v, _ in each]), np.array([n for _, n in each], dtype=np.float64)
    values = np.where(counts > 0, values, 0.0)
    draw = Seed(seed).generator("beside", name)
    chosen = draw.integers(len(views), size=(RESAMPLES, len(views)))
    means = (values * counts)[chosen].sum(axis=1) / np.maximum(counts[chosen].sum(axis=1), 1e-9)
    low, high = np.percentile(means, [2.5, 97.5])
    everywhere = np.ones(len(held), dtype=np.bool_)
    (told, n), (said, _) = measure(held, rendered, everywhere), measure(held, drawn, everywhere)
    return Beside(name, n, told, float(low), float(high), said)


def _share_found(held: Sightings, one: Followed, rows: BoolArray) -> tuple[float, int]:
    del held
    return float((one.track[rows] >= 0).mean()) if rows.any() else 0.0, int(rows.sum())


def _groups(held: Sightings, rows: BoolArray) -> tuple[Int64Array, int]:
    """Return the number of the vehicle of each row, and how many there are."""
    pairs = np.column_stack((held.view, held.vehicle))[rows]
    number = np.unique(pairs, axis=0, return_inverse=True)[1].ravel()
    return np.asarray(number, dtype=np.int64), int(number.max(initial=-1)) + 1


def _ever(held: Sightings, one: Followed, rows: BoolArray) -> tuple[float, int]:
    number, count = _groups(held, rows)
    found = np.bincount(number, one.track[rows] >= 0, minlength=count)
    return float((found > 0).mean()) if count else 0.0, count


def _stands(held: Sightings, one: Followed, rows: BoolArray) -> tuple[float, int]:
    """Return of the vehicles that stand in view over APART_NS the share found twice so far apart."""
    rows = rows & (held.appearance.still > 0)
    number, count = _groups(held, rows)
    when = held.frame_ns[held.frame[rows]]
    found = one.track[rows] >= 0
    lasts = _span(number, when, count) >= APART_NS
    noticed = _span(number[found], when[found], count) >= APART_NS
    return float(noticed[lasts].mean()) if lasts.any() else 0.0, int(lasts.sum())


def _span(number: Int64Array, when: Int64Array, count: int) -> Int64Array:
    """Return (count,) the time between the first and the last row of each number, -1 without any."""
    first, last = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
    np.minimum.at(first, number, when)
    np.maximum.at(last, number, when)
    return np.asarray(np.where(last >= 0, last - first, -1), dtype=np.int64)


def _error(column: int) -> Measure:
    def measured(held: Sightings, one: Followed, rows: BoolArray) -> tuple[float, int]:
        del held
        errors = one.error_m[rows, column]
        known = errors[np.isfinite(errors)]
        return float(known.mean()) if len(known) else 0.0, len(known)

    return measured


MEASURES: dict[str, Measure] = {
    "sightings found": _share_found,
    "vehicles found at least once": _ever,
    "stands of 10 s or more found twice, 10 s apart": _stands,
    "mean error along the line of sight, m": _error(0),
    "mean error across it, m": _error(1),
}
