"""How many vehicles of each class want in at each gate in an hour, and where they want to go."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from twin.network.model import Road, RoadNetwork
from twin.traffic.capacity import capacity_pcu_h, vehicles_per_h
from twin.traffic.demand import DemandError, DemandSpec, Gate, unknown
from twin.traffic.kernel.arrays import Floats
from twin.traffic.profiles import HOURS, DayKind, DayProfiles, day_kind
from twin.traffic.routing import Routing

CLASSES = 4


@dataclass(frozen=True, slots=True, eq=False)
class GateFlow:
    """What comes in at a gate in an hour: vehicles an hour, and who they are and where they go.

    `kinds` (4,) is the cumulative share of the classes, `exits` (4, D) that of the exits, by class.
    """

    vph: float
    kinds: Floats
    exits: Floats


def entry_vph(road: Road, demand: DemandSpec) -> float:
    """Return the flow (vehicles an hour) into the map on a road of its rank, at an hourly factor of 1."""
    rank = min(max(road.priority, 1), len(demand.entry_vph_per_lane))
    return demand.entry_vph_per_lane[rank - 1] * road.lanes * demand.scale


class GateFlows:
    """The demand at the gates of a network; rows are those of `routing.entries` and `routing.exits`.

    Raises DemandError where the demand names roads that do not lead in or out, or a way that is none.
    """

    def __init__(self, network: RoadNetwork, demand: DemandSpec, routing: Routing) -> None:
        self._network, self._demand, self._routing = network, demand, routing
        self._roads = [network.roads[i] for i in routing.entries]
        gates = self._checked_gates()
        self._gates = [gates.get(road.id, Gate(road.id)) for road in self._roads]
        self._base_vph = [
            self._gate_vph(road, gate) for road, gate in zip(self._roads, self._gates, strict=True)
        ]
        entering = {
            road.id: vph for road, vph in zip(self._roads, self._base_vph, strict=True) if road.id in gates
        }
        self._weight = np.array(
            [
                entering.get(road.reverse, entry_vph(road, demand))
                for road in map(network.roads.__getitem__, routing.exits)
            ]
        )
        self._shares: dict[int, Floats] = {}
        self._od = self._checked_od()
        self._hour: tuple[DayKind, int] | None = None
        self._flows: dict[int, GateFlow] = {}

    def _checked_gates(self) -> dict[str, Gate]:
        entering = {road.id for road in self._roads}
        for gate in self._demand.gates:
            if gate.road not in entering:
                raise unknown(gate.road, entering, self._network.name, what="gate")
        return {gate.road: gate for gate in self._demand.gates}

    def _checked_od(self) -> dict[tuple[int, int | None], Floats]:
        """Return the flows (5, D) of the OD by gate and hour: one row a class, the last of every class."""
        entry = {road.id: row for row, road in enumerate(self._roads)}
        leaves = {self._network.roads[i].id: row for row, i in enumerate(self._routing.exits)}
        blank = np.zeros((CLASSES + 1, len(leaves)))
        found: dict[tuple[int, int | None], Floats] = defaultdict(blank.copy)
        for one in self._demand.od:
            for what, name, known in (
                ("origin", one.origin, entry),
                ("destination", one.destination, leaves),
            ):
                if name not in known:
                    raise unknown(name, known, self._network.name, what=what)
            row, goal = entry[one.origin], leaves[one.destination]
            reached = np.isfinite(self._routing.routes.cost_s[goal, self._routing.entries[row]])
            if one.vph < 0 or (one.vph > 0 and not reached):
                wrong = "no way leads there" if one.vph >= 0 else f"{one.vph:g} vehicles an hour"
                msg = f"demand: from '{one.origin}' to '{one.destination}': {wrong}"
                raise DemandError(msg)
            whose = CLASSES if one.kind is None else int(one.kind)
            found[row, one.hour][whose, goal] += one.vph * self._demand.scale
        return dict(found)

    def _gate_vph(self, road: Road, gate: Gate) -> float:
        if gate.vph is not None:
            return gate.vph * self._demand.scale
        if gate.degree_of_saturation is not None:
            pcu_h = gate.degree_of_saturation * capacity_pcu_h(self._network, road)
            return vehicles_per_h(pcu_h, gate.mix or self._demand.mix) * self._demand.scale
        return entry_vph(road, self._demand)

    def shares(self, row: int) -> Floats:
        """Return the share (D,) of each exit among those who come in, where no OD says more.

        Weights are the exits' own flows; nobody turns round at once unless there is no other way.
        """
        if row not in self._shares:
            entry, exits = int(self._routing.entries[row]), self._routing.exits
            reached = np.isfinite(self._routing.routes.cost_s[:, entry])
            weight = np.where(reached, np.maximum(self._weight, 1e-9), 0.0)
            roads, reverse = self._network.roads, self._roads[row].reverse
            back = np.array([roads[i].id == reverse or i == entry for i in exits])
            onward = np.where(back, 0.0, weight)
            chosen = onward if onward.sum() > 0 else weight
            self._shares[row] = chosen / chosen.sum()
        return self._shares[row]

    def hourly(self, row: int) -> DayProfiles:
        """Return how the flow of a gate goes up and down."""
        return self._gates[row].hourly or self._demand.hourly

    def _kinds(self, row: int, hour: tuple[DayKind, int] | None) -> Floats:
        """Return the weight (4,) of each class at a gate; their sum is 1 but for the hours of the classes."""
        mix = self._gates[row].mix or self._demand.mix
        weight = np.array(mix) / sum(mix)
        if hour:
            for one in self._demand.class_hourly:
                weight[one.kind] *= one.hourly.of(hour[0])[hour[1]]
        return weight

    def matrix(self, row: int, hour: tuple[DayKind, int] | None) -> Floats:
        """Return the vehicles an hour (4, D) by class and exit; None: at an hourly factor of 1."""
        kinds, hourly = self._kinds(row, hour), self.hourly(row)
        factor = hourly.of(hour[0])[hour[1]] if hour else 1.0
        if hour and (row, hour[1]) in self._od:
            usual = hourly.weekday[hour[1]]
            told = self._told(row, hour[1], kinds / max(kinds.sum(), 1e-12))
            return told * (factor / usual if usual > 0 else 1.0)
        if (row, None) in self._od:
            return self._told(row, None, kinds) * factor
        hours = [h for h in range(HOURS) if (row, h) in self._od and hourly.weekday[h] > 0]
        if hours:  # as in the hours that are told, but for the hourly factor
            told = np.stack([self._told(row, h, kinds) / hourly.weekday[h] for h in hours])
            usually: Floats = told.mean(axis=0) * factor
            return usually
        return np.outer(kinds, self.shares(row)) * (self._base_vph[row] * factor)

    def table(self, hour: tuple[DayKind, int] | None) -> Floats:
        """Return the vehicles an hour (E, D) from each gate to each exit; None: at a factor of 1."""
        return np.array([self.matrix(row, hour).sum(axis=0) for row in range(len(self._roads))])

    def _told(self, row: int, hour: int | None, kinds: Floats) -> Floats:
        """Return what the OD states (4, D) for an hour, split by `kinds` (4,) where it does not say."""
        told = self._od[row, hour]
        own = kinds / np.maximum(self._kinds(row, None), 1e-12) if hour is None else np.ones(CLASSES)
        split: Floats = np.outer(kinds, told[CLASSES]) + own[:, None] * told[:CLASSES]
        return split

    def _plain(self, row: int) -> bool:
        return not any((row, hour) in self._od for hour in (None, *range(HOURS)))

    def vph(self, row: int, hour: tuple[DayKind, int]) -> float:
        """Return the vehicles an hour that come in at a gate."""
        if self._plain(row):
            share = float(self._kinds(row, hour).sum()) if self._demand.class_hourly else 1.0
            return self._base_vph[row] * self.hourly(row).of(hour[0])[hour[1]] * share
        return float(self.matrix(row, hour).sum())

    def highest_vph(self, row: int) -> float:
        """Return a flow that a gate never exceeds."""
        if self._plain(row) and not self._demand.class_hourly:
            return self._base_vph[row] * max(1.0, self.hourly(row).highest)
        return max(self.vph(row, (day, hour)) for day in DayKind for hour in range(HOURS))

    def flow(self, row: int, moment: datetime) -> GateFlow:
        """Return what comes in at a gate in the hour of a local time."""
        hour = day_kind(moment.date()), moment.hour
        if hour != self._hour:
            self._hour, self._flows = hour, {}
        if row not in self._flows:
            self._flows[row] = self._flow(row, hour)
        return self._flows[row]

    def _flow(self, row: int, hour: tuple[DayKind, int]) -> GateFlow:
        kinds = self._kinds(row, hour)
        if self._plain(row):
            exits = np.broadcast_to(np.cumsum(self.shares(row)), (CLASSES, len(self._routing.exits)))
        else:
            told = self.matrix(row, hour)
            kinds = told.sum(axis=1)
            exits = np.cumsum(told, axis=1) / np.maximum(kinds[:, None], 1e-12)
        total = max(float(kinds.sum()), 1e-12)
        return GateFlow(self.vph(row, hour), np.cumsum(kinds) / total, exits)
