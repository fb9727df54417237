"""Cars on a ring: two half circles, joined without a junction to mind, on a way that goes round for hours."""

from dataclasses import dataclass

import numpy as np

from detectors.datatypes.detections import VehicleClass
from tests.verification.ladder.cars import DRIVES, LENGTH_M, LIMIT_MPS, NOBODY, START_NS, car, speed_at
from twin.clock import NS_PER_S
from twin.network.model import Control, Junction, Road, RoadNetwork, Turn, TurnKind
from twin.randomness import Seed
from twin.traffic.arrivals import Arrival
from twin.traffic.simulation import TrafficSimulation
from twin.traffic.trips import Trip, TripBook

ROUND_M = 1200.0
SEAM_M = 0.4  # the connectors between the halves
TURNS = 400
NEVER_S = 1e6


@dataclass(frozen=True, slots=True)
class RingFlow:
    """What a ring with a density carries, beside the closed form of identical cars."""

    density_pkm: float
    speed_mps: float
    closed_mps: float
    spread_mps: float  # between the fastest and the slowest at the end

    @property
    def flow_vph(self) -> float:
        return self.density_pkm * self.speed_mps * 3.6

    @property
    def closed_vph(self) -> float:
        return self.density_pkm * self.closed_mps * 3.6


def ring() -> RoadNetwork:
    """A ring of about ROUND_M, driven anticlockwise, the kerb inside."""
    radius_m = ROUND_M / (2 * np.pi)
    seam = SEAM_M / radius_m / 2
    roads = []
    for name, start, end, begin in (("north", "e", "w", 0.0), ("south", "w", "e", np.pi)):
        angle = np.linspace(begin + seam, begin + np.pi - seam, 200)
        line = np.column_stack((radius_m * np.cos(angle), radius_m * np.sin(angle), 0 * angle))
        roads.append(Road(name, name, start, end, line, 1, LIMIT_MPS, priority=3))
    ends = tuple(Junction(name, (x, 0, 0), Control.NONE) for name, x in (("e", radius_m), ("w", -radius_m)))
    turns = (Turn("north", "south", TurnKind.STRAIGHT), Turn("south", "north", TurnKind.STRAIGHT))
    return RoadNetwork("ring", (116.86, -1.27), 32750, True, ends, tuple(roads), turns)


def around(number: int, speed_share: float = 1.0, step_s: float = 0.2) -> TrafficSimulation:
    """`number` cars at equal distances, each at a share of the closed-form speed and the first at rest."""
    network = ring()
    trip = Trip("round", NEVER_S, ("north", "south") * TURNS, VehicleClass.CAR, (LENGTH_M, 1.75, 1.5), DRIVES)
    book = TripBook(network, [trip])
    simulation = TrafficSimulation(network, NOBODY, Seed(1), START_NS, trips=book, step_s=step_s)
    graph = simulation._graph
    length_m = float(graph.lanes.row["length_m"][graph.first_lane[0]])
    half_m = length_m + SEAM_M
    apart_m = 2 * half_m / number
    speed = speed_share * speed_at(apart_m - LENGTH_M)
    for i in range(number):
        road, along_m = divmod(2 * half_m - (i + 0.5) * apart_m, half_m)
        arrival = Arrival(car(i + 1), 0, int(book.path_at[0]) + int(road))
        lane = int(graph.first_lane[int(road)])
        simulation._book.add(arrival, int(road), lane, min(along_m, length_m), speed * (i > 0))
        simulation._grow_if_needed()
    return simulation


def round_m(simulation: TrafficSimulation) -> float:
    """How long the way round is."""
    return float(simulation._graph.lanes.row["length_m"][:-1].sum())


def ring_flow(number: int, speed_share: float = 0.5, settle_s: int = 300, watch_s: int = 120) -> RingFlow:
    """Flow and speed of a ring after `settle_s`, over `watch_s`: way driven by all, over time and ring."""
    simulation = around(number, speed_share)
    simulation.advance(START_NS + settle_s * NS_PER_S)
    speeds = []
    for _ in range(watch_s):
        simulation.advance(simulation.now_ns + NS_PER_S)
        speeds.append(simulation.vehicles().speed_mps)
    length_m = round_m(simulation)
    gap_m = length_m / number - LENGTH_M
    last = speeds[-1]
    return RingFlow(number / length_m * 1000, float(np.mean(speeds)), speed_at(gap_m), float(np.ptp(last)))
