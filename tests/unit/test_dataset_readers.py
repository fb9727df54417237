"""What is exported is read by the tools that it is written for, where they are installed.

trackeval is in no extra: it asks for opencv-python, which overwrites opencv-python-headless. Where it is
installed beside (`pip install --no-deps trackeval`), it is tried.
"""

import json
import shutil
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest
from faster_coco_eval import COCO, COCOeval_faster

from scenarios.datasets.export import Exported, export
from scenarios.datasets.mot import BENCHMARK
from scenarios.datasets.random_views import random_views
from scenarios.datasets.shots import ShotSpec, shots, weather_of
from scenarios.spec import load_scenario
from twin.network import library
from twin.randomness import Seed

BEFORE = load_scenario("beruang-madu")
SCENARIO = replace(BEFORE, start=time(16, 30), warmup_s=400.0, demand=replace(BEFORE.demand, scale=1.6))
VIEWS = tuple(
    replace(view, size_px=(480, 270))
    for view in random_views(library.named("mt-haryono"), Seed(5, ("dataset",)), 2)
)
SPEC = ShotSpec(SCENARIO, VIEWS, (1,), frames=2, every_s=0.5, randomise=True)


@pytest.fixture(scope="module", name="pictures")
def _pictures(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export(SPEC, tmp_path_factory.mktemp("data") / "set", "both")


def test_faster_coco_eval_reads_it_and_gives_the_truth_itself_full_marks(pictures: Exported) -> None:
    file = pictures.folder / "annotations" / "train.json"
    truth = COCO(str(file))
    entries = [one for one in json.loads(file.read_text())["annotations"] if not one["iscrowd"]]
    assert entries
    found = [{k: one[k] for k in ("image_id", "category_id", "bbox")} | {"score": 1.0} for one in entries]
    judged = COCOeval_faster(truth, truth.loadRes(found), "bbox")
    judged.evaluate()
    judged.accumulate()
    judged.summarize()
    assert judged.stats[1] == pytest.approx(1.0)  # AP at an overlap of 0.5


def test_ultralytics_reads_it(pictures: Exported) -> None:
    pytest.importorskip("ultralytics", reason="ultralytics, the extra `yolo`, is not installed")
    from ultralytics.data.utils import verify_image_label  # noqa: PLC0415 - an extra

    for image in sorted((pictures.folder / "images" / "train").glob("*.jpg")):
        label = pictures.folder / "labels" / "train" / f"{image.stem}.txt"
        read = verify_image_label((str(image), str(label), "", False, 4, 0, 0, False))
        assert read[7] == 0, read[9]  # corrupt
        assert len(read[1]) == len(label.read_text().splitlines())


def test_trackeval_reads_it_and_gives_the_truth_itself_full_marks(tmp_path: Path) -> None:
    trackeval = pytest.importorskip("trackeval", reason="trackeval is not installed")
    made = export(replace(SPEC, frames=4, randomise=False), tmp_path / "set", "mot")
    split = f"{BENCHMARK}-train"
    results = tmp_path / "trackers" / split / "truth" / "data"
    results.mkdir(parents=True)
    for folder in (made.folder / "mot" / split).iterdir():
        lines = [line.split(",") for line in (folder / "gt" / "gt.txt").read_text().splitlines()]
        told = [",".join([*line[:6], "1", "-1", "-1", "-1"]) for line in lines if line[6] == "1"]
        (results / f"{folder.name}.txt").write_text("\n".join(told) + "\n")
    dataset = trackeval.datasets.MotChallenge2DBox(
        {
            "GT_FOLDER": str(made.folder / "mot"), "TRACKERS_FOLDER": str(tmp_path / "trackers"),
            "SEQMAP_FOLDER": str(made.folder / "mot" / "seqmaps"), "BENCHMARK": BENCHMARK,
            "SPLIT_TO_EVAL": "train", "TRACKERS_TO_EVAL": ["truth"], "DO_PREPROC": False,
            "PRINT_CONFIG": False,
        }
    )  # fmt: skip
    for name in dataset.seq_list:
        sequence = dataset.get_preprocessed_seq_data(dataset.get_raw_seq_data("truth", name), "pedestrian")
        judged = trackeval.metrics.CLEAR({"PRINT_CONFIG": False}).eval_sequence(sequence)
        assert judged["CLR_TP"] > 0
        assert (judged["MOTA"], judged["IDSW"]) == (1.0, 0)
    shutil.rmtree(made.folder)


def test_randomised_pictures_have_a_weather_of_their_own_and_say_which(pictures: Exported) -> None:
    entries = json.loads((pictures.folder / "annotations" / "train.json").read_text())["images"]
    assert [one["weather"] for one in entries] == [weather_of(SPEC, 1, one["view"]).sky for one in entries]
    drawn = [weather_of(SPEC, seed, view) for seed in range(40) for view in ("a", "b")]
    counts = {sky: sum(one.sky == sky for one in drawn) for sky in ("clear", "rain", "haze")}
    assert min(counts.values()) >= 5
    assert counts["clear"] > counts["haze"]
    assert len({one.intensity for one in drawn}) == len(drawn)
    plain = replace(SPEC, randomise=False)
    assert weather_of(plain, 1, "a") is SCENARIO.weather
    card = (pictures.folder / "README.md").read_text(encoding="utf-8")
    named = {"clear": "clear weather"}.get(entries[0]["weather"], entries[0]["weather"])
    assert f"| {named} |" in card
    assert next(shots(replace(SPEC, frames=1, views=VIEWS[:1]))).weather == entries[0]["weather"]
