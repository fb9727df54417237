"""Speeding and racing as they count in a score: the twin tells them by road, a view sees a part of it."""

from dataclasses import dataclass

from detectors.datatypes.measures import KMH_PER_MPS
from detectors.violations.racing import DEFAULT_RACING
from scenarios.results import RunResult
from scenarios.shown_speeds import ShownSpeed, passages
from twin.clock import NS_PER_S, seconds
from twin.truth import TrueViolation

SPEEDING, RACING, SECTION_SPEED = "speeding", "racing", "section_speed"
MEASURED = (SPEEDING, RACING, SECTION_SPEED)
# by so much above the limit somebody is within tolerance (5 km/h) and what the rule cannot tell at 60 km/h
BORDERLINE_KMH = 10.0
RACE_KMH = DEFAULT_RACING.over_mps * KMH_PER_MPS  # slower than so much above the limit nobody races
RACE_BORDERLINE_KMH = RACE_KMH + 10.0  # what the rule cannot tell in a second and a half at 80 km/h
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


class Speeds:
    """What was too fast, by what views truly showed and by what the twin tells of whole roads.

    In view is who was too fast on a stretch on which some view measures, however fast he was elsewhere; a
    race, where he and another of it were as fast there, beside each other, as whoever races is (RACE_KMH):
    past a camera that he passes alone, or held up, he speeds, and nobody sees him race. What the twin tells
    when a road is left counts besides where no view showed it: for the recall in the zone.
    """

    def __init__(self, result: RunResult) -> None:
        self._result = result
        self._shown = passages(one for view in result.views for one in view.speeds)
        racers = {one.vehicle_id for one in result.violations if one.rule == RACING}
        self._raced_kmh: dict[int, float] = {}
        for one in self._shown:
            if one.vehicle_id in racers:
                both = max((over for who, over in one.beside.items() if who in racers), default=0.0)
                self._raced_kmh[one.vehicle_id] = max(both, self._raced_kmh.get(one.vehicle_id, 0.0))

    def shown(self, exempt: frozenset[int] = frozenset()) -> tuple[Offence, ...]:
        """Return the speeds that views showed as offences, but for vehicles that may."""
        return tuple(self._offence(one) for one in self._shown if one.vehicle_id not in exempt)

    def _offence(self, one: ShownSpeed) -> Offence:
        road = self._result.network.road_of.get(one.place)
        act = TrueViolation(
            SPEEDING, one.vehicle_id, one.vehicle_class, one.plate, one.place, one.position_m, one.from_ns,
            one.until_ns, one.over_kmh,
        )  # fmt: skip
        return Offence(
            seed=self._result.seed,
            violation=act,
            since_ns=one.from_ns,
            until_ns=one.until_ns,
            in_view=True,
            in_zone=road is None or road.zone == self._result.scenario.zone,
            borderline=one.over_kmh <= BORDERLINE_KMH,
        )

    def speeding(self, act: TrueViolation) -> Offence | None:
        """Return the highest speed on a road as an offence, if it was left while the cameras looked.

        None where a view showed that vehicle to be too fast on that road: it is told of there.
        """
        if not self._result.start_ns <= act.opened_ns < self._result.end_ns:
            return None
        road = self._result.network.road_of.get(act.place)
        on_road_s = road.length_m / SLOWEST_MPS if road is not None else 0.0
        since_ns = max(act.opened_ns - seconds(on_road_s), self._result.start_ns)
        if any(self._is_of(one, act, since_ns) for one in self._shown):
            return None
        return Offence(
            seed=self._result.seed,
            violation=act,
            since_ns=since_ns,
            until_ns=act.opened_ns,
            in_view=False,
            in_zone=road is not None and road.zone == self._result.scenario.zone,
            borderline=act.amount <= BORDERLINE_KMH,
        )

    @staticmethod
    def _is_of(one: ShownSpeed, act: TrueViolation, since_ns: int) -> bool:
        same = one.vehicle_id == act.vehicle_id and one.place == act.place
        return same and one.over_kmh > BORDERLINE_KMH and since_ns <= one.until_ns <= act.opened_ns

    def racing(self, act: TrueViolation) -> Offence | None:
        """Return a race as an offence of one who raced; in view where a view showed two of it.

        Borderline where these were hardly as fast as whoever races is.
        """
        until_ns = self._result.end_ns if act.closed_ns is None else act.closed_ns
        if until_ns < self._result.start_ns or act.opened_ns >= self._result.end_ns:
            return None
        raced_kmh = self._raced_kmh.get(act.vehicle_id, 0.0)
        return Offence(
            seed=self._result.seed,
            violation=act,
            since_ns=max(act.opened_ns, self._result.start_ns),
            until_ns=until_ns,
            in_view=raced_kmh > RACE_KMH,
            in_zone=True,
            borderline=(until_ns - act.opened_ns) < NS_PER_S or RACE_KMH < raced_kmh <= RACE_BORDERLINE_KMH,
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
