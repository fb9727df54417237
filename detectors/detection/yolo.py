"""A detector by weights of ultralytics (.pt), and their training: an extra, AGPL-3.0, GBs with torch."""

import importlib
import math
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from detectors.datatypes.detections import Detections
from detectors.datatypes.frame import Frame
from detectors.detection.crops import WINDOW_PX, cut
from detectors.detection.decoding import OTHERS, PLATE
from detectors.detection.errors import ModelError
from detectors.detection.learning import Lessons, Stage
from detectors.detection.onnx import found_in
from detectors.detection.sidecar import read_sidecar, sidecar_path, vehicle_table
from detectors.detection.warm_start import begin_with

CLASSES = ("motorcycle", "car", "bus", "truck", "plate")
KEPT = ("names", "imgsz", "stride", "task", "license")
STRIDE_PX = 32
BEGIN_WITH = 64  # windows that tell the mean of each layer
RECIPE: dict[str, Any] = {
    "imgsz": max(WINDOW_PX), "rect": True, "optimizer": "AdamW", "cos_lr": True, "warmup_epochs": 0.2,
    "mosaic": 0.0, "close_mosaic": 0, "scale": 0.35, "pretrained": True, "amp": False, "plots": False,
    "val": False,
}  # fmt: skip
HOW = "pip install 'bconnect-twin[yolo]' (AGPL-3.0, about 6 GB with torch)"


class YoloDetector:
    """Detector port over ultralytics; nothing is sent or fetched (it would do both by default).

    Raises ModelError for what are no weights of a detector of vehicles.
    """

    def __init__(self, path: Path, least_score: float | None = None) -> None:
        self.name = f"yolo {path.stem}"
        self.weights = path
        if not path.is_file():
            msg = f"{path}: no such weights; a name alone would be looked for on the network, so give a file"
            raise ModelError(msg)
        sidecar = read_sidecar(path)
        self.least_score = sidecar.score if least_score is None else least_score
        self._most_iou = sidecar.iou
        self._model = _loaded(path)
        self._table = vehicle_table(path, sidecar, dict(self._model.names))

    def detect(self, frame: Frame) -> Detections:
        """Return the vehicles of one frame."""
        (found,) = self._model.predict(
            frame.image_bgr, conf=self.least_score, iou=self._most_iou, agnostic_nms=True, verbose=False,
            device="cpu",
        )  # fmt: skip
        boxes, scores = found.boxes.xyxy.numpy(), found.boxes.conf.numpy()
        classes = self._table[found.boxes.cls.numpy().astype(int)]
        known = classes != OTHERS
        plates = bool((self._table == PLATE).any())
        return found_in(boxes[known], scores[known], classes[known], plates=plates, most_iou=1.0)


def _loaded(path: Path) -> Any:
    """Return the model of a file of weights."""
    package = _ultralytics()
    try:
        model = package.YOLO(str(path))
    except Exception as error:  # the package has errors of its own, of many lines
        msg = f"{path}: not weights that ultralytics can read; give a .pt of a detector, or onnx:FILE"
        raise ModelError(msg) from error
    if model.task != "detect":
        msg = f"{path}: expected weights that detect, got some that {model.task}"
        raise ModelError(msg)
    return model


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


def train(pictures: Path, lessons: Lessons, work: Path) -> Path:
    """Train a narrow YOLO on windows of a dataset with YOLO labels; return its weights (.pt) in `work`.

    Interrupted at any moment and called again, it goes on from the last whole epoch. The model takes whole
    pictures, magnified as `lessons` say. Raises ModelError where `pictures` is no dataset or the extra is
    missing.
    """
    for kind in ("images", "labels"):
        if not (pictures / kind / "train").is_dir():
            msg = (
                f"{pictures}: expected images/train and labels/train; make it with `bconnect dataset export`"
            )
            raise ModelError(msg)
    whole_px(pictures, lessons.magnify)
    package = _ultralytics()
    work.mkdir(parents=True, exist_ok=True)
    weights = _narrow_model(package, work, lessons.width)
    if lessons.start is not None:
        windows = _windows(pictures, work / "stage-0", lessons, lessons.seed)
        weights = _begun(package, weights, lessons.start, windows)
    for number, stage in enumerate(lessons.stages):
        weights = _taught(package, pictures, lessons, (number, stage), (weights, work / f"stage-{number}"))
    return weights


def _begun(package: Any, described: Path, start: Path, windows: Path) -> Path:
    """Return weights (.pt) of a described net that knows what an exported model does."""
    begun = described.with_name("begun.pt")
    if not begun.is_file():
        files = sorted((windows.parent / "windows" / "images" / "train").iterdir())[:BEGIN_WITH]
        net = package.YOLO(str(described))
        begin_with(net.model, start, [np.asarray(cv2.imread(str(file)), dtype=np.uint8) for file in files])
        net.ckpt = {}
        net.save(str(begun))
    return begun


def _taught(
    package: Any, pictures: Path, lessons: Lessons, which: tuple[int, Stage], where: tuple[Path, Path]
) -> Path:
    """Return the weights after a stage that begins with others in its folder, both of `where`."""
    (number, stage), (weights, folder) = which, where
    done, last = folder / "weights.pt", folder / "run" / "weights" / "last.pt"
    if done.is_file():
        return done
    windows = _windows(pictures, folder, lessons, lessons.seed + number)
    device, workers = _device()
    if last.is_file():
        with suppress(AssertionError):  # all its epochs are over, it only was not put in its place
            package.YOLO(str(last)).train(resume=True, device=device, workers=workers)
    else:
        package.YOLO(str(weights)).train(
            data=str(windows), epochs=stage.epochs, lr0=stage.rate, batch=lessons.batch,
            seed=lessons.seed + number, project=str(folder), name="run", exist_ok=True,
            device=device, workers=workers, **RECIPE,
        )  # fmt: skip
    last.replace(done)
    return done


def _device() -> tuple[str, int]:
    """Return what to train on, and how many processes bring the windows: a GPU where there is one."""
    if importlib.import_module("torch").cuda.is_available():
        return "0", min(8, os.cpu_count() or 1)
    # the package leaves one core idle; of two, that is half of them
    settings: Any = importlib.import_module("ultralytics.utils.torch_utils")
    settings.NUM_THREADS = os.cpu_count() or 1
    return "cpu", 0


def export_onnx(weights: Path, size_px: tuple[int, int], out: Path) -> None:
    """Write weights (.pt) as an ONNX model for pictures of any size, whole or not at all.

    `size_px` (height, width) is what its sidecar says that pictures are scaled to fit.
    """
    written = Path(
        _ultralytics()
        .YOLO(str(weights))
        .export(format="onnx", imgsz=list(size_px), simplify=True, dynamic=True)
    )
    _forget_where(written)
    tall, wide = size_px
    sidecar_path(out).write_text(f'size = "{wide}x{tall}"\n', encoding="utf-8")
    shutil.move(written, out)


def whole_px(pictures: Path, magnify: float) -> tuple[int, int]:
    """Return height and width of the first picture, magnified, rounded up to whole strides."""
    for file in sorted((pictures / "images" / "train").glob("*.jpg")):
        image = cv2.imread(str(file))
        if image is not None:
            tall, wide = (math.ceil(magnify * side / STRIDE_PX) * STRIDE_PX for side in image.shape[:2])
            return tall, wide
    msg = f"{pictures}: no picture in images/train; make it with `bconnect dataset export`"
    raise ModelError(msg)


def _forget_where(file: Path) -> None:
    """Keep of a model's metadata what a reader needs: not the folders of whoever trained it."""
    onnx = importlib.import_module("onnx")  # comes with the export of ultralytics
    model = onnx.load(str(file))
    kept = {prop.key: prop.value for prop in model.metadata_props if prop.key in KEPT}
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, kept)
    onnx.save(model, str(file))


def _narrow_model(package: Any, work: Path, width: float) -> Path:
    """Write the description of yolo11n at another width, for CLASSES."""
    source = Path(package.__file__).parent / "cfg" / "models" / "11" / "yolo11.yaml"
    lines = source.read_text(encoding="utf-8").splitlines()
    told = [f"nc: {len(CLASSES)}" if line.startswith("nc:") else line for line in lines]
    narrow = [f"  n: [0.50, {width}, 1024]" if line.startswith("  n:") else line for line in told]
    file = work / "yolo11n-narrow.yaml"
    file.write_text("\n".join(narrow), encoding="utf-8")
    return file


def _windows(pictures: Path, folder: Path, lessons: Lessons, seed: int) -> Path:
    """Cut the windows to learn from, all or none; return the file that names them."""
    windows, begun = folder / "windows", folder / "windows.part"
    if not windows.is_dir():
        shutil.rmtree(begun, ignore_errors=True)
        cut(pictures, "train", begun, magnify=lessons.magnify, seed=seed, each=lessons.windows_each)
        for kind in (
            "images",
            "labels",
        ):  # the package tries the last weights on something, whatever `val` says
            first = min((begun / kind / "train").iterdir())
            (begun / kind / "val").mkdir()
            shutil.copy(first, begun / kind / "val" / first.name)
        begun.rename(windows)
    names = "".join(f"  {row}: {name}\n" for row, name in enumerate(CLASSES))
    told = folder / "data.yaml"
    text = f"path: {windows.resolve()}\ntrain: images/train\nval: images/val\nnames:\n{names}"
    told.write_text(text, encoding="utf-8")
    return told
