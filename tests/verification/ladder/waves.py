"""Waves in a column of cars on a straight road: how fast the boundary between two speeds moves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.traffic_networks import straight_road
from tests.verification.ladder.cars import (
    LENGTH_M,
    LIMIT_MPS,
    NOBODY,
    START_NS,
    car,
    gap_at,
    shock_mps,
)
from twin.clock import NS_PER_S
from twin.randomness import Seed
from twin.traffic.arrivals import Arrival
from twin.traffic.simulation import TrafficSimulation

COLUMN = 100
ROAD_M = 6000.0
FIRST, LAST = 15, 90  # the cars between which the wave is timed: it has its shape, and has come so far


@dataclass(frozen=True, slots=True)
class Wave:
    """A boundary: the two speeds, its own speed by theory and measured, and where it met each car."""

    before_mps: float
    behind_mps: float
    theory_mps: float
    measured_mps: float
    time_s: NDArray[np.float64]
    place_m: NDArray[np.float64]

    @property
    def off(self) -> float:
        return self.measured_mps / self.theory_mps - 1.0


def column(leader_mps: float, others_mps: float, step_s: float) -> TrafficSimulation:
    """COLUMN cars at the equilibrium of a speed behind one that drives `leader_mps` or comes to that."""
    simulation = TrafficSimulation(straight_road(ROAD_M), NOBODY, Seed(1), START_NS, step_s=step_s)
    lane = int(simulation._graph.first_lane[0])
    apart_m = LENGTH_M + float(gap_at(others_mps))
    for i in range(COLUMN + 1):
        factor = max(leader_mps, 0.01) / LIMIT_MPS if i == 0 else 1.0
        at_m = apart_m * (COLUMN + 1 - i) + 10.0
        simulation._book.add(Arrival(car(i + 1, factor), 0), 0, lane, at_m, others_mps)
        simulation._grow_if_needed()
    if leader_mps == 0.0:
        simulation._book.fleet["kerb"][0] = 2  # stands, whatever comes
    return simulation


def wave(before_mps: float, behind_mps: float, step_s: float = 0.2, last_s: int = 400) -> Wave:
    """The boundary that runs back from a leader who drives `before_mps` into a column at `behind_mps`.

    It is where a car passes through the mean of both speeds; its speed is the slope of these places over
    these times, by least squares.
    """
    simulation = column(before_mps, behind_mps, step_s)
    mean = (before_mps + behind_mps) / 2
    fleet = simulation._book.fleet
    speeds, places, times = [], [], []
    while simulation.now_ns < START_NS + last_s * NS_PER_S and fleet["alive"][0]:
        simulation.advance(simulation.now_ns + simulation.step_ns)
        speeds.append(fleet["speed_mps"][: COLUMN + 1].copy())
        places.append(fleet["position_m"][: COLUMN + 1].copy())
        times.append((simulation.now_ns - START_NS) / NS_PER_S)
    speed_mps, place_m = np.array(speeds), np.array(places)
    met = [_met(np.array(times), speed_mps[:, i], place_m[:, i], mean) for i in range(FIRST, LAST)]
    time_s, place_m = np.array([one for one in met if one is not None]).T
    slope = float(np.polyfit(time_s, place_m, 1)[0])
    return Wave(before_mps, behind_mps, shock_mps(before_mps, behind_mps), slope, time_s, place_m)


def _met(
    time_s: NDArray[np.float64], speed_mps: NDArray[np.float64], place_m: NDArray[np.float64], mean_mps: float
) -> tuple[float, float] | None:
    """When and where a car first passes through a speed."""
    above = speed_mps > mean_mps
    turned = np.flatnonzero(above[1:] != above[:-1])
    if not turned.size:
        return None
    row = int(turned[0])
    part = float((mean_mps - speed_mps[row]) / (speed_mps[row + 1] - speed_mps[row]))
    return tuple(float(x[row] + part * (x[row + 1] - x[row])) for x in (time_s, place_m))
