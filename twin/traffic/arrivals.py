"""Who comes in where and when, and where to: one simpy process a road that leads into the map."""

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from twin.clock import NS_PER_S, to_local
from twin.network.model import Road, RoadNetwork
from twin.randomness import Seed
from twin.traffic.demand import DemandSpec
from twin.traffic.drivers import Registry, Vehicle
from twin.traffic.routing import Routing

IDS_PER_ENTRY = 10_000_000


@dataclass(frozen=True, slots=True)
class Arrival:
    """A vehicle that wants in: the row of its destination, and where its own way begins, -1 for none."""

    vehicle: Vehicle
    destination: int
    path_at: int = -1


def entry_vph(road: Road, demand: DemandSpec) -> float:
    """Return the flow (vehicles an hour) into the map on a road, at an hourly factor of 1."""
    rank = min(max(road.priority, 1), len(demand.entry_vph_per_lane))
    return demand.entry_vph_per_lane[rank - 1] * road.lanes * demand.scale


def exit_shares(
    network: RoadNetwork, demand: DemandSpec, routing: Routing, entry: int
) -> NDArray[np.float64]:
    """Return the share (D,) of each exit among those who come in on road `entry`.

    Weights are the exits' own flows; nobody turns round at once unless there is no other way.
    """
    roads = network.roads
    weight = np.array([entry_vph(roads[i], demand) for i in routing.exits])
    weight = np.where(np.isfinite(routing.routes.cost_s[:, entry]), np.maximum(weight, 1e-9), 0.0)
    back = np.array([roads[i].id == roads[entry].reverse or i == entry for i in routing.exits])
    onward = np.where(back, 0.0, weight)
    chosen = onward if onward.sum() > 0 else weight
    shares: NDArray[np.float64] = chosen / chosen.sum()
    return shares


class Arrivals:
    """Poisson arrivals at every entry; those that find no room wait in `queues`, one an entry."""

    def __init__(
        self, network: RoadNetwork, demand: DemandSpec, routing: Routing, seed: Seed, registry: Registry
    ) -> None:
        self._roads = [network.roads[i] for i in routing.entries]
        self._demand = demand
        self._seed = seed
        self._registry = registry
        self._cumulative = [np.cumsum(exit_shares(network, demand, routing, int(i))) for i in routing.entries]
        self._factor = dict(demand.hourly)
        self.queues: list[deque[Arrival]] = [deque() for _ in self._roads]

    def start(self, env: simpy.Environment, now_ns: Callable[[], int]) -> None:
        """Begin the processes; the environment counts nanoseconds."""
        for row, road in enumerate(self._roads):
            if entry_vph(road, self._demand) > 0:
                env.process(self._run(env, now_ns, row, road))

    def _run(
        self, env: simpy.Environment, now_ns: Callable[[], int], row: int, road: Road
    ) -> Generator[Any, Any, None]:
        """Thin a Poisson process of the highest hourly flow (Lewis and Shedler 1979)."""
        highest = max([1.0, *self._factor.values()])
        mean_ns = 3600 * NS_PER_S / (entry_vph(road, self._demand) * highest)
        number = 0
        while True:
            draw = self._seed.generator("arrival", road.id, number)
            yield env.timeout(max(1, round(draw.exponential(mean_ns))))
            if draw.random() * highest < self._factor.get(to_local(now_ns()).hour, 1.0):
                vehicle = self._registry.issue((row + 1) * IDS_PER_ENTRY + number)
                goal = int(np.searchsorted(self._cumulative[row], draw.random(), side="right"))
                self.queues[row].append(Arrival(vehicle, min(goal, len(self._cumulative[row]) - 1)))
            number += 1
