"""Evenings without cameras: the traffic of one seed, and what happened in it that counts.

The traffic is simulated once a seed; any number of plans is held against it (common random numbers).
"""

from dataclasses import dataclass
from datetime import time

import numpy as np
from scipy.spatial import cKDTree

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.site import DailyWindow
from scenarios.offences import KERB_PARKING, KTL_WINDOW, RED_LIGHT, RED_UNCERTAINTY_S, STAND_TOLERANCE_S
from scenarios.results import Scenario
from twin.cameras.appearance import WEATHERS
from twin.cameras.sensing import Acts, approach_m
from twin.clock import NS_PER_S, from_local
from twin.environment.sun import ambient
from twin.network.model import Control, Road, RoadNetwork
from twin.network.roadside import section
from twin.randomness import Seed
from twin.truth import TrueViolation
from twin.world import World

MINIMUM_STAND_S = 60.0
USUAL_HOURS = (time(17, 30), time(18, 30))  # from low sun into the dark: it sets about six (DOMAIN 2)


@dataclass(frozen=True, slots=True)
class Hours:
    """The part of the evening that is looked at, local times."""

    start: time
    end: time


@dataclass(frozen=True, slots=True, eq=False)
class Evening:
    """What counted in one seed's evening in the zone: `rules` (N) names, and the same as arrays."""

    seed: int
    rules: tuple[str, ...]
    acts: Acts


def usual_hours(scenario: Scenario) -> Hours:
    """Return the usual excerpt, or the whole scenario where it does not contain it."""
    first, last = USUAL_HOURS
    if scenario.start <= first and last <= scenario.end:
        return Hours(first, last)
    return Hours(scenario.start, scenario.end)


def approaches(network: RoadNetwork, zone: str) -> tuple[Road, ...]:
    """Return the roads that end at a signal of a junction of the zone."""
    roads = [road for road in network.roads if road.zone == zone]
    junctions = {end for road in roads for end in (road.start, road.end)}
    return tuple(
        road
        for road in network.roads
        if road.end in junctions
        and network.junction_of[road.end].control is Control.SIGNALS
        and any(turn.group for turn in network.turns_from[road.id])
    )


def approach_points(network: RoadNetwork, zone: str) -> tuple[Float64Array, ...]:
    """Return what a view must show of each approach of the zone."""
    return tuple(approach_m(network, road) for road in approaches(network, zone))


def simulate(scenario: Scenario, network: RoadNetwork, hours: Hours, seed: int) -> Evening:
    """Simulate the traffic of one seed and return the violations in the zone."""
    start_ns, end_ns = (from_local(scenario.day, moment) for moment in (hours.start, hours.end))
    world = World(network, scenario.demand, Seed(seed), start_ns, scenario.warmup_s)
    for _ in world.warm_up():
        pass
    for _ in world.scenes((), end_ns):
        pass
    return counted(world.violations(), scenario, network, (start_ns, end_ns), seed)


def counted(
    violations: tuple[TrueViolation, ...],
    scenario: Scenario,
    network: RoadNetwork,
    span_ns: tuple[int, int],
    seed: int,
) -> Evening:
    """Return the violations that count: in the zone, in the hours looked at, not borderline.

    The same limits as in the score of rendered runs, but whatever any camera shows.
    """
    lines = {road.id: number for number, road in enumerate(approaches(network, scenario.zone))}
    ground = _Ground(network)
    midnight_ns = from_local(scenario.day, time(0))
    found = []
    for one in violations:
        lasting_s = _lasting_s(one, span_ns, midnight_ns, KTL_WINDOW, scenario.zone, lines)
        if lasting_s is not None:
            at_ns = max(one.opened_ns, span_ns[0])
            found.append((one, lasting_s, ambient(at_ns), lines.get(one.place, -1)))
    return Evening(
        seed,
        tuple(one.rule for one, *_ in found),
        Acts(
            position_m=ground.lifted([one.position_m for one, *_ in found]),
            vehicle_class=np.array([one.vehicle_class for one, *_ in found], dtype=np.int64),
            daylight=np.array([light for _, _, light, _ in found], dtype=np.float64),
            lasting_s=np.array([lasting for _, lasting, _, _ in found], dtype=np.float64),
            approach=np.array(
                [line if one.rule == RED_LIGHT else -1 for one, _, _, line in found], dtype=np.int64
            ),
            heading_rad=ground.headings_rad([one.position_m for one, *_ in found]),
            weather=WEATHERS.index(scenario.weather.sky.value),
        ),
    )


def _lasting_s(
    one: TrueViolation,
    span_ns: tuple[int, int],
    midnight_ns: int,
    window: DailyWindow,
    zone: str,
    lines: dict[str, int],
) -> float | None:
    """Return how long a violation lasted once it was one, None where it does not count."""
    if one.exempt:
        return None
    if one.rule == RED_LIGHT:
        inside = span_ns[0] <= one.opened_ns < span_ns[1] and one.place in lines
        return 0.0 if inside and one.amount >= RED_UNCERTAINTY_S else None
    if one.rule != KERB_PARKING or one.place != zone:
        return None
    starts_ns = max(one.opened_ns, span_ns[0], midnight_ns + window.start_s * NS_PER_S)
    ends_ns = min(one.closed_ns or span_ns[1], span_ns[1], midnight_ns + window.end_s * NS_PER_S)
    spare_s = (ends_ns - starts_ns) / NS_PER_S - MINIMUM_STAND_S
    return spare_s if spare_s > STAND_TOLERANCE_S else None


class _Ground:
    """The height of the ground at a place, and where traffic goes there: those of the nearest road."""

    def __init__(self, network: RoadNetwork) -> None:
        cuts = [section(network, road) for road in network.roads]
        lines = [cut.points_m(cut.samples_m(5.0), 0.0) for cut in cuts]
        self._points_m = np.vstack(lines)
        self._heading_rad = np.concatenate([_headings_rad(line) for line in lines])
        self._tree = cKDTree(self._points_m[:, :2])

    def headings_rad(self, places_m: list[tuple[float, float]]) -> Float64Array:
        """Return where traffic goes (N,), anticlockwise from east."""
        flat = np.array(places_m, dtype=np.float64).reshape(-1, 2)
        return self._heading_rad[self._tree.query(flat)[1]] if len(flat) else np.zeros(0)

    def lifted(self, places_m: list[tuple[float, float]]) -> Float64Array:
        """Return the places (N, 3) on the ground."""
        flat = np.array(places_m, dtype=np.float64).reshape(-1, 2)
        rows = self._tree.query(flat)[1] if len(flat) else np.zeros(0, dtype=np.int64)
        return np.column_stack((flat, self._points_m[rows, 2]))


def _headings_rad(line_m: Float64Array) -> Float64Array:
    """Return the direction (N,) of a line (N, 3) at each of its points; NaN for a single one."""
    if len(line_m) < 2:
        return np.full(len(line_m), np.nan)
    along = np.gradient(line_m[:, :2], axis=0)
    return np.asarray(np.arctan2(along[:, 1], along[:, 0]), dtype=np.float64)
