import json
from dataclasses import FrozenInstanceError, replace
from datetime import date, time

import numpy as np
import pytest

from detectors.datatypes.arrays import ShapeError, finite_array, frozen_array
from detectors.datatypes.cases import CaseEvent, CaseState
from detectors.datatypes.detections import Detections, VehicleClass
from detectors.datatypes.frame import Frame
from detectors.datatypes.geometry import Areas, GroundPlane, LineSegment, Polygon
from detectors.datatypes.plates import PlateReading
from detectors.datatypes.signals import Aspect, SignalState, SignalStates
from detectors.datatypes.site import DailyWindow
from detectors.datatypes.steps import SnapshotRequest, StepRecord
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Verdict, VerdictKind, WindowPhase
from twin.clock import from_local, to_local
from twin.randomness import Seed

SQUARE = Polygon(np.array([[0, 0], [10, 0], [10, 10], [0, 10]]))


def test_arrays_are_read_only_and_leave_their_source_alone() -> None:
    source = np.zeros((3, 2))
    frozen = frozen_array("x", source, (None, 2), np.float64)
    with pytest.raises(ValueError, match="read-only"):
        frozen[0, 0] = 1
    source[0, 0] = 1
    assert source[0, 0] == 1


def test_a_wrong_shape_is_named() -> None:
    with pytest.raises(ShapeError, match=r"boxes: expected an array of shape \('N', 4\), got \(2, 3\)"):
        frozen_array("boxes", np.zeros((2, 3)), (None, 4), np.float32)


def test_not_a_number_is_refused() -> None:
    with pytest.raises(ShapeError, match="finite"):
        finite_array("x", [np.nan], (1,))


def test_polygon_contains_and_area() -> None:
    inside = SQUARE.contains([[5, 5], [11, 5], [-1, 5], [5, 9.99]])
    assert inside.tolist() == [True, False, False, True]
    assert SQUARE.area_m2() == 100


def test_two_corners_are_no_polygon() -> None:
    with pytest.raises(ShapeError, match="at least 3 corners"):
        Polygon(np.zeros((2, 2)))


def test_ground_plane_lifts_points() -> None:
    lifted = GroundPlane(2.0, 0.1, -0.2).lift([[10, 5]])
    assert lifted.tolist() == [[10, 5, 2.0]]


def test_left_of_a_segment_is_positive() -> None:
    line = LineSegment(0, 0, 10, 0)
    assert line.offset_m([[5, 2], [5, -3]]).tolist() == [2, -3]
    assert line.along_m([[5, 2]]).tolist() == [5]


def test_a_point_is_no_segment() -> None:
    with pytest.raises(ShapeError, match="same point"):
        LineSegment(1, 1, 1, 1)


def test_detections_check_their_columns() -> None:
    with pytest.raises(ShapeError, match=r"Detections\.scores"):
        Detections(np.zeros((2, 4)), np.zeros(3), np.zeros(2), np.zeros((2, 2)))
    with pytest.raises(ShapeError, match="expected 1 entries or none, got 2"):
        Detections(np.zeros((1, 4)), np.zeros(1), np.zeros(1), np.zeros((1, 2)), (None, None))


def test_detections_give_plates_by_row() -> None:
    reading = PlateReading("KX 1 LA", 1.0)
    some = Detections(np.zeros((1, 4)), np.zeros(1), np.zeros(1), np.zeros((1, 2)), (reading,))
    none = replace(some, plates=())
    assert (some.plate(0), none.plate(0), len(some)) == (reading, None, 1)


def test_a_frame_is_frozen() -> None:
    frame = Frame("v", 0, 0, np.zeros((4, 6, 3), np.uint8), simulated=True)
    assert frame.size_px == (6, 4)
    with pytest.raises(FrozenInstanceError):
        frame.index = 1  # type: ignore[misc]
    with pytest.raises(ShapeError, match=r"Frame v#0"):
        replace(frame, image_bgr=np.zeros((4, 6), np.uint8))
    with pytest.raises(ShapeError, match="empty"):
        replace(frame, image_bgr=np.zeros((0, 6, 3), np.uint8))


def test_unknown_signal_groups_are_unknown() -> None:
    states = SignalStates((SignalState("n", Aspect.RED, 5),))
    assert states.of("n").aspect is Aspect.RED
    assert states.of("s") == SignalState("s", Aspect.UNKNOWN, 0)


def test_a_daily_window_excludes_its_end() -> None:
    window = DailyWindow(16 * 3600, 19 * 3600)
    assert window.contains(16 * 3600)
    assert not window.contains(19 * 3600)
    with pytest.raises(ShapeError, match="start < end"):
        DailyWindow(5, 5)


def test_a_step_is_one_line_of_json_that_is_always_the_same() -> None:
    track = Track(1, 5, VehicleClass.CAR, (0, 0, 1.04, 1), 0.5, 0, 5, True, (1.005, 2), (0, 0))
    verdict = Verdict(
        "red_light", "287(2)", "v", "n", 1, VehicleClass.CAR, VerdictKind.VIOLATION, WindowPhase.OPENED,
        0, 5_000_000_000, 1.2, "s",
    )  # fmt: skip
    event = CaseEvent("c", 5, CaseState.CAPTURED, "violation")
    request = SnapshotRequest("r", "c", (1.0, 2.0), 5.0, 5)
    record = StepRecord("v", 3, 5, 1, False, (track,), (verdict,), (event,), (request,))
    line = record.json_line()
    assert line == record.json_line()
    assert "\n" not in line
    assert json.loads(line)["tracks"][0]["box"] == [0, 0, 1.0, 1]
    assert verdict.duration_s == 5
    assert verdict.key == "v/red_light/n/1/0"


def test_local_time_is_eight_hours_ahead() -> None:
    noon_ns = from_local(date(2025, 11, 24), time(12))
    assert noon_ns % 86_400_000_000_000 == 4 * 3_600_000_000_000
    assert to_local(noon_ns).isoformat() == "2025-11-24T12:00:00+08:00"


def test_draws_belong_to_their_key() -> None:
    seed = Seed(1).child("traffic")
    assert seed.uniform("v", 3) == seed.uniform("v", 3)
    assert seed.uniform("v", 3) != seed.uniform("v", 4)
    assert seed.uniform("v", 3) != Seed(2).child("traffic").uniform("v", 3)
    assert seed.generator("x").random() == seed.generator("x").random()
    assert 0 <= seed.uniform() < 1


def test_several_areas_asked_at_once_say_what_each_says_alone() -> None:
    square = Polygon(np.array([(0, 0), (4, 0), (4, 4), (0, 4)], dtype=float))
    notch = Polygon(np.array([(2, 1), (9, 1), (9, 9), (5, 3)], dtype=float))
    x, y = np.random.default_rng(3).uniform(-1, 10, (2, 500))
    points = np.column_stack((x, y))
    together = Areas((square, notch)).contain(x, y)
    assert (together == [square.contains(points), notch.contains(points)]).all()
    assert Areas(()).contain(x, y).shape == (0, 500)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 6), np.uint8),
        np.zeros((4, 6, 1), np.uint8),
        np.zeros((4, 6, 4), np.uint8),
        np.full((4, 6, 3), 300, np.uint16),
        np.zeros((4, 6, 3), np.float32),
    ],
)
def test_a_picture_that_is_grey_or_has_other_than_8_bits_is_refused_not_wrapped(image: np.ndarray) -> None:
    with pytest.raises(ShapeError, match=r"expected a picture \(height, width, 3\) of uint8, got \(4, 6"):
        Frame("view", 0, 0, image, simulated=True)
