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

from detectors.datatypes.detections import Detections
from detectors.datatypes.frame import Frame
from detectors.detection.decoding import OTHERS, PLATE
from detectors.detection.errors import ModelError
from detectors.detection.learning import Lessons
from detectors.detection.onnx import found_in
from detectors.detection.sidecar import read_sidecar, sidecar_path, vehicle_table
from detectors.detection.teaching import Windows, other_light, trainer
from detectors.detection.warm_start import begin_with, keep_some

CLASSES = ("motorcycle", "car", "bus", "truck", "plate")
KEPT = ("names", "imgsz", "stride", "task", "license")
STRIDE_PX = 32
BEGIN_WITH = 64  # windows that tell the mean of each layer
STATISTICS_BATCHES = 10  # of as many windows, where all layers tell theirs anew
RECIPE: dict[str, Any] = {
    "imgsz": 640, "rect": True, "optimizer": "AdamW", "cos_lr": True, "warmup_epochs": 0.2, "mosaic": 0.0,
    "close_mosaic": 0, "warmup_bias_lr": 0.0, "pretrained": True, "plots": False, "val": False,
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
    windows = Windows(pictures, "train", lessons)
    weights = _narrow_model(package, work, lessons.width)
    if lessons.start is not None:
        weights = _begun(package, weights, windows, lessons)
    told = _told(pictures, work)
    for number, stage in enumerate(lessons.stages):
        how = {
            "data": str(told), "lr0": stage.rate, "epochs": stage.epochs, "seed": lessons.seed + number,
            "batch": lessons.batch, "nbs": lessons.batch,
        }  # fmt: skip
        weights = _taught(package, windows, how, (weights, work / f"stage-{number}"))
    return _kept(package, windows, lessons, weights, work) if lessons.keep else weights


def _begun(package: Any, described: Path, windows: Windows, lessons: Lessons) -> Path:
    """Return weights (.pt) of a described net that knows what the exported model of `lessons` does."""
    begun = described.with_name("begun.pt")
    if lessons.start is not None and not begun.is_file():
        torch = importlib.import_module("torch")
        torch.manual_seed(lessons.seed)
        net = package.YOLO(str(described))
        begin_with(net.model, lessons.start, windows.draw(BEGIN_WITH)["img"].float() / 255)
        _save(net, begun)
    return begun


def _save(net: Any, file: Path) -> None:
    """Write weights whole or not at all."""
    part = file.with_name(f"part-{file.name}")
    net.ckpt = {}
    net.save(str(part))
    part.rename(file)


def _kept(package: Any, windows: Windows, lessons: Lessons, taught: Path, work: Path) -> Path:
    """Return weights (.pt) between those that the training began with and those taught."""
    kept = work / "kept.pt"
    if not kept.is_file():
        torch = importlib.import_module("torch")
        torch.manual_seed(lessons.seed)
        begun, net = (package.YOLO(str(file)) for file in (work / "begun.pt", taught))
        batches = [
            other_light(windows.draw(BEGIN_WITH)["img"].float() / 255) for _ in range(STATISTICS_BATCHES)
        ]
        keep_some(net.model.float(), begun.model.float(), lessons.keep, batches)
        _save(net, kept)
    return kept


def _taught(package: Any, windows: Windows, how: dict[str, Any], where: tuple[Path, Path]) -> Path:
    """Return the weights after a stage that begins with others in its folder, both of `where`."""
    weights, folder = where
    done, last = folder / "weights.pt", folder / "run" / "weights" / "last.pt"
    if done.is_file():
        return done
    device, amp = _device()
    if last.is_file():
        with suppress(AssertionError):  # all its epochs are over, it only was not put in its place
            package.YOLO(str(last)).train(trainer=trainer(windows), resume=True, device=device)
    else:
        package.YOLO(str(weights)).train(
            trainer=trainer(windows), project=str(folder), name="run", exist_ok=True, device=device, amp=amp,
            workers=0, **how, **RECIPE,
        )  # fmt: skip
    last.replace(done)
    return done


def _device() -> tuple[str, Any]:
    """Return what to train on, a GPU where there is one, and in which numbers (nothing is fetched for it)."""
    if importlib.import_module("torch").cuda.is_available():
        return "0", "bf16"
    # the package leaves one core idle; of two, that is half of them
    settings: Any = importlib.import_module("ultralytics.utils.torch_utils")
    settings.NUM_THREADS = os.cpu_count() or 1
    return "cpu", False


def _told(pictures: Path, work: Path) -> Path:
    """Return the file that names the dataset, with one picture that the package tries the last weights on."""
    for kind in ("images", "labels"):
        first = min((pictures / kind / "train").iterdir())
        (work / "tried" / kind).mkdir(parents=True, exist_ok=True)
        shutil.copy(first, work / "tried" / kind / first.name)
    names = "".join(f"  {row}: {name}\n" for row, name in enumerate(CLASSES))
    told = work / "data.yaml"
    text = f"path: {work.resolve()}\ntrain: tried/images\nval: tried/images\nnames:\n{names}"
    told.write_text(text, encoding="utf-8")
    return told


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
