"""Evidence pictures as an archive gives them back."""

import json
from dataclasses import dataclass

from detectors.archive.records import Record
from detectors.archive.shelves import named_sha256
from detectors.datatypes.cases import PictureKind

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """An evidence picture as kept: `path` from the folder of the store, `sha256` of the file.

    `box_px` is where its vehicle, or its plate, stands in it, None where that was not kept. `others_px` are
    the others that were followed. Simulated pictures have a bar below what these count from. `seq` is the
    number of its record.
    """

    case_id: str
    kind: PictureKind
    taken_ns: int
    path: str
    sha256: str
    box_px: Box | None = None
    others_px: tuple[Box, ...] | None = None
    simulated: bool = False
    seq: int = 0


def stored_picture(record: Record) -> StoredPicture:
    """Return what a record of a picture says."""
    said = json.loads(record.payload)
    kind, sha256 = PictureKind(said["kind"]), named_sha256(record.file)
    boxes = [_box(one) for one in said.get("others_px") or ()]
    return StoredPicture(
        record.subject,
        kind,
        said["taken_ns"],
        record.file,
        sha256,
        _box(said["box_px"]) if "box_px" in said else None,
        tuple(boxes) if "others_px" in said else None,
        bool(record.simulated),
        record.seq,
    )


def _box(said: list[float]) -> Box:
    x0, y0, x1, y1 = said
    return x0, y0, x1, y1
