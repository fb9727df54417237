"""Number plates in a picture: written where the plate is large enough for letters."""

from functools import lru_cache

import cv2
import numpy as np

from detectors.datatypes.arrays import Float64Array, UInt8Array

TEXT_FROM_PX = 7.0
FACE_PX = (344, 108)  # 800 px/m, the proportions of a car's plate
PAPER_BGR = (232, 234, 234)
INK_BGR = (26, 26, 28)


@lru_cache(maxsize=512)
def plate_face(text: str) -> UInt8Array:
    """Return the plate (H, W, 3): black text on white in a black frame, as issued since 2022."""
    width, height = FACE_PX
    face = np.full((height, width, 3), PAPER_BGR, dtype=np.uint8)
    cv2.rectangle(face, (4, 4), (width - 5, height - 5), INK_BGR, 3)
    font, thick = cv2.FONT_HERSHEY_DUPLEX, 5
    (wide, tall), _ = cv2.getTextSize(text, font, 2.0, thick)
    scale = 2.0 * min((width - 36) / max(wide, 1), 62 / max(tall, 1))
    (wide, tall), _ = cv2.getTextSize(text, font, scale, thick)
    at = ((width - wide) // 2, (height + tall) // 2)
    cv2.putText(face, text, at, font, scale, INK_BGR, thick, cv2.LINE_AA)
    face.flags.writeable = False
    return face


def paint_plate(canvas: UInt8Array, corners_px: Float64Array, text: str, veil: float = 0.0) -> None:
    """Write a plate onto a face that is already painted in its light; `veil` 0..1 takes its contrast.

    `corners_px` (4, 2) are bottom left, bottom right, top right, top left for who reads it.
    """
    low, high = corners_px.min(axis=0), corners_px.max(axis=0)
    x0, y0 = (int(n) - 1 for n in low)
    x1, y1 = (int(n) + 2 for n in high)
    height, width = canvas.shape[:2]
    if high[1] - low[1] < TEXT_FROM_PX or x0 < 0 or y0 < 0 or x1 > width or y1 > height:
        return
    face = plate_face(text)
    while face.shape[1] > 3.0 * (high[0] - low[0]):
        face = np.asarray(cv2.pyrDown(face), dtype=np.uint8)
    tall, wide = face.shape[:2]
    source = np.array([[0, tall], [wide, tall], [wide, 0], [0, 0]], dtype=np.float32)
    warp = cv2.getPerspectiveTransform(source, (corners_px - [x0, y0]).astype(np.float32))
    size = (x1 - x0, y1 - y0)
    picture = cv2.warpPerspective(face, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpPerspective(np.full((tall, wide), 255, dtype=np.uint8), warp, size)
    part = canvas[y0:y1, x0:x1]
    # the painted face is paper in the light that falls on it: the text takes its share of that
    light = part[mask > 127].mean(axis=0) if (mask > 127).any() else np.array(PAPER_BGR)
    shaded = picture * (light / np.array(PAPER_BGR))
    shaded += veil * (light - shaded)
    share = mask[..., None] / 255.0
    part[:] = np.clip(part * (1 - share) + shaded * share, 0, 255).astype(np.uint8)
