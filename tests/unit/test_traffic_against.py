"""Riders against the traffic: where they ride, how, and what is told of it."""

from dataclasses import replace
from datetime import date, time
from itertools import combinations

import numpy as np
import pytest
import simpy

from detectors.datatypes.detections import VehicleClass
from tests.overlap import overlaps
from tests.traffic_networks import cross
from twin.clock import NS_PER_S, from_local
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.traffic.against import APART_M, CLEAR_M, EDGE_M, IDS, SHORTEST_M, AgainstTraffic
from twin.traffic.conduct import ORDERLY, ConductSpec
from twin.traffic.demand import DemandSpec
from twin.traffic.drivers import Registry
from twin.traffic.ledger import Ledger
from twin.traffic.outriders import RACER_IDS
from twin.traffic.simulation import TrafficSimulation
from twin.truth import VehicleStates

START_NS = from_local(date(2026, 11, 24), time(12))
MANY = replace(ORDERLY, wrong_way_per_km_h=400.0)
DIVIDED = ("e-c", "c-e", "w-c")
LASTS_S = 600


def divided(*, left_hand: bool = True) -> RoadNetwork:
    """A crossing where some roads have a median and a kerb strip, one of them a median alone."""
    network = cross()
    roads = tuple(
        replace(road, median=road.id in (*DIVIDED, "c-w"), kerb_m=0.0 if road.id == "c-w" else road.kerb_m)
        for road in network.roads
    )
    return replace(network, roads=roads, left_hand=left_hand)


def running(network: RoadNetwork, conduct: ConductSpec = MANY, root: int = 4) -> TrafficSimulation:
    demand = DemandSpec(conduct=conduct, scale=0.2, stops_per_km_h=0.0, red_running=(0.0,) * 4)
    return TrafficSimulation(network, demand, Seed(root), START_NS)


def riders(states: VehicleStates) -> VehicleStates:
    return states.select((states.vehicle_id >= IDS) & (states.vehicle_id < RACER_IDS))


@pytest.fixture(scope="module")
def watched() -> tuple[TrafficSimulation, list[VehicleStates]]:
    """Return ten minutes with many of them, and what was there every second."""
    simulation = running(divided())
    seen = []
    for second in range(1, LASTS_S + 1):
        simulation.advance(START_NS + second * NS_PER_S)
        seen.append(simulation.vehicles())
    return simulation, seen


Watched = tuple[TrafficSimulation, list[VehicleStates]]


def test_they_are_among_the_vehicles_and_in_the_census(watched: Watched) -> None:
    simulation, seen = watched
    there = [riders(states) for states in seen]
    assert len({key for states in there for key in states.vehicle_id.tolist()}) > 30
    assert max(map(len, there)) > 3
    for states in seen:
        assert (np.diff(states.vehicle_id) > 0).all()
    for states in there:
        assert set(states.vehicle_class.tolist()) <= {int(VehicleClass.MOTORCYCLE)}
        assert states.speed_mps == pytest.approx(MANY.wrong_way_mps)
        assert not states.at_kerb.any()
    assert len(seen[-1]) == simulation.census().active
    assert simulation.census().conserved


def test_a_circle_holds_those_within_it(watched: Watched) -> None:
    simulation, seen = watched
    last = riders(seen[-1])
    at = (float(last.position_m[0, 0]), float(last.position_m[0, 1]))
    near = riders(simulation.vehicles(at, 30.0))
    away_m = np.hypot(*(last.position_m[:, :2] - at).T)
    assert near.vehicle_id.tolist() == last.vehicle_id[away_m <= 30.0].tolist()


def alone(network: RoadNetwork) -> tuple[AgainstTraffic, Ledger, simpy.Environment]:
    """Return the riders of a network, with nobody else on it, and their clock."""
    env, ledger, registry = simpy.Environment(), Ledger(network), Registry(Seed(1), (1.0, 0.0, 0.0, 0.0))
    against = AgainstTraffic(network, MANY, Seed(4), registry, ledger)
    against.start(env, lambda: int(env.now))
    return against, ledger, env


@pytest.mark.parametrize("left_hand", [True, False])
def test_they_ride_along_the_kerb_of_divided_roads_against_the_heading(*, left_hand: bool) -> None:
    network = divided(left_hand=left_hand)
    against, ledger, env = alone(network)
    looked = 0
    for second in range(20, LASTS_S, 10):
        env.run(until=second * NS_PER_S)
        there, place = against.states(int(env.now)), {r.vehicle_id: r.place for r in ledger.all()}
        assert set(place.values()) <= set(DIVIDED)
        for row, key in enumerate(there.vehicle_id.tolist()):
            road = network.road_of[place[key]]
            heading = road.heading_at(0.0)
            turned = np.angle(np.exp(1j * (there.heading_rad[row] - heading)))
            assert abs(turned) == pytest.approx(np.pi)
            away = there.position_m[row, :2] - road.centreline_m[0, :2]
            along_m = float(away @ (np.cos(heading), np.sin(heading)))
            aside_m = float(away @ (-np.sin(heading), np.cos(heading)))
            edge_m = road.lanes * road.lane_width_m / 2 + road.kerb_m + EDGE_M
            assert aside_m == pytest.approx(edge_m if left_hand else -edge_m)
            assert CLEAR_M <= along_m <= road.length_m - CLEAR_M + there.size_m[row, 0]
            looked += 1
    assert looked > 100


def test_they_never_overlap_each_other(watched: Watched) -> None:
    _, seen = watched
    for states in map(riders, seen):
        assert not overlaps(states)
        for a, b in combinations(range(len(states)), 2):
            if np.cos(states.heading_rad[a] - states.heading_rad[b]) > 0.99:
                apart_m = np.hypot(*(states.position_m[a, :2] - states.position_m[b, :2]))
                assert apart_m > APART_M - 0.1


def test_the_record_opens_and_closes_with_its_metres(watched: Watched) -> None:
    simulation, seen = watched
    records = [r for r in simulation.violations() if r.rule == "wrong_way"]
    closed = [r for r in records if r.closed_ns is not None]
    assert len(closed) == simulation._against.done > 20
    assert {r.vehicle_id for r in records} - {r.vehicle_id for r in closed} == set(
        riders(seen[-1]).vehicle_id.tolist()
    )
    for record in closed:
        lasted_s = ((record.closed_ns or 0) - record.opened_ns) / NS_PER_S
        assert record.amount == pytest.approx(lasted_s * MANY.wrong_way_mps, abs=0.01)
        assert record.amount > 0.0
        seconds = [
            second
            for second, states in enumerate(seen, 1)
            if record.vehicle_id in states.vehicle_id and START_NS + second * NS_PER_S > record.opened_ns
        ]
        assert len(seconds) == pytest.approx(lasted_s, abs=1.5)
    assert all(r.amount == 0.0 for r in records if r.closed_ns is None)
    assert not any(r.exempt for r in records)


def test_how_many_and_how_far_are_as_stated() -> None:
    """Poisson: within three deviations; the metres are those that a road has room for."""
    network = divided()
    simulation = running(network)
    simulation.advance(START_NS + 1800 * NS_PER_S)
    records = [r for r in simulation.violations() if r.rule == "wrong_way"]
    km = sum(network.road_of[key].length_m for key in DIVIDED) / 1000
    expected = km * MANY.wrong_way_per_km_h * 0.5
    assert abs(len(records) - expected) < 3 * expected**0.5
    ridden_m = [r.amount for r in records if r.closed_ns]
    assert min(ridden_m) >= SHORTEST_M - 1e-6
    assert np.mean(ridden_m) < MANY.wrong_way_m + 20


def test_nobody_does_where_nothing_is_divided_or_nobody_would() -> None:
    for network, conduct in ((cross(), MANY), (divided(), ORDERLY)):
        simulation = running(network, conduct)
        simulation.advance(START_NS + 300 * NS_PER_S)
        assert not len(riders(simulation.vehicles()))
        assert not [r for r in simulation.violations() if r.rule == "wrong_way"]


def test_ids_stay_their_own_on_a_network_of_many_roads() -> None:
    """Roads whose numbers are far above a hundred: ids of riders are never those of racers."""
    network = divided()
    far = tuple(replace(road, id=f"far{i}{road.id}", reverse="") for i in range(40) for road in network.roads)
    _, ledger, env = alone(replace(network, roads=(*network.roads, *far)))
    env.run(until=200 * NS_PER_S)
    ids = [record.vehicle_id for record in ledger.all()]
    assert len(ids) > 200
    assert len(set(ids)) == len(ids)
    assert IDS <= min(ids) <= max(ids) < RACER_IDS
