"""Tries a detector on a dataset, picture after picture, camera after camera."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from detectors.datatypes.detections import Detections
from detectors.datatypes.frame import Frame
from detectors.detection import registry
from scenarios.datasets.metrics import Figure, precisions, recalls
from scenarios.errors import InputError
from scenarios.progress import Progress, silent

LEAST_SCORE = 0.01  # what is hardly believed counts too in an average precision


@dataclass(frozen=True, slots=True)
class Benched:
    """What a detector did on one split of a dataset."""

    detector: str
    split: str
    pictures: int
    figures: tuple[Figure, ...]
    ms_per_frame: float


def load_split(dataset: Path, split: str) -> dict[str, Any]:
    """Return the COCO file of a split; raises InputError where there is none."""
    file = dataset / "annotations" / f"{split}.json"
    if not file.is_file():
        msg = f"{file}: not there; expected a dataset of `bconnect dataset export` with COCO labels"
        raise InputError(msg)
    try:
        truth: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        truth["images"], truth["annotations"], truth["categories"]
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        msg = f"{file}: not a COCO file of a dataset ({error}); export it again"
        raise InputError(msg) from error
    return truth


def bench(name: str, dataset: Path, split: str = "val", progress: Progress = silent) -> Benched:
    """Run the detector `name` over a split; each camera and seed gets a fresh one."""
    truth = load_split(dataset, split)
    groups: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for image in truth["images"]:
        groups.setdefault((image["view"], image["seed"]), []).append(image)
    found: dict[int, Detections] = {}
    spent_s = 0.0
    for (view, _), images in groups.items():
        detector = registry.build(name, None)
        if isinstance(detector, registry.Graded):
            detector.least_score = LEAST_SCORE
        for index, image in enumerate(sorted(images, key=lambda one: one["file_name"])):
            frame = Frame(view, index, image["timestamp_ns"], _picture(dataset, split, image), simulated=True)
            begun_s = time.process_time()
            found[image["id"]] = detector.detect(frame)
            spent_s += time.process_time() - begun_s
            progress("detecting", len(found) / len(truth["images"]))
    figures = (*precisions(truth, found), *recalls(truth, found))
    return Benched(name, split, len(found), figures, 1000 * spent_s / max(1, len(found)))


def _picture(dataset: Path, split: str, image: dict[str, Any]) -> np.ndarray:
    file = dataset / "images" / split / image["file_name"]
    picture = cv2.imread(str(file), cv2.IMREAD_COLOR) if file.is_file() else None
    if picture is None:
        msg = f"{file}: not a picture that can be read; export the dataset again"
        raise InputError(msg)
    return np.asarray(picture, dtype=np.uint8)
