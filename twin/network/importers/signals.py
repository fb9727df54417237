"""Signals that a map draws at the stop lines belong to the junction behind them."""

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
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
    ahead: dict[str, set[str]] = {node: set() for node in nodes}
    arms: Counter[str] = Counter()
    for street in streets:
        for a, b in pairwise(street.nodes):
            arms.update((a, b))
            if street.lanes_forward:
                ahead[a].add(b)
            if street.lanes_backward:
                ahead[b].add(a)
    found = dict(nodes)
    for node in nodes.values():
        if node.signals and arms[node.id] < 3:
            guarded = _crossing_near(nodes, ahead, arms, node)
            if guarded:
                found[node.id] = replace(found[node.id], signals=False)
                found[guarded] = replace(found[guarded], signals=True)
    return found


def _crossing_near(
    nodes: Mapping[str, Node], ahead: Mapping[str, set[str]], arms: Mapping[str, int], start: Node
) -> str:
    """Return the nearest crossing ahead of a node within reach, "" where there is none."""
    waiting = [(0.0, start.id)]
    seen: set[str] = set()
    while waiting:
        away_m, here = heapq.heappop(waiting)
        if arms[here] >= 3:
            return here
        seen.add(here)
        for node in ahead[here] - seen:
            a, b = nodes[here], nodes[node]
            further_m = away_m + float(np.hypot(a.x_m - b.x_m, a.y_m - b.y_m))
            if further_m <= REACH_M:
                heapq.heappush(waiting, (further_m, node))
    return ""
