"""Which acts at lines, on one-way roads and in turns count, and which cases are about them."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.datatypes.geometry import LineSegment, Polygon
from detectors.datatypes.site import DailyWindow, OneWay, ProhibitedTurn
from scenarios.results import RunResult
from scenarios.score import Match, score
from tests.synthetic_run import Accusation, at, crossing, plate, run
from twin.truth import TrueViolation

WAY = OneWay("ax", Polygon(np.array([[150, -4], [250, -4], [250, 8], [150, 8.0]])), 0.0)
BAN = ProhibitedTurn(
    "ax>xb", LineSegment(290, 6, 290, -4), LineSegment(306, 6, 306, -4), (DailyWindow(6 * 3600, 17 * 3600),)
)


def act(
    rule: str, when: str, until: str | None = None, amount: float = 2.0, vehicle: int = 1
) -> TrueViolation:
    spot = {"stop_line": (300.0, 0.0), "wrong_way": (260.0, 0.0)}.get(rule, (300.0, 0.0))
    closed = None if until is None else at(until)
    return TrueViolation(rule, vehicle, 0, plate(vehicle), "ax", spot, at(when), closed, amount)


def accused(rule: str, offence: str, opened: str, vehicle: int = 1) -> Accusation:
    return Accusation(rule, vehicle, offence, opened, plate(vehicle))


def signed(result: RunResult) -> RunResult:
    """Return a run whose views have a one-way stretch and a prohibited turn."""
    views = tuple(
        replace(view, site=replace(view.site, one_way=(WAY,), prohibited_turns=(BAN,)))
        for view in result.views
    )
    return replace(result, views=views)


@pytest.mark.parametrize(
    ("true", "case"),
    [
        (act("stop_line", "17:00:10"), accused("stop_line", "17:00:08", "17:00:13")),
        (act("wrong_way", "17:00:00", "17:00:20", 90.0), accused("wrong_way", "17:00:06", "17:00:12")),
        (act("prohibited_turn", "16:00:10", None, 1.0), accused("prohibited_turn", "16:00:06", "16:00:11")),
    ],
)
def test_a_case_is_about_an_act_of_its_rule_and_vehicle_in_its_time(
    true: TrueViolation, case: Accusation
) -> None:
    found = score(signed(run((true,), (case,)))).rule(true.rule)
    assert (found.view_recall.hits, found.view_recall.trials) == (1, 1)
    assert (found.precision.hits, found.precision.trials) == (1, 1)
    other = replace(case, vehicle=2, plate=plate(2))
    told = score(signed(run((true,), (other,))))
    assert told.rule(true.rule).view_recall.hits == 0
    assert [one.match for one in told.matches] == [Match.WRONG_VEHICLE]


def test_a_jump_start_is_scored_as_the_crossing_on_red_that_it_is() -> None:
    found = score(run((crossing(1, "17:00:10", 40.0),), (accused("jump_start", "17:00:10", "17:00:12"),)))
    assert found.rule("red_light").view_recall.hits == 1
    assert found.rule("red_light").precision.trials == 1


def test_a_crossing_just_before_green_counts_in_neither_way() -> None:
    near = replace(crossing(1, "17:00:10", 40.0), left_s=0.3)
    far = replace(crossing(2, "17:10:10", 40.0), left_s=1.3)
    found = score(run((near, far), ())).rule("red_light")
    assert (found.view_recall.trials, found.borderline) == (1, 1)


def test_who_creeps_on_at_one_red_has_stood_beyond_the_line_once() -> None:
    acts = (
        act("stop_line", "17:00:10", amount=0.8),
        act("stop_line", "17:00:40"),
        act("stop_line", "17:10:00"),
    )
    found = score(run(acts, (accused("stop_line", "17:00:36", "17:00:41"),))).rule("stop_line")
    assert (found.view_recall.hits, found.view_recall.trials, found.borderline) == (1, 2, 0)


@pytest.mark.parametrize(("seen", "match"), [("17:00:40", Match.CORRECT), ("17:01:10", Match.WRONG_VEHICLE)])
def test_who_stands_beyond_the_line_is_rightly_accused_whenever_he_is_seen_there(
    seen: str, match: Match
) -> None:
    """A detector that misses much sees him late: he stood there from 17:00:10 until he drove on."""
    until = "17:00:55"
    told = score(run((act("stop_line", "17:00:10", until),), (accused("stop_line", seen, "17:01:12"),)))
    assert [one.match for one in told.matches] == [match]


def test_a_hand_beyond_the_line_counts_in_neither_way() -> None:
    found = score(run((act("stop_line", "17:00:10", amount=0.6),), ())).rule("stop_line")
    assert (found.view_recall.trials, found.borderline) == (0, 1)


@pytest.mark.parametrize(
    ("amount", "until", "trials", "borderline"),
    [
        (90.0, "17:00:20", 1, 0),  # 80 m of it in view
        (35.0, "17:00:08", 0, 1),  # 25 m
        (22.0, "17:00:05", 0, 1),
        (90.0, None, 0, 1),  # it was not over
    ],
)
def test_of_a_ride_what_a_view_shows_counts(
    amount: float, until: str | None, trials: int, borderline: int
) -> None:
    found = score(signed(run((act("wrong_way", "17:00:00", until, amount),), ()))).rule("wrong_way")
    assert (found.view_recall.trials, found.borderline) == (trials, borderline)


def test_a_view_with_one_picture_a_second_shows_no_ride() -> None:
    rode = act("wrong_way", "17:00:00", "17:00:20", 90.0)
    result = signed(run((rode,), ()))
    seldom = replace(result.plan, views=tuple(replace(view, fps=1.0) for view in result.plan.views))
    found = score(replace(result, plan=seldom)).rule("wrong_way")
    assert (found.view_recall.trials, found.system_recall.trials) == (0, 1)


@pytest.mark.parametrize(("sigma_m", "trials"), [(0.1, 1), (0.8, 0)])
def test_beyond_a_line_is_who_is_beyond_what_its_survey_leaves_open(sigma_m: float, trials: int) -> None:
    result = run((act("stop_line", "17:00:10", amount=1.3),), ())
    views = tuple(
        replace(
            view,
            site=replace(
                view.site, stop_lines=tuple(replace(x, sigma_m=sigma_m) for x in view.site.stop_lines)
            ),
        )
        for view in result.views
    )
    found = score(replace(result, views=views)).rule("stop_line")
    assert (found.view_recall.trials, found.borderline) == (trials, 1 - trials)


def test_a_turn_within_the_error_of_the_clock_of_its_sign_counts_in_neither_way() -> None:
    acts = (act("prohibited_turn", "16:59:50", None, 1.0), act("prohibited_turn", "16:59:00", None, 1.0, 2))
    found = score(signed(run(acts, ()))).rule("prohibited_turn")
    assert (found.view_recall.trials, found.borderline) == (1, 1)
