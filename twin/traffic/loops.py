"""Virtual detectors: whether a vehicle stands or rides over the loop of an approach."""

from collections.abc import Callable
from itertools import chain

import numpy as np

from twin.network.model import RoadNetwork
from twin.traffic.actuated import Occupied
from twin.traffic.kernel.arrays import STANDING, Rows
from twin.traffic.lanegraph import LaneGraph


class Loops:
    """The detectors of the actuated plans of a network, read at most once an instant.

    The detectors of a road in several plans are one, from the farthest to the nearest. `fleet` are the
    kernel's vehicles now; one that has parked at the kerb is not seen.
    """

    def __init__(
        self, network: RoadNetwork, graph: LaneGraph, fleet: Callable[[], Rows], now_ns: Callable[[], int]
    ) -> None:
        self._fleet, self._now_ns = fleet, now_ns
        self._seen_at_ns: int | None = None
        plans = (plan for plan in network.signal_plans if plan.actuated)
        detectors = tuple(chain.from_iterable(plan.detectors for plan in plans))
        self._number = {road: i for i, road in enumerate(sorted({one.road for one in detectors}))}
        self._occupied = np.zeros(len(self._number), np.bool_)
        lanes = graph.lanes.row[:-1]
        self._loop = np.full(len(lanes), -1, np.int64)  # by lane
        self._from_m, self._to_m = np.full(len(lanes), np.inf), np.full(len(lanes), -np.inf)
        row = {road.id: i for i, road in enumerate(network.roads)}
        for one in detectors:
            there = lanes["road"] == row[one.road]
            begin_m = lanes["length_m"][there] - one.distance_m
            self._loop[there] = self._number[one.road]
            self._from_m[there] = np.minimum(self._from_m[there], begin_m)
            self._to_m[there] = np.maximum(self._to_m[there], begin_m + one.length_m)

    def occupied(self, road: str) -> bool:
        """Return whether the loop of a road sees somebody; a road without one always does."""
        if road not in self._number:
            return True
        if self._seen_at_ns != self._now_ns():
            self._look()
        return bool(self._occupied[self._number[road]])

    def _look(self) -> None:
        self._seen_at_ns = self._now_ns()
        fleet = self._fleet()
        lane, front_m = fleet["lane"], fleet["position_m"]
        over = (
            fleet["alive"]
            & (self._loop[lane] >= 0)
            & (fleet["kerb"] != STANDING)
            & (front_m >= self._from_m[lane])
            & (front_m - fleet["length_m"] <= self._to_m[lane])
        )
        self._occupied[:] = False
        self._occupied[self._loop[lane[over]]] = True


def occupied_by(
    network: RoadNetwork, graph: LaneGraph, fleet: Callable[[], Rows], now_ns: Callable[[], int]
) -> Occupied | None:
    """Return what tells whether a detector is occupied, None where no plan asks."""
    if not any(plan.actuated for plan in network.signal_plans):
        return None
    return Loops(network, graph, fleet, now_ns).occupied
