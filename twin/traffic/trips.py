"""Trips that somebody has laid down: who departs when, and by which roads; not drawn but given."""

from array import array
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from operator import attrgetter
from typing import Any

import numpy as np
import simpy

from detectors.datatypes.detections import VehicleClass
from twin.clock import NS_PER_S
from twin.network.model import RoadNetwork, TurnKind
from twin.traffic.arrivals import Arrival
from twin.traffic.drivers import Dynamics, Registry
from twin.traffic.kernel.arrays import Ints
from twin.traffic.routing import Routing


class TripError(ValueError):
    """Trips, or the file of them, cannot be used; the message says what and where."""


@dataclass(frozen=True, slots=True)
class Trip:
    """One vehicle of a file of trips: its name there, its departure (s), the ids of its roads in order.

    `whole` says that the roads follow one another; else only the first and the last are meant, and the
    quickest way between them is taken. `line` is where the file tells of it, 0 where there is none.
    """

    name: str
    depart_s: float
    roads: tuple[str, ...]
    kind: VehicleClass
    size_m: tuple[float, float, float]
    dynamics: Dynamics
    whole: bool = True
    line: int = 0

    def fault(self, *, said: str) -> TripError:
        """Return the error that names the vehicle, and the line that tells of it."""
        where = f"line {self.line}: " if self.line else ""
        return TripError(f"{where}vehicle '{self.name}': {said}")


class TripBook:
    """The trips of a network, checked against it: what a simulation needs of them.

    Raises TripError that names the trip where a road does not exist or does not lead on.
    """

    def __init__(self, network: RoadNetwork, trips: Iterable[Trip]) -> None:
        self.trips = sorted(trips, key=attrgetter("depart_s"))
        number = {road.id: i for i, road in enumerate(network.roads)}
        turns = _cheapest_turns(network)
        self.entry = np.zeros(len(self.trips), np.int32)
        self.exit = np.zeros(len(self.trips), np.int32)
        self.path_at = np.full(len(self.trips), -1, np.int32)
        path = array("i")
        for row, trip in enumerate(self.trips):
            for road in trip.roads:
                if road not in number:
                    near = get_close_matches(road, number, n=1)
                    hint = f", nearest: '{near[0]}'" if near else ""
                    raise trip.fault(
                        said=f"road '{road}' is not in network {network.name}{hint}; correct one"
                    )
            self.entry[row], self.exit[row] = number[trip.roads[0]], number[trip.roads[-1]]
            if not trip.whole:
                continue
            self.path_at[row] = len(path)
            for a, b in zip(trip.roads[:-1], trip.roads[1:], strict=True):
                if (a, b) not in turns:
                    where = f"from road '{a}' to '{b}' in network {network.name}; correct its route"
                    raise trip.fault(said=f"no way {where}")
                path.append(turns[a, b])
            path.append(-1)
            self.trips[row] = replace(trip, roads=(trip.roads[0], trip.roads[-1]))  # the rest is in `path`
        path.append(-1)
        self.path: Ints = np.array(path, np.int32)

    @property
    def ends(self) -> tuple[list[int], list[int]]:
        """The numbers of the roads on which trips begin, and on which they end."""
        return np.unique(self.entry).tolist(), np.unique(self.exit).tolist()

    def check_ways(self, routing: Routing) -> None:
        """Raise TripError where a trip from one road to another has no way at all."""
        goal = {int(road): row for row, road in enumerate(routing.exits)}
        for row, trip in enumerate(self.trips):
            if trip.whole:
                continue
            cost_s = routing.routes.cost_s[goal[int(self.exit[row])], self.entry[row]]
            if not np.isfinite(cost_s):
                where = f"from road '{trip.roads[0]}' to '{trip.roads[-1]}'; choose others"
                raise trip.fault(said=f"no way {where}")


def _cheapest_turns(network: RoadNetwork) -> dict[tuple[str, str], int]:
    """Return the turn between two roads; a turn back counts only where there is no other."""
    found: dict[tuple[str, str], int] = {}
    for i, turn in enumerate(network.turns):
        key = turn.from_road, turn.to_road
        if key not in found or network.turns[found[key]].kind is TurnKind.UTURN:
            found[key] = i
    return found


class Departures:
    """Departures by the book; those that find no room wait in `queues`, one an entry."""

    def __init__(self, book: TripBook, routing: Routing, registry: Registry) -> None:
        self._book = book
        self._registry = registry
        self._queue_of = {int(road): row for row, road in enumerate(routing.entries)}
        self._goal_of = {int(road): row for row, road in enumerate(routing.exits)}
        self.queues: Sequence[deque[Arrival]] = [deque() for _ in routing.entries]

    def start(self, env: simpy.Environment, now_ns: Callable[[], int]) -> None:
        """Begin the process; the environment counts nanoseconds, departures count from now."""
        env.process(self._run(env, now_ns, now_ns()))

    def _run(
        self, env: simpy.Environment, now_ns: Callable[[], int], start_ns: int
    ) -> Generator[Any, Any, None]:
        book = self._book
        for row, trip in enumerate(book.trips):
            wait_ns = start_ns + round(trip.depart_s * NS_PER_S) - now_ns()
            if wait_ns > 0:
                yield env.timeout(wait_ns)
            vehicle = self._registry.issue_as(row, trip.kind, trip.size_m, trip.dynamics)
            goal = self._goal_of[int(book.exit[row])]
            arrival = Arrival(vehicle, goal, int(book.path_at[row]))
            self.queues[self._queue_of[int(book.entry[row])]].append(arrival)
