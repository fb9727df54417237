"""Sensing curves of a detector, from rendered runs: watch, choose a form, fit, try on other views, write."""

from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from scenarios.experiments.curve_fit import FitSpec, fit_curves, form_for
from scenarios.experiments.curve_forms import Tried
from scenarios.experiments.held_out import (
    Foretold,
    false_alarm_table,
    recall_table,
    said_by_others,
    said_of,
)
from scenarios.experiments.sightings import Sightings, pooled
from scenarios.experiments.tracks_beside import Beside, beside
from scenarios.experiments.trials import MATCH_IOU, TrialSpec, trials
from scenarios.progress import Progress, silent
from twin.cameras.curves import DetectorCurves, curves_text

FOLDS = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be fitted: the seeds whose views it is fitted on, and those whose views it is tried on."""

    trial: TrialSpec
    made_on: str
    seeds: tuple[int, ...]
    tried_seeds: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """How curves did on views that they were not fitted on; `views` says how many."""

    views: int
    recall: tuple[Foretold, ...]
    false_alarms: tuple[Foretold, ...]
    tracks: tuple[Beside, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Calibrated:
    """The curves, how each form did, each view of the fit by curves of the others, and quite other views."""

    curves: DetectorCurves
    forms: tuple[Tried, ...]
    by_others: Held
    tried: Held | None


def calibrate(
    asked: Asked, workers: int = 1, progress: Progress = silent, cache: Path | None = None
) -> Calibrated:
    """Watch the views of all seeds, fit on some and try on the others; raises InputError for too little."""
    seeds = (*asked.seeds, *asked.tried_seeds)
    parts = trials(asked.trial, seeds, workers, progress, cache)
    spec = FitSpec(asked.trial.detector, asked.made_on, asked.seeds, MATCH_IOU)
    both = dict(zip(seeds, parts, strict=True))
    others = [both[seed] for seed in asked.tried_seeds]
    return fitted(pooled([both[seed] for seed in asked.seeds]), spec, pooled(others) if others else None)


def fitted(seen: Sightings, spec: FitSpec, others: Sightings | None = None) -> Calibrated:
    """Return the curves of what was seen, how each view is foretold by the rest, and how `others` are.

    The form is chosen once, on all views of the fit; the others take no part in it.
    """
    form, forms = form_for(seen, spec)
    chosen = replace(spec, form=form)
    curves = fit_curves(seen, chosen)
    known = seen.in_conditions(curves.conditions)
    fit = partial(_fit, spec=replace(chosen, fewest=1, draws=0))
    said = said_by_others(known, fit, min(FOLDS, len(seen.views)), curves)
    by_others = Held(len(seen.views), recall_table(known, said, spec.overlap), false_alarm_table(known, said))
    return Calibrated(curves, forms, by_others, None if others is None else tried_on(others, curves))


def tried_on(seen: Sightings, curves: DetectorCurves) -> Held:
    """Return how curves do on views; raises ValueError where they were fitted on one of them."""
    known = seen.in_conditions(curves.conditions)
    same = set(known.views) & set(curves.fitted_on.views)
    if same:
        msg = f"expected views that the curves were not fitted on, got {', '.join(sorted(same))}"
        raise ValueError(msg)
    said, overlap = said_of(known, curves), curves.fitted_on.overlap
    return Held(
        len(np.unique(known.view)),
        recall_table(known, said, overlap),
        false_alarm_table(known, said),
        beside(known, curves, overlap),
    )


def _fit(seen: Sightings, spec: FitSpec) -> DetectorCurves:
    return fit_curves(seen, spec)


def write_curves(done: Calibrated, file: Path) -> None:
    """Write the curves with the tables of how they did on views that they were not fitted on."""
    tables: list[dict[str, Any]] = [{"what": "form", **asdict(row)} for row in done.forms]
    for where, held in (("views of the fit, each left out", done.by_others), ("other views", done.tried)):
        if held is not None:
            tables += [{"what": "recall", "where": where, **asdict(row)} for row in held.recall]
            tables += [{"what": "false alarms", "where": where, **asdict(row)} for row in held.false_alarms]
            tables += [{"what": "tracks", "where": where, **asdict(row)} for row in held.tracks]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(curves_text(done.curves, tables), encoding="utf-8")
