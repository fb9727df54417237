"""Sensing curves of a detector, from rendered runs: watch, fit, try on other views, write."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scenarios.experiments.curve_fit import FitSpec, fit_curves
from scenarios.experiments.held_out import Foretold, false_alarm_table, recall_table
from scenarios.experiments.sightings import Sightings
from scenarios.experiments.trials import MATCH_IOU, TrialSpec, trials
from scenarios.progress import Progress, silent
from twin.cameras.curves import DetectorCurves, curves_text

FIT_SEEDS = tuple(range(401, 409))
OTHER_SEEDS = tuple(range(501, 505))


@dataclass(frozen=True, slots=True, eq=False)
class Calibrated:
    """Curves, and how they did on views that they were not fitted on."""

    curves: DetectorCurves
    recall: tuple[Foretold, ...]
    false_alarms: tuple[Foretold, ...]


def calibrate(
    spec: TrialSpec,
    made_on: str,
    seeds: tuple[int, ...] = FIT_SEEDS,
    others: tuple[int, ...] = OTHER_SEEDS,
    workers: int = 1,
    progress: Progress = silent,
) -> Calibrated:
    """Fit on the views of some seeds and try on those of others; raises InputError for too little."""
    watched = trials(spec, seeds, workers, progress)
    elsewhere = trials(spec, others, workers, progress)
    return fitted(watched, elsewhere, FitSpec(spec.detector, made_on, seeds, MATCH_IOU))


def fitted(watched: Sightings, elsewhere: Sightings, spec: FitSpec) -> Calibrated:
    """Return the curves of what was watched and how they do elsewhere."""
    curves = fit_curves(watched, spec)
    known = elsewhere.in_conditions(curves.conditions)
    return Calibrated(curves, recall_table(known, curves), false_alarm_table(known, curves))


def write_curves(done: Calibrated, file: Path) -> None:
    """Write the curves with the tables of how they did."""
    tables: list[dict[str, Any]] = [{"what": "recall", **asdict(row)} for row in done.recall]
    tables += [{"what": "false alarms a frame", **asdict(row)} for row in done.false_alarms]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(curves_text(done.curves, tables), encoding="utf-8")
