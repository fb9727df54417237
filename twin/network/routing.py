"""Routes, detours and travel times over the roads of a network (Dijkstra, by networkx)."""

from collections.abc import Collection, Mapping
from typing import cast

import networkx as nx

from twin.network.model import Control, NetworkError, RoadNetwork

Tree = tuple[dict[str, float], dict[str, list[str]]]  # times and paths from one road

TURN_S = 2.0  # a turn is no longer than a few metres, but costs a moment


def free_flow_s(network: RoadNetwork) -> dict[str, float]:
    """Return the travel time of every road at its speed limit, in seconds."""
    return {road.id: road.length_m / road.speed_limit_mps for road in network.roads}


def entries(network: RoadNetwork) -> tuple[str, ...]:
    """Return the roads on which traffic enters."""
    return tuple(r.id for r in network.roads if network.junction_of[r.start].control is Control.BOUNDARY)


def exits(network: RoadNetwork) -> tuple[str, ...]:
    """Return the roads on which traffic leaves."""
    return tuple(r.id for r in network.roads if network.junction_of[r.end].control is Control.BOUNDARY)


class Router:
    """Fastest routes with fixed travel times. Each origin is worked out once and remembered.

    `weights_s` has the travel time of each road in seconds (None: free flow); `closed` roads are
    gone around. The time of a route counts its first and its last road, and 2 s a turn.
    """

    def __init__(
        self,
        network: RoadNetwork,
        weights_s: Mapping[str, float] | None = None,
        closed: Collection[str] = (),
    ) -> None:
        self._network = network
        self._cost_s = free_flow_s(network) if weights_s is None else dict(weights_s)
        self._closed = frozenset(closed)
        for key in sorted(self._closed):
            self._known(key)
        self._graph: nx.DiGraph[str] = nx.DiGraph()
        self._graph.add_nodes_from(key for key in network.road_of if key not in self._closed)
        self._graph.add_weighted_edges_from(
            (turn.from_road, turn.to_road, TURN_S + self._cost_s[turn.to_road])
            for turn in network.turns
            if turn.from_road not in self._closed and turn.to_road not in self._closed
        )
        self._from: dict[str, Tree] = {}

    def travel_times_s(self, from_road: str) -> dict[str, float]:
        """Return the travel time in seconds to every road that can be reached from one."""
        start_s = self._cost_s[self._known(from_road)]
        return {road: start_s + time_s for road, time_s in self._tree(from_road)[0].items()}

    def route(self, from_road: str, to_road: str) -> tuple[str, ...]:
        """Return the roads of the fastest route, both ends included; NetworkError where there is none."""
        self._known(to_road)
        found = self._tree(self._known(from_road))[1].get(to_road)
        if found is None:
            msg = f"{self._network.name}: expected a way from road {from_road} to {to_road}, got none"
            raise NetworkError(msg)
        return tuple(found)

    def routes(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Return the fastest route of every entry and exit between which there is one."""
        leaving = exits(self._network)
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for start in entries(self._network):
            tree = self._tree(start)[1]
            found |= {(start, end): tuple(tree[end]) for end in leaving if end in tree}
        return found

    def _known(self, road: str) -> str:
        if road not in self._network.road_of:
            msg = f"{self._network.name}: expected a road of this network, got {road!r}"
            raise NetworkError(msg)
        return road

    def _tree(self, start: str) -> Tree:
        """Return times and paths from one road; nothing leads anywhere from a closed one."""
        if start in self._closed:
            return {}, {}
        if start not in self._from:
            found = nx.single_source_dijkstra(self._graph, start)
            self._from[start] = cast("Tree", found)  # the stubs also allow for a single target
        return self._from[start]


def shortest_route(
    network: RoadNetwork, from_road: str, to_road: str, weights_s: Mapping[str, float] | None = None
) -> tuple[str, ...]:
    """Return the fastest route between two roads, both included; for many, keep a Router."""
    return Router(network, weights_s).route(from_road, to_road)
