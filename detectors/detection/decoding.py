"""What comes out of an exported YOLO, as boxes: threshold, one class a box, non-maximum suppression."""

from collections.abc import Mapping

import cv2
import numpy as np

from detectors.datatypes.arrays import Float32Array, Int64Array

OTHERS = -1  # what a model knows beside vehicles and plates
PLATE = 9  # no VehicleClass
NAMES = {
    "motorcycle": 0, "motorbike": 0, "motor": 0, "car": 1, "van": 1, "taxi": 1, "bus": 2, "truck": 3,
    "plate": PLATE, "license plate": PLATE, "licence plate": PLATE, "number plate": PLATE,
}  # fmt: skip
KINDS = ("motorcycle", "car", "bus", "truck", "plate")
IGNORED = "ignored"


def class_table(names: Mapping[int, str], told: Mapping[str, str] | None = None) -> Int64Array:
    """Return (C,) the VehicleClass of each class of a model by its name, else PLATE or OTHERS.

    `told` says what some names stand for, one of KINDS or IGNORED, in place of what is known of them.
    """
    known = NAMES | {name: NAMES.get(kind, OTHERS) for name, kind in (told or {}).items()}
    plain = [names[row].strip().lower() for row in sorted(names)]
    table = [known.get(name, known.get(name.replace("_", " "), OTHERS)) for name in plain]
    return np.array(table, dtype=np.int64)


def decode(
    raw: Float32Array, table: Int64Array, least_score: float
) -> tuple[Float32Array, Float32Array, Int64Array]:
    """Return boxes (N, 4) as x0, y0, x1, y1, scores (N,) and entries of `table` (N,) of `raw` (4 + C, M).

    A column of `raw` is the middle, width and height of a box in pixels of the model's input and a
    score for each class. Boxes of OTHERS are left out.
    """
    sure = np.flatnonzero(raw[4:].max(axis=0) >= least_score)  # few of the thousands; all else costs by them
    scores = raw[4:, sure]
    best = scores.argmax(axis=0)
    vehicles = np.flatnonzero(table[best] != OTHERS)
    best = best[vehicles]
    x, y, wide, tall = raw[:4, sure[vehicles]]
    boxes = np.stack((x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2), axis=1)
    return boxes, scores[best, vehicles], table[best]


def suppress(boxes: Float32Array, scores: Float32Array, most_iou: float) -> Int64Array:
    """Return the rows that stay, the surest first: none overlaps a surer one by more than `most_iou`."""
    order = np.argsort(-scores, kind="stable")
    low, high = boxes[order, :2], boxes[order, 2:]
    # in compiled code, since a dense street has hundreds of candidates; ranks, since it drops a score of 0
    ranks = np.arange(len(order), 0, -1, dtype=np.float32)
    kept = cv2.dnn.NMSBoxes(np.hstack((low, high - low)).tolist(), ranks.tolist(), 0.0, most_iou)
    return np.asarray(order[np.asarray(kept, dtype=np.int64)], dtype=np.int64)
