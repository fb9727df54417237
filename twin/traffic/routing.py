"""Where vehicles come in, where they leave, and the way between: quickest by free travel time."""

from collections.abc import Callable, Collection, Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from twin.clock import local_hour, until_hour_ns
from twin.network.hours import edges_h
from twin.network.model import Control, NetworkError, Road, RoadNetwork, TurnKind
from twin.traffic.kernel.arrays import Floats, Ints, Routes
from twin.traffic.lanegraph import LaneGraph

TURN_S = {TurnKind.STRAIGHT: 2.0, TurnKind.LEFT: 5.0, TurnKind.RIGHT: 10.0, TurnKind.UTURN: 25.0}


JUST_AFTER_H = 1e-6  # some milliseconds: no rounding keeps a window shut that has just opened


@dataclass(frozen=True, slots=True)
class Routing:
    """Routes for the kernel; `entries` and `exits` are road numbers, exits in the order of `cost_s`.

    `passable`: exits may be driven through. Routes are replanned in place, for all who hold them.
    """

    routes: Routes
    entries: Ints
    exits: Ints
    passable: bool = False

    def replan(self, graph: LaneGraph, closed: Collection[int]) -> None:
        """Lead everybody around the `closed` turns from now on."""
        hop, cost_s = _hops(graph, self.exits.tolist(), closed, passable=self.passable)
        self.routes.hop[:], self.routes.cost_s[:] = hop, cost_s
        self.routes.fallback[:] = _fallback(cost_s)


class Closures:
    """The turns that signs prohibit by the hour: closed to those who go by the quickest way.

    Who has a way of his own, from a file of trips, keeps to it.
    """

    def __init__(self, graph: LaneGraph, routing: Routing) -> None:
        self._graph, self._routing = graph, routing

    def start(
        self,
        env: simpy.Environment,
        now_ns: Callable[[], int],
        redirect: Callable[[Collection[int]], None],
    ) -> None:
        """Begin the process, where there is anything to close; `redirect` is told what has just closed."""
        turns = self._graph.network.turns
        hours = edges_h(window for turn in turns for window in turn.prohibited)
        if hours:
            env.process(self._run(env, now_ns, redirect, hours))

    def _run(
        self,
        env: simpy.Environment,
        now_ns: Callable[[], int],
        redirect: Callable[[Collection[int]], None],
        hours: tuple[float, ...],
    ) -> Generator[Any, Any, None]:
        before = closed_turns(self._graph.network, now_ns())
        while True:
            yield env.timeout(min(until_hour_ns(now_ns(), hour) for hour in hours))
            closed = closed_turns(self._graph.network, now_ns())
            if closed != before:
                self._routing.replan(self._graph, closed)
                redirect(closed - before)
            before = closed


def closed_turns(network: RoadNetwork, now_ns: int) -> frozenset[int]:
    """Return the numbers of the turns that a sign prohibits at this hour."""
    hour = local_hour(now_ns) + JUST_AFTER_H
    return frozenset(i for i, turn in enumerate(network.turns) if turn.prohibited_at(hour))


def prohibited_by_road(network: RoadNetwork) -> dict[int, list[int]]:
    """Return the turns that a sign prohibits at some hour, by the road from which they are made."""
    number = {road.id: i for i, road in enumerate(network.roads)}
    found: dict[int, list[int]] = {}
    for i, turn in enumerate(network.turns):
        if turn.prohibited:
            found.setdefault(number[turn.from_road], []).append(i)
    return found


def _entries(network: RoadNetwork) -> list[int]:
    led_to = {turn.to_road for turn in network.turns if turn.kind is not TurnKind.UTURN}
    return [
        i
        for i, road in enumerate(network.roads)
        if network.junction_of[road.start].control is Control.BOUNDARY or road.id not in led_to
    ]


def _exits(network: RoadNetwork) -> list[int]:
    return [
        i
        for i, road in enumerate(network.roads)
        if network.junction_of[road.end].control is Control.BOUNDARY
        or all(turn.kind is TurnKind.UTURN for turn in network.turns_from[road.id])
    ]


def drive_s(road: Road) -> float:
    """Return the free travel time of a road in seconds."""
    return road.length_m / road.speed_limit_mps


def _fallback(cost_s: Floats) -> Ints:
    """Return the nearest exit of each road (R,), -1 where there is none."""
    nearest = cost_s.argmin(axis=0).astype(np.int32)
    return np.where(np.isfinite(cost_s.min(axis=0)), nearest, -1).astype(np.int32)


def _hops(
    graph: LaneGraph, exits: list[int], closed: Collection[int], *, passable: bool
) -> tuple[Ints, Floats]:
    """Return the turn towards each exit (D, R), -1 where there is none, and the time left (D, R).

    Nobody drives through an exit to another one, unless exits are `passable`: roads like any other.
    """
    network, n = graph.network, len(graph.network.roads)
    number = {road.id: i for i, road in enumerate(network.roads)}
    best: dict[tuple[int, int], tuple[float, int]] = {}
    leaves = set() if passable else set(exits)
    for i, turn in enumerate(network.turns):
        a, b = number[turn.from_road], number[turn.to_road]
        if a in leaves or i in closed:
            continue
        cost = (TURN_S[turn.kind] + drive_s(network.roads[b]), i)
        best[b, a] = min(best.get((b, a), cost), cost)
    pairs = np.array(list(best), np.int64).reshape(-1, 2)
    weights = np.array([cost for cost, _ in best.values()])
    backwards = csr_array((weights, (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    cost_s, onward = dijkstra(backwards, indices=exits, return_predecessors=True)
    if not best:
        return np.full((len(exits), n), -1, np.int32), np.asarray(cost_s, np.float64)
    key = pairs[:, 0] * n + pairs[:, 1]
    turn_of = np.array([i for _, i in best.values()], np.int32)[np.argsort(key)]
    wanted = onward * np.int64(n) + np.arange(n)
    found = turn_of[np.searchsorted(np.sort(key), np.maximum(wanted, 0)).clip(max=len(key) - 1)]
    return np.where(onward >= 0, found, -1).astype(np.int32), np.asarray(cost_s, np.float64)


def plan_routes(
    graph: LaneGraph,
    announced: NDArray[np.bool_],
    ends: tuple[list[int], list[int]] | None = None,
    closed: Collection[int] = (),
) -> Routing:
    """Return the routes of a network; vehicles ask for draws on the roads in `announced` (R,).

    `ends` are the roads on which vehicles come in and leave; None: those at the edge of the map.
    Nobody is led over the turns in `closed`.
    Raises NetworkError where nothing can drive in and out.
    """
    network = graph.network
    entries, exits = (_entries(network), _exits(network)) if ends is None else ends
    if not exits or not entries:
        msg = f"network {network.name}: {len(entries)} roads lead in and {len(exits)} out; need both"
        raise NetworkError(msg)
    hop, cost_s = _hops(graph, exits, closed, passable=ends is not None)
    fallback = _fallback(cost_s)
    number = {road.id: i for i, road in enumerate(network.roads)}
    routes = Routes(
        hop=hop,
        cost_s=cost_s,
        exit_road=np.array(exits, np.int32),
        lane_lo=np.ascontiguousarray(graph.turn_lanes[:, 0]),
        lane_hi=np.ascontiguousarray(graph.turn_lanes[:, 1]),
        turn_to=np.array([number[turn.to_road] for turn in network.turns], np.int32),
        first_lane=graph.first_lane,
        fallback=fallback,
        announced=announced,
        path=np.zeros(0, np.int32),
    )
    useful = [entry for entry in entries if ends is not None or fallback[entry] >= 0]
    if not useful:
        msg = f"network {network.name}: none of the {len(entries)} roads that lead in reaches a way out"
        raise NetworkError(msg)
    return Routing(routes, np.array(useful, np.int32), np.array(exits, np.int32), ends is not None)
