"""Wrong cases made of right ones: the outline moved to a neighbour, or the plate of somebody else."""

import io
import json
from pathlib import Path

import av
import cv2
import numpy as np

from detectors.archive.pictures import JPEG_QUALITY
from detectors.archive.store import CaseStore, StoredPicture
from detectors.cases.evidence import OUTLINE_BGR, Box
from detectors.datatypes.arrays import BoolArray, Float64Array, UInt8Array
from detectors.datatypes.cases import Case, PictureKind
from scenarios.boxes import overlaps
from scenarios.desk.images import decoded, encoded

FULL = (PictureKind.CONTEXT, PictureKind.IN_JUNCTION)
LEAST_PX = 24.0  # lower vehicles are too small to be told apart
MOST_SHARED = 0.05  # of a neighbour's box with any other: a covered one is no clear mistake
OUTLINE_PX = 2
AROUND_PX = 2  # a coded outline bleeds so far


def moved_outline(store: CaseStore, run: Path, case: Case) -> tuple[StoredPicture, bytes] | None:
    """Return a full picture of a case with its outline around a neighbour, None where none can be made.

    What stood below the outline comes from the clip of the case, where nothing is drawn. Neighbours are
    vehicles that the run log has at the same instant, large and in the clear.
    """
    for picture in store.pictures(case.case_id):
        if picture.kind not in FULL:
            continue
        image = decoded(store.content(picture.path), picture.path)
        found = _two_boxes(run, case, picture, image.shape[1], image.shape[0])
        bare = _bare(store, case, image)
        if found is not None and bare is not None:
            return picture, encoded(_redrawn(image, bare, *found), JPEG_QUALITY)
    return None


def _two_boxes(
    run: Path, case: Case, picture: StoredPicture, width: int, height: int
) -> tuple[Box, Box] | None:
    """Return the box of a case's vehicle and that of the largest one in the clear, None without both."""
    tracks = _tracks_at(run / f"{case.view}.jsonl", picture.taken_ns)
    boxes = np.array([box for _, box in tracks], dtype=np.float64).reshape(-1, 4)
    own = np.array([number == case.track_id for number, _ in tracks], dtype=np.bool_)
    if not own.any():
        return None
    shared = overlaps(boxes, boxes) - np.eye(len(boxes))
    inside = (boxes[:, :2] >= 0).all(axis=1) & (boxes[:, 2] < width) & (boxes[:, 3] < height)
    tall = boxes[:, 3] - boxes[:, 1]
    fit = ~own & inside & (tall >= LEAST_PX) & (shared.max(axis=1) <= MOST_SHARED)
    if not fit.any():
        return None
    mine = picture.box_px or _box(boxes[int(np.argmax(own))])
    return mine, _box(boxes[int(np.argmax(np.where(fit, tall, -1.0)))])


def _box(row: Float64Array) -> Box:
    x0, y0, x1, y1 = (float(edge) for edge in row)
    return x0, y0, x1, y1


def _tracks_at(log: Path, at_ns: int) -> list[tuple[int, list[float]]]:
    if not log.is_file():
        return []
    wanted = f'"timestamp_ns":{at_ns},'
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            if wanted in line:
                found = json.loads(line)["tracks"]
                seen = [(one["id"], one["box"]) for one in found if one["seen"]]
                if seen:  # a snapshot has the time of a frame, and no tracks
                    return seen
    return []


def _bare(store: CaseStore, case: Case, image: UInt8Array) -> UInt8Array | None:
    """Return the frame of the clip that is most like a picture, at its size; None without a clip."""
    clips = store.clips(case.case_id)
    if not clips:
        return None
    best, least = None, np.inf
    with av.open(io.BytesIO(store.content(clips[0])), "r") as container:
        for frame in container.decode(video=0):
            seen = np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)
            sized = np.asarray(cv2.resize(seen, (image.shape[1], image.shape[0])), dtype=np.uint8)
            apart = float(np.mean(cv2.absdiff(sized, image)))
            if apart < least:
                best, least = sized, apart
    return best


def _redrawn(image: UInt8Array, bare: UInt8Array, old: Box, new: Box) -> UInt8Array:
    picture = image.copy()
    under = _edge(image.shape, old, OUTLINE_PX + AROUND_PX, AROUND_PX)
    picture[under] = bare[under]
    picture[_edge(image.shape, new, OUTLINE_PX, 0)] = OUTLINE_BGR
    return picture


def _edge(shape: tuple[int, ...], box: Box, inward: int, outward: int) -> BoolArray:
    """Return (h, w) bool: the outline of a box, so many pixels to each side of its edge."""
    mask = np.zeros(shape[:2], dtype=np.bool_)
    x0, y0, x1, y1 = _whole(np.array(box), shape)
    mask[max(y0 - outward, 0) : y1 + outward, max(x0 - outward, 0) : x1 + outward] = True
    mask[y0 + inward : max(y1 - inward, 0), x0 + inward : max(x1 - inward, 0)] = False
    return mask


def _whole(box: Float64Array, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    low, high = np.floor(box[:2]).astype(int), np.ceil(box[2:]).astype(int)
    return max(int(low[0]), 0), max(int(low[1]), 0), min(int(high[0]), shape[1]), min(int(high[1]), shape[0])
