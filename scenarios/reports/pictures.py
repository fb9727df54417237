"""Pictures as data URIs, small enough to travel inside a report."""

import base64
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from detectors.datatypes.cases import Case, PictureKind

THUMBNAIL_PX = 420
QUALITY = 82


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture for a page: what it shows (a code) and its data URI."""

    caption: str
    uri: str


def jpeg_uri(jpeg: bytes) -> str:
    """Return JPEG bytes as a data URI."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()


def thumbnail_uri(file: Path) -> str:
    """Return the picture of a file as a data URI, at most THUMBNAIL_PX wide.

    Raises ValueError that names a file that holds no picture.
    """
    picture = cv2.imdecode(np.frombuffer(file.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        msg = f"{file}: not a picture"
        raise ValueError(msg)
    scale = min(1.0, THUMBNAIL_PX / picture.shape[1])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return jpeg_uri(jpeg.tobytes())


def evidence_files(out: Path, case: Case) -> tuple[tuple[PictureKind, Path], ...]:
    """Return an evidence picture of each kind that a case has, in the order of PictureKind."""
    folder = out / "evidence" / case.case_id
    files = ((kind, next(iter(sorted(folder.glob(f"{kind.value}.*jpg"))), None)) for kind in PictureKind)
    return tuple((kind, file) for kind, file in files if file is not None)


def evidence(out: Path, case: Case) -> tuple[Picture, ...]:
    """Return the evidence pictures of a case as thumbnails."""
    return tuple(Picture(kind.value, thumbnail_uri(file)) for kind, file in evidence_files(out, case))
