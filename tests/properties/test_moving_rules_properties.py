"""Nobody who keeps to lines, directions and signs is accused while places are off by what they may be."""

import math
from collections.abc import Callable

from hypothesis import example, given, settings
from hypothesis import strategies as st

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.signals import Aspect, SignalStates
from detectors.datatypes.site import SitePlan
from detectors.datatypes.violations import Verdict, VerdictKind, WindowPhase
from detectors.ports import Rule
from detectors.violations.fronts import FRONT_M, margin_m
from detectors.violations.jump_start import JumpStart
from detectors.violations.prohibited_turn import ProhibitedTurnRule
from detectors.violations.stop_line import StopLineRule
from detectors.violations.wrong_way import WrongWay
from tests.judgement import Motion, Place, at, drive, lights, signed_site, turns_right

EVERY_S = 0.2
MODEST = settings(deadline=None, max_examples=25)
RULES: tuple[Callable[[SitePlan], Rule], ...] = (JumpStart, StopLineRule, WrongWay, ProhibitedTurnRule)
CLASSES = st.sampled_from(list(VehicleClass))
SIGMA_M = min(signed_site().stop_lines[0].sigma_m, signed_site().one_way[0].sigma_m)
NOISE = st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=23, max_size=23)
AHEAD: list[Place] = [(1.0, 0.0)] * 23  # off by as much as may be, all the time: what no mean takes away
ASIDE: list[Place] = [(-1.0, 0.0)] * 23
BACK_AND_FORTH: list[Place] = [(1.0, 0.0), (-1.0, 0.0)] * 11 + [(0.0, 0.0)]
RED_UNTIL_20 = lights((at(16, 59), Aspect.RED), (at(17, 0, 20), Aspect.GREEN))


def shaken(path: Callable[[float], Place], noise: list[Place], by_m: float) -> Callable[[float], Place]:
    """Return a path each of whose places is off by less than `by_m`."""

    def off(t_s: float) -> Place:
        (x, y), (dx, dy) = path(t_s), noise[round(t_s * 5) % len(noise)]
        scale = 0.999 * by_m / max(1.0, math.hypot(dx, dy))
        return x + dx * scale, y + dy * scale

    return off


def accused(rule: Rule, path: Callable[[float], Place], kind: VehicleClass) -> list[Verdict]:
    found = drive(rule, at(17), 30, {1: path}, signals=RED_UNTIL_20, kind=kind, every_s=EVERY_S)
    return [verdict for verdict in found if verdict.kind is VerdictKind.VIOLATION]


@MODEST
@given(kind=CLASSES, front_m=st.floats(-9, 0), y=st.floats(-4, 4), noise=NOISE)
@example(kind=VehicleClass.CAR, front_m=0.0, y=0.0, noise=AHEAD)
@example(kind=VehicleClass.MOTORCYCLE, front_m=0.0, y=0.0, noise=AHEAD)
def test_who_waits_behind_the_line_is_never_accused(
    kind: VehicleClass, front_m: float, y: float, noise: list[Place]
) -> None:
    def waits(t_s: float) -> Place:
        before, after = 6.0 * min(t_s - 8, 0.0), 6.0 * max(t_s - 21, 0.0)
        return before + after + front_m - FRONT_M[kind], y

    path = shaken(waits, noise, margin_m(SIGMA_M, kind))
    assert accused(StopLineRule(signed_site()), path, kind) == []


@MODEST
@given(kind=CLASSES, speed_mps=st.floats(0, 15), y=st.floats(-6, 6), noise=NOISE)
@example(kind=VehicleClass.MOTORCYCLE, speed_mps=0.0, y=0.0, noise=BACK_AND_FORTH)
def test_who_goes_with_the_traffic_or_stands_is_never_accused(
    kind: VehicleClass, speed_mps: float, y: float, noise: list[Place]
) -> None:
    path = shaken(lambda t_s: (-90.0 + speed_mps * t_s, y), noise, margin_m(SIGMA_M))
    assert accused(WrongWay(signed_site()), path, kind) == []


@MODEST
@given(kind=CLASSES, speed_mps=st.floats(3, 9), at_x=st.floats(15, 25), noise=NOISE)
@example(kind=VehicleClass.CAR, speed_mps=6.0, at_x=15.0, noise=ASIDE)
def test_who_does_not_drive_through_both_gates_is_never_accused(
    kind: VehicleClass, speed_mps: float, at_x: float, noise: list[Place]
) -> None:
    path = shaken(turns_right(at_x, speed_mps), noise, margin_m(SIGMA_M))
    assert accused(ProhibitedTurnRule(signed_site()), path, kind) == []


@MODEST
@given(kind=CLASSES, front_m=st.floats(-3, 0), goes_at_s=st.floats(20, 24))
def test_who_sets_out_at_green_is_never_accused_however_late_it_is_told(
    kind: VehicleClass, front_m: float, goes_at_s: float
) -> None:
    def waits(t_s: float) -> Place:
        return 6.0 * min(t_s - 8, 0.0) + 4.0 * max(t_s - goes_at_s, 0.0) + front_m - FRONT_M[kind], 0.0

    plan = signed_site()
    late_s = 20 + plan.signal_lag_s
    told: Callable[[int], SignalStates] = lights((at(16, 59), Aspect.RED), (at(17, 0, late_s), Aspect.GREEN))
    found = drive(JumpStart(plan), at(17), 30, {1: waits}, signals=told, kind=kind)
    assert [verdict for verdict in found if verdict.kind is VerdictKind.VIOLATION] == []


# faster than who may be reversing (3 m/s): at just that speed rounding decides
paths: st.SearchStrategy[Callable[[float], Place]] = st.one_of(
    st.builds(turns_right, st.floats(6, 14), st.floats(3.1, 9)),
    st.builds(lambda v: lambda t_s: (-25.0 - v * t_s, 6.0), st.floats(3.1, 8)),
    st.builds(
        lambda over: lambda t_s: (5 * min(t_s - 8, 0.0) + over + 4 * max(0.0, t_s - 18), 0.0), st.floats(0, 3)
    ),
)
motions = st.builds(Motion, st.floats(-3, 3), st.tuples(st.floats(-900, 900), st.floats(-900, 900)))


def gist(found: list[Verdict]) -> list[tuple[VerdictKind, WindowPhase, str]]:
    return [(v.kind, v.phase, str(v.reason)) for v in found]


@MODEST
@given(path=paths, motion=motions, rule=st.sampled_from(RULES))
def test_a_rigid_motion_changes_no_verdict(
    path: Callable[[float], Place], motion: Motion, rule: Callable[[SitePlan], Rule]
) -> None:
    still, moved = (
        drive(
            rule(signed_site(how)), at(17), 25, {1: path}, signals=RED_UNTIL_20, motion=how, every_s=EVERY_S
        )
        for how in (Motion(), motion)
    )
    assert gist(still) == gist(moved)
    for one, other in zip(still, moved, strict=True):  # where an edge is met is a matter of rounding
        assert abs(one.updated_ns - other.updated_ns) <= EVERY_S * NS_PER_S


@MODEST
@given(path=paths, far=st.tuples(st.floats(300, 900), st.floats(300, 900)), rule=st.sampled_from(RULES))
def test_a_far_vehicle_changes_no_verdict(
    path: Callable[[float], Place], far: Place, rule: Callable[[SitePlan], Rule]
) -> None:
    alone, beside = (
        drive(rule(signed_site()), at(17), 25, many, signals=RED_UNTIL_20, every_s=EVERY_S)
        for many in ({7: path}, {3: lambda _t: far, 7: path})
    )
    assert [verdict for verdict in beside if verdict.track_id == 7] == alone
