"""Speeding and racing as they count in a score: the twin tells them by road, a view sees a part of it."""

from collections.abc import Callable
from dataclasses import dataclass

from scenarios.results import RunResult
from twin.clock import NS_PER_S, seconds
from twin.truth import TrueViolation

SPEEDING, RACING, SECTION_SPEED = "speeding", "racing", "section_speed"
MEASURED = (SPEEDING, RACING, SECTION_SPEED)
# by so much above the limit somebody is within tolerance (5 km/h) and what the rule cannot tell at 60 km/h
BORDERLINE_KMH = 10.0
# over a section: within tolerance (5 km/h), and what clocks and survey leave of 300 m at 80 km/h
SECTION_BORDERLINE_KMH = 8.0
SLOWEST_MPS = 4.0  # of those who sped on a road; so long may they have been on it before they left it


@dataclass(frozen=True, slots=True)
class Offence:
    """A true violation as it counts in the score of one run.

    `since_ns` is the instant at which it became one: the least stand is over, or the line is
    crossed. `until_ns` is its end or the end of what was observed. `in_view`: within the zone or
    at the stop line of some view; `in_zone`: in the zone of the scenario, seen or not.
    `borderline` ones count neither for nor against.
    """

    seed: int
    violation: TrueViolation
    since_ns: int
    until_ns: int
    in_view: bool
    in_zone: bool
    borderline: bool


Judge = Callable[[TrueViolation], Offence | None]


def measured_speeds(result: RunResult) -> dict[str, Judge]:
    """Return what makes an offence of a true violation, by rule."""
    speeds = _Speeds(result)
    return {SPEEDING: speeds.speeding, RACING: speeds.racing, SECTION_SPEED: speeds.over_a_section}


class _Speeds:
    """By the carriageways of the views' site plans on which a limit is written down.

    Truth knows where on a road somebody was fastest. It counts as in view where that place is; what a camera
    sees of the road besides may have been slower.
    """

    def __init__(self, result: RunResult) -> None:
        self._result = result
        self._ways = [
            way for view in result.views for way in view.site.carriageways if way.speed_limit_mps is not None
        ]
        self._raced_in_view = {
            one.vehicle_id for one in result.violations if one.rule == SPEEDING and self._in_view(one)
        }

    def speeding(self, act: TrueViolation) -> Offence | None:
        """Return the highest speed on a road as an offence, if it was left while the cameras looked."""
        if not self._result.start_ns <= act.opened_ns < self._result.end_ns:
            return None
        road = self._result.network.road_of.get(act.place)
        on_road_s = road.length_m / SLOWEST_MPS if road is not None else 0.0
        return Offence(
            seed=self._result.seed,
            violation=act,
            since_ns=max(act.opened_ns - seconds(on_road_s), self._result.start_ns),
            until_ns=act.opened_ns,
            in_view=self._in_view(act),
            in_zone=road is not None and road.zone == self._result.scenario.zone,
            borderline=act.amount <= BORDERLINE_KMH,
        )

    def racing(self, act: TrueViolation) -> Offence | None:
        """Return a race as an offence of one who raced; it may have been seen where he was told to speed."""
        until_ns = self._result.end_ns if act.closed_ns is None else act.closed_ns
        if until_ns < self._result.start_ns or act.opened_ns >= self._result.end_ns:
            return None
        return Offence(
            seed=self._result.seed,
            violation=act,
            since_ns=max(act.opened_ns, self._result.start_ns),
            until_ns=until_ns,
            in_view=act.vehicle_id in self._raced_in_view,
            in_zone=True,
            borderline=(until_ns - act.opened_ns) < NS_PER_S,
        )

    def over_a_section(self, act: TrueViolation) -> Offence | None:
        """Return a way through a section as an offence: it was one when its driver came out."""
        if act.closed_ns is None or act.opened_ns < self._result.start_ns:
            return None
        return Offence(
            seed=self._result.seed,
            violation=act,
            since_ns=act.closed_ns,
            until_ns=act.closed_ns,
            in_view=True,  # truth knows it by the gates of two views
            in_zone=True,
            borderline=act.amount <= SECTION_BORDERLINE_KMH,
        )

    def _in_view(self, act: TrueViolation) -> bool:
        return any(bool(way.area.contains(act.position_m)[0]) for way in self._ways)
