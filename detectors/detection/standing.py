"""What stands in the street: one vehicle each, with its own small picture."""

from dataclasses import dataclass
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import BoolArray, Float32Array

LEFT_SHARE = 0.4  # of its pixels show the street again: it has left
LEFT_S = 0.3  # for longer than this
HIDDEN_SHARE = 0.2  # fewer of its pixels than this look like it: it is hidden
HIDDEN_S = 90.0  # so long hidden: it cannot be said to stand any more
MARGIN = 4.0  # grey levels by which the street must explain a pixel better
LOOK_S = 60.0  # memory of its looks
JOIN_SHARE = 0.5  # of the smaller box inside the larger: parts of one vehicle
REACH_PX = 2


@dataclass(slots=True)
class Stander:
    """Something that stands: `box` x0, y0, x1, y1 in the picture, `mask` and `look` of that size."""

    box: tuple[int, int, int, int]
    mask: BoolArray
    look: Float32Array
    seen: BoolArray
    left_s: float = 0.0
    hidden_s: float = 0.0

    @classmethod
    def cut(cls, picture: NDArray[np.float32], where: BoolArray) -> Self:
        """Cut what shows at `where` (h, w) out of the picture (h, w, 3)."""
        x, y, width, height = cv2.boundingRect(where.astype(np.uint8))
        mask = where[y : y + height, x : x + width].copy()
        look = picture[y : y + height, x : x + width].copy()
        return cls((x, y, x + width, y + height), mask, look, mask)

    def look_again(
        self,
        picture: NDArray[np.float32],
        street: NDArray[np.float32],
        bound: NDArray[np.float32],
        elapsed_s: float,
    ) -> bool:
        """Compare with a new picture; return whether it can still be said to stand there."""
        part, limit = cropped(picture, self.box), cropped(bound, self.box)
        off_look, off_street = gap(part, self.look), gap(part, cropped(street, self.box))
        self.seen = self.mask & (off_look <= np.maximum(limit, off_street))
        back = self.mask & (off_street < limit) & (off_street + MARGIN < off_look)
        pixels = int(np.count_nonzero(self.mask))
        left = np.count_nonzero(back) > LEFT_SHARE * pixels
        self.left_s = self.left_s + elapsed_s if left else 0.0
        alike = self.mask & (off_look <= limit)
        hidden = np.count_nonzero(alike) < HIDDEN_SHARE * pixels
        self.hidden_s = self.hidden_s + elapsed_s if hidden else 0.0
        weight = min(1.0, elapsed_s / LOOK_S)
        cv2.accumulateWeighted(part, self.look, weight, mask=alike.astype(np.uint8))
        return self.left_s <= LEFT_S and self.hidden_s <= HIDDEN_S

    def mark_seen(self, explained: BoolArray) -> None:
        """Mark in `explained` (h, w) the pixels that it accounts for."""
        cropped(explained, self.box)[self.seen] = True

    def joined(self, others: list[Self], picture: NDArray[np.float32]) -> list[Self]:
        """Return the others with this one, made one with those that it is a part of."""
        kept, merged = [], self
        for other in others:
            if merged._inside(other):
                merged = merged._with(other, picture)
            else:
                kept.append(other)
        return [*kept, merged]

    def _inside(self, other: Self) -> bool:
        x0, y0, x1, y1 = (
            max(self.box[0], other.box[0] - REACH_PX),
            max(self.box[1], other.box[1] - REACH_PX),
            min(self.box[2], other.box[2] + REACH_PX),
            min(self.box[3], other.box[3] + REACH_PX),
        )
        shared = max(0, x1 - x0) * max(0, y1 - y0)
        return shared > JOIN_SHARE * min(_area(self.box), _area(other.box))

    def _with(self, other: Self, picture: NDArray[np.float32]) -> Self:
        where = np.zeros(picture.shape[:2], dtype=bool)
        for one in (self, other):
            cropped(where, one.box)[one.mask] = True
        both = type(self).cut(picture, where)
        x, y = other.box[0] - both.box[0], other.box[1] - both.box[1]
        rows, columns = other.mask.shape
        both.look[y : y + rows, x : x + columns][other.mask] = other.look[other.mask]
        return both


def cropped(picture: NDArray[Any], box: tuple[int, int, int, int]) -> NDArray[Any]:
    """Return a view of the part of a picture in a box."""
    x0, y0, x1, y1 = box
    return picture[y0:y1, x0:x1]


def gap(picture: NDArray[np.float32], layer: NDArray[np.float32]) -> Float32Array:
    """Return (h, w): the largest difference of the pictures (h, w, 3) in any channel."""
    blue, green, red = cv2.split(cv2.absdiff(picture, layer))
    return np.asarray(cv2.max(cv2.max(blue, green), red), dtype=np.float32)


def _area(box: tuple[int, int, int, int]) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
