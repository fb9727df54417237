"""A picture without what it shows of others: their plates, heads and faces. For every export.

What is hidden gets one grey, the same whatever was there: a mosaic of letters can be undone by trying all
plates, a grey cannot. Only what nobody has looked at is a mosaic, made of the picture that is grey already,
in few steps. Its cells are CELL_M wide or wider wherever a person may stand, if it is known how finely the
picture shows one: markings and signals stay legible, a face is one cell, a plate a few. Else they are few.

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
CELLS = 10  # of the mosaic, along the shorter side of a picture, where nothing is known of its density
CELL_M = 0.15  # of a cell where it is known: a third of a car's plate, as wide as a face [?]
STEPS = 16  # grey levels that the mosaic tells apart
CORE = 0.2  # of the accused's box, on each side, may show what is behind it: the rest is itself
BEHIND = 0.1  # of the accused's height: whoever's foot is so much higher in the picture stands behind
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
    density_px_m: Sequence[float] | None = None,
) -> UInt8Array:
    """Return a copy of a picture (h, w, 3) that shows of other people nothing that names them.

    `others` are all other vehicles of the picture, `plates_px` all plates but the accused's, `people_px`
    all people outside vehicles; None says that nobody looked, () that somebody did and there is none. Boxes
    may reach beyond the picture; one that is not a box (NaN, no width) says that its list is not known.
    `density_px_m` is as in `EvidencePicture`: the most pixels that a metre of a person takes, by bands.

    Grey are: plates and people; of others the head of a rider or what is behind glass, the whole vehicle
    where no plate of it is known; the same of the accused vehicle, but for its own plate, which stays
    unless a plate of another or a person is said to be there, and so does its core (CORE) before whoever
    stands behind it. Where `others` or `people_px` is not known, all outside the accused vehicle is a
    mosaic besides; one of cells of CELL_M where the others and the density are known.

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
    unsaid = seen is None or (plates is None and plates_px is not None)
    if unsaid or people is None:
        broken = unsaid or people_px is not None
        _blur_outside(shown, accused.box_px, _sides(shown.shape[:2], None if broken else density_px_m))
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
    behind = [one for one in others if _stands_behind(one.box_px, accused)]
    for one in behind:
        _mark(hidden, _hidden_of(one, plates))
    if behind:
        hidden[_core(accused.box_px, hidden.shape)] = False
    for one in others:
        if one not in behind:
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


def _stands_behind(box: Box, accused: AccusedVehicle) -> bool:
    """Return whether another is hidden by the accused rather than hides it; not asked of a plate alone."""
    tall = accused.box_px[3] - accused.box_px[1]
    return not accused.only_plate and box[3] < accused.box_px[3] - BEHIND * tall


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


def _core(box: Box, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Return rows and columns that lie wholly in the core of a box."""
    x0, y0, x1, y1 = box
    rim_x, rim_y = CORE * (x1 - x0), CORE * (y1 - y0)
    return _within(y0 + rim_y, y1 - rim_y, shape[0]), _within(x0 + rim_x, x1 - rim_x, shape[1])


def _within(low: float, high: float, most: int) -> slice:
    return slice(min(max(math.ceil(low), 0), most), min(max(math.floor(high), 0), most))


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


def _sides(shape: tuple[int, ...], density_px_m: Sequence[float] | None) -> list[int]:
    """Return how large a cell has to be (px) in each band of rows; few cells where that is not known."""
    few = max(1, math.ceil(min(shape) / CELLS))
    known = [CELL_M * one if math.isfinite(one) and one > 0 else None for one in density_px_m or ()]
    return [few if side is None else max(1, math.ceil(side)) for side in known] or [few]


def _blur_outside(picture: UInt8Array, keep_px: Box, sides: Sequence[int]) -> None:
    """Make a mosaic in place of all that a box does not touch, in cells as large as their bands ask for.

    A cell is never smaller than that: what is left over at an edge belongs to the last one.
    """
    height, width = picture.shape[:2]
    outside = np.ones((height, width), dtype=np.bool_)
    _mark(outside, keep_px, value=False)
    step = 256 // STEPS
    top = 0
    while top < height:
        side, bottom = _row_of_cells(top, height, sides)
        columns = np.arange(0, max(width - side, 0) + 1, side)
        row = picture[top:bottom]
        counts = np.diff(np.append(columns, width)) * len(row)
        means = np.add.reduceat(row.sum(axis=0, dtype=np.int64), columns, axis=0) // counts[:, None]
        cells = np.minimum(means // step * step + step // 2, 255).astype(np.uint8)
        whole = np.repeat(cells, np.diff(np.append(columns, width)), axis=0)
        chosen = outside[top:bottom]
        row[chosen] = np.broadcast_to(whole, row.shape)[chosen]
        top = bottom


def _row_of_cells(top: int, height: int, sides: Sequence[int]) -> tuple[int, int]:
    """Return the side of the cells that begin at a row, and the row where they end."""
    bands = len(sides)
    side = sides[top * bands // height]
    while True:
        bottom = top + side if top + 2 * side <= height else height
        asked = max(sides[top * bands // height : (bottom - 1) * bands // height + 1])
        if asked <= side:
            return side, bottom
        side = asked
