"""Nodes that together are one intersection: a map draws four of them where two dual roads cross."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from twin.network.streets import Leg, Node

STUB_M = 12.0  # a stretch shorter than a bus is part of its intersection
CLUSTER_M = 45.0  # no wider than this across


def merged_nodes(
    nodes: Mapping[str, Node], legs: Sequence[Leg], fixed: Collection[str], within_m: float
) -> dict[str, str]:
    """Return the junction of every node that is in use: its own id, or that of its intersection.

    Two nodes are merged where the stretch between them is shorter than 12 m, or shorter than
    `within_m` and carries a crossing between one-way carriageways. Dead ends and `fixed` nodes
    stay alone, and an intersection grows to at most 45 m across. `within_m` 0 merges nothing.
    """
    arms = Counter(node for leg in legs for node in _ends_once(leg))
    one_way = {node for leg in legs if not leg.reverse for node in (leg.start, leg.end)}
    junction = {node: node for node in arms}
    groups = {node: [node] for node in arms}
    for leg in sorted(legs, key=lambda leg: (leg.length_m, leg.id)):
        a, b = junction[leg.start], junction[leg.end]
        ends = {leg.start, leg.end}
        crossing = min(arms[leg.start], arms[leg.end]) >= 3 and ends <= one_way
        close = leg.length_m <= (within_m if crossing else min(STUB_M, within_m))
        if a == b or not close or ends & set(fixed) or min(arms[n] for n in ends) < 2:
            continue
        both = [*groups[a], *groups[b]]
        if _across_m(nodes, both) <= CLUSTER_M:
            del groups[a], groups[b]
            head = min(both, key=lambda n: (not nodes[n].signals, -arms[n], n))
            groups[head] = both
            junction |= dict.fromkeys(both, head)
    return junction


def without_stubs(legs: Sequence[Leg], fixed: Collection[str]) -> list[Leg]:
    """Return the legs without dead ends shorter than 12 m beside a junction: no bus fits in them."""
    arms = Counter(node for leg in legs for node in _ends_once(leg))

    def is_stub(leg: Leg) -> bool:
        met = sorted((arms[leg.start], arms[leg.end]))
        return met[0] == 1 and met[1] >= 3 and leg.length_m < STUB_M and not {leg.start, leg.end} & set(fixed)

    return [leg for leg in legs if not is_stub(leg)]


def _ends_once(leg: Leg) -> tuple[str, ...]:
    """Return the nodes at which a leg adds an arm, so that a two-way stretch counts once."""
    return (leg.start,) if leg.reverse else (leg.start, leg.end)


def _across_m(nodes: Mapping[str, Node], ids: Sequence[str]) -> float:
    """Return the diagonal of the box around some nodes in metres."""
    at = np.array([(nodes[i].x_m, nodes[i].y_m) for i in ids])
    return float(np.hypot(*np.ptp(at, axis=0)))
