"""Who comes in where and when, and where to: one simpy process a road that leads into the map."""

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import simpy

from twin.clock import NS_PER_S, to_local
from twin.network.model import Road, RoadNetwork
from twin.randomness import Seed
from twin.traffic.demand import DemandSpec
from twin.traffic.drivers import Registry, Vehicle
from twin.traffic.gates import GateFlow, GateFlows
from twin.traffic.routing import Routing
from twin.traffic.turning import DrawnWays

IDS_PER_ENTRY = 10_000_000


@dataclass(frozen=True, slots=True)
class Arrival:
    """A vehicle that wants in: the row of its destination, and where its own way begins, -1 for none."""

    vehicle: Vehicle
    destination: int
    path_at: int = -1


class Arrivals:
    """Poisson arrivals at every entry; those that find no room wait in `queues`, one an entry."""

    def __init__(
        self, network: RoadNetwork, demand: DemandSpec, routing: Routing, seed: Seed, registry: Registry
    ) -> None:
        self._roads = [network.roads[i] for i in routing.entries]
        self._gates = GateFlows(network, demand, routing)
        self._seed = seed
        self._registry = registry
        self._ways = DrawnWays(network, demand, self._gates, routing, seed) if demand.turns else None
        path = self._ways.path if self._ways else routing.routes.path
        self.routing = replace(routing, routes=routing.routes._replace(path=path))
        self.queues: list[deque[Arrival]] = [deque() for _ in self._roads]

    def start(self, env: simpy.Environment, now_ns: Callable[[], int]) -> None:
        """Begin the processes; the environment counts nanoseconds."""
        for row, road in enumerate(self._roads):
            highest_vph = self._gates.highest_vph(row)
            if highest_vph > 0:
                env.process(self._run(env, now_ns, row, road, highest_vph))

    def _run(
        self, env: simpy.Environment, now_ns: Callable[[], int], row: int, road: Road, highest_vph: float
    ) -> Generator[Any, Any, None]:
        """Thin a Poisson process of the highest flow of any hour (Lewis and Shedler 1979)."""
        mean_ns = 3600 * NS_PER_S / highest_vph
        number = 0
        while True:
            draw = self._seed.generator("arrival", road.id, number)
            yield env.timeout(max(1, round(draw.exponential(mean_ns))))
            flow = self._gates.flow(row, to_local(now_ns()))
            if draw.random() * highest_vph < flow.vph:
                vehicle = self._registry.issue((row + 1) * IDS_PER_ENTRY + number, flow.kinds)
                self.queues[row].append(self._bound(vehicle, row, flow, draw.random()))
            number += 1

    def _bound(self, vehicle: Vehicle, row: int, flow: GateFlow, drawn: float) -> Arrival:
        """Return a vehicle with where it goes: by its turns where they are stated, else by the shares."""
        if self._ways is not None:
            return Arrival(vehicle, *self._ways.way(vehicle.vehicle_id, int(self.routing.entries[row])))
        exits = flow.exits[vehicle.kind]
        return Arrival(vehicle, min(int(np.searchsorted(exits, drawn, side="right")), len(exits) - 1))
