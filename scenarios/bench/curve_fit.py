"""Sensing curves of a detector from what a bench counted: recall by class, height, light, weather, cover.

A bench knows less of a vehicle than a calibration that watches it: not whether it stands, comes or goes,
or who stands beside it. How long it goes unseen, how far off its place is and how often its track changes
is not in a bench of single pictures at all; that is taken from other curves, which have to be named.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from detectors.datatypes.arrays import Float64Array, Int64Array
from detectors.datatypes.detections import VehicleClass
from scenarios.bench.recall import HEIGHTS_PX, PARTS, VISIBLE
from scenarios.errors import InputError, unknown_name
from scenarios.experiments.calibrate import Calibrated, Held
from scenarios.experiments.curve_forms import Form, Rows, weights_of
from scenarios.experiments.held_out import Foretold
from scenarios.experiments.intervals import exact_interval
from scenarios.experiments.pooled_fit import Shrink
from twin.cameras.appearance import LIGHTS, WEATHERS, Appearance
from twin.cameras.curves import (
    FEATURES,
    TYPICAL,
    DetectorCurves,
    FittedOn,
    condition,
    condition_text,
    features,
    logistic,
)
from twin.randomness import Seed

OVERLAP = 0.5  # from which a bench takes a detection for a vehicle's own
DRAWS = 24
FEWEST = 100  # sightings of a condition: it is drawn to others of its light and weather
TALLEST_PX = 160.0  # what stands for the end of the last, open bin of heights
COLUMNS = ("one", "size", "size beyond 20 px", "motorcycle", "bus or truck", "hidden")
FORM = Form(
    "few columns, conditions drawn to their light and weather",
    COLUMNS,
    Shrink(common=1.0, light=1.0, weather=3.0, own=30.0),
)


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What benches counted: K cells of sightings, `hits` and `seen` (K,), `vehicles` (K,) behind them.

    `false` holds (light, weather, false detections, pictures) of each part; `cameras` how many there were.
    """

    look: Appearance
    hits: Float64Array
    seen: Float64Array
    vehicles: Int64Array
    false: tuple[tuple[int, int, int, int], ...]
    cameras: int
    pictures: int

    @property
    def codes(self) -> Int64Array:
        """The condition (K,) of each cell."""
        return condition(self.look.light, self.look.weather)


def counted(files: Sequence[Path], detector: str) -> Counted:
    """Return what the benches of a detector counted; raises InputError for a file that is none."""
    told = [_document(file) for file in files]
    own = [_of(one, detector, file) for one, file in zip(told, files, strict=True)]
    cells = [cell for one in own for cell in one["cells"] if _known(cell["where"])]
    if not cells:
        names = ", ".join(map(str, files))
        msg = f"{names}: no sighting in a light and weather that is known; bench on rendered pictures"
        raise InputError(msg)
    false = [
        (LIGHTS.index(row["light"]), WEATHERS.index(row["weather"]), row["false"], row["pictures"])
        for one in own
        for row in one["false_detections"]
        if _known(row)
    ]
    on = [one["on"] for one in told]
    return Counted(
        _look([cell["where"] for cell in cells]),
        np.array([cell["hits"] for cell in cells], dtype=np.float64),
        np.array([cell["n"] for cell in cells], dtype=np.float64),
        np.array([cell["vehicles"] for cell in cells], dtype=np.int64),
        tuple(false),
        sum(one["cameras_and_seeds"] for one in on),
        sum(one["pictures"] for one in on),
    )


def _document(file: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if told["kind"] == "detector bench" and told["on"]["labelled"]:
            return told
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError):
        pass
    msg = f"{file}: expected the bench.json of `bconnect detector bench` on labelled pictures"
    raise InputError(msg)


def _of(told: dict[str, Any], detector: str, file: Path) -> dict[str, Any]:
    """Return what a document says of a detector, by the setting that it was asked for or by its name."""
    for one in told["detectors"]:
        if detector in (one["setting"], one["name"]) or len(told["detectors"]) == 1:
            found: dict[str, Any] = {**one, "cells": one["cells"]}
            return found
    known = tuple(one["setting"] for one in told["detectors"])
    raise unknown_name(detector, known, what=f"{file}: detector")


def _known(where: dict[str, Any]) -> bool:
    """Return whether a part is of a light, weather, class and cover that curves know."""
    kinds = {VehicleClass(row).name.lower() for row in range(VehicleClass.UNKNOWN)}
    return (
        where["light"] in LIGHTS
        and where["weather"] in WEATHERS
        and where.get("class", "car") in kinds
        and where.get("visible", "0.8-1") in PARTS["visible"][: len(VISIBLE)]
    )


def _look(where: list[dict[str, str]]) -> Appearance:
    """Return vehicles (K,) in the middle of each cell: of heights the geometric one."""
    tall = [math.sqrt(max(low, 8.0) * min(high, TALLEST_PX)) for low, high in HEIGHTS_PX]
    shows = [(low + high) / 2 for low, high in VISIBLE]
    kinds, nothing = PARTS["class"], np.zeros(len(where))
    return Appearance(
        np.array([tall[PARTS["height_px"].index(one["height_px"])] for one in where]),
        np.array([shows[PARTS["visible"].index(one["visible"])] for one in where]),
        np.ones(len(where)),
        np.array([kinds.index(one["class"]) for one in where], dtype=np.int64),
        np.array([LIGHTS.index(one["light"]) for one in where], dtype=np.int64),
        np.array([WEATHERS.index(one["weather"]) for one in where], dtype=np.int64),
        nothing, nothing, nothing,
    )  # fmt: skip


def fit_bench(
    detector: str, made_on: str, on: Counted, rest: DetectorCurves, tried: Counted | None = None
) -> Calibrated:
    """Return curves of what benches counted, and how they do on other benches; raises InputError.

    Runs of misses, errors of place and changes of tracks are those of `rest`, in each condition that it has.
    """
    codes = _enough(on, rest)
    rows, vehicles = _rows(on), on.vehicles.astype(np.float64)
    plain = Rows(rows.columns[:, : len(TYPICAL)], rows.found, rows.code, rows.view)
    draw = Seed(0).generator("bench", detector)
    drawn = [_again(rows, on.vehicles, draw) for _ in range(DRAWS)]
    thin = [Rows(one.columns[:, : len(TYPICAL)], one.found, one.code, one.view) for one in drawn]
    order = [rest.conditions.index(code) for code in codes]
    curves = DetectorCurves(
        detector=detector,
        form=FORM.name,
        fitted_on=FittedOn(
            made_on, OVERLAP, tuple(f"bench-{row:03d}" for row in range(on.cameras)), (),
            int(on.seen.sum()), int(vehicles.sum()), on.pictures,
        ),
        conditions=codes,
        weights=weights_of(rows, FORM, FEATURES, codes, on.seen),
        typical=weights_of(plain, FORM, TYPICAL, codes, on.seen),
        draws=np.array([weights_of(one, FORM, FEATURES, codes, on.seen) for one in drawn]),
        typical_draws=np.array([weights_of(one, FORM, TYPICAL, codes, on.seen) for one in thin]),
        false_alarms=_rates(on, codes),
        missing_s=rest.missing_s[order],
        found_s=rest.found_s[order],
        error_m=rest.error_m,
        switches_per_min=rest.switches_per_min,
    )  # fmt: skip
    held = None if tried is None else Held(tried.cameras, _beside(tried, curves), ())
    return Calibrated(curves, (), Held(0, (), ()), held)


def _enough(on: Counted, rest: DetectorCurves) -> tuple[int, ...]:
    """Return the conditions of which enough was seen, and whose rest is known."""
    counts = {int(code): int(on.seen[on.codes == code].sum()) for code in np.unique(on.codes)}
    kept = tuple(code for code, count in counts.items() if count >= FEWEST and code in rest.conditions)
    if not kept:
        told = ", ".join(f"{condition_text(code)}: {count}" for code, count in counts.items())
        msg = f"calibrate: expected {FEWEST} sightings or more in one light and weather, got {told}"
        raise InputError(msg)
    return kept


def _rows(on: Counted) -> Rows:
    return Rows(features(on.look), on.hits / on.seen, on.codes, np.arange(len(on.seen)))


def _again(rows: Rows, vehicles: Int64Array, draw: np.random.Generator) -> Rows:
    """Return the rows with hits drawn anew: a cell is worth as many sightings as it has vehicles."""
    likely = (rows.found * vehicles + 0.5) / (vehicles + 1.0)
    return Rows(rows.columns, draw.binomial(vehicles, likely) / vehicles, rows.code, rows.view)


def _rates(on: Counted, codes: tuple[int, ...]) -> Float64Array:
    """Return (C, 2) the logarithm of the false detections a picture; how crowded it was is not known."""
    found = np.zeros((len(codes), 2))
    for row, code in enumerate(codes):
        here = [(bad, shots) for light, sky, bad, shots in on.false if sky * len(LIGHTS) + light == code]
        found[row, 0] = np.log((sum(bad for bad, _ in here) + 0.5) / (sum(shots for _, shots in here) + 1.0))
    return found


def _beside(tried: Counted, curves: DetectorCurves) -> tuple[Foretold, ...]:
    """Return recall of each part of other benches beside what the curves say of it."""
    known = np.isin(tried.codes, curves.conditions)
    look = tried.look
    bins = [math.sqrt(max(low, 8.0) * min(high, TALLEST_PX)) for low, high in HEIGHTS_PX]
    parts = [("all", known)]
    parts += [
        (f"{name} px", known & np.isclose(look.height_px, tall))
        for name, tall in zip(PARTS["height_px"], bins, strict=True)
    ]
    parts += [(name, known & (look.light == row)) for row, name in enumerate(LIGHTS)]
    parts += [(name, known & (look.weather == row)) for row, name in enumerate(WEATHERS)]
    return tuple(_foretold(part, tried, mask, curves) for part, mask in parts if tried.seen[mask].sum())


def _foretold(part: str, tried: Counted, mask: np.ndarray, curves: DetectorCurves) -> Foretold:
    seen, hits, vehicles = tried.seen[mask], tried.hits[mask], int(tried.vehicles[mask].sum())
    rows = curves.rows(tried.look.light[mask], tried.look.weather[mask])
    columns = features(tried.look)[mask]
    said = [
        float((logistic(columns, weights[rows]) * seen).sum() / seen.sum())
        for weights in (curves.weights, *curves.draws)
    ]
    measured = float(hits.sum() / seen.sum())
    low, high = exact_interval(round(measured * vehicles), vehicles)
    band = np.percentile(said[1:], [2.5, 97.5])
    return Foretold(
        part, int(seen.sum()), vehicles, tried.cameras, measured, low, high, said[0], float(band[0]),
        float(band[1]),
    )  # fmt: skip
