"""The same figures with other steps of time: do they settle as the step gets shorter?"""

from dataclasses import dataclass, replace

import numpy as np

from tests.traffic_networks import left_hand, straight_road
from tests.verification.ladder.cars import LENGTH_M, LIMIT_MPS, NOBODY, START_NS, car
from tests.verification.ladder.stopline import Approach, greens, saturation_pcu_h
from tests.verification.ladder.waves import wave
from twin.clock import NS_PER_S
from twin.randomness import Seed
from twin.traffic.arrivals import Arrival
from twin.traffic.demand import DemandSpec
from twin.traffic.profiles import FLAT
from twin.traffic.simulation import TrafficSimulation

STEPS_S = (0.2, 0.25, 0.5, 1.0)
FREE_M = 1000.0
CORRIDOR_S = 900
CARS = (0.0, 1.0, 0.0, 0.0)
SHOCK_MPS = (0.0, 8.0)  # of the queue that grows, and of those who come to it
ENTRY_VPH = 500.0


@dataclass(frozen=True, slots=True)
class AtStep:
    """Figures with one step of time, each a run of one seed."""

    step_s: float
    free_s: float
    cars_pcu_h: float
    mixed_pcu_h: float
    corridor_s: float
    shock_mps: float


def free_travel_s(step_s: float) -> float:
    """How long one car takes for the road from behind its first length to the end."""
    simulation = TrafficSimulation(straight_road(FREE_M), NOBODY, Seed(1), START_NS, step_s=step_s)
    lane = int(simulation._graph.first_lane[0])
    row = simulation._book.add(Arrival(car(1), 0), 0, lane, LENGTH_M, LIMIT_MPS)
    fleet, at_m = simulation._book.fleet, LENGTH_M
    while fleet["alive"][row]:
        at_m = float(fleet["position_m"][row])
        simulation.advance(simulation.now_ns + simulation.step_ns)
    last_s = (FREE_M - at_m) / float(fleet["speed_mps"][row])
    return (simulation.now_ns - START_NS) / NS_PER_S - step_s + last_s


def corridor_s(step_s: float, seed: int) -> float:
    """The mean travel time (s) of all who end a trip on a street with four signals, 300 m apart."""
    points = {str(i): (300.0 * i, 0.0) for i in range(6)}
    links = [(str(i), str(i + 1)) for i in range(5)]
    network = left_hand(points, links, ["1", "2", "3", "4"], kerb_m=0.0)
    demand = DemandSpec((ENTRY_VPH,) * 3, DemandSpec().mix, FLAT, 0.0)
    simulation = TrafficSimulation(network, demand, Seed(seed), START_NS, step_s=step_s, counts=True)
    simulation.advance(START_NS + CORRIDOR_S * NS_PER_S)
    took = [(end.arrived_ns - end.departed_ns) / NS_PER_S for end in simulation.trip_ends]
    return float(np.mean(took))


def at_step(step_s: float, seed: int, cycles: int) -> AtStep:
    """All figures with one step of time."""
    mixed = Approach(step_s=step_s)
    flows = [
        float(saturation_pcu_h(greens(approach, seed, cycles)).mean())
        for approach in (replace(mixed, mix=CARS), mixed)
    ]
    return AtStep(
        step_s,
        free_travel_s(step_s),
        *flows,
        corridor_s(step_s, seed),
        wave(*SHOCK_MPS, step_s).measured_mps,
    )
