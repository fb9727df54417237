"""The truth about offences: what takes no time, what lasts, who is exempt."""

from dataclasses import replace
from datetime import date, time

import pytest

from detectors.datatypes.detections import VehicleClass
from tests.signed_networks import changed
from tests.traffic_networks import cross
from twin.clock import NS_PER_S, from_local
from twin.network.model import TurnKind
from twin.randomness import Seed
from twin.traffic.drivers import Registry, Use, Vehicle
from twin.traffic.ledger import Ledger

NETWORK = changed(cross(), "n-c", TurnKind.RIGHT, prohibited=((0.0, 12.0),))
ONTO = next(i for i, road in enumerate(NETWORK.roads) if road.id == "c-w")
MIDNIGHT = from_local(date(2026, 11, 24), time(0))
NOON = MIDNIGHT + 12 * 3600 * NS_PER_S
ROAD = NETWORK.roads[0]


def car(vehicle_id: int = 7, use: Use = Use.PRIVATE) -> Vehicle:
    registry = Registry(Seed(1), (0.0, 1.0, 0.0, 0.0))
    return replace(registry.resident(vehicle_id, VehicleClass.CAR, 3), use=use)


def test_what_takes_no_time_is_never_closed_nor_a_wait_that_lasts() -> None:
    ledger = Ledger(NETWORK)
    ledger.crossed_red(car(), 0, "n-c", MIDNIGHT, 1.5)
    ledger.past_line(car(), 0, MIDNIGHT + 1, 2.0)
    ledger.turned(car(), "n-c", ONTO, MIDNIGHT + 2)
    ledger.close("red_light", 7, 9)
    records = ledger.all()
    assert [(r.rule, r.place, r.opened_ns, r.closed_ns, r.amount) for r in records] == [
        ("red_light", "n-c", MIDNIGHT, None, 1.5),
        ("stop_line", ROAD.id, MIDNIGHT + 1, None, 2.0),
        ("prohibited_turn", "n-c", MIDNIGHT + 2, None, float(ONTO)),
    ]
    assert [r.position_m for r in records[:2]] == [tuple(ROAD.centreline_m[-1, :2])] * 2
    assert records[2].position_m == tuple(NETWORK.roads[ONTO].centreline_m[0, :2])
    assert {(r.vehicle_id, r.vehicle_class, r.plate) for r in records} == {(7, 1, car().plate)}


def test_a_turn_is_an_offence_as_long_as_the_sign_prohibits_it() -> None:
    ledger = Ledger(NETWORK)
    south = next(i for i, road in enumerate(NETWORK.roads) if road.id == "c-s")
    for onto, at_ns in ((ONTO, NOON - 1), (ONTO, NOON + 1), (south, MIDNIGHT)):
        ledger.turned(car(), "n-c", onto, at_ns)
    assert [record.opened_ns for record in ledger.all()] == [NOON - 1]


def test_what_lasts_is_open_until_it_is_closed_once() -> None:
    ledger = Ledger(NETWORK)
    ledger.add("wrong_way", car(), "n-c", (1.0, 2.0), 10, lasts=True)
    ledger.add("wrong_way", car(8), "n-c", (1.0, 2.0), 11, lasts=True)
    ledger.add("kerb_parking", car(), "n-c", (1.0, 2.0), 12, 4.0, lasts=True)
    assert [r.closed_ns for r in ledger.all()] == [None] * 3
    ledger.close("wrong_way", 7, 20, 55.0)
    ledger.close("wrong_way", 7, 30, 66.0)  # nothing is open any more
    ledger.close("wrong_way", 9, 30)  # nor ever was
    ledger.close("kerb_parking", 7, 40)
    assert [(r.rule, r.vehicle_id, r.closed_ns, r.amount) for r in ledger.all()] == [
        ("wrong_way", 7, 20, 55.0),
        ("wrong_way", 8, None, 0.0),
        ("kerb_parking", 7, 40, 4.0),
    ]


def test_who_creeps_on_beyond_the_line_stands_there_anew_until_he_drives_on() -> None:
    ledger = Ledger(NETWORK)
    ledger.past_line(car(), 0, 10, 1.0)
    ledger.past_line(car(), 0, 20, 1.5)
    ledger.close("stop_line", 7, 30)
    assert [(r.opened_ns, r.closed_ns, r.amount) for r in ledger.all()] == [(10, 20, 1.0), (20, 30, 1.5)]


@pytest.mark.parametrize("use", Use)
def test_only_an_emergency_vehicle_is_exempt(use: Use) -> None:
    ledger = Ledger(NETWORK)
    ledger.sped(car(use=use), 0, 100.0, NS_PER_S, 5.0)
    (record,) = ledger.all()
    assert record.exempt is (use is Use.EMERGENCY)
    assert (record.rule, record.place, record.amount) == ("speeding", ROAD.id, pytest.approx(18.0))
    assert record.position_m == ROAD.point_at(100.0)[:2]


def test_a_race_keeps_its_highest_speed() -> None:
    ledger, racer = Ledger(NETWORK), car(use=Use.RACER)
    limit_kmh = ROAD.speed_limit_mps * 3.6
    ledger.add("racing", racer, ROAD.id, (0.0, 0.0), 0, lasts=True)
    for over_mps in (5.0, 9.0, 2.0):
        ledger.sped(racer, 0, 50.0, 1, over_mps)
    ledger.sped(car(8), 0, 50.0, 1, 20.0)  # somebody else
    ledger.close("racing", racer.vehicle_id, 2)
    (race,) = [r for r in ledger.all() if r.rule == "racing"]
    assert race.amount == pytest.approx(limit_kmh + 9.0 * 3.6)
    assert race.closed_ns == 2
    assert [r.rule for r in ledger.all()].count("speeding") == 4


def test_records_come_by_opening_and_those_who_opened_together_by_vehicle() -> None:
    ledger = Ledger(NETWORK)
    for vehicle_id, at_ns in ((3, 9), (2, 9), (9, 1), (5, 4)):
        ledger.add("racing", car(vehicle_id), "n-c", (0.0, 0.0), at_ns, lasts=vehicle_id % 2 == 0)
    assert [r.vehicle_id for r in ledger.all()] == [9, 5, 2, 3]
