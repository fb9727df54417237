"""Evidence as files: pictures and clips encoded, and marked where they are simulated."""

import io
from collections.abc import Sequence
from fractions import Fraction

import av
import cv2
import numpy as np

from detectors.archive.errors import StoreError
from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.cases import EvidencePicture
from detectors.datatypes.evidence import EvidenceClip
from detectors.datatypes.frame import NS_PER_S

JPEG_QUALITY = 92
BAR_PX = 14
MARK = "SIMULATED"
FONT = cv2.FONT_HERSHEY_SIMPLEX
CLIP_SIDE_PX = 640  # a clip shows how something moved; pictures show what it was
CLIP_QUALITY = "5"  # of MPEG-4, 1 best to 31


class PictureError(StoreError):
    """An evidence picture could not be encoded."""


def jpeg_of(picture: EvidencePicture) -> bytes:
    """Return a picture as JPEG, with the mark below it where it is simulated."""
    image = captioned(picture.image_bgr) if picture.simulated else picture.image_bgr
    try:
        done, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    except cv2.error:
        done = False
    if not done:
        msg = f"{picture.case_id}: a {picture.kind} picture of shape {image.shape} could not be encoded"
        raise PictureError(msg)
    return jpeg.tobytes()


def mp4_of(clip: EvidenceClip) -> bytes:
    """Return a clip as MP4 (MPEG-4 part 2), at most CLIP_SIDE_PX wide, each frame at its own time."""
    images = [captioned(image) if clip.simulated else image for image in clip.images_bgr]
    height, width = _even(images[0])
    held = io.BytesIO()
    with av.open(held, "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("mpeg4", rate=25, options={"qmin": CLIP_QUALITY, "qmax": CLIP_QUALITY})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for image, at_ms in zip(images, _milliseconds(clip.times_ns), strict=True):
            sized = np.asarray(cv2.resize(image, (width, height)), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(sized, format="bgr24")
            frame.pts, frame.time_base = at_ms, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return held.getvalue()


def _even(image: UInt8Array) -> tuple[int, int]:
    scale = min(1.0, CLIP_SIDE_PX / max(image.shape[:2]))
    return max(2, int(image.shape[0] * scale) // 2 * 2), max(2, int(image.shape[1] * scale) // 2 * 2)


def _milliseconds(times_ns: Sequence[int]) -> list[int]:
    """Return instants from the first on, each later than the one before as a container wants it."""
    at_ms: list[int] = []
    for time_ns in times_ns:
        since = (time_ns - times_ns[0]) * 1000 // NS_PER_S
        at_ms.append(max(since, at_ms[-1] + 1) if at_ms else 0)
    return at_ms


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
