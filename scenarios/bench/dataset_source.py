"""A dataset of `bconnect dataset export` as a source: its pictures, their COCO labels, camera by camera."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.frame import NS_PER_S, Frame
from scenarios.bench.pictures import NOT_KNOWN, Clip, Labels, Picture, SourceFacts
from scenarios.datasets.files import MARK, PLATE
from scenarios.errors import InputError
from twin.cameras.appearance import LIGHTS, light_number
from twin.environment.sun import ambient

IMAGE_KEYS = {"id", "file_name", "view", "seed", "timestamp_ns"}
ENTRY_KEYS = {"image_id", "category_id", "bbox", "iscrowd"}
BROKEN_OFF = 1.5  # times the usual time between pictures: the next one belongs to another clip


def load_split(dataset: Path, split: str) -> dict[str, Any]:
    """Return the COCO file of a split; raises InputError where there is none."""
    file = dataset / "annotations" / f"{split}.json"
    if not file.is_file():
        there = ", ".join(sorted(one.stem for one in file.parent.glob("*.json"))) or "none"
        msg = (
            f"{file}: not there; expected a dataset of `bconnect dataset export` with COCO labels "
            f"(splits there: {there})"
        )
        raise InputError(msg)
    truth = _read(file)
    fault = _fault(truth)
    if fault:
        msg = f"{file}: not a COCO file of a dataset ({fault}); export it again"
        raise InputError(msg)
    return truth


def _fault(truth: Any) -> str:
    """Return what a COCO file lacks that the bench needs, "" where it lacks nothing."""
    parts = [truth.get(name) if isinstance(truth, dict) else None for name in ("images", "annotations")]
    for name, part, keys in zip(("images", "annotations"), parts, (IMAGE_KEYS, ENTRY_KEYS), strict=True):
        if not isinstance(part, list) or any(not isinstance(one, dict) or keys - one.keys() for one in part):
            return f"expected a list of {name}, each with {', '.join(sorted(keys))}"
    images, entries = parts
    known = {image["id"] for image in images or []}
    lost = [entry["image_id"] for entry in entries or [] if entry["image_id"] not in known]
    return f"an annotation of image {lost[0]}, which is not there" if lost else ""


def _read(file: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        msg = f"{file}: not a COCO file of a dataset ({error}); export it again"
        raise InputError(msg) from error
    return told


class DatasetSource:
    """Source of one split of a dataset. Raises InputError where it cannot be read."""

    def __init__(self, folder: Path, split: str = "val") -> None:
        self._folder, self._split = folder, split
        self._truth = load_split(folder, split)
        self._plates = any(one["category_id"] == PLATE + 1 for one in self._truth["annotations"])
        mark = folder / MARK
        facts = _read(mark) if mark.is_file() else {}
        self._every_s = float(facts.get("every_s", self._truth.get("info", {}).get("every_s", 3600.0)))
        simulated = bool(facts.get("simulated", True))
        count = len(self._truth["images"])
        self.facts = SourceFacts(
            "dataset", f"{folder.name}, {split}", simulated, labelled=True, pictures=count
        )

    def pictures(self) -> Iterator[tuple[Clip, Picture]]:
        """Yield the pictures camera by camera, in order of their time."""
        entries: dict[int, list[dict[str, Any]]] = {image["id"]: [] for image in self._truth["images"]}
        for entry in self._truth["annotations"]:
            entries[entry["image_id"]].append(entry)
        for name, clip in self._clips():
            for index, image in enumerate(clip):
                frame = Frame(
                    image["view"], index, image["timestamp_ns"], self._picture(image), self.facts.simulated
                )
                camera = f"{image['view']} seed {image['seed']}"
                light, weather = _light(image), image.get("weather", NOT_KNOWN)
                of_plates = [one for one in entries[image["id"]] if one["category_id"] == PLATE + 1]
                labels = labels_of([one for one in entries[image["id"]] if one["category_id"] != PLATE + 1])
                plates = labels_of(of_plates) if self._plates else None
                yield Clip(name, camera, self._every_s), Picture(frame, labels, light, weather, plates)

    def _clips(self) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Yield names and images of clips: those of a camera and seed, as long as their time goes on."""
        groups: dict[tuple[str, int], list[dict[str, Any]]] = {}
        for image in self._truth["images"]:
            groups.setdefault((image["view"], image["seed"]), []).append(image)
        for (view, seed), images in groups.items():
            parts: list[list[dict[str, Any]]] = []
            last_ns = 0
            for image in sorted(images, key=lambda one: one["file_name"]):
                gap_s = (image["timestamp_ns"] - last_ns) / NS_PER_S
                if not parts or not 0 < gap_s <= BROKEN_OFF * self._every_s:
                    parts.append([])
                parts[-1].append(image)
                last_ns = image["timestamp_ns"]
            for number, part in enumerate(parts):
                yield f"{view} seed {seed} part {number}", part

    def _picture(self, image: dict[str, Any]) -> UInt8Array:
        file = self._folder / "images" / self._split / image["file_name"]
        picture = cv2.imread(str(file), cv2.IMREAD_COLOR) if file.is_file() else None
        if picture is None:
            msg = f"{file}: not a picture that can be read; export the dataset again"
            raise InputError(msg)
        return np.asarray(picture, dtype=np.uint8)


def labels_of(entries: list[dict[str, Any]]) -> Labels:
    """Return the labels of one picture from its COCO entries; `iscrowd` marks those nobody is held to see."""
    boxes = np.array([entry["bbox"] for entry in entries], dtype=np.float64).reshape(-1, 4)
    boxes[:, 2:] += boxes[:, :2]
    return Labels(
        boxes,
        np.array([entry["category_id"] - 1 for entry in entries], dtype=np.int64),
        np.array([entry.get("vehicle", -1) for entry in entries], dtype=np.int64),
        np.array([entry.get("visible", np.nan) for entry in entries], dtype=np.float64),
        np.array([not entry["iscrowd"] for entry in entries], dtype=np.bool_),
        np.ones(len(entries), dtype=np.bool_),
    )


def _light(image: dict[str, Any]) -> str:
    """Return the light by the sun at the time of the picture."""
    return LIGHTS[int(light_number(np.array([ambient(image["timestamp_ns"])]))[0])]
