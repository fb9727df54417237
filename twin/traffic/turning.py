"""Ways that are drawn turn by turn: who comes to a junction turns there as the shares say."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, identity
from scipy.sparse.linalg import splu

from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.traffic.demand import DemandError, DemandSpec, unknown
from twin.traffic.gates import GateFlows
from twin.traffic.kernel.arrays import Floats, Ints
from twin.traffic.loading import loads
from twin.traffic.routing import Routing

WHOLE = 1e-6
MOST_TURNS = 8_000_000  # of all ways together; memory is taken only as they are written
LONGEST = 2000

Chances = dict[int, tuple[Ints, Floats]]
"""By road: the turns at its end, and the chance of each."""


def turn_chances(network: RoadNetwork, demand: DemandSpec, gates: GateFlows, routing: Routing) -> Chances:
    """Return the chances of the turns of every road that is not an exit.

    Where the demand states none they are those of the quickest ways of its flows at a factor of 1.
    Raises DemandError where a road or a turn does not exist, or shares do not sum to 1.
    """
    number = {road.id: i for i, road in enumerate(network.roads)}
    turn_of = {(number[turn.from_road], number[turn.to_road]): i for i, turn in enumerate(network.turns)}
    chances = _usual(network, gates, routing)
    stated: dict[int, dict[int, float]] = {}
    for one in demand.turns:
        for name in (one.approach, one.onto):
            if name not in number:
                raise unknown(name, number, network.name, what="road")
        pair = number[one.approach], number[one.onto]
        if pair not in turn_of or one.share < 0:
            wrong = "there is no such turn" if one.share >= 0 else f"a share of {one.share:g}"
            msg = f"demand: turn from '{one.approach}' into '{one.onto}': {wrong}"
            raise DemandError(msg)
        stated.setdefault(pair[0], {})[turn_of[pair]] = one.share
    for road, shares in stated.items():
        if abs(sum(shares.values()) - 1) > WHOLE:
            total = f"expected shares that sum to 1, got {sum(shares.values()):g}"
            msg = f"demand: turns from '{network.roads[road].id}': {total}"
            raise DemandError(msg)
        if road in chances:
            chances[road] = np.array(list(shares), np.int32), np.array(list(shares.values()))
    return chances


def _usual(network: RoadNetwork, gates: GateFlows, routing: Routing) -> Chances:
    hop, fallback = routing.routes.hop, routing.routes.fallback
    load = loads(network, routing, gates.table(None))
    found: Chances = {}
    for road in sorted(set(range(len(network.roads))) - set(routing.exits.tolist())):
        onward = hop[:, road] >= 0
        turns, row = np.unique(hop[onward, road], return_inverse=True)
        flow = np.bincount(row, load[onward, road], len(turns))
        if flow.sum() > 0:
            found[road] = turns.astype(np.int32), flow / flow.sum()
        elif fallback[road] >= 0:
            found[road] = np.array([hop[fallback[road], road]], np.int32), np.ones(1)
    return found


def turning_flows(network: RoadNetwork, routing: Routing, chances: Chances, entering: Floats) -> Floats:
    """Return the flow (R,) on each road where `entering` (E,) vehicles an hour turn by `chances`.

    Flow on a road is what enters there and what turns into it: a linear system. Raises DemandError where
    somebody would drive in circles for ever.
    """
    n = len(network.roads)
    inflow = np.zeros(n)
    np.add.at(inflow, routing.entries, entering)
    rows = [(int(routing.routes.turn_to[t]), road, p) for road, (ts, ps) in chances.items()
            for t, p in zip(ts.tolist(), ps.tolist(), strict=True)]  # fmt: skip
    to, come_from, chance = (np.array(column) for column in zip(*rows, strict=True)) if rows else (_NONE,) * 3
    into = csc_array((chance.astype(float), (to.astype(int), come_from.astype(int))), shape=(n, n))
    try:
        flow: Floats = splu(csc_array(identity(n, format="csc") - into)).solve(inflow)
    except RuntimeError:
        flow = np.full(n, np.nan)
    if not np.isfinite(flow).all():
        msg = f"demand: with these turns vehicles in network {network.name} would never leave it"
        raise DemandError(msg)
    return flow


_NONE: NDArray[np.float64] = np.zeros(0)


class DrawnWays:
    """Draws the way of each vehicle, once, from its gate to wherever its turns lead it.

    `path` is what the kernel reads: the turns of every way that was drawn, each ended by -1. Who would
    come by a road again takes the quickest way out from there.
    """

    def __init__(
        self, network: RoadNetwork, demand: DemandSpec, gates: GateFlows, routing: Routing, seed: Seed
    ) -> None:
        self._network, self._routing, self._seed = network, routing, seed
        self._chances = turn_chances(network, demand, gates, routing)
        self._exit = {int(road): row for row, road in enumerate(routing.exits)}
        self._begins: dict[tuple[int, ...], int] = {}
        self._used = 0
        self.path: Ints = np.zeros(MOST_TURNS, np.int32)

    def way(self, vehicle_id: int, entry: int) -> tuple[int, int]:
        """Return the row of the exit to which the turns of a vehicle lead, and where its way begins."""
        turns: list[int] = []
        road, seen = entry, set[int]()
        while road not in self._exit and road not in seen and len(turns) < LONGEST:
            seen.add(road)
            turn = self._drawn(vehicle_id, road)
            turns.append(turn)
            road = int(self._routing.routes.turn_to[turn])
        if road not in self._exit:
            goal = int(self._routing.routes.fallback[road])
            while (turn := int(self._routing.routes.hop[goal, road])) >= 0:
                turns.append(turn)
                road = int(self._routing.routes.turn_to[turn])
        return self._exit[road], self._kept((*turns, -1))

    def _drawn(self, vehicle_id: int, road: int) -> int:
        turns, chance = self._chances[road]
        draw = self._seed.uniform("turn", vehicle_id, self._network.roads[road].id)
        return int(turns[min(int(np.searchsorted(np.cumsum(chance), draw, side="right")), len(turns) - 1)])

    def _kept(self, way: tuple[int, ...]) -> int:
        """Return where a way begins in `path`; ways of several vehicles are kept once."""
        if way not in self._begins:
            end = self._used + len(way)
            if end > len(self.path):
                msg = f"demand: more than {len(self._begins)} different ways; give an OD instead of turns"
                raise DemandError(msg)
            self.path[self._used : end] = way
            self._begins[way] = self._used
            self._used = end
        return self._begins[way]
