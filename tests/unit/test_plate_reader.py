import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import cv2
import numpy as np
import pytest

from detectors.cases.evidence import Box
from detectors.datatypes.frame import Frame
from detectors.datatypes.plates import Unread
from detectors.reading import ppocr
from detectors.reading.lines import DRAWN_OUT, TextLine, joined, text_lines
from detectors.reading.ppocr import ReadingModelError, model_file
from detectors.reading.reader import PlateLineReader
from tests.corner_street import NIGHT_NS
from tests.plate_pictures import OWN, Row, snapshot
from twin.rendering import plates

KERB: Row = (1, -84.0, 9.3, 0.0)
OTHER = "KX 958 YM"


@pytest.fixture(scope="module")
def reader() -> PlateLineReader:
    return PlateLineReader()


@pytest.mark.parametrize(
    ("row", "text", "at_ns"),
    [
        (KERB, OWN, None),
        (KERB, OWN, NIGHT_NS),
        # a motorcycle's plate has two lines too, its number over its expiry, and is 2.5 times as wide as tall
        ((0, -84.0, 9.3, 0.0), "KX 2742 LZ", None),
        ((0, -84.0, 9.3, 0.0), "KX 6999 YAK", NIGHT_NS),
        ((0, -84.0, 9.3, 180.0), "KX 2742 LZ", None),
        ((1, -84.0, 9.3, 180.0), OWN, None),
    ],
)
def test_the_plate_of_a_snapshot_is_read(
    reader: PlateLineReader, row: Row, text: str, at_ns: int | None
) -> None:
    frame, box = snapshot(row, plates=(text,), at_ns=at_ns, zoom=9.0 if row[3] == 0.0 else 6.5)
    sight = reader.read(frame, box)
    assert sight.reading is not None
    assert sight.reading.text == text
    assert not sight.reading.oracle
    assert 0.8 <= sight.reading.confidence <= 1.0
    assert sight.at_px is not None
    assert box[0] < sight.at_px[0] < sight.at_px[2] < box[2]
    assert box[1] < sight.at_px[1] < sight.at_px[3] < box[3]


def test_a_plate_that_another_vehicle_hides_is_unreadable(reader: PlateLineReader) -> None:
    for behind_m in (5.3, 6.0):
        frame, box = snapshot(KERB, (1, -84.0 - behind_m, 9.3, 0.0), plates=(OWN, OTHER), zoom=6.0)
        assert reader.read(frame, box).reading is None


def test_the_plate_of_the_car_before_it_is_not_taken(reader: PlateLineReader) -> None:
    frame, box = snapshot(KERB, zoom=6.0)
    assert reader.read(frame, box).reading is not None
    up, aside = 0.3 * (box[3] - box[1]), 0.7 * (box[2] - box[0])
    hidden = (box[0], box[1] - up, box[2], box[3] - up)  # a car behind it, whose box ends below its plate
    assert reader.read(frame, hidden).reading is None
    beside = (box[0] + aside, box[1], box[2] + aside, box[3])
    assert reader.read(frame, beside).reading is None


def test_of_two_plates_in_one_box_none_is_taken(reader: PlateLineReader) -> None:
    frame, box = snapshot(KERB, zoom=6.0)
    sight = reader.read(frame, box)
    assert sight.reading is not None
    assert sight.at_px is not None
    x0, y0, x1, y1 = (round(side) for side in sight.at_px)
    image = frame.image_bgr.copy()
    image[y0 - 80 : y1 - 45, x0 - 60 : x1 - 20] = image[y0 - 10 : y1 + 25, x0 - 20 : x1 + 20]
    twice = Frame(frame.view, 0, frame.timestamp_ns, image, simulated=True)
    found = reader.read(twice, box)
    assert (found.reading, found.at_px) == (None, None)


@pytest.mark.parametrize("share", [0.06, 0.1, 0.15, 0.25, 0.35, 0.5])
@pytest.mark.parametrize("zoom", [6.0, 8.0, 11.0])
def test_a_plate_that_is_cut_off_is_unreadable(reader: PlateLineReader, zoom: float, share: float) -> None:
    frame, box = snapshot(KERB, zoom=zoom)
    sight = reader.read(frame, box)
    assert sight.reading is not None
    x0, y0, x1, y1 = (round(side) for side in sight.at_px or box)
    cut, edge = round(share * (x1 - x0)), (x1 - x0) // 10
    for covered in (slice(x0 - edge, x0 + cut), slice(x1 - cut, x1 + edge)):
        image = frame.image_bgr.copy()
        image[y0 - 30 : y1 + 60, covered] = (60, 90, 140)  # what stands before a part of it
        found = reader.read(Frame(frame.view, 0, frame.timestamp_ns, image, simulated=True), box).reading
        assert found is None or found.text == OWN


def test_a_number_in_two_lines_is_no_plate_of_these_and_unreadable(
    reader: PlateLineReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame, box = snapshot((0, -84.0, 9.3, 0.0), plates=("KX 2742 LZ",), zoom=9.0)
    assert reader.read(frame, box).reading is not None

    drawn = plates.plate_face

    def split(number: str, until: str) -> np.ndarray:
        """Return a face with the letters behind the number in a line of their own, where the expiry was."""
        head, _, tail = number.rpartition(" ")
        plain = drawn(head, until).copy()
        plain[plates.NUMBER_FOOT_PX + 4 : -8, 12:-12] = 0
        cv2.putText(plain, tail, (140, 102), plates.FONT, 0.9, 255, 3, cv2.LINE_AA)
        return plain

    monkeypatch.setattr(plates, "plate_face", split)
    frame, box = snapshot((0, -84.0, 9.3, 0.0), plates=("KX 2742 LZ",), zoom=9.0)
    sight = reader.read(frame, box)
    assert sight.reading is None
    assert sight.why in (Unread.DOUBTFUL, Unread.NOT_SEEN)


def test_what_is_too_small_is_unreadable(reader: PlateLineReader) -> None:
    assert reader.read(*snapshot(KERB, zoom=1.0)).reading is None
    seen = reader.read(*snapshot(KERB, zoom=2.7))
    assert seen.reading is None  # its expiry cannot be seen, so that a part of the number might be covered
    assert seen.at_px is not None  # but where it is: a closer picture can be asked for
    assert seen.why is Unread.TOO_SMALL


def test_a_closer_picture_is_read_where_the_plate_was_seen(reader: PlateLineReader) -> None:
    frame, box = snapshot(KERB, zoom=9.0)
    at_px = reader.read(frame, box).at_px
    assert at_px is not None
    found = reader.read_closer(frame, at_px).reading
    assert found is not None
    assert found.text == OWN
    aside: Box = (at_px[0] - 400, at_px[1], at_px[2] - 400, at_px[3])
    assert reader.read_closer(frame, aside).reading is None


def test_the_models_are_read_without_the_code_around_them() -> None:
    code = (
        "import sys; from detectors.reading.reader import PlateLineReader; PlateLineReader();"
        "sys.exit(any(name.partition('.')[0] in ('rapidocr', 'requests', 'torch') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_models_that_are_not_there_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        ReadingModelError, match=r"has no newest\.onnx; install the version of constraints\.txt"
    ):
        model_file("newest.onnx")

    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(ppocr, "distribution", missing)
    with pytest.raises(ReadingModelError, match="pip install rapidocr"):
        model_file(ppocr.WHERE)


def test_lines_are_found_and_turned_level() -> None:
    text_map = np.zeros((60, 200), dtype=np.float32)
    text_map[20:30, 50:150] = 0.9
    text_map[40:42, 50:60] = 0.9  # too small
    text_map[45:55, 100:190] = 0.25  # too faint
    (line,) = text_lines(text_map, (400, 120))
    assert line.middle_px == pytest.approx([200, 50], abs=2)
    assert line.width_px > 200 > 4 * line.height_px > 80
    assert line.drawn_out().width_px == pytest.approx(line.width_px + 2 * DRAWN_OUT * line.height_px)
    image = np.zeros((120, 400, 3), dtype=np.uint8)
    image[:, 200:] = 255
    level = line.level(image)
    assert level.shape == (round(line.height_px), round(line.width_px), 3)
    assert (level[:, :40].max(), level[:, -40:].min()) == (0, 255)


def test_a_line_that_leans_is_read_from_its_left() -> None:
    turn = np.radians(20.0)
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    corners = np.array([[-50, -10], [50, -10], [50, 10], [-50, 10]]) @ axes + [100, 100]
    line = TextLine(corners)
    assert (line.width_px, line.height_px) == (pytest.approx(100), pytest.approx(20))
    assert line.moved(5, -5).middle_px == pytest.approx([105, 95])
    text_map = np.zeros((200, 200), dtype=np.float32)
    ys, xs = np.mgrid[:200, :200]
    at = (np.stack((xs, ys), axis=-1) - [100, 100]) @ axes.T
    text_map[(np.abs(at[..., 0]) < 50) & (np.abs(at[..., 1]) < 10)] = 1.0
    (found,) = text_lines(text_map, (200, 200))
    top = found.corners_px[1] - found.corners_px[0]
    assert np.degrees(np.arctan2(top[1], top[0])) == pytest.approx(20, abs=2)


def test_the_parts_of_a_number_are_one_line_and_the_expiry_is_another() -> None:
    def line(x0: float, y0: float, x1: float, y1: float) -> TextLine:
        return TextLine(np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]))

    parts = line(0, 0, 40, 20), line(47, 1, 120, 21), line(125, 1, 160, 22)
    expiry = line(60, 24, 90, 32)
    (number, other) = joined((expiry, *reversed(parts)))
    assert number.bounds_px == (0, 0, 160, 22)
    assert other.bounds_px == expiry.bounds_px
    assert len(joined((parts[0], line(75, 0, 120, 20)))) == 2
    assert len(joined((parts[0], line(47, 12, 120, 32)))) == 2
