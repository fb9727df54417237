"""The figures of a bench have their known answers, and those of the tools that everybody uses."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from faster_coco_eval import COCO, COCOeval_faster

from detectors.datatypes.detections import Detections, VehicleClass
from scenarios.bench.clusters import CAMERAS, VEHICLES, clusters
from scenarios.bench.figures import Figure, Measured, differences, figures
from scenarios.bench.pictures import Labels
from scenarios.bench.precision import ANY, ranking
from scenarios.bench.recall import DIMENSIONS, cells
from scenarios.bench.sitting import Looked
from scenarios.bench.tracking import Followed, counts, scores
from scenarios.bench.trial import Trial, try_on
from tests.bench_pictures import FRAMES, DrawnSource

SOURCE = DrawnSource()


def tried(*kinds: str, source: DrawnSource = SOURCE) -> tuple[Measured, ...]:
    return tuple(Measured(one) for one in try_on(source, [f"tests.bench_pictures:{kind}" for kind in kinds]))


def by_name(measured: Measured) -> dict[str, Figure]:
    return {one.what: one for one in figures(measured, measured.drawn())}


def test_a_perfect_detector_gets_full_marks_with_intervals_of_no_width() -> None:
    (perfect,) = tried("Perfect")
    found = by_name(perfect)
    ones = (
        "mAP50", "mAP50-95", "AP50, any vehicle", "AP50, motorcycle", "AP50, car", "precision", "recall",
        "F1", "right class",
    )  # fmt: skip
    assert {name: found[name].value for name in ones} == pytest.approx(dict.fromkeys(ones, 1.0))
    assert {(found[name].low, found[name].high) for name in ones} == {(1.0, 1.0)}
    assert found["false detections a picture"].value == 0.0
    assert found["false alarms an hour"].value == 0.0
    assert found["recall"].n == 8 * FRAMES * 6


def test_a_perfect_detector_is_followed_perfectly_once_a_track_is_told_of() -> None:
    """The engine tells of a track from the third sight on: the first two of twelve pictures have none."""
    (perfect,) = tried("Perfect")
    found = by_name(perfect)
    told = (FRAMES - 2) / FRAMES
    assert found["DetA"].value == pytest.approx(told)
    assert found["AssA"].value == pytest.approx(told)
    assert found["HOTA"].value == pytest.approx(told)
    assert found["IDF1"].value == pytest.approx(2 * told / (1 + told))


def test_one_that_misses_every_second_vehicle_has_half_the_recall() -> None:
    (half,) = tried("EverySecond")
    found = by_name(half)
    assert found["recall"].value == 0.5
    assert found["precision"].value == 1.0
    assert found["F1"].value == pytest.approx(2 / 3)
    recall = {one.where[0][1]: one.recall for one in cells(half.seen, ("class",), half.draws)}
    assert recall == {"motorcycle": 1.0, "car": 0.0}
    assert found["AP50, motorcycle"].value == pytest.approx(1.0)
    assert found["AP50, car"].value == 0.0
    assert found["mAP50"].value == pytest.approx(0.5)


def test_a_blind_one_gets_nothing_and_no_precision() -> None:
    (blind,) = tried("Blind")
    found = by_name(blind)
    assert {found[name].value for name in ("mAP50", "recall", "HOTA", "IDF1")} == {0.0}
    assert np.isnan(found["precision"].value)


def test_a_detector_without_classes_is_measured_as_any_vehicle() -> None:
    found = by_name(*tried("Nameless"))
    assert found["mAP50"].value == 0.0
    assert found["AP50, any vehicle"].value == pytest.approx(1.0)
    assert found["recall"].value == 1.0
    assert found["right class"].value == 0.0


def test_the_operating_threshold_is_that_of_the_detector_and_ap_looks_below_it() -> None:
    (unsure,) = tried("Unsure")
    assert unsure.trial.threshold == 0.5
    found = by_name(unsure)
    assert found["precision"].value == 1.0
    assert unsure.any_kind.score.min() == pytest.approx(0.3)


def test_the_order_of_detections_and_of_pictures_changes_nothing() -> None:
    plain, shuffled = tried("Perfect", "Shuffled")
    assert plain.values(plain.once) == shuffled.values(shuffled.once)
    order = np.random.default_rng(3).permutation(len(plain.trial.looked))
    apart = tuple(replace(one, tracks=None) for one in plain.trial.looked)
    mixed = [apart[row] for row in order]
    first, second = (Measured(replace(plain.trial, looked=tuple(looked))) for looked in (apart, mixed))
    assert second.values(second.once) == pytest.approx(first.values(first.once))


def test_cells_share_the_sightings_out_and_hold_what_a_refit_counts() -> None:
    (half,) = tried("EverySecond")
    every = list(cells(half.seen, DIMENSIONS, half.draws))
    assert sum(one.n for one in every) == len(half.seen)
    assert sum(one.hits for one in every) == len(half.seen) // 2
    assert all(dict(one.where)["light"] == "day" and dict(one.where)["visible"] == "0.8-1" for one in every)
    heights = {one.where[0][1]: one.n for one in cells(half.seen, ("height_px",), half.draws)}
    assert heights == {"12-20": 3 * 8 * FRAMES, "20-40": 3 * 8 * FRAMES}


def test_a_part_in_which_nobody_was_found_is_not_called_certain() -> None:
    (half,) = tried("EverySecond")
    found = {one.where[0][1]: one for one in cells(half.seen, ("class",), half.draws)}
    assert (found["car"].low, found["motorcycle"].high) == (0.0, 1.0)
    assert found["car"].vehicles == found["motorcycle"].vehicles == 3 * 8
    assert found["car"].high == pytest.approx(1 - 0.025 ** (1 / 24))
    assert found["motorcycle"].low == pytest.approx(0.025 ** (1 / 24))


def test_cameras_are_drawn_and_never_pictures() -> None:
    """Half of the cameras see, half do not: eight cameras say little, however many pictures they take."""
    (perfect, blind) = tried("Perfect", "Blind")
    looked = tuple(
        (a if int(a.camera.split()[1]) % 2 else b)
        for a, b in zip(perfect.trial.looked, blind.trial.looked, strict=True)
    )
    found = by_name(Measured(replace(perfect.trial, looked=looked)))
    assert found["recall"].value == 0.5
    assert 0.1 <= found["recall"].low <= 0.3
    assert 0.7 <= found["recall"].high <= 0.9


def test_of_one_camera_vehicles_are_drawn() -> None:
    (half,) = tried("EverySecond", source=DrawnSource(cameras=1))
    groups = clusters(half.trial.looked)
    assert (groups.kind, groups.count) == (VEHICLES, 6)
    assert clusters(tried("Perfect")[0].trial.looked).kind == CAMERAS
    found = by_name(half)
    assert found["recall"].low < 0.3
    assert found["recall"].high > 0.7
    assert np.isnan(found["HOTA"].low)


def test_a_detector_with_itself_differs_by_0_and_a_worse_one_is_found_worse() -> None:
    perfect, half, again = (tried(kind)[0] for kind in ("Perfect", "EverySecond", "Perfect"))
    same = differences(perfect, again, perfect.drawn(), again.drawn())
    assert {(one.value, one.low, one.high, one.resolved) for one in same} == {(0.0, 0.0, 0.0, False)}
    worse = {one.what: one for one in differences(perfect, half, perfect.drawn(), half.drawn())}
    assert worse["recall"].value == -0.5
    assert worse["recall"].resolved
    few = tried("Perfect", "EverySecond", source=DrawnSource(cameras=3))
    told = {one.what: one for one in differences(*few, few[0].drawn(), few[1].drawn())}
    assert told["recall"].value == -0.5
    assert not told["recall"].resolved


def random_looks(seed: int = 1, pictures: int = 30) -> list[Looked]:
    """Return pictures with labels, some of which do not count, and detections near and far from them."""
    draw = np.random.default_rng(seed)
    found = []
    for number in range(pictures):
        n = int(draw.integers(0, 9))
        low = draw.uniform(0, 300, (n, 2))
        boxes = np.concatenate((low, low + draw.uniform(8, 80, (n, 2))), axis=1)
        kinds = draw.integers(0, 3, n)
        near = np.repeat(boxes, 2, axis=0) + draw.normal(0, 5, (2 * n, 4))
        low = draw.uniform(0, 300, (4, 2))
        told = np.concatenate((near, np.concatenate((low, low + 40), axis=1)))
        told = told[(told[:, 2:] > told[:, :2] + 1).all(axis=1)]
        classes = np.concatenate((np.repeat(kinds, 2), draw.integers(0, 3, 4)))[: len(told)]
        held = draw.random(n) > 0.2
        labels = Labels(boxes, kinds, np.arange(n), np.ones(n), held, held)
        detections = Detections(told, draw.random(len(told)), classes, np.full((len(told), 2), np.nan))
        camera = f"camera {number % 5}"
        found.append(
            Looked(camera, camera, number, 1.0, "day", "clear", labels, detections, None, (0.0, 0.0, 0.0))
        )
    return found


def coco_of(looked: Sequence[Looked]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    images, entries, results = [], [], []
    for number, one in enumerate(looked, start=1):
        images.append({"id": number, "width": 400, "height": 400})
        assert one.labels is not None
        rows = zip(
            one.labels.boxes_px.tolist(), one.labels.kind.tolist(), one.labels.held.tolist(), strict=True
        )
        for (x0, y0, x1, y1), kind, held in rows:
            box = [x0, y0, x1 - x0, y1 - y0]
            entries.append(
                {"id": len(entries) + 1, "image_id": number, "category_id": kind + 1, "bbox": box,
                 "area": box[2] * box[3], "iscrowd": int(not held)}
            )  # fmt: skip
        columns = (one.found.boxes_px.astype(float), one.found.scores, one.found.classes)
        told = zip(*(column.tolist() for column in columns), strict=True)
        for (x0, y0, x1, y1), score, kind in told:
            results.append(
                {
                    "image_id": number,
                    "category_id": kind + 1,
                    "bbox": [x0, y0, x1 - x0, y1 - y0],
                    "score": score,
                }
            )
    categories = [{"id": int(kind) + 1, "name": kind.name.lower()} for kind in VehicleClass]
    return {"images": images, "annotations": entries, "categories": categories}, results


@pytest.mark.parametrize("seed", range(4))
def test_average_precision_is_that_of_faster_coco_eval(seed: int) -> None:
    looked = random_looks(seed)
    truth, results = coco_of(looked)
    judge = COCO(json.loads(json.dumps(truth)))
    run = COCOeval_faster(judge, judge.loadRes(results), "bbox", print_function=lambda *_: None)
    run.params.maxDets = [300]
    run.params.areaRng, run.params.areaRngLbl = [[0, 1e10]], ["all"]
    run.evaluate()
    run.accumulate()
    precision = run.eval["precision"][:, :, :, 0, 0]
    groups = clusters(looked)
    every = np.ones(groups.groups, dtype=np.int64)
    for kind in (VehicleClass.MOTORCYCLE, VehicleClass.CAR, VehicleClass.BUS):
        ours = ranking(looked, groups, kind).average_precision(every)
        assert ours == pytest.approx(precision[:, :, int(kind)].mean(axis=1), abs=1e-9)


def test_a_camera_that_is_drawn_twice_counts_as_two() -> None:
    looked = random_looks()
    twice = [*looked, *(replace(one, camera="again") for one in looked if one.camera == "camera 2")]
    groups, more = clusters(looked), clusters(twice)
    weights = np.array([1, 1, 2, 1, 1])
    ours = ranking(looked, groups, ANY).average_precision(weights)
    assert ours == pytest.approx(
        ranking(twice, more, ANY).average_precision(np.ones(6, dtype=np.int64)), abs=2e-3
    )


def random_tracks(seed: int) -> list[Followed]:
    draw = np.random.default_rng(seed)
    frames = []
    for _ in range(25):
        vehicles = np.sort(draw.permutation(7)[: draw.integers(0, 7)])
        tracks = np.sort(draw.permutation(8)[: draw.integers(0, 8)])
        overlap = draw.random((len(vehicles), len(tracks))) * 0.6
        overlap[vehicles[:, None] == tracks[None]] += 0.4
        frames.append(Followed(vehicles, tracks, overlap))
    return frames


@pytest.mark.parametrize("seed", range(4))
def test_tracking_is_scored_as_trackeval_does(seed: int) -> None:
    metrics = pytest.importorskip("trackeval.metrics", reason="trackeval is not installed")
    frames = random_tracks(seed)
    data = {
        "num_timesteps": len(frames), "num_gt_ids": 7, "num_tracker_ids": 8,
        "num_gt_dets": sum(len(one.vehicles) for one in frames),
        "num_tracker_dets": sum(len(one.tracks) for one in frames),
        "gt_ids": [one.vehicles for one in frames], "tracker_ids": [one.tracks for one in frames],
        "similarity_scores": [one.overlap for one in frames],
    }  # fmt: skip
    ours = scores([counts(frames, 0, 1.0)], [1.0])
    hota = metrics.HOTA().eval_sequence(data)
    for name in ("HOTA", "DetA", "AssA"):
        assert ours[name] == pytest.approx(float(np.mean(hota[name])), abs=1e-9)
    identity = metrics.Identity({"PRINT_CONFIG": False}).eval_sequence(data)
    assert ours["IDF1"] == pytest.approx(float(identity["IDF1"]), abs=1e-9)


def test_truth_that_is_followed_as_itself_has_full_marks() -> None:
    frames = [Followed(one.vehicles, one.vehicles, np.eye(len(one.vehicles))) for one in random_tracks(1)]
    assert scores([counts(frames, 0, 1.0)], [1.0]) == {"HOTA": 1.0, "DetA": 1.0, "AssA": 1.0, "IDF1": 1.0}


def test_clips_together_are_their_sum() -> None:
    one, other = random_tracks(1), random_tracks(2)
    shifted = [Followed(f.vehicles + 7, f.tracks + 8, f.overlap) for f in other]
    together = scores([counts([*one, *shifted], 0, 2.0)], [1.0])
    assert scores([counts(one, 0, 1.0), counts(other, 0, 1.0)], [1.0, 1.0]) == pytest.approx(together)


def test_trials_hold_nothing_of_each_other() -> None:
    alone: Trial = tried("EverySecond")[0].trial
    beside = tried("Perfect", "EverySecond")[1].trial
    assert [one.found.boxes_px.tobytes() for one in alone.looked] == [
        one.found.boxes_px.tobytes() for one in beside.looked
    ]
