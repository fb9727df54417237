"""A link of mixed traffic before a bottleneck: its density and its flow, from free to full."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tests.verification.ladder.cars import LIMIT_MPS, START_NS
from tests.verification.ladder.stopline import PCU
from twin.clock import NS_PER_S
from twin.network.model import Control, Junction, Road, RoadNetwork, Turn, TurnKind
from twin.randomness import Seed
from twin.traffic.demand import DemandSpec
from twin.traffic.profiles import FLAT
from twin.traffic.simulation import TrafficSimulation

LENGTHS_M = (400.0, 300.0, 200.0)  # to settle, to watch, the bottleneck
GAP_M = 0.4
LANES = 2


@dataclass(frozen=True, slots=True, eq=False)
class LinkStates:
    """N stretches of time on the watched link, after Edie: density and flow in pcu and in vehicles."""

    density_pcu_km: NDArray[np.float64]
    flow_pcu_h: NDArray[np.float64]
    density_pkm: NDArray[np.float64]
    flow_vph: NDArray[np.float64]


def _network(slow_mps: float) -> RoadNetwork:
    at, roads = 0.0, []
    for i, (length_m, limit) in enumerate(zip(LENGTHS_M, (LIMIT_MPS, LIMIT_MPS, slow_mps), strict=True)):
        line = np.array([[at, 0, 0], [at + length_m, 0, 0]], float)
        roads.append(Road(f"{i}", f"{i}", f"j{i}", f"j{i + 1}", line, LANES, limit, priority=3))
        at += length_m + GAP_M
    kinds = (Control.BOUNDARY, Control.NONE, Control.NONE, Control.BOUNDARY)
    ends = tuple(Junction(f"j{i}", (sum(LENGTHS_M[:i]), 0, 0), kind) for i, kind in enumerate(kinds))
    turns = (Turn("0", "1", TurnKind.STRAIGHT), Turn("1", "2", TurnKind.STRAIGHT))
    return RoadNetwork("link", (116.86, -1.27), 32750, True, ends, tuple(roads), turns)


def link_states(
    entry_vph: float, slow_mps: float, seed: int, *, warm_s: int = 400, bins: int = 4, bin_s: int = 60
) -> LinkStates:
    """States of the link with so much traffic a lane and such a bottleneck, looked at once a second."""
    demand = replace(DemandSpec(), entry_vph_per_lane=(entry_vph,) * 3, hourly=FLAT, stops_per_km_h=0.0)
    demand = replace(demand, halts_per_km=(0.0, 0.0))
    simulation = TrafficSimulation(_network(slow_mps), demand, Seed(seed), START_NS)
    road = simulation._graph.lanes.row["road"]
    simulation.advance(START_NS + warm_s * NS_PER_S)
    sums = np.zeros((bins, 4))
    for second in range(bins * bin_s):
        simulation.advance(simulation.now_ns + NS_PER_S)
        fleet = simulation._book.fleet
        on = fleet["alive"] & (road[fleet["lane"]] == 1)
        pcu, speed = PCU[fleet["kind"][on]], fleet["speed_mps"][on]
        sums[second // bin_s] += pcu.sum(), pcu @ speed, len(speed), speed.sum()
    per_km, per_h = 1000 / LENGTHS_M[1] / bin_s, 3600 / LENGTHS_M[1] / bin_s
    return LinkStates(*(sums * [per_km, per_h, per_km, per_h]).T)
