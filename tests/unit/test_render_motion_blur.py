"""What moves while the shutter is open: by how much, and what the picture then shows."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.detections import VehicleClass
from tests.corner_street import AFTERNOON_NS, KERB_VIEW, NIGHT_NS, scene, street, vehicles
from twin.cameras.survey import mount
from twin.randomness import Seed
from twin.rendering.light import SHUTTER_S, light_at
from twin.rendering.motion_blur import box_along, is_drawn_out, sheet_for, spread, ways_px
from twin.rendering.painter import ViewRenderer
from twin.rendering.truth_boxes import frame_truth
from twin.truth import Scene

CAR = VehicleClass.CAR
NETWORK = street()
CAMERA = mount(NETWORK, KERB_VIEW)


def driving(at_ns: int, speed_mps: float, x_m: float = -88.0) -> Scene:
    here = scene((CAR, x_m, 5.0, 0.0), at_ns=at_ns)
    return replace(here, vehicles=replace(here.vehicles, speed_mps=np.array([speed_mps])))


def painted(shutter_s: float | None, here: Scene) -> UInt8Array:
    return ViewRenderer(NETWORK, replace(KERB_VIEW, shutter_s=shutter_s), CAMERA, Seed(1)).render(here)


def test_the_way_is_that_between_where_it_is_when_the_shutter_opens_and_closes() -> None:
    here = replace(vehicles((CAR, -88.0, 5.0, 0.0)), speed_mps=np.array([15.0]))
    middle = here.position_m[0] + [0.0, 0.0, here.size_m[0, 2] / 2]
    quarter = np.array([0.25, 0.0, 0.0])
    ends = CAMERA.project(np.stack((middle - quarter, middle + quarter)))[0]
    assert ways_px(CAMERA, here, 1 / 30)[0] == pytest.approx(ends[1] - ends[0], abs=1e-9)


def test_what_stands_has_no_way_and_twice_the_speed_twice_the_way() -> None:
    rows = vehicles((CAR, -60.0, 5.0, 0.0), (CAR, -60.0, 5.0, 0.0), (CAR, -60.0, 5.0, 0.0))
    ways = ways_px(CAMERA, replace(rows, speed_mps=np.array([0.0, 5.0, 10.0])), 1 / 100)
    assert (ways[0] == 0).all()
    assert ways[2] == pytest.approx(2 * ways[1], rel=1e-3)


def test_by_night_the_shutter_is_open_for_longer() -> None:
    day, night = light_at(AFTERNOON_NS).shutter_s, light_at(NIGHT_NS).shutter_s
    assert SHUTTER_S[1] <= day < night <= SHUTTER_S[0]


def test_a_picture_with_a_stated_shutter_is_as_sharp_as_that_lets_it_be() -> None:
    here = driving(AFTERNOON_NS, 20.0)
    x0, y0, x1, y1 = frame_truth(here, CAMERA).boxes_px[0].astype(int)

    def sharpness(shutter_s: float) -> float:
        return float(cv2.Laplacian(painted(shutter_s, here)[y0:y1, x0:x1], cv2.CV_64F).var())

    slow, usual, quick = (sharpness(1 / each) for each in (15, 100, 2000))
    assert slow < 0.6 * usual
    assert usual < 0.9 * quick
    still = driving(AFTERNOON_NS, 0.0)
    assert (painted(1 / 15, still) == painted(1 / 2000, still)).all()


def block(width: int, at: int, value: int) -> tuple[UInt8Array, np.ndarray]:
    """Return a dark canvas and a face of 8 by 8 pixels in it."""
    canvas = np.zeros((24, width, 3), dtype=np.uint8)
    face = np.array([[[at, 8.0], [at + 7.0, 8.0], [at + 7.0, 15.0], [at, 15.0]]])
    canvas[8:16, at : at + 8] = value
    return canvas, face


@settings(deadline=None)  # the first call compiles
@given(length=st.integers(2, 40), value=st.integers(20, 255))
def test_a_block_that_moves_keeps_its_light_and_leaves_a_ramp(length: int, value: int) -> None:
    painted_one, face = block(160, 70, value)
    canvas, way = np.zeros_like(painted_one), np.array([float(length), 0.0])
    sheet = sheet_for(painted_one, np.array([0, 0, 160, 24]))
    assert sheet is not None
    spread(canvas, sheet, face, np.array([4]), way)
    rows = canvas[8:16, :, 0].astype(float)
    assert rows.sum() == pytest.approx(64.0 * value, rel=0.1)
    profile = rows[0]
    assert (np.diff(profile[:70]) >= 0).all()
    assert (np.diff(profile[80:]) <= 0).all()
    assert np.ptp(np.flatnonzero(profile)) + 1 == pytest.approx(8 + length, abs=1.5)
    assert not canvas[:8].any()
    assert not canvas[16:].any()


def test_the_box_holds_the_whole_way_and_one_outside_the_picture_has_no_sheet() -> None:
    assert box_along(np.array([10, 10, 20, 20]), np.array([6.0, -3.0])).tolist() == [6, 7, 24, 23]
    assert sheet_for(np.zeros((8, 8, 3), dtype=np.uint8), np.array([9, 0, 12, 4])) is None
    assert not is_drawn_out(np.array([0.6, 0.6]))
    assert is_drawn_out(np.array([0.8, 0.8]))


def test_the_street_before_and_behind_shows_through_a_quick_rider_only_at_the_ends() -> None:
    canvas = np.full((24, 160, 3), 90, dtype=np.uint8)
    sheet = sheet_for(canvas, np.array([0, 0, 160, 24]))
    assert sheet is not None
    _, face = block(160, 70, 0)
    sheet.picture[8:16, 70:78] = 200
    spread(canvas, sheet, face, np.array([4]), np.array([4.0, 0.0]))
    assert (canvas[8:16, 73:75] == 200).all()
    assert (canvas[8:16, :66] == 90).all()
