"""Residents: whoever comes, on whatever day, drives the vehicle that is theirs in the way that is theirs."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.datatypes.detections import VehicleClass
from twin.randomness import Seed
from twin.traffic.conduct import USUAL_CONDUCT, Conduct, chance_of
from twin.traffic.drivers import RESIDENTS, Registry

LAW = settings(deadline=None, max_examples=40)
SEEDS = st.integers(0, 2**32)
MIX = (0.4, 0.3, 0.2, 0.1)
TRIPS = st.lists(st.tuples(st.integers(0, 10**9), st.booleans()), unique_by=lambda trip: trip[0], max_size=40)


@LAW
@given(SEEDS, SEEDS, st.sampled_from(sorted(RESIDENTS)), st.data())
def test_a_resident_is_the_same_on_any_day_and_nobody_else(
    people: int, day: int, kind: VehicleClass, data: st.DataObject
) -> None:
    numbers = st.integers(0, RESIDENTS[kind] - 1)
    one, other = data.draw(numbers), data.draw(numbers)
    today, tomorrow = (Registry(Seed(seed), MIX, Seed(people)) for seed in (day, day + 1))
    here = today.resident(1, kind, one)
    assert replace(tomorrow.resident(2, kind, one), vehicle_id=1) == here
    assert (today.resident(1, kind, other).plate == here.plate) == (one == other)


@LAW
@given(SEEDS, SEEDS, TRIPS, TRIPS)
def test_days_differ_in_who_comes_never_in_who_they_are(
    people: int, day: int, morning: list[tuple[int, bool]], other: list[tuple[int, bool]]
) -> None:
    known = {}
    for seed, trips in ((day, morning), (day + 1, other)):
        registry = Registry(Seed(seed), MIX, Seed(people))
        came = [registry.issue(trip, with_bus=with_bus) for trip, with_bus in trips]
        assert len({(vehicle.kind, vehicle.plate) for vehicle in came}) == len(came)  # nobody twice
        for vehicle in came:
            same = replace(vehicle, vehicle_id=0)
            assert known.setdefault(vehicle.plate, same) == same


@LAW
@given(st.floats(0.0, 1.0), st.floats(0.0, 20.0), st.floats(0.0, 5.0))
def test_bolder_drivers_never_do_less(chance: float, boldness: float, more: float) -> None:
    assert 0.0 <= chance_of(chance, boldness) <= chance_of(chance, boldness + more) <= 1.0


@LAW
@given(SEEDS, st.integers(0, 10**9), st.text(min_size=1, max_size=8), st.floats(0.0, 3.0))
def test_what_a_bolder_driver_does_not_do_nobody_does(seed: int, trip: int, road: str, more: float) -> None:
    conduct = Conduct((0.3,) * 4, replace(USUAL_CONDUCT, prohibited_turn=(0.3,) * 4), Seed(seed))
    someone = Registry(Seed(seed), MIX).issue(trip)
    bolder = replace(someone, boldness=someone.boldness + more)
    assert conduct.turns_anyway(bolder, road) >= conduct.turns_anyway(someone, road)
    assert conduct.at_signal(bolder, road) >= conduct.at_signal(someone, road)
    assert (conduct.past_line_m(bolder, road) > 0) >= (conduct.past_line_m(someone, road) > 0)
