"""The hunt of kerb parking: who only drops somebody off, stands beside the zone, or waits in a queue."""

from dataclasses import replace
from datetime import time

import numpy as np

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.site import SitePlan
from detectors.ports import Rule
from detectors.violations.registry import rules_for
from scenarios.hunting.nuisance import (
    Nuisance,
    drawn,
    happens,
    lognormal,
    normal,
    one_of,
    uniform,
)
from scenarios.hunting.scenes import STANDS_MPS, Actor, Scene, errors, stamps
from scenarios.hunting.street import LENGTHS_M, Strip, follows_s, stopping, street, survey_nuisances
from twin.clock import from_local
from twin.environment.furniture import PAVEMENT_M

DROPS_OFF, LEAVES_AT_FOUR, BESIDE, QUEUES, EXCHANGED = range(5)
MARGIN_S = 5.0  # nearer than this to what is forbidden is neither innocent nor guilty
LANE_M = 2.2  # from the edge of the zone to the middle of the nearest lane
KNOTS = 24
COMES_S = 12.0  # in sight before it stands
ROADSIDE_M = 4.0  # of yards and lots beyond the pavement: what stands there is nobody's business
HALF_WIDE_M = (
    0.4,
    0.9,
)  # of a motorcycle and a car: on the pavement, too, the sign forbids to stop (DOMAIN 1)
SPEED_OVER_S = 1.0  # a tracker that looks once a second knows of a change of speed so late
NEIGHBOUR_S, NEIGHBOUR_M = 150.0, 9.0  # how long somebody parks who is guilty, and how far off


class KerbQuarry:
    """Scenes for the hunt of `kerb_parking` in one view, a frame a second."""

    rule = "kerb_parking"

    def __init__(self, detector: str = "twin", plant: str = "") -> None:
        self.street = street("beruang-madu", "kerb-2-utara", detector)
        zone = max(self.street.site.no_parking, key=lambda zone: zone.area.area_m2())
        self._zone, self._strip, self._plant = zone, Strip.of(zone.area), plant
        self._least_s = zone.minimum_stand_s
        self._day_ns = from_local(self.street.scenario.day, time(0))

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """What varies."""
        spec, long_m = self.street.view, self._strip.length_m
        return (
            Nuisance("kind", "", one_of(0.35, 0.15, 0.25, 0.20, 0.05), "[?] all kinds often enough"),
            Nuisance("stands", "s", lognormal(240.0, 0.8), "short stops, DOMAIN 4 [?]"),
            Nuisance("along", "m", uniform(0.15 * long_m, 0.85 * long_m), "anywhere in the zone"),
            Nuisance("beside", "m", uniform(0.0, ROADSIDE_M), "yards and lots beyond the pavement [?]"),
            Nuisance("after four", "s", uniform(0.0, self._least_s - MARGIN_S), "leaves as the ban begins"),
            Nuisance("class", "", one_of(0.5, 0.5), "motorcycle or car"),
            Nuisance("clock", "s", normal(0.05), "timestamps within 100 ms (G2)"),
            Nuisance("unseen", "s", lognormal(5.0, 1.0), "covered by passing traffic [?]"),
            Nuisance("covered", "", happens(0.2), "[?]"),
            Nuisance("taken over", "", happens(0.01), "a track goes on as the next vehicle's [?]"),
            Nuisance("comes again", "s", uniform(0.0, 28.0), "the next in the same place, once he can [?]"),
            Nuisance("neighbour", "", happens(0.05), "parks nearby for 150 s, and is guilty [?]"),
            *survey_nuisances(spec),
        )  # fmt: skip

    @property
    def dims(self) -> int:
        """Return how many numbers make a scene."""
        return len(self.nuisances) + 4 * KNOTS

    def build(self, site: SitePlan) -> Rule:
        """Return the rule."""
        return rules_for(site, (self.rule,))[0]

    def scene(self, place: Float64Array) -> Scene:
        """Return the scene of a place (D,)."""
        told = drawn(self.nuisances, place)
        kind = int(told["kind"])
        stays_s = self._stays_s(told, kind)
        parks = bool(told["neighbour"]) and kind in (DROPS_OFF, BESIDE, QUEUES)
        second = kind == EXCHANGED or self._plant == "plates"
        again_s = COMES_S + stays_s + follows_s(LENGTHS_M[int(told["class"])]) + told["comes again"]
        ends_s = (again_s + stays_s if second else COMES_S + stays_s) + 8.0
        ends_s = max(ends_s, COMES_S + NEIGHBOUR_S + 8.0) if parks else ends_s
        times_s = np.arange(0.0, ends_s, 1.0 / self.street.view.fps)
        four_ns = self._day_ns + (self._zone.window.start_s if self._zone.window else 0) * 10**9
        from_s = told["after four"] - COMES_S - stays_s if kind == LEAVES_AT_FOUR else 1800.0
        first = self._actor(
            "KX 1001 LX", told, times_s, (COMES_S, COMES_S + stays_s), self._beyond_m(told, kind)
        )
        actors = [first]
        if second or parks:
            guilty = kind != EXCHANGED
            leaves_s = ends_s if second else COMES_S + NEIGHBOUR_S
            span = (COMES_S, leaves_s) if guilty else (again_s, again_s + stays_s)
            shifted = {**told, "along": told["along"] + (NEIGHBOUR_M if guilty else 0.0)}
            other = self._actor("KX 2002 LX", shifted, times_s, span, self._strip.width_m / 2)
            taken = bool(told["taken over"]) and not guilty
            actors.append(replace(other, guilty=guilty, track=other.track + (0 if taken else 1)))
        return self._scene(told, place, times_s, four_ns + round(from_s * 1e9), tuple(actors))

    def _stays_s(self, told: dict[str, float], kind: int) -> float:
        """Return how long the innocent stands: longer than is forbidden only where it may."""
        most_s = self._least_s - MARGIN_S
        if kind in (BESIDE, QUEUES):
            return float(np.clip(told["stands"], 10.0, 240.0))
        if kind == LEAVES_AT_FOUR:
            return float(np.clip(told["stands"], most_s, 240.0))
        return float(most_s * (1.0 - np.exp(-told["stands"] / 120.0)))

    def _beyond_m(self, told: dict[str, float], kind: int) -> float:
        """Return how far from the edge beside the lanes it stands; the zone is the strip from there on."""
        if kind == BESIDE:
            return self._strip.width_m + PAVEMENT_M + HALF_WIDE_M[int(told["class"])] + told["beside"]
        return -LANE_M if kind == QUEUES else self._strip.width_m / 2

    def _actor(
        self,
        plate: str,
        told: dict[str, float],
        times_s: Float64Array,
        span: tuple[float, float],
        beyond: float,
    ) -> Actor:
        along = stopping(times_s, span[0], span[1], told["along"])
        at_m = self._strip.at(along, beyond)
        kind = VehicleClass.CAR if told["class"] else VehicleClass.MOTORCYCLE
        speed = np.gradient(at_m, times_s, axis=0)
        return Actor(plate, kind, at_m, speed, np.ones(len(times_s), dtype=np.int64))

    def _scene(
        self, told: dict[str, float], place: Float64Array, times_s: Float64Array, start_ns: int,
        actors: tuple[Actor, ...],
    ) -> Scene:  # fmt: skip
        knots = place[len(self.nuisances) :].reshape(2, 2, KNOTS)
        site = self.street.surveyed(told)
        hidden = (
            (times_s > COMES_S + 3.0) & (times_s < COMES_S + 3.0 + told["unseen"]) & bool(told["covered"])
        )
        near = np.abs(np.stack([self._along_m(actor) for actor in actors]) - told["along"]) < 60.0
        return Scene(
            start_ns, times_s, stamps(start_ns, times_s, told["clock"]), actors, near & ~hidden,
            errors(knots, times_s, actors),
            self.street.curves, self.street.camera, site, told, swapped_plates=self._plant == "plates",
            speed_over_s=SPEED_OVER_S,
        )  # fmt: skip

    def _along_m(self, actor: Actor) -> Float64Array:
        ahead = self._strip.inner_m[-1] - self._strip.inner_m[0]
        ahead = ahead / np.hypot(*ahead)
        return np.asarray((actor.at_m - self._strip.inner_m[0]) @ ahead)

    def near(self, scene: Scene, believed: Float64Array) -> float:
        """Return below 0 how near an innocent came: by the time that counts, and by its place."""
        found = -10.0
        for number, actor in enumerate(scene.actors):
            stands = np.hypot(*actor.speed_mps.T) < STANDS_MPS
            rows = np.flatnonzero(stands & scene.seen[number])
            if actor.guilty or len(rows) < 2:
                continue
            local_s = (scene.stamps_ns[rows] - self._day_ns) / 1e9
            counts = rows[local_s >= (self._zone.window.start_s if self._zone.window else 0)]
            lasted_s = float(scene.times_s[counts[-1]] - scene.times_s[counts[0]]) if len(counts) else 0.0
            mean_m = np.nanmean(believed[number, rows], axis=0)
            short = min(0.0, lasted_s / self._least_s - 1.0)
            found = max(found, short - _away_m(mean_m, self._strip))
        return found


def _away_m(at_m: Float64Array, strip: Strip) -> float:
    """Return how far a place is from the strip in metres, 0 within it."""
    middle = (strip.inner_m + strip.outer_m) / 2
    steps = np.hypot(*(middle - at_m).T)
    row = int(steps.argmin())
    across = strip.outer_m[row] - strip.inner_m[row]
    wide = float(np.hypot(*across))
    beyond = float((at_m - strip.inner_m[row]) @ across) / max(wide, 1e-9)
    return max(0.0, -beyond, beyond - wide)
