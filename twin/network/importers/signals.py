"""Signals that a map draws at the stop lines belong to the junction behind them."""

import heapq
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from twin.network.streets import Node, Street

REACH_M = 50.0


def gather_signals(nodes: Mapping[str, Node], streets: Sequence[Street]) -> dict[str, Node]:
    """Return the nodes with each signal on a lone street moved to the crossing that it guards.

    That is the nearest node where three or more arms meet, at most 50 m on in driving direction;
    a signal with none so near stays: people cross there.
    """
    ahead, arms = _ways(nodes, streets)
    found = dict(nodes)
    for node in nodes.values():
        if node.signals and arms[node.id] < 3:
            guarded, _ = _crossing_near(nodes, ahead, arms, node)
            if guarded:
                found[node.id] = replace(found[node.id], signals=False)
                found[guarded] = replace(found[guarded], signals=True)
    return found


def approaches_of(
    nodes: Mapping[str, Node], streets: Sequence[Street], signals: Collection[str]
) -> set[tuple[str, str]]:
    """Return the approaches (street, crossing) that signals at these nodes guard.

    A signal on a lone street guards the way by it to the crossing ahead, one on a crossing all ways.
    """
    ahead, arms = _ways(nodes, streets)
    found = set()
    for key in sorted(signals):
        crossing, before = (key, "") if arms[key] >= 3 else _crossing_near(nodes, ahead, arms, nodes[key])
        for street in streets:
            steps = {frozenset(step) for step in pairwise(street.nodes)}
            if crossing in street.nodes and (not before or frozenset((before, crossing)) in steps):
                found.add((street.id, crossing))
    return found


def _ways(nodes: Mapping[str, Node], streets: Sequence[Street]) -> tuple[dict[str, set[str]], Counter[str]]:
    """Return the nodes that can be driven to from each, and how many arms each has."""
    ahead: dict[str, set[str]] = {node: set() for node in nodes}
    arms: Counter[str] = Counter()
    for street in streets:
        for a, b in pairwise(street.nodes):
            arms.update((a, b))
            if street.lanes_forward:
                ahead[a].add(b)
            if street.lanes_backward:
                ahead[b].add(a)
    return ahead, arms


def _crossing_near(
    nodes: Mapping[str, Node], ahead: Mapping[str, set[str]], arms: Mapping[str, int], start: Node
) -> tuple[str, str]:
    """Return the nearest crossing ahead of a node within reach and the node before it, "" for none."""
    waiting = [(0.0, start.id, "")]
    seen: set[str] = set()
    while waiting:
        away_m, here, before = heapq.heappop(waiting)
        if arms[here] >= 3:
            return here, before
        seen.add(here)
        for node in ahead[here] - seen:
            a, b = nodes[here], nodes[node]
            further_m = away_m + float(np.hypot(a.x_m - b.x_m, a.y_m - b.y_m))
            if further_m <= REACH_M:
                heapq.heappush(waiting, (further_m, node, here))
    return "", ""
