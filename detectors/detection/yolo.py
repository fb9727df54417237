"""A detector by weights of ultralytics (.pt), and their training: an extra, AGPL-3.0, GBs with torch."""

import importlib
import math
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from detectors.datatypes.detections import Detections
from detectors.datatypes.frame import Frame
from detectors.detection.crops import WINDOW_PX, cut
from detectors.detection.decoding import OTHERS, class_table
from detectors.detection.errors import ModelError
from detectors.detection.onnx import LEAST_SCORE

CLASSES = ("motorcycle", "car", "bus", "truck")
KEPT = ("names", "imgsz", "stride", "task", "license")
STRIDE_PX = 32
MAGNIFY = 1.5  # small vehicles are seen better so, in training and after it
STAGES = ((0.8, 0.003), (0.2, 0.001))  # share of the time, learning rate at the start
RECIPE: dict[str, Any] = {
    "imgsz": max(WINDOW_PX), "epochs": 60, "batch": 32, "rect": True, "cache": "ram", "optimizer": "AdamW",
    "cos_lr": True, "warmup_epochs": 0.2, "mosaic": 0.0, "close_mosaic": 0, "scale": 0.35,
    "pretrained": True, "device": "cpu", "workers": 0, "amp": False, "plots": False, "val": False,
}  # fmt: skip
HOW = "pip install 'bconnect-twin[yolo]' (AGPL-3.0, about 6 GB with torch)"


class YoloDetector:
    """Detector port over ultralytics; nothing is sent or fetched (it would do both by default)."""

    def __init__(self, path: Path, least_score: float = LEAST_SCORE) -> None:
        self.name = f"yolo {path.stem}"
        self.least_score = least_score
        if not path.is_file():
            msg = f"{path}: no such weights; a name alone would be looked for on the network, so give a file"
            raise ModelError(msg)
        self._model = _ultralytics().YOLO(str(path))
        self._table = class_table(dict(self._model.names))

    def detect(self, frame: Frame) -> Detections:
        """Return the vehicles of one frame."""
        (found,) = self._model.predict(frame.image_bgr, conf=self.least_score, verbose=False, device="cpu")
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
    """Train a narrow YOLO (width 0.125) on windows of a dataset with YOLO labels, and write it as ONNX.

    The model takes whole pictures, magnified by MAGNIFY. The recipe of the shipped weights; raises
    ModelError where `dataset` is none or the extra is missing.
    """
    if not (dataset / "images" / "train").is_dir() or not (dataset / "labels" / "train").is_dir():
        msg = f"{dataset}: expected images/train and labels/train; make it with `bconnect dataset export`"
        raise ModelError(msg)
    tall, wide = _whole_px(dataset)
    package = _ultralytics()
    with tempfile.TemporaryDirectory(prefix="bconnect-train-") as folder:
        work = Path(folder)
        weights = _narrow_model(package, work)
        for number, (share, rate) in enumerate(STAGES):
            stage = work / f"stage-{number}"
            package.YOLO(str(weights)).train(
                data=str(_windows(dataset, stage, seed + number)),
                time=share * minutes / 60.0,
                lr0=rate,
                seed=seed + number,
                project=str(stage),
                name="run",
                **RECIPE,
            )
            weights = stage / "run" / "weights" / "last.pt"
        written = Path(package.YOLO(str(weights)).export(format="onnx", imgsz=[tall, wide], simplify=True))
        _forget_where(written)
        shutil.move(written, out)


def _whole_px(dataset: Path) -> tuple[int, int]:
    """Return height and width of the first picture, magnified, rounded up to whole strides."""
    for file in sorted((dataset / "images" / "train").glob("*.jpg")):
        image = cv2.imread(str(file))
        if image is not None:
            tall, wide = (math.ceil(MAGNIFY * side / STRIDE_PX) * STRIDE_PX for side in image.shape[:2])
            return tall, wide
    msg = f"{dataset}: no picture in images/train; make it with `bconnect dataset export`"
    raise ModelError(msg)


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


def _windows(dataset: Path, work: Path, seed: int) -> Path:
    """Cut the windows to learn from; return the file that names them."""
    cut(dataset, "train", work, magnify=MAGNIFY, seed=seed)
    for kind in ("images", "labels"):  # the package tries the last weights on something, whatever `val` says
        first = min((work / kind / "train").iterdir())
        (work / kind / "val").mkdir()
        shutil.copy(first, work / kind / "val" / first.name)
    names = "".join(f"  {row}: {name}\n" for row, name in enumerate(CLASSES))
    told = work / "data.yaml"
    told.write_text(f"path: {work}\ntrain: images/train\nval: images/val\nnames:\n{names}", encoding="utf-8")
    return told
