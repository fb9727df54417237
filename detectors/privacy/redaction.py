"""A picture without what it shows of others: their plates, heads and faces. For every export.

What is hidden gets one grey, the same whatever was there: a mosaic of letters can be undone by trying all
plates, a grey cannot. Only what nobody has looked at is a mosaic, made of the picture that is grey already,
of few cells in few steps.

Fail closed: what is not known (None) is hidden.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import BoolArray, UInt8Array
from detectors.datatypes.detections import VehicleClass

Box = tuple[float, float, float, float]
GREY = 128
GROWN, GROWN_PX = 0.15, 2.0  # of a plate's or a person's box on each side: a detector cuts corners
CELLS = 10  # of the mosaic, along the shorter side of a picture
STEPS = 16  # grey levels that the mosaic tells apart
LARGEST_PLATE = 0.15  # share of its vehicle's box: what is larger is no plate
FARTHEST_PX = 1e7  # from the corner of a picture: what is farther is no place in it
RIDER = (0.0, 1 / 3)  # of a motorcycle's box, from its top: the rider's head
WINDSCREEN = (0.0, 0.55)  # of any other box: who sits behind glass, from the front, the side or the back


class RedactionRefused(ValueError):  # noqa: N818 - reads as what happened
    """A picture cannot be redacted, and so not be exported; the message is one line."""


@dataclass(frozen=True, slots=True)
class VehicleBox:
    """Where another vehicle is: x0, y0, x1, y1 in pixels of the picture, and what it is."""

    box_px: Box
    vehicle_class: VehicleClass = VehicleClass.UNKNOWN


@dataclass(frozen=True, slots=True)
class AccusedVehicle:
    """The vehicle that the picture is about, and where its plate shows, None where that is not known.

    `only_plate` says that the box is that of its plate and no more: nobody sits there.
    """

    box_px: Box
    vehicle_class: VehicleClass = VehicleClass.UNKNOWN
    plate_px: Box | None = None
    only_plate: bool = False


def redact(
    picture_bgr: UInt8Array,
    accused: AccusedVehicle | None,
    others: Sequence[VehicleBox] | None,
    plates_px: Sequence[Box] | None,
    people_px: Sequence[Box] | None = None,
) -> UInt8Array:
    """Return a copy of a picture (h, w, 3) that shows of other people nothing that names them.

    `others` are all other vehicles of the picture, `plates_px` all plates but the accused's, `people_px`
    all people outside vehicles; None says that nobody looked, () that somebody did and there is none. Boxes
    may reach beyond the picture; one that is not a box (NaN, no width) says that its list is not known.

    Grey are: plates and people; of others the head of a rider or what is behind glass, the whole vehicle
    where no plate of it is known; the same of the accused vehicle, but for its own plate, which stays
    unless a plate of another or a person is said to be there. Where `others` or `people_px` is not known,
    all outside the accused vehicle is a mosaic besides.

    Raises RedactionRefused where the accused vehicle is not known: nothing could be shown.
    """
    if accused is None or not _is_box(accused.box_px):
        msg = "the picture is not exported: where its own vehicle stands is not known, all would be hidden"
        raise RedactionRefused(msg)
    if picture_bgr.ndim != 3 or picture_bgr.shape[2] != 3 or picture_bgr.dtype != np.uint8:
        msg = f"expected a picture (h, w, 3) of bytes, got {picture_bgr.shape} of {picture_bgr.dtype}"
        raise RedactionRefused(msg)
    plates, people = _known(plates_px), _known(people_px)
    seen = None if others is None or _known([one.box_px for one in others]) is None else tuple(others)
    shown = picture_bgr.copy()
    shown[_hidden(picture_bgr.shape, accused, seen or (), plates or (), people or ())] = GREY
    if seen is None or people is None or (plates is None and plates_px is not None):
        _blur_outside(shown, accused.box_px)
    return shown


def _hidden(
    shape: tuple[int, ...],
    accused: AccusedVehicle,
    others: Sequence[VehicleBox],
    plates: Sequence[Box],
    people: Sequence[Box],
) -> BoolArray:
    """Return (h, w) bool: what becomes grey. The accused's plate comes before vehicles, after plates."""
    hidden = np.zeros(shape[:2], dtype=np.bool_)
    for one in others:
        _mark(hidden, _hidden_of(one, plates))
    if not accused.only_plate:
        _mark(hidden, _head(accused.box_px, accused.vehicle_class))
    own_plate = _own_plate(accused)
    if own_plate is not None:
        _mark(hidden, own_plate, value=False)
    for box in (*plates, *people):
        _mark(hidden, _grown(box))
    return hidden


def _is_box(box: Box) -> bool:
    near = all(abs(side) < FARTHEST_PX for side in box)  # neither NaN nor infinite
    return len(box) == 4 and near and box[0] < box[2] and box[1] < box[3]


def _known(boxes: Sequence[Box] | None) -> tuple[Box, ...] | None:
    """Return boxes that can be used, None where one of them cannot."""
    if boxes is None or not all(map(_is_box, boxes)):
        return None
    return tuple(boxes)


def _hidden_of(vehicle: VehicleBox, plates: Sequence[Box]) -> Box:
    """Return what is hidden of another vehicle besides its plates."""
    x0, y0, x1, y1 = vehicle.box_px
    middles = (((p[0] + p[2]) / 2, (p[1] + p[3]) / 2) for p in plates)
    if any(x0 <= x <= x1 and y0 <= y <= y1 for x, y in middles):
        return _head(vehicle.box_px, vehicle.vehicle_class)
    return _grown(vehicle.box_px, 0.0)


def _head(box: Box, vehicle_class: VehicleClass) -> Box:
    x0, y0, x1, y1 = box
    since, until = RIDER if vehicle_class is VehicleClass.MOTORCYCLE else WINDSCREEN
    tall = y1 - y0
    return x0 - GROWN_PX, y0 + since * tall - GROWN_PX, x1 + GROWN_PX, y0 + until * tall


def _own_plate(accused: AccusedVehicle) -> Box | None:
    """Return where the accused's plate may stay: inside its vehicle and no larger than a plate."""
    plate, (x0, y0, x1, y1) = accused.plate_px, accused.box_px
    if plate is None or not _is_box(plate):
        return None
    inside = x0 <= plate[0] and y0 <= plate[1] and plate[2] <= x1 and plate[3] <= y1
    return plate if inside and _area(plate) <= LARGEST_PLATE * _area(accused.box_px) else None


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _grown(box: Box, share: float = GROWN) -> Box:
    x0, y0, x1, y1 = box
    wide, tall = share * (x1 - x0) + GROWN_PX, share * (y1 - y0) + GROWN_PX
    return x0 - wide, y0 - tall, x1 + wide, y1 + tall


def _span(box: Box, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Return rows and columns that a box touches, inside the picture."""
    height, width = shape[:2]
    x0, x1 = (min(max(x, 0.0), float(width)) for x in (box[0], box[2]))
    y0, y1 = (min(max(y, 0.0), float(height)) for y in (box[1], box[3]))
    return slice(math.floor(y0), math.ceil(y1)), slice(math.floor(x0), math.ceil(x1))


def _mark(mask: BoolArray, box: Box, *, value: bool = True) -> None:
    mask[_span(box, mask.shape)] = value


def _blur_outside(picture: UInt8Array, keep_px: Box) -> None:
    """Make a mosaic in place of all that a box does not touch: cells that it touches are cut at its edge."""
    height, width = picture.shape[:2]
    side = max(1, math.ceil(min(height, width) / CELLS))
    outside = np.ones((height, width), dtype=np.bool_)
    _mark(outside, keep_px, value=False)
    step = 256 // STEPS
    for top in range(0, height, side):
        for left in range(0, width, side):
            cell = np.s_[top : top + side, left : left + side]
            chosen = outside[cell]
            if chosen.any():
                mean = picture[cell][chosen].mean(axis=0)
                picture[cell][chosen] = np.minimum(mean // step * step + step // 2, 255).astype(np.uint8)
