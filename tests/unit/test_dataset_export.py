"""Datasets: labels equal the truth, splits share nobody, figures have known answers, bad input is told."""

import json
import shutil
from dataclasses import replace
from datetime import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from detectors.datatypes.detections import Detections
from scenarios.bench.dataset_source import DatasetSource, load_split
from scenarios.bench.figures import Measured
from scenarios.bench.sitting import Looked
from scenarios.bench.trial import Trial, try_on
from scenarios.cli.main import main
from scenarios.datasets.export import Exported, export, export_parts, shares
from scenarios.datasets.files import PLATE
from scenarios.datasets.random_views import random_views
from scenarios.datasets.shots import PLATE_FROM_PX, ShotSpec, shots
from scenarios.errors import InputError
from scenarios.spec import load_scenario
from twin.network import library
from twin.randomness import Seed

BEFORE = load_scenario("beruang-madu")
SCENARIO = replace(BEFORE, start=time(16, 30), warmup_s=400.0, demand=replace(BEFORE.demand, scale=1.6))
VIEWS = tuple(
    replace(view, size_px=(480, 270))
    for view in random_views(library.named("mt-haryono"), Seed(5, ("dataset",)), 4)
)
SPEC = ShotSpec(SCENARIO, VIEWS[:2], (1,), frames=3, every_s=10.0, light_hours=(12.0, 20.0))


@pytest.fixture(scope="module", name="made")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export(SPEC, tmp_path_factory.mktemp("data") / "set")


@pytest.fixture(scope="module", name="near")
def _near(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    views = random_views(library.named("mt-haryono"), Seed(5, ("near",)), 4, (12.0, 24.0))
    spec = ShotSpec(SCENARIO, views, (1,), frames=4, every_s=10.0, light_hours=(12.0,))
    return export(spec, tmp_path_factory.mktemp("near") / "set")


def test_cameras_and_seeds_of_validation_teach_nobody() -> None:
    train, val = shares(VIEWS, (1, 2, 3))
    assert not {view.name for view in train.views} & {view.name for view in val.views}
    assert (train.seeds, val.seeds) == ((1, 2), (3,))
    assert len(train.views) + len(val.views) == 4
    assert [share.split for share in shares(VIEWS[:1], (1, 2))] == ["train"]


def test_any_number_of_processes_takes_the_same_pictures_in_the_same_order(tmp_path: Path) -> None:
    brief = replace(SPEC, scenario=replace(SCENARIO, warmup_s=20.0), views=VIEWS[:1], frames=1)
    parts = [("train", replace(brief, seeds=(seed,))) for seed in (1, 2)]
    facts: dict[str, object] = {"scenario": "beruang-madu", "attribution": "", "every_s": 10.0}
    for workers in (1, 2):
        export_parts(parts, tmp_path / str(workers), facts, workers=workers)
    one, two = (
        {file.relative_to(tmp_path / name): file.read_bytes() for file in (tmp_path / name).rglob("*.*")}
        for name in "12"
    )
    assert len([file for file in one if file.suffix == ".jpg"]) == 2
    assert one == two


def test_labels_equal_the_truth(made: Exported) -> None:
    train = load_split(made.folder, "train")
    assert sum(count for _, _, count in made.counts) >= 5
    shown = {shot.name: shot for shot in shots(replace(SPEC, views=VIEWS[:1]))}
    assert [image["file_name"] for image in train["images"]] == [f"{name}.jpg" for name in shown]
    for image in train["images"]:
        shot = shown[image["file_name"].removesuffix(".jpg")]
        entries = [
            e for e in train["annotations"] if e["image_id"] == image["id"] and e["category_id"] != PLATE + 1
        ]
        boxes = np.array([e["bbox"] for e in entries]).reshape(-1, 4)
        boxes[:, 2:] += boxes[:, :2]
        assert np.allclose(boxes, shot.truth.boxes_px)
        assert [e["iscrowd"] == 0 for e in entries] == shot.labelled.tolist()
        picture = cv2.imread(str(made.folder / "images" / "train" / image["file_name"]))
        assert picture.shape == (270, 480, 3)
        lines = (made.folder / "labels" / "train" / f"{shot.name}.txt").read_text().splitlines()
        held = np.vstack((shot.truth.boxes_px[shot.labelled], shot.plates_px[shot.plates_labelled]))
        for line, (x0, y0, x1, y1) in zip(lines, held, strict=True):
            _, x, y, wide, tall = (float(part) for part in line.split())
            assert (x * 480, y * 270, wide * 480, tall * 270) == pytest.approx(
                ((x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0), abs=1e-3
            )


def test_the_dataset_says_that_it_is_simulated_and_how_it_is_lit(made: Exported) -> None:
    facts = json.loads((made.folder / "dataset.json").read_text())
    assert facts["simulated"] is True
    lights = [image["light"] for image in load_split(made.folder, "train")["images"]]
    assert set(lights) == {"day", "night"}
    assert "names:\n  0: motorcycle" in (made.folder / "data.yaml").read_text()


def test_plates_that_can_be_seen_are_labelled_and_lie_within_their_vehicles(near: Exported) -> None:
    entries = load_split(near.folder, "train")["annotations"]
    boxes = {
        (e["image_id"], e["vehicle"], e["category_id"] == PLATE + 1): [*e["bbox"], e["iscrowd"]]
        for e in entries
    }
    plates = {key[:2]: box for key, box in boxes.items() if key[2]}
    assert any(not crowd for *_, crowd in plates.values())
    for key, (x, y, wide, tall, crowd) in plates.items():
        left, top, width, height, _ = boxes[*key, False]
        assert left - 1 <= x <= x + wide <= left + width + 1
        assert top - 1 <= y <= y + tall <= top + height + 1
        assert crowd or wide >= PLATE_FROM_PX
    for source in (DatasetSource(near.folder, "train"), DatasetSource(near.folder, "val")):
        for _, picture in source.pictures():
            assert picture.plates is not None
            assert picture.labels is not None
            assert set(picture.labels.kind.tolist()) <= {0, 1, 2, 3}


def values(made: Exported, *, shifted: float = 0.0, blind: bool = False) -> dict[str, float]:
    """Return the figures of one who tells the labels of a dataset themselves, or boxes beside them."""
    source = DatasetSource(made.folder, "train")
    looked = []
    for clip, picture in source.pictures():
        labels = picture.labels
        assert labels is not None
        held = labels.held & (not blind)
        n = int(held.sum())
        found = Detections(
            labels.boxes_px[held] + shifted, np.full(n, 0.9), labels.kind[held], np.full((n, 2), np.nan)
        )
        at_ns = picture.frame.timestamp_ns
        looked.append(
            Looked(
                clip.name,
                clip.camera,
                at_ns,
                1.0,
                picture.light,
                picture.weather,
                labels,
                found,
                None,
                (0.0,) * 3,
            )
        )
    measured = Measured(Trial("told", "told", 0.25, source.facts, tuple(looked), (), ()))
    return measured.values(measured.once)


def test_a_perfect_detector_scores_one_and_a_blind_one_nothing(made: Exported) -> None:
    best = values(made)
    marks = [name for name in best if name.startswith(("mAP", "AP", "recall", "precision", "F1"))]
    assert len(marks) >= 7
    assert {name: best[name] for name in marks} == pytest.approx(dict.fromkeys(marks, 1.0))
    assert values(made, blind=True)["mAP50"] == 0.0
    assert values(made, blind=True)["recall"] == 0.0
    assert values(made, shifted=500.0)["mAP50"] == 0.0


def test_bench_tries_a_detector_on_every_picture(made: Exported) -> None:
    (done,) = try_on(DatasetSource(made.folder, "val"), ["motion"])
    assert len(done.looked) == 3
    measured = Measured(done)
    assert 0.0 <= measured.values(measured.once)["mAP50"] <= 1.0
    assert all(one.cpu_ms[0] > 0 for one in done.looked)
    assert {one.light for one in done.looked} == {"day", "night"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not a COCO file of a dataset"),
        ("[]", "expected a list of images, each with file_name, id, seed, timestamp_ns, view"),
        ('{"images": [{"id": 1}], "annotations": []}', "expected a list of images"),
        ('{"images": [], "annotations": [{"bbox": 1}]}', "expected a list of annotations, each with bbox"),
        (
            '{"images": [], "annotations": [{"image_id": 3, "category_id": 1, "bbox": [], "iscrowd": 0}]}',
            "an annotation of image 3, which is not there",
        ),
    ],
)
def test_labels_that_are_none_are_told(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations" / "val.json").write_text(text)
    with pytest.raises(InputError) as told:
        DatasetSource(tmp_path)
    assert says in str(told.value)
    with pytest.raises(InputError, match=r"splits there: val"):
        DatasetSource(tmp_path, "train")


def test_a_picture_that_is_gone_is_told(made: Exported, tmp_path: Path) -> None:
    copied = tmp_path / "set"
    shutil.copytree(made.folder, copied)
    gone = next((copied / "images" / "val").glob("*.jpg"))
    gone.unlink()
    with pytest.raises(InputError, match=f"{gone.name}: not a picture that can be read"):
        list(DatasetSource(copied).pictures())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("dataset", "export", "nowhere", "--out", "x"), "unknown scenario 'nowhere'"),
        (("dataset", "export", "beller", "--out", "x", "--format", "yola"), "did you mean 'yolo'?"),
        (("dataset", "export", "beller", "--out", "."), "exists and is not an earlier result"),
        (
            ("detector", "bench", "motion", "--on", "nowhere"),
            "expected a dataset of `bconnect dataset export`",
        ),
        (("detector", "check", "motoin"), "unknown detector 'motoin'"),
        (("detector", "check", "onnx:nowhere.onnx"), "no such model"),
        (("detector", "check", "yolo:nowhere.pt"), "no such weights"),
        (("detector", "train", "twim", "--work", "x"), "did you mean 'twin'?"),
        (("detector", "check", "no_such_module:Kind"), "expected an importable module"),
    ],
)
def test_bad_input_is_one_line(
    arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "something.txt").write_text("here")
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["something.txt"]
