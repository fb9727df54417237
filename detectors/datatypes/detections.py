"""What a detector found in one frame."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from detectors.datatypes.arrays import (
    BoolArray,
    Float32Array,
    Int8Array,
    Int64Array,
    ShapeError,
    frozen_array,
)
from detectors.datatypes.plates import PlateReading


class VehicleClass(IntEnum):
    """The classes of PKJI 2023 that a camera can tell apart, and UNKNOWN."""

    MOTORCYCLE = 0
    CAR = 1
    BUS = 2
    TRUCK = 3
    UNKNOWN = 4


@dataclass(frozen=True, slots=True, eq=False)
class PlateBoxes:
    """Where plates are in one frame: `boxes_px` (P, 4) float32 as x0, y0, x1, y1; `scores` (P,) in 0..1."""

    boxes_px: Float32Array
    scores: Float32Array

    def __post_init__(self) -> None:
        n = len(self.boxes_px)
        put = object.__setattr__
        put(self, "boxes_px", frozen_array("PlateBoxes.boxes_px", self.boxes_px, (n, 4), np.float32))
        put(self, "scores", frozen_array("PlateBoxes.scores", self.scores, (n,), np.float32))

    def __len__(self) -> int:
        return len(self.boxes_px)


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Vehicles in one frame, N of them, in any order.

    `boxes_px` (N, 4) float32 as x0, y0, x1, y1; `scores` (N,) in 0..1; `classes` (N,) int8 of
    VehicleClass. `contact_px` (N, 2) is the pixel of the middle of the footprint on the ground
    where the detector knows it, else NaN (the tracker then works it out from the box).
    `plates` has one entry a vehicle or is empty. `oracle` is true where truth was looked up.
    `plate_boxes` are the plates in the frame, whosever they are; None from a detector that looks for none.
    """

    boxes_px: Float32Array
    scores: Float32Array
    classes: Int8Array
    contact_px: Float32Array
    plates: tuple[PlateReading | None, ...] = ()
    oracle: bool = False
    plate_boxes: PlateBoxes | None = None

    def __post_init__(self) -> None:
        n = len(self.boxes_px)
        put = object.__setattr__
        put(self, "boxes_px", frozen_array("Detections.boxes_px", self.boxes_px, (n, 4), np.float32))
        put(self, "scores", frozen_array("Detections.scores", self.scores, (n,), np.float32))
        put(self, "classes", frozen_array("Detections.classes", self.classes, (n,), np.int8))
        put(self, "contact_px", frozen_array("Detections.contact_px", self.contact_px, (n, 2), np.float32))
        if self.plates and len(self.plates) != n:
            msg = f"Detections.plates: expected {n} entries or none, got {len(self.plates)}"
            raise ShapeError(msg)

    def __len__(self) -> int:
        return len(self.boxes_px)

    @classmethod
    def none(cls) -> "Detections":
        """Return the detections of a frame in which nothing was found."""
        nobody = np.zeros(0, dtype=np.float32)
        return cls(nobody, nobody, nobody.astype(np.int8), nobody)

    def standing_px(self) -> Float32Array:
        """Return (N, 2) where vehicles stand; a quarter up the box where the detector cannot say."""
        boxes = self.boxes_px
        guess = np.column_stack(((boxes[:, 0] + boxes[:, 2]) / 2, 0.75 * boxes[:, 3] + 0.25 * boxes[:, 1]))
        return np.where(np.isnan(self.contact_px), guess, self.contact_px)

    def select(self, rows: BoolArray | Int64Array) -> "Detections":
        """Return the vehicles in `rows`: (N,) bool, or indices in the order that is wanted."""
        chosen = np.arange(len(self))[rows].tolist() if self.plates else []
        return Detections(
            self.boxes_px[rows],
            self.scores[rows],
            self.classes[rows],
            self.contact_px[rows],
            tuple(self.plates[row] for row in chosen),
            self.oracle,
            self.plate_boxes,
        )

    def plate(self, row: int) -> PlateReading | None:
        """Return the plate reading of one row, if there is one."""
        return self.plates[row] if self.plates else None
