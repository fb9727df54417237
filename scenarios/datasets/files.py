"""Datasets on disk: pictures, labels as YOLO, COCO or MOT, what they were made of, a card."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from detectors.datatypes.detections import VehicleClass
from scenarios.datasets.card import CARD, Tally, card
from scenarios.datasets.mot import MotWriter
from scenarios.datasets.shots import Shot
from scenarios.errors import InputError
from scenarios.texts import Texts

FORMATS = ("yolo", "coco", "both", "mot")
CLASSES = tuple(kind for kind in VehicleClass if kind is not VehicleClass.UNKNOWN)
PLATE = len(CLASSES)  # a class of the labels, and no vehicle
LABEL_NAMES = (*(kind.name.lower() for kind in CLASSES), "plate")
MARK = "dataset.json"
JPEG_QUALITY = 92


@dataclass(slots=True)
class DatasetWriter:
    """Takes pictures one by one; `close` writes what belongs to all of them together."""

    root: Path
    form: str
    tally: Tally = field(default_factory=Tally)
    _coco: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    _mot: MotWriter = field(init=False)

    def __post_init__(self) -> None:
        self._mot = MotWriter(self.root)

    def take(self, shot: Shot, split: str) -> None:
        """Write one picture and its labels."""
        self.tally.add(shot, split)
        if self.form == "mot":
            _write_jpeg(self._mot.file(shot, split), shot)
            return
        _write_jpeg(self.root / "images" / split / f"{shot.name}.jpg", shot)
        if self.form != "coco":
            labels = self.root / "labels" / split / f"{shot.name}.txt"
            labels.parent.mkdir(parents=True, exist_ok=True)
            labels.write_text("".join(f"{line}\n" for line in yolo_lines(shot)), encoding="utf-8")
        part = self._coco.setdefault(split, {"images": [], "annotations": []})
        number = len(part["images"]) + 1
        part["images"].append(coco_image(shot, number))
        first = len(part["annotations"]) + 1
        part["annotations"] += coco_annotations(shot, number, first)

    def close(self, facts: dict[str, Any], texts: Texts) -> None:
        """Write COCO files, `data.yaml` or sequences, the facts of the dataset, and its card."""
        if self.form == "mot":
            self._mot.close(float(facts["every_s"]))
        if self.form in ("coco", "both"):
            self._write_coco(facts)
        if self.form in ("yolo", "both"):
            names = "".join(f"  {row}: {name}\n" for row, name in enumerate(LABEL_NAMES))
            text = f"path: .\ntrain: images/train\nval: images/val\nnames:\n{names}"
            (self.root / "data.yaml").write_text(text, encoding="utf-8")
        (self.root / CARD).write_text(card(facts, self.tally, self.form, texts), encoding="utf-8")
        (self.root / MARK).write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")

    def _write_coco(self, facts: dict[str, Any]) -> None:
        categories = [{"id": row + 1, "name": name} for row, name in enumerate(LABEL_NAMES)]
        folder = self.root / "annotations"
        folder.mkdir(exist_ok=True)
        for split, part in self._coco.items():
            whole = {"info": facts, **part, "categories": categories}
            (folder / f"{split}.json").write_text(json.dumps(whole), encoding="utf-8")


def _write_jpeg(file: Path, shot: Shot) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    done, jpeg = cv2.imencode(".jpg", shot.image_bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        msg = f"{file}: this picture cannot be written as JPEG"
        raise InputError(msg)
    file.write_bytes(jpeg.tobytes())


def yolo_lines(shot: Shot) -> list[str]:
    """Return class, middle and size of each labelled vehicle and plate, as shares of the picture."""
    height, width = shot.image_bgr.shape[:2]
    plates = shot.plates_px[shot.plates_labelled]
    boxes = np.vstack((shot.truth.boxes_px[shot.labelled], plates))
    rows = zip(boxes, [*shot.truth.vehicle_class[shot.labelled], *[PLATE] * len(plates)], strict=True)
    return [
        f"{int(kind)} {(x0 + x1) / 2 / width:.6f} {(y0 + y1) / 2 / height:.6f} "
        f"{(x1 - x0) / width:.6f} {(y1 - y0) / height:.6f}"
        for (x0, y0, x1, y1), kind in rows
    ]


def coco_image(shot: Shot, number: int) -> dict[str, Any]:
    """Return the entry of a picture; beside what COCO asks for it says by whom, in what light and weather."""
    height, width = shot.image_bgr.shape[:2]
    return {
        "id": number,
        "file_name": f"{shot.name}.jpg",
        "width": width,
        "height": height,
        "view": shot.view,
        "seed": shot.seed,
        "light": shot.light,
        "weather": shot.weather,
        "timestamp_ns": shot.timestamp_ns,
        "signals": dict(shot.signals),
    }


def coco_annotations(shot: Shot, image: int, first: int) -> list[dict[str, Any]]:
    """Return the entries of all vehicles and plates; what nobody is held to see counts as `iscrowd`."""
    truth = shot.truth
    found = []
    for row, (x0, y0, x1, y1) in enumerate(truth.boxes_px.tolist()):
        entry = {
            "id": first + row,
            "image_id": image,
            "category_id": int(truth.vehicle_class[row]) + 1,
            "bbox": [x0, y0, x1 - x0, y1 - y0],
            "area": (x1 - x0) * (y1 - y0),
            "iscrowd": int(not shot.labelled[row]),
            "visible": round(float(truth.visible[row]), 4),
            "vehicle": int(truth.vehicle_id[row]),
            "plate": truth.plates[row],
            "ground_m": [round(float(part), 3) for part in shot.ground_m[row]],
        }
        found.append(entry)
    for row in np.flatnonzero(np.isfinite(shot.plates_px[:, 0])).tolist():
        x0, y0, x1, y1 = shot.plates_px[row].tolist()
        found.append(
            {
                "id": first + len(found),
                "image_id": image,
                "category_id": PLATE + 1,
                "bbox": [x0, y0, x1 - x0, y1 - y0],
                "area": (x1 - x0) * (y1 - y0),
                "iscrowd": int(not shot.plates_labelled[row]),
                "vehicle": int(truth.vehicle_id[row]),
            }
        )
    return found
