"""Which true acts at lines, on one-way roads and in turns some view could have seen, by its site plan."""

from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.site import OneWay
from detectors.violations.fronts import margin_m
from detectors.violations.prohibited_turn import DEFAULT_LIMITS as TURN_LIMITS
from detectors.violations.wrong_way import DEFAULT_LIMITS as RIDE_LIMITS
from scenarios.results import RunResult
from twin.cameras.sign_survey import VERGE_M
from twin.clock import seconds
from twin.network.model import Road
from twin.network.roadside import section
from twin.truth import TrueViolation

STOP_LINE = "stop_line"
WRONG_WAY = "wrong_way"
PROHIBITED_TURN = "prohibited_turn"
RIDE_SPARE_M = 10.0  # of the least ride: what the place of its two ends may be off, and a second to be found
CREEP_NS = seconds(60.0)  # who creeps on and stands again at the same red has done one thing
TURNING_S = 10.0  # from one gate to the other
STEP_M = 1.0


@dataclass(frozen=True, slots=True)
class Sight:
    """What a true act is to the views: until when it lasted, whether one shows it, or it is too close."""

    until_ns: int
    in_view: bool
    in_zone: bool
    borderline: bool


class Waits:
    """Stands beyond a stop line."""

    def __init__(self, result: RunResult) -> None:
        lines = sorted(
            (line for view in result.views for line in view.site.stop_lines), key=lambda line: -line.sigma_m
        )
        self._sigma_m = {line.group: line.sigma_m for line in lines}  # where several show it, of the best
        self._junctions = junctions_of_zone(result)
        self._network = result.network
        self._last: dict[tuple[int, str], int] = {}
        self._ends = _creeping(result)

    def sight(self, act: TrueViolation) -> Sight | None:
        """Return what a stand is, None for one that goes on with another."""
        key = act.vehicle_id, act.place
        last_ns = self._last.get(key)
        self._last[key] = act.opened_ns
        if last_ns is not None and act.opened_ns - last_ns <= CREEP_NS:
            return None
        until_ns, most_m = self._ends[act.vehicle_id, act.place, act.opened_ns]
        road = self._network.road_of.get(act.place)
        in_zone = road is not None and road.end in self._junctions
        sigma_m = self._sigma_m.get(act.place)
        # what the rule calls uncertain there
        near = sigma_m is not None and most_m < margin_m(sigma_m, VehicleClass(act.vehicle_class))
        return Sight(until_ns, sigma_m is not None, in_zone, near)


def _creeping(result: RunResult) -> dict[tuple[int, str, int], tuple[int, float]]:
    """Return until when, and how far beyond at the farthest, those stood that go on with each."""
    found: dict[tuple[int, str, int], tuple[int, float]] = {}
    later: dict[tuple[int, str], TrueViolation] = {}
    for act in sorted(result.violations, key=lambda one: -one.opened_ns):
        if act.rule != STOP_LINE:
            continue
        key = act.vehicle_id, act.place
        next_one, ends = later.get(key), (act.closed_ns or result.end_ns, act.amount)
        if next_one is not None and next_one.opened_ns - act.opened_ns <= CREEP_NS:
            last_ns, most_m = found[*key, next_one.opened_ns]
            ends = last_ns, max(most_m, act.amount)
        found[*key, act.opened_ns], later[key] = ends, act
    return found


class Rides:
    """Rides against the traffic: what counts is how far one goes on a stretch that a view shows.

    A view with too few pictures a second shows none: nobody is judged by it.
    """

    def __init__(self, result: RunResult) -> None:
        self._result = result
        fps = {spec.name: spec.fps for spec in result.plan.views}
        self._ways = [
            view.site.one_way
            for view in result.views
            if view.view not in fps or fps[view.view] * RIDE_LIMITS.seldom_s >= 1.0
        ]

    def sight(self, act: TrueViolation) -> Sight | None:
        """Return what a ride is; one that was not over at the end of the run counts in neither way."""
        road = self._result.network.road_of[act.place]
        in_zone = road.zone == self._result.scenario.zone
        end_ns = self._result.end_ns if act.closed_ns is None else act.closed_ns
        if act.closed_ns is None:
            return Sight(end_ns, in_view=False, in_zone=in_zone, borderline=True)
        points = self._while_observed(road, act)
        shown_m = max((self._on(ways, act.place, points) for ways in self._ways), default=0.0)
        least_m = RIDE_LIMITS.distance_m
        borderline = least_m <= shown_m < least_m + RIDE_SPARE_M
        return Sight(end_ns, shown_m >= least_m, in_zone, borderline or act.amount < least_m + RIDE_SPARE_M)

    def _while_observed(self, road: Road, act: TrueViolation) -> Float64Array:
        """Return where (N, 2) the ride was, a metre apart, while the cameras looked."""
        cut = section(self._result.network, road)
        along = cut.samples_m(STEP_M)
        middle = cut.points_m(along, 0.0)[:, :2]
        from_m = float(along[np.hypot(*(middle - act.position_m).T).argmin()])
        way = np.arange(0.0, act.amount, STEP_M)
        lasted_ns = max((act.closed_ns or act.opened_ns) - act.opened_ns, 1)
        at_ns = act.opened_ns + way / max(act.amount, STEP_M) * lasted_ns
        kept = way[(at_ns >= self._result.start_ns) & (at_ns < self._result.end_ns)]
        return np.asarray(cut.points_m(from_m - kept, cut.kerb_edge_m + VERGE_M / 2)[:, :2])

    @staticmethod
    def _on(ways: tuple[OneWay, ...], place: str, points: Float64Array) -> float:
        inside = [way.area.contains(points) for way in ways if way.name == place]
        return float(np.any(inside, axis=0).sum() * STEP_M) if inside else 0.0


class Turns:
    """Turns that a sign forbids."""

    def __init__(self, result: RunResult) -> None:
        self._network = result.network
        self._junctions = junctions_of_zone(result)
        self._bans = {ban.name: ban for view in result.views for ban in view.site.prohibited_turns}
        self._sites = [view.site for view in result.views]

    def sight(self, act: TrueViolation) -> Sight | None:
        """Return what a turn is; one within the error of the clock of the hours of the sign is borderline."""
        road = self._network.road_of[act.place]
        ban = self._bans.get(f"{act.place}>{self._network.roads[int(act.amount)].id}")
        near = False
        if ban is not None and ban.windows:
            second = self._sites[0].second_of_day(act.opened_ns)
            edges = [edge for window in ban.windows for edge in (window.start_s, window.end_s)]
            near = min(abs(second - edge) for edge in edges) <= TURN_LIMITS.clock_s + TURNING_S
        return Sight(act.opened_ns, ban is not None, road.end in self._junctions, near)


def junctions_of_zone(result: RunResult) -> set[str]:
    """Return the junctions at the ends of the roads of the zone of a run."""
    zone = [road for road in result.network.roads if road.zone == result.scenario.zone]
    return {end for road in zone for end in (road.start, road.end)}


def observed(result: RunResult, act: TrueViolation) -> bool:
    """Return whether an act began before the end of a run and was not over before its start."""
    over_ns = act.opened_ns if act.closed_ns is None else act.closed_ns
    return act.opened_ns < result.end_ns and over_ns >= result.start_ns
