"""Bends: their curves, and who goes round them beside whom."""

from datetime import date, time

import numpy as np
import pytest

from detectors.datatypes.detections import VehicleClass
from tests.overlap import overlaps
from tests.verification.ladder.stopline import ACROSS, NEAR_SIDE, NO_RED, Approach, network_of
from twin.clock import NS_PER_S, from_local
from twin.randomness import Seed
from twin.traffic import curves
from twin.traffic.demand import DemandSpec, Gate
from twin.traffic.kernel.ordering import CHORD_M
from twin.traffic.profiles import FLAT
from twin.traffic.simulation import TrafficSimulation

START_NS = from_local(date(2026, 11, 24), time(17, 0))
EAST, NORTH = np.array([[-10.0, 0, 0], [0, 0, 0]]), np.array([[9.0, 9.0, 0], [9.0, 20.0, 0]])


def test_a_quarter_turn_is_an_arc_of_a_circle() -> None:
    points = curves.curve(EAST, NORTH)
    radius_m = np.hypot(points[:, 0], points[:, 1] - 9.0)
    assert radius_m == pytest.approx(9.0, rel=0.002)
    assert curves.turned(points) == pytest.approx(np.pi / 2, rel=0.1)  # between its first and last pieces


def test_a_straight_way_on_does_not_bend() -> None:
    points = curves.curve(EAST, np.array([[20.0, 0, 0], [40.0, 0, 0]]))
    assert points[:, 1] == pytest.approx(0.0)
    assert curves.cut_m(points) == pytest.approx(0.0, abs=1e-9)
    assert curves.bulge_m(0.0) == 0.0


def test_a_body_cuts_a_corner_by_the_rise_of_its_arc() -> None:
    points = curves.curve(EAST, NORTH)
    assert curves.cut_m(points) == pytest.approx(CHORD_M**2 / (8 * 9.0), rel=0.05)


@pytest.mark.parametrize("inside", [1, 2])
def test_a_lane_farther_out_leaves_room_for_riders_on_both_sides(inside: int) -> None:
    points = curves.curve(EAST, NORTH)
    need_m = 2 * curves.bulge_m(curves.cut_m(points))
    apart = np.hypot(*(curves.spread(points, inside) - points)[:, :2].T)
    assert apart.max() == pytest.approx(inside * (need_m + curves.MORE_M), rel=0.02)
    assert apart[[0, -1]] == pytest.approx([0.0, 0.0])
    assert curves.spread(points, 0) is points


@pytest.mark.parametrize("onto", [NEAR_SIDE, ACROSS])
def test_riders_and_cars_turn_side_by_side_and_heavy_vehicles_get_round(onto: tuple[float, float]) -> None:
    mix = (0.6, 0.3, 0.05, 0.05)
    nobody_back = (Gate("b-c", vph=0.0),)
    demand = DemandSpec((4000.0,) * 3, mix, FLAT, 0.0, red_running=NO_RED, gates=nobody_back)
    simulation = TrafficSimulation(network_of(Approach(onto=onto)), demand, Seed(4), START_NS, step_s=0.2)
    beside = 0
    gone: set[int] = set()
    heavy: set[int] = set()
    for second in range(1, 301):
        simulation.advance(START_NS + second * NS_PER_S)
        states = simulation.vehicles()
        assert overlaps(states, shrink_m=0.02) == []
        inside = np.hypot(states.position_m[:, 0], states.position_m[:, 1]) < 12.0
        rides = states.vehicle_class == VehicleClass.MOTORCYCLE
        gaps = np.hypot(
            *(states.position_m[inside & rides, None, :2] - states.position_m[None, inside & ~rides, :2]).T
        )
        beside += int((gaps < 2.5).sum())
        past = states.position_m[:, 1] * np.sign(onto[1]) > 30.0
        gone |= set(states.vehicle_id[past].tolist())
        heavy |= set(states.vehicle_id[past & (states.size_m[:, 0] > 6.0)].tolist())
    assert beside > 20
    assert len(heavy) > 5
    assert len(gone) > 150
