"""Kerb stops: who stops where and for how long, and who stands there already at the start."""

from dataclasses import dataclass

import numpy as np

from twin.clock import NS_PER_S
from twin.network.model import Road, RoadNetwork
from twin.randomness import Seed
from twin.traffic.arrivals import entry_vph, exit_shares
from twin.traffic.demand import DemandSpec, DwellMix
from twin.traffic.kernel.arrays import Floats
from twin.traffic.routing import Routing

CLEAR_START_M, CLEAR_END_M = 15.0, 25.0  # nobody stops so near a junction
LONGEST_SHARE = 0.5
PAST_S = 6 * 3600.0  # stands that began longer ago than this are over


@dataclass(frozen=True, slots=True)
class Stand:
    """A stand at the kerb of a road: where its front is and how long it lasts."""

    road: int
    along_m: float
    dwell_ns: int
    began_ns: int


def usable_m(road: Road) -> tuple[float, float]:
    """Return between which positions along a road vehicles stop at the kerb (empty if reversed)."""
    return CLEAR_START_M, road.length_m - CLEAR_END_M


def stops_per_hour(road: Road, demand: DemandSpec) -> float:
    """Return the mean number of kerb stops an hour on a road."""
    first_m, last_m = usable_m(road)
    if road.kerb_m <= 0 or last_m <= first_m:
        return 0.0
    return demand.stops_per_km_h * road.stop_rate * road.length_m / 1000.0


def draw_dwell_s(draw: np.random.Generator, mix: tuple[DwellMix, ...]) -> float:
    """Return a dwell in seconds from a mixture of log-normal distributions."""
    shares = np.cumsum([part.share for part in mix])
    part = mix[min(int(np.searchsorted(shares, draw.random() * shares[-1], side="right")), len(mix) - 1)]
    return float(part.median_s * np.exp(part.sigma * draw.standard_normal()))


def expected_vph(network: RoadNetwork, demand: DemandSpec, routing: Routing) -> Floats:
    """Return the flow (R,) that the demand puts on each road at an hourly factor of 1."""
    number = {road.id: i for i, road in enumerate(network.roads)}
    turn_to = [number[turn.to_road] for turn in network.turns]
    load = np.zeros((len(routing.exits), len(network.roads)))
    for entry in routing.entries:
        shares = exit_shares(network, demand, routing, int(entry))
        load[:, entry] += shares * entry_vph(network.roads[entry], demand)
    for row, goal in enumerate(routing.routes.hop):
        # farthest first, so that every road is passed on when all of its flow has come together
        for road in np.argsort(-routing.routes.cost_s[row], kind="stable"):
            if goal[road] >= 0 and load[row, road] > 0:
                load[row, turn_to[goal[road]]] += load[row, road]
    flow: Floats = load.sum(axis=0)
    return flow


class KerbStops:
    """Draws kerb stops so that each road has the rate that the demand states."""

    def __init__(self, network: RoadNetwork, demand: DemandSpec, routing: Routing, seed: Seed) -> None:
        self._roads = network.roads
        self._demand = demand
        self._seed = seed
        flow = expected_vph(network, demand, routing)
        self._chance = [
            min(LONGEST_SHARE, stops_per_hour(road, demand) / flow[i]) if flow[i] > 0 else 0.0
            for i, road in enumerate(network.roads)
        ]

    def wanted_at(self, vehicle_id: int, road: int) -> float | None:
        """Return where on a road (m) a vehicle wants to stop, None for not at all."""
        key = self._roads[road].id
        if self._chance[road] <= 0 or self._seed.uniform("stops", vehicle_id, key) >= self._chance[road]:
            return None
        first_m, last_m = usable_m(self._roads[road])
        return first_m + (last_m - first_m) * self._seed.uniform("where", vehicle_id, key)

    def dwell_ns(self, vehicle_id: int, road: int) -> int:
        """Return how long a vehicle stands on a road."""
        draw = self._seed.generator("dwell", vehicle_id, self._roads[road].id)
        return round(draw_dwell_s(draw, self._demand.dwell) * NS_PER_S)

    def standing_at(self, start_ns: int) -> list[Stand]:
        """Return the stands that began before `start_ns` and last beyond it, so that it starts stationary."""
        found = []
        for number, road in enumerate(self._roads):
            if self._chance[number] <= 0:
                continue
            draw = self._seed.generator("before", road.id)
            first_m, last_m = usable_m(road)
            for _ in range(int(draw.poisson(stops_per_hour(road, self._demand) * PAST_S / 3600.0))):
                ago_s = float(draw.uniform(0.0, PAST_S))
                along_m = float(draw.uniform(first_m, last_m))
                dwell_s = draw_dwell_s(draw, self._demand.dwell)
                if dwell_s > ago_s:
                    began_ns = start_ns - round(ago_s * NS_PER_S)
                    found.append(Stand(number, along_m, round(dwell_s * NS_PER_S), began_ns))
        return found
