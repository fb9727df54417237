"""A detector by weights of ultralytics (.pt): an extra, AGPL-3.0, several GB with torch."""

import hashlib
import importlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from detectors.datatypes.detections import Detections
from detectors.datatypes.frame import Frame
from detectors.detection.decoding import OTHERS, class_table
from detectors.detection.errors import ModelError
from detectors.detection.onnx import LEAST_SCORE

CLASSES = ("motorcycle", "car", "bus", "truck")
KEPT = ("names", "imgsz", "stride", "task", "license")
INPUT_PX = (256, 416)  # height, width: 640 x 360 fits with 22 grey rows
RECIPE: dict[str, Any] = {
    "imgsz": 416, "epochs": 60, "batch": 16, "rect": True, "cache": "ram", "optimizer": "AdamW", "lr0": 0.002,
    "cos_lr": True, "mosaic": 0.0, "close_mosaic": 0, "scale": 0.4, "pretrained": False, "device": "cpu",
    "workers": 0, "amp": False, "plots": False, "val": False,
}  # fmt: skip
HOW = "pip install 'bconnect-twin[yolo]' (AGPL-3.0, about 6 GB with torch)"


class YoloDetector:
    """Detector port over ultralytics; nothing is sent or fetched (it would do both by default)."""

    def __init__(self, path: Path, least_score: float = LEAST_SCORE) -> None:
        self.name = f"yolo {path.stem}"
        self._least_score = least_score
        if not path.is_file():
            msg = f"{path}: no such weights; a name alone would be looked for on the network, so give a file"
            raise ModelError(msg)
        self._model = _ultralytics().YOLO(str(path))
        self._table = class_table(dict(self._model.names))

    def detect(self, frame: Frame) -> Detections:
        """Return the vehicles of one frame."""
        (found,) = self._model.predict(frame.image_bgr, conf=self._least_score, verbose=False, device="cpu")
        boxes, scores = found.boxes.xyxy.numpy(), found.boxes.conf.numpy()
        classes = self._table[found.boxes.cls.numpy().astype(int)]
        rows = np.flatnonzero((classes != OTHERS) & (boxes[:, 2:] - boxes[:, :2] >= 1.0).all(axis=1))
        nowhere = np.full((len(rows), 2), np.nan)
        return Detections(boxes[rows], scores[rows], classes[rows].astype(np.int8), nowhere)


def _ultralytics() -> Any:
    """Return the package, told first to stay offline; raises ModelError where it is not installed."""
    os.environ.update(YOLO_OFFLINE="1", YOLO_AUTOINSTALL="0")
    os.environ.setdefault("YOLO_CONFIG_DIR", tempfile.mkdtemp(prefix="bconnect-yolo-"))
    try:
        import ultralytics  # noqa: PLC0415 - an extra: imported here alone, and only when asked for
    except ImportError as error:
        msg = f"the detector needs ultralytics, which is not installed: {HOW}"
        raise ModelError(msg) from error
    ultralytics.settings.update(sync=False)
    return ultralytics


def train_narrow(dataset: Path, out: Path, *, minutes: float, seed: int = 1) -> None:
    """Train a narrow YOLO (width 0.125) on a dataset with YOLO labels and write it to `out` as ONNX.

    The recipe of the shipped weights; raises ModelError where `dataset` is none or the extra is missing.
    """
    if not (dataset / "images" / "train").is_dir() or not (dataset / "labels" / "train").is_dir():
        msg = f"{dataset}: expected images/train and labels/train; make it with `bconnect dataset export`"
        raise ModelError(msg)
    package = _ultralytics()
    with tempfile.TemporaryDirectory(prefix="bconnect-train-") as folder:
        work = Path(folder)
        model = package.YOLO(str(_narrow_model(package, work)))
        model.train(
            data=str(_mixed(dataset, work)),
            time=minutes / 60.0,
            seed=seed,
            project=folder,
            name="run",
            **RECIPE,
        )
        best = package.YOLO(str(work / "run" / "weights" / "last.pt"))
        written = Path(best.export(format="onnx", imgsz=list(INPUT_PX), simplify=True))
        _forget_where(written)
        shutil.move(written, out)


def _forget_where(file: Path) -> None:
    """Keep of a model's metadata what a reader needs: not the folders of whoever trained it."""
    onnx = importlib.import_module("onnx")  # comes with the export of ultralytics
    model = onnx.load(str(file))
    kept = {prop.key: prop.value for prop in model.metadata_props if prop.key in KEPT}
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, kept)
    onnx.save(model, str(file))


def _narrow_model(package: Any, work: Path) -> Path:
    """Write the description of yolo11n at half its width, for four classes."""
    source = Path(package.__file__).parent / "cfg" / "models" / "11" / "yolo11.yaml"
    lines = source.read_text(encoding="utf-8").splitlines()
    told = [f"nc: {len(CLASSES)}" if line.startswith("nc:") else line for line in lines]
    narrow = ["  n: [0.50, 0.125, 1024]" if line.startswith("  n:") else line for line in told]
    file = work / "yolo11n-narrow.yaml"
    file.write_text("\n".join(narrow), encoding="utf-8")
    return file


def _mixed(dataset: Path, work: Path) -> Path:
    """Link the pictures under names in random order: batches of one shape keep the order of names."""
    for split in ("train", "val"):
        for kind, suffix in (("images", ".jpg"), ("labels", ".txt")):
            (work / kind / split).mkdir(parents=True)
            for file in sorted((dataset / kind / split).glob(f"*{suffix}")):
                digest = hashlib.blake2b(file.stem.encode(), digest_size=4).hexdigest()
                (work / kind / split / f"{digest}_{file.name}").symlink_to(file.resolve())
    names = "".join(f"  {row}: {name}\n" for row, name in enumerate(CLASSES))
    told = work / "data.yaml"
    told.write_text(f"path: {work}\ntrain: images/train\nval: images/val\nnames:\n{names}", encoding="utf-8")
    return told
