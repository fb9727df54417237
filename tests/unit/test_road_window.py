"""A net looks only where vehicles on the site can show, and tells boxes in pixels of the whole picture."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.datatypes.frame import Frame
from detectors.datatypes.geometry import Polygon
from detectors.datatypes.site import DailyWindow, SitePlan
from detectors.detection.onnx import OnnxDetector
from detectors.detection.road import TALLEST_M, window
from tests.corner_street import KERB_VIEW, street
from tests.onnx_models import CELL_PX, bright_cells
from twin.cameras.survey import site_plan
from twin.randomness import Seed

WHOLE: SitePlan = site_plan(street(), KERB_VIEW, Seed(1), window=DailyWindow(0, 3600))
AHEAD = WHOLE.camera.ground_points([[WHOLE.camera.width_px / 2, WHOLE.camera.height_px / 2]], WHOLE.ground)[0]
NEAR = Polygon(AHEAD + np.array([[-4.0, -2.0], [4.0, -2.0], [4.0, 2.0], [-4.0, 2.0]]))
SITE = replace(WHOLE, carriageways=(replace(WHOLE.carriageways[0], area=NEAR),), no_parking=(), one_way=())
SURE = 0.6  # more than the grey around a picture looks like a vehicle
SIZE_PX = SITE.camera.width_px, SITE.camera.height_px


def looked_at() -> tuple[int, int, int, int]:
    found = window(SITE)
    assert found is not None
    return found


@given(
    way=st.integers(0, len(SITE.carriageways) - 1),
    mix=st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4),
    above_m=st.floats(0.0, TALLEST_M),
)
def test_what_stands_on_a_carriageway_and_is_in_the_picture_is_in_the_window(
    way: int, mix: list[float], above_m: float
) -> None:
    corners = SITE.carriageways[way].area.corners_m[:4]
    shares = np.array(mix[: len(corners)]) / sum(mix[: len(corners)])
    at = SITE.ground.lift(shares @ corners)[0] + [0.0, 0.0, above_m]
    pixels, depth = SITE.camera.project(at[None])
    u, v = pixels[0]
    x0, y0, x1, y1 = looked_at()
    if depth[0] > 1.0 and 0 <= u <= SIZE_PX[0] and 0 <= v <= SIZE_PX[1]:
        assert x0 <= u <= x1
        assert y0 <= v <= y1


def test_of_a_site_that_fills_a_part_of_the_picture_the_rest_is_left_out() -> None:
    x0, y0, x1, y1 = looked_at()
    assert (x1 - x0) * (y1 - y0) < 0.5 * SIZE_PX[0] * SIZE_PX[1]


@pytest.mark.parametrize("site", [None, replace(SITE, carriageways=(), no_parking=(), one_way=())])
def test_where_nobody_knows_where_vehicles_can_be_all_is_looked_at(site: SitePlan | None) -> None:
    assert window(site) is None


def test_where_all_of_the_site_lies_behind_the_camera_all_is_looked_at() -> None:
    eye, ahead = SITE.camera.position_m[:2], SITE.camera.rotation_camera_world()[2, :2]
    middle = eye - 200.0 * ahead
    area = Polygon(middle + np.array([[0.0, 0.0], [5.0, 0.0], [5.0, 5.0]]))
    way = replace(SITE.carriageways[0], area=area)
    assert window(replace(SITE, carriageways=(way,), no_parking=(), one_way=())) is None


def bright_at(corner_px: tuple[int, int], size_px: tuple[int, int] = SIZE_PX) -> Frame:
    image = np.zeros((size_px[1], size_px[0], 3), dtype=np.uint8)
    x, y = corner_px
    image[y : y + CELL_PX, x : x + CELL_PX, 2] = 255
    return Frame("drawn", 0, 0, image, simulated=True)


def test_boxes_are_told_in_pixels_of_the_whole_picture(tmp_path: Path) -> None:
    detector = OnnxDetector(bright_cells(tmp_path / "mine.onnx"), least_score=SURE, site=SITE)
    x0, y0, _, _ = looked_at()
    at = (x0 + 2 * CELL_PX, y0 + CELL_PX)
    found = detector.detect(bright_at(at))
    assert found.boxes_px.tolist() == [[at[0], at[1], at[0] + CELL_PX, at[1] + CELL_PX]]


def test_what_is_bright_outside_of_the_window_is_not_looked_at(tmp_path: Path) -> None:
    x0, y0, _, _ = looked_at()
    assert x0 >= CELL_PX
    assert y0 >= CELL_PX
    model = bright_cells(tmp_path / "mine.onnx")
    assert len(OnnxDetector(model, least_score=SURE, site=SITE).detect(bright_at((0, 0)))) == 0
    assert len(OnnxDetector(model, least_score=SURE).detect(bright_at((0, 0)))) == 1


def test_a_picture_of_another_size_than_the_surveys_is_looked_at_whole(tmp_path: Path) -> None:
    size_px = (SIZE_PX[0] // 2 // CELL_PX * CELL_PX, SIZE_PX[1] // 2 // CELL_PX * CELL_PX)
    detector = OnnxDetector(bright_cells(tmp_path / "mine.onnx"), least_score=SURE, site=SITE)
    assert len(detector.detect(bright_at((0, 0), size_px))) == 1
