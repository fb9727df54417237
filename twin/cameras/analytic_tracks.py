"""Analytic sensing frame by frame: from what is true of a view straight to tracks, without a picture.

Whether a vehicle is found is a threshold of a Gaussian that wanders (an AR(1) process of its own): found
with exactly the chance of the curves in every frame, however that changes, and with dropouts as long as
those of the chain of two states in `capturing.py`. Its place is off as that of rendered tracks was, and now
and then its track becomes another one. Plates are not read
here: see `plate_reading.py` for the chance of that. False alarms make no tracks.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array, frozen_array
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.tracks import Track
from twin.cameras.appearance import Appearance
from twin.cameras.capturing import finding_chain
from twin.cameras.curves import ERROR_BINS_M, DetectorCurves
from twin.randomness import Seed

STEADY_S = 2.0  # an error of the place is forgotten over so long [?]


@dataclass(frozen=True, slots=True, eq=False)
class TrueView:
    """N vehicles that a detector is held to see at one instant, as columns.

    `boxes_px` (N, 4), `position_m` (N, 2) on the ground, `camera_m` (2,) that of the camera.
    """

    timestamp_ns: int
    seen: Appearance
    vehicle: Int64Array
    boxes_px: Float64Array
    position_m: Float64Array
    camera_m: Float64Array

    def __post_init__(self) -> None:
        n = len(self.seen)
        for name, shape, kind in (
            ("vehicle", (n,), np.int64), ("boxes_px", (n, 4), np.float64),
            ("position_m", (n, 2), np.float64), ("camera_m", (2,), np.float64),
        ):  # fmt: skip
            array = frozen_array(f"TrueView.{name}", getattr(self, name), shape, kind)
            object.__setattr__(self, name, array)


@dataclass(slots=True)
class _Kept:
    """What one vehicle carries on from frame to frame: how lucky it is, its error (2,), its track."""

    at_ns: int
    luck: float
    found: bool
    error: Float64Array
    track_id: int = -1
    first_ns: int = 0


class AnalyticTracker:
    """Tracks of one view; `update` it in order of time. Every draw belongs to a vehicle and an instant."""

    def __init__(self, curves: DetectorCurves, seed: Seed) -> None:
        self._curves = curves
        self._seed = seed
        self._kept: dict[int, _Kept] = {}
        self._tracks = 0

    def update(self, view: TrueView) -> tuple[Track, ...]:
        """Return the tracks that were found in this frame, those missed being left out."""
        if not len(view.seen):
            return ()
        chance = self._curves.chance(view.seen)
        rows = self._curves.rows(view.seen.light, view.seen.weather)
        missing_s = self._curves.missing_s[rows, view.seen.still.astype(np.int64)]
        sight = view.position_m - view.camera_m
        far_m = np.hypot(sight[:, 0], sight[:, 1])
        bins = self._curves.error_m[np.digitize(far_m, ERROR_BINS_M[1:-1])]
        ahead = sight / np.maximum(far_m, 1e-6)[:, None]
        found = []
        for row in range(len(view.seen)):
            kept = self._stepped(view, row, float(chance[row]), float(missing_s[row]))
            if kept.found:
                mean, along, across, _ = bins[row]
                off = np.array([mean + along * kept.error[0], across * kept.error[1]])
                place = view.position_m[row] + off[0] * ahead[row] + off[1] * _left(ahead[row])
                found.append(_track(view, row, kept, place))
        return tuple(found)

    def _stepped(self, view: TrueView, row: int, chance: float, missing_s: float) -> _Kept:
        vehicle, now_ns = int(view.vehicle[row]), view.timestamp_ns
        draw = self._seed.generator("analytic", vehicle, now_ns)
        kept = self._kept.get(vehicle)
        if kept is None:
            kept = _Kept(now_ns, float(draw.normal()), found=False, error=draw.normal(0.0, 1.0, 2))
            self._kept[vehicle] = kept
            step_s = 0.0
        else:
            step_s = (now_ns - kept.at_ns) / NS_PER_S
            lasts = _alike(chance, missing_s, step_s)
            kept.luck = lasts * kept.luck + float(np.sqrt(1.0 - lasts**2) * draw.normal())
            lasts = np.exp(-step_s / STEADY_S)
            kept.error = lasts * kept.error + np.sqrt(1.0 - lasts**2) * draw.normal(0.0, 1.0, 2)
        kept.found = bool(ndtr(kept.luck) < chance)
        changes = draw.random() < self._curves.switches_per_min * step_s / 60.0
        if kept.found and (kept.track_id < 0 or changes):
            self._tracks += 1
            kept.track_id, kept.first_ns = self._tracks, now_ns
        kept.at_ns = now_ns
        return kept


def _alike(chance: float, missing_s: float, step_s: float) -> float:
    """Return the correlation of the Gaussian over a step that keeps the memory of the chain of two states.

    sin(pi r / 2) for a memory r: exact at a chance of one half (Sheppard 1899), near it elsewhere.
    """
    chain = finding_chain(np.array([chance]), np.array([missing_s / max(step_s, 1e-9)]))
    return float(np.sin(np.pi / 2 * np.clip(chain.memory[0], 0.0, 1.0)))


def _left(ahead: Float64Array) -> Float64Array:
    return np.array([-ahead[1], ahead[0]])


def _track(view: TrueView, row: int, kept: _Kept, place_m: Float64Array) -> Track:
    x0, y0, x1, y1 = view.boxes_px[row].tolist()
    return Track(
        kept.track_id,
        view.timestamp_ns,
        VehicleClass(int(view.seen.kind[row])),
        (x0, y0, x1, y1),
        1.0,
        kept.first_ns,
        view.timestamp_ns,
        observed=True,
        position_m=(float(place_m[0]), float(place_m[1])),
    )


def held_rows(seen: Appearance, chosen: BoolArray) -> Appearance:
    """Return some rows of an appearance."""
    return Appearance(*(getattr(seen, name)[chosen] for name in Appearance.__dataclass_fields__))
