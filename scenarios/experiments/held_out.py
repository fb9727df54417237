"""How well curves foretell what a detector did on views that they were not fitted on."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array
from scenarios.experiments.sightings import Sightings
from twin.cameras.appearance import LIGHTS, WEATHERS
from twin.cameras.curves import DetectorCurves
from twin.randomness import Seed

HEIGHTS_PX = ((0, 12), (12, 20), (20, 40), (40, 80), (80, 10_000))
RESAMPLES = 400
FEWEST = 30  # sightings that a row is worth telling from
ALONG = 0.5  # of the cosine: within 60 degrees of the line of sight


@dataclass(frozen=True, slots=True)
class Foretold:
    """One row: a part of the sightings, what was measured and what the curves say, with their bands.

    `n` sightings of `vehicles` vehicles in `views` views; the band of what was measured is that of
    whole views drawn anew, that of the curves the one of their refits.
    """

    part: str
    n: int
    vehicles: int
    views: int
    measured: float
    low: float
    high: float
    said: float
    said_low: float
    said_high: float

    @property
    def off(self) -> float:
        """How far the curves are off: what they say less what was measured."""
        return self.said - self.measured


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What curves say of sightings and frames: chance (N,), its refits (B, N), false alarms (M,)."""

    chance: Float64Array
    drawn: Float64Array
    false_alarms: Float64Array


def said_of(seen: Sightings, curves: DetectorCurves) -> Said:
    """Return what curves say of sightings; raises CurvesError for light that they were not fitted for."""
    look = seen.appearance
    alarms = curves.false_per_frame(seen.frame_light, seen.frame_weather, seen.frame_held)
    return Said(curves.chance(look), curves.chances_drawn(look), alarms)


def said_by_others(
    seen: Sightings, fit: Callable[[Sightings], DetectorCurves], folds: int, spread: DetectorCurves
) -> Said:
    """Return what is said of each view by curves fitted without it: the views shared out over `folds`.

    The refits of `spread`, curves of all views, tell how far curves of other views would differ.
    """
    fold = np.arange(len(seen.views)) % folds
    chance, alarms = np.zeros(len(seen)), np.zeros(seen.frames)
    for number in np.unique(fold):
        own = fold == number
        said = said_of(seen.of_views(own), fit(seen.of_views(~own)))
        chance[own[seen.view]] = said.chance
        alarms[own[seen.frame_view]] = said.false_alarms
    return Said(chance, spread.chances_drawn(seen.appearance), alarms)


def recall_table(seen: Sightings, said: Said, overlap: float, seed: int = 1) -> tuple[Foretold, ...]:
    """Return recall of what one is held to see: by height, light, weather, motion, facing, two at once."""
    held = seen.of_rows(seen.held)
    found = (held.overlap >= overlap).astype(np.float64)
    told = (found, said.chance[seen.held], said.drawn[:, seen.held])
    return tuple(
        _foretold(part, held, mask, told, seed) for part, mask in _parts(held) if mask.sum() >= FEWEST
    )


def _parts(seen: Sightings) -> list[tuple[str, BoolArray]]:
    tall, look = seen.height_px, seen.appearance
    heights = [(f"{a}-{b} px" if b < 1000 else f"{a} px and more", (tall >= a) & (tall < b))
               for a, b in HEIGHTS_PX]  # fmt: skip
    lights = [(name, seen.light == row) for row, name in enumerate(LIGHTS)]
    weathers = [(name, seen.weather == row) for row, name in enumerate(WEATHERS)]
    moves = look.still == 0
    ways = [
        ("standing", ~moves),
        ("moving", moves),
        ("moving towards the camera", moves & (look.toward > ALONG)),
        ("moving away from the camera", moves & (look.toward < -ALONG)),
    ]
    both = [(f"{light}, {height}", a & b) for light, a in lights for height, b in heights]
    both += [(f"{light}, {weather}", a & b) for light, a in lights for weather, b in weathers]
    return [("all", np.ones(len(seen), dtype=np.bool_)), *heights, *lights, *weathers, *ways, *both]


def _foretold(
    part: str,
    seen: Sightings,
    mask: BoolArray,
    told: tuple[Float64Array, Float64Array, Float64Array],
    seed: int,
) -> Foretold:
    found, said, band = told
    low, high = _by_view(found[mask], seen.view[mask], part, seed)
    drawn = band[:, mask].mean(axis=1)
    said_low, said_high = np.percentile(drawn, [2.5, 97.5])
    pairs = np.column_stack((seen.view[mask], seen.vehicle[mask]))
    return Foretold(
        part, int(mask.sum()), len(np.unique(pairs, axis=0)), len(np.unique(pairs[:, 0])),
        float(found[mask].mean()), low, high, float(said[mask].mean()), float(said_low), float(said_high),
    )  # fmt: skip


def _by_view(values: Float64Array, view: np.ndarray, part: str, seed: int) -> tuple[float, float]:
    """Return the 95 % band of the mean when whole views are drawn anew."""
    names, row = np.unique(view, return_inverse=True)
    totals, counts = np.bincount(row, values), np.bincount(row).astype(np.float64)
    draw = Seed(seed).generator("views", part)
    chosen = draw.integers(len(names), size=(RESAMPLES, len(names)))
    means = totals[chosen].sum(axis=1) / counts[chosen].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def false_alarm_table(seen: Sightings, said: Said, seed: int = 1) -> tuple[Foretold, ...]:
    """Return false alarms a frame by light, by weather, by both, and over all."""
    lights = [(name, seen.frame_light == row) for row, name in enumerate(LIGHTS)]
    weathers = [(name, seen.frame_weather == row) for row, name in enumerate(WEATHERS)]
    both = [(f"{light}, {weather}", a & b) for light, a in lights for weather, b in weathers]
    masks = [("all", np.ones(seen.frames, dtype=np.bool_)), *lights, *weathers, *both]
    return tuple(
        _alarms(part, seen, mask, said.false_alarms, seed) for part, mask in masks if mask.sum() >= FEWEST
    )


def _alarms(part: str, seen: Sightings, mask: BoolArray, said: Float64Array, seed: int) -> Foretold:
    counts = seen.frame_false[mask].astype(np.float64)
    low, high = _by_view(counts, seen.frame_view[mask], part, seed)
    mean = float(said[mask].mean())
    views = len(np.unique(seen.frame_view[mask]))
    return Foretold(part, int(mask.sum()), 0, views, float(counts.mean()), low, high, mean, mean, mean)
