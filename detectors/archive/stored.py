"""Evidence pictures and clips as an archive gives them back."""

import json
from dataclasses import dataclass
from typing import Any

from detectors.archive.records import Record
from detectors.archive.shelves import named_sha256
from detectors.datatypes.cases import PictureKind
from detectors.datatypes.evidence import EvidenceClip

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """An evidence picture as kept: `path` from the folder of the store, `sha256` of the file.

    `box_px` is where its vehicle, or its plate, stands in it, None where that was not kept. `others_px` are
    the others that were followed. Simulated pictures have a bar below what these count from. `seq` is the
    number of its record. `density_px_m` is as in `EvidencePicture`.
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
    density_px_m: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class StoredClip:
    """A clip as kept; boxes and `density_px_m` as in `EvidenceClip`, in pixels of frames of `size_px`.

    `times_ns` and `size_px` None: the clip was kept before these were, and nobody knows what it shows where.
    """

    case_id: str
    path: str
    simulated: bool
    times_ns: tuple[int, ...] | None = None
    size_px: tuple[int, int] | None = None
    own_px: tuple[Box | None, ...] = ()
    others_px: tuple[tuple[Box, ...], ...] = ()
    density_px_m: tuple[float, ...] | None = None


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
        _density(said),
    )


def clip_payload(clip: EvidenceClip) -> dict[str, Any]:
    """Return what a record says of a clip: its times, and what stands where in it."""
    height, width = clip.images_bgr[0].shape[:2]
    payload: dict[str, Any] = {"first_ns": clip.times_ns[0], "last_ns": clip.times_ns[-1]}
    payload |= {"times_ns": list(clip.times_ns), "size_px": [width, height]}
    if clip.own_px and clip.others_px:
        payload["own_px"] = [None if box is None else _edges(box) for box in clip.own_px]
        payload["others_px"] = [[_edges(box) for box in boxes] for boxes in clip.others_px]
    if clip.density_px_m is not None:
        payload["density_px_m"] = [float(one) for one in clip.density_px_m]
    return payload


def stored_clip(record: Record) -> StoredClip:
    """Return what a record of a clip says."""
    said = json.loads(record.payload)
    about = (record.subject, record.file, bool(record.simulated))
    if "times_ns" not in said:
        return StoredClip(*about)
    width, height = said["size_px"]
    return StoredClip(
        *about,
        tuple(said["times_ns"]),
        (width, height),
        tuple(None if box is None else _box(box) for box in said.get("own_px", ())),
        tuple(tuple(_box(box) for box in boxes) for boxes in said.get("others_px", ())),
        _density(said),
    )


def _density(said: dict[str, Any]) -> tuple[float, ...] | None:
    return tuple(said["density_px_m"]) if "density_px_m" in said else None


def _edges(box: Box) -> list[float]:
    return [round(float(edge), 1) for edge in box]


def _box(said: list[float]) -> Box:
    x0, y0, x1, y1 = said
    return x0, y0, x1, y1
