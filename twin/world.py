"""The world: traffic on a network under one clock, looked at by any number of views."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import simpy

from twin.clock import NS_PER_S, seconds
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.traffic.demand import DemandSpec
from twin.traffic.replayed import ReplayedTraffic
from twin.traffic.simulation import Census, TrafficSimulation
from twin.traffic.trajectories import Track
from twin.truth import Scene, TrueViolation


@dataclass(frozen=True, slots=True)
class Watch:
    """A circle on the map that somebody looks at, every `period_ns`."""

    name: str
    centre_m: tuple[float, float]
    radius_m: float
    period_ns: int


class World:
    """Builds the traffic of a network and steps it; owns the simpy environment.

    Views only look: the traffic is the same however many watch it.
    """

    def __init__(
        self,
        network: RoadNetwork,
        demand: DemandSpec,
        seed: Seed,
        start_ns: int,
        warmup_s: float,
        *,
        tracks: tuple[Track, ...] = (),
    ) -> None:
        """Build the traffic of `demand`, or show `tracks` from `start_ns` on where there are any."""
        self.network = network
        self._start_ns = start_ns
        own = seed.child("traffic")
        if tracks:
            self._traffic: TrafficSimulation | ReplayedTraffic = ReplayedTraffic(
                network, tracks, own, start_ns
            )
        else:
            warm_ns = start_ns - seconds(warmup_s)
            self._traffic = TrafficSimulation(network, demand, own, warm_ns, simpy.Environment())

    def warm_up(self) -> Iterator[float]:
        """Run the traffic before the start in slices of a minute; yield the fraction done."""
        first_ns = self._traffic.now_ns
        while self._traffic.now_ns < self._start_ns:
            self._traffic.advance(min(self._traffic.now_ns + 60 * NS_PER_S, self._start_ns))
            yield (self._traffic.now_ns - first_ns) / max(1, self._start_ns - first_ns)

    def scenes(self, watches: Sequence[Watch], until_ns: int) -> Iterator[tuple[str, Scene]]:
        """Yield what each watch is due to see, in order of time, until `until_ns` (excluded).

        A watch looks at the first step of the simulation at or after each of its periods.
        """
        step_ns = self._traffic.step_ns
        due_ns = [self._start_ns] * len(watches)
        now_ns = self._start_ns
        while now_ns < until_ns:
            self._traffic.advance(now_ns)
            for row, watch in enumerate(watches):
                if now_ns >= due_ns[row]:
                    due_ns[row] += watch.period_ns
                    yield watch.name, self._scene(watch)
            now_ns += step_ns
        self._traffic.advance(until_ns)

    def _scene(self, watch: Watch) -> Scene:
        vehicles = self._traffic.vehicles(watch.centre_m, watch.radius_m)
        return Scene(self._traffic.now_ns, vehicles, self._traffic.aspects())

    def everything(self) -> Scene:
        """Return what is on the whole map now, for a map and for an instructor, never for an engine."""
        return Scene(self._traffic.now_ns, self._traffic.vehicles(), self._traffic.aspects())

    def dare(self, road_id: str, count: int) -> int:
        """Make those who come to the signal of a road disobey it; return how many."""
        return self._traffic.dare(self._number(road_id), count)

    def park(self, road_id: str, count: int) -> int:
        """Make vehicles on a road stop at its kerb; return how many."""
        return self._traffic.park(self._number(road_id), count)

    def _number(self, road_id: str) -> int:
        return [road.id for road in self.network.roads].index(road_id)

    def violations(self) -> tuple[TrueViolation, ...]:
        """Return what really happened so far, for scoring only."""
        return self._traffic.violations()

    def census(self) -> Census:
        """Return how many vehicles came, are there, left and wait outside."""
        return self._traffic.census()
