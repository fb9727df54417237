"""The plate of one vehicle in a snapshot: found, read twice, and believed only where both agree.

A wrong plate accuses a stranger, so every doubt is UNREADABLE: several plates where one should be, a text
outside the grammar, two readings that differ, a confidence below LEAST_CONFIDENCE, a plate of which a part
may be covered. What is left of one can be a plate too (KX 194 of KX 1948 KI): a number is believed only
with letters behind it, and where it is seen to stand in the middle above its expiry.
"""

import math
from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.frame import Frame
from detectors.datatypes.plates import PlateReading, PlateSight, Unread
from detectors.plates.decoding import DecodedPlate, PlateAlphabet, decode
from detectors.reading.lines import TextLine, joined, text_lines
from detectors.reading.ppocr import TextModels

Box = tuple[float, float, float, float]
LEAST_CONFIDENCE = 0.80
ANOTHER_FROM = 0.05  # a line that is a plate with this probability is another plate, not a sign
SEARCH_SIDE_PX, LINE_SIDES_PX = (
    480,
    (384, 192),
)  # of the square with as many pixels as the search gets, and a line at first, then
LEAST_NUMBER_PX = 100.0  # below this width the expiry of a number is too small to be told (measured)
MOST_LINES = 3  # that are read in one picture
LEAST_ASPECT = 2.0  # of a number's line, its width by its height
UNTIL_WIDE, UNTIL_TIMES = (0.1, 0.4), 2.0  # how wide the expiry is by the number; times that it is enlarged
OFF_CENTRE = 0.03  # so far from under the middle of the number it may be, in parts of its width


@dataclass(frozen=True, slots=True)
class Place:
    """Where a plate may be about a box, in parts of its width and height from its middle, y down.

    `usual` is where it mostly is; `wide` are the least and the largest width of its line in parts of
    the root of the area of the box, `around` is how much of its width and height is searched.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    usual: tuple[float, float]
    wide: tuple[float, float]
    around: tuple[float, float]

    def holds(self, line: TextLine, box_px: Box) -> bool:
        """Return whether a line is where a plate may be, and as large as one may be."""
        x, y = self.at(line, box_px)
        wide = line.width_px / math.sqrt((box_px[2] - box_px[0]) * (box_px[3] - box_px[1]))
        return bool(
            self.x[0] <= x <= self.x[1]
            and self.y[0] <= y <= self.y[1]
            and self.wide[0] <= wide <= self.wide[1]
            and line.width_px >= LEAST_ASPECT * line.height_px
        )

    def at(self, line: TextLine, box_px: Box) -> tuple[float, float]:
        """Return where the middle of a line is about the box."""
        x, y = line.middle_px.tolist()
        wide, tall = box_px[2] - box_px[0], box_px[3] - box_px[1]
        return (x - (box_px[0] + box_px[2]) / 2) / wide, (y - (box_px[1] + box_px[3]) / 2) / tall


ON_VEHICLE = Place(x=(-0.45, 0.45), y=(0.0, 0.48), usual=(0.0, 0.33), wide=(0.08, 0.75), around=(1.15, 1.15))
WHERE_TOLD = Place(x=(-0.6, 0.6), y=(-2.0, 2.0), usual=(0.0, 0.0), wide=(0.8, 4.0), around=(3.0, 5.0))
IN_LINE = Place(x=(-0.2, 0.2), y=(-0.5, 0.5), usual=(0.0, 0.0), wide=(0.8, 4.0), around=(2.2, 2.2))


class PlateLineReader:
    """PlateReader by the text models of PP-OCRv6 and the grammar of plates."""

    def __init__(self, least_confidence: float = LEAST_CONFIDENCE) -> None:
        self.least_confidence = least_confidence
        self._models = TextModels()
        self._alphabet = PlateAlphabet.of(self._models.characters)

    def read(self, frame: Frame, box_px: Box) -> PlateSight:
        """Return what the plate of the vehicle in a box shows."""
        return self._sight(frame.image_bgr, box_px, ON_VEHICLE)

    def read_closer(self, frame: Frame, box_px: Box) -> PlateSight:
        """Return what the plate shows whose number should stand in a box."""
        return self._sight(frame.image_bgr, box_px, WHERE_TOLD)

    def _sight(self, image_bgr: UInt8Array, box_px: Box, place: Place) -> PlateSight:
        lines = self._lines(image_bgr, box_px, place, SEARCH_SIDE_PX)[:MOST_LINES]
        sight = PlateSight()
        for side_px in LINE_SIDES_PX:
            numbers = [self._number(image_bgr, line, side_px) for line in lines]
            plates = [one for one in numbers if one.most >= ANOTHER_FROM]
            if not numbers or len(plates) > 1:
                return PlateSight()
            chosen = plates[0] if plates else numbers[0]
            sight = self._judged(image_bgr, chosen)
            if sight.reading is not None or chosen.line.width_px < LEAST_NUMBER_PX:
                break
        return sight

    def _judged(self, image_bgr: UInt8Array, number: "_Number") -> PlateSight:
        """Return the reading of a number if nothing speaks against it, else what does."""
        agreed, at_px = number.agreed, number.line.bounds_px
        if number.line.width_px < LEAST_NUMBER_PX:
            return PlateSight(None, at_px, agreed, Unread.TOO_SMALL)
        if agreed is None or agreed.confidence < self.least_confidence:
            return PlateSight(None, at_px, agreed, Unread.DOUBTFUL)
        if not self._whole(image_bgr, number.line):
            return PlateSight(None, at_px, agreed, Unread.DOUBTFUL)
        return PlateSight(agreed, at_px)

    def _lines(self, image_bgr: UInt8Array, box_px: Box, place: Place, side_px: int) -> list[TextLine]:
        """Return the lines that may be the number of a plate, the likeliest place first."""
        part, corner = _around(image_bgr, box_px, place.around)
        text_map = self._models.text_map(part, side_px)
        found = [line.moved(*corner) for line in joined(text_lines(text_map, (part.shape[1], part.shape[0])))]
        lines = [line for line in found if place.holds(line, box_px)]
        return sorted(lines, key=lambda line: math.dist(place.at(line, box_px), place.usual))

    def _number(self, image_bgr: UInt8Array, rough: TextLine, side_px: int) -> "_Number":
        """Return what a line shows, once its outline is found again by itself, and again drawn out."""
        lines = self._lines(image_bgr, rough.bounds_px, IN_LINE, side_px)
        line = lines[0] if lines else rough
        cuts = [line.level(image_bgr), line.drawn_out().level(image_bgr)]
        once, again = (decode(one, self._alphabet) for one in self._models.line_characters(cuts))
        return _Number(line, once, again)

    def _whole(self, image_bgr: UInt8Array, number: TextLine) -> bool:
        """Return whether the expiry is seen below the middle of a number: then no part of it is covered."""
        place = number.below()
        below = place.level(image_bgr)
        tall, wide = below.shape[:2]
        text_map = self._models.text_map(below, UNTIL_TIMES * math.sqrt(tall * wide))
        scale = place.width_px / number.width_px / wide  # pixels to parts of the number
        found = text_lines(text_map, (wide, tall))
        small = [one for one in found if UNTIL_WIDE[0] <= scale * one.width_px <= UNTIL_WIDE[1]]
        return bool(small) and all(abs(scale * (one.middle_px[0] - wide / 2)) <= OFF_CENTRE for one in small)


@dataclass(frozen=True, slots=True)
class _Number:
    """The line of a number and both readings of it."""

    line: TextLine
    once: DecodedPlate | None
    again: DecodedPlate | None

    @property
    def most(self) -> float:
        """The greater of both confidences."""
        return max((one.confidence for one in (self.once, self.again) if one is not None), default=0.0)

    @property
    def agreed(self) -> PlateReading | None:
        """What both readings say, with the smaller of their confidences; without a suffix it is cut off."""
        if self.once is None or self.again is None or self.once.plate != self.again.plate:
            return None
        if not self.once.plate.suffix:
            return None
        return PlateReading(self.once.plate.text, min(self.once.confidence, self.again.confidence))


def _around(
    image_bgr: UInt8Array, box_px: Box, around: tuple[float, float]
) -> tuple[UInt8Array, tuple[int, int]]:
    """Return the part of a picture about a box, and where its top left corner (x, y) is."""
    height, width = image_bgr.shape[:2]
    half = np.array(around) / 2 * np.array([box_px[2] - box_px[0], box_px[3] - box_px[1]])
    middle = np.array([box_px[0] + box_px[2], box_px[1] + box_px[3]]) / 2
    x0, y0 = np.clip(np.floor(middle - half), 0, [width - 1, height - 1]).astype(int).tolist()
    x1, y1 = np.clip(np.ceil(middle + half), [x0 + 1, y0 + 1], [width, height]).astype(int).tolist()
    return image_bgr[y0:y1, x0:x1], (x0, y0)
