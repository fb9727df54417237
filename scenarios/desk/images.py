"""Pictures of the archive as arrays, and back."""

import cv2
import numpy as np

from detectors.datatypes.arrays import UInt8Array
from scenarios.errors import InputError


def decoded(data: bytes, what: str = "the evidence") -> UInt8Array:
    """Return a picture (h, w, 3) BGR; InputError where the bytes are none."""
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if picture is None:
        msg = f"{what}: not a picture"
        raise InputError(msg)
    return np.asarray(picture, dtype=np.uint8)


def encoded(picture_bgr: UInt8Array, quality: int) -> bytes:
    """Return a picture (h, w, 3) BGR as JPEG; InputError where it cannot be one."""
    done, jpeg = cv2.imencode(".jpg", picture_bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        msg = f"a picture of shape {picture_bgr.shape} could not be encoded"
        raise InputError(msg)
    return jpeg.tobytes()
