"""Green waves: offsets by distance and speed, the band, and a platoon that finds it."""

from dataclasses import replace
from datetime import date, time

import pytest
import simpy

from detectors.datatypes.detections import VehicleClass
from tests.traffic_networks import left_hand
from twin.clock import NS_PER_S, from_local
from twin.network import balikpapan
from twin.network.check import check_network
from twin.network.coordination import (
    StopLine,
    bandwidth_s,
    coordinated,
    green_s,
    stop_lines,
    wave_offsets_s,
    with_cycle,
)
from twin.network.model import NetworkError, Phase, PlanSource, RoadNetwork, SignalPlan
from twin.randomness import Seed
from twin.traffic.demand import DemandSpec
from twin.traffic.drivers import Registry
from twin.traffic.kernel.arrays import GREEN
from twin.traffic.signals import SignalBoard
from twin.traffic.simulation import TrafficSimulation
from twin.traffic.trips import Trip, TripBook

START_NS = from_local(date(2026, 11, 24), time(10, 0))
CYCLE_S, SPEED_MPS = 100.0, 12.0
WAY = ("a-j", "j-k", "k-l", "l-z")
MAIN_GREEN_S = {"j": 50.0, "k": 30.0, "l": 40.0}


def corridor() -> RoadNetwork:
    """Three junctions on a street from west to east, 350 and 540 m apart, with a common cycle."""
    at = {"j": 0.0, "k": 350.0, "l": 890.0}
    points = {"a": (-300.0, 0.0), "z": (1190.0, 0.0)} | {key: (x, 0.0) for key, x in at.items()}
    points |= {f"{key}{end}": (x, y) for key, x in at.items() for end, y in (("n", 250.0), ("s", -250.0))}
    links = [("a", "j"), ("j", "k"), ("k", "l"), ("l", "z")]
    links += [(key, f"{key}{end}") for key in at for end in "ns"]
    network = left_hand(points, links, list(at), kerb_m=0.0)
    plans = []
    for plan in network.signal_plans:
        main_s = MAIN_GREEN_S[plan.junction]
        (main, side) = plan.phases
        green = replace(main, green_s=main_s), replace(side, green_s=CYCLE_S - 10.0 - main_s)
        plans.append(replace(plan, phases=green if plan.junction != "k" else green[::-1]))
    network = replace(network, signal_plans=tuple(plans))
    check_network(network)
    return network


def measured_s(network: RoadNetwork, speed_mps: float) -> float:
    """Return for how long in a cycle who sets out finds green at every line, by watching the signals."""
    lines, every_s = stop_lines(network, WAY), 0.25
    env = simpy.Environment()
    groups = tuple(line.group for line in lines)
    board = SignalBoard(network, groups, START_NS)
    board.start(env, lambda: int(env.now) + START_NS)
    shown = []
    for _ in range(round(400 / every_s)):
        shown.append([int(state) == GREEN for state in board.rows["state"]])
        env.run(until=int(env.now) + round(every_s * NS_PER_S))
    later = [round(line.along_m / speed_mps / every_s) for line in lines]
    sets_out = range(round(CYCLE_S / every_s))
    return sum(all(shown[t + wait][i] for i, wait in enumerate(later)) for t in sets_out) * every_s


def test_the_band_of_a_wave_is_the_shortest_green_and_the_signals_show_it() -> None:
    network = coordinated(corridor(), WAY, SPEED_MPS)
    lines = stop_lines(network, WAY)
    assert [line.plan.junction for line in lines] == ["j", "k", "l"]
    assert [line.along_m for line in lines] == pytest.approx([0.0, 350.0, 890.0])
    assert bandwidth_s(lines, SPEED_MPS) == pytest.approx(30.0)
    assert measured_s(network, SPEED_MPS) == pytest.approx(30.0, abs=0.5)


@pytest.mark.parametrize("shift_s", [0.0, 13.0, 42.0, 77.0])
@pytest.mark.parametrize("speed_mps", [9.0, 12.0, 16.0])
def test_the_band_is_what_is_measured_whatever_the_offsets(shift_s: float, speed_mps: float) -> None:
    network = coordinated(corridor(), WAY, SPEED_MPS)
    first, second, third = network.signal_plans
    moved = replace(second, offset_s=second.offset_s + shift_s)
    network = replace(network, signal_plans=(first, moved, third))
    band_s = bandwidth_s(stop_lines(network, WAY), speed_mps)
    assert measured_s(network, speed_mps) >= band_s - 0.5
    if band_s > 0 and shift_s <= 13.0:  # one band a cycle: nothing else is open
        assert measured_s(network, speed_mps) == pytest.approx(band_s, abs=1.0)


def stood_s(network: RoadNetwork) -> list[float]:
    """Return how long each vehicle of a platoon stood that meets the first green as it begins."""
    car = Registry(Seed(1), (0.0, 1.0, 0.0, 0.0)).issue(1, with_bus=False)
    drives = replace(car.dynamics, speed_factor=SPEED_MPS / (50 / 3.6))
    first = stop_lines(network, WAY)[0]
    arrives_s = (first.plan.offset_s + green_s(first)[0]) % CYCLE_S + CYCLE_S + 2.0
    sets_out_s = arrives_s - network.road_of[WAY[0]].length_m / SPEED_MPS
    trips = [Trip(f"{i}", sets_out_s + 2.5 * i, WAY, VehicleClass.CAR, car.size_m, drives) for i in range(8)]
    demand = DemandSpec(stops_per_km_h=0.0, red_running=(0.0, 0.0, 0.0, 0.0))
    midnight_ns = from_local(date(2026, 11, 24), time(0, 0))
    simulation = TrafficSimulation(
        network, demand, Seed(1), midnight_ns, trips=TripBook(network, trips), counts=True
    )
    simulation.advance(midnight_ns + 500 * NS_PER_S)
    assert len(simulation.trip_ends) == len(trips)
    return [end.stood_s for end in simulation.trip_ends]


def test_a_platoon_arrives_on_green() -> None:
    network = coordinated(corridor(), WAY, SPEED_MPS, lead_s=1.0)
    assert max(stood_s(network)) == 0.0
    first, second, third = network.signal_plans
    against = replace(second, offset_s=second.offset_s + CYCLE_S / 2)
    assert min(stood_s(replace(network, signal_plans=(first, against, third)))) > 10.0


def test_the_published_plans_of_balikpapan_can_be_a_wave() -> None:
    city = balikpapan.city()
    way = ("sudirman-w.2-", "sudirman-w.1-", "sudirman-w.0-", "mth-1.0+")
    lines = stop_lines(city, way)
    assert [line.plan.junction for line in lines] == ["markoni", "le-grandeur", "beruang-madu"]
    assert {line.plan.cycle_s for line in lines} == {140.0}
    assert {line.plan.source for line in lines} == {PlanSource.PUBLISHED}
    assert [green_s(line)[1] for line in lines] == [40.0, 35.0, 46.0]
    wave = coordinated(city, way, 40 / 3.6)
    assert bandwidth_s(stop_lines(wave, way), 40 / 3.6) == pytest.approx(35.0)
    assert [plan.phases for plan in wave.signal_plans] == [plan.phases for plan in city.signal_plans]
    check_network(wave)


def test_greens_over_phases_and_over_the_end_of_the_cycle() -> None:
    phases = (Phase(("a", "b"), 20.0), Phase(("b",), 10.0), Phase(("c",), 15.0), Phase(("a",), 5.0))
    plan = SignalPlan("j", phases)
    assert green_s(StopLine(plan, "b", 0.0)) == (0.0, 35.0)
    assert green_s(StopLine(plan, "a", 0.0)) == (60.0, 30.0)
    assert green_s(StopLine(plan, "nobody", 0.0)) == (0.0, 0.0)
    assert green_s(StopLine(SignalPlan("j", phases[:1]), "a", 0.0)) == (0.0, 20.0)
    assert green_s(StopLine(SignalPlan("j", phases[:2]), "b", 0.0)) == (0.0, 40.0)


def test_another_cycle_keeps_what_is_lost() -> None:
    plan = with_cycle(corridor().signal_plans[0], 140.0)
    assert plan.cycle_s == pytest.approx(140.0)
    assert [phase.yellow_s for phase in plan.phases] == [3.0, 3.0]
    assert plan.phases[0].green_s / plan.phases[1].green_s == pytest.approx(50 / 40)
    with pytest.raises(NetworkError, match="expected a cycle above 10 s, got 9"):
        with_cycle(plan, 9.0)


def test_a_wave_that_cannot_be_is_refused() -> None:
    network = corridor()
    with pytest.raises(NetworkError, match="expected a way from road j-k to a-j"):
        stop_lines(network, ("j-k", "a-j"))
    with pytest.raises(NetworkError, match="expected signals with fixed times"):
        stop_lines(balikpapan.city(), ("mth-4.1+", "mth-4.2+"))
    first, *others = network.signal_plans
    mixed = replace(network, signal_plans=(with_cycle(first, 90.0), *others))
    with pytest.raises(NetworkError, match="expected one cycle for all, got j 90 s, k 100 s, l 100 s"):
        wave_offsets_s(stop_lines(mixed, WAY), SPEED_MPS)
