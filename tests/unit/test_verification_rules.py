"""What the page of all rules tells of evenings: bars, bounds, doubts and misses."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.experiments.intervals import exact_interval, upper_bound
from scenarios.score import Match
from tests.verification import rules_page
from tests.verification.rules.setting import EARLY, KERBS, KINDS, LATE, RACES, run_spec
from tests.verification.rules.shares import clustered
from tests.verification.rules.tally import RULES, Accused, Act, Tally

TRIALS = st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=60)


def evening(
    found: int = 20,
    missed: int = 0,
    wrong: int = 0,
    rules: tuple[str, ...] = RULES,
    cause: str = "UNDETERMINED: not-observed",
) -> Tally:
    acts = [Act(rule, n, True) for rule in rules for n in range(found)]
    acts += [Act(rule, 100 + n, False, cause) for rule in rules for n in range(missed)]
    cases = [Accused(rule, n, Match.CORRECT) for rule in rules for n in range(found)]
    cases += [Accused(rule, 200 + n, Match.WRONG_VEHICLE, "says") for rule in rules for n in range(wrong)]
    said = ((("speeding", "undetermined", "speed-near-limit"), 7), (("speeding", "clear", ""), 2))
    return Tally("early", 1, 15.0, 1000, tuple(acts), tuple(cases), said, ((("red_light", "why"), 3),), ())


def test_it_holds_where_all_are_found_and_nobody_is_wronged() -> None:
    told = rules_page.finding([evening()])
    assert told.holds
    assert "red_light 20/20 and 20/20" in told.sentence
    assert "0 of 140 cases name a wrong vehicle" in told.sentence
    table = told.tables[0]
    row = dict(zip(table.columns[9:], table.rows[1][9:], strict=True))
    assert row["wrong vehicle"] == "0"
    assert row["wrong at most (95 %)"] == f"{upper_bound(0, 20):.4f}"  # the rule of three
    assert row["counted neither way"] == "3"


@pytest.mark.parametrize(
    ("one", "lack"),
    [
        (evening(found=17, missed=3), "red_light recall 85.0 %"),
        (evening(found=20, wrong=1), "red_light precision 95.2 %; red_light names 1 wrong"),
        (evening(rules=("speeding",)), "racing recall -; racing precision -"),  # nothing shown is no proof
    ],
)
def test_what_is_not_reached_is_named(one: Tally, lack: str) -> None:
    told = rules_page.finding([one])
    assert not told.holds
    assert lack in told.sentence


def test_doubts_and_misses_are_told_by_rule_and_reason() -> None:
    told = rules_page.finding([evening(missed=2)])
    tables = {table.heading: table for table in told.tables}
    assert ("speeding", "UNDETERMINED: not-observed", "2") in tables["Misses by cause"].rows
    assert tables["UNDETERMINED by rule and reason"].rows == (("speeding", "speed-near-limit", "7"),)
    assert "CLEAR: speeding 2" in tables["UNDETERMINED by rule and reason"].note


def test_evenings_go_on_until_each_rule_has_enough_or_the_seeds_are_over() -> None:
    few, enough = evening(found=10, rules=EARLY.rules), evening(found=150, rules=EARLY.rules)
    first = rules_page.FIRST
    assert rules_page._next({}, 2, 2) == [("early", first), ("kerbs", first)]
    assert rules_page._next({("early", first): few}, 1, 2) == [("kerbs", first), ("late", first)]
    done = {("early", first): enough}
    for kind in (KERBS, LATE, RACES):
        assert rules_page._next(done, 3, 1) == [(kind.name, first)]
        acts = tuple(replace(one, rule=kind.rules[0]) for one in enough.acts)
        done[kind.name, first] = replace(enough, kind=kind.name, acts=acts)
    assert rules_page._next(done, 3, 2) == []


def test_the_evenings_are_for_all_rules_and_their_cameras_stand_on_the_map() -> None:
    assert {rule for kind in KINDS for rule in kind.rules} == set(RULES)
    for kind in KINDS:
        spec = run_spec(kind, 120.0)
        first, last = spec.span_ns()
        assert last - first == 120 * 10**9
        names = [view.name for view in spec.plan.views]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch("[a-z0-9-]+", name) for name in names)  # else cases of two views share an id
        assert {name for camera in spec.plan.cameras for name in camera.views} == set(names)


@settings(deadline=None, max_examples=60)
@given(TRIALS)
def test_an_interval_of_clusters_holds_its_share_and_is_no_narrower_than_of_single_trials(
    trials: list[tuple[int, bool]],
) -> None:
    share = clustered(trials)
    low, high = exact_interval(share.hits, share.trials)
    assert share.trials == len(trials)
    assert share.low <= low + 1e-9
    assert share.high >= high - 1e-9
    if share.value is not None:
        assert share.low <= share.value <= share.high


def test_of_single_trials_it_is_about_the_exact_interval() -> None:
    share = clustered((n, n < 45) for n in range(50))
    assert (share.low, share.high) == pytest.approx(exact_interval(45, 50), abs=0.002)
