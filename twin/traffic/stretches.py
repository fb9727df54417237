"""Stretches of road that are counted as one: a direction of a zone, and what leads up to a signal."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.network.model import Road, RoadNetwork, TurnKind
from twin.traffic.kernel.arrays import Floats

COMPASS = ("E", "NE", "N", "NW", "W", "SW", "S", "SE")
QUEUED_MPS = 5.0 / 3.6  # who is slower stands in the queue
APART_M = 40.0  # farther behind the last one is not in the same queue


@dataclass(frozen=True, slots=True)
class Stretch:
    """Roads one after the other, in the direction of the traffic.

    `name` is that of the zone, or the approach at whose end the signal is; `towards` a point of the
    compass, or the junction of the signal. `ahead_m` is how far it is from the beginning of each road to
    the end of the last one.
    """

    name: str
    towards: str
    roads: tuple[str, ...]
    ahead_m: tuple[float, ...]

    @property
    def length_m(self) -> float:
        """The length of all roads, without what lies inside junctions."""
        return self.ahead_m[0]


def zone_stretches(network: RoadNetwork) -> tuple[Stretch, ...]:
    """Return each direction of each zone, as its roads follow each other."""
    found: list[Stretch] = []
    zones = dict.fromkeys(road.zone for road in network.roads if road.zone)
    before = _straight_before(network)
    for zone in zones:
        inside = [road.id for road in network.roads if road.zone == zone]
        after = {before[road]: road for road in inside if before.get(road) in inside}
        for first in inside:
            if before.get(first) not in inside:
                roads = _chain(first, after.get)
                found.append(_stretch(network, zone, _compass(network, roads), roads))
    return tuple(found)


def approach_stretches(network: RoadNetwork) -> tuple[Stretch, ...]:
    """Return what leads straight up to each approach of each signal, back to the signal before it."""
    signals, before = set(network.plans_of), _straight_before(network)

    def back(road: str) -> str | None:
        previous = before.get(road)
        return None if previous is None or network.road_of[previous].end in signals else previous

    return tuple(
        _stretch(network, road.id, road.end, _chain(road.id, back)[::-1])
        for road in network.roads
        if road.end in signals and any(turn.group for turn in network.turns_from[road.id])
    )


def queue(distance_m: Floats, speed_mps: Floats) -> tuple[float, int]:
    """Return how far a queue reaches back from its stop line (m) and how many stand in it.

    From the distances (N,) of fronts to the line and their speeds (N,): who is slower than QUEUED_MPS, as
    far back as nobody is more than APART_M behind the one before.
    """
    at_m: Floats = np.sort(distance_m[speed_mps < QUEUED_MPS])
    gaps = np.diff(at_m, prepend=0.0)
    ends: NDArray[np.intp] = np.flatnonzero(gaps > APART_M)
    count = int(ends[0]) if len(ends) else len(at_m)
    return (max(0.0, float(at_m[count - 1])) if count else 0.0), count


def _straight_before(network: RoadNetwork) -> dict[str, str]:
    """Return the road from which one comes straight onto a road, the greatest if there are several."""
    found: dict[str, Road] = {}
    for turn in network.turns:
        if turn.kind is TurnKind.STRAIGHT:
            come = network.road_of[turn.from_road]
            if turn.to_road not in found or come.priority > found[turn.to_road].priority:
                found[turn.to_road] = come
    return {onto: come.id for onto, come in found.items()}


def _chain(first: str, follow: Callable[[str], str | None]) -> list[str]:
    roads, onward = [first], follow(first)
    while onward is not None and onward not in roads:
        roads.append(onward)
        onward = follow(onward)
    return roads


def _stretch(network: RoadNetwork, name: str, towards: str, roads: list[str]) -> Stretch:
    lengths_m = [network.road_of[road].length_m for road in roads]
    return Stretch(name, towards, tuple(roads), tuple(np.cumsum(lengths_m[::-1])[::-1].tolist()))


def _compass(network: RoadNetwork, roads: list[str]) -> str:
    first, last = network.road_of[roads[0]], network.road_of[roads[-1]]
    dx_m, dy_m = np.subtract(last.point_at(last.length_m)[:2], first.point_at(0.0)[:2])
    return COMPASS[round(float(np.arctan2(dy_m, dx_m)) / (np.pi / 4)) % 8]
