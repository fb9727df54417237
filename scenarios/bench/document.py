"""What a bench has to say as plain values: bench.json, by the schema in scenarios/reports."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from detectors.datatypes.detections import VehicleClass
from scenarios.bench.clusters import RESAMPLES
from scenarios.bench.figures import Figure, Measured, differences, figures
from scenarios.bench.matching import NOBODY
from scenarios.bench.recall import DIMENSIONS, Cell, cells
from scenarios.bench.sitting import STAGES
from scenarios.bench.trial import Trial

SCHEMA = 1
FEW = 10  # cameras or vehicles: intervals from fewer are too narrow
POINTS = 60  # of the curve of precision over recall
VERSIONED = ("bconnect-twin", "numpy", "onnxruntime", "opencv-python-headless", "scipy")
UNLABELLED = "No labels: counts and times only. How well it sees cannot be said without truth (--labels)."
APART = "Pictures are too far apart to follow anybody: no tracking, no false alarms an hour."
FEW_GROUPS = "Few cameras or vehicles stand behind the intervals: take them for too narrow."
ONE_CAMERA = "One camera: intervals are over vehicles, and what rests on whole clips has none."
NO_CLASSES = "A detector that names no class has no mAP to speak of: go by AP50 of any vehicle."
NO_SITE = "No survey of the camera: followed in pixels, and no rule is judged."


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """Trials of one or two detectors on the same pictures, measured; `command` gives the same again."""

    measured: tuple[Measured, ...]
    command: str

    @property
    def trials(self) -> tuple[Trial, ...]:
        """The trials behind it."""
        return tuple(one.trial for one in self.measured)


def document(bench: Bench) -> dict[str, Any]:
    """Return bench.json."""
    first = bench.trials[0]
    drawn = [one.drawn() if first.on.labelled else () for one in bench.measured]
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "kind": "detector bench",
        "simulated": first.on.simulated,
        "on": _on(bench.measured[0]),
        "detectors": [_detector(one, each) for one, each in zip(bench.measured, drawn, strict=True)],
        "differences": [],
        "notes": notes(bench.measured),
        "resamples": RESAMPLES,
        "reproduce": {"command": bench.command, "versions": {name: version(name) for name in VERSIONED}},
    }
    if len(bench.measured) == 2 and first.on.labelled:
        a, b = bench.measured
        told["differences"] = [
            {**_figure(one), "resolved": one.resolved} for one in differences(a, b, drawn[0], drawn[1])
        ]
    return told


def notes(every: Sequence[Measured]) -> list[str]:
    """Return what a reader has to know, as English texts."""
    measured = every[0]
    trial = measured.trial
    if not trial.on.labelled:
        return [UNLABELLED]
    found = []
    if all(one.tracks is None for one in trial.looked):
        found.append(APART)
    elif not any(one.judged for one in trial.looked):
        found.append(NO_SITE)
    if len({one.camera for one in trial.looked}) == 1:
        found.append(ONE_CAMERA)
    if measured.clusters.count < FEW:
        found.append(FEW_GROUPS)
    if any(_names_no_class(one.trial) for one in every):
        found.append(NO_CLASSES)
    return found


def _names_no_class(trial: Trial) -> bool:
    said = {int(kind) for one in trial.looked for kind in one.found.classes}
    return said == {VehicleClass.UNKNOWN}


def _on(measured: Measured) -> dict[str, Any]:
    trial = measured.trial
    return {
        "kind": trial.on.kind,
        "name": trial.on.name,
        "labelled": trial.on.labelled,
        "pictures": len(trial.looked),
        "seconds": round(sum(one.elapsed_s for one in trial.looked), 3),
        "cameras_and_seeds": len({one.camera for one in trial.looked}),
        "vehicles": len(np.unique(measured.seen.vehicle)),
        "sightings": len(measured.seen),
        "drawn": {"what": measured.clusters.kind, "count": measured.clusters.count},
        "light": _counted(one.light for one in trial.looked),
        "weather": _counted(one.weather for one in trial.looked),
    }


def _counted(names: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        found[name] = found.get(name, 0) + 1
    return found


def _detector(measured: Measured, drawn: tuple[dict[str, float], ...]) -> dict[str, Any]:
    trial = measured.trial
    told: dict[str, Any] = {
        "name": trial.called,
        "setting": trial.setting,
        "threshold": trial.threshold,
        "cpu_ms": cpu_ms(trial),
        "cores": cores(trial),
        "detections": int(sum((one.found.scores >= trial.threshold).sum() for one in trial.looked)),
        "tracks": len({(one.clip, track.track_id) for one in trial.looked for track in one.tracks or ()}),
        "figures": [],
        "recall": [],
        "cells": [],
        "false_detections": [],
        "curve": [],
    }
    if trial.on.labelled:
        by_height = ("height_px", "light")
        told["figures"] = [_figure(one) for one in figures(measured, drawn)]
        marginal = [list(cells(measured.seen, (name,), measured.draws)) for name in DIMENSIONS]
        told["recall"] = [_cell(one) for part in marginal for one in part]
        told["recall"] += [_cell(one) for one in cells(measured.seen, by_height, measured.draws)]
        told["cells"] = [_cell(one) for one in cells(measured.seen, DIMENSIONS, measured.draws)]
        told["false_detections"] = false_detections(measured)
        told["curve"] = curve(measured)
    return told


def cpu_ms(trial: Trial) -> dict[str, dict[str, float | None]]:
    """Return mean and 95th percentile of what each stage takes a picture, None for what was not done.

    Reading, decoding or rendering the picture is not in it.
    """
    done = {"detect": True, "track": any(one.tracks is not None for one in trial.looked)}
    done["judge"] = any(one.judged for one in trial.looked)
    told: dict[str, dict[str, float | None]] = {}
    for column, stage in enumerate(STAGES):
        spent = [one.cpu_ms[column] for one in trial.looked]
        mean, p95 = float(np.mean(spent)), float(np.percentile(spent, 95))
        told[stage] = {
            "mean": round(mean, 3) if done[stage] else None,
            "p95": round(p95, 3) if done[stage] else None,
        }
    return told


def cores(trial: Trial) -> float:
    """Return on how many processors the detector was at work at once, on average: CPU over wall time."""
    wall_ms = sum(one.wall_ms for one in trial.looked)
    return round(sum(one.cpu_ms[0] for one in trial.looked) / max(wall_ms, 1e-9), 2)


def false_detections(measured: Measured) -> list[dict[str, Any]]:
    """Return detections of nobody at the operating threshold by light and weather, beside pictures."""
    trial, ranked = measured.trial, measured.any_kind
    sure = (ranked.score >= trial.threshold) & (ranked.owner[0] == NOBODY)
    false = np.bincount(ranked.picture[sure], minlength=len(trial.looked))
    found: dict[tuple[str, str], list[int]] = {}
    for one, count in zip(trial.looked, false.tolist(), strict=True):
        row = found.setdefault((one.light, one.weather), [0, 0])
        row[0] += count
        row[1] += 1
    return [
        {"light": light, "weather": weather, "false": count, "pictures": pictures}
        for (light, weather), (count, pictures) in found.items()
    ]


def curve(measured: Measured) -> list[dict[str, float]]:
    """Return points of precision over recall of any vehicle, the surest detection first."""
    recall, precision, score = measured.any_kind.curve()
    rows: list[int] = (
        np.unique(np.linspace(0, len(recall) - 1, POINTS).astype(int)).tolist() if len(recall) else []
    )
    return [
        {"recall": float(recall[row]), "precision": float(precision[row]), "score": float(score[row])}
        for row in rows
    ]


def _figure(one: Figure) -> dict[str, Any]:
    return {
        "what": one.what,
        "value": plain(one.value),
        "low": plain(one.low),
        "high": plain(one.high),
        "n": one.n,
        "of": one.of,
    }


def _cell(one: Cell) -> dict[str, Any]:
    return {
        "where": dict(one.where),
        "recall": one.recall,
        "hits": one.hits,
        "n": one.n,
        "vehicles": one.vehicles,
        "low": plain(one.low),
        "high": plain(one.high),
    }


def plain(value: float) -> float | None:
    """Return a number as JSON has it: None for what could not be measured."""
    return None if math.isnan(value) else float(value)


def figure_of(told: dict[str, Any], what: str) -> float | None:
    """Return a figure of one detector in a document, None where it could not be measured."""
    values: Sequence[dict[str, Any]] = told["figures"]
    return next((one["value"] for one in values if one["what"] == what), None)
