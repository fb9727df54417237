"""A carriageway of KTL-1 on its own, with and without stops at its kerb, and what passes on it."""

from dataclasses import dataclass, replace
from datetime import date, time

import numpy as np

from scenarios.day_hours import PCU_OF, HourObserver
from twin.clock import NS_PER_S, from_local
from twin.network import library
from twin.network.model import Control, RoadNetwork, TurnKind
from twin.randomness import Seed
from twin.traffic.conduct import ORDERLY
from twin.traffic.demand import DemandSpec, Gate
from twin.traffic.profiles import FLAT
from twin.traffic.simulation import TrafficSimulation
from twin.traffic.stretches import zone_stretches

ZONE = "beruang-madu"
START_NS = from_local(date(2026, 11, 24), time(16, 0))
WARM_S = 900
SATURATED_VPH = 9000.0  # more than two lanes can carry
Mix = tuple[float, float, float, float]
QUIET = DemandSpec(hourly=FLAT, red_running=(0.0,) * 4, conduct=ORDERLY, halts_per_km=(0.0, 0.0))


@dataclass(frozen=True, slots=True)
class Passed:
    """What passed: mid-block discharge, vehicles and pcu an hour; speed and travel time of who drives."""

    vehicles_per_h: float
    pcu_per_h: float
    speed_kmh: float
    travel_s: float
    stood: int


def carriageway() -> RoadNetwork:
    """Return the carriageway of KTL-1 away from Beruang Madu, without junctions: nothing else limits it."""
    network = library.named("mt-haryono")
    stretch = next(one for one in zone_stretches(network) if one.name == ZONE)
    roads = tuple(network.road_of[name] for name in stretch.roads)
    ends = {roads[0].start, roads[-1].end}
    nodes = {end for road in roads for end in (road.start, road.end)}
    return replace(
        network,
        name="carriageway",
        junctions=tuple(
            replace(one, control=Control.BOUNDARY if one.id in ends else Control.PRIORITY)
            for one in network.junctions
            if one.id in nodes
        ),
        roads=tuple(replace(road, reverse="") for road in roads),
        turns=tuple(
            turn
            for turn in network.turns
            if {turn.from_road, turn.to_road} <= set(stretch.roads) and turn.kind is TurnKind.STRAIGHT
        ),
        signal_plans=(),
        places=(),
    )


def drive(seed: int, vph: float, stops_per_km_h: float, minutes: int, mix: Mix = QUIET.mix) -> Passed:
    """Return what passes in so many minutes after a warm-up, at an inflow and a rate of stops."""
    network = carriageway()
    gate = Gate(network.roads[0].id, vph=vph)
    demand = replace(QUIET, gates=(gate,), stops_per_km_h=stops_per_km_h, mix=mix)
    simulation = TrafficSimulation(network, demand, Seed(seed), START_NS)
    simulation.advance(START_NS + WARM_S * NS_PER_S)
    observer = HourObserver(16, network)
    names = [road.id for road in network.roads]
    beyond = set(names[len(names) // 2 :])
    known: set[int] | None = None
    passed = pcu = 0.0
    for second in range(WARM_S + 1, WARM_S + 60 * minutes + 1):
        simulation.advance(START_NS + second * NS_PER_S)
        moving = simulation.moving()
        past = np.array([lane.rpartition("_")[0] in beyond for lane in moving.lane], dtype=bool)
        ids = moving.vehicle_id[past].tolist()
        if known is not None:
            kinds = (moving.kind[row] for row in np.flatnonzero(past))
            fresh = [PCU_OF[kind] for who, kind in zip(ids, kinds, strict=True) if who not in known]
            passed, pcu = passed + len(fresh), pcu + sum(fresh)
        known = (known or set()) | set(ids)
        if second % 5 == 0:
            observer.look(simulation)
    (zone,) = observer.zones()
    stood = sum(one.rule == "kerb_parking" for one in simulation.violations())
    per_h = 60.0 / minutes
    return Passed(passed * per_h, pcu * per_h, zone.speed_kmh, zone.travel_s, stood)
