"""The text models of PP-OCRv6, run by ONNX Runtime: where text is, and which characters a line shows.

The files lie in the wheel of `rapidocr` (Apache-2.0; the models are PaddleOCR's). They are read as data:
its code, which may download, is never imported.
"""

import math
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from detectors.datatypes.arrays import Float32Array, UInt8Array

PACKAGE = "rapidocr"
WHERE, WHAT = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
THREADS = 1
STRIDE_PX = 32  # sides of a picture that the first model takes are multiples of this
LINE_PX, LEAST_LINE_PX = 48, 320  # height of a line that the second takes, and how wide it is at least
WIDEST_LINE_PX = 960
MIDDLE, SPREAD = 127.5, 127.5  # grey levels that the models know as 0 and 1


class ReadingModelError(ValueError):
    """The models cannot be had; the message says what to do."""


class TextModels:
    """Both models, loaded; `characters` are the classes of the second, "" where it sees none."""

    def __init__(self) -> None:
        self._where, self._what = (_session(model_file(name)) for name in (WHERE, WHAT))
        written = self._what.get_modelmeta().custom_metadata_map.get("character", "")
        self.characters: tuple[str, ...] = ("", *written.rstrip("\n").split("\n"), " ")

    def text_map(self, image_bgr: UInt8Array, side_px: float) -> Float32Array:
        """Return (h, w) the chance 0..1 that there is text, over a picture scaled to the area of a square.

        The map covers the whole picture, at a scale of its own in each direction; `side_px` is the square's.
        """
        height, width = image_bgr.shape[:2]
        scale = side_px / math.sqrt(height * width)
        size = [max(1, round(side * scale / STRIDE_PX)) * STRIDE_PX for side in (width, height)]
        (found,) = self._where.run(None, {"x": _blob(cv2.resize(image_bgr, size))[None]})
        return np.asarray(found[0, 0], dtype=np.float32)

    def line_characters(self, lines_bgr: Sequence[UInt8Array]) -> Float32Array:
        """Return (N, T, C) the probabilities of `characters` along each of N lines of text."""
        wide = [min(round(LINE_PX * one.shape[1] / one.shape[0]), WIDEST_LINE_PX) for one in lines_bgr]
        blob = np.zeros((len(wide), 3, LINE_PX, max(LEAST_LINE_PX, *wide)), dtype=np.float32)
        for row, (line, width) in enumerate(zip(lines_bgr, wide, strict=True)):
            blob[row, :, :, :width] = _blob(cv2.resize(line, (max(width, 1), LINE_PX)))
        (found,) = self._what.run(None, {"x": blob})
        return np.asarray(found, dtype=np.float32)


def model_file(name: str) -> Path:
    """Return where a model lies; ReadingModelError where the package is not installed or has it not."""
    try:
        path = Path(str(distribution(PACKAGE).locate_file(f"{PACKAGE}/models/{name}")))
    except PackageNotFoundError as error:
        msg = (
            f"plates: the models are in the package {PACKAGE}, which is not installed; pip install {PACKAGE}"
        )
        raise ReadingModelError(msg) from error
    if not path.is_file():
        msg = f"plates: the installed {PACKAGE} has no {name}; install the version of constraints.txt"
        raise ReadingModelError(msg)
    return path


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = THREADS
    options.log_severity_level = 4
    # threads that spin while they wait take many times the time of the work (measured)
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])


def _blob(picture_bgr: np.ndarray) -> Float32Array:
    """Return (3, h, w) of a picture (h, w, 3), as the models take it."""
    planes = picture_bgr.transpose(2, 0, 1).astype(np.float32)
    return np.ascontiguousarray((planes - MIDDLE) / SPREAD)
