"""Average precision of detections ranked by how sure they are, with a weight for each group of pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from detectors.datatypes.arrays import Float64Array, Int64Array
from detectors.datatypes.detections import Detections, VehicleClass
from scenarios.bench.clusters import Clusters
from scenarios.bench.matching import IGNORED, NOBODY, owners
from scenarios.bench.sitting import Looked

OVERLAPS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0.0, 1.0, 101)
MOST_DETECTIONS = 300  # a picture, the surest first
ANY = None  # any vehicle, whatever class is said


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """D detections of one class, the surest first, beside the truth of all pictures.

    `score` (D,) float32; `picture` (D,) the row of its picture; `owner` (T, D) for each of OVERLAPS the
    row of its vehicle among the labels of that picture, NOBODY or IGNORED; `group` (T, D) the group that
    it counts for: that of its vehicle, else of its picture. `truth` (N,) are the groups of the vehicles held.
    """

    score: Float64Array
    picture: Int64Array
    owner: Int64Array
    group: Int64Array
    truth: Int64Array

    def average_precision(self, weights: Int64Array) -> Float64Array:
        """Return (T,) the area under precision over recall by 101 points; NaN without vehicles.

        `weights` (C,) says how often each group counts.
        """
        total = float(weights[self.truth].sum())
        if total == 0:
            return np.full(len(OVERLAPS), np.nan)
        if not len(self.score):
            return np.zeros(len(OVERLAPS))
        weight = weights[self.group]
        hits = np.cumsum(weight * (self.owner >= 0), axis=1)
        false = np.cumsum(weight * (self.owner == NOBODY), axis=1)
        precision = hits / np.maximum(hits + false, np.finfo(float).eps)
        envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
        return np.array([_area(hits[row] / total, envelope[row]) for row in range(len(OVERLAPS))])

    def curve(self) -> tuple[Float64Array, Float64Array, Float64Array]:
        """Return recall, precision and score (K,) at an overlap of one half, detection by detection."""
        counted = self.owner[0] != IGNORED if len(self.score) else np.zeros(0, dtype=bool)
        hits = np.cumsum(self.owner[0][counted] >= 0) if len(self.score) else np.zeros(0)
        number = np.arange(1, len(hits) + 1)
        return hits / max(1, len(self.truth)), hits / number, self.score[counted]


def _area(recall: Float64Array, envelope: Float64Array) -> float:
    at = np.searchsorted(recall, RECALLS, side="left")
    reached = at < len(recall)
    return float(envelope[at[reached]].sum() / len(RECALLS))


def ranking(looked: Sequence[Looked], clusters: Clusters, kind: VehicleClass | None) -> Ranking:
    """Rank the detections of one class, or of ANY vehicle."""
    scores, pictures, owned, groups, truth = [], [], [], [], []
    for row, one in enumerate(looked):
        if one.labels is None:
            continue
        labels, found, of_label = one.labels, one.found, clusters.of_label[row]
        alike = np.ones(len(labels), bool) if kind is ANY else labels.kind == kind
        mine = np.flatnonzero(np.ones(len(found), bool) if kind is ANY else found.classes == kind)
        mine = mine[np.argsort(-found.scores[mine], kind="stable")][:MOST_DETECTIONS]
        where = np.flatnonzero(alike)
        boxes = found.boxes_px[mine].astype(np.float64)
        told = [owners(boxes, labels.boxes_px[where], labels.held[where], overlap) for overlap in OVERLAPS]
        owner = _in_picture(np.array(told).reshape(len(OVERLAPS), len(mine)), where)
        known = np.append(of_label, clusters.of_picture[row])  # the last one: of nobody's
        scores.append(found.scores[mine].astype(np.float64))
        pictures.append(np.full(len(mine), row))
        owned.append(owner)
        groups.append(known[np.where(owner >= 0, owner, len(of_label))])
        truth.append(of_label[alike & labels.held])
    if not scores:
        nothing = np.zeros((len(OVERLAPS), 0), dtype=np.int64)
        return Ranking(np.zeros(0), nothing[0], nothing, nothing, nothing[0])
    order = np.argsort(-np.concatenate(scores), kind="stable")
    return Ranking(
        np.concatenate(scores)[order],
        np.concatenate(pictures)[order],
        np.concatenate(owned, axis=1)[:, order],
        np.concatenate(groups, axis=1)[:, order],
        np.concatenate(truth),
    )


def plate_ranking(looked: Sequence[Looked], groups: Clusters) -> Ranking | None:
    """Rank the plates that were found; None where none are labelled, or none were looked for."""
    rows = [
        row for row, one in enumerate(looked) if one.plates is not None and one.found.plate_boxes is not None
    ]
    if not rows:
        return None
    of_picture = groups.of_picture[rows]
    of_label = [np.full(len(looked[row].plates or ()), groups.of_picture[row]) for row in rows]
    return ranking(
        [_plates_as_vehicles(looked[row]) for row in rows],
        replace(groups, of_picture=of_picture, of_label=tuple(of_label)),
        ANY,
    )


def _plates_as_vehicles(one: Looked) -> Looked:
    found = one.found.plate_boxes
    if found is None:
        return one
    n = len(found)
    kinds = np.zeros(n, dtype=np.int8)
    nowhere = np.full((n, 2), np.nan)
    return replace(one, labels=one.plates, found=Detections(found.boxes_px, found.scores, kinds, nowhere))


def _in_picture(owner: Int64Array, where: Int64Array) -> Int64Array:
    """Return owners as rows among all labels of the picture, told as rows among those in `where`."""
    if not len(where):
        return owner
    return np.asarray(np.where(owner >= 0, where[np.clip(owner, 0, None)], owner), dtype=np.int64)
