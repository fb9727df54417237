"""What `make verify` writes down: every statement with its runs, what failed, and the circumstances."""

import xml.etree.ElementTree as ET

import pytest

from detectors.datatypes.detections import VehicleClass
from scenarios.bench.agreement import Agreement, Placed
from scenarios.experiments.plate_scenes import PlateLight
from scenarios.experiments.plate_trials import Attempt, Outcome, PlateTrial
from tests.verification import plates_page, ranking_page
from tests.verification.__main__ import PROOFS, parser
from tests.verification.page import Effort, Finding, Table, page
from tests.verification.pytest_proof import finding
from tests.verification.replications import _percent

REPORT = """
<testsuite>
  <testcase name="test_nobody_is_lost[1-True]" time="1.5">
    <properties><property name="vehicles" value="210"/></properties>
  </testcase>
  <testcase name="test_nobody_is_lost[2-True]" time="2.0">
    <properties><property name="vehicles" value="198"/></properties>
  </testcase>
  <testcase name="test_queues_clear[1]" time="0.5">
    <failure message="AssertionError: assert 3 == 0&#10;more">trace</failure>
  </testcase>
</testsuite>
"""


def cases(*rows: int) -> list[ET.Element]:
    found = list(ET.fromstring(REPORT).iter("testcase"))  # noqa: S314 - our own text
    return [found[row] for row in rows]


def test_runs_of_one_statement_are_told_together_with_the_span_of_what_was_measured() -> None:
    told = finding(cases(0, 1), exit_code=0)
    assert told.holds
    assert told.sentence == "All hold: statements 1, runs 2, failed 0."
    assert told.tables[0].rows == (("nobody is lost", "2", "0", "198 to 210 vehicles", "3.5"),)


def test_a_failure_is_named_with_its_first_line() -> None:
    told = finding(cases(0, 1, 2), exit_code=1)
    assert not told.holds
    assert told.sentence == "Not all hold: statements 2, runs 3, failed 1."
    assert told.tables[1].rows == (("test_queues_clear[1]: AssertionError: assert 3 == 0",),)


def test_what_is_known_not_to_hold_is_told_with_its_reason() -> None:
    text = (
        '<testcase name="test_turns" time="1"><skipped type="pytest.xfail" message="15 % slow" /></testcase>'
    )
    told = finding([ET.fromstring(text)], exit_code=0)  # noqa: S314 - our own text
    assert told.holds
    assert told.sentence.endswith("Known not to hold: 1, told below.")
    assert told.tables[1].rows == (("test_turns: 15 % slow",),)


def test_a_statement_of_which_no_run_was_made_is_not_said_to_hold() -> None:
    text = (
        '<testcase name="test_ahead[{}]" time="0"><skipped type="pytest.skip" message="no peer" /></testcase>'
    )
    left = [ET.fromstring(text.format(n)) for n in (1, 2)]  # noqa: S314 - our own text
    told = finding([*cases(0), *left], exit_code=0)
    assert not told.holds
    assert told.sentence == "Not all shown: statements 2, runs 1, failed 0. Not run: 2, told below."
    assert told.tables[0].rows[1] == ("ahead", "0", "0", "", "0.0")
    assert told.tables[1].rows == (("test_ahead[1]: no peer",), ("test_ahead[2]: no peer",))


def test_a_run_left_out_beside_others_of_its_statement_is_told() -> None:
    text = (
        '<testcase name="test_nobody_is_lost[3]"><skipped type="pytest.skip" message="no peer" /></testcase>'
    )
    told = finding([*cases(0), ET.fromstring(text)], exit_code=0)  # noqa: S314 - our own text
    assert told.holds
    assert told.sentence == "All hold: statements 1, runs 1, failed 0. Not run: 1, told below."


@pytest.mark.parametrize(("rows", "exit_code"), [((), 5), ((), 0), ((0,), 2)])
def test_a_proof_that_did_not_run_does_not_hold(rows: tuple[int, ...], exit_code: int) -> None:
    assert not finding(cases(*rows), exit_code=exit_code).holds


def test_a_run_that_left_no_report_says_how_it_ended() -> None:
    assert finding([], exit_code=-9).sentence == "Nothing was shown: pytest ended with exit code -9."


def test_a_page_tells_commit_extent_cores_and_versions() -> None:
    table = Table("Numbers", ("a", "b"), (("1", "x|y"),), "A note.")
    text = page("A proof", Finding(True, "All holds.", (table,)), Effort("short", "abc123", 2.4, 1.6))
    assert text.startswith(
        "# A proof\n\nAll holds.\n\n## Numbers\n\n| a | b |\n| --- | --- |\n| 1 | x/y |\n\nA note.\n"
    )
    for row in ("| commit | abc123 |", "| extent | short |", "| took | 2 s, 2 s of processor time |"):
        assert row in text
    assert "cores |" in text
    assert "| numpy |" in text


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "excerpt of beruang-madu, seeds 1, 2, 3, 4, 5"),
        (["--short"], "excerpt of beruang-madu, seeds 1"),
        (["--seeds", "2", "--evening"], "whole evening of beruang-madu, seeds 1, 2"),
    ],
)
def test_the_command_line_says_how_far_the_replications_go(arguments: list[str], expected: str) -> None:
    assert PROOFS["beruang-madu"].extent(parser().parse_args(arguments)) == expected


@pytest.mark.parametrize(("share", "text"), [(None, "-"), (0.0, "0.0 %"), (0.9756, "97.6 %")])
def test_a_share_without_trials_is_a_dash(share: float | None, text: str) -> None:
    assert _percent(share) == text


def test_a_ranking_is_told_in_the_order_of_the_twin_with_the_place_on_the_street() -> None:
    placed = (
        Placed("b", 0.9, (0.8, 1.0), 0.2, (0.1, 0.3)),
        Placed("a", 0.5, (0.4, 0.6), 0.7, (0.6, 0.8)),
    )
    told = ranking_page.finding(Agreement("F1", placed, -1.0, -1.0, 0.5), "twin", "street")
    assert "tau-b of 2 settings is -1.00 (95 %: -1.00 to 0.50): not resolved" in told.sentence
    assert [(row[0], row[1], row[4]) for row in told.tables[0].rows] == [("1", "b", "2"), ("2", "a", "1")]
    agreed = ranking_page.finding(Agreement("F1", placed, 1.0, 0.2, 1.0), "twin", "street")
    assert agreed.holds
    assert agreed.sentence.endswith("the orders agree.")
    assert not ranking_page.finding(Agreement("F1", placed, -1.0, -1.0, -0.2), "twin", "street").holds
    assert len(ranking_page.SETTINGS) >= 6


def plates(*outcomes: Outcome, light: PlateLight = PlateLight.DAY) -> tuple[PlateTrial, ...]:
    read = {Outcome.EXACT: "KX 1 A", Outcome.WRONG: "KX 7 A", Outcome.UNREADABLE: ""}
    return tuple(
        PlateTrial(
            light, VehicleClass.CAR, "KX 1 A", (Attempt(20.0, one, read[one]),), one, read[one],
            "doubtful" if one is Outcome.UNREADABLE else "", 0.1,
        )
        for one in outcomes
    )  # fmt: skip


def test_plates_hold_where_no_bar_is_missed_and_nobody_is_named_wrongly() -> None:
    exact, unread, wrong = Outcome.EXACT, Outcome.UNREADABLE, Outcome.WRONG
    most = plates(*[exact] * 19, unread)
    told = plates_page.finding(most)
    assert told.holds
    assert "19 of 20 (day)" in told.sentence
    assert "below 0.1391 (95 %) for the 20 whose plate shows" in told.sentence
    assert "is not shown by so many" in told.sentence
    bars = told.tables[0].rows
    assert bars[0] == ("day", "95%", "19 of 20", "0.950", "0.751 to 0.999", "yes", "no")
    assert told.tables[-1].rows == (("doubtful", "1", "0"),)
    assert not plates_page.finding(plates(*[exact] * 18, unread, unread)).holds
    assert not plates_page.finding(plates(*[exact] * 99, wrong)).holds
    assert not plates_page.finding((*most, *plates(exact, unread, light=PlateLight.RAIN))).holds


def test_three_thousand_plates_without_an_error_show_one_in_a_thousand() -> None:
    enough, lacking = (plates_page.finding(plates(*[Outcome.EXACT] * n)).sentence for n in (2995, 2994))
    assert "That at most 1 in 1,000 is wrong is shown." in enough
    assert "That at most 1 in 1,000 is wrong is not shown by so many." in lacking
