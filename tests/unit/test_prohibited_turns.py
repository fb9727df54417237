"""Turns that a sign prohibits by the hour: nobody is led over them while they are."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, time

import numpy as np
import pytest
import simpy

from detectors.datatypes.detections import VehicleClass
from tests.traffic_networks import cross
from twin.clock import NS_PER_S, from_local
from twin.network import balikpapan
from twin.network.model import RoadNetwork, TurnKind
from twin.randomness import Seed
from twin.traffic.conduct import ORDERLY
from twin.traffic.demand import DemandSpec
from twin.traffic.drivers import Registry
from twin.traffic.lanegraph import compile_lanes
from twin.traffic.routing import Closures, closed_turns, plan_routes
from twin.traffic.simulation import TrafficSimulation
from twin.traffic.trips import Trip, TripBook
from twin.truth import TrueViolation

RIGHT = ("syarifuddin-yoes.0-", "mth-5.0+")
BACK = ("mth-4.2-", "mth-4.2+")


def at(hour: int, minute: int = 0) -> int:
    return from_local(date(2026, 11, 24), time(hour, minute))


def number(network: RoadNetwork, way: tuple[str, str]) -> int:
    return next(i for i, turn in enumerate(network.turns) if (turn.from_road, turn.to_road) == way)


def taken(network: RoadNetwork, start_ns: int, lasts_s: int, root: int = 1) -> dict[int, list[float]]:
    """Return when (s) somebody first was on a connector of each turn, once a vehicle."""
    simulation = TrafficSimulation(network, DemandSpec(conduct=ORDERLY), Seed(root), start_ns)
    turn_of = simulation._graph.lanes.row["turn"]
    found: dict[int, dict[int, float]] = {}
    for second in range(1, lasts_s + 1):
        simulation.advance(start_ns + second * NS_PER_S)
        fleet = simulation._book.fleet
        for row in np.flatnonzero(fleet["alive"] & (turn_of[fleet["lane"]] >= 0)):
            vehicle_id = simulation._book.vehicle[int(row)].vehicle_id
            found.setdefault(int(turn_of[fleet["lane"][row]]), {}).setdefault(vehicle_id, second)
    return {turn: sorted(times.values()) for turn, times in found.items()}


def test_by_day_one_turns_back_at_global_sport_and_by_night_directly() -> None:
    network = balikpapan.corridor()
    graph, asks = compile_lanes(network), np.zeros(len(network.roads), np.bool_)
    road = {r.id: i for i, r in enumerate(network.roads)}
    for hour, ways in ((19, (BACK,)), (21, (RIGHT,))):
        closed = closed_turns(network, at(hour))
        assert closed == (frozenset({number(network, RIGHT)}) if hour == 19 else frozenset())
        routing = plan_routes(graph, asks, closed=closed)
        goal = routing.exits.tolist().index(road["mth-5.0+"])
        here, turns = road["syarifuddin-yoes.0-"], []
        while here != road["mth-5.0+"]:
            turns.append(int(routing.routes.hop[goal, here]))
            here = int(routing.routes.turn_to[turns[-1]])
        assert {number(network, way) for way in ways} <= set(turns)
        assert (number(network, RIGHT) in turns) == (hour == 21)


@pytest.mark.parametrize(
    ("hour", "closed"), [(5.99, False), (6.0, True), (12.0, True), (20.0, False), (23.0, False)]
)
def test_which_turns_are_closed(hour: float, closed: bool) -> None:
    network = balikpapan.corridor()
    assert bool(closed_turns(network, at(0) + round(hour * 3600 * NS_PER_S))) is closed


def test_traffic_keeps_to_the_sign_and_to_its_hours() -> None:
    network = balikpapan.corridor()
    evening = taken(network, at(19, 50), 1200)
    right, back = (number(network, way) for way in (RIGHT, BACK))
    assert min(evening[right]) > 600  # at 20 h
    assert len(evening[right]) > 3
    assert sum(second < 700 for second in evening[back]) > 3
    assert not any(second > 900 for second in evening[back])  # those under way have come through
    morning = taken(network, at(5, 50), 1200)
    assert sum(second < 600 for second in morning[right]) > 3
    assert max(morning[right]) < 640  # who had been let go
    assert min(morning[back]) > 600


def test_a_day_is_watched_edge_by_edge() -> None:
    network = cross()
    shut = next(turn for turn in network.turns if turn.kind is TurnKind.RIGHT)
    hours = ((6.0, 9.0 + 20 / 60), (16.0, 19.0))
    turns = tuple(replace(t, prohibited=hours) if t is shut else t for t in network.turns)
    network = replace(network, turns=turns)
    graph, env, told = compile_lanes(network), simpy.Environment(), []
    routing = plan_routes(graph, np.zeros(len(network.roads), np.bool_), closed=closed_turns(network, at(5)))
    key = network.turns.index(turns[turns.index(replace(shut, prohibited=hours))])

    def now_ns() -> int:
        return int(env.now) + at(5)

    def redirect(closed: Collection[int]) -> None:
        leads = key in set(routing.routes.hop.ravel().tolist())
        told.append((round(env.now / NS_PER_S / 3600, 4), sorted(closed), leads))

    Closures(graph, routing).start(env, now_ns, redirect)
    env.run(until=24 * 3600 * NS_PER_S)
    assert told == [(1.0, [key], False), (4.3333, [], True), (11.0, [key], False), (14.0, [], True)]


def test_a_trip_with_its_own_way_keeps_to_it() -> None:
    network = balikpapan.corridor()
    registry = Registry(Seed(1), (0.0, 1.0, 0.0, 0.0))
    car = registry.issue(1, with_bus=False)
    trips = (
        Trip("own", 1.0, RIGHT, VehicleClass.CAR, car.size_m, car.dynamics),
        Trip("quickest", 20.0, RIGHT, VehicleClass.CAR, car.size_m, car.dynamics, whole=False),
    )
    simulation = TrafficSimulation(
        network, DemandSpec(stops_per_km_h=0.0), Seed(1), at(12), trips=TripBook(network, trips), counts=True
    )
    simulation.advance(at(12) + 600 * NS_PER_S)
    own, quickest = sorted(simulation.trip_ends, key=lambda end: end.vehicle_id)
    assert quickest.driven_m > own.driven_m + 500.0  # by way of Global Sport


def test_without_hours_there_is_no_process() -> None:
    network = cross()
    graph, env = compile_lanes(network), simpy.Environment()
    routing = plan_routes(graph, np.zeros(len(network.roads), np.bool_))
    Closures(graph, routing).start(env, lambda: 0, lambda _: None)
    assert env.peek() == float("inf")


def turned(at_ns: int, chance: float, lasts_s: int = 600) -> list[TrueViolation]:
    """Return the records of prohibited turns on the corridor, with the chance that everybody makes one."""
    conduct = replace(ORDERLY, prohibited_turn=(chance,) * 4)
    demand = DemandSpec(conduct=conduct, stops_per_km_h=0.0, red_running=(0.0,) * 4)
    simulation = TrafficSimulation(balikpapan.corridor(), demand, Seed(1), at_ns)
    simulation.advance(at_ns + lasts_s * NS_PER_S)
    return [record for record in simulation.violations() if record.rule == "prohibited_turn"]


def test_those_who_would_make_the_prohibited_turn_at_wika_by_day() -> None:
    network = balikpapan.corridor()
    onto = next(row for row, road in enumerate(network.roads) if road.id == RIGHT[1])
    records = turned(at(17), 1.0)
    assert len(records) > 3
    for record in records:
        assert (record.place, record.amount, record.closed_ns) == (RIGHT[0], float(onto), None)
        assert record.position_m == tuple(network.roads[onto].centreline_m[0, :2])
        assert at(17) < record.opened_ns <= at(17, 10)
    assert len({record.vehicle_id for record in records}) == len(records)


def test_nobody_makes_it_where_nobody_would() -> None:
    assert not turned(at(17), 0.0)


def test_it_is_no_offence_at_night_nor_for_who_comes_through_after_the_hour() -> None:
    assert not turned(at(21), 1.0)
    records = turned(at(19, 52), 1.0, 720)
    assert records
    assert max(record.opened_ns for record in records) < at(20)
