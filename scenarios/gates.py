"""The gates of a network under a demand: what comes in by each, beside what its signal lets through."""

from dataclasses import dataclass

import numpy as np

from scenarios.demand_files import check_demand, load_demand
from twin.network import library
from twin.traffic.capacity import PCU, capacity_pcu_h
from twin.traffic.demand import DemandSpec
from twin.traffic.gates import GateFlows
from twin.traffic.lanegraph import compile_lanes
from twin.traffic.profiles import DayKind
from twin.traffic.routing import plan_routes


@dataclass(frozen=True, slots=True)
class GateRow:
    """A road that leads in: its lanes, vehicles an hour, and the capacity ahead in pcu an hour (PKJI)."""

    road: str
    name: str
    lanes: int
    vph: float
    pcu_h: float
    capacity_pcu_h: float

    @property
    def degree_of_saturation(self) -> float:
        """The flow as a share of the capacity."""
        return self.pcu_h / self.capacity_pcu_h


def gate_rows(network_name: str, demand_name: str | None, day: DayKind, hour: int) -> tuple[GateRow, ...]:
    """Return the gates of a network in an hour; raises InputError, NetworkError."""
    network = library.resolve(network_name)
    demand = load_demand(demand_name) if demand_name else DemandSpec()
    check_demand(demand, network)
    routing = plan_routes(compile_lanes(network), np.zeros(len(network.roads), dtype=np.bool_))
    gates = GateFlows(network, demand, routing)
    found = []
    for row, entry in enumerate(routing.entries):
        road = network.roads[entry]
        by_class = gates.matrix(row, (day, hour)).sum(axis=1)
        pcu_h = float(np.dot(by_class, PCU))
        capacity = capacity_pcu_h(network, road)
        found.append(GateRow(road.id, road.name, road.lanes, float(by_class.sum()), pcu_h, capacity))
    return tuple(found)
