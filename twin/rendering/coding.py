"""What coding leaves of a picture: no camera sends its pixels as they are.

Street cameras send H.264 or H.265. What these leave of a picture, blocks without fine detail and colours
that are coarser than brightness, JPEG leaves as well (ITU-T T.81, 4:2:0), at once and without the pictures
before; what differs from one picture to the next only, as the pulse of key frames, it does not show [?].
"""

import cv2
import numpy as np

from detectors.datatypes.arrays import UInt8Array

CALM = 1.4  # grey levels of noise by day, for which a quality is stated
NOISE_TAKES = 6.0  # of the quality, for each grey level of noise beyond: the bit rate stays [?]
LEAST = 10


def coded(picture: UInt8Array, quality: int, noise_sigma: float = CALM) -> UInt8Array:
    """Return a picture (H, W, 3) after coding in a quality of 1 to 100, as JPEG counts it."""
    left = max(min(quality, LEAST), round(quality - NOISE_TAKES * max(noise_sigma - CALM, 0.0)))
    sent, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, left])
    shown = cv2.imdecode(data, cv2.IMREAD_COLOR) if sent else None
    if shown is None:
        msg = f"a picture of {picture.shape} could not be coded as JPEG"
        raise RuntimeError(msg)
    return np.asarray(shown, dtype=np.uint8)
