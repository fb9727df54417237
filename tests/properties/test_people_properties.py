from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.people.attitudes import Attitudes
from twin.people.beliefs import KINDS, Evidence, belief, forget, learn, without_news
from twin.people.draws import uniforms
from twin.people.wishes import Drivers, KerbDemand, Stay, settle, wishes_of_day
from twin.randomness import Seed

USUAL = Attitudes()
ENFORCING = tuple(kind for kind in KINDS if kind != "unpunished")
amounts = st.floats(0, 50, allow_nan=False)
days_of_evidence = st.lists(st.fixed_dictionaries(dict.fromkeys(KINDS, amounts)), min_size=1, max_size=6)
DEMAND = KerbDemand(
    zones=("a", "b"),
    roads=("a1", "a2", "b1"),
    zone_of=np.array([0, 0, 1]),
    first_m=np.array([15.0, 15.0, 15.0]),
    last_m=np.array([200.0, 300.0, 100.0]),
    stops_per_h=np.array([8.0, 4.0, 6.0]),
    hours=((17, 1.2),),
    stays=(Stay(0.55, 240.0, 0.8, 0.6), Stay(0.45, 2700.0, 0.6, 0.1)),
    from_s=16 * 3600,
    until_s=19 * 3600,
)


def believed(days: list[dict[str, float]], attitudes: Attitudes = USUAL) -> np.ndarray:
    minds = without_news(1, 1, 2, attitudes)
    for number, columns in enumerate(days):
        row = Evidence.of(np.array([0]), np.array([0]), **{k: np.array([v]) for k, v in columns.items()})
        minds = learn(forget(minds, attitudes), row, number % 2, attitudes)
    return belief(minds, attitudes)


@given(days_of_evidence)
def test_beliefs_stay_between_0_and_1(days: list[dict[str, float]]) -> None:
    found = believed(days)
    assert ((found >= 0) & (found <= 1)).all()


@given(days_of_evidence, st.integers(0, 5), st.sampled_from(ENFORCING), amounts, st.floats(0, 1))
def test_more_enforcement_never_lowers_a_belief(
    days: list[dict[str, float]], day: int, kind: str, more: float, spared: float
) -> None:
    row = days[day % len(days)]
    harder = {**row, kind: row[kind] + more, "unpunished": row["unpunished"] * spared}
    changed = [harder if one is row else one for one in days]
    assert (believed(changed) >= believed(days) - 1e-12).all()


@given(days_of_evidence)
def test_forgetting_brings_a_belief_nearer_to_the_prior(days: list[dict[str, float]]) -> None:
    quiet = dict.fromkeys(KINDS, 0.0)
    before, after = believed(days), believed([*days, quiet, quiet])
    assert (np.abs(after - USUAL.prior_belief) <= np.abs(before - USUAL.prior_belief) + 1e-12).all()


@given(st.integers(0, 2**31), st.permutations(range(12)))
def test_a_draw_belongs_to_its_driver_whoever_else_is_asked(root: int, order: list[int]) -> None:
    ids = np.array(order)
    drawn = uniforms(Seed(root), ids, "visit", 3)
    assert (drawn == uniforms(Seed(root), np.arange(40), "visit", 3)[ids]).all()
    assert ((drawn > 0) & (drawn < 1)).all()


@settings(max_examples=30)
@given(st.integers(0, 1000), st.randoms(use_true_random=False))
def test_the_order_of_the_drivers_changes_no_wish(day: int, shuffle: Any) -> None:
    drivers = settle(DEMAND, Seed(5), USUAL)
    order = np.array(sorted(range(len(drivers)), key=lambda _: shuffle.random()))
    mixed = Drivers(drivers.ids[order], drivers.home[order], drivers.taste[order])
    plain, other = (wishes_of_day(one, DEMAND, Seed(5), day, USUAL) for one in (drivers, mixed))
    assert (drivers.ids[plain.driver] == mixed.ids[other.driver]).all()
    for name in ("zone", "kerb", "along_m", "at_ns", "dwell_ns", "mood", "present"):
        assert (getattr(plain, name) == getattr(other, name)).all()


def test_there_are_as_many_wishes_as_the_rates_say_and_in_the_hours_of_the_ban() -> None:
    drivers = settle(DEMAND, Seed(1), USUAL)
    days = [wishes_of_day(drivers, DEMAND, Seed(1), day, USUAL) for day in range(300)]
    expected = 18.0 * (2.0 + 1.2)
    assert abs(np.mean([len(day) for day in days]) / expected - 1) < 0.04
    at_s = np.concatenate([day.at_ns for day in days]) / 1e9
    assert at_s.min() >= 16 * 3600
    assert at_s.max() <= 19 * 3600
    busy = ((at_s >= 17 * 3600) & (at_s < 18 * 3600)).mean()
    assert abs(busy - 1.2 / 3.2) < 0.02
    assert all((np.diff(day.at_ns) >= 0).all() for day in days[:20])
