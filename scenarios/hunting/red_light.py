"""The hunt of red light: who passed in time, stopped over the line, or stood beside somebody who ran it."""

from dataclasses import replace
from datetime import time

import numpy as np

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.geometry import LineSegment
from detectors.datatypes.signals import Aspect, SignalState, SignalStates
from detectors.datatypes.site import SitePlan
from detectors.ports import Rule
from detectors.violations.registry import rules_for
from detectors.violations.track_noise import track_noise
from scenarios.hunting.nuisance import Nuisance, drawn, happens, normal, one_of, uniform
from scenarios.hunting.scenes import Actor, Scene, errors, stamps
from scenarios.hunting.street import LENGTHS_M, stopping, street, survey_nuisances
from twin.cameras.sign_survey import MARKED_PX
from twin.clock import from_local

PASSES, OVER_THE_LINE, BESIDE_A_RUNNER = range(3)
MARGIN_S = 0.3  # nearer than this to the change of the signal is neither innocent nor guilty
KNOTS = 8
RED_S, YELLOW_S, LASTS_S = 14.0, 3.0, 34.0  # red from there to GREEN_S
GREEN_S = 29.0
PLANTED_LAG_S = 1.0


class RedLightQuarry:
    """Scenes for the hunt of `red_light` at one stop line, five frames a second."""

    rule = "red_light"

    def __init__(self, detector: str = "twin", plant: str = "") -> None:
        self.street = street("beruang-madu", "simpang-beller", detector)
        line = self.street.site.stop_lines[0]
        self._line, self._group, self._plant = line.line, line.group, plant
        self._start_ns = from_local(self.street.scenario.day, time(17))
        fps = self.street.view.fps
        self._times_s = np.arange(0.0, LASTS_S, 1.0 / fps)

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """What varies."""
        spec = self.street.view
        return (
            Nuisance("kind", "", one_of(0.5, 0.3, 0.2), "[?] all kinds often enough"),
            Nuisance("in time", "s", uniform(MARGIN_S, 8.0), "before red, MARGIN_S at least"),
            Nuisance("speed", "m/s", uniform(3.0, 16.0), "over the line"),
            Nuisance("over", "m", uniform(-1.0, 3.0), "front beyond the line where it waits"),
            Nuisance("class", "", one_of(0.5, 0.5), "motorcycle or car"),
            Nuisance("across", "", uniform(0.15, 0.85), "of the line"),
            Nuisance("clock", "s", normal(0.05), "timestamps within 100 ms (G2)"),
            Nuisance("lag", "s", normal(0.05), "of the signal feed [?]"),
            Nuisance("swapped", "", happens(0.005), "tracks of two at the line [?]"),
            Nuisance("creeps", "m", uniform(0.0, 1.0), "while it waits [?]"),
            *survey_nuisances(spec),
            Nuisance("marked", "px", normal(MARKED_PX), "the stop line in the picture"),
        )  # fmt: skip

    @property
    def dims(self) -> int:
        """Return how many numbers make a scene."""
        return len(self.nuisances) + 4 * KNOTS

    def build(self, site: SitePlan) -> Rule:
        """Return the rule."""
        return rules_for(site, (self.rule,), track_noise(self.street.curves.detector))[0]

    def scene(self, place: Float64Array) -> Scene:
        """Return the scene of a place (D,)."""
        told = drawn(self.nuisances, place)
        kind, times_s = int(told["kind"]), self._times_s
        runner = kind == BESIDE_A_RUNNER or self._plant == "plates"
        if kind == PASSES and not runner:
            front = (times_s - (RED_S - told["in time"])) * told["speed"]
        else:
            front = self._waits(told)
        first = self._actor("KX 1001 LX", told, front, told["across"])
        actors = [first]
        if runner:
            other = self._actor(
                "KX 2002 LX", told, (times_s - RED_S - 5.0) * told["speed"], 1 - told["across"]
            )
            late = times_s > RED_S + 4.6
            swap = bool(told["swapped"])
            actors = [
                replace(first, track=np.where(late & swap, 2, 1)),
                replace(other, track=np.where(late & swap, 1, 2), guilty=True),
            ]
        return self._scene(told, place, tuple(actors))

    def _waits(self, told: dict[str, float]) -> Float64Array:
        """Return where the front of one is who stops at the line, creeps, and goes on at green."""
        front = stopping(self._times_s, RED_S + 1.0, GREEN_S + 0.7, told["over"])
        waits = np.clip((self._times_s - RED_S - 1.0) / (GREEN_S - RED_S), 0.0, 1.0)
        return np.asarray(front + told["creeps"] * waits)

    def _actor(self, plate: str, told: dict[str, float], front_m: Float64Array, share: float) -> Actor:
        """Return a vehicle whose front is so far past the line (N,), at a share of its width."""
        line = self._line
        kind = VehicleClass.CAR if told["class"] else VehicleClass.MOTORCYCLE
        at_m = _off_line(line, front_m - LENGTHS_M[int(told["class"])] / 2, share)
        speed = np.gradient(at_m, self._times_s, axis=0)
        return Actor(plate, kind, at_m, speed, np.ones(len(front_m), dtype=np.int64))

    def _scene(self, told: dict[str, float], place: Float64Array, actors: tuple[Actor, ...]) -> Scene:
        times_s = self._times_s
        knots = place[len(self.nuisances) :].reshape(2, 2, KNOTS)
        site = self.street.surveyed(told)
        stamps_ns = stamps(self._start_ns, times_s, told["clock"])
        lag_s = told["lag"] - (PLANTED_LAG_S if self._plant == "lag" else 0.0)
        seen = np.stack([self.street.shows(actor.at_m) for actor in actors])
        return Scene(
            self._start_ns, times_s, stamps_ns, actors, seen, errors(knots, times_s, actors),
            self.street.curves, self.street.camera, site, told,
            tuple(self._told(stamp, lag_s) for stamp in stamps_ns.tolist()),
            swapped_plates=self._plant == "plates",
        )  # fmt: skip

    def _told(self, stamp_ns: int, lag_s: float) -> SignalStates:
        """Return what the feed says, which knows of a change `lag_s` after it."""
        changes = (
            (-60.0, Aspect.GREEN), (RED_S - YELLOW_S, Aspect.YELLOW), (RED_S, Aspect.RED),
            (GREEN_S, Aspect.GREEN),
        )  # fmt: skip
        since = [(self._start_ns + round((at_s + lag_s) * 1e9), aspect) for at_s, aspect in changes]
        at_ns, aspect = [one for one in since if one[0] <= stamp_ns][-1]
        return SignalStates((SignalState(self._group, aspect, at_ns),))

    def near(self, scene: Scene, believed: Float64Array) -> float:
        """Return below 0 how near an innocent came: how long before red it was over the line, or how far."""
        told = scene.values
        red_s = RED_S + told["lag"] - told["clock"] - (PLANTED_LAG_S if self._plant == "lag" else 0.0)
        found = -10.0
        for number, actor in enumerate(scene.actors):
            rows = np.flatnonzero(scene.seen[number])
            if actor.guilty or len(rows) < 2:
                continue
            half_m = LENGTHS_M[int(told["class"])] / 2
            front = self._line.offset_m(believed[number, rows]) + half_m
            times_s = scene.times_s[rows]
            red = (times_s > red_s) & (times_s < GREEN_S)
            most_m = float(front[red].max()) if red.any() else -10.0
            before = rows[front < 0]
            late_s = float(scene.times_s[before[-1]] - red_s) if len(before) else -10.0
            waits = int(told["kind"]) != PASSES
            found = max(found, (min(0.0, most_m - 4.0) / 4.0) if waits else min(0.0, late_s - MARGIN_S))
        return found


def _off_line(line: LineSegment, offset_m: Float64Array, share: float) -> Float64Array:
    """Return places (N, 2) so far past a stop line (N,), at a share of its length."""
    start, end = np.array([line.x0_m, line.y0_m]), np.array([line.x1_m, line.y1_m])
    along = (end - start) / line.length_m()
    onward = np.array([-along[1], along[0]])
    return np.asarray(start + share * (end - start) + offset_m[:, None] * onward)
