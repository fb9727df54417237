"""The one seam through which pictures leave the archive: other people's plates and faces go first."""

from collections.abc import Callable

from detectors.archive.pictures import JPEG_QUALITY
from detectors.cases.evidence import Box
from detectors.datatypes.arrays import UInt8Array
from scenarios.desk.images import decoded, encoded
from scenarios.errors import InputError

Redact = Callable[[UInt8Array, tuple[Box, ...]], UInt8Array]


class RedactionMissing(InputError):  # noqa: N818 - reads as what happened
    """Nothing redacts pictures here, so that none may leave."""


def refuse(picture_bgr: UInt8Array, keep: tuple[Box, ...]) -> UInt8Array:
    """Refuse to give out a picture (h, w, 3): what is not wired in must not let faces and plates pass.

    A function in its place returns the picture with all plates and faces made unreadable but for what
    stands in the boxes `keep` (x0, y0, x1, y1 in pixels): the vehicle of the case.
    """
    msg = (
        f"a picture of {picture_bgr.shape[1]}x{picture_bgr.shape[0]} with {len(keep)} boxes to keep: "
        "no redaction is wired in"
    )
    raise RedactionMissing(msg)


def released(jpeg: bytes, keep: Box | None, redact: Redact) -> bytes:
    """Return a picture as it may leave; without a box of its vehicle nothing in it is kept readable.

    Raises RedactionMissing where nothing redacts, InputError for bytes that are no picture.
    """
    picture = redact(decoded(jpeg), () if keep is None else (keep,))
    return encoded(picture, JPEG_QUALITY)
