"""Actuated signals in traffic: the loops see the vehicles of the kernel."""

from dataclasses import replace
from datetime import date, time

import numpy as np
import pytest

from detectors.datatypes.signals import Aspect
from tests.signal_watch import with_detectors
from tests.traffic_networks import cross
from twin.clock import NS_PER_S, from_local
from twin.network.check import check_network
from twin.network.model import Detector, RoadNetwork
from twin.randomness import Seed
from twin.traffic.demand import DemandSpec
from twin.traffic.kernel.arrays import RIDING, STANDING, new_fleet
from twin.traffic.lanegraph import compile_lanes
from twin.traffic.loops import Loops, occupied_by
from twin.traffic.simulation import TrafficSimulation

START_NS = from_local(date(2026, 11, 24), time(10, 0))
MAIN, SIDE = "e-c", "n-c"


def street(min_green_s: float = 0.0, gap_s: float = 0.0, **more: object) -> RoadNetwork:
    """A main road and a side street, 40 s of green each where it is not actuated."""
    network = cross(priority=lambda a, b: 3 if {a, b} & {"e", "w"} else 1, **more)
    if gap_s:
        plans = tuple(with_detectors(plan, min_green_s, gap_s) for plan in network.signal_plans)
        network = replace(network, signal_plans=plans)
    check_network(network)
    return network


def shares(network: RoadNetwork, demand: DemandSpec, root: int = 1) -> tuple[float, list[int]]:
    """Return the share of the main road in all green, and how long each of its whole greens was, s."""
    simulation = TrafficSimulation(network, demand, Seed(root), START_NS)
    green = {MAIN: [], SIDE: []}
    for second in range(1, 1201):
        simulation.advance(START_NS + second * NS_PER_S)
        shown = dict(simulation.aspects())
        for group, seen in green.items():
            seen.append(shown[group] is Aspect.GREEN)
    main, side = (np.array(green[group][200:]) for group in (MAIN, SIDE))
    turns = np.flatnonzero(np.diff(main.astype(int)))
    lasts = np.diff(turns)[(0 if main[turns[0] + 1] else 1) :: 2]
    return float(main.sum() / (main.sum() + side.sum())), lasts.tolist()


def test_the_main_road_gains_where_few_come_across() -> None:
    demand = DemandSpec(entry_vph_per_lane=(25.0, 25.0, 450.0))
    fixed, _ = shares(street(), demand)
    actuated, lasts = shares(street(6.0, 2.5), demand)
    assert fixed == pytest.approx(0.5, abs=0.03)
    assert actuated > 0.65
    assert max(lasts) <= 41
    assert shares(street(6.0, 2.5), demand) == (actuated, lasts)


def test_with_queues_on_every_side_every_green_is_the_longest() -> None:
    demand = DemandSpec(entry_vph_per_lane=(1500.0, 1500.0, 1500.0))
    share, lasts = shares(street(6.0, 2.5, kerb_m=0.0), demand)
    assert share == pytest.approx(0.5, abs=0.03)
    assert set(lasts) <= {40, 41}


def test_a_loop_sees_bodies_over_it_and_nobody_else() -> None:
    network = street(6.0, 2.5)
    (plan,) = network.signal_plans
    loops = tuple(Detector(f"{arm}-c", 40.0, 6.0) for arm in "nesw")
    network = replace(network, signal_plans=(replace(plan, detectors=loops),))
    graph, fleet = compile_lanes(network), new_fleet(4)
    row = next(i for i, road in enumerate(network.roads) if road.id == MAIN)
    lane = int(graph.first_lane[row])
    line_m = float(graph.lanes.row["length_m"][lane])
    now = [0]

    def sees(front_m: float, *, alive: bool = True, kerb: int = RIDING, on: int = lane) -> bool:
        now[0] += 1
        fleet[1] = np.zeros(1, fleet.dtype)[0]
        for name, value in (("alive", alive), ("kerb", kerb), ("lane", on), ("length_m", 4.5)):
            fleet[name][1] = value
        fleet["position_m"][1] = front_m
        return Loops(network, graph, lambda: fleet, lambda: now[0]).occupied(MAIN)

    assert sees(line_m - 40.0)
    assert sees(line_m - 34.0 + 4.4)  # its tail is still over it
    assert not sees(line_m - 40.1)
    assert not sees(line_m - 34.0 + 4.6)
    assert not sees(line_m - 38.0, alive=False)
    assert not sees(line_m - 38.0, kerb=STANDING)
    assert not sees(line_m - 38.0, on=int(graph.first_lane[0 if row else 1]))


def test_a_network_without_actuated_plans_has_no_loops() -> None:
    network = cross()
    graph = compile_lanes(network)
    assert occupied_by(network, graph, lambda: new_fleet(1), lambda: 0) is None
