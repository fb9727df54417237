"""Polygons on pixels: whole ones, parts, seams, and what stands nearer."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.rendering.raster import (
    Upright,
    fill_faces,
    fill_hulls,
    keep_nearer,
    label_face,
    label_faces,
    scratch,
)

WHITE = np.full((1, 3), 255.0)


def filled(*polygons: list[tuple[float, float]], size: tuple[int, int] = (20, 30)) -> np.ndarray:
    canvas = np.zeros((*size, 3), dtype=np.uint8)
    room = scratch(canvas)
    for corners in polygons:
        faces = np.array([corners], dtype=np.float64)
        fill_faces(canvas, faces, np.array([len(corners)]), WHITE, room)
    assert not room[: size[1]].any()
    return canvas[..., 0]


def box(x0: float, y0: float, x1: float, y1: float) -> list[tuple[float, float]]:
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def test_a_box_on_the_borders_of_pixels_fills_them_and_no_others() -> None:
    picture = filled(box(2.5, 3.5, 6.5, 9.5))
    assert (picture[4:10, 3:7] == 255).all()
    assert picture.astype(int).sum() == 255 * 24


def test_a_quarter_of_a_pixel_shows_as_such_sharpened() -> None:
    picture = filled(box(4.5, 4.5, 4.75, 5.5))
    assert picture[5, 5] == pytest.approx(255 * 0.25 * 1.75, abs=1)


def test_a_label_is_set_where_the_middle_of_a_pixel_lies_inside() -> None:
    label = np.zeros((20, 30), dtype=np.uint8)
    label_face(label, np.array(box(2.4, 3.6, 6.4, 9.2)), 7)
    assert (label[4:10, 3:7] == 7).all()
    assert (label > 0).sum() == 24


def test_later_labels_lie_over_earlier_ones() -> None:
    label = np.zeros((20, 30), dtype=np.uint8)
    faces = np.array([box(2.0, 2.0, 9.0, 9.0), box(5.0, 5.0, 12.0, 12.0)])
    label_faces(label, faces, np.array([3, 4]))
    assert [label[3, 3], label[6, 6], label[11, 11], label[14, 14]] == [3, 4, 4, 0]


def test_either_turn_is_the_same() -> None:
    corners = [(3.0, 2.0), (11.0, 5.0), (8.0, 14.0), (2.0, 9.0)]
    assert (filled(corners) == filled(corners[::-1])).all()


def test_what_lies_outside_is_cut() -> None:
    assert (filled(box(-50, -50, 80, 80)) == 255).all()
    assert not filled(box(-50, -50, -2, 80)).any()
    assert not filled(box(40, 3, 60, 8)).any()


@given(
    st.floats(2, 28), st.floats(2, 18), st.lists(st.floats(3, 12), min_size=5, max_size=9), st.floats(0, 6.2)
)
def test_the_inside_is_full_the_outside_untouched(
    x: float, y: float, radii: list[float], turn: float
) -> None:
    radius = min(radii)
    angle = turn + np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    corners = np.column_stack((x + radius * np.cos(angle), y + radius * np.sin(angle)))
    picture = filled([tuple(corner) for corner in corners])
    away = np.hypot(*np.meshgrid(np.arange(30) - x, np.arange(20) - y))
    inner = radius * np.cos(np.pi / len(radii))
    assert (picture[away < inner - 0.75] == 255).all()
    assert not picture[away > radius + 0.75].any()


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_no_background_shines_through_where_two_faces_meet(up: float, down: float) -> None:
    above, below = (15.0 + up, 2.0), (15.0 + down, 18.0)
    picture = filled([(2.0, 2.0), above, below, (2.0, 18.0)], [above, (28.0, 2.0), (28.0, 18.0), below])
    assert picture[3:17, 4:27].min() > 0.95 * 255


def test_what_stands_nearer_comes_back() -> None:
    still, canvas = np.full((6, 6, 3), 9, dtype=np.uint8), np.full((6, 6, 3), 200, dtype=np.uint8)
    thing = np.zeros((6, 6), dtype=np.uint16)
    thing[2, 2:4] = 1, 2
    upright = Upright(thing, np.array([np.inf, 5.0, 50.0], dtype=np.float32))
    keep_nearer(canvas, still, upright, 10.0, np.array([-3, 0, 9, 9]))
    assert canvas[2, 2, 0] == 9
    assert (canvas != 9).sum() == 35 * 3


def test_the_hull_of_a_box_is_the_box() -> None:
    mask = np.zeros((20, 30), dtype=np.uint8)
    corners = [*box(2.8, 3.8, 8.2, 9.2), (5.0, 6.0), (2.8, 3.8)]
    fill_hulls(mask, np.array([corners]), 9, np.empty((14, 2)))
    assert (mask[4:10, 3:9] == 9).all()
    assert (mask > 0).sum() == 36


@given(st.lists(st.tuples(st.integers(0, 29), st.integers(0, 19)), min_size=3, max_size=12))
def test_a_hull_is_filled_as_opencv_has_it(points: list[tuple[int, int]]) -> None:
    mask = np.zeros((20, 30), dtype=np.uint8)
    fill_hulls(mask, np.array([points], dtype=np.float64), 9, np.empty((2 * len(points) + 2, 2)))
    hull = cv2.convexHull(np.array(points, dtype=np.float32))
    for y, x in np.ndindex(mask.shape):
        away = cv2.pointPolygonTest(hull, (float(x), float(y)), True)  # inside is positive
        assert away > -1e-6 or mask[y, x] == 0
        assert away < 1e-6 or mask[y, x] == 9
