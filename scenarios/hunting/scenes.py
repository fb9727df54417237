"""A scene: who was where and did what, what a camera believes of it, and whom a rule then accuses."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import NS_PER_S, TimeBase
from detectors.datatypes.plates import PlateReading
from detectors.datatypes.signals import SignalStates
from detectors.datatypes.site import SitePlan
from detectors.datatypes.steps import Observation
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Verdict, VerdictKind
from detectors.ports import Rule
from scenarios.hunting.nuisance import Nuisance, wavering
from scenarios.hunting.street import Street
from twin.cameras.curves import ERROR_BINS_M, DetectorCurves

STANDS_MPS = 0.3  # slower than this a vehicle stands
KNOT_S = 2.0  # an error of place is forgotten over so long, as in `twin.cameras.analytic_tracks` [?]
IN_THE_MIDDLE_PX = (300.0, 160.0, 340.0, 190.0)  # a box that no edge of the picture cuts
NOT_YET = -1e-6  # however near: nobody is accused
NOT_ASKED = -100.0  # how near is not asked, lower than any score


@dataclass(frozen=True, slots=True, eq=False)
class Actor:
    """One vehicle: places (N, 2) m and speeds (N, 2) m/s at the instants of the scene, NaN where it is not.

    `guilty` says that the rule under hunt is right to accuse it. `track` (N,) is the number of its track at
    each instant: two vehicles share one where a tracker took one of them for the other.
    """

    plate: str
    kind: VehicleClass
    at_m: Float64Array
    speed_mps: Float64Array
    track: np.ndarray
    guilty: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What was true, and what the camera and its survey make of it.

    `times_s` (N,) since `start_ns`; `stamps_ns` (N,) what the frames say. `seen` (A, N) who was seen when;
    `error` (A, N, 2) how far off the place of each is, in standard errors along and across the sight, which
    are those of `curves`. `camera` is the true one, `site` as surveyed. `signals` are what the feed told at
    each instant. `values` are the nuisances, for whoever reads it; with `swapped_plates` each vehicle is
    named by the plate of the next (a planted fault). Speeds told are those of the places believed over the
    last `speed_over_s`, as late and as wrong as a tracker's; with 0 they are the true ones.
    """

    start_ns: int
    times_s: Float64Array
    stamps_ns: np.ndarray
    actors: tuple[Actor, ...]
    seen: np.ndarray
    error: Float64Array
    curves: DetectorCurves
    camera: PinholeCamera
    site: SitePlan
    values: dict[str, float]
    signals: tuple[SignalStates, ...] = ()
    swapped_plates: bool = False
    speed_over_s: float = 0.0


class Quarry(Protocol):
    """Scenes for the hunt of one rule."""

    @property
    def rule(self) -> str:
        """The code of the rule."""

    @property
    def street(self) -> Street:
        """The view that it plays in."""

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """What varies, one number each."""

    @property
    def dims(self) -> int:
        """How many standard normal numbers make a scene: the nuisances, and the knots of noise."""

    def scene(self, place: Float64Array) -> Scene:
        """Return the scene of a place (D,)."""

    def build(self, site: SitePlan) -> Rule:
        """Return the rule for a view."""

    def near(self, scene: Scene, believed: Float64Array) -> float:
        """Return below 0 how near innocents came to be accused, by places believed (A, N, 2)."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What became of a scene: its score (from 0 on an innocent is accused), who was, and by what verdict."""

    score: float
    accused: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    believed_m: Float64Array = field(default_factory=lambda: np.zeros((0, 0, 2)))


def judged(quarry: Quarry, scene: Scene, *, how_near: bool = True) -> Judged:
    """Return what the rule says of a scene, and how near it was to a wrongful accusation.

    Counting does not ask `how_near`: of speeding that costs as much as the verdict.
    """
    believed = _believed(scene)
    rule = quarry.build(scene.site)
    verdicts = [verdict for seen in observations(scene, believed) for verdict in rule.judge(seen)]
    verdicts += rule.finish(int(scene.stamps_ns[-1]))
    said = tuple(one for one in verdicts if one.kind is VerdictKind.VIOLATION)
    innocents = {actor.plate for actor in scene.actors if not actor.guilty}
    accused = tuple(sorted({one.plate.text for one in said if one.plate} & innocents))
    if accused:
        return Judged(0.0, accused, said, believed)
    if not how_near:
        return Judged(NOT_ASKED, (), said, believed)
    return Judged(min(quarry.near(scene, believed), NOT_YET), (), said, believed)


def observations(scene: Scene, believed: Float64Array) -> Iterator[Observation]:
    """Yield what the rule is told at each instant, with places believed (A, N, 2)."""
    speeds = np.stack([_speeds(scene, number, believed) for number in range(len(scene.actors))])
    for row, stamp_ns in enumerate(scene.stamps_ns.tolist()):
        there = np.flatnonzero(scene.seen[:, row] & np.isfinite(believed[:, row]).all(axis=1))
        tracks = tuple(
            _track(scene, number, row, (*believed[number, row].tolist(), *speeds[number, row].tolist()))
            for number in there.tolist()
        )
        told = scene.signals[row] if scene.signals else SignalStates()
        yield Observation(scene.site.view, stamp_ns, TimeBase.UTC, tracks, told)


def _believed(scene: Scene) -> Float64Array:
    """Return (A, N, 2) where the surveyed camera takes each vehicle to stand, NaN where it is not seen."""
    found = np.full((len(scene.actors), len(scene.times_s), 2), np.nan)
    for number, actor in enumerate(scene.actors):
        rows = np.flatnonzero(scene.seen[number])
        if not len(rows):
            continue
        pixels, _ = scene.camera.project(scene.site.ground.lift(actor.at_m[rows]))
        place = scene.site.camera.ground_points(pixels, scene.site.ground)
        sight = place - scene.site.camera.position_m[:2]
        far_m = np.hypot(sight[:, 0], sight[:, 1])
        mean, along, across, _ = scene.curves.error_m[np.digitize(far_m, ERROR_BINS_M[1:-1])].T
        ahead = sight / np.maximum(far_m, 1e-6)[:, None]
        left = np.column_stack((-ahead[:, 1], ahead[:, 0]))
        error = scene.error[number, rows]
        place = place + (mean + along * error[:, 0])[:, None] * ahead + (across * error[:, 1])[:, None] * left
        found[number, rows] = place
    return found


def _speeds(scene: Scene, number: int, believed: Float64Array) -> Float64Array:
    """Return the speeds (N, 2) told of an actor; where it was not seen before, the true one."""
    actor, rows = scene.actors[number], np.flatnonzero(scene.seen[number])
    if not scene.speed_over_s or len(rows) < 2:
        return actor.speed_mps
    times_s, speeds = scene.times_s[rows], actor.speed_mps.copy()
    since = np.searchsorted(times_s, times_s - scene.speed_over_s + 1e-9, side="right") - 1
    since = np.minimum(np.maximum(since, 0), np.maximum(np.arange(len(rows)) - 1, 0))
    apart_s, way_m = times_s - times_s[since], believed[number, rows] - believed[number, rows[since]]
    later = apart_s > 0
    speeds[rows[later]] = way_m[later] / apart_s[later, None]
    return speeds


def _track(scene: Scene, number: int, row: int, told: tuple[float, float, float, float]) -> Track:
    """Return the track of an actor at an instant, told its place and its speed (x, y, vx, vy)."""
    actor, stamp_ns = scene.actors[number], int(scene.stamps_ns[row])
    named = scene.actors[(number + 1) % len(scene.actors)] if scene.swapped_plates else actor
    x, y, vx, vy = told
    return Track(
        track_id=int(actor.track[row]),
        timestamp_ns=stamp_ns,
        vehicle_class=actor.kind,
        box_px=IN_THE_MIDDLE_PX,
        score=0.9,
        first_seen_ns=int(scene.stamps_ns[0]),
        last_seen_ns=stamp_ns,
        observed=True,
        position_m=(x, y),
        velocity_mps=(vx, vy),
        heading_rad=0.0,
        plate=PlateReading(named.plate, 0.95),
    )


def errors(knots: Float64Array, times_s: Float64Array, actors: tuple[Actor, ...]) -> Float64Array:
    """Return errors of place (A, N, 2) in standard errors, from knots (2, 2, K): they waver as one moves.

    While a vehicle stands its box does, and the error stays what it was when it came to stand.
    """
    found = np.empty((len(actors), len(times_s), 2))
    for number, actor in enumerate(actors):
        own = np.stack([wavering(line, times_s, KNOT_S) for line in knots[number % len(knots)]], axis=-1)
        stands = np.hypot(*actor.speed_mps.T) < STANDS_MPS
        since = np.where(stands, -1, np.arange(len(times_s)))
        found[number] = own[np.maximum(np.maximum.accumulate(since), 0)]
    return found


def stamps(start_ns: int, times_s: Float64Array, late_s: float) -> np.ndarray:
    """Return (N,) what frames at `times_s` say of the time, by a clock that is `late_s` off."""
    return np.asarray(np.round((times_s + late_s) * NS_PER_S), dtype=np.int64) + start_ns
