import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scenarios.experiments.intervals import Interval
from scenarios.offences import KERB_PARKING, RED_LIGHT
from scenarios.planning.compare import Comparison, Decision, RenderedRow, decide, pair
from scenarios.planning.evenings import Hours, counted, usual_hours
from scenarios.reports.comparison import write_comparison
from scenarios.reports.wording import Words
from scenarios.score import Share
from scenarios.spec import load_plan, load_scenario
from scenarios.texts import read_catalogue
from tests.evenings import compared, evening, plan, setting, town
from tests.synthetic_run import ZONE, at, crossing, scenario, stand
from twin.network import library

ONE, MORE = plan("one", 40.0, 262.0), plan("more", 40.0, 120.0, 200.0, 262.0)


def test_a_plan_with_itself_differs_by_exactly_0() -> None:
    found = compared(ONE, ONE, 10)
    assert all(one.same for one in found.pairs)
    assert found.decision is Decision.NOT_RESOLVED
    for row in found.rows:
        assert row.difference is not None
        assert (row.difference.estimate, row.difference.low, row.difference.high) == (0.0, 0.0, 0.0)


def test_a_planted_better_plan_is_found_better_whichever_side_it_is_on() -> None:
    assert compared(ONE, MORE, 10).decision is Decision.B
    assert compared(MORE, ONE, 10).decision is Decision.A


def test_one_evening_or_a_difference_that_does_not_matter_decides_nothing() -> None:
    assert compared(ONE, MORE, 1).decision is Decision.NOT_RESOLVED
    assert compared(ONE, MORE, 10, threshold=0.9).decision is Decision.NOT_RESOLVED


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.03, 0.08, Decision.B),
        (0.01, 0.08, Decision.NOT_RESOLVED),
        (-0.01, 0.01, Decision.NOT_RESOLVED),
        (-0.08, -0.03, Decision.A),
    ],
)
def test_the_whole_interval_must_lie_beyond_the_threshold(
    low: float, high: float, expected: Decision
) -> None:
    assert decide(Interval((low + high) / 2, low, high, 10), 0.02) is expected


def test_only_what_would_count_in_a_score_counts() -> None:
    acts = (
        stand(1, "16:10:00", "16:20:00", place=ZONE),
        stand(2, "15:40:00", "15:59:00", place=ZONE),  # before the ban
        stand(3, "16:10:00", "16:11:02", place=ZONE),  # borderline
        stand(4, "18:50:00", None, place=ZONE),  # the ban ends after ten minutes
        stand(5, "16:10:00", "16:20:00", place="xb"),  # no sign there
        crossing(6, "16:10:00"),
        crossing(7, "16:10:00", into_red_s=0.1),
        replace(crossing(8, "16:10:00"), place="elsewhere"),
    )
    found = counted(acts, setting(), town(), (at("15:30"), at("19:15")), 1)
    assert found.rules == (KERB_PARKING, KERB_PARKING, RED_LIGHT)
    assert found.acts.lasting_s.tolist() == [540.0, 540.0, 0.0]
    assert found.acts.approach.tolist() == [-1, -1, 0]


def test_the_usual_hours_lie_in_the_scenario() -> None:
    assert usual_hours(scenario()).start.hour == 17
    early = scenario(end=scenario().short_end)
    assert usual_hours(early) == Hours(early.start, early.end)


@pytest.mark.slow
def test_the_traffic_of_a_seed_is_the_same_whatever_the_plans(tmp_path: Path) -> None:
    setup = replace(load_scenario("beruang-madu"), warmup_s=60.0)
    network = library.resolve(setup.network)
    hours = Hours(setup.short_start, setup.short_start.replace(minute=setup.short_start.minute + 2))
    base, plus = load_plan("beruang-madu"), load_plan("beruang-madu-plus")
    one = pair(Comparison(setup, network, base, base, hours), 3)
    two = pair(Comparison(setup, network, base, plus, hours), 3)
    assert one.same
    assert one.evening.rules == two.evening.rules
    assert np.array_equal(one.chance_a, two.chance_a)
    assert (two.chance_b >= two.chance_a).all()
    del tmp_path


@pytest.mark.parametrize("lang", ["en", "id"])
def test_the_report_leads_with_the_decision_and_refers_to_nothing_outside(lang: str, tmp_path: Path) -> None:
    page = write_comparison(compared(ONE, MORE, 10), tmp_path, "bconnect compare one more", lang)
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"https?:", text)
    assert not re.search(r"@import|url\((?!#)", text)
    order = ["decision", "key", "maps", "table", "pairs", "takes", "assumptions", "reproduce"]
    assert [name for name in re.findall(r'<(?:div|section)[^>]* id="(\w+)"', text) if name in order] == order
    assert 'class="decision good"' in text


def test_the_json_carries_the_decision_the_seeds_and_how_it_was_seen(tmp_path: Path) -> None:
    write_comparison(compared(ONE, MORE, 10), tmp_path, "bconnect compare one more")
    told = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert told["decision"] == "B"
    assert (told["seen"], told["calibrated"], told["simulated"]) == ("analytic", False, True)
    assert [one["seed"] for one in told["seeds"]] == list(range(1, 11))
    assert told["seeds"][0]["violations"] == {KERB_PARKING: 30, RED_LIGHT: 4}
    assert all(row["seen"] == "analytic" for row in told["rows"])
    assert told["plans"][1]["price_idr"] == 2 * told["plans"][0]["price_idr"] > 0


def test_a_report_without_anything_to_compare_is_still_whole(tmp_path: Path) -> None:
    text = write_comparison(compared(ONE, ONE, 1), tmp_path, "bconnect compare one one").read_text()
    assert 'class="decision open"' in text


def test_a_closed_form_outside_the_rendered_interval_is_said_not_to_fit(tmp_path: Path) -> None:
    share = Share(1, 5)
    rows = [
        RenderedRow("A", RED_LIGHT, 1, 5, share.value, expected, *share.interval) for expected in (0.3, 0.8)
    ]
    text = write_comparison(compared(ONE, MORE, 3), tmp_path, "bconnect", rendered=rows).read_text()
    assert text.count("the closed form does not fit") == 1
    told = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert [one["fits"] for one in told["rendered"]] == [True, False]


def test_every_text_of_a_comparison_is_in_the_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()
    text = Words.text

    def noting(self: Words, message: str, **values: object) -> str:
        asked.add(message)
        return text(self, message, **values)

    monkeypatch.setattr(Words, "text", noting)
    rows = [RenderedRow("A", RED_LIGHT, 0, 9, 0.0, 0.9, 0.0, 0.3)]
    write_comparison(compared(ONE, MORE, 3), tmp_path, "bconnect compare one more", "id", rows)
    assert asked - {str(message.id) for message in read_catalogue("id")} == set()


def test_evenings_have_no_violation_twice() -> None:
    assert len(evening(1).acts) == len(evening(1).rules) == 34
