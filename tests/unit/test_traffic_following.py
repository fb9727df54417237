import numpy as np
import pytest

from twin.traffic.kernel.arrays import VEHICLE, Rows
from twin.traffic.kernel.following import FREE, idm, safe_speed


def driver(speed_mps: float) -> Rows:
    fleet = np.zeros(1, VEHICLE)
    fleet["speed_mps"], fleet["acceleration_mps2"], fleet["braking_mps2"] = speed_mps, 2.0, 2.0
    fleet["headway_s"], fleet["jam_gap_m"] = 1.0, 2.0
    return fleet


def test_alone_at_rest_one_accelerates_fully() -> None:
    assert idm(driver(0.0), 0, 15.0, FREE, 0.0) == pytest.approx(2.0)


def test_alone_at_the_wished_speed_one_keeps_it() -> None:
    assert idm(driver(15.0), 0, 15.0, FREE, 0.0) == pytest.approx(0.0)


def test_at_the_equilibrium_gap_one_keeps_the_speed() -> None:
    gap_m = (2.0 + 10.0) / np.sqrt(1 - (10 / 15) ** 4)  # Treiber et al. 2000, equation 10
    assert idm(driver(10.0), 0, 15.0, gap_m, 10.0) == pytest.approx(0.0, abs=1e-12)


def test_closing_in_brakes_by_the_formula() -> None:
    wanted = 2.0 + 10.0 + 10.0 * 10.0 / (2 * 2.0)
    expected = 2.0 * (1 - (10 / 15) ** 4 - (wanted / 50.0) ** 2)
    assert idm(driver(10.0), 0, 15.0, 50.0, 0.0) == pytest.approx(expected)


def test_the_safe_speed_stops_within_the_gap() -> None:
    speed, gap_m = safe_speed(30.0, 0.0, 6.0, 0.2), 30.0
    travelled = 0.0
    while speed > 0:
        travelled += speed * 0.2
        speed = max(0.0, speed - 6.0 * 0.2)
    # the last step is cut short; one may then come to rest a hand behind where gap / dt allows
    assert travelled == pytest.approx(gap_m, abs=0.1)


def test_no_gap_means_no_speed() -> None:
    assert safe_speed(0.0, 10.0, 6.0, 0.2) == 0.0
    assert safe_speed(-1.0, 10.0, 6.0, 0.2) == 0.0
