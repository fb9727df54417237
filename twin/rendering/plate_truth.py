"""The exact truth of a plate in a picture: where it is, and how much of it nothing hides."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import BoolArray, Float64Array
from twin.rendering.bodies import Body, paint_bodies
from twin.rendering.plates import Plate
from twin.rendering.raster import Upright

MARK_BGR = np.array([0.0, 255.0, 0.0])
MARGIN_PX = 4  # around a plate, within which it is looked at
WITHIN = 6  # grey levels: an edge that is mixed with what lies around it does not count


@dataclass(frozen=True, slots=True, eq=False)
class PlateTruth:
    """A plate as it shows: `corners_px` (4, 2) bottom left, bottom right, top right, top left.

    `shown` is the share of it, 0..1, that no vehicle and nothing that stands in the street hides; of a
    plate that is not in the picture to its edges it is 0. Labels of the camera are not looked at.
    """

    plate: Plate
    corners_px: Float64Array
    shown: float


def plate_truth(found: list[Body], number: str, upright: Upright) -> PlateTruth | None:
    """Return the truth of the plate of a number, None where it faces away or is too small for letters.

    `found` are the bodies from far to near, as they are painted; `upright` is what stands in the street,
    over the whole picture. All of it is painted black and the plate in one colour: what is left of that
    shows, by the same painter that makes the picture.
    """
    row = next((n for n, one in enumerate(found) if one.plate.number == number), None)
    if row is None or found[row].plate_px is None:
        return None
    corners_px = np.asarray(found[row].plate_px, dtype=np.float64)
    size_px = upright.thing.shape[::-1]
    low = np.clip(np.floor(corners_px.min(axis=0)).astype(int) - MARGIN_PX, 0, size_px)
    high = np.clip(np.ceil(corners_px.max(axis=0)).astype(int) + MARGIN_PX, 0, size_px)
    if not (high > low).all() or (corners_px < 0).any() or (corners_px > np.array(size_px) - 1).any():
        return PlateTruth(found[row].plate, corners_px, 0.0)
    part = upright.thing[low[1] : high[1], low[0] : high[0]]
    bodies = [_black(one, low, marked=n == row) for n, one in enumerate(found)]
    nothing = Upright(np.zeros_like(part), np.array([np.inf], dtype=np.float32))
    alone = _mark([bodies[row]], nothing)
    seen = _mark(bodies, Upright(part, upright.depth_m))
    return PlateTruth(found[row].plate, corners_px, float((alone & seen).sum() / max(alone.sum(), 1)))


def _black(body: Body, corner_px: NDArray[np.int64], *, marked: bool) -> Body:
    """Return a body in black where a picture begins at a corner, its plate marked or not written at all."""
    return body._replace(
        faces_px=body.faces_px - corner_px,
        box_px=body.box_px - np.tile(corner_px, 2),
        colours=np.zeros_like(body.colours),
        plate_px=body.plate_px - corner_px if marked and body.plate_px is not None else None,
        plate_bgr=MARK_BGR,
        ink_bgr=MARK_BGR,
    )


def _mark(bodies: list[Body], upright: Upright) -> BoolArray:
    """Return (H, W) where the mark is left once the bodies are painted."""
    still = np.zeros((*upright.thing.shape, 3), dtype=np.uint8)
    canvas = still.copy()
    paint_bodies(canvas, bodies, still, upright)
    return np.asarray((np.abs(canvas - MARK_BGR) <= WITHIN).all(axis=2), dtype=np.bool_)
