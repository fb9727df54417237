"""How long a crew takes from one kerb to another, by the roads of the network."""

from dataclasses import dataclass
from math import hypot

import numpy as np

from twin.clock import NS_PER_S
from twin.network.model import Road, RoadNetwork
from twin.network.routing import TURN_S, Router, free_flow_s
from twin.people.draws import Floats, Ints


@dataclass(frozen=True, slots=True)
class Spot:
    """A place at a kerb: the number of its road and the distance along it."""

    road: int
    along_m: float


class Streets:
    """The kerbs where crews work: positions, and travel times at `slowdown` times free flow.

    Where the network has no way, the straight line times `detour` counts.
    """

    def __init__(self, network: RoadNetwork, roads: tuple[str, ...], slowdown: float, detour: float) -> None:
        self._roads = [network.road_of[name] for name in roads]
        self._slowdown, self._detour = slowdown, detour
        self._cost_s = free_flow_s(network)
        self._between_s = _matrix(network, self._roads, self._cost_s)
        self._loop_s = [_loop(network, road) for road in self._roads]
        self._position_m: dict[Spot, tuple[float, float]] = {}

    def __len__(self) -> int:
        return len(self._roads)

    def name(self, spot: Spot) -> str:
        """Return the road of a spot."""
        return self._roads[spot.road].id

    def middle(self, road: int) -> Spot:
        """Return the middle of a kerb."""
        return Spot(road, self._roads[road].length_m / 2)

    def position_m(self, spot: Spot) -> tuple[float, float]:
        """Return where a spot is on the map."""
        if spot not in self._position_m:  # asked for at every arrival of a driver
            x, y, _ = self._roads[spot.road].point_at(spot.along_m)
            self._position_m[spot] = (x, y)
        return self._position_m[spot]

    def positions_m(self, road: Ints, along_m: Floats) -> Floats:
        """Return where many spots (R,) are on the map, (R, 2)."""
        found = np.zeros((len(road), 2))
        for number, one in enumerate(self._roads):
            here = road == number
            for axis in (0, 1):
                found[here, axis] = np.interp(along_m[here], one.arc_m, one.centreline_m[:, axis])
        return found

    def travel_ns(self, start: Spot, goal: Spot) -> int:
        """Return the travel time from one spot to another."""
        return round(self._slowdown * self._travel_s(start, goal) * NS_PER_S)

    def _travel_s(self, start: Spot, goal: Spot) -> float:
        first, last = self._roads[start.road], self._roads[goal.road]
        first_s, last_s = self._cost_s[first.id], self._cost_s[last.id]
        gone_s = first_s * start.along_m / first.length_m
        left_s = last_s * (1.0 - goal.along_m / last.length_m)
        if start.road == goal.road:
            ahead_s = last_s - left_s - gone_s
            if ahead_s >= 0:
                return ahead_s
            between_s = first_s + self._loop_s[start.road] + last_s
        else:
            between_s = float(self._between_s[start.road, goal.road])
        if not np.isfinite(between_s):
            return self._straight_s(start, goal)
        return between_s - gone_s - left_s

    def _straight_s(self, start: Spot, goal: Spot) -> float:
        """Return the time by the straight line, for roads between which the network has no way."""
        (x0, y0), (x1, y1) = self.position_m(start), self.position_m(goal)
        return self._detour * hypot(x1 - x0, y1 - y0) / self._roads[goal.road].speed_limit_mps


def _matrix(network: RoadNetwork, roads: list[Road], cost_s: dict[str, float]) -> Floats:
    """Return travel times (K, K) in seconds, both roads in full; inf where there is no way."""
    router = Router(network, cost_s)
    times = [router.travel_times_s(road.id) for road in roads]
    return np.array([[row.get(road.id, np.inf) for road in roads] for row in times])


def _loop(network: RoadNetwork, road: Road) -> float:
    """Return the time in seconds from the end of a road round to its start; inf where there is no way."""
    router, cost_s = Router(network), free_flow_s(network)
    onward = [router.travel_times_s(turn.to_road).get(road.id) for turn in network.turns_from[road.id]]
    return min((TURN_S + time_s - cost_s[road.id] for time_s in onward if time_s is not None), default=np.inf)
