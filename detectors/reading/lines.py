"""The lines of text in a picture of a vehicle: where they are, and each turned level."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from detectors.datatypes.arrays import Float32Array, Float64Array, UInt8Array

TEXT_FROM, LINE_FROM = 0.2, 0.3  # of the map, for a point of text and for the mean of a line
SMALLEST_PX = 3.0  # a line's height in the map
GROWN = 1.6  # the map shows the heart of a line: area over length times this is what lies around it
DRAWN_OUT = 0.12  # of its height, at either end
NEAR, ASIDE, ALIKE = (-0.9, 0.6), 0.25, 0.65  # parts of a line: how far apart and aside, how alike in height
BELOW = (0.2, 1.4)  # from the middle of a line down to a second one's foot, in parts of its height


@dataclass(frozen=True, slots=True, eq=False)
class TextLine:
    """One line: `corners_px` (4, 2) top left, top right, bottom right, bottom left as it is read."""

    corners_px: Float64Array

    @property
    def middle_px(self) -> Float64Array:
        """Its middle (2,)."""
        return np.asarray(self.corners_px.mean(axis=0), dtype=np.float64)

    @property
    def width_px(self) -> float:
        """How long it is."""
        return float(np.linalg.norm(self.corners_px[1] - self.corners_px[0]))

    @property
    def height_px(self) -> float:
        """How tall it is."""
        return float(np.linalg.norm(self.corners_px[3] - self.corners_px[0]))

    @property
    def bounds_px(self) -> tuple[float, float, float, float]:
        """The upright box around it: x0, y0, x1, y1."""
        (x0, y0), (x1, y1) = self.corners_px.min(axis=0).tolist(), self.corners_px.max(axis=0).tolist()
        return x0, y0, x1, y1

    def moved(self, x_px: float, y_px: float) -> "TextLine":
        """Return the line as it lies where the origin is so far away."""
        return TextLine(self.corners_px + np.array([x_px, y_px]))

    def drawn_out(self, share: float = DRAWN_OUT) -> "TextLine":
        """Return the line longer by `share` of its height at either end."""
        along = (self.corners_px[1] - self.corners_px[0]) / max(self.width_px, 1e-9)
        step = share * self.height_px * along
        return TextLine(self.corners_px + np.array([-step, step, step, -step]))

    def below(self) -> "TextLine":
        """Return where a second line would stand, as wide as the line drawn out."""
        down = (self.corners_px[3] - self.corners_px[0] + self.corners_px[2] - self.corners_px[1]) / 2
        wide = self.drawn_out()
        top = (wide.corners_px[:2] + wide.corners_px[:1:-1]) / 2 + BELOW[0] * down
        return TextLine(np.concatenate((top, top[::-1] + (BELOW[1] - BELOW[0]) * down)))

    def level(self, image_bgr: UInt8Array) -> UInt8Array:
        """Return the part of a picture that the line covers, (h, w, 3), turned level."""
        wide, tall = max(round(self.width_px), 2), max(round(self.height_px), 2)
        flat = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], dtype=np.float32)
        warp = cv2.getPerspectiveTransform(self.corners_px.astype(np.float32), flat)
        return np.asarray(
            cv2.warpPerspective(
                image_bgr, warp, (wide, tall), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
            ),
            dtype=np.uint8,
        )


def text_lines(text_map: Float32Array, size_px: tuple[int, int]) -> tuple[TextLine, ...]:
    """Return the lines of a map (h, w) of text, in pixels of the picture of `size_px` (width, height).

    Source of the steps: Liao et al., Real-time Scene Text Detection with Differentiable Binarization, AAAI
    2020, section 3.5.
    """
    tall, wide = text_map.shape
    scale = np.array([size_px[0] / wide, size_px[1] / tall])
    mask = cv2.dilate((text_map > TEXT_FROM).astype(np.uint8), np.ones((2, 2), dtype=np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for outline in outlines:
        middle, sides, angle = cv2.minAreaRect(outline)
        if min(sides) < SMALLEST_PX or _mean_in(text_map, outline) < LINE_FROM:
            continue
        grow = GROWN * sides[0] * sides[1] / (sides[0] + sides[1])
        box = cv2.boxPoints((middle, (sides[0] + grow, sides[1] + grow), angle))
        found.append(TextLine(_as_read(box * scale)))
    return tuple(found)


def joined(lines: Sequence[TextLine]) -> tuple[TextLine, ...]:
    """Return the lines, those that go on from one another as one: the parts of a number are far apart."""
    left = sorted(lines, key=lambda line: float(line.middle_px[0]))
    found: list[TextLine] = []
    while left:
        line = left.pop(0)
        while (other := next((one for one in left if _goes_on(line, one)), None)) is not None:
            left.remove(other)
            first, last = line.corners_px, other.corners_px
            line = TextLine(np.stack((first[0], last[1], last[2], first[3])))
        found.append(line)
    return tuple(found)


def _goes_on(line: TextLine, other: TextLine) -> bool:
    """Return whether another line, to its right, goes on where a line ends."""
    along = (line.corners_px[1] - line.corners_px[0]) / max(line.width_px, 1e-9)
    tall = max(line.height_px, 1e-9)
    end, begin = line.corners_px[1:3].mean(axis=0), other.corners_px[[0, 3]].mean(axis=0)
    gap = float((begin - end) @ along) / tall
    aside = abs(float((begin - end) @ np.array([-along[1], along[0]]))) / tall
    return NEAR[0] <= gap <= NEAR[1] and aside <= ASIDE and ALIKE <= other.height_px / tall <= 1 / ALIKE


def _mean_in(text_map: Float32Array, outline: np.ndarray) -> float:
    x, y, wide, tall = cv2.boundingRect(outline)
    mask = np.zeros((tall, wide), dtype=np.uint8)
    cv2.fillPoly(mask, [outline - [x, y]], 1)
    return float(cv2.mean(text_map[y : y + tall, x : x + wide], mask)[0])


def _as_read(box: np.ndarray) -> Float64Array:
    """Return the corners of a rectangle (4, 2) from the top left on, its longer side along the line."""
    sides = np.linalg.norm(box - np.roll(box, -1, axis=0), axis=1)
    first = int(np.argmax(sides[:2]))
    top, other = box[[first, first + 1]], box[[(first + 3) % 4, (first + 2) % 4]]
    if top[:, 1].sum() > other[:, 1].sum():
        top, other = other, top
    order = np.argsort(top[:, 0], kind="stable")
    return np.asarray([*top[order], *other[order][::-1]], dtype=np.float64)
