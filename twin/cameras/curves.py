"""Sensing curves of one detector, fitted to rendered runs: kept as a file beside this module.

A file says when, on which views and seeds and on how many sightings it was fitted, and carries the
spread of the fit over views. What was not fitted (a weather, a light) is refused, not guessed.
"""

import json
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from detectors.datatypes.arrays import Float64Array, Int64Array, finite_array
from twin.cameras.appearance import LIGHTS, WEATHERS, Appearance

FOLDER = "fitted"
USUAL_PX, LEAST_PX, MOST_PX = 30.0, 8.0, 200.0
KNOTS_PX = (12.0, 20.0, 40.0, 80.0)  # where the slope in the logarithm of the size may change
LEAST_LONE = 0.02
MOST_DOWN_RAD = 0.8
TYPICAL = (
    "one", "size", *(f"size beyond {knot:g} px" for knot in KNOTS_PX), "motorcycle", "bus or truck",
    "motorcycle, size",
    "motorcycle, size beyond 20 px", "still", "still, size", "still, motorcycle", "toward", "toward, size",
    "down", "down, size",
)  # fmt: skip
FEATURES = (*TYPICAL, "hidden", "hidden squared", "crowd", "crowd squared", "crowd, size")
ERROR_BINS_M = (0.0, 20.0, 40.0, 60.0, 90.0, 1000.0)


class CurvesError(ValueError):
    """Curves that are not there, cannot be read, or were not fitted for what is asked."""


@dataclass(frozen=True, slots=True)
class FittedOn:
    """What curves rest on: when, which views and seeds, how many sightings, vehicles and frames.

    A detection counted as a vehicle's own from an overlap of `overlap` on.
    """

    made_on: str
    overlap: float
    views: tuple[str, ...]
    seeds: tuple[int, ...]
    sightings: int
    vehicles: int
    frames: int


@dataclass(frozen=True, slots=True, eq=False)
class DetectorCurves:
    """Curves of one detector in C conditions (weather and light), `conditions` their codes.

    `weights` (C, F) and `typical` (C, T) are logistic in FEATURES and in TYPICAL (cover and crowd
    unknown: as they were on average); `form` says which of them were let differ, and `draws` (B, C, F),
    `typical_draws` (B, C, T) are refits over views drawn anew. `false_alarms`
    (C, 2): logarithm of the rate a frame, and its slope in log(1 + vehicles held to be seen). `missing_s` and
    `found_s` (C, 2): mean length of an unbroken run of misses and of finds of a vehicle in view, one that
    moves and one that stands.
    `error_m` (E, 4): mean and standard deviation along, and standard deviation across the line of sight,
    and count, by ERROR_BINS_M. `switches_per_min` of the track of a vehicle in view.
    """

    detector: str
    form: str
    fitted_on: FittedOn
    conditions: tuple[int, ...]
    weights: Float64Array
    typical: Float64Array
    draws: Float64Array
    typical_draws: Float64Array
    false_alarms: Float64Array
    missing_s: Float64Array
    found_s: Float64Array
    error_m: Float64Array
    switches_per_min: float

    def __post_init__(self) -> None:
        c = len(self.conditions)
        shapes: dict[str, tuple[int | None, ...]] = {
            "weights": (c, len(FEATURES)), "typical": (c, len(TYPICAL)), "draws": (None, c, len(FEATURES)),
            "typical_draws": (None, c, len(TYPICAL)), "false_alarms": (c, 2),
            "missing_s": (c, 2), "found_s": (c, 2), "error_m": (len(ERROR_BINS_M) - 1, 4),
        }  # fmt: skip
        for name, shape in shapes.items():
            array = finite_array(f"DetectorCurves.{name}", getattr(self, name), shape)
            object.__setattr__(self, name, array)

    @property
    def calibrated(self) -> bool:
        """Whether they come from measurements: these always do."""
        return True

    def chance(self, seen: Appearance) -> Float64Array:
        """Return the chance (N,) that each vehicle is found in one frame; raises CurvesError."""
        return logistic(features(seen), self.weights[self.rows(seen.light, seen.weather)])

    def chances_drawn(self, seen: Appearance) -> Float64Array:
        """Return `chance` (B, N) of each refit over views drawn anew: its spread; raises CurvesError."""
        rows, columns = self.rows(seen.light, seen.weather), features(seen)
        return np.array([logistic(columns, weights[rows]) for weights in self.draws]).reshape(-1, len(seen))

    def drawn(self, number: int) -> "DetectorCurves":
        """Return the curves as one of the refits has them, `number` taken round: for the band of a result."""
        row = number % len(self.draws)
        return replace(self, weights=self.draws[row], typical=self.typical_draws[row])

    def typical_chance(self, seen: Appearance) -> Float64Array:
        """Return the chance (N,) with cover and crowd as they were on average; raises CurvesError."""
        return logistic(typical(seen), self.typical[self.rows(seen.light, seen.weather)])

    def knows_weather(self, weather: int) -> bool:
        """Return whether every light was fitted in a weather, a row of `appearance.WEATHERS`."""
        wanted = range(weather * len(LIGHTS), (weather + 1) * len(LIGHTS))
        return set(wanted) <= set(self.conditions)

    def false_per_frame(self, light: Int64Array, weather: Int64Array, vehicles: Int64Array) -> Float64Array:
        """Return the expected false alarms (M,) of frames with so many vehicles; raises CurvesError."""
        level, slope = self.false_alarms[self.rows(light, weather)].T
        return np.asarray(np.exp(level + slope * np.log1p(vehicles)), dtype=np.float64)

    def rows(self, light: Int64Array, weather: Int64Array) -> Int64Array:
        """Return the row (N,) of each condition; raises CurvesError for one that was not fitted."""
        wanted = condition(light, weather)
        known = np.array(self.conditions, dtype=np.int64)
        missing = np.setdiff1d(wanted, known)
        if len(missing):
            asked = ", ".join(condition_text(int(one)) for one in missing)
            there = ", ".join(condition_text(one) for one in self.conditions)
            msg = f"curves of {self.detector}: not fitted for {asked}; fitted for {there}"
            raise CurvesError(msg)
        order = np.argsort(known)
        return np.asarray(order[np.searchsorted(known[order], wanted)], dtype=np.int64)


def condition(light: Int64Array, weather: Int64Array) -> Int64Array:
    """Return the code (N,) of weather and light together."""
    return np.asarray(weather * len(LIGHTS) + light, dtype=np.int64)


def condition_text(code: int) -> str:
    """Return a condition in words."""
    return f"{LIGHTS[code % len(LIGHTS)]}, {WEATHERS[code // len(LIGHTS)]}"


def features(seen: Appearance) -> Float64Array:
    """Return what the curves are logistic in (N, F)."""
    crowd, hidden = np.log(np.clip(seen.lone, LEAST_LONE, 1.0)), 1.0 - seen.visible
    more = (hidden, hidden**2, crowd, crowd**2, crowd * _size(seen))
    return np.column_stack((typical(seen), *more)).astype(np.float64)


def typical(seen: Appearance) -> Float64Array:
    """Return what the curves of unknown cover and crowd are logistic in (N, T)."""
    size, still, toward = _size(seen), seen.still, seen.toward
    down = np.clip(seen.down_rad, 0.0, MOST_DOWN_RAD)
    two = (seen.kind == 0).astype(np.float64)
    beyond = [np.maximum(size - np.log(knot / USUAL_PX), 0.0) for knot in KNOTS_PX]
    columns = (
        np.ones_like(size), size, *beyond, two, seen.kind >= 2, two * size,
        two * beyond[1], still, still * size, still * two, toward, toward * size, down, down * size,
    )  # fmt: skip
    return np.column_stack(columns).astype(np.float64)


def _size(seen: Appearance) -> Float64Array:
    return np.log(np.clip(seen.height_px, LEAST_PX, MOST_PX) / USUAL_PX)


def logistic(columns: Float64Array, weights: Float64Array) -> Float64Array:
    """Return (N,) the logistic function of the sum of columns (N, F) times weights (N, F)."""
    total = np.clip(np.einsum("nf,nf->n", columns, weights), -30.0, 30.0)
    return np.asarray(1.0 / (1.0 + np.exp(-total)), dtype=np.float64)


def fitted_detectors() -> tuple[str, ...]:
    """Return the detectors whose curves are shipped."""
    folder = files("twin.cameras").joinpath(FOLDER)
    names = (one.name for one in folder.iterdir()) if folder.is_dir() else ()
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


def curves_of(detector: str) -> DetectorCurves | None:
    """Return the shipped curves of a detector, None where there are none."""
    if detector not in fitted_detectors():
        return None
    file = files("twin.cameras").joinpath(FOLDER, f"{detector}.json")
    return _read(file.read_text(encoding="utf-8"), file.name)


def load_curves(file: Path) -> DetectorCurves:
    """Return the curves of a file; raises CurvesError in one line."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{file}: cannot be read ({error}); expected a file of `bconnect detector calibrate`"
        raise CurvesError(msg) from error
    return _read(text, str(file))


def _check_features(told: list[str]) -> None:
    if told != list(FEATURES):
        msg = "other features than this version fits"
        raise ValueError(msg)


def _read(text: str, name: str) -> DetectorCurves:
    try:
        told: dict[str, Any] = json.loads(text)
        on = told.pop("fitted_on")
        told.pop("tables", None)
        _check_features(told.pop("features"))
        on = FittedOn(**on | {"views": tuple(on["views"]), "seeds": tuple(on["seeds"])})
        return DetectorCurves(**told | {"fitted_on": on, "conditions": tuple(told["conditions"])})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"{name}: no curves ({error}); make them with `bconnect detector calibrate`"
        raise CurvesError(msg) from error


def curves_text(curves: DetectorCurves, tables: list[dict[str, Any]]) -> str:
    """Return the file of curves; `tables` are for those who read it, not read back."""
    told = asdict(curves)
    for name, value in told.items():
        if isinstance(value, np.ndarray):
            told[name] = np.round(value, 3 if name.endswith("draws") else 4).tolist()
    told |= {"features": list(FEATURES), "tables": tables}
    lines = [
        f"{json.dumps(name)}: {json.dumps(value, separators=(',', ':'))}" for name, value in told.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"
