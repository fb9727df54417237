from dataclasses import replace
from datetime import date, time

import numpy as np
import pytest
from scipy import stats

from detectors.datatypes.detections import VehicleClass
from tests.traffic_networks import cross, straight_road
from twin.clock import NS_PER_S, from_local
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.traffic.assignment import expected_vph
from twin.traffic.demand import DemandSpec
from twin.traffic.land_use import DwellMix
from twin.traffic.lanegraph import compile_lanes
from twin.traffic.routing import Routing, plan_routes
from twin.traffic.simulation import TrafficSimulation
from twin.traffic.stops import KerbStops, draw_dwell_s

START_NS = from_local(date(2026, 11, 24), time(16, 0))
DEMAND = DemandSpec(entry_vph_per_lane=(60.0, 200.0, 450.0))


def routed(network: RoadNetwork) -> Routing:
    return plan_routes(compile_lanes(network), np.zeros(len(network.roads), bool))


def test_dwell_follows_the_mixture() -> None:
    draw = np.random.default_rng(5)
    drawn = np.log([draw_dwell_s(draw, DEMAND.dwell) for _ in range(4000)])

    def cdf(x: np.ndarray) -> np.ndarray:
        return sum(d.share * stats.norm.cdf(x, np.log(d.median_s), d.sigma) for d in DEMAND.dwell)

    assert stats.kstest(drawn, cdf).pvalue > 0.01


def test_flow_is_kept_from_the_entries_to_the_exits() -> None:
    network = cross()
    routing = routed(network)
    flow = expected_vph(network, DEMAND, routing)
    assert flow[routing.entries] == pytest.approx(900.0)
    assert flow[routing.exits].sum() == pytest.approx(4 * 900.0)


def test_as_many_stops_as_the_demand_states() -> None:
    network = straight_road(1000.0, kerb_m=2.0, stop_rate=1.0)
    stops = KerbStops(network, DEMAND, routed(network), Seed(3))
    wanted = [stops.wanted_at(vehicle, 0, START_NS) for vehicle in range(4500)]  # ten hours of 450 an hour
    where = [at for at in wanted if at is not None]
    assert len(where) == pytest.approx(10 * DEMAND.stops_per_km_h, abs=3 * np.sqrt(200))
    assert min(where) >= 15.0
    assert max(where) <= 975.0


def test_nobody_stops_where_there_is_no_kerb() -> None:
    network = straight_road(1000.0, kerb_m=0.0, stop_rate=1.0)
    stops = KerbStops(network, DEMAND, routed(network), Seed(3))
    assert not any(stops.wanted_at(vehicle, 0, START_NS) for vehicle in range(200))
    assert stops.standing_at(START_NS) == []


def test_the_kerb_starts_as_full_as_it_stays() -> None:
    # Little's law: rate times mean dwell
    mix = (DwellMix(1.0, 600.0, 0.5),)
    demand = replace(DEMAND, dwell=mix)
    network = straight_road(1000.0, kerb_m=2.0, stop_rate=1.0)
    counts = [
        len(KerbStops(network, demand, routed(network), Seed(i)).standing_at(START_NS)) for i in range(200)
    ]
    assert np.mean(counts) == pytest.approx(20 / 3600 * 600 * np.exp(0.125), rel=0.12)


def test_stands_are_recorded_whole() -> None:
    network = straight_road(600.0, lanes=2, kerb_m=2.2, stop_rate=6.0)
    demand = replace(
        DEMAND, dwell=(DwellMix(1.0, 60.0, 0.3),), mix=(0.2, 0.7, 0.05, 0.05), halts_per_km=(0.0, 0.0)
    )
    simulation = TrafficSimulation(network, demand, Seed(1), START_NS)
    simulation.advance(START_NS + 900 * NS_PER_S)
    stands = [v for v in simulation.violations() if v.rule == "kerb_parking"]
    closed = [v for v in stands if v.closed_ns is not None]
    states = simulation.vehicles()
    standing = set(states.vehicle_id[states.at_kerb].tolist())
    assert len(closed) >= 5
    assert {v.vehicle_id for v in stands if v.closed_ns is None} == standing
    assert all(v.position_m[1] == pytest.approx(3.5 + 1.1, abs=0.3) for v in stands)
    assert {v.place for v in stands} == {"main"}
    assert not any(v.vehicle_class == 2 for v in stands)
    fresh = [v.closed_ns - v.opened_ns for v in closed if v.opened_ns > START_NS and v.closed_ns]
    assert 20 < np.median(fresh) / NS_PER_S < 150


def test_a_rider_who_looks_for_a_place_passes_a_parked_truck() -> None:
    """Found on an evening: he stood behind it for as long as it stayed, and others behind and beside him."""
    network = straight_road(600.0, lanes=2, kerb_m=2.2, stop_rate=30.0)
    mix = (0.6, 0.2, 0.0, 0.2)
    demand = replace(DEMAND, dwell=(DwellMix(1.0, 600.0, 0.3),), mix=mix, halts_per_km=(0.0, 0.0))
    simulation = TrafficSimulation(network, demand, Seed(1), START_NS)
    since: dict[int, int] = {}
    longest = trucks = 0
    for second in range(300):
        simulation.advance(START_NS + second * NS_PER_S)
        there = simulation.vehicles()
        halts = (there.speed_mps < 0.1) & ~there.at_kerb & (there.vehicle_class == VehicleClass.MOTORCYCLE)
        halted = set(there.vehicle_id[halts].tolist())
        since = {one: since.get(one, second) for one in halted}
        longest = max([longest, *(second - begun for begun in since.values())])
        trucks = max(trucks, int((there.at_kerb & (there.vehicle_class == VehicleClass.TRUCK)).sum()))
    assert trucks >= 5
    assert longest <= 15  # it was 116
