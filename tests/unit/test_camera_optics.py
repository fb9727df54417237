"""Where a camera sees what: known answers."""

import numpy as np
import pytest

from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.steps import SnapshotRequest
from twin.cameras.optics import density_px_per_m, in_view, resized
from twin.cameras.snapshots import SnapshotQueue

S = 1_000_000_000


def looking_east(tilt_deg: float = 30.0, height_m: float = 6.0) -> PinholeCamera:
    return PinholeCamera.from_hfov((640, 360), np.radians(60), [0, 0, height_m], 0.0, np.radians(tilt_deg))


def test_pixel_of_a_ground_point_for_a_camera_at_six_metres_looking_thirty_degrees_down() -> None:
    camera = looking_east()
    ahead_m = 6 / np.tan(np.radians(30))  # where the axis meets the ground: 10.39 m
    pixels, depth = camera.project([[ahead_m, 0, 0], [ahead_m, -1, 0]])
    assert pixels[0] == pytest.approx([319.5, 179.5])
    assert depth[0] == pytest.approx(12.0)
    # one metre to the right at 12 m with f = 320 / tan 30 deg = 554.26 px
    assert pixels[1] == pytest.approx([319.5 + 554.256 / 12, 179.5], abs=1e-3)


def test_a_point_straight_below_the_horizon_line_is_on_the_row_of_its_angle() -> None:
    pixels, _ = looking_east().project([[6 / np.tan(np.radians(40)), 0, 0]])
    assert pixels[0] == pytest.approx([319.5, 179.5 + 554.256 * np.tan(np.radians(10))], abs=1e-3)


def test_in_view_and_density() -> None:
    camera = looking_east()
    points = [[10.39, 0, 0], [-10, 0, 0], [10.39, 40, 0]]
    assert in_view(camera, points).tolist() == [True, False, False]
    assert density_px_per_m(camera, points)[0] == pytest.approx(554.256 / 12, rel=1e-3)
    assert density_px_per_m(camera, points)[1] == 0


def test_resized_keeps_the_field_of_view() -> None:
    camera = looking_east()
    double = resized(camera, (1280, 720))
    point = [[14.0, 2.0, 0.0]]
    u, v = camera.project(point)[0][0] - camera.centre_px
    assert double.project(point)[0][0] - double.centre_px == pytest.approx([2 * u, 2 * v])


def request(name: str, asked_ns: int) -> SnapshotRequest:
    return SnapshotRequest(name, "case", (1.0, 2.0), 4.0, asked_ns)


def test_snapshots_are_taken_one_after_the_other() -> None:
    queue = SnapshotQueue(delay_ns=2 * S)
    assert queue.add(request("a", 10 * S)) == 12 * S
    assert queue.add(request("b", 11 * S)) == 14 * S
    assert queue.add(request("c", 30 * S)) == 32 * S
    assert queue.due(11 * S) == ()
    assert [one.request_id for one in queue.due(14 * S)] == ["a", "b"]
    assert [one.request_id for one in queue.due(40 * S)] == ["c"]
    assert queue.due(99 * S) == ()
