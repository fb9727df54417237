"""The motion kernel beside SUMO (libsumo): the same network, routes and step, CPU seconds, in turn.

Needs the extra `peers`. Every junction of the grid is signalled; 5,000 vehicles wander over it, in steps
of 1 s, no outputs on either side, nobody teleports. Cars are compared with SUMO's lane model, traffic of
70 % motorcycles with its sublane model at 0.8 m.
"""

import gc
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date, time
from importlib.util import find_spec
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from tests.benchmarks.sumo_grid import Grid, make_grid
from twin.clock import NS_PER_S, from_local
from twin.randomness import Seed
from twin.traffic.conduct import AS_TOLD
from twin.traffic.demand import DemandSpec
from twin.traffic.simulation import TrafficSimulation
from twin.traffic.sumo_routes import read_trips
from twin.traffic.trips import TripBook

ROUNDS = 5
WARM_S, ROUND_S = 300, 40
SUBLANE = ("--lateral-resolution", "0.8")
OBEDIENT = DemandSpec(stops_per_km_h=0.0, red_running=(0.0,) * 4, conduct=AS_TOLD, halts_per_km=(0.0, 0.0))
COLD = """
import time
began = time.perf_counter()
from tests.benchmarks.peers import ours, first_step
from tests.benchmarks.sumo_grid import Grid
from twin.network.importers import load_network
from pathlib import Path
net, routes = {net!r}, {routes!r}
simulation = ours(Grid(Path(net), Path(routes), load_network(net), 0))
print(first_step(simulation))
"""
MEMORY = """
from pathlib import Path
from tests.benchmarks.peers import ours, resident
from tests.benchmarks.sumo_grid import Grid
from twin.clock import NS_PER_S
from twin.network.importers import load_network
net, routes = {net!r}, {routes!r}
simulation = ours(Grid(Path(net), Path(routes), load_network(net), 0))
simulation.advance(simulation.now_ns + {warm_s} * NS_PER_S)
print(resident())
"""


@dataclass(frozen=True, slots=True)
class Rates:
    """Vehicle-updates in a CPU second, one figure a round."""

    ours: np.ndarray[Any, np.dtype[np.float64]]
    sumo: np.ndarray[Any, np.dtype[np.float64]]


def ours(grid: Grid) -> TrafficSimulation:
    """Return our simulation of a grid at time 0."""
    trips = TripBook(grid.network, read_trips(grid.routes, Seed(1)))
    start_ns = from_local(date(2026, 11, 24), time(0, 0))
    return TrafficSimulation(grid.network, OBEDIENT, Seed(1), start_ns, trips=trips, step_s=1.0)


def first_step(simulation: TrafficSimulation) -> float:
    """Return how long the first step takes, s: compiling, or loading what was compiled."""
    began = process_time()
    simulation.advance(simulation.now_ns + NS_PER_S)
    return process_time() - began


def our_rate(simulation: TrafficSimulation) -> float:
    """Return vehicle-updates per CPU second over one round, events and insertions included."""
    before, began = simulation.census().active, process_time()
    simulation.advance(simulation.now_ns + ROUND_S * NS_PER_S)
    return (before + simulation.census().active) / 2 * ROUND_S / (process_time() - began)


def sumo_rate(libsumo: Any) -> float:
    """Return the same of SUMO."""
    before, began = libsumo.vehicle.getIDCount(), process_time()
    for _ in range(ROUND_S):
        libsumo.simulationStep()
    return float((before + libsumo.vehicle.getIDCount()) / 2 * ROUND_S / (process_time() - began))


def side_by_side(grid: Grid, *options: str) -> Rates:
    """Run both in turn after the same warm-up."""
    import libsumo  # noqa: PLC0415 - an extra

    line = ["sumo", "-n", str(grid.net), "-r", str(grid.routes), "--step-length", "1", "--no-step-log"]
    libsumo.start([*line, "--no-warnings", "--time-to-teleport", "-1", *options])
    while libsumo.simulation.getTime() < WARM_S:
        libsumo.simulationStep()
    simulation = ours(grid)
    simulation.advance(simulation.now_ns + WARM_S * NS_PER_S)
    gc.collect()
    rates = [(our_rate(simulation), sumo_rate(libsumo)) for _ in range(ROUNDS)]
    libsumo.close()
    return Rates(*np.array(rates).T)


def alone(grid: Grid) -> float:
    """Return our rate on a grid."""
    simulation = ours(grid)
    simulation.advance(simulation.now_ns + WARM_S * NS_PER_S)
    return float(np.median([our_rate(simulation) for _ in range(ROUNDS)]))


def bytes_a_vehicle(few: Grid, many: Grid) -> float:
    """Return the memory that a vehicle with its way takes: the slope between two numbers on one network."""
    taken = [_resident_after(grid) for grid in (few, many)]
    return (taken[1] - taken[0]) / (many.vehicles - few.vehicles)


def _resident_after(grid: Grid) -> float:
    program = MEMORY.format(net=str(grid.net), routes=str(grid.routes), warm_s=WARM_S)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    return float(done.stdout)


def resident() -> float:
    """Return the resident memory of this process in bytes."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return float(pages * os.sysconf("SC_PAGE_SIZE"))


def start_times(grid: Grid) -> tuple[float, float]:
    """Return CPU seconds of the first step with nothing compiled, and with all of it."""
    with tempfile.TemporaryDirectory() as cache:
        environment = os.environ | {"NUMBA_CACHE_DIR": cache}
        program = COLD.format(net=str(grid.net), routes=str(grid.routes))
        line = [sys.executable, "-c", program]
        cold, cached = (
            float(subprocess.run(line, env=environment, capture_output=True, check=True).stdout)
            for _ in range(2)
        )
    return cold, cached


def uxsim_rate(grid: Grid) -> float:
    """Return vehicle-seconds per CPU second of UXsim: same streets, beginnings and ends of ways."""
    from uxsim import World  # noqa: PLC0415 - an extra

    world = World(
        deltan=1, tmax=WARM_S + ROUND_S, print_mode=0, save_mode=0, show_mode=0, random_seed=1, cpp=True
    )
    for junction in grid.network.junctions:
        world.addNode(junction.id, *junction.position_m[:2], signal=[45, 45])
    for road in grid.network.roads:
        flat = abs(np.cos(road.heading_at(0.0))) > 0.7
        world.addLink(
            road.id, road.start, road.end, length=road.length_m, free_flow_speed=road.speed_limit_mps,
            jam_density=0.15, number_of_lanes=road.lanes, signal_group=[0 if flat else 1],
        )  # fmt: skip
    for trip in read_trips(grid.routes, Seed(1)):
        first, last = grid.network.road_of[trip.roads[0]], grid.network.road_of[trip.roads[-1]]
        if first.start != last.end:
            world.addVehicle(first.start, last.end, trip.depart_s)
    world.exec_simulation(until_t=WARM_S / 2)
    began = process_time()
    world.exec_simulation(duration_t=ROUND_S)
    running = sum(vehicle.state == "run" for vehicle in world.VEHICLES.values())
    return running * ROUND_S / (process_time() - began)


def main() -> dict[str, float]:
    """Run all sides in turn; figures are medians of the rounds."""
    if find_spec("libsumo") is None:
        return {"not run: install the extra `peers`": 0.0}
    with tempfile.TemporaryDirectory() as folder:
        return _figures(Path(folder))


def _figures(folder: Path) -> dict[str, float]:
    cars, mixed = (make_grid(folder, 10, 5000, share) for share in (0.0, 0.7))
    large = make_grid(folder, 20, 20_000, 0.7)
    found: dict[str, float] = {}
    for what, goal, rates in (
        ("cars, lane model", 40.0, side_by_side(cars)),
        ("70 % motorcycles, sublane 0.8 m", 60.0, side_by_side(mixed, *SUBLANE)),
    ):
        ratios = rates.ours / rates.sumo
        found[f"{what}: our vehicle-updates per CPU second"] = float(np.median(rates.ours))
        found[f"{what}: libsumo"] = float(np.median(rates.sumo))
        found[f"{what}: ratio (goal {goal:g})"] = float(np.median(ratios))
        found[f"{what}: least ratio of {ROUNDS} rounds"] = float(ratios.min())
    small_rate, large_rate = alone(mixed), alone(large)
    found["20,000 vehicles: our vehicle-updates per CPU second"] = large_rate
    found["20,000 vehicles: share of the rate with 5,000 (goal 0.6)"] = large_rate / small_rate
    found["20,000 vehicles: bytes a vehicle with its way, beyond the network (goal 1,000)"] = bytes_a_vehicle(
        make_grid(folder / "few", 20, 2_000, 0.7), large
    )
    cold, cached = start_times(cars)
    found["s of the first step, nothing compiled (goal 30)"] = cold
    found["s of the first step, compiled before (goal 1)"] = cached
    if find_spec("uxsim") is not None:
        found["UXsim, one vehicle a platoon: vehicle-seconds per CPU second"] = uxsim_rate(cars)
    return found
