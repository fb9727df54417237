"""A detector by any exported YOLO (.onnx), run by ONNX Runtime on the CPU."""

import ast
from importlib import resources
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from detectors.datatypes.arrays import Float32Array, Int64Array, UInt8Array
from detectors.datatypes.detections import Detections, PlateBoxes
from detectors.datatypes.frame import Frame
from detectors.datatypes.site import SitePlan
from detectors.detection.decoding import PLATE, class_table, decode, suppress
from detectors.detection.errors import ModelError
from detectors.detection.tiles import tiles, uncut

LEAST_SCORE = 0.25
MOST_IOU = 0.6
THREADS = 1
GREY = 114  # what the part of the input is filled with that the picture does not cover


class OnnxDetector:
    """Detector port over one model file; `name` is what a report calls it.

    A picture is scaled to fit `size_px` (width, height), else the model's input; what is larger than that
    is looked at in overlapping tiles.
    """

    def __init__(self, path: Path, name: str = "", least_score: float = LEAST_SCORE) -> None:
        self.name = name or f"onnx {path.stem}"
        self.least_score = least_score
        self._session = _session(path)
        (given,) = self._session.get_inputs()
        if len(given.shape) != 4 or not all(isinstance(side, int) for side in given.shape[2:]):
            msg = (
                f"{path}: expected an input (1, 3, H, W) of fixed size, got {given.shape}; export with imgsz"
            )
            raise ModelError(msg)
        self._input, self._tall, self._wide = given.name, int(given.shape[2]), int(given.shape[3])
        self.size_px = (self._wide, self._tall)
        self._table = class_table(_names(path, self._session))

    def detect(self, frame: Frame) -> Detections:
        """Return the vehicles of one frame; where on the ground they stand is left to the tracker."""
        scale, picture = _scaled(frame.image_bgr, self.size_px)
        corners = tiles((picture.shape[1], picture.shape[0]), (self._wide, self._tall))
        parts = [self._look(picture, corner) for corner in corners]
        boxes, scores, classes = (np.concatenate(column) for column in zip(*parts, strict=True))
        boxes = np.clip(boxes / np.float32(scale), 0.0, [*frame.size_px, *frame.size_px])
        return found_in(boxes, scores, classes, plates=bool((self._table == PLATE).any()))

    def _look(
        self, picture: UInt8Array, corner: tuple[int, int]
    ) -> tuple[Float32Array, Float32Array, Int64Array]:
        """Return boxes, scores and classes in one tile, in pixels of the scaled picture."""
        left, top = corner
        part = picture[top : top + self._tall, left : left + self._wide]
        canvas = np.full((self._tall, self._wide, 3), GREY, dtype=np.uint8)
        canvas[: part.shape[0], : part.shape[1]] = part
        blob = np.ascontiguousarray(canvas[None, :, :, ::-1].transpose(0, 3, 1, 2), dtype=np.float32) / 255
        (raw,) = self._session.run(None, {self._input: blob})
        boxes, scores, classes = decode(np.asarray(raw[0]), self._table, self.least_score)
        boxes = boxes + np.array([left, top, left, top], dtype=np.float32)
        limits = np.array([left, top, left + part.shape[1], top + part.shape[0]], dtype=np.float32)
        whole = uncut(boxes, limits, (picture.shape[1], picture.shape[0]))
        return boxes[whole], scores[whole], classes[whole]


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = THREADS
    options.log_severity_level = 4
    # threads that spin while they wait take many times the time of the work (measured, VISION)
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if not path.is_file():
        msg = f"{path}: no such model; name the .onnx file of an exported YOLO"
        raise ModelError(msg)
    try:
        return onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the runtime has a class of its own for each way in which a file is wrong
        msg = f"{path}: not a model that ONNX Runtime can read; export it again with format=onnx"
        raise ModelError(msg) from error


def _names(path: Path, session: onnxruntime.InferenceSession) -> dict[int, str]:
    """Return the names of the classes, as the export wrote them into the model."""
    written = session.get_modelmeta().custom_metadata_map.get("names", "")
    try:
        names = ast.literal_eval(written)
        return {int(row): str(name) for row, name in names.items()}
    except (ValueError, SyntaxError, AttributeError) as error:
        msg = f"{path}: expected the names of its classes in the model's metadata, got {written[:40]!r}"
        raise ModelError(msg) from error


def _scaled(image: UInt8Array, size_px: tuple[int, int]) -> tuple[float, UInt8Array]:
    """Return the scale, and the picture scaled to fit `size_px` (width, height)."""
    height, width = image.shape[:2]
    scale = min(size_px[0] / width, size_px[1] / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return scale, np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def found_in(
    boxes: Float32Array,
    scores: Float32Array,
    classes: np.ndarray,
    *,
    plates: bool,
    most_iou: float = MOST_IOU,
) -> Detections:
    """Return vehicles and plates of boxes (N, 4), cut at the edge of the frame; those beyond it are left out.

    Vehicles do not hide plates from one another's suppression: a plate lies within its vehicle. `plates`
    says whether the model knows any.
    """
    large = (boxes[:, 2:] - boxes[:, :2] >= 1.0).all(axis=1)
    vehicles, others = (np.flatnonzero(large & chosen) for chosen in (classes != PLATE, classes == PLATE))
    vehicles = vehicles[suppress(boxes[vehicles], scores[vehicles], most_iou)]
    others = others[suppress(boxes[others], scores[others], most_iou)]
    sure = np.clip(scores, 0.0, 1.0)
    return Detections(
        boxes[vehicles],
        sure[vehicles],
        classes[vehicles].astype(np.int8),
        np.full((len(vehicles), 2), np.nan),
        plate_boxes=PlateBoxes(boxes[others], sure[others]) if plates else None,
    )


class TwinDetector(OnnxDetector):
    """The shipped weights, trained on rendered frames; the card is docs/models/twin.md."""

    def __init__(self, site: SitePlan | None = None) -> None:  # noqa: ARG002 - as every detector of the registry
        with resources.as_file(resources.files("detectors.detection") / "weights" / "twin.onnx") as path:
            super().__init__(path, "twin")
