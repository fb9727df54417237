"""Demand at the gates: profiles by day and class, OD, turns, capacity, and what makes people stop."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time
from itertools import pairwise

import numpy as np
import pytest

from detectors.datatypes.detections import VehicleClass
from tests.traffic_networks import cross, straight_road
from twin.clock import NS_PER_S, from_local
from twin.network import library
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.traffic.assignment import expected_vph
from twin.traffic.capacity import capacity_pcu_h, vehicles_per_h
from twin.traffic.demand import ClassHours, DemandError, DemandSpec, Gate, OdFlow, TurnShare
from twin.traffic.gates import GateFlows
from twin.traffic.land_use import USUAL_GENERATORS, DwellMix, LandUse
from twin.traffic.lanegraph import compile_lanes
from twin.traffic.profiles import FLAT, TRAFFIC, DayKind, DayProfiles, day_kind
from twin.traffic.routing import Routing, plan_routes
from twin.traffic.simulation import TrafficSimulation
from twin.traffic.stops import KerbStops, places, stops_per_hour
from twin.traffic.turning import DrawnWays

TUESDAY, FRIDAY, SATURDAY, SUNDAY = (date(2026, 11, day) for day in (24, 27, 28, 29))
QUIET = DemandSpec(hourly=FLAT, stops_per_km_h=0.0, red_running=(0.0,) * 4)
PEAK = (DayKind.WEEKDAY, 17)


def routed(network: RoadNetwork) -> Routing:
    return plan_routes(compile_lanes(network), np.zeros(len(network.roads), bool))


def entry_row(network: RoadNetwork, routing: Routing, road: str) -> int:
    return [network.roads[i].id for i in routing.entries].index(road)


def exit_row(network: RoadNetwork, routing: Routing, road: str) -> int:
    return [network.roads[i].id for i in routing.exits].index(road)


def test_the_kind_of_a_day_is_that_of_its_local_date() -> None:
    kinds = [day_kind(day) for day in (TUESDAY, FRIDAY, SATURDAY, SUNDAY)]
    assert kinds == list(DayKind)
    late = datetime.fromisoformat("2026-11-27T23:30+08:00")  # Friday there, Friday in UTC as well
    assert TRAFFIC.at(late) == TRAFFIC.friday[23]


def test_the_evening_is_as_it_was_and_its_peak_is_the_highest_of_all() -> None:
    assert TRAFFIC.weekday[15:20] == (0.85, 0.95, 1.1, 0.95, 0.8)
    assert TRAFFIC.highest == TRAFFIC.weekday[17] == 1.1
    assert max(TRAFFIC.weekday[:5]) < 0.2


def test_a_day_that_is_left_out_is_as_a_weekday_and_one_of_23_hours_is_refused() -> None:
    profile = DayProfiles(tuple(range(24)), sunday=(0.5,) * 24)
    assert profile.of(DayKind.SATURDAY) == profile.weekday
    assert profile.of(DayKind.SUNDAY)[7] == 0.5
    with pytest.raises(ValueError, match="friday: expected 24 factors of at least 0, got 23"):
        DayProfiles((1.0,) * 24, friday=(1.0,) * 23)


def test_a_gate_has_its_own_flow_hours_and_mix() -> None:
    network = cross()
    routing = routed(network)
    night = DayProfiles(tuple(2.0 if hour == 3 else 1.0 for hour in range(24)))
    gate = Gate("n-c", vph=500.0, mix=(0.0, 1.0, 0.0, 0.0), hourly=night)
    gates = GateFlows(network, replace(QUIET, gates=(gate,), scale=0.5), routing)
    row = entry_row(network, routing, "n-c")
    assert gates.vph(row, (DayKind.WEEKDAY, 3)) == pytest.approx(500.0)
    assert gates.matrix(row, PEAK).sum(axis=1) == pytest.approx([0, 250, 0, 0])
    other = entry_row(network, routing, "e-c")
    assert gates.vph(other, PEAK) == pytest.approx(360.0)  # 2 lanes of 360, halved
    leaving = gates.shares(other)  # who comes in by a gate leaves by it as well
    assert leaving[exit_row(network, routing, "c-n")] == pytest.approx(250 / (250 + 2 * 360))


def test_classes_have_hours_of_their_own() -> None:
    network = cross()
    routing = routed(network)
    no_trucks = DayProfiles(tuple(0.0 if hour == 17 else 1.0 for hour in range(24)))
    demand = replace(
        QUIET, mix=(0.5, 0.3, 0.0, 0.2), class_hourly=(ClassHours(VehicleClass.TRUCK, no_trucks),)
    )
    gates = GateFlows(network, demand, routing)
    assert gates.matrix(0, PEAK).sum(axis=1) == pytest.approx([360, 216, 0, 0])
    assert gates.matrix(0, (DayKind.WEEKDAY, 12)).sum() == pytest.approx(720)
    assert gates.flow(0, datetime(2026, 11, 24, 17)).kinds == pytest.approx([0.625, 1, 1, 1])  # noqa: DTZ001


def test_vehicles_come_as_the_hours_say() -> None:
    network = straight_road(300.0, lanes=2)
    hourly = DayProfiles(tuple(0.2 if hour < 5 else 1.0 for hour in range(24)))
    cars = DayProfiles(tuple(0.0 if hour == 6 else 1.0 for hour in range(24)))
    demand = replace(QUIET, hourly=hourly, class_hourly=(ClassHours(VehicleClass.CAR, cars),))
    start_ns = from_local(TUESDAY, time(4))
    simulation = TrafficSimulation(network, demand, Seed(6), start_ns, step_s=1.0)
    came = []
    for hour in range(1, 4):
        simulation.advance(start_ns + hour * 3600 * NS_PER_S)
        came.append(simulation.census().inserted)
    assert np.diff([0, *came]) == pytest.approx([144, 720, 720 * 0.66], rel=4 / np.sqrt(144))
    assert came[1] - came[0] == pytest.approx(720, rel=4 / np.sqrt(720))
    kinds = simulation.vehicles().vehicle_class.tolist()
    assert kinds
    assert VehicleClass.CAR not in kinds


def test_the_flow_of_a_gate_can_be_a_share_of_the_capacity_of_its_signal() -> None:
    # J = 600 x 7 m = 4 200 pcu/hg; g/c = 46/140 at Beruang Madu from Sudirman, by the published plan
    network = library.named("mt-haryono")
    road = network.road_of["sudirman-w.0-"]
    assert capacity_pcu_h(network, road) == pytest.approx(4200 * 46 / 140)
    assert vehicles_per_h(1000.0, (0.62, 0.34, 0.01, 0.03)) == pytest.approx(1000 / 0.516)
    routing = routed(network)
    demand = replace(QUIET, gates=(Gate(road.id, degree_of_saturation=0.8),))
    got = GateFlows(network, demand, routing).vph(entry_row(network, routing, road.id), PEAK)
    assert got == pytest.approx(0.8 * 1380 / 0.516)
    side = network.road_of["side-1.0-"]  # no signal of its own: that of MT Haryono is not there for it
    assert capacity_pcu_h(network, side) == pytest.approx(1650)
    assert capacity_pcu_h(straight_road(lanes=2), straight_road(lanes=2).roads[0]) == pytest.approx(3300)


def test_an_od_replaces_what_its_gates_had_and_other_days_differ_as_the_hours_do() -> None:
    network = cross()
    routing = routed(network)
    hourly = DayProfiles(FLAT.weekday, sunday=(0.5,) * 24)
    od = (
        OdFlow("n-c", "c-s", 100.0),
        OdFlow("n-c", "c-w", 60.0, hour=17),
        OdFlow("n-c", "c-s", 40.0, hour=17, kind=VehicleClass.BUS),
    )
    gates = GateFlows(network, replace(QUIET, hourly=hourly, od=od), routing)
    row, south = entry_row(network, routing, "n-c"), exit_row(network, routing, "c-s")
    assert gates.vph(row, (DayKind.WEEKDAY, 9)) == pytest.approx(100)
    assert gates.vph(row, PEAK) == pytest.approx(100)
    assert gates.vph(row, (DayKind.SUNDAY, 17)) == pytest.approx(50)
    assert gates.matrix(row, PEAK)[:, south] == pytest.approx([0, 0, 40, 0])
    assert gates.vph(entry_row(network, routing, "e-c"), PEAK) == pytest.approx(720)


@pytest.mark.parametrize(
    ("demand", "said"),
    [
        (
            DemandSpec(gates=(Gate("n-cc", vph=1.0),)),
            "gate 'n-cc' is not one of network by hand; did you mean",
        ),
        (
            DemandSpec(od=(OdFlow("n-c", "x", 1.0),)),
            "destination 'x' is not one of network by hand; known: c-e",
        ),
        (DemandSpec(od=(OdFlow("n-c", "c-s", -3.0),)), "from 'n-c' to 'c-s': -3 vehicles an hour"),
        (DemandSpec(od=(OdFlow("n-c", "c-n", 5.0),)), "from 'n-c' to 'c-n': no way leads there"),
        (
            DemandSpec(turns=(TurnShare("n-c", "c-s", 0.5),)),
            "turns from 'n-c': expected shares that sum to 1",
        ),
        (DemandSpec(turns=(TurnShare("n-c", "c-n", 1.0),)), "'n-c' into 'c-n': there is no such turn"),
        (DemandSpec(land_use=(LandUse("ktl", "shop", 1),)), "zone 'ktl' is not one of network by hand"),
    ],
)
def test_a_demand_of_another_network_is_told(demand: DemandSpec, said: str) -> None:
    network = cross()
    with pytest.raises(DemandError, match=said.split(":", maxsplit=1)[0]) as caught:
        KerbStops(network, demand, routed(network), Seed(1))
    assert said in str(caught.value)


def test_drivers_turn_as_the_shares_say() -> None:
    network = cross()
    routing = routed(network)
    shares = {"c-e": 0.7, "c-s": 0.2, "c-w": 0.1}
    demand = replace(QUIET, turns=tuple(TurnShare("n-c", onto, share) for onto, share in shares.items()))
    ways = DrawnWays(network, demand, GateFlows(network, demand, routing), routing, Seed(4))
    entry = int(routing.entries[entry_row(network, routing, "n-c")])
    gone = Counter(network.roads[routing.exits[ways.way(i, entry)[0]]].id for i in range(4000))
    for onto, share in shares.items():
        assert gone[onto] / 4000 == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 4000))
    assert ways.way(7, entry) == ways.way(7, entry)
    flow = expected_vph(network, demand, routing)
    roads = [road.id for road in network.roads]
    assert flow[routing.exits].sum() == pytest.approx(4 * 720)
    assert flow[roads.index("c-e")] == pytest.approx(0.7 * 720 + 2 * 240)


def test_turns_are_driven_as_they_were_drawn() -> None:
    network = cross(150.0)
    turns = tuple(TurnShare(f"{arm}-c", f"c-{onto}", 1.0) for arm, onto in ("ns", "sn", "ew", "we"))
    start_ns = from_local(TUESDAY, time(17))
    simulation = TrafficSimulation(
        network, replace(QUIET, turns=turns, scale=0.5), Seed(2), start_ns, counts=True
    )
    simulation.advance(start_ns + 600 * NS_PER_S)
    tally, number = simulation.tally, {road.id: i for i, road in enumerate(network.roads)}
    assert simulation.census().conserved
    for arm, onto in ("ns", "sn", "ew", "we"):
        into, out = number[f"{arm}-c"], number[f"c-{onto}"]
        assert 20 < tally["entered"][out] <= tally["left"][into] <= tally["entered"][out] + 3  # in the box


def test_turns_that_never_lead_out_are_told() -> None:
    network = library.named("mt-haryono")  # U-turns at two of its nodes
    north = ["mth-1.2+", "mth-1.3+", *(f"mth-2.{i}+" for i in range(5)), "mth-3.0+", "mth-3.1+"]
    circle = [*north, *(road[:-1] + "-" for road in reversed(north)), north[0]]
    turns = tuple(TurnShare(a, b, 1.0) for a, b in pairwise(circle))
    with pytest.raises(DemandError, match="vehicles in network mt-haryono would never leave it"):
        expected_vph(network, replace(QUIET, turns=turns), routed(network))


def test_the_places_of_a_zone_lie_along_its_kerbs_and_give_the_rate_that_was() -> None:
    network = library.named("mt-haryono")
    use = (LandUse("beruang-madu", "restaurant", 10), LandUse("beruang-madu", "shop", 11))
    demand = DemandSpec(land_use=use)
    found = places(network, demand)
    assert len(found) == 21
    assert {network.roads[place.road].zone for place in found} == {"beruang-madu"}
    assert len({place.road for place in found}) == 8
    zone = np.array([road.zone == "beruang-madu" for road in network.roads])
    before, after = stops_per_hour(network, DemandSpec()), stops_per_hour(network, demand)
    assert after[zone].sum() == pytest.approx(before[zone].sum(), rel=0.05)
    assert (after[~zone] == before[~zone]).all()


def test_friday_prayer_fills_the_kerb_and_no_other_noon_does() -> None:
    network = straight_road(1000.0, kerb_m=2.0)
    network = replace(network, roads=(replace(network.roads[0], zone="ktl"),))
    demand = replace(QUIET, land_use=(LandUse("ktl", "mosque", 1),), entry_vph_per_lane=(900.0,) * 3)
    stops = KerbStops(network, demand, routed(network), Seed(1))

    def share(day: date, at: time) -> float:
        return float(np.mean([stops.wanted_at(i, 0, from_local(day, at)) is not None for i in range(3000)]))

    assert share(FRIDAY, time(12)) == pytest.approx(100 / 900, abs=0.02)
    assert share(FRIDAY, time(13)) == share(FRIDAY, time(11, 29)) == share(TUESDAY, time(12)) == 0
    dwells = []
    for vehicle in range(3000):
        if stops.wanted_at(vehicle, 0, from_local(FRIDAY, time(12))) is not None:
            dwells.append(stops.dwell_ns(vehicle, 0) / NS_PER_S)  # noqa: PERF401 - each wish is asked once
    assert np.median(dwells) == pytest.approx(3600, rel=0.1)
    standing = stops.standing_at(from_local(FRIDAY, time(13)))
    assert len(standing) > 60
    assert min(stand.began_ns for stand in standing) >= from_local(FRIDAY, time(11, 30))
    assert stops.standing_at(from_local(TUESDAY, time(13))) == []


def test_a_place_has_the_dwell_of_its_kind_and_its_stops_lie_near_it() -> None:
    network = straight_road(1000.0, kerb_m=2.0)
    network = replace(network, roads=(replace(network.roads[0], zone="ktl"),))
    kind = replace(USUAL_GENERATORS[0], name="kiosk", dwell=(DwellMix(1.0, 90.0, 0.0),), hourly=FLAT)
    demand = replace(QUIET, land_use=(LandUse("ktl", "kiosk", 1),), generators=(kind,))
    stops = KerbStops(network, demand, routed(network), Seed(1))
    start_ns = from_local(SATURDAY, time(10))
    where = [(i, at) for i in range(9000) if (at := stops.wanted_at(i, 0, start_ns)) is not None]
    assert all(abs(at - 500.0) <= 30.0 for _, at in where)
    assert {stops.dwell_ns(i, 0) for i, _ in where[-1:]} == {90 * NS_PER_S}
