"""Whose a case truly is: the vehicle that the last sights of its track show mostly, for the score alone."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from detectors.datatypes.steps import StepRecord
from detectors.tracking.follower import LAST_READINGS
from scenarios.results import Attribution
from twin.clock import seconds
from twin.rendering.truth_boxes import FrameTruth

MATCH_IOU = 0.3
KEPT_NS = seconds(120.0)  # longer than any rule waits before it speaks of somebody who is gone
SIGHTS = LAST_READINGS  # of so many the tracker takes the plate by which a case names somebody
Scenery = TypeVar("Scenery")


@dataclass(frozen=True, slots=True)
class Sight(Generic[Scenery]):
    """Where a track was seen, and in what."""

    seen_ns: int
    box_px: tuple[float, float, float, float]
    scenery: Scenery


class LastSights(Generic[Scenery]):
    """Remembers the last SIGHTS sights of each track of one view.

    A rule may speak when the vehicle has left the picture: a speed is told when its stretch is over. Whose it
    was is then asked of the sights, not of what the view shows now.
    """

    def __init__(self) -> None:
        self._of: dict[int, deque[Sight[Scenery]]] = {}

    def note(self, record: StepRecord, scenery: Scenery) -> None:
        """Take what a frame showed; `scenery` is what its truth can be asked of."""
        now_ns = record.timestamp_ns
        for track in record.tracks:
            if track.observed:
                sights = self._of.setdefault(track.track_id, deque(maxlen=SIGHTS))
                sights.append(Sight(now_ns, track.box_px, scenery))
        if len(self._of) > 2 * len(record.tracks):
            self._of = {key: of for key, of in self._of.items() if now_ns - of[-1].seen_ns <= KEPT_NS}

    def of(self, track_id: int) -> tuple[Sight[Scenery], ...]:
        """Return the last sights of a track, the latest last; none where it was never seen, or long ago."""
        return tuple(self._of.get(track_id, ()))


def attributed(
    case_id: str, sights: Sequence[Sight[Scenery]], truth_of: Callable[[Scenery], FrameTruth]
) -> Attribution:
    """Return which vehicle most of the sights show, the latest of those that as many do.

    One picture in which somebody rode before him does not make the case that of the other: the plate by which
    a case names somebody is voted on as well.
    """
    shown = [shown_in(one.box_px, truth_of(one.scenery)) for one in reversed(sights)]
    votes = Counter(vehicle for vehicle, _ in shown if vehicle is not None)
    if not votes:
        return Attribution(case_id, None, 0.0)
    most = max(votes, key=votes.__getitem__)  # of as many the first counted, which is the latest
    return Attribution(case_id, most, max(overlap for vehicle, overlap in shown if vehicle == most))


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
