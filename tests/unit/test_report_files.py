import base64
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import cv2
import jsonschema
import numpy as np
import pytest

from scenarios.experiments.intervals import Interval
from scenarios.reports.pictures import THUMBNAIL_PX, thumbnail_uri
from scenarios.reports.replications import COVERAGE, replications
from scenarios.reports.report import write_report
from scenarios.reports.schema import command, config_sha256, schema_text
from scenarios.reports.wording import Words
from scenarios.results import RunResult
from scenarios.score import Share, score
from scenarios.texts import read_catalogue
from tests.synthetic_run import evening, jpeg, run, scenario
from twin.cameras.plans import CameraPlan

VOID = {"meta", "img", "br", "path", "use"}


class Outline(HTMLParser):
    """Reads a page: its ids, its text, and whether every element was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        self._note(attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._note(attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())

    def _note(self, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(str(value))
            if name in ("src", "href", "xlink:href"):
                self.links.append(str(value))


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunResult, ...]:
    out = tmp_path_factory.mktemp("runs")
    return tuple(evening(out / f"seed-{seed}", seed=seed) for seed in (1, 2, 3))


@pytest.fixture(scope="module", params=["en", "id"])
def page(
    request: pytest.FixtureRequest, runs: tuple[RunResult, ...], tmp_path_factory: pytest.TempPathFactory
) -> str:
    out = tmp_path_factory.mktemp("page")
    return write_report(runs, [score(one) for one in runs], out, request.param).read_text(encoding="utf-8")


def told(results: tuple[RunResult, ...], out: Path) -> dict[str, object]:
    write_report(results, [score(one) for one in results], out)
    loaded: dict[str, object] = json.loads((out / "report.json").read_text(encoding="utf-8"))
    return loaded


def test_the_page_refers_to_nothing_outside_itself(page: str) -> None:
    assert not re.search(r"https?:", page)
    outline = Outline()
    outline.feed(page)
    assert all(link.startswith(("data:image/jpeg;base64,", "#")) for link in outline.links)
    assert not re.search(r"@import|url\((?!#)", page)


def test_the_page_is_whole(page: str) -> None:
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))
    known = set(outline.ids)
    assert {link[1:] for link in outline.links if link.startswith("#")} <= known
    assert set(re.findall(r"url\(#([^)]+)\)", page)) <= known


def test_the_sections_stand_in_the_agreed_order(page: str) -> None:
    order = [
        "decision",
        "key",
        "place",
        "rules",
        "cases",
        "evening",
        "replications",
        "assumptions",
        "reproduce",
    ]
    outline = Outline()
    outline.feed(page)
    assert [name for name in outline.ids if name in order] == order


def test_a_report_speaks_the_language_asked_for(runs: tuple[RunResult, ...], tmp_path: Path) -> None:
    one = runs[:1]
    page = write_report(one, [score(one[0])], tmp_path, "id").read_text(encoding="utf-8")
    assert '<html lang="id">' in page
    assert "Kamis, 27 November 2025" in page
    assert "Thursday" not in page
    assert "Score by rule" not in page


def test_the_page_shows_evidence_and_every_kind_of_error(page: str) -> None:
    assert page.count('<article class="card case">') == 9
    assert page.count("data:image/jpeg") > 20
    assert "nobody" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_json_is_as_its_schema_says(runs: tuple[RunResult, ...], count: int, tmp_path: Path) -> None:
    schema = json.loads(schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(told(runs[:count], tmp_path))


def test_an_evening_in_which_nothing_happened_still_has_a_report(tmp_path: Path) -> None:
    document = told((run((), (), out=tmp_path),), tmp_path)
    jsonschema.Draft202012Validator(json.loads(schema_text())).validate(document)
    assert "nothing of the kind happened" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_gate_stands_on_top(runs: tuple[RunResult, ...], tmp_path: Path) -> None:
    assert 'class="decision bad"' in write_report(runs, [score(one) for one in runs], tmp_path).read_text()
    free = evening(tmp_path, setting=scenario(gates=()))
    assert 'class="decision open"' in write_report([free], [score(free)], tmp_path).read_text()
    easy = evening(tmp_path, setting=scenario(gates=(("kerb_parking", 0.5, 0.5),)))
    assert 'class="decision good"' in write_report([easy], [score(easy)], tmp_path).read_text()


def test_the_same_runs_give_the_same_bytes(runs: tuple[RunResult, ...], tmp_path: Path) -> None:
    pages = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        pages.append(write_report(runs, [score(one) for one in runs], tmp_path / name).read_bytes())
    assert pages[0] == pages[1]


def test_text_from_files_cannot_become_markup(tmp_path: Path) -> None:
    hostile = evening(tmp_path, setting=scenario(name="<script>alert(1)</script>", zone="<b>"))
    page = write_report([hostile], [score(hostile)], tmp_path).read_text(encoding="utf-8")
    assert "<script>" not in page


def test_runs_and_scores_must_belong_together(runs: tuple[RunResult, ...], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="3 runs and 1 scores"):
        write_report(runs, [score(runs[0])], tmp_path)
    with pytest.raises(ValueError, match="0 runs"):
        write_report((), (), tmp_path)


def test_the_command_gives_the_same_runs_again(runs: tuple[RunResult, ...]) -> None:
    said = command(runs)
    assert said == (
        "bconnect validate beruang-madu --plan two-views --detector motion "
        "--day 2025-11-27 --seed 1 --seeds 3"
    )


def test_another_plan_has_another_fingerprint() -> None:
    one = run((), ())
    other = run((), (), setting=scenario(warmup_s=1.0))
    assert config_sha256(one) == config_sha256(run((), (), seed=2))
    assert config_sha256(one) != config_sha256(other)
    assert CameraPlan("two-views", ()) != one.plan


def test_replications_pair_within_a_run(runs: tuple[RunResult, ...]) -> None:
    rows = replications([score(one) for one in runs])
    paired = [row for row in rows if row.paired]
    assert [row.measure for row in paired] == [COVERAGE, COVERAGE]
    assert all(isinstance(row.interval, Interval) and row.interval.n == 3 for row in rows)


def test_a_thumbnail_is_small_and_a_broken_picture_named(tmp_path: Path) -> None:
    file = tmp_path / "context.jpg"
    file.write_bytes(jpeg("wide", (1280, 720)))
    assert thumbnail_uri(file).startswith("data:image/jpeg;base64,")
    data = np.frombuffer(base64.b64decode(thumbnail_uri(file).split(",")[1]), np.uint8)
    assert cv2.imdecode(data, cv2.IMREAD_COLOR).shape[1] == THUMBNAIL_PX
    file.write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"context\.jpg: not a picture"):
        thumbnail_uri(file)


def test_numbers_read_as_the_language_writes_them() -> None:
    english, indonesian = Words("en"), Words("id")
    assert english.number(1234.5, 1) == "1,234.5"
    assert indonesian.number(1234.5, 1) == "1.234,5"
    assert english.percent(0.925).split() == ["92", "%"]
    assert english.interval(Share(0, 0)) == english.percent(None) == "\N{EN DASH}"


def test_every_text_of_a_report_is_in_the_catalogue(
    runs: tuple[RunResult, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()
    text = Words.text

    def noting(self: Words, message: str, **values: object) -> str:
        asked.add(message)
        return text(self, message, **values)

    monkeypatch.setattr(Words, "text", noting)
    write_report(runs, [score(one) for one in runs], tmp_path, "id")
    known = {str(message.id) for message in read_catalogue("id")}
    assert asked - known == set()
