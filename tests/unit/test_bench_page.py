"""`bconnect detector bench`: the page and the JSON say what was measured, and bad input is one line."""

import json
import re
from pathlib import Path

import cv2
import jsonschema
import numpy as np
import pytest

from scenarios.bench.clip_source import ClipSource, read_labels
from scenarios.bench.document import NO_CLASSES, NO_SITE, ONE_CAMERA, UNLABELLED, Bench, document
from scenarios.bench.figures import Measured
from scenarios.bench.trial import try_on
from scenarios.bench.worst import KEPT
from scenarios.cli.main import main
from scenarios.errors import InputError
from scenarios.reports.bench_page import schema, write_bench
from scenarios.reports.bench_plots import plots
from scenarios.reports.wording import Words
from scenarios.texts import read_catalogue
from tests.bench_pictures import FRAMES, SIZE_PX, DrawnSource, drawn
from tests.contract.test_detector_contract import surveyed
from tests.drawn_clip import Clip as FreeClip
from tests.unit.test_report_files import Outline

HALF, PERFECT = "tests.bench_pictures:EverySecond", "tests.bench_pictures:Perfect"


def benched(*settings: str, source: DrawnSource | ClipSource | None = None) -> Bench:
    trials = try_on(source or DrawnSource(), settings)
    return Bench(tuple(Measured(one) for one in trials), "bconnect detector bench ...")


@pytest.fixture(scope="module", name="both")
def _both() -> Bench:
    return benched(PERFECT, HALF)


@pytest.fixture(name="clip")
def _clip(tmp_path: Path) -> Path:
    """A recording of drawn pictures as a folder of PNG, 6 a second, and its labels every third frame."""
    folder = tmp_path / "street"
    folder.mkdir()
    rows = ["# drawn", "vehicle,class,what,frame,x0,y0,x1,y1"]
    for number in range(FRAMES):
        image, labels = drawn(number)
        assert cv2.imwrite(str(folder / f"{number:04d}.png"), image)
        if number % 3 == 0 or number == FRAMES - 1:
            for row, box in enumerate(labels.boxes_px.tolist()):
                kind = ("motorcycle", "sedan")[row % 2]
                rows.append(f"{kind}-{row},{kind},passes,{number},{','.join(map(str, box))}")
    (tmp_path / "street.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder


@pytest.mark.parametrize("lang", ["en", "id"])
def test_the_page_is_whole_and_refers_to_nothing_outside(both: Bench, lang: str, tmp_path: Path) -> None:
    told = write_bench(both, tmp_path, lang)
    page = (tmp_path / "bench.html").read_text(encoding="utf-8")
    assert f'<html lang="{lang}">' in page
    assert not re.search(r"https?:", page)
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))
    assert all(link.startswith(("data:image/jpeg;base64,", "#")) for link in outline.links)
    sections = ["decision", "key", "figures", "recall", "cost", "worst", "reproduce"]
    assert [name for name in outline.ids if name in sections] == sections
    assert page.count("<svg") == 4
    assert json.loads((tmp_path / "bench.json").read_text(encoding="utf-8")) == told


def test_a_setting_with_a_long_path_leaves_room_for_the_plots() -> None:
    told = document(benched(PERFECT, HALF))
    for one in told["detectors"]:
        one["setting"] = "onnx:" + 20 * "/a-folder-of-weights" + "/mine.onnx"
    for drawn_plot in plots(told, Words("en")).values():  # a warning fails
        assert "a-folder" not in drawn_plot


def test_the_json_is_as_its_schema_says(both: Bench, clip: Path) -> None:
    checker = jsonschema.Draft202012Validator(schema())
    jsonschema.Draft202012Validator.check_schema(schema())
    checker.validate(document(both))
    checker.validate(document(benched(HALF)))
    checker.validate(document(benched(HALF, source=DrawnSource(every_s=6.0))))
    checker.validate(document(benched(HALF, source=ClipSource(clip))))


def test_every_text_of_the_page_is_in_the_catalogue(
    both: Bench, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: set[str] = set()
    text = Words.text

    def noting(self: Words, message: str, **values: object) -> str:
        asked.add(message)
        return text(self, message, **values)

    monkeypatch.setattr(Words, "text", noting)
    write_bench(both, tmp_path)
    write_bench(benched(HALF, source=ClipSource(clip)), tmp_path)
    write_bench(benched(HALF, source=ClipSource(clip, clip.with_suffix(".csv"))), tmp_path)
    names = {"mAP50", "mAP50-95", "AP50", "AP50-95", "F1", "HOTA", "DetA", "AssA", "IDF1"}
    assert asked - names - {str(one.id) for one in read_catalogue("id")} == set()


def test_the_worst_are_shown_once_each_the_largest_first(both: Bench) -> None:
    perfect, half = both.trials
    assert perfect.misses == perfect.false == half.false == ()
    assert len(half.misses) == KEPT
    assert {one.amount for one in half.misses} == {27.0}  # the largest of those it misses, on six cameras
    assert len({(one.clip, one.vehicle) for one in half.misses}) == KEPT
    picture = cv2.imdecode(np.frombuffer(half.misses[0].jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape[:2] == SIZE_PX[::-1]
    x0, y0 = (round(float(one)) for one in half.misses[0].box_px[:2])
    blue, _, red = picture[y0 + 6, x0].astype(int)
    assert red > 120 > blue  # an orange edge around what was missed


def test_a_recording_with_labels_is_measured_by_vehicle(clip: Path) -> None:
    told = document(benched(HALF, source=ClipSource(clip, clip.with_suffix(".csv"))))
    (one,) = told["detectors"]
    figures = {each["what"]: each for each in one["figures"]}
    assert figures["recall"]["value"] == 0.5
    assert told["on"]["drawn"] == {"what": "vehicles", "count": 6}
    assert told["simulated"] is False
    assert {NO_SITE, ONE_CAMERA} <= set(told["notes"])
    assert NO_CLASSES not in told["notes"]
    nameless = document(benched("tests.bench_pictures:Nameless", source=ClipSource(clip)))
    assert NO_CLASSES not in nameless["notes"]  # nothing is said of figures that are not there
    nameless = document(benched("tests.bench_pictures:Nameless"))
    assert NO_CLASSES in nameless["notes"]
    assert one["cpu_ms"]["detect"]["mean"] > 0
    assert 0 < one["cores"] < 1.5
    assert one["cpu_ms"]["judge"]["mean"] is None


def test_a_recording_without_labels_gives_counts_and_times_and_says_so(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = benched(PERFECT, source=ClipSource(clip))
    told = write_bench(bench, tmp_path)
    assert told["notes"] == [UNLABELLED]
    assert told["detectors"][0]["figures"] == []
    assert told["detectors"][0]["detections"] == 6 * len(bench.trials[0].looked)
    assert main(["detector", "bench", PERFECT, "--on", str(clip), "--out", str(tmp_path / "new")]) == 0
    assert "│ detections" in capsys.readouterr().out
    assert "Counts and times only" in (tmp_path / "bench.html").read_text(encoding="utf-8")


def test_a_surveyed_recording_is_followed_on_the_ground_and_judged(clip: Path) -> None:
    site = surveyed(FreeClip(width_px=SIZE_PX[0], height_px=SIZE_PX[1]))
    source = ClipSource(clip, clip.with_suffix(".csv"), site=site)
    told = document(benched(PERFECT, source=source))
    assert told["detectors"][0]["cpu_ms"]["judge"]["mean"] is not None
    assert NO_SITE not in told["notes"]
    pictures = [picture.labels for _, picture in source.pictures()]
    on_site = np.concatenate([one.on_site for one in pictures if one is not None])
    assert 0 < on_site.sum() < len(on_site)  # what stands above the horizon is on no road


def test_labels_between_two_rows_lie_on_the_line_between_them(clip: Path) -> None:
    (first, *_) = read_labels(clip.with_suffix(".csv"))
    assert first.box_px(4) == pytest.approx(drawn(4)[1].boxes_px[0])
    assert first.box_px(FRAMES) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("vehicle,frame\n", "missing: class, x0, y0, x1, y1"),
        (
            "vehicle,class,frame,x0,y0,x1,y1\na,cra,0,1,1,2,2\n",
            "line 2: unknown class 'cra'; did you mean 'car'",
        ),
        ("# hm\nvehicle,class,frame,x0,y0,x1,y1\na,car,0,1,1,2,x\n", "line 3: expected numbers in frame"),
        (
            "vehicle,class,frame,x0,y0,x1,y1\na,car,0,5,1,2,2\n",
            "line 2: expected a frame of 0 or more, x0 < x1",
        ),
        ("vehicle,class,frame,x0,y0,x1,y1\na,car,0,5,1,nan,2\n", "line 2: expected a frame of 0 or more"),
    ],
)
def test_bad_labels_are_told_by_file_and_line(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as told:
        read_labels(file)
    assert f"{file}" in str(told.value)
    assert says in str(told.value)


def test_the_command_writes_its_results_and_a_gate_not_passed_is_3(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "bench"
    asked = ("--on", str(clip), "--labels", str(clip.with_suffix(".csv")), "--out", str(out))
    assert main(["detector", "bench", HALF, *asked, "--fail-under", "0.4"]) == 0
    assert main(["detector", "bench", HALF, *asked, "--fail-under", "0.6"]) == 3
    assert main(["detector", "bench", "--compare", PERFECT, HALF, *asked, "--lang", "id"]) == 0
    said = capsys.readouterr().out
    assert "recall" in said
    assert "Laporan:" in said
    assert sorted(one.name for one in out.iterdir()) == ["bench.html", "bench.json"]
    assert len(json.loads((out / "bench.json").read_text())["detectors"]) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("motion", "--on", "nowhere"),
            "expected a dataset of `bconnect dataset export`, a scenario or a recording",
        ),
        (("motion", "--on", "bellr"), "did you mean 'beller'"),
        (("motion", "--on", "x/nowhere.mp4"), "x/nowhere.mp4: not there"),
        (("motoin", "--on", "beller"), "unknown detector 'motoin'"),
        (("twin@scoer=1", "--on", "beller"), "expected score=0..1"),
        (("--on", "beller"), "give the NAME of a detector, or two of them with --compare"),
        (("motion", "--on", "beller", "--compare", "motion", "twin"), "give the NAME of a detector, or two"),
        (("--on", "beller", "--compare", "twin", "twin"), "the same detector twice"),
        (("motion", "--on", "beller", "--weather", "snow"), "unknown weather 'snow'"),
        (("motion", "--on", "beller", "--labels", "none.csv"), "--labels none.csv: no such file"),
        (("motion", "--on", "beller", "--out", "."), "exists and is not an earlier result"),
        (("motion", "--on", "something.txt", "--out", "new"), "something.txt"),
    ],
)
def test_bad_input_is_one_line(
    arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "something.txt").write_text("here")
    assert main(("detector", "bench", *arguments)) == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["something.txt"]


def test_the_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("detector", "bench", "--help")) == 0
    said = capsys.readouterr().out
    assert "--fail-under" in said
    assert said.count("bconnect detector bench") >= 4
