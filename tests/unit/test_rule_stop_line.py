"""Clear, violating and borderline fixtures of standing beyond the stop line at red."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.signals import Aspect, SignalStates
from detectors.datatypes.site import SitePlan
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Reason, Verdict, VerdictKind, WindowPhase
from detectors.violations.fronts import FRONT_M, margin_m
from detectors.violations.stop_line import StopLineRule
from detectors.violations.track_noise import DEFAULT_NOISE, TWIN, TrackNoise
from tests.judgement import Place, at, drive, lights, observe, site, track

T0 = at(17)
CAR, RIDER = VehicleClass.CAR, VehicleClass.MOTORCYCLE
GREEN_AT_20 = lights((at(16, 59), Aspect.RED), (at(17, 0, 20), Aspect.GREEN))
MARGIN_M = margin_m(site().stop_lines[0].sigma_m, CAR)


def boxed(depth_m: float = 10.0) -> SitePlan:
    plan = site()
    return replace(plan, stop_lines=(replace(plan.stop_lines[0], motorcycle_box_m=depth_m),))


def waits(
    front_m: float, kind: VehicleClass = CAR, stops_at_s: float = 8.0, goes_at_s: float = 21.0, y: float = 0.0
) -> Callable[[float], Place]:
    """Drives up, stands with its front `front_m` beyond the line, and sets out."""

    def path(t_s: float) -> Place:
        before = 5.0 * min(t_s - stops_at_s, 0.0)
        return before + front_m - FRONT_M[kind] + 5.0 * max(0.0, t_s - goes_at_s), y

    return path


def run(
    path: Callable[[float], Place | None],
    signals: Callable[[int], SignalStates] = GREEN_AT_20,
    *,
    plan: SitePlan | None = None,
    kind: VehicleClass = CAR,
) -> list[Verdict]:
    return drive(StopLineRule(plan or site()), T0, 30, {1: path}, signals=signals, kind=kind)


def test_standing_beyond_the_line_at_red_is_a_violation_with_the_metres_beyond() -> None:
    found = run(waits(3.0))
    assert [(v.kind, v.phase) for v in found] == [
        (VerdictKind.VIOLATION, WindowPhase.OPENED),
        (VerdictKind.VIOLATION, WindowPhase.CLOSED),
    ]
    assert (found[0].article, found[0].unit) == ("287(1)", "m")
    assert found[0].extremum == pytest.approx(3.0, abs=0.1)
    assert found[0].uncertainty == found[1].uncertainty == pytest.approx(MARGIN_M)
    assert at(17, 0, 7) < found[0].opened_ns < at(17, 0, 9)


def test_standing_before_the_line_is_clear() -> None:
    assert [v.kind for v in run(waits(-2.0))] == [VerdictKind.CLEAR]


@pytest.mark.parametrize(
    ("front_m", "kind"),
    [
        (-1.1 * MARGIN_M, VerdictKind.CLEAR),
        (-0.9 * MARGIN_M, VerdictKind.UNDETERMINED),
        (0.9 * MARGIN_M, VerdictKind.UNDETERMINED),
        (1.1 * MARGIN_M, VerdictKind.VIOLATION),
    ],
)
def test_as_far_as_the_place_is_uncertain_nothing_is_said(front_m: float, kind: VerdictKind) -> None:
    found = run(waits(front_m))
    assert found[0].kind is kind
    assert found[0].uncertainty == (MARGIN_M if kind is VerdictKind.VIOLATION else None)
    assert (found[0].reason is Reason.PLACE_UNCERTAIN) == (kind is VerdictKind.UNDETERMINED)


def test_a_bus_reaches_farther_and_is_known_less_well() -> None:
    assert margin_m(0.3, VehicleClass.BUS) > margin_m(0.3, CAR) > margin_m(0.3, RIDER)
    assert run(waits(1.6, VehicleClass.BUS), kind=VehicleClass.BUS)[0].reason is Reason.PLACE_UNCERTAIN
    assert run(waits(1.6, RIDER), kind=RIDER)[0].kind is VerdictKind.VIOLATION


def test_motorcycles_may_wait_in_their_box_and_cars_may_not() -> None:
    assert [v.kind for v in run(waits(-2.0, RIDER), plan=boxed(), kind=RIDER)] == [VerdictKind.CLEAR]
    found = run(waits(-2.0), plan=boxed())
    assert found[0].kind is VerdictKind.VIOLATION
    assert found[0].extremum == pytest.approx(8.0, abs=0.1)
    assert [v.kind for v in run(waits(-12.0), plan=boxed())] == [VerdictKind.CLEAR]


def test_motorcycles_have_to_stay_behind_the_far_line_of_their_box() -> None:
    assert run(waits(2.5, RIDER), plan=boxed(), kind=RIDER)[0].kind is VerdictKind.VIOLATION


def test_who_may_be_a_motorcycle_is_not_accused_of_standing_in_its_box() -> None:
    unknown = VehicleClass.UNKNOWN
    assert [v.reason for v in run(waits(-2.0, unknown), plan=boxed(14.0), kind=unknown)] == [
        Reason.CLASS_UNKNOWN
    ]


def test_who_crossed_on_green_and_was_held_up_is_clear() -> None:
    signals = lights((at(16, 59), Aspect.GREEN), (at(17, 0, 12), Aspect.RED), (at(17, 0, 20), Aspect.GREEN))
    assert [v.kind for v in run(waits(4.0), signals)] == [VerdictKind.CLEAR]


def test_who_crossed_at_the_change_is_undetermined() -> None:
    signals = lights((at(16, 59), Aspect.GREEN), (at(17, 0, 7.4), Aspect.RED), (at(17, 0, 20), Aspect.GREEN))
    assert [v.reason for v in run(waits(3.0), signals)] == [Reason.NEAR_SIGNAL_CHANGE]


def test_a_track_that_begins_beyond_the_line_is_undetermined() -> None:
    path = waits(3.0)
    found = run(lambda t_s: path(t_s) if t_s > 9 else None)
    assert [v.reason for v in found] == [Reason.TRACK_BEGAN_PAST_LINE]


def test_standing_at_green_is_not_judged() -> None:
    assert run(waits(3.0), lights((at(16, 59), Aspect.GREEN))) == []


def test_without_a_signal_feed_only_who_keeps_behind_the_line_is_judged() -> None:
    assert [v.reason for v in run(waits(3.0), lights())] == [Reason.SIGNAL_UNKNOWN]
    assert [v.kind for v in run(waits(-3.0), lights())] == [VerdictKind.CLEAR]


def test_a_short_halt_is_no_stand() -> None:
    assert run(waits(3.0, goes_at_s=10.0)) == []


def test_passing_and_standing_beside_the_line_are_not_judged() -> None:
    assert run(waits(3.0, stops_at_s=1e3)) == []
    assert run(waits(3.0, y=9.0)) == []


def test_one_stand_is_told_once_however_it_creeps() -> None:
    path = waits(3.0)
    found = run(lambda t_s: (path(t_s)[0] + (2.0 if t_s > 14 else 0.0), 0.0))
    assert [v.phase for v in found] == [WindowPhase.OPENED, WindowPhase.CLOSED]


def test_where_turning_left_on_red_is_permitted_the_left_lane_may_be_about_to() -> None:
    plan = site(left_on_red=True)
    assert [v.reason for v in run(waits(3.0, y=3.0), plan=plan)] == [Reason.MAY_TURN_LEFT]
    assert run(waits(3.0, y=-3.0), plan=plan)[0].kind is VerdictKind.VIOLATION


def told_of(path: Callable[[float], Place], seen: Callable[[Track], Track]) -> list[Verdict]:
    """Judge a rider along a path for 30 s at 5 pictures a second, told as `seen` makes it."""
    rule, found = StopLineRule(site()), list[Verdict]()
    for tick in range(150):
        now_ns = T0 + tick * NS_PER_S // 5
        one = seen(track(1, now_ns, path(tick / 5), kind=RIDER))
        found += rule.judge(observe(now_ns, one, signals=GREEN_AT_20(now_ns)))
    return found


def test_a_box_over_two_riders_accuses_neither() -> None:
    both = (100.0, 100.0, 128.0, 124.0)  # a rider is 11 px wide there
    wide = told_of(waits(3.0, RIDER), lambda one: replace(one, box_px=both))
    assert [(v.kind, v.reason) for v in wide] == [(VerdictKind.UNDETERMINED, Reason.PLACE_UNCERTAIN)]
    now_and_then = told_of(
        waits(3.0, RIDER), lambda one: one if one.timestamp_ns // NS_PER_S % 2 else replace(one, box_px=both)
    )
    assert {v.kind for v in now_and_then} == {VerdictKind.UNDETERMINED}
    alone = told_of(waits(3.0, RIDER), lambda one: one)
    assert alone[0].kind is VerdictKind.VIOLATION


def test_who_may_have_been_taken_for_another_since_he_was_before_the_line_is_not_accused() -> None:
    leap_ns = at(17, 0, 7) + 9 * NS_PER_S // 10
    leapt = told_of(
        waits(3.0, RIDER),
        lambda one: replace(one, leapt_ns=leap_ns) if one.timestamp_ns >= leap_ns else one,
    )
    assert [(v.kind, v.reason) for v in leapt] == [(VerdictKind.UNDETERMINED, Reason.TRACK_LEAPS)]


def test_a_detector_that_errs_by_more_accuses_nobody_who_is_less_far_beyond() -> None:
    def first(front_m: float, noise: TrackNoise) -> VerdictKind:
        rule = StopLineRule(site(), noise=noise)
        return drive(rule, T0, 30, {1: waits(front_m)}, signals=GREEN_AT_20)[0].kind

    assert first(1.5, DEFAULT_NOISE) is VerdictKind.VIOLATION
    assert first(1.5, TWIN) is VerdictKind.UNDETERMINED  # 60 m away, some 1.7 m along the sight
    assert first(7.0, TWIN) is VerdictKind.VIOLATION


def test_whose_foot_is_hidden_is_told_of_by_an_exact_detector_alone() -> None:
    hider = (98.0, 104.0, 116.0, 136.0)

    def kinds(noise: TrackNoise, place_m: float) -> set[VerdictKind]:
        rule, found = StopLineRule(site(), noise=noise), list[Verdict]()
        for tick in range(150):
            now_ns, t_s = T0 + tick * NS_PER_S // 5, tick / 5
            rider = track(1, now_ns, waits(place_m, RIDER)(t_s), kind=RIDER)
            before_him = replace(track(2, now_ns, (-30.0, 0.0)), box_px=hider)
            found += rule.judge(observe(now_ns, rider, before_him, signals=GREEN_AT_20(now_ns)))
        return {one.kind for one in found if one.track_id == 1}

    assert VerdictKind.VIOLATION in kinds(DEFAULT_NOISE, 7.0)
    assert kinds(TWIN, 7.0) == {VerdictKind.UNDETERMINED}
