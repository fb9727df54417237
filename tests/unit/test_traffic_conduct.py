"""What drivers do that they should not: how often, who, and nobody where all are orderly."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from functools import cache

import numpy as np
import pytest
from scipy.stats import binom

from detectors.datatypes.detections import VehicleClass
from tests.traffic_networks import cross
from twin.clock import NS_PER_S, from_local
from twin.randomness import Seed
from twin.traffic.conduct import ORDERLY, USUAL_CONDUCT, Conduct, ConductSpec, chance_of
from twin.traffic.demand import DemandSpec
from twin.traffic.drivers import BOLDNESS_SHAPE, Registry, Use, Vehicle
from twin.traffic.kernel.arrays import DARES, OBEYS, PASSES, RED
from twin.traffic.kernel.motion import HALTING_MPS
from twin.traffic.simulation import TrafficSimulation
from twin.truth import TrueViolation

USUAL = DemandSpec()
COUNT = 8_000
DOES: dict[str, Callable[[Conduct, Vehicle, str], bool]] = {
    "red": lambda conduct, vehicle, road: conduct.at_signal(vehicle, road) == DARES,
    "past the line": lambda conduct, vehicle, road: conduct.past_line_m(vehicle, road) > 0,
    "prohibited turn": lambda conduct, vehicle, road: conduct.turns_anyway(vehicle, road),
}
STATED = {
    "red": USUAL.red_running,
    "past the line": USUAL_CONDUCT.past_line,
    "prohibited turn": USUAL_CONDUCT.prohibited_turn,
}


@cache
def people(kind: VehicleClass, count: int = COUNT) -> tuple[Vehicle, ...]:
    """Return as many residents of a class, each on one trip."""
    registry = Registry(Seed(3), USUAL.mix)
    return tuple(registry.resident(number, kind, number) for number in range(count))


def usual(spec: ConductSpec = USUAL_CONDUCT) -> Conduct:
    return Conduct(USUAL.red_running, spec, Seed(5))


@pytest.mark.parametrize("kind", [VehicleClass.MOTORCYCLE, VehicleClass.CAR])
@pytest.mark.parametrize("what", DOES)
def test_rates_are_as_stated(what: str, kind: VehicleClass) -> None:
    conduct, chance = usual(), STATED[what][kind]
    done = sum(DOES[what](conduct, vehicle, "a") for vehicle in people(kind))
    low, high = binom.interval(0.999, COUNT, chance)
    assert low <= done <= high


@pytest.mark.parametrize("what", DOES)
def test_the_bold_do_more_of_everything(what: str) -> None:
    conduct = usual()
    drivers = sorted(people(VehicleClass.MOTORCYCLE), key=lambda vehicle: vehicle.boldness)
    timid, bold = (
        sum(DOES[what](conduct, vehicle, "a") for vehicle in some)
        for some in (drivers[: COUNT // 10], drivers[-COUNT // 10 :])
    )
    assert bold > 10 * timid
    assert bold > COUNT // 10 * STATED[what][VehicleClass.MOTORCYCLE] * 1.5


@pytest.mark.parametrize("chance", [0.01, 0.09, 0.35, 0.9])
def test_the_mean_over_all_drivers_is_the_chance(chance: float) -> None:
    """By quadrature over the quantiles of boldness."""
    draw = np.random.default_rng(1)
    bold = draw.gamma(BOLDNESS_SHAPE, 1 / BOLDNESS_SHAPE, 200_000)
    assert np.mean([chance_of(chance, b) for b in bold.tolist()]) == pytest.approx(chance, rel=0.02)
    assert chance_of(1.0, 1e-6) == 1.0
    assert chance_of(0.0, 50.0) == 0.0


def test_how_far_past_the_line_is_within_its_bounds() -> None:
    near_m, far_m = USUAL_CONDUCT.past_m
    conduct = usual()
    stood = [conduct.past_line_m(vehicle, "a") for vehicle in people(VehicleClass.MOTORCYCLE, 3000)]
    past = np.array([m for m in stood if m > 0])
    assert near_m <= past.min() < near_m + 0.1
    assert far_m - 0.1 < past.max() <= far_m


def test_a_draw_belongs_to_the_vehicle_and_the_road() -> None:
    (someone,) = people(VehicleClass.MOTORCYCLE, 1)
    bold = replace(someone, boldness=1.5)
    roads = [f"r{i}" for i in range(200)]
    forth = [usual().at_signal(bold, road) for road in roads]
    assert forth == [usual().at_signal(bold, road) for road in reversed(roads)][::-1]
    assert set(forth) == {OBEYS, DARES}


@pytest.mark.parametrize("use", [Use.RACER, Use.EMERGENCY])
def test_racers_and_emergency_vehicles_pass_signals(use: Use) -> None:
    (someone,) = people(VehicleClass.CAR, 1)
    for conduct in (usual(), Conduct((0.0,) * 4, ORDERLY, Seed(1))):
        assert conduct.at_signal(replace(someone, use=use), "a") == PASSES


def test_the_orderly_do_nothing_of_it() -> None:
    conduct = Conduct((0.0,) * 4, ORDERLY, Seed(5))
    assert conduct.keeps_signals
    assert not usual().keeps_signals
    for vehicle in people(VehicleClass.MOTORCYCLE, 500):
        assert not any(does(conduct, vehicle, "a") for does in DOES.values())


@pytest.fixture(scope="module")
def orderly() -> tuple[TrueViolation, ...]:
    """Return the records of an hour of the evening peak at a crossing where everybody is orderly."""
    demand = replace(
        USUAL, red_running=(0.0,) * 4, conduct=ORDERLY, stops_per_km_h=0.0, halts_per_km=(0.0, 0.0)
    )
    start_ns = from_local(date(2026, 11, 24), time(17))
    simulation = TrafficSimulation(cross(), demand, Seed(2), start_ns)
    simulation.advance(start_ns + 3600 * NS_PER_S)
    assert simulation.census().finished > 500
    return simulation.violations()


def test_an_orderly_hour_has_no_record_but_of_speed(orderly: tuple[TrueViolation, ...]) -> None:
    assert {record.rule for record in orderly} <= {"speeding"}


def test_an_orderly_hour_has_no_record_of_any_rule(orderly: tuple[TrueViolation, ...]) -> None:
    assert [(record.rule, record.amount) for record in orderly] == []


@pytest.mark.parametrize(("daring", "within_s"), [(0.0, 1), (0.5, 6)])
def test_who_moves_beyond_the_line_at_red_comes_to_stand_there_or_ran_the_red(
    daring: float, within_s: int
) -> None:
    """Who rolls past the line, or on from beyond it, and is let in as green comes has passed on red.

    Nobody has who halts there first, were it just after the red. Who dares to go at red is told when he is
    let in, which may be seconds after he moved.
    """
    demand = replace(
        USUAL, red_running=(daring,) * 4, stops_per_km_h=0.0, halts_per_km=(0.0, 0.0),
        conduct=replace(USUAL_CONDUCT, past_line=(1.0,) * 4),
    )  # fmt: skip
    start_ns = from_local(date(2026, 11, 24), time(17))
    simulation = TrafficSimulation(cross(), demand, Seed(4), start_ns)
    lanes, fleet = simulation._graph.lanes.row, simulation._book.fleet
    before_m, slow = np.full(len(fleet), np.nan), np.zeros(len(fleet), np.bool_)
    moved: list[tuple[int, int]] = []
    stood: list[tuple[int, int]] = []
    while simulation.now_ns < start_ns + 900 * NS_PER_S:
        simulation.advance(simulation.now_ns + simulation.step_ns)
        over_m = np.where(fleet["alive"], fleet["position_m"] - lanes["length_m"][fleet["lane"]], np.nan)
        onward = fleet["onward"]
        group = np.where((onward >= 0) & (lanes["road"][fleet["lane"]] >= 0), lanes["group"][onward], -1)
        shut = (group >= 0) & (simulation._traffic.signals["state"][group] == RED) & ~lanes["on_red"][onward]
        was_slow, slow = slow, fleet["speed_mps"] < HALTING_MPS
        goes = shut & (over_m > 0.0) & ((before_m <= 0.0) | (was_slow & ~slow & (before_m > 0.0)))
        for rows, told in ((goes, moved), ((over_m > 0.0) & slow, stood)):
            told += [
                (simulation._book.vehicle[row].vehicle_id, simulation.now_ns) for row in np.flatnonzero(rows)
            ]
        before_m = over_m
    ran = [(one.vehicle_id, one.opened_ns) for one in simulation.violations() if one.rule == "red_light"]
    judged = [one for one in moved if one[1] < simulation.now_ns - 60 * NS_PER_S]
    assert len(judged) > 50
    for vehicle, at_ns in judged:
        stops = any(one == vehicle and 0 <= then - at_ns <= 60 * NS_PER_S for one, then in stood)
        assert stops or any(
            one == vehicle and -NS_PER_S <= then - at_ns <= within_s * NS_PER_S for one, then in ran
        )
    assert ran
    for vehicle, at_ns in ran:
        assert not any(one == vehicle and 0 < then - at_ns <= 10 * NS_PER_S for one, then in stood)
