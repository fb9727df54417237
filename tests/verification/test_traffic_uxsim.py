"""The network diagram beside that of UXsim: flow over density of the same grid under the same trips.

Needs the extra `peers`; `make verify` only. UXsim moves vehicles on links by a triangular diagram; its
reaction time is set so that a lane carries what the IDM of our cars carries. What is compared is the mean
speed of the network (flow over density) at demands below its capacity: an outside check on delays as a
whole, no more, for UXsim knows neither lanes nor turning conflicts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors.datatypes.detections import VehicleClass
from tests.benchmarks.peers import OBEDIENT
from tests.benchmarks.sumo_grid import make_grid, tool
from tests.verification.extent import LONG, seeds
from tests.verification.ladder.cars import START_NS
from twin.clock import NS_PER_S
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.traffic.drivers import Dynamics
from twin.traffic.simulation import TrafficSimulation
from twin.traffic.trips import Trip, TripBook

SIDE, WARM_S, UNTIL_S = 6, 600, 2400
DEMANDS_VPH = (1500, 3000, 4500)
CAR = Dynamics(2.0, 2.5, 1.0, 2.0)
REACTION_S, JAM_PER_M = 1.4, 0.15  # 1,900 vehicles/h and lane at 50 km/h, as the IDM's equilibrium

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not LONG, reason="long: `make verify` runs it"),
    pytest.mark.skipif(tool("netgenerate") is None, reason="SUMO is not installed: the extra `peers`"),
    pytest.mark.skipif(find_spec("uxsim") is None, reason="UXsim is not installed: the extra `peers`"),
]


@dataclass(frozen=True, slots=True)
class Diagram:
    """A point of the network diagram: vehicles/km and vehicles/h, both a lane."""

    density_pkm: float
    flow_vph: float

    @property
    def speed_kmh(self) -> float:
        return self.flow_vph / self.density_pkm


def drawn_trips(network: RoadNetwork, vph: int, seed: int) -> list[Trip]:
    """Ways between any two roads that lie apart, evenly over time."""
    draw = np.random.default_rng(seed)
    roads = [road.id for road in network.roads]
    found: list[Trip] = []
    for number in range(vph * UNTIL_S // 3600):
        first, last = (roads[int(i)] for i in draw.integers(len(roads), size=2))
        apart = network.road_of[first].start != network.road_of[last].end
        if first != last and apart and network.road_of[first].end != network.road_of[last].start:
            at_s = number * 3600.0 / vph
            found.append(
                Trip(str(number), at_s, (first, last), VehicleClass.CAR, (4.5, 1.75, 1.5), CAR, whole=False)
            )
    return found


def lane_m(network: RoadNetwork) -> float:
    return sum(road.length_m * road.lanes for road in network.roads)


def by_us(network: RoadNetwork, trips: list[Trip], seed: int) -> Diagram:
    simulation = TrafficSimulation(
        network, OBEDIENT, Seed(seed), START_NS, trips=TripBook(network, trips), step_s=0.5, counts=True
    )
    simulation.advance(START_NS + WARM_S * NS_PER_S)
    before = [float(simulation.tally[name].sum()) for name in ("time_s", "way_m")]
    simulation.advance(START_NS + UNTIL_S * NS_PER_S)
    after = [float(simulation.tally[name].sum()) for name in ("time_s", "way_m")]
    (time_s, way_m), room = np.subtract(after, before), (UNTIL_S - WARM_S) * lane_m(network)
    return Diagram(1000 * float(time_s) / room, 3600 * float(way_m) / room)


def by_uxsim(network: RoadNetwork, trips: list[Trip], seed: int) -> Diagram:
    from uxsim import World  # noqa: PLC0415 - an extra

    world: Any = World(
        deltan=1, reaction_time=REACTION_S, tmax=UNTIL_S, print_mode=0, save_mode=0, random_seed=seed
    )
    for junction in network.junctions:
        world.addNode(junction.id, *junction.position_m[:2], signal=[45, 45])
    links = {}
    for road in network.roads:
        flat = abs(np.cos(road.heading_at(0.0))) > 0.7
        links[road.id] = world.addLink(
            road.id, road.start, road.end, length=road.length_m, free_flow_speed=road.speed_limit_mps,
            jam_density=JAM_PER_M * road.lanes, number_of_lanes=road.lanes, signal_group=[0 if flat else 1],
        )  # fmt: skip
    for trip in trips:
        first, last = (network.road_of[road] for road in trip.roads)
        world.addVehicle(first.start, last.end, trip.depart_s)
    world.exec_simulation()
    first, last = round(WARM_S / REACTION_S), round(UNTIL_S / REACTION_S) - 1
    time_s = way_m = 0.0
    for road in network.roads:
        came, left = (
            np.array(curve, float) for curve in (links[road.id].cum_arrival, links[road.id].cum_departure)
        )
        time_s += float((came - left)[first:last].sum()) * REACTION_S
        way_m += float(left[last] - left[first]) * road.length_m
    room = (last - first) * REACTION_S * lane_m(network)
    return Diagram(1000 * time_s / room, 3600 * way_m / room)


@pytest.mark.parametrize("vph", DEMANDS_VPH)
def test_the_network_is_as_fast_as_in_uxsim(
    vph: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    network = make_grid(tmp_path, SIDE, 1, 0.0).network
    pairs = []
    for seed in seeds(3):
        trips = drawn_trips(network, vph, seed)
        pairs.append((by_us(network, trips, seed), by_uxsim(network, trips, seed)))
    for name, row in (("ours", 0), ("UXsim", 1)):
        density, flow = (
            float(np.mean([getattr(pair[row], what) for pair in pairs]))
            for what in ("density_pkm", "flow_vph")
        )
        record_property(f"{vph} trips/h, {name}: vehicles/km and lane", round(density, 2))
        record_property(f"{vph} trips/h, {name}: vehicles/h and lane", round(flow, 1))
    ratio = float(np.mean([ours.speed_kmh / theirs.speed_kmh for ours, theirs in pairs]))
    record_property(f"{vph} trips/h: speed of the network, ours / UXsim", round(ratio, 3))
    assert ratio == pytest.approx(1.0, abs=0.20)
