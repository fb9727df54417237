"""The hunt of speeding: who keeps to the limit, alone or beside somebody who does not."""

from dataclasses import replace
from datetime import time

import numpy as np

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.site import Carriageway, SitePlan
from detectors.ports import Rule
from detectors.violations.registry import rules_for
from detectors.violations.speeding import DEFAULT_SPEED
from detectors.violations.stretches import Stretches
from detectors.violations.track_noise import track_noise
from scenarios.hunting.nuisance import Nuisance, drawn, happens, normal, one_of, uniform, wavering
from scenarios.hunting.scenes import Actor, Scene, errors, observations, stamps
from scenarios.hunting.street import Strip, street, survey_nuisances
from twin.clock import from_local

ALONE, OVERTAKEN = range(2)
KNOTS, JITTERS, JITTER_S = 8, 16, 0.2
LASTS_S = 12.0
PIECES = 60  # of a carriageway, to see how much of it shows
PLANTED_MPS = 10.0 / 3.6


class SpeedingQuarry:
    """Scenes for the hunt of `speeding` on one carriageway, five frames a second."""

    rule = "speeding"

    def __init__(self, detector: str = "twin", plant: str = "") -> None:
        self.street = street("beruang-madu", "simpang-beller", detector)
        signed = [way for way in self.street.site.carriageways if way.speed_limit_mps is not None]
        self._way = max(signed, key=self._shows_m)  # on what hardly shows nobody is measured, nor accused
        self._limit_mps = self._way.speed_limit_mps or 0.0
        self._strip, self._plant = Strip.of(self._way.area), plant
        self._start_ns = from_local(self.street.scenario.day, time(17))
        self._times_s = np.arange(0.0, LASTS_S, 1.0 / self.street.view.fps)

    def _shows_m(self, way: Carriageway) -> float:
        """Return how much of the length of a carriageway is in the picture, metres."""
        strip = Strip.of(way.area)
        along_m = np.linspace(0.0, strip.length_m, PIECES)
        return strip.length_m * float(self.street.shows(strip.at(along_m, strip.width_m / 2)).mean())

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """What varies."""
        spec = self.street.view
        return (
            Nuisance("kind", "", one_of(0.8, 0.2), "[?] both often enough"),
            Nuisance("speed", "of the limit", uniform(0.6, 1.0), "nobody innocent is faster"),
            Nuisance("speed of the other", "of the limit", uniform(1.2, 1.8), "overtakes [?]"),
            Nuisance("brakes", "m/s2", uniform(-0.5, 0.5), "its speed is highest at the limit [?]"),
            Nuisance("lane", "", uniform(0.25, 0.75), "of the width of the carriageway"),
            Nuisance("class", "", one_of(0.5, 0.5), "motorcycle or car"),
            Nuisance("clock", "s", normal(0.05), "timestamps within 100 ms (G2)"),
            Nuisance("swapped", "", happens(0.01), "tracks of two side by side [?]"),
            *survey_nuisances(spec),
        )  # fmt: skip

    @property
    def dims(self) -> int:
        """Return how many numbers make a scene."""
        return len(self.nuisances) + 4 * KNOTS + JITTERS

    def build(self, site: SitePlan) -> Rule:
        """Return the rule."""
        return rules_for(site, (self.rule,), track_noise(self.street.curves.detector))[0]

    def scene(self, place: Float64Array) -> Scene:
        """Return the scene of a place (D,)."""
        told = drawn(self.nuisances, place)
        beside = int(told["kind"]) == OVERTAKEN or self._plant == "plates"
        first = self._actor("KX 1001 LX", told, told["speed"], told["lane"])
        actors = [first]
        if beside:
            other = self._actor("KX 2002 LX", told, told["speed of the other"], 1.0 - told["lane"])
            late = (self._times_s > LASTS_S / 2) & bool(told["swapped"])
            actors = [
                replace(first, track=np.where(late, 2, 1)),
                replace(other, track=np.where(late, 1, 2), guilty=True),
            ]
        return self._scene(told, place, tuple(actors))

    def _actor(self, plate: str, told: dict[str, float], share: float, lane: float) -> Actor:
        """Return a vehicle that is in the middle of the strip half way through, never faster than told."""
        since_s = self._times_s - LASTS_S / 2
        most_mps = share * self._limit_mps
        speed = most_mps - np.abs(told["brakes"]) * np.abs(since_s)
        along = self._strip.length_m / 2 + np.cumsum(speed) / self.street.view.fps
        along -= along[len(along) // 2] - self._strip.length_m / 2
        at_m = self._strip.at(along, lane * self._strip.width_m)
        kind = VehicleClass.CAR if told["class"] else VehicleClass.MOTORCYCLE
        velocity = np.gradient(at_m, self._times_s, axis=0)
        return Actor(plate, kind, at_m, velocity, np.ones(len(along), dtype=np.int64))

    def _scene(self, told: dict[str, float], place: Float64Array, actors: tuple[Actor, ...]) -> Scene:
        noise = place[len(self.nuisances) :]
        site = self.street.surveyed(told)
        if self._plant == "limit":
            ways = tuple(
                replace(way, speed_limit_mps=way.speed_limit_mps - PLANTED_MPS)
                if way.speed_limit_mps
                else way
                for way in site.carriageways
            )
            site = replace(site, carriageways=ways)
        jitter_s = site.survey.frame_time_s if site.survey else 0.0
        late_s = jitter_s * wavering(noise[4 * KNOTS :], self._times_s, JITTER_S)
        stamps_ns = stamps(self._start_ns, self._times_s + late_s, told["clock"])
        return Scene(
            self._start_ns, self._times_s, np.maximum.accumulate(stamps_ns), actors,
            np.stack([self.street.shows(actor.at_m) for actor in actors]),
            errors(noise[: 4 * KNOTS].reshape(2, 2, KNOTS), self._times_s, actors), self.street.curves,
            self.street.camera, site, told, swapped_plates=self._plant == "plates",
        )  # fmt: skip

    def near(self, scene: Scene, believed: Float64Array) -> float:
        """Return below 0 how near an innocent came, in tens of km/h, by the least speed that was measured."""
        stretches = Stretches(scene.site)
        innocent = {actor.plate for actor in scene.actors if not actor.guilty}
        measured = [one for seen in observations(scene, believed) for one in stretches.update(seen)[0]]
        measured += stretches.finish()[0]
        short = [
            one.speed.low - one.limit_mps - DEFAULT_SPEED.tolerance_mps
            for one in measured
            if one.speed is not None and one.limit_mps and one.plate and one.plate.text in innocent
        ]
        return min(0.0, max(short) / PLANTED_MPS) if short else -10.0
