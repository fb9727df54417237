"""Who comes besides the demand: races at night, emergency vehicles at any hour."""

from dataclasses import replace
from datetime import date, time

import numpy as np
import pytest

from tests.traffic_networks import straight_road
from twin.clock import NS_PER_S, from_local, to_local
from twin.randomness import Seed
from twin.traffic.conduct import ORDERLY, ConductSpec
from twin.traffic.demand import DemandSpec
from twin.traffic.outriders import EMERGENCY_IDS, RACE_HOURS, RACER_IDS
from twin.traffic.simulation import TrafficSimulation
from twin.truth import TrueViolation

RACES = replace(ORDERLY, races_per_night=100.0, racers=(3, 5))  # one every three minutes
EMERGENCIES = replace(ORDERLY, emergencies_per_h=60.0)


def ran(at: time, lasts_s: int, conduct: ConductSpec) -> TrafficSimulation:
    start_ns = from_local(date(2026, 11, 24), at)
    demand = DemandSpec(conduct=conduct, scale=0.1, stops_per_km_h=0.0, red_running=(0.0,) * 4)
    simulation = TrafficSimulation(straight_road(2500.0, lanes=2), demand, Seed(6), start_ns)
    simulation.advance(start_ns + lasts_s * NS_PER_S)
    return simulation


def races(simulation: TrafficSimulation) -> list[TrueViolation]:
    return [record for record in simulation.violations() if record.rule == "racing"]


@pytest.fixture(scope="module")
def night() -> TrafficSimulation:
    return ran(time(23), 1500, RACES)


def test_races_come_in_groups_and_their_records_open_and_close(night: TrafficSimulation) -> None:
    records = races(night)
    starts = sorted({record.opened_ns for record in records})
    assert len(records) >= 3 * 3
    assert len(starts) >= 3
    closed = [record for record in records if record.closed_ns is not None]
    there = set(night.vehicles().vehicle_id.tolist())
    assert len(closed) > 6
    for record in records:
        assert RACER_IDS <= record.vehicle_id < EMERGENCY_IDS
        assert record.vehicle_class == 0
        assert (record.closed_ns is None) == (record.vehicle_id in there)
        assert not record.exempt
    for record in closed:
        lasted_s = ((record.closed_ns or 0) - record.opened_ns) / NS_PER_S
        assert 2500.0 / 27.0 - 1 < lasted_s < 2500.0 / (50 / 3.6)  # faster than anybody may
        assert 50.0 < record.amount <= 27.0 * 3.6 + 0.1


def test_who_races_is_told_for_speeding_too(night: TrafficSimulation) -> None:
    sped = {record.vehicle_id for record in night.violations() if record.rule == "speeding"}
    assert {record.vehicle_id for record in races(night) if record.closed_ns} <= sped


@pytest.mark.parametrize("hour", [3, 12, 21])
def test_nobody_races_by_day(hour: int) -> None:
    assert hour not in RACE_HOURS
    assert not races(ran(time(hour), 1200, RACES))


def test_races_begin_and_end_with_the_night() -> None:
    for at in (time(21, 50), time(2, 50)):
        records = races(ran(at, 1200, RACES))
        hours = {to_local(record.opened_ns).hour for record in records}
        late = {
            to_local(record.opened_ns).minute for record in records if to_local(record.opened_ns).hour == 3
        }
        assert hours <= RACE_HOURS | {3}
        assert max(late, default=0) < 2  # they had been queueing for room since before three


def test_emergency_vehicles_come_at_any_hour_and_are_exempt() -> None:
    simulation = ran(time(12), 1800, EMERGENCIES)
    records = [
        r for r in simulation.violations() if r.vehicle_id >= EMERGENCY_IDS and r.vehicle_id < 10_000_000
    ]
    assert records
    assert all(record.exempt for record in records)
    assert {record.rule for record in records} <= {"speeding", "red_light", "stop_line", "prohibited_turn"}
    others = [r for r in simulation.violations() if r not in records]
    assert not any(record.exempt for record in others)
    came = {r.vehicle_id - EMERGENCY_IDS for r in records}
    assert max(came) < 30 + 3 * 30**0.5  # sixty an hour


def test_nobody_comes_besides_the_demand_where_all_are_orderly() -> None:
    simulation = ran(time(23), 900, ORDERLY)
    ids = simulation.vehicles().vehicle_id
    assert not np.isin(ids // 1_000_000, (2, 3, 4)).any()
    assert not races(simulation)
