import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors.archive.store import CaseStore
from detectors.cases.evidence import OUTLINE_BGR, Box
from detectors.datatypes.arrays import UInt8Array
from scenarios.cli.main import main
from scenarios.desk.exchange import moved_outline
from scenarios.desk.finding import find_case
from scenarios.desk.images import decoded
from scenarios.desk.questions import OUTLINE_MOVED, PLATE_EXCHANGED, Question, questions
from scenarios.desk.quiz import LINES, WHY, quiz_page
from scenarios.errors import InputError
from scenarios.texts import LANGUAGES, read_catalogue
from tests.desk_result import NEIGHBOUR, OWN, desk_result


@pytest.fixture(scope="module", name="out")
def _out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("quiz") / "desk"
    desk_result(out)
    return out


@pytest.fixture(scope="module", name="asked")
def _asked(out: Path) -> tuple[Question, ...]:
    return questions(out, 20, seed=1)


def outline_share(picture: UInt8Array, box: Box) -> float:
    """Return which share of the edge of a box has the colour of an outline."""
    x0, y0, x1, y1 = (int(edge) for edge in box)
    edge = np.concatenate(
        [picture[y0, x0:x1], picture[y1 - 1, x0:x1], picture[y0:y1, x0], picture[y0:y1, x1 - 1]]
    )
    apart = np.abs(edge.astype(int) - np.array(OUTLINE_BGR)).max(axis=1)
    return float(np.mean(apart < 90))


def test_a_quiz_has_right_cases_wrong_ones_of_the_run_and_made_ones(asked: tuple[Question, ...]) -> None:
    assert len(asked) == 10
    assert len({one.case.case_id for one in asked}) == 10
    why = [one.why for one in asked]
    assert why.count("did-nothing") == 2  # what the run itself got wrong comes first
    assert PLATE_EXCHANGED in why
    assert OUTLINE_MOVED in why
    assert sum(one.made for one in asked) == 4
    assert sum(one.right for one in asked) == 4
    assert all(one.right != one.made for one in asked if one.why != "did-nothing")
    assert {one.why for one in asked} <= WHY.keys()


def test_an_exchanged_plate_is_a_neighbours_and_the_picture_shows_the_true_one(
    asked: tuple[Question, ...],
) -> None:
    for one in (one for one in asked if one.why == PLATE_EXCHANGED):
        assert one.case.plate is not None
        assert one.plate != one.case.plate.text == one.truth["plate"]
        assert one.truth["said"] == one.plate
        assert "plate" in [kind for kind, _ in one.pictures]


def test_a_moved_outline_stands_around_the_neighbour_alone(out: Path, asked: tuple[Question, ...]) -> None:
    with CaseStore(out, create=False) as store:
        for one in (one for one in asked if one.why == OUTLINE_MOVED):
            moved = decoded(dict(one.pictures)[one.truth["kind"]])
            kept = {p.kind.value: store.content(p.path) for p in store.pictures(one.case.case_id)}
            before = decoded(kept[one.truth["kind"]])
            assert outline_share(before, OWN) > 0.9
            assert outline_share(before, NEIGHBOUR) < 0.1
            assert outline_share(moved, OWN) < 0.1
            assert outline_share(moved, NEIGHBOUR) > 0.9
            assert dict(one.pictures)["vehicle"] == kept["vehicle"]
            elsewhere = np.abs(moved.astype(int) - before)[250:, 500:]
            assert elsewhere.max() < 40  # nothing else was touched


def test_without_a_neighbour_a_clip_or_a_log_no_outline_is_moved(out: Path, tmp_path: Path) -> None:
    with CaseStore(out, create=False) as store:
        case = store.case(find_case(store, "kerb-1*0001"))
        assert moved_outline(store, out / "run", case) is not None
        assert moved_outline(store, tmp_path, case) is None
        assert moved_outline(store, out / "run", replace(case, track_id=999)) is None
        lines = (out / "run" / f"{case.view}.jsonl").read_text(encoding="utf-8").splitlines()
        told = [json.loads(line) for line in lines]
        for record in told:
            record["tracks"] = record["tracks"][:1]
        alone = "\n".join(json.dumps(one, sort_keys=True, separators=(",", ":")) for one in told)
        (tmp_path / f"{case.view}.jsonl").write_text(alone, encoding="utf-8")
        assert moved_outline(store, tmp_path, case) is None


def test_the_same_seed_asks_the_same_and_another_otherwise(out: Path, asked: tuple[Question, ...]) -> None:
    def order(found: tuple[Question, ...]) -> list[tuple[str, str]]:
        return [(one.case.case_id, one.why) for one in found]

    assert order(questions(out, 20, 1)) == order(asked)
    assert any(order(questions(out, 20, seed)) != order(asked) for seed in (2, 3))
    assert len(questions(out, 5, 1)) == 5


def page_data(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    told: dict[str, Any] = json.loads(found.group(1))
    return told


def test_the_page_is_one_file_in_both_languages(asked: tuple[Question, ...]) -> None:
    text = quiz_page(asked, "id")
    told = page_data(text)
    assert told["language"] == "id"
    assert told["points"]["accused"] < -told["points"]["right"]
    assert [one["right"] for one in told["questions"]] == [one.right for one in asked]
    for one in told["questions"]:
        assert all(one["why"][language] for language in LANGUAGES)
        assert all(picture["src"].startswith("data:image/jpeg") for picture in one["pictures"])
    assert not re.search(r'(src|href)="(?!data:)', text.replace('"src":"', ""))
    assert "http" not in re.sub(r'"src":"[^"]*"', "", text).replace("http-equiv", "")
    assert "default-src 'none'" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_of_the_quiz_has_a_text(language: str) -> None:
    known = {str(message.id) for message in read_catalogue(language) if message.id}
    assert {*LINES, *WHY.values()} <= known


def test_a_case_cannot_break_out_of_its_page(asked: tuple[Question, ...]) -> None:
    evil = replace(asked[0], case=replace(asked[0].case, place="</script><b>x"))
    text = quiz_page([evil], "en")
    assert "</script><b>x" not in text
    assert "</script><b>x" in page_data(text)["questions"][0]["statement"][4][1]["en"]


def test_a_result_without_truth_or_without_cases_is_told(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError, match=r"no report\.json here"):
        questions(tmp_path, 5, 1)
    (tmp_path / "report.json").write_text('{"runs": 3}', encoding="utf-8")
    with pytest.raises(InputError, match="not a report of a run"):
        questions(tmp_path, 5, 1)
    (tmp_path / "report.json").write_text('{"runs": []}', encoding="utf-8")
    with pytest.raises(InputError, match="no case with pictures"):
        questions(tmp_path, 5, 1)
    assert main(["cases", "quiz", str(out), "--out", str(tmp_path / "q" / "quiz.html"), "--lang", "en"]) == 0
    assert "10 cases, 6 of them wrong, 4 made so" in capsys.readouterr().out
    assert (tmp_path / "q" / "quiz.html").is_file()
