"""Sensing curves of a detector, from rendered runs: watch, fit, try on views left out, write."""

from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from scenarios.experiments.curve_fit import FitSpec, fit_curves
from scenarios.experiments.held_out import Foretold, false_alarm_table, recall_table, said_by_others
from scenarios.experiments.sightings import Sightings
from scenarios.experiments.trials import MATCH_IOU, TrialSpec, trials
from scenarios.progress import Progress, silent
from twin.cameras.curves import DetectorCurves, curves_text

FOLDS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Calibrated:
    """Curves of all views, and how curves fitted without a view did on it."""

    curves: DetectorCurves
    recall: tuple[Foretold, ...]
    false_alarms: tuple[Foretold, ...]


def calibrate(
    spec: TrialSpec, made_on: str, seeds: tuple[int, ...], workers: int = 1, progress: Progress = silent
) -> Calibrated:
    """Watch the views of all seeds and fit; raises InputError for too little."""
    seen = trials(spec, seeds, workers, progress)
    return fitted(seen, FitSpec(spec.detector, made_on, seeds, MATCH_IOU))


def fitted(seen: Sightings, spec: FitSpec) -> Calibrated:
    """Return the curves of what was seen, and how each view is foretold by the others."""
    curves = fit_curves(seen, spec)
    known = seen.in_conditions(curves.conditions)
    fit = partial(_fit, spec=replace(spec, fewest=1))
    said = said_by_others(known, fit, min(FOLDS, len(seen.views)))
    return Calibrated(curves, recall_table(known, said, spec.overlap), false_alarm_table(known, said))


def _fit(seen: Sightings, spec: FitSpec) -> DetectorCurves:
    return fit_curves(seen, spec)


def write_curves(done: Calibrated, file: Path) -> None:
    """Write the curves with the tables of how they did on views left out of the fit."""
    tables: list[dict[str, Any]] = [{"what": "recall", **asdict(row)} for row in done.recall]
    tables += [{"what": "false alarms a frame", **asdict(row)} for row in done.false_alarms]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(curves_text(done.curves, tables), encoding="utf-8")
