"""Which of the things that really happened were violations that a camera could have seen."""

from collections.abc import Callable
from functools import partial

from detectors.cases.local_rules import KTL_BAN
from detectors.datatypes.site import NoParkingZone, StopLine
from scenarios.moving_offences import (
    PROHIBITED_TURN,
    STOP_LINE,
    WRONG_WAY,
    Rides,
    Sight,
    Turns,
    Waits,
    junctions_of_zone,
    observed,
)
from scenarios.results import RunResult
from scenarios.speed_offences import MEASURED, RACING, SECTION_SPEED, SPEEDING, Offence, Speeds
from twin.clock import NS_PER_S, seconds
from twin.network.model import RoadNetwork
from twin.truth import TrueViolation

KERB_PARKING = "kerb_parking"
RED_LIGHT = "red_light"
RULES = (KERB_PARKING, RED_LIGHT, STOP_LINE, WRONG_WAY, PROHIBITED_TURN)
PLANNED_RULES = (KERB_PARKING, RED_LIGHT)  # for which the closed form knows what a plan catches
SCORED_AS = {"jump_start": RED_LIGHT}  # the truth knows the crossing, not its manner
SCORED = (*RULES, *MEASURED)
KTL_WINDOW = KTL_BAN.window
STAND_TOLERANCE_S = 5.0  # a stand this close to the least one is counted in neither way
RED_UNCERTAINTY_S = 0.3  # what the red-light rule itself calls undetermined
GREEN_UNCERTAINTY_S = 0.5  # and before green, which is told late
BESIDE_LINE_M = 1.0
__all__ = [
    "KERB_PARKING",
    "KTL_WINDOW",
    "PLANNED_RULES",
    "RED_LIGHT",
    "RULES",
    "SCORED",
    "SCORED_AS",
    "Offence",
    "offences",
]


def offences(result: RunResult) -> tuple[Offence, ...]:
    """Return what counted as a violation while the cameras of a run looked."""
    moving: dict[str, Waits | Rides | Turns] = {
        STOP_LINE: Waits(result), WRONG_WAY: Rides(result), PROHIBITED_TURN: Turns(result)
    }  # fmt: skip
    judge = {KERB_PARKING: _Kerbs(result).offence, RED_LIGHT: _Lights(result).offence}
    judge |= {rule: partial(_moving, result, sights.sight) for rule, sights in moving.items()}
    speeds = Speeds(result)
    judge |= {SPEEDING: speeds.speeding, RACING: speeds.racing, SECTION_SPEED: speeds.over_a_section}
    found = [judge[one.rule](one) for one in result.violations if one.rule in judge and not one.exempt]
    exempt = frozenset(one.vehicle_id for one in result.violations if one.exempt)
    # what a view showed first: it is told to the second, what is told of a road may be any time on it
    return (*speeds.shown(exempt), *(offence for offence in found if offence is not None))


def _moving(
    result: RunResult, sight_of: Callable[[TrueViolation], Sight | None], act: TrueViolation
) -> Offence | None:
    """Return an act at a line, on a road or in a turn as an offence, if it was observed."""
    sight = sight_of(act) if observed(result, act) else None
    if sight is None:
        return None
    span_ns = act.opened_ns, sight.until_ns
    return Offence(result.seed, act, *span_ns, sight.in_view, sight.in_zone, sight.borderline)


class _Kerbs:
    """Stands at the kerb, by the signs of the views' site plans."""

    def __init__(self, result: RunResult) -> None:
        self._result = result
        self._zones = [zone for view in result.views for zone in view.site.no_parking]
        offset_s = result.views[0].site.utc_offset_s if result.views else 0
        day_s = 24 * 3600
        local_s = result.start_ns // NS_PER_S + offset_s
        self._midnight_ns = (local_s - local_s % day_s - offset_s) * NS_PER_S

    def offence(self, stand: TrueViolation) -> Offence | None:
        """Return the stand as an offence: long enough, in the window, where a sign forbids it."""
        here = [zone for zone in self._zones if zone.area.contains(stand.position_m)[0]]
        signed = _zone_at(self._result.network, stand.place)
        if not self._zones or not (here or signed):
            return None
        sign = (here or self._zones)[0]
        start_ns, end_ns = self._span_ns(stand, sign)
        spare_s = (end_ns - start_ns) / NS_PER_S - sign.minimum_stand_s
        if spare_s < -STAND_TOLERANCE_S:
            return None
        return Offence(
            seed=self._result.seed,
            violation=stand,
            since_ns=start_ns + seconds(sign.minimum_stand_s),
            until_ns=end_ns,
            in_view=bool(here),
            in_zone=signed == self._result.scenario.zone,
            borderline=spare_s <= STAND_TOLERANCE_S,
        )

    def _span_ns(self, stand: TrueViolation, sign: NoParkingZone) -> tuple[int, int]:
        """Return the part of the stand that is inside the window and was observed."""
        starts, ends = [stand.opened_ns, self._result.start_ns], [self._result.end_ns]
        if stand.closed_ns is not None:
            ends.append(stand.closed_ns)
        if sign.window is not None:
            starts.append(self._midnight_ns + sign.window.start_s * NS_PER_S)
            ends.append(self._midnight_ns + sign.window.end_s * NS_PER_S)
        return max(starts), min(ends)


class _Lights:
    """Crossings on red, by the stop lines of the views' site plans."""

    def __init__(self, result: RunResult) -> None:
        self._result = result
        self._lines = [line for view in result.views for line in view.site.stop_lines]
        self._junctions = junctions_of_zone(result)

    def offence(self, crossing: TrueViolation) -> Offence | None:
        """Return the crossing as an offence, if it was observed."""
        if not self._result.start_ns <= crossing.opened_ns < self._result.end_ns:
            return None
        road = self._result.network.road_of.get(crossing.place)
        return Offence(
            seed=self._result.seed,
            violation=crossing,
            since_ns=crossing.opened_ns,
            until_ns=crossing.opened_ns,
            in_view=any(_crosses(line, crossing) for line in self._lines),
            in_zone=road is not None and road.end in self._junctions,
            borderline=crossing.amount < RED_UNCERTAINTY_S
            or (crossing.left_s is not None and crossing.left_s < GREEN_UNCERTAINTY_S),
        )


def _crosses(line: StopLine, crossing: TrueViolation) -> bool:
    along_m = line.line.along_m([crossing.position_m])[0]
    beside = -BESIDE_LINE_M <= along_m <= line.line.length_m() + BESIDE_LINE_M
    return line.group == crossing.place and bool(beside)


def _zone_at(network: RoadNetwork, place: str) -> str:
    road = network.road_of.get(place)
    return place if road is None else road.zone
