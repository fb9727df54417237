"""A detector by any exported YOLO (.onnx), run by ONNX Runtime on the CPU."""

import ast
import math
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from detectors.datatypes.arrays import Float32Array, Int64Array, UInt8Array
from detectors.datatypes.detections import Detections, PlateBoxes
from detectors.datatypes.frame import Frame
from detectors.datatypes.site import SitePlan
from detectors.detection.canvas import Canvas, scaled
from detectors.detection.decoding import PLATE, decode, suppress
from detectors.detection.errors import ModelError
from detectors.detection.road import window
from detectors.detection.sidecar import Sidecar, read_sidecar, sidecar_path, vehicle_table
from detectors.detection.tiles import tiles, uncut

THREADS = 1
STRIDE_PX = 32  # sides of an input are whole numbers of it
MOST_SIDE_PX = 1920  # of an input whose size is free: larger pictures would take gigabytes


class OnnxDetector:
    """Detector port over one model file and its sidecar; `name` is what a report calls it.

    A picture is scaled to fit `size_px` (width, height), else the model's input; what is larger than that
    is looked at in overlapping tiles. A model whose input is free in height and width runs at the size of
    the scaled picture, rounded up to whole strides; with `size_px` None the picture is not magnified. Of a
    view with a site plan only that part is looked at in which vehicles on the site can show, as large as in
    the whole picture: how well one is seen does not depend on what else there is.
    Raises ModelError for what is no such model, and says what its sidecar has to tell.
    """

    def __init__(
        self, path: Path, name: str = "", least_score: float | None = None, site: SitePlan | None = None
    ) -> None:
        self.name = name or f"onnx {path.stem}"
        self._path = self.weights = path
        self._session = _session(path)
        sidecar = read_sidecar(path)
        self.least_score = sidecar.score if least_score is None else least_score
        self._most_iou = sidecar.iou
        self._input, self._free_px = _input(path, self._session)
        self.size_px = sidecar.size_px or _whole(self._free_px)
        self._table = _table(path, sidecar, self._session)
        self._plates = bool((self._table == PLATE).any())
        self._canvas = Canvas(sidecar)
        self._window = window(site)
        self._window_of = (site.camera.width_px, site.camera.height_px) if site else (0, 0)
        self._check_output()

    def detect(self, frame: Frame) -> Detections:
        """Return the vehicles of one frame; where on the ground they stand is left to the tracker."""
        x0, y0, x1, y1 = self._looked_at(frame.size_px)
        whole_px = self.size_px or _no_larger(frame.size_px)
        most = min(whole_px[0] / frame.size_px[0], whole_px[1] / frame.size_px[1])
        part_px = (max(1, round(most * (x1 - x0))), max(1, round(most * (y1 - y0))))
        scale, picture = scaled(frame.image_bgr[y0:y1, x0:x1], part_px)
        size_px = picture.shape[1], picture.shape[0]
        input_px = self._input_px(size_px)
        parts = [self._look(picture, corner, input_px) for corner in tiles(size_px, input_px)]
        boxes, scores, classes = (np.concatenate(column) for column in zip(*parts, strict=True))
        corner = np.array([x0, y0, x0, y0], dtype=np.float32)
        boxes = np.clip(boxes / np.float32(scale) + corner, 0.0, [*frame.size_px, *frame.size_px])
        return found_in(boxes, scores, classes, plates=self._plates, most_iou=self._most_iou)

    def _looked_at(self, size_px: tuple[int, int]) -> tuple[int, int, int, int]:
        """Return which part of a picture is looked at; all of one of another size than the survey's."""
        known = self._window is not None and size_px == self._window_of
        return self._window if known and self._window is not None else (0, 0, *size_px)

    def _input_px(self, picture_px: tuple[int, int]) -> tuple[int, int]:
        """Return width and height of the input for a picture, or for each tile of it."""
        wide, tall = (
            fixed or min(MOST_SIDE_PX, STRIDE_PX * math.ceil(side / STRIDE_PX))
            for fixed, side in zip(self._free_px, picture_px, strict=True)
        )
        return wide, tall

    def _look(
        self, picture: UInt8Array, corner: tuple[int, int], input_px: tuple[int, int]
    ) -> tuple[Float32Array, Float32Array, Int64Array]:
        """Return boxes, scores and classes in one tile, in pixels of the scaled picture."""
        left, top = corner
        part = picture[top : top + input_px[1], left : left + input_px[0]]
        raw = self._run(self._canvas.fill(part, input_px))
        boxes, scores, classes = decode(raw[0], self._table, self.least_score)
        boxes = boxes + np.array([left, top, left, top], dtype=np.float32)
        limits = np.array([left, top, left + part.shape[1], top + part.shape[0]], dtype=np.float32)
        whole = uncut(boxes, limits, (picture.shape[1], picture.shape[0]))
        return boxes[whole], scores[whole], classes[whole]

    def _run(self, blob: Float32Array) -> Float32Array:
        try:
            return np.asarray(self._session.run(None, {self._input: blob})[0], dtype=np.float32)
        except Exception as error:  # the runtime has a class of its own for each way in which a run fails
            tall, wide = blob.shape[2:]
            reason = " ".join(str(error).split())[:200]
            msg = f"{self._path}: cannot look at an input of {wide} x {tall} px: {reason}"
            raise ModelError(msg) from error

    def _check_output(self) -> None:
        """Raise ModelError where the model does not give a box and a score for each class."""
        given = self._session.get_outputs()[0].shape
        if len(given) == 3 and not isinstance(given[1], int):  # the model does not say: it is tried
            grey = np.zeros((1, 1, 3), dtype=np.uint8)
            given = list(self._run(self._canvas.fill(grey, self._input_px((1, 1)))).shape)
        count = len(self._table)
        if len(given) != 3 or given[1] != 4 + count:
            msg = (
                f"{self._path}: expected an output (1, {4 + count}, N), a box and {count} scores, "
                f"got {tuple(given)}; name each class in {sidecar_path(self._path).name}, export without nms"
            )
            raise ModelError(msg)


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


def _input(path: Path, session: onnxruntime.InferenceSession) -> tuple[str, tuple[int, int]]:
    """Return the name of the input and its width and height, 0 where that is free."""
    given = session.get_inputs()
    shape: list[Any] = given[0].shape
    pictures = len(given) == 1 and len(shape) == 4 and given[0].type == "tensor(float)"
    if not pictures or (isinstance(shape[1], int) and shape[1] != 3):
        found = ", ".join(f"{one.type} {tuple(one.shape)}" for one in given)
        msg = f"{path}: expected one input (1, 3, H, W) of float, a picture in colour, got {found}"
        raise ModelError(msg)
    tall, wide = (side if isinstance(side, int) else 0 for side in shape[2:])
    return given[0].name, (wide, tall)


def _whole(size_px: tuple[int, int]) -> tuple[int, int] | None:
    return size_px if all(size_px) else None


def _no_larger(picture_px: tuple[int, int]) -> tuple[int, int]:
    """Return the size to scale a picture to for which none was told: its own, if that is not too large."""
    wide, tall = (min(side, MOST_SIDE_PX) for side in picture_px)
    return wide, tall


def _table(path: Path, sidecar: Sidecar, session: onnxruntime.InferenceSession) -> Int64Array:
    """Return the VehicleClass of each class of the model, as its sidecar or its metadata name them."""
    return vehicle_table(path, sidecar, dict(enumerate(sidecar.names)) or _written_names(path, session))


def _written_names(path: Path, session: onnxruntime.InferenceSession) -> dict[int, str]:
    """Return the names of the classes, as the export wrote them into the model."""
    written = session.get_modelmeta().custom_metadata_map.get("names", "")
    try:
        names = {int(row): str(name) for row, name in ast.literal_eval(written).items()}
        return names or ast.literal_eval("")
    except (ValueError, SyntaxError, AttributeError) as error:
        got = f"the metadata has {written[:40]!r}" if written else "nor does its metadata"
        msg = (
            f"{path}: no sidecar names its classes, {got}; write {sidecar_path(path).name} beside it, with "
            'a line like names = ["motorcycle", "car", "bus", "truck"] in the order of its outputs'
        )
        raise ModelError(msg) from error


def found_in(
    boxes: Float32Array,
    scores: Float32Array,
    classes: np.ndarray,
    *,
    plates: bool,
    most_iou: float,
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

    def __init__(self, site: SitePlan | None = None) -> None:
        with resources.as_file(resources.files("detectors.detection") / "weights" / "twin.onnx") as path:
            super().__init__(path, "twin", site=site)
