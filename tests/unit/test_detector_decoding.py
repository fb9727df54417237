"""The output of an exported YOLO: known boxes, known suppression."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detectors.datatypes.detections import VehicleClass
from detectors.detection.decoding import OTHERS, class_table, decode, suppress


def test_names_of_models_become_our_classes() -> None:
    names = {0: "person", 2: "Car", 3: "motorcycle", 5: "bus", 7: "truck", 8: "van"}
    assert class_table(names).tolist() == [OTHERS, 1, 0, 2, 3, 1]


def test_a_column_becomes_a_box_with_its_best_class() -> None:
    raw = np.zeros((8, 3), dtype=np.float32)
    raw[:, 0] = (50, 40, 20, 10, 0.1, 0.9, 0.0, 0.0)
    raw[:, 1] = (10, 10, 4, 4, 0.2, 0.1, 0.0, 0.0)  # not sure enough
    raw[:, 2] = (90, 90, 8, 6, 0.0, 0.0, 0.3, 0.7)
    boxes, scores, classes = decode(raw, np.arange(4), 0.25)
    assert boxes.tolist() == [[40, 35, 60, 45], [86, 87, 94, 93]]
    assert np.allclose(scores, [0.9, 0.7])
    assert classes.tolist() == [VehicleClass.CAR, VehicleClass.TRUCK]


def test_what_is_no_vehicle_is_left_out() -> None:
    raw = np.array([[5], [5], [2], [2], [0.9], [0.1]], dtype=np.float32)
    assert len(decode(raw, np.array([OTHERS, 1]), 0.05)[0]) == 0


def test_of_two_boxes_on_one_vehicle_the_surer_stays() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [30, 0, 40, 10]], dtype=np.float32)
    assert suppress(boxes, np.array([0.6, 0.8, 0.3], dtype=np.float32), 0.6).tolist() == [1, 2]
    assert suppress(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), 0.6).tolist() == []


@given(
    st.lists(st.tuples(*[st.integers(0, 40)] * 2, *[st.integers(1, 30)] * 2, st.floats(0, 1)), max_size=12)
)
def test_none_that_stays_overlaps_another_and_each_that_goes_does(rows: list[tuple[float, ...]]) -> None:
    given_rows = np.array(rows, dtype=np.float32).reshape(-1, 5)
    boxes = np.column_stack((given_rows[:, :2], given_rows[:, :2] + given_rows[:, 2:4]))
    kept = suppress(boxes, given_rows[:, 4], 0.5)

    def iou(a: np.ndarray, b: np.ndarray) -> float:
        common = np.prod(np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None))
        return float(common / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - common))

    for i, one in enumerate(kept):
        assert all(iou(boxes[one], boxes[other]) <= 0.5 for other in kept[:i])
    for gone in set(range(len(boxes))) - set(kept.tolist()):
        assert any(iou(boxes[gone], boxes[one]) > 0.5 for one in kept)
