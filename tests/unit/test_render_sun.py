"""The sun over Balikpapan and the light it leaves."""

from datetime import date, time

import numpy as np
import pytest

from twin.clock import from_local
from twin.environment.sun import ambient, street_lamps_on, sun_at
from twin.rendering.light import light_at

DAY = date(2025, 11, 27)


def at(hour: int, minute: int = 0, day: date = DAY) -> int:
    return from_local(day, time(hour, minute))


@pytest.mark.parametrize("day", [date(2025, 2, 11), date(2025, 6, 21), date(2025, 11, 3)])
def test_the_sun_sets_between_18_00_and_18_31(day: date) -> None:
    """DOMAIN 2: sunset is 18:00-18:31 the year round; the upper rim goes at -0.83 degrees."""
    assert np.degrees(sun_at(at(17, 58, day)).elevation_rad) > -0.83
    assert np.degrees(sun_at(at(18, 33, day)).elevation_rad) < -0.2


def test_the_afternoon_sun_stands_in_the_west() -> None:
    direction = sun_at(at(17)).direction()
    assert direction[0] < -0.8
    assert 0 < direction[2] < 0.4
    assert np.linalg.norm(direction) == pytest.approx(1.0)


def test_noon_sun_in_november_stands_south_of_the_zenith() -> None:
    direction = sun_at(at(12)).direction()
    assert direction[2] > 0.9
    assert direction[1] < 0


def test_light_falls_from_day_to_night_and_lamps_come_on() -> None:
    levels = [ambient(at(16)), ambient(at(17, 45)), ambient(at(18, 10)), ambient(at(19))]
    assert levels[0] == 1.0
    assert levels == sorted(levels, reverse=True)
    assert levels[-1] == 0.0
    assert [street_lamps_on(at(16)), street_lamps_on(at(18, 30))] == [False, True]


def test_light_of_a_minute_is_constant_and_night_is_noisier() -> None:
    assert light_at(at(16)).key == light_at(at(16) + 59_000_000_000).key
    assert light_at(at(16)).casts_shadows
    assert not light_at(at(19)).casts_shadows
    assert light_at(at(19)).noise_sigma > light_at(at(16)).noise_sigma
