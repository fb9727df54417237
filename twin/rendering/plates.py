"""Number plates in a picture: written where the plate is large enough for letters."""

from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np

from detectors.datatypes.arrays import Float64Array, UInt8Array
from twin.rendering.looks import PlateKind

TEXT_FROM_PX = 7.0
FACE_PX = (344, 108)  # 800 px/m, the proportions of a car's plate
FONT = cv2.FONT_HERSHEY_DUPLEX
NUMBER_PX, UNTIL_PX = 58, 18  # how tall the two lines are
NUMBER_FOOT_PX, UNTIL_FOOT_PX = 73, 100  # and where they stand


class Plate(NamedTuple):
    """What is on a plate: the number, and of which kind it is and until when it is valid (MM.YY)."""

    number: str
    kind: PlateKind
    until: str


@lru_cache(maxsize=1024)
def plate_face(number: str, until: str) -> UInt8Array:
    """Return how much of a plate is ink (H, W), of 255: number and expiry in a frame."""
    width, height = FACE_PX
    face = np.zeros((height, width), dtype=np.uint8)
    cv2.rectangle(face, (4, 4), (width - 5, height - 5), 255, 3)
    for text, tall, foot, thick in (
        (number, NUMBER_PX, NUMBER_FOOT_PX, 5), (until, UNTIL_PX, UNTIL_FOOT_PX, 2),
    ):  # fmt: skip
        (wide, high), _ = cv2.getTextSize(text, FONT, 2.0, thick)
        scale = 2.0 * min((width - 30) / max(wide, 1), tall / max(high, 1))
        (wide, _), _ = cv2.getTextSize(text, FONT, scale, thick)
        cv2.putText(face, text, ((width - wide) // 2, foot), FONT, scale, 255, thick, cv2.LINE_AA)
    face.flags.writeable = False
    return face


def paint_plate(
    canvas: UInt8Array, corners_px: Float64Array, plate: Plate, paper_bgr: Float64Array, ink_bgr: Float64Array
) -> None:
    """Write a plate; `paper_bgr` and `ink_bgr` (3,) are the colours of both in the light that falls on it.

    `corners_px` (4, 2) are bottom left, bottom right, top right, top left for who reads it.
    """
    low, high = corners_px.min(axis=0), corners_px.max(axis=0)
    x0, y0 = (int(n) - 1 for n in low)
    x1, y1 = (int(n) + 2 for n in high)
    height, width = canvas.shape[:2]
    if high[1] - low[1] < TEXT_FROM_PX or x0 < 0 or y0 < 0 or x1 > width or y1 > height:
        return
    face = plate_face(plate.number, plate.until)
    while face.shape[1] > 3.0 * (high[0] - low[0]):
        face = np.asarray(cv2.pyrDown(face), dtype=np.uint8)
    tall, wide = face.shape[:2]
    source = np.array([[0, tall], [wide, tall], [wide, 0], [0, 0]], dtype=np.float32)
    warp = cv2.getPerspectiveTransform(source, (corners_px - [x0, y0]).astype(np.float32))
    size = (x1 - x0, y1 - y0)
    ink = cv2.warpPerspective(face, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpPerspective(np.full((tall, wide), 255, dtype=np.uint8), warp, size)
    part = canvas[y0:y1, x0:x1]
    shaded = paper_bgr + (ink_bgr - paper_bgr) * (ink[..., None] / 255.0)
    share = mask[..., None] / 255.0
    part[:] = np.clip(part * (1 - share) + shaded * share, 0, 255).astype(np.uint8)
