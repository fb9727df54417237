"""Clear, violating and borderline fixtures of turns that a sign forbids."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from detectors.datatypes.frame import NS_PER_S, TimeBase
from detectors.datatypes.plates import PlateReading
from detectors.datatypes.site import SitePlan
from detectors.datatypes.violations import Reason, Verdict, VerdictKind, WindowPhase
from detectors.violations.prohibited_turn import ProhibitedTurnRule
from tests.judgement import Place, at, drive, observe, signed_site, track, turns_right

T0 = at(17)


def run(
    path: Callable[[float], Place | None] = turns_right(),  # noqa: B008 - a pure function
    start_ns: int = T0,
    plan: SitePlan | None = None,
    time_base: TimeBase = TimeBase.UTC,
) -> list[Verdict]:
    return drive(ProhibitedTurnRule(plan or signed_site()), start_ns, 25, {1: path}, time_base=time_base)


def always() -> SitePlan:
    plan = signed_site()
    return replace(plan, prohibited_turns=(replace(plan.prohibited_turns[0], windows=()),))


def test_the_turn_in_the_hours_of_the_sign_is_a_violation() -> None:
    found = run()
    assert [(v.kind, v.phase) for v in found] == [
        (VerdictKind.VIOLATION, WindowPhase.OPENED),
        (VerdictKind.VIOLATION, WindowPhase.CLOSED),
    ]
    assert (found[0].article, found[0].place, found[0].unit) == ("287(1)", "right", "s")
    assert T0 < found[0].opened_ns < found[0].updated_ns


def test_the_turn_outside_these_hours_is_clear() -> None:
    assert [v.kind for v in run(start_ns=at(21))] == [VerdictKind.CLEAR]
    assert run(start_ns=at(21), plan=always())[0].kind is VerdictKind.VIOLATION


@pytest.mark.parametrize("start_ns", [at(5, 59, 50), at(19, 59, 45)])
def test_at_the_edge_of_the_hours_the_clock_decides_nothing(start_ns: int) -> None:
    assert [v.reason for v in run(start_ns=start_ns)] == [Reason.NEAR_SIGN_HOURS]


def test_without_a_time_of_day_only_a_sign_without_hours_can_be_judged() -> None:
    assert [v.reason for v in run(time_base=TimeBase.MEDIA)] == [Reason.TIME_OF_DAY_UNKNOWN]
    assert run(plan=always(), time_base=TimeBase.MEDIA)[0].kind is VerdictKind.VIOLATION


def test_going_straight_on_is_not_judged() -> None:
    assert run(lambda t_s: (-40.0 + 8.0 * t_s, -2.0)) == []


def test_coming_from_elsewhere_is_not_judged() -> None:
    assert run(lambda t_s: (10.0, 40.0 - 8.0 * t_s)) == []


def test_unseen_on_the_way_it_may_be_another_vehicle() -> None:
    path = turns_right()
    assert [v.reason for v in run(lambda t_s: None if 6.5 < t_s < 9 else path(t_s))] == [Reason.NOT_OBSERVED]


def test_who_may_have_passed_beside_the_gate_is_not_accused() -> None:
    path = turns_right(at_x=15.6)  # its end is at 15
    assert [v.reason for v in run(path)] == [Reason.PLACE_UNCERTAIN]
    assert run(turns_right(at_x=19.0)) == []


def test_who_turns_back_before_the_exit_is_not_judged() -> None:
    path = turns_right()
    assert run(lambda t_s: path(min(t_s, 9.0))) == []


@pytest.mark.parametrize(
    ("before", "after", "leapt_s", "reason"),
    [
        ("KX 3908 YH", "KX 4641 KZ", None, Reason.TRACK_LEAPS),  # two riders who passed each other
        ("KX 3908 YH", "KX 3908 YH", 9.0, None),
        ("KX 3908 YH", None, 9.0, Reason.TRACK_LEAPS),
        (None, "KX 4641 KZ", 9.0, Reason.TRACK_LEAPS),
        (None, None, 9.0, Reason.TRACK_LEAPS),
        (None, None, 2.0, None),  # before the entry
        (None, "KX 4641 KZ", None, None),
    ],
)
def test_who_leaves_by_the_exit_is_who_came_in_by_plates_or_without_a_leap(
    before: str | None, after: str | None, leapt_s: float | None, reason: Reason | None
) -> None:
    rule, path, found = ProhibitedTurnRule(signed_site()), turns_right(), []
    for n in range(250):
        t_s, now_ns = n / 10, T0 + n * NS_PER_S // 10
        text = before if t_s < 9.0 else after
        seen = replace(
            track(1, now_ns, path(t_s)),
            plate=PlateReading(text, 1.0) if text else None,
            leapt_ns=None if leapt_s is None or t_s < leapt_s else T0 + round(leapt_s * NS_PER_S),
        )
        found += rule.judge(observe(now_ns, seen))
    assert [one.reason for one in found] == [reason]
    assert (found[0].kind is VerdictKind.VIOLATION) == (reason is None)


def told_from(x_m: float, path: Callable[[float], Place]) -> Callable[[float], Place | None]:
    """Return a path of which nothing is seen before it is `x_m` behind the entry."""
    return lambda t_s: place if (place := path(t_s))[0] >= x_m else None


@pytest.mark.parametrize(("x_m", "accused"), [(0.1, True), (3.0, True), (6.0, False)])
def test_who_is_first_told_just_behind_the_entry_and_drives_on_has_come_through_it(
    x_m: float, *, accused: bool
) -> None:
    """A rider who had waited there, or came fast into a narrow view, is told anew where he sets out."""
    found = run(told_from(x_m, turns_right()))
    assert [v.kind for v in found[:1]] == [VerdictKind.VIOLATION] * accused


@pytest.mark.parametrize(
    "path",
    [
        lambda t_s: (2.0, 30.0 - 6.0 * t_s),  # along the line, over to where the turn leads
        lambda t_s: (2.0 + max(0.0, t_s - 5.0) * 0.5, -2.0),  # stands there, and hardly moves
        lambda t_s: (40.0 - 6.0 * t_s, -2.0) if t_s < 7 else (-2.0, -2.0),  # the other way
    ],
)
def test_who_is_first_told_there_and_goes_another_way_is_not_judged(
    path: Callable[[float], Place],
) -> None:
    assert run(lambda t_s: path(t_s) if t_s >= 4.0 else None) == []
