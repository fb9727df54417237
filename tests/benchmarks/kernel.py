"""The motion kernel at 5,000 mixed vehicles, beside the least that numpy can do for as many.

The numpy step sorts vehicles by lane and position and applies the same IDM to each and its leader:
no signals, junctions, routes, lane changes or kerb. Both sides run in turn, CPU seconds count.
"""

from datetime import date, time
from time import process_time

import numpy as np

from tests.traffic_networks import grid
from twin.clock import NS_PER_S, from_local
from twin.randomness import Seed
from twin.traffic.demand import DemandSpec
from twin.traffic.kernel.arrays import VEHICLE, Rows
from twin.traffic.simulation import TrafficSimulation

VEHICLES = 5000
ROUNDS = 5
STEPS = 50
GOAL_PER_S = 1e6


def numpy_step(fleet: Rows, dt_s: float) -> None:
    """Move all vehicles by the IDM, on closed lanes, with numpy alone."""
    order = np.lexsort((fleet["position_m"], fleet["lane"]))
    lane, position, speed = (fleet[name][order] for name in ("lane", "position_m", "speed_mps"))
    a, b = fleet["acceleration_mps2"][order], fleet["braking_mps2"][order]
    leads = np.append(lane[1:] == lane[:-1], False)
    gap = np.where(leads, np.roll(position - fleet["length_m"][order], -1) - position, np.inf)
    closing = np.where(leads, speed - np.roll(speed, -1), 0.0)
    time_part = speed * fleet["headway_s"][order] + speed * closing / (2 * np.sqrt(a * b))
    wanted = fleet["jam_gap_m"][order] + np.maximum(0.0, time_part)
    free = (speed / (13.9 * fleet["speed_factor"][order])) ** 4
    push = a * (1 - free - (wanted / np.maximum(gap, 0.1)) ** 2)
    moved = np.maximum(0.0, np.minimum(speed + push * dt_s, np.maximum(gap, 0.0) / dt_s))
    fleet["speed_mps"][order] = moved
    fleet["position_m"][order] = (position + moved * dt_s) % 270.0


def filled() -> TrafficSimulation:
    """Return a left-hand 10 x 10 grid (300 m, two lanes, fixed time) with 5,000 vehicles on it."""
    start_ns = from_local(date(2026, 11, 24), time(17, 0))
    simulation = TrafficSimulation(grid(10, kerb_m=2.0), DemandSpec(scale=2.5), Seed(1), start_ns)
    while simulation.census().active < VEHICLES:
        simulation.advance(simulation.now_ns + 10 * NS_PER_S)
    return simulation


def kernel_rate(simulation: TrafficSimulation) -> float:
    """Return vehicle-updates per CPU second, events and arrivals included."""
    active, begun = simulation.census().active, process_time()
    simulation.advance(simulation.now_ns + STEPS * simulation.step_ns)
    return STEPS * (active + simulation.census().active) / 2 / (process_time() - begun)


def numpy_rate(fleet: Rows) -> float:
    """Return vehicle-updates per CPU second of the reference step."""
    begun = process_time()
    for _ in range(STEPS):
        numpy_step(fleet, 0.2)
    return STEPS * len(fleet) / (process_time() - begun)


def main() -> dict[str, float]:
    """Run both sides in turn; figures are medians."""
    simulation = filled()
    fleet = np.zeros(VEHICLES, VEHICLE)
    alive = simulation._book.fleet[simulation._book.fleet["alive"]][:VEHICLES]
    fleet[: len(alive)] = alive
    rates = np.array([(kernel_rate(simulation), numpy_rate(fleet)) for _ in range(ROUNDS)])
    ours, reference = np.median(rates, axis=0)
    return {
        "vehicles on the map": float(simulation.census().active),
        "vehicle-updates per CPU second, all of the traffic": float(ours),
        "vehicle-updates per CPU second, numpy IDM alone": float(reference),
        "ratio to numpy (which has no junctions, signals, lane changes)": float(ours / reference),
        f"goal of {GOAL_PER_S:,.0f} met (1 yes)": float(ours >= GOAL_PER_S),
    }
