"""How well detections fit a labelled dataset: mAP50 by faster-coco-eval, recall by size and light."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster
from scipy.optimize import linear_sum_assignment

from detectors.datatypes.arrays import BoolArray, Float64Array
from detectors.datatypes.detections import Detections

MATCH_IOU = 0.5
SURE = 0.25  # detections less sure than this are no detections where recall is counted
MOST_DETECTIONS = 300
HEIGHTS_PX = ((12, 20), (20, 40), (40, 80), (80, 10_000))
RESAMPLES = 200

Coco = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: a value, how much it rests on, and its 95 % interval where one can be given."""

    what: str
    value: float
    trials: int
    low: float = float("nan")
    high: float = float("nan")


def coco_results(found: Mapping[int, Detections]) -> list[dict[str, Any]]:
    """Return detections by image id as COCO results."""
    return [
        {
            "image_id": image,
            "category_id": int(kind) + 1,
            "bbox": [float(x0), float(y0), float(x1 - x0), float(y1 - y0)],
            "score": float(score),
        }
        for image, one in found.items()
        for (x0, y0, x1, y1), score, kind in zip(one.boxes_px, one.scores, one.classes, strict=True)
    ]


class Precision:
    """Average precision at an overlap of one half, of any part of a dataset."""

    def __init__(self, truth: Coco, found: Mapping[int, Detections]) -> None:
        self._truth = COCO(dict(truth))
        results = coco_results(found)
        self._results = self._truth.loadRes(results) if results else None

    def ap50(self, images: Sequence[int]) -> dict[int, float]:
        """Return the average precision of each class that appears in these images (repeats count once)."""
        if self._results is None:
            return {entry["category_id"]: 0.0 for entry in self._truth.dataset["annotations"]}
        run = COCOeval_faster(self._truth, self._results, "bbox", print_function=_quiet)
        run.params.imgIds = sorted(set(images))
        run.params.iouThrs = np.array([MATCH_IOU])
        run.params.maxDets = [MOST_DETECTIONS]
        run.params.areaRng, run.params.areaRngLbl = [[0, 1e10]], ["all"]
        run.evaluate()
        run.accumulate()
        precision = run.eval["precision"][0, :, :, 0, 0]
        rows = np.flatnonzero(precision.max(axis=0) >= 0)
        return {int(run.params.catIds[row]): float(precision[:, row].mean()) for row in rows}


def _quiet(*_said: object, **_more: object) -> None:
    """Say nothing: a library's running commentary is no output of ours."""


def precisions(truth: Coco, found: Mapping[int, Detections], seed: int = 1) -> tuple[Figure, ...]:
    """Return mAP50 and the AP50 of each class, with bootstrap intervals over groups of one camera and seed.

    Frames of one camera are alike, so groups are drawn and not frames (Efron and Tibshirani 1993,
    section 8.3); a group drawn twice counts once here, which widens the interval a little.
    """
    measure = Precision(truth, found)
    groups: dict[tuple[str, int], list[int]] = {}
    for image in truth["images"]:
        groups.setdefault((image["view"], image["seed"]), []).append(image["id"])
    everything = [image["id"] for image in truth["images"]]
    draw, members = np.random.default_rng(seed), list(groups.values())
    drawn = [
        measure.ap50(
            [image for row in draw.integers(len(members), size=len(members)) for image in members[row]]
        )
        for _ in range(RESAMPLES if len(members) > 1 else 0)
    ]
    whole = measure.ap50(everything)
    labelled = [entry["category_id"] for entry in truth["annotations"] if not entry["iscrowd"]]
    names = {entry["id"]: entry["name"] for entry in truth["categories"]}
    figures = [_with_interval("mAP50", _mean(whole), len(members), [_mean(one) for one in drawn if one])]
    for kind, value in sorted(whole.items()):
        values = [one[kind] for one in drawn if kind in one]
        figures.append(_with_interval(f"AP50, {names[kind]}", value, labelled.count(kind), values))
    return tuple(figures)


def _mean(by_class: Mapping[int, float]) -> float:
    return float(np.mean(list(by_class.values()))) if by_class else float("nan")


def _with_interval(what: str, value: float, trials: int, drawn: list[float]) -> Figure:
    low, high = np.percentile(drawn, [2.5, 97.5]) if drawn else (float("nan"), float("nan"))
    return Figure(what, value, trials, float(low), float(high))


def recalls(truth: Coco, found: Mapping[int, Detections]) -> tuple[Figure, ...]:
    """Return the share of labelled vehicles that were found, whatever class was given, by size and light."""
    by_image: dict[int, list[Mapping[str, Any]]] = {image["id"]: [] for image in truth["images"]}
    for entry in truth["annotations"]:
        if not entry["iscrowd"]:
            by_image[entry["image_id"]].append(entry)
    heights, lights, hits = [], [], []
    for image in truth["images"]:
        entries = by_image[image["id"]]
        boxes = np.array([entry["bbox"] for entry in entries], dtype=np.float64).reshape(-1, 4)
        boxes[:, 2:] += boxes[:, :2]
        hits += matched(boxes, found.get(image["id"])).tolist()
        heights += (boxes[:, 3] - boxes[:, 1]).tolist()
        lights += [image["light"]] * len(entries)
    height, light, hit = np.array(heights), np.array(lights), np.array(hits, dtype=bool)
    parts: list[tuple[str, BoolArray]] = [("recall", np.ones(len(hit), dtype=bool))]
    parts += [(f"recall, {low} px and more", (height >= low) & (height < high)) for low, high in HEIGHTS_PX]
    parts += [(f"recall, {name}", light == name) for name in sorted(set(lights))]
    return tuple(Figure(what, _share(hit[rows]), int(rows.sum())) for what, rows in parts)


def _share(hits: BoolArray) -> float:
    return float(hits.mean()) if hits.size else float("nan")


def matched(truth: Float64Array, found: Detections | None) -> BoolArray:
    """Return (N,) which boxes (N, 4) have a detection of their own that overlaps by a half or more."""
    hit = np.zeros(len(truth), dtype=np.bool_)
    rows = np.flatnonzero(found.scores >= SURE) if found is not None else np.zeros(0, dtype=int)
    if found is None or not len(rows) or not len(truth):
        return hit
    iou = overlaps(truth, found.boxes_px[rows].astype(np.float64))
    mine, theirs = linear_sum_assignment(-iou)
    hit[mine[iou[mine, theirs] >= MATCH_IOU]] = True
    return hit


def overlaps(one: Float64Array, other: Float64Array) -> Float64Array:
    """Return (N, M) intersection over union of boxes (N, 4) and (M, 4)."""
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=2)
    areas = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (one, other)]
    return np.asarray(common / np.maximum(areas[0][:, None] + areas[1][None] - common, 1e-9))


def all_of(figures: Iterable[Figure]) -> dict[str, dict[str, float]]:
    """Return figures as JSON takes them."""
    return {
        one.what: {"value": one.value, "trials": one.trials, "low": one.low, "high": one.high}
        for one in figures
    }
