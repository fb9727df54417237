import json
from dataclasses import replace
from pathlib import Path

import pytest

from detectors.archive.store import CaseStore
from detectors.cases.policy import STAND_IN
from detectors.datatypes.cases import Case, CaseEvent, CaseState, CaseTrack
from scenarios.cli.main import main
from scenarios.desk.statistics import statistics
from tests.desk_result import desk_result
from tests.enforcement import DAY_NS, OPENED_NS, case_in

S = CaseState
MOVING = CaseTrack.MOVING


def reviewed(state: CaseState, ground: str, number: int) -> Case:
    case = case_in(S.CAPTURED)
    event = CaseEvent("c", OPENED_NS, state, ground, "dishub", "D-1")
    return replace(case, case_id=f"c{number}", history=(*case.history, event))


def test_reviews_are_counted_with_their_reasons_and_the_stand_in_is_no_officer() -> None:
    cases = [
        reviewed(S.REJECTED, "plate-misread", 1),
        reviewed(S.REJECTED, "no-offence", 2),
        reviewed(S.REJECTED, "no-offence", 3),
        *(reviewed(S.ACCEPTED, "", number) for number in range(4, 9)),
        reviewed(S.ACCEPTED, STAND_IN, 9),
        reviewed(S.PICTURE_ASKED, "", 10),
    ]
    told = statistics(cases, OPENED_NS)
    assert told.decisions == {
        ("accepted", ""): 5,
        ("picture-asked", ""): 1,
        ("rejected", "no-offence"): 2,
        ("rejected", "plate-misread"): 1,
    }
    assert (told.rejected.hits, told.rejected.trials, told.stand_in) == (3, 8, 1)
    low, high = told.rejected.interval
    assert low == pytest.approx(0.0852, abs=1e-4)  # Clopper and Pearson for 3 of 8
    assert high == pytest.approx(0.7551, abs=1e-4)
    assert told.states["kerb_parking", "rejected"] == 3
    assert sum(told.states.values()) == told.cases == 10
    assert len(told.ages_days) == 7  # the rejected are closed


def test_nobody_reviewed_means_no_rate() -> None:
    told = statistics([case_in(S.CAPTURED)], OPENED_NS)
    assert told.rejected.value is None
    assert told.rejected.interval == (0.0, 1.0)


@pytest.mark.parametrize(
    ("states", "what", "due"),
    [
        ((S.CAPTURED,), "letter", 3),
        ((S.CAPTURED, S.ACCEPTED), "letter", 3),
        ((S.CAPTURED, S.ACCEPTED, S.LETTER), "answer", 8),
        ((S.CAPTURED, S.ACCEPTED, S.LETTER, S.CONFIRMED, S.TILANG), "payment", 15),
    ],
)
def test_what_is_due_on_a_day_is_overdue_from_the_next(
    states: tuple[CaseState, ...], what: str, due: int
) -> None:
    case = case_in(*states, track=MOVING)
    assert statistics([case], OPENED_NS + due * DAY_NS).overdue == ()
    (late,) = statistics([case], OPENED_NS + (due + 4) * DAY_NS).overdue
    assert (late.what, late.days) == (what, 4)


def test_a_standing_case_that_waits_has_no_day_of_its_own() -> None:
    assert statistics([case_in(S.CAPTURED)], OPENED_NS + 99 * DAY_NS).overdue == ()
    told = statistics([case_in(S.CAPTURED), case_in(S.CAPTURED, S.REJECTED)], OPENED_NS + 5 * DAY_NS)
    assert told.ages_days == (5,)


def test_the_command_counts_a_result_with_its_verdicts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "desk"
    desk_result(out)
    assert main(["cases", "stats", str(out), "--on", "2026-01-20", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["cases"] == 10
    assert {(row["rule"], row["n"]) for row in told["states"]} == {("kerb_parking", 6), ("red_light", 4)}
    assert [(row["rule"], row["verdict"], row["n"]) for row in told["verdicts"]] == [
        ("kerb_parking", "violation", 6),
        ("red_light", "violation", 4),
    ]
    assert [row["days"] for row in told["overdue"]] == [5, 5, 5, 5]
    assert main(["cases", "stats", str(out), "--on", "2026-01-20", "--lang", "id"]) == 0
    said = capsys.readouterr().out
    assert "10 kasus" in said
    assert "Lewat tenggat" in said
    assert main(["cases", "stats", str(out), "--on", "yesterday"]) == 2
    (out / "run" / "kerb-1-utara.jsonl").write_text("{}\n", encoding="utf-8")
    assert main(["cases", "stats", str(out)]) == 2
    assert "line 1: not a line of a run log" in capsys.readouterr().err
    with CaseStore(tmp_path / "bare") as store:
        store.put(case_in(S.CAPTURED))
    assert main(["cases", "stats", str(tmp_path / "bare"), "--on", "2026-01-12", "--lang", "en"]) == 0
    assert "Verdicts" not in capsys.readouterr().out
