"""Evidence pictures on disk: written whole or not at all, and marked where they are simulated."""

import hashlib
import os
from pathlib import Path
from tempfile import NamedTemporaryFile

import cv2
import numpy as np

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.cases import EvidencePicture

JPEG_QUALITY = 92
BAR_PX = 14
MARK = "SIMULATED"
FONT = cv2.FONT_HERSHEY_SIMPLEX


class PictureError(OSError):
    """An evidence picture could not be encoded or written."""


def write_picture(picture: EvidencePicture, path: Path) -> str:
    """Write a picture as JPEG and return the SHA-256 of the file, hexadecimal.

    A reader sees the old file, none, or the whole new one, whatever happens in between.
    """
    image = captioned(picture.image_bgr) if picture.simulated else picture.image_bgr
    done, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        msg = f"{path}: a picture of shape {image.shape} could not be encoded"
        raise PictureError(msg)
    content = jpeg.tobytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_whole(path, content)
    return hashlib.sha256(content).hexdigest()


def captioned(image_bgr: UInt8Array) -> UInt8Array:
    """Return the picture (h, w, 3) with a bar below it that says it can accuse nobody."""
    height, width = image_bgr.shape[:2]
    bar = np.full((BAR_PX, width, 3), (0, 0, 120), dtype=np.uint8)
    (text_px, _), _ = cv2.getTextSize(MARK, FONT, 0.36, 1)
    scale = 0.36 * min(1.0, max(width - 4, 1) / text_px)
    cv2.putText(bar, MARK, (2, BAR_PX - 4), FONT, scale, (255, 255, 255), 1, cv2.LINE_AA)
    picture = np.empty((height + BAR_PX, width, 3), dtype=np.uint8)
    picture[:height], picture[height:] = image_bgr, bar
    return picture


def _write_whole(path: Path, content: bytes) -> None:
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
