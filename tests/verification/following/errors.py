"""What a detector makes of a shot: found or missed by fitted curves, boxes and scores off as measured.

Chances and lengths of dropouts are those of a detector's fitted curves, false alarms too. A box is off by a
part that stays with its vehicle and a part drawn anew in each picture, more where it is hidden. The figures
were measured on 500 boxes that `twin` found in 64 rendered pictures of two views, noon and 20 h: of vehicles
in the clear a side was off by 0.08 of the box (half the span from the 16th to the 84th percentile), overlap
0.77, score 0.63; of vehicles of which 30 to 60 % showed by 0.15, overlap 0.64, score 0.46.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array
from detectors.datatypes.detections import Detections, VehicleClass
from detectors.datatypes.frame import NS_PER_S
from tests.verification.following.street import Eye, Shot
from twin.cameras.analytic_tracks import _alike
from twin.cameras.appearance import LIGHTS
from twin.cameras.curves import DetectorCurves, curves_of
from twin.randomness import Seed
from twin.rendering.oracle import LEAST_VISIBLE

STAYS, WAVERS, HIDDEN_WAVERS = 0.06, 0.05, 0.20  # of the box, a side
SCORE, HIDDEN_TAKES, SCORE_SIGMA, LEAST_SCORE = 0.63, 0.35, 0.15, 0.25
LEAST_SHOWN = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Detections of one shot; `vehicle` (M,): whose each is, -1 nobody's. The tracker gets `told` alone."""

    told: Detections
    vehicle: Int64Array


def named(detector: str) -> DetectorCurves:
    """Return the shipped curves of a detector."""
    curves = curves_of(detector)
    assert curves is not None
    return curves


class Erring:
    """A detector of one camera in one light; call it on its shots in order of time."""

    def __init__(self, detector: str, light: str, seed: Seed) -> None:
        self._curves, self._light = named(detector), LIGHTS.index(light)
        self._classes = detector == "oracle"
        self._seed = seed
        self._luck: dict[int, tuple[int, float]] = {}

    def look(self, shot: Shot) -> Found:
        draw = self._seed.generator("look", shot.timestamp_ns)
        found = self._hits(shot, draw) & shot.on_site
        rows = np.flatnonzero(found)
        boxes = np.array([self._box(shot, row, draw) for row in rows]).reshape(-1, 4)
        hidden = 1.0 - shot.seen.visible[rows]
        scores = SCORE - HIDDEN_TAKES * hidden + SCORE_SIGMA * draw.normal(size=len(rows))
        kinds = shot.seen.kind[rows] if self._classes else np.full(len(rows), VehicleClass.UNKNOWN)
        false = self._false_alarms(shot, draw)
        none = len(false)
        unsure = draw.uniform(0.25, 0.6, none)
        told = Detections(
            np.concatenate((boxes, false)).astype(np.float32),
            np.concatenate((np.clip(scores, LEAST_SCORE, 0.99), unsure)).astype(np.float32),
            np.concatenate((kinds, np.full(none, VehicleClass.UNKNOWN))).astype(np.int8),
            np.full((len(rows) + none, 2), np.nan, dtype=np.float32),
        )  # fmt: skip
        return Found(told, np.concatenate((shot.vehicle[rows], np.full(none, -1))))

    def _hits(self, shot: Shot, draw: np.random.Generator) -> BoolArray:
        seen = shot.in_light(self._light)
        shows = shot.seen.visible >= (LEAST_VISIBLE if self._classes else LEAST_SHOWN)
        chance = np.where(shows, self._curves.chance(seen), 0.0)
        missing_s = self._curves.missing_s[
            self._curves.rows(seen.light, seen.weather), seen.still.astype(int)
        ]
        luck = np.empty(len(chance))
        for row, (vehicle, fresh) in enumerate(
            zip(shot.vehicle.tolist(), draw.normal(size=len(chance)).tolist(), strict=True)
        ):
            before_ns, before = self._luck.get(vehicle, (shot.timestamp_ns, fresh))
            step_s = (shot.timestamp_ns - before_ns) / NS_PER_S
            # what covers a vehicle takes its chance, not the memory of who looks
            clear = float(np.clip(chance[row], 0.02, 0.98))
            alike = _alike(clear, float(missing_s[row]), step_s) if step_s else 1.0
            luck[row] = alike * before + np.sqrt(1.0 - alike**2) * fresh
            self._luck[vehicle] = shot.timestamp_ns, float(luck[row])
        return np.asarray(ndtr(luck) < chance, dtype=np.bool_)

    def _box(self, shot: Shot, row: int, draw: np.random.Generator) -> Float64Array:
        box = shot.boxes_px[row]
        size = np.tile(box[2:] - box[:2], 2)
        own = self._seed.generator("box", int(shot.vehicle[row])).normal(size=4)
        wavers = WAVERS + HIDDEN_WAVERS * (1.0 - shot.seen.visible[row])
        off = box + size * (STAYS * own + wavers * draw.normal(size=4))
        low, high = np.minimum(off[:2], off[2:] - 2.0), np.maximum(off[2:], off[:2] + 2.0)
        return np.concatenate((low, high))

    def _false_alarms(self, shot: Shot, draw: np.random.Generator) -> Float64Array:
        """Return boxes (K, 4) of nobody, of the sizes of vehicles there, aside of them by one or two."""
        light, weather = np.array([self._light]), np.array([0])
        expected = self._curves.false_per_frame(light, weather, np.array([int(shot.held.sum())]))
        count = int(draw.poisson(float(expected[0]))) if len(shot.vehicle) else 0
        boxes = shot.boxes_px[draw.integers(max(len(shot.vehicle), 1), size=count)].reshape(-1, 4)
        size = boxes[:, 2:] - boxes[:, :2]
        aside = size * draw.uniform(1.0, 2.0, (count, 2)) * draw.choice([-1.0, 1.0], (count, 2))
        return np.clip(boxes + np.tile(aside, 2), 0.0, None) + np.array([0.0, 0.0, 2.0, 2.0])


def looks(eye: Eye, detector: str, light: str, seed: int) -> list[Found]:
    """Return what a detector finds in each shot."""
    erring = Erring(detector, light, Seed(seed).child("erring", eye.spec.name))
    return [erring.look(shot) for shot in eye.shots]
