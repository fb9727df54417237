"""Who comes besides the demand: groups that race at night, and emergency vehicles."""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import simpy

from twin.clock import NS_PER_S, to_local
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.traffic.arrivals import Arrival
from twin.traffic.conduct import ConductSpec
from twin.traffic.drivers import Dynamics, Registry, Use, Vehicle
from twin.traffic.kernel.arrays import Floats
from twin.traffic.routing import Routing

RACER_IDS, EMERGENCY_IDS = 3_000_000, 4_000_000
RACE_HOURS = frozenset((22, 23, 0, 1, 2))
RACING = Dynamics(3.5, 4.0, 0.4, 0.7, 1.9, 27.0)
EMERGENCY = Dynamics(2.4, 3.0, 0.8, 1.8, 1.4, 25.0)
MOTORCYCLES = np.array((1.0, 1.0, 1.0, 1.0))  # cumulative shares of the classes
CARS = np.array((0.0, 1.0, 1.0, 1.0))


@dataclass(frozen=True, slots=True)
class Outriders:
    """Puts them into the queues of the gates, where they wait for room like anybody."""

    network: RoadNetwork
    spec: ConductSpec
    routing: Routing
    seed: Seed
    registry: Registry
    queues: Sequence[deque[Arrival]]

    def start(self, env: simpy.Environment, now_ns: Callable[[], int]) -> None:
        """Begin the processes."""
        if self.spec.races_per_night > 0:
            env.process(self._races(env, now_ns))
        if self.spec.emergencies_per_h > 0:
            env.process(self._emergencies(env))

    def _races(self, env: simpy.Environment, now_ns: Callable[[], int]) -> Generator[Any, Any, None]:
        mean_ns = len(RACE_HOURS) * 3600 * NS_PER_S / self.spec.races_per_night
        number = group = 0
        while True:
            draw = self.seed.generator("race", group)
            yield env.timeout(max(1, round(draw.exponential(mean_ns))))
            group += 1
            if to_local(now_ns()).hour not in RACE_HOURS:
                continue
            row, goal = self._way(draw)
            low, high = self.spec.racers
            for _ in range(int(draw.integers(low, high + 1))):
                rider = self.registry.issue(RACER_IDS + number, MOTORCYCLES)
                self._send(replace(rider, dynamics=RACING, use=Use.RACER), row, goal)
                number += 1

    def _emergencies(self, env: simpy.Environment) -> Generator[Any, Any, None]:
        number = 0
        while True:
            draw = self.seed.generator("emergency", number)
            yield env.timeout(
                max(1, round(draw.exponential(3600.0 / self.spec.emergencies_per_h) * NS_PER_S))
            )
            driver = self.registry.issue(EMERGENCY_IDS + number, CARS)
            number += 1
            white = (245, 245, 245)
            self._send(
                replace(driver, dynamics=EMERGENCY, use=Use.EMERGENCY, colour_bgr=white), *self._way(draw)
            )

    def _send(self, vehicle: Vehicle, row: int, goal: int) -> None:
        self.queues[row].appendleft(Arrival(vehicle, goal))

    def _way(self, draw: np.random.Generator) -> tuple[int, int]:
        """Return a gate of the highest rank and the exit that is farthest from it."""
        ranks = np.array([self.network.roads[i].priority for i in self.routing.entries])
        row = int(draw.choice(np.flatnonzero(ranks == ranks.max())))
        cost_s: Floats = self.routing.routes.cost_s[:, self.routing.entries[row]]
        return row, int(np.where(np.isfinite(cost_s), cost_s, -1.0).argmax())
