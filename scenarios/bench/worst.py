"""The worst pictures of a trial: what was missed though large, what was believed though nothing is there."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from detectors.datatypes.arrays import Float64Array, UInt8Array
from detectors.datatypes.frame import Frame, TimeBase
from scenarios.bench.matching import IGNORED, NOBODY, owners
from scenarios.bench.sitting import Looked
from scenarios.boxes import overlaps

KEPT = 6
SAME_PLACE = 0.3  # overlap with what is shown already, in the same clip
QUALITY = 80
# Okabe and Ito, as in the plots, in BGR
FOUND, MISSED, FALSE, UNCOUNTED = (178, 114, 0), (0, 94, 213), (167, 121, 204), (181, 165, 154)


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A picture with boxes drawn, as JPEG; `amount` is the height missed (px), or the score believed."""

    clip: str
    timestamp_ns: int
    time_base: TimeBase
    amount: float
    box_px: Float64Array
    vehicle: int
    jpeg: bytes


@dataclass(slots=True)
class Album:
    """Keeps KEPT pictures of each kind, no vehicle and no place twice."""

    misses: tuple[Shown, ...] = ()
    false: tuple[Shown, ...] = ()
    _drawn: bytes = field(default=b"", init=False)

    def look(self, one: Looked, frame: Frame, threshold: float) -> None:
        """See whether a picture is among the worst so far."""
        if one.labels is None:
            return
        self._drawn = b""
        sure = np.flatnonzero(one.found.scores >= threshold)
        sure = sure[np.argsort(-one.found.scores[sure], kind="stable")]
        boxes = one.found.boxes_px[sure].astype(np.float64)
        owner = owners(boxes, one.labels.boxes_px, one.labels.held, 0.5)
        missed = np.setdiff1d(np.flatnonzero(one.labels.held), owner)
        heights = one.labels.boxes_px[:, 3] - one.labels.boxes_px[:, 1]
        if len(missed):
            row = int(missed[heights[missed].argmax()])
            box, vehicle = one.labels.boxes_px[row], int(one.labels.vehicle[row])
            told = (float(heights[row]), box, vehicle)
            self.misses = self._kept(self.misses, one, frame, told, (boxes, owner, missed))
        false = np.flatnonzero(owner == NOBODY)
        if len(false):
            row = int(false[0])
            told = (float(one.found.scores[sure[row]]), boxes[row], -1)
            self.false = self._kept(self.false, one, frame, told, (boxes, owner, missed))

    def _kept(
        self,
        shown: tuple[Shown, ...],
        one: Looked,
        frame: Frame,
        told: tuple[float, Float64Array, int],
        found: tuple[Float64Array, np.ndarray, np.ndarray],
    ) -> tuple[Shown, ...]:
        """Return what is shown after a candidate: in place of the same thing if worse, or of the mildest."""
        amount, box, vehicle = told
        same = [old for old in shown if _same(old, one.camera, box, vehicle)]
        rest = [old for old in shown if old not in same]
        if any(old.amount >= amount for old in same):
            return shown
        if len(rest) >= KEPT and min(old.amount for old in rest) >= amount:
            return shown
        if not self._drawn:
            self._drawn = drawn(frame.image_bgr, one, found)
        fresh = Shown(one.camera, one.timestamp_ns, frame.time_base, amount, box, vehicle, self._drawn)
        return tuple(sorted((*rest, fresh), key=lambda each: -each.amount)[:KEPT])


def _same(old: Shown, clip: str, box: Float64Array, vehicle: int) -> bool:
    if old.clip != clip:
        return False
    if vehicle >= 0 and old.vehicle == vehicle:
        return True
    return bool(overlaps(old.box_px[None], box[None])[0, 0] >= SAME_PLACE)


def drawn(image_bgr: UInt8Array, one: Looked, found: tuple[Float64Array, np.ndarray, np.ndarray]) -> bytes:
    """Return a picture as JPEG: found blue, missed orange, false violet, what is not counted grey."""
    boxes, owner, missed = found
    canvas = image_bgr.copy()
    labels = one.labels
    if labels is not None:
        for row in np.flatnonzero(~labels.held):
            _box(canvas, labels.boxes_px[row], UNCOUNTED, 1)
        for row in missed:
            _box(canvas, labels.boxes_px[row], MISSED, 2)
    for box, of in zip(boxes, owner.tolist(), strict=True):
        colour = FALSE if of == NOBODY else UNCOUNTED if of == IGNORED else FOUND
        _box(canvas, box, colour, 2 if of == NOBODY else 1)
    _, jpeg = cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return jpeg.tobytes()


def _box(canvas: UInt8Array, box: Float64Array, colour: tuple[int, int, int], thick: int) -> None:
    x0, y0, x1, y1 = (round(float(edge)) for edge in box)
    cv2.rectangle(canvas, (x0, y0), (x1, y1), colour, thick, cv2.LINE_AA)
