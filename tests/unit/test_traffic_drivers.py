import re
from collections import Counter

import numpy as np
import pytest

from detectors.datatypes.detections import VehicleClass
from twin.randomness import Seed
from twin.traffic.demand import DemandSpec
from twin.traffic.drivers import PLATE_RANGE, RESIDENTS, Registry, Vehicle

Mix = tuple[float, float, float, float]
MIX = DemandSpec().mix
BUSES: Mix = (0.0, 0.0, 1.0, 0.0)  # the smallest class: 400 of them


def registry(root: int = 1, people: int | None = None, mix: Mix = MIX) -> Registry:
    return Registry(Seed(root), mix, None if people is None else Seed(people))


def habits(vehicle: Vehicle) -> tuple[object, ...]:
    """Return what stays with a resident, whatever the trip."""
    return (
        *(vehicle.kind, vehicle.plate, vehicle.size_m, vehicle.colour_bgr, vehicle.dynamics),
        *(vehicle.jitter_m, vehicle.boldness, vehicle.use),
    )


def test_plates_never_repeat_and_tell_the_class() -> None:
    issue = registry()
    vehicles = [issue.issue(i) for i in range(3000)]
    again = Counter(v.plate for v in vehicles if v.kind is not VehicleClass.BUS)
    assert set(again.values()) == {1}
    for vehicle in vehicles:
        found = re.fullmatch(r"KX ([1-9]\d{0,3}) [AKLYZ][A-Z]", vehicle.plate)
        assert found is not None
        low, high = PLATE_RANGE[vehicle.kind]
        assert low <= int(found[1]) <= high


def test_the_mix_is_that_of_the_demand() -> None:
    issue = registry()
    counts = Counter(issue.issue(i).kind for i in range(4000))
    shares = np.array([counts[VehicleClass(k)] for k in range(4)]) / 4000
    assert shares == pytest.approx(np.array(MIX) / sum(MIX), abs=0.025)


def test_the_class_of_a_trip_is_drawn_by_its_id_alone() -> None:
    one, other = registry(), registry()
    for trip in range(100, 150):
        other.issue(trip)
    assert [one.issue(i).kind for i in range(50)] == [other.issue(i).kind for i in range(50)]
    assert [registry(2).issue(i).kind for i in range(50)] != [registry().issue(i).kind for i in range(50)]


def test_the_same_people_have_the_same_plates_and_habits_on_another_day() -> None:
    today, tomorrow = registry(1, people=9), registry(2, people=9)
    for kind in RESIDENTS:
        for number in (0, 1, RESIDENTS[kind] - 1):
            assert habits(today.resident(5, kind, number)) == habits(tomorrow.resident(6, kind, number))
    came = {day: {habits(day.issue(i)) for i in range(4000)} for day in (today, tomorrow)}
    assert came[today] != came[tomorrow]  # but others come first


def test_each_resident_of_a_class_comes_once_before_anybody_comes_again() -> None:
    people = RESIDENTS[VehicleClass.BUS]
    day, other = registry(1, 9, BUSES), registry(2, 9, BUSES)
    first = [habits(day.issue(trip)) for trip in range(people)]
    assert len({plate for _, plate, *_ in first}) == people
    again = [day.issue(trip) for trip in range(people, 2 * people)]
    assert [habits(vehicle) for vehicle in again] == first
    assert [vehicle.vehicle_id for vehicle in again] == list(range(people, 2 * people))
    assert {habits(other.issue(trip)) for trip in range(people)} == set(first)  # whoever lives here


def test_other_people_have_other_plates_and_habits() -> None:
    here, there = registry(1, people=9), registry(1, people=10)
    pairs = [
        (here.resident(1, VehicleClass.CAR, number), there.resident(1, VehicleClass.CAR, number))
        for number in range(200)
    ]
    assert not any(a.plate == b.plate or a.boldness == b.boldness for a, b in pairs)
    assert not any(a.dynamics == b.dynamics for a, b in pairs)


def test_without_people_of_their_own_the_residents_are_those_of_the_day() -> None:
    number = 3
    assert habits(registry(1).resident(1, VehicleClass.CAR, number)) == habits(
        registry(1).resident(2, VehicleClass.CAR, number)
    )
    assert registry(1).resident(1, VehicleClass.CAR, number).plate != (
        registry(2).resident(1, VehicleClass.CAR, number).plate
    )


@pytest.mark.parametrize("kind", [VehicleClass.MOTORCYCLE, VehicleClass.CAR])
def test_boldness_has_a_mean_of_one_and_is_held_by_few(kind: VehicleClass) -> None:
    issue, count = registry(people=4), 8000
    bold = np.sort([issue.resident(1, kind, number).boldness for number in range(count)])
    error = float(np.std(bold)) / count**0.5
    assert abs(float(np.mean(bold)) - 1.0) < 3.3 * error  # 99.9 %
    assert error < 0.02
    assert bold[-count // 10 :].sum() > 0.3 * bold.sum()
    assert np.median(bold) < 0.7


def test_no_bus_where_buses_make_no_sense() -> None:
    buses = Registry(Seed(1), (0.0, 0.0, 1.0, 0.0))
    assert buses.issue(1).kind is VehicleClass.BUS
    assert buses.issue(2, with_bus=False).kind is VehicleClass.CAR
