from dataclasses import replace

import numpy as np
import pytest

from detectors.datatypes.camera import PinholeCamera
from twin.cameras.sensing import CURVES, Acts, Duty, SensingView, capture, capture_by_view

NORTH = np.pi / 2


def view(*, duty: Duty = Duty(), yaw_rad: float = 0.0, name: str = "one") -> SensingView:  # noqa: B008
    camera = PinholeCamera.from_hfov((640, 360), np.radians(60), [0.0, 0.0, 9.0], yaw_rad, np.radians(15))
    return SensingView(name, camera, duty)


def stands(*distances_m: float, daylight: float = 1.0, lasting_s: float = 300.0, kind: int = 1) -> Acts:
    n = len(distances_m)
    return Acts(
        position_m=np.column_stack((distances_m, np.zeros(n), np.zeros(n))),
        vehicle_class=np.full(n, kind),
        daylight=np.full(n, daylight),
        lasting_s=np.full(n, lasting_s),
        approach=np.full(n, -1),
    )


def test_the_farther_the_less_and_behind_the_camera_nothing() -> None:
    chance = capture_by_view([view()], stands(30, 50, 70, 90, 119, 121, -30), ())[0]
    assert (np.diff(chance[:6]) < 0).all()
    assert chance[0] > 0.9 * CURVES.alert
    assert chance[5] == chance[6] == 0.0


def test_half_are_found_at_the_size_that_the_curve_states() -> None:
    density = np.array([CURVES.half_px / CURVES.size_m[1]])
    assert CURVES.chance(density, np.array([10.0]), np.array([1]))[0] == pytest.approx(CURVES.alert / 2)


def test_night_and_rain_multiply() -> None:
    day, night = (capture_by_view([view()], stands(30, daylight=light), ())[0, 0] for light in (1.0, 0.0))
    rain = capture_by_view([view()], stands(30), (), replace(CURVES, weather=0.5))[0, 0]
    assert night == pytest.approx(day * CURVES.night)
    assert rain == pytest.approx(day / 2)


def test_a_touring_view_catches_what_outlasts_its_absence() -> None:
    touring = view(duty=Duty(0.25, 45.0))
    always = capture_by_view([view()], stands(30), ())[0, 0]
    for lasting_s, share in ((300.0, 1.0), (45.0, 1.0), (22.5, 0.5), (0.0, 0.0)):
        chance = capture_by_view([touring], stands(30, lasting_s=lasting_s), ())[0, 0]
        assert chance == pytest.approx(share * always)


def test_a_crossing_is_caught_only_where_line_and_approach_are_in_view() -> None:
    line = np.array([[30, 3, 0], [30, -3, 0], [25, 3, 0], [25, -3, 0.0]])
    crossing = replace(stands(30, lasting_s=0.0), approach=np.array([0]))
    plain = capture_by_view([view()], stands(30), ())[0, 0]
    assert capture_by_view([view()], crossing, [line])[0, 0] == pytest.approx(plain)
    assert capture_by_view([view(duty=Duty(0.25, 45.0))], crossing, [line])[0, 0] == pytest.approx(plain / 4)
    assert capture_by_view([view()], crossing, [line - [30, 0, 0]])[0, 0] == 0.0


def test_two_views_miss_only_what_both_miss_and_none_catches_nothing() -> None:
    both = capture_by_view([view(), view(name="two")], stands(60), ())
    assert capture(both)[0] == pytest.approx(1 - (1 - both[0, 0]) ** 2)
    assert capture(capture_by_view([], stands(60), ())).tolist() == [0.0]
    assert capture(capture_by_view([view()], stands(), ())).tolist() == []


def test_one_more_view_never_hurts() -> None:
    acts = stands(20, 40, 60, 80)
    one = capture(capture_by_view([view(yaw_rad=0.3)], acts, ()))
    two = capture(capture_by_view([view(yaw_rad=0.3), view(yaw_rad=NORTH)], acts, ()))
    assert (two >= one).all()
