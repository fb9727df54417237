"""Which way an OD takes: the flow on each road, and which pairs pass a road."""

import numpy as np
from scipy.sparse import csr_array

from twin.network.model import RoadNetwork
from twin.traffic.kernel.arrays import Floats, Ints
from twin.traffic.routing import Routing


def loads(network: RoadNetwork, routing: Routing, od: Floats) -> Floats:
    """Return the flow (D, R) on each road towards each exit, of an OD (E, D)."""
    number = {road.id: i for i, road in enumerate(network.roads)}
    turn_to = [number[turn.to_road] for turn in network.turns]
    load = np.zeros((len(routing.exits), len(network.roads)))
    for row, entry in enumerate(routing.entries):
        load[:, entry] += od[row]
    for row, goal in enumerate(routing.routes.hop):
        # farthest first, so that every road is passed on when all of its flow has come together
        for road in np.argsort(-routing.routes.cost_s[row], kind="stable"):
            if goal[road] >= 0 and load[row, road] > 0:
                load[row, turn_to[goal[road]]] += load[row, road]
    return load


def incidence(routing: Routing, counted: Ints) -> csr_array:
    """Return whether (L, E x D) the way from each entry to each exit passes each of the roads `counted`.

    Columns run over exits first: column `entry_row * D + exit_row`. A way that is none passes nothing.
    """
    exits, entries = len(routing.exits), len(routing.entries)
    row_of = np.full(routing.routes.hop.shape[1], -1)
    row_of[counted] = np.arange(len(counted))
    rows, columns = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for goal in range(exits):
        hop, at = routing.routes.hop[goal], routing.entries.astype(np.int64)
        who = np.flatnonzero(np.isfinite(routing.routes.cost_s[goal, at]))
        at = at[who]
        while len(who):
            here = row_of[at]
            rows.append(here[here >= 0])
            columns.append(who[here >= 0] * exits + goal)
            turn = hop[at]
            who, at = who[turn >= 0], routing.routes.turn_to[turn[turn >= 0]].astype(np.int64)
    row, column = np.concatenate(rows), np.concatenate(columns)
    return csr_array((np.ones(len(row)), (row, column)), shape=(len(counted), entries * exits))
