"""Settings after an @: what is asked for is done, what a detector has not is told in one line; tiles."""

import numpy as np
import pytest

from detectors.datatypes.detections import Detections
from detectors.datatypes.frame import Frame
from detectors.detection import registry
from detectors.detection.conformance import conformance
from detectors.detection.errors import SettingError
from detectors.detection.onnx import TwinDetector
from detectors.detection.settings import Settings, read_settings
from detectors.detection.tiles import tiles, uncut
from scenarios.errors import InputError
from scenarios.spec import check_detector


def test_a_name_may_carry_settings() -> None:
    assert read_settings("twin") == Settings("twin")
    assert read_settings("onnx:a/b.onnx@score=0.3") == Settings("onnx:a/b.onnx", 0.3)
    assert read_settings("twin@size=960x544,score=0.3") == Settings("twin", 0.3, (960, 544))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("twin@", "expected score=0..1 or size=WIDTHxHEIGHT"),
        ("twin@scroe=0.3", "got 'scroe=0.3'"),
        ("twin@score=1.5", "expected a number from 0 to 1, got '1.5'"),
        ("twin@score=nan", "expected a number from 0 to 1"),
        ("twin@score=.2,score=.3", "each once"),
        ("twin@size=960", "like 960x544, got '960'"),
        ("twin@size=0x544", "expected 32 to 8192 px"),
        ("motion@score=0.3", "detector motion: has no setting 'score'; it takes: none"),
    ],
)
def test_what_cannot_be_set_is_told(text: str, says: str) -> None:
    with pytest.raises(SettingError, match=says.replace("?", r"\?")):
        registry.build(text, None)


def test_a_scenario_may_name_a_detector_with_settings() -> None:
    check_detector("twin@score=0.3")
    with pytest.raises(InputError, match="unknown detector 'twni'"):
        check_detector("twni@score=0.3")


def test_settings_reach_the_detector() -> None:
    made = registry.build("twin@score=0.4,size=640x360", None)
    assert isinstance(made, TwinDetector)
    assert (made.least_score, made.size_px) == (0.4, (640, 360))


@pytest.mark.parametrize("size", ["320x192", "704x384"])
def test_a_detector_with_settings_keeps_every_promise(size: str) -> None:
    assert [one for one in conformance(lambda: registry.build(f"twin@size={size}", None)) if one.fault] == []


def test_tiles_cover_the_picture_and_overlap() -> None:
    assert tiles((960, 544), (960, 544)) == [(0, 0)]
    assert tiles((640, 100), (960, 544)) == [(0, 0)]
    assert tiles((1280, 720), (960, 544)) == [(0, 0), (320, 0), (0, 176), (320, 176)]
    lefts = sorted({left for left, _ in tiles((5000, 544), (960, 544))})
    assert lefts[0] == 0
    assert lefts[-1] + 960 == 5000
    assert max(np.diff(lefts)) <= 720


def test_what_an_inner_edge_cuts_is_left_to_the_next_tile() -> None:
    boxes = np.array([[0, 10, 50, 60], [300, 10, 420, 60], [900, 10, 959, 60]], dtype=np.float32)
    first = np.array([0, 0, 960, 544], dtype=np.float32)
    assert uncut(boxes, first, (1280, 544)).tolist() == [True, True, False]
    assert uncut(boxes, first, (960, 544)).tolist() == [True, True, True]


def test_tiles_leave_no_vehicle_out_and_tell_none_twice() -> None:
    """A bright box is found once wherever it lies, by a session that reports each bright box of its input."""
    detector = TwinDetector()
    detector.size_px = (1280, 720)
    detector._session = _Bright()
    detector._input = "images"
    for x, y in ((10, 10), (300, 100), (470, 170), (600, 330)):
        image = np.zeros((360, 640, 3), np.uint8)
        image[y : y + 20, x : x + 30] = 255
        found = detector.detect(Frame("drawn", 0, 0, image, simulated=True))
        assert len(found) == 1, (x, y)
        assert found.boxes_px[0] == pytest.approx([x, y, x + 30, y + 20], abs=1.5)


class _Bright:
    def run(self, _names: None, given: dict[str, np.ndarray]) -> list[np.ndarray]:
        raw = np.zeros((1, 8, 1), dtype=np.float32)
        rows, columns = np.nonzero(given["images"][0].max(axis=0) > 0.6)
        if len(rows):
            x0, x1, y0, y1 = columns.min(), columns.max() + 1, rows.min(), rows.max() + 1
            raw[0, :, 0] = [(x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0, 0, 0.9, 0, 0]
        return [raw]


def test_nothing_found_has_the_promised_shapes() -> None:
    found = Detections.none()
    assert len(found) == 0
    assert found.boxes_px.shape == (0, 4)
    assert found.classes.dtype == np.int8
