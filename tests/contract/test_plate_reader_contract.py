"""What every PlateReader keeps: ours, and one written for a test."""

from collections.abc import Callable

import numpy as np
import pytest

from detectors.cases.evidence import Box
from detectors.datatypes.frame import Frame
from detectors.datatypes.plates import PlateReading, PlateSight
from detectors.plates.grammar import parse
from detectors.ports import PlateReader
from detectors.reading.reader import PlateLineReader
from tests.plate_pictures import OWN, snapshot

KERB = (1, -84.0, 9.3, 0.0)


class Told:
    """Says what it was made with, wherever it looks."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self, frame: Frame, box_px: Box) -> PlateSight:  # noqa: ARG002 - the port's signature
        return PlateSight(PlateReading(self._text, 0.9), box_px)

    def read_closer(self, frame: Frame, box_px: Box) -> PlateSight:
        return self.read(frame, box_px)


READERS: dict[str, Callable[[], PlateReader]] = {"lines": PlateLineReader, "told": lambda: Told(OWN)}


@pytest.fixture(params=READERS, scope="module")
def reader(request: pytest.FixtureRequest) -> PlateReader:
    return READERS[request.param]()


def check(sight: PlateSight) -> None:
    if sight.reading is not None:
        assert parse(sight.reading.text).text == sight.reading.text
        assert 0.0 < sight.reading.confidence <= 1.0
        assert sight.at_px is not None
    if sight.at_px is not None:
        x0, y0, x1, y1 = sight.at_px
        assert x0 < x1
        assert y0 < y1


def test_it_reads_what_is_there_and_gives_the_same_again(reader: PlateReader) -> None:
    frame, box = snapshot(KERB, zoom=7.0)
    before = frame.image_bgr.tobytes()
    first, again = reader.read(frame, box), reader.read(frame, box)
    check(first)
    assert first == again
    assert first.reading is not None
    assert first.reading.text == OWN
    assert frame.image_bgr.tobytes() == before


@pytest.mark.parametrize("size_px", [(640, 360), (37, 53), (5, 3), (1, 1)])
@pytest.mark.parametrize("closer", [False, True])
def test_any_picture_and_any_box_give_an_answer(
    reader: PlateReader, size_px: tuple[int, int], closer: bool
) -> None:
    wide, tall = size_px
    noise = np.random.default_rng(1).integers(0, 255, (tall, wide, 3), dtype=np.uint8)
    frame = Frame("v", 0, 1, noise, simulated=True)
    look = reader.read_closer if closer else reader.read
    for box in ((0, 0, wide, tall), (-90, -90, -50, -50), (wide - 1, tall - 1, wide + 80, tall + 20)):
        check(look(frame, (float(box[0]), float(box[1]), float(box[2]), float(box[3]))))
