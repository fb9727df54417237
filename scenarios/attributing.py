"""Whose a case truly is: the vehicle at the place where its track was last seen, for the score alone."""

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from detectors.datatypes.steps import StepRecord
from scenarios.results import Attribution
from twin.clock import seconds
from twin.rendering.truth_boxes import FrameTruth

MATCH_IOU = 0.3
KEPT_NS = seconds(120.0)  # longer than any rule waits before it speaks of somebody who is gone
Scenery = TypeVar("Scenery")


@dataclass(frozen=True, slots=True)
class Sight(Generic[Scenery]):
    """Where a track was seen last, and in what."""

    seen_ns: int
    box_px: tuple[float, float, float, float]
    scenery: Scenery


class LastSights(Generic[Scenery]):
    """Remembers the last sight of each track of one view.

    A rule may speak when the vehicle has left the picture: a speed is told when its stretch is over. Whose it
    was is then asked of the sight, not of what the view shows now.
    """

    def __init__(self) -> None:
        self._of: dict[int, Sight[Scenery]] = {}

    def note(self, record: StepRecord, scenery: Scenery) -> None:
        """Take what a frame showed; `scenery` is what its truth can be asked of."""
        now_ns = record.timestamp_ns
        for track in record.tracks:
            if track.observed:
                self._of[track.track_id] = Sight(now_ns, track.box_px, scenery)
        if len(self._of) > 2 * len(record.tracks):
            self._of = {key: one for key, one in self._of.items() if now_ns - one.seen_ns <= KEPT_NS}

    def of(self, track_id: int) -> Sight[Scenery] | None:
        """Return the last sight of a track, None where it was never seen, or too long ago."""
        return self._of.get(track_id)


def attributed(case_id: str, box_px: tuple[float, float, float, float], truth: FrameTruth) -> Attribution:
    """Return which vehicle shows where a track was seen: whose box overlaps most, by MATCH_IOU."""
    return Attribution(case_id, *shown_in(box_px, truth))


def shown_in(box_px: tuple[float, float, float, float], truth: FrameTruth) -> tuple[int | None, float]:
    """Return which true vehicle a box shows, None for nobody, and how much they overlap."""
    if not len(truth.vehicle_id):
        return None, 0.0
    overlaps = _iou(np.asarray(box_px), truth.boxes_px)
    best = int(np.argmax(overlaps))
    found = int(truth.vehicle_id[best]) if overlaps[best] >= MATCH_IOU else None
    return found, float(overlaps[best])


def _iou(box: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    low = np.maximum(box[:2], boxes[:, :2])
    high = np.minimum(box[2:], boxes[:, 2:])
    inter = np.prod(np.clip(high - low, 0, None), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    return np.asarray(inter / np.maximum(areas + np.prod(box[2:] - box[:2]) - inter, 1e-9))
