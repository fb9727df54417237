"""Windows for training: labels move with the picture, rare classes come more often."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.detection.crops import LEAST_INSIDE, class_weights, window
from detectors.detection.errors import ModelError
from detectors.detection.learning import Lessons, Stage
from detectors.detection.yolo import train

WINDOW_PX = (448, 256)
shares = st.floats(0.05, 0.95)
labels = st.lists(st.tuples(st.integers(0, 3), shares, shares, st.floats(0.01, 0.1), st.floats(0.01, 0.1)))


@given(st.integers(0, 1000), st.floats(1.0, 3.0), labels)
def test_a_label_shows_the_same_place_in_its_window_and_in_the_picture(
    seed: int, magnify: float, rows: list[tuple[float, ...]]
) -> None:
    given_rows = np.array(rows, dtype=np.float64).reshape(-1, 5)
    (across, along), found = window(
        (360, 640), given_rows, np.ones(4), np.random.default_rng(seed), WINDOW_PX, magnify
    )
    tall, wide = across.stop - across.start, along.stop - along.start
    assert abs(wide / tall - WINDOW_PX[0] / WINDOW_PX[1]) < 0.02  # nothing is stretched
    assert wide >= WINDOW_PX[0] / magnify - 1
    assert 0 <= across.start <= 360 - tall
    assert 0 <= along.start <= 640 - wide
    assert (found[:, 1:3] - found[:, 3:] / 2 >= -1e-9).all()
    assert (found[:, 1:3] + found[:, 3:] / 2 <= 1 + 1e-9).all()
    whole = [row for row in given_rows if _shown(row, along, across) > LEAST_INSIDE]
    assert len(found) == len(whole)
    for row, (kind, x, y, _, _) in zip(whole, found, strict=True):
        assert kind == row[0]
        assert abs(x * wide + along.start - row[1] * 640) <= row[3] * 640 / 2 + 1e-6
        assert abs(y * tall + across.start - row[2] * 360) <= row[4] * 360 / 2 + 1e-6


def _shown(row: np.ndarray, along: slice, across: slice) -> float:
    shown = 1.0
    for middle, size, side, part in ((row[1], row[3], 640, along), (row[2], row[4], 360, across)):
        low, high = (middle - size / 2) * side, (middle + size / 2) * side
        shown *= max(0.0, min(high, part.stop) - max(low, part.start)) / (high - low)
    return shown


def test_a_vehicle_larger_than_a_window_is_shown_smaller() -> None:
    rows = np.array([[2, 0.5, 0.5, 0.6, 0.8]])
    draw = np.random.default_rng(1)
    found = [window((360, 640), rows, np.ones(3), draw, WINDOW_PX, 1.5)[1] for _ in range(180)]
    whole = [labels for labels in found if len(labels) and labels[0, 3:].min() > 0.5]
    assert len(whole) > 0.8 * len(found)


def test_a_rare_class_is_looked_for_more_often_than_it_appears() -> None:
    """Eight cars at one end of the picture, one bus at the other: windows are no lottery of vehicles."""
    rows = np.array([[1, 0.1, 0.5, 0.05, 0.05]] * 8 + [[2, 0.9, 0.5, 0.05, 0.05]])
    draw = np.random.default_rng(1)
    weights = class_weights(rows[:, 0])
    seen = [window((360, 640), rows, weights, draw, (320, 256))[1] for _ in range(600)]
    with_bus = np.mean([bool((found[:, 0] == 2).any()) for found in seen])
    assert 0.2 < with_bus < 0.35  # one in 1 + 8 / sqrt(8) = 3.8, and those laid anywhere; else one in nine


def test_a_dataset_without_pictures_is_told_before_anything_is_trained(tmp_path: Path) -> None:
    for kind in ("images", "labels"):
        (tmp_path / kind / "train").mkdir(parents=True)
    with pytest.raises(ModelError, match="no picture in images/train"):
        train(tmp_path, Lessons(0.125, 1.5, WINDOW_PX, 3, 8, 1, (Stage(1, 0.001),)), tmp_path / "work")
    assert not (tmp_path / "work").exists()
