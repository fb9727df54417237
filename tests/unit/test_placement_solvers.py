import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from twin.placement.exact import linear_bound, solve
from twin.placement.instance import CoverInstance, InstanceError, cover_instance, within_radius
from twin.placement.planner import Effort, best, optimise
from twin.placement.search import greedy, iterated, local_search
from twin.randomness import Seed

LONG = Effort(rounds=15, time_limit_s=60.0)


def town(number: int, points: int = 300, candidates: int = 40, p: int = 6) -> CoverInstance:
    draw = np.random.default_rng(number)
    places = draw.uniform(0, 1000, (points, 2))
    sites = places[draw.choice(points, candidates, replace=False)]
    return within_radius(places, draw.integers(1, 100, points), sites, float(draw.uniform(90, 180)), p)


def brute(instance: CoverInstance) -> float:
    """The textbook programme, written out densely and all variables whole: nothing is merged or relaxed."""
    covers = instance.covers.toarray().astype(float)
    count, points = covers.shape
    rows = np.hstack((-covers.T, np.eye(points)))
    price = np.concatenate((instance.costs, np.zeros(points)))[None, :]
    found = milp(
        np.concatenate((np.zeros(count), -instance.weights)),
        integrality=np.ones(count + points),
        bounds=Bounds(0, 1),
        constraints=[LinearConstraint(rows, -np.inf, 0), LinearConstraint(price, -np.inf, instance.budget)],
        options={"mip_rel_gap": 0.0},
    )
    return float(-found.fun)


@pytest.mark.parametrize("number", range(30))
def test_the_optimum_is_proved_on_random_towns_of_300_points(number: int) -> None:
    instance = town(number)
    solution = best(instance, LONG, Seed(number))
    assert solution.value == pytest.approx(brute(instance), rel=1e-7)
    assert solution.gap <= 1e-6
    assert instance.feasible(solution.chosen)
    assert instance.value(solution.chosen) == pytest.approx(solution.value)


@pytest.mark.parametrize("number", range(5))
def test_nothing_is_ever_below_greedy_and_the_bound_holds(number: int) -> None:
    instance = town(100 + number, candidates=80, p=9)
    values = [one.value for one in optimise(instance, LONG, Seed(number))]
    assert values == sorted(values)
    assert values[0] == pytest.approx(greedy(instance).value)
    assert linear_bound(instance) >= values[-1] * (1 - 1e-9)


def test_a_planted_trap_for_greedy_is_escaped_by_one_exchange() -> None:
    # the middle covers most alone, but the two sides together cover more than it and one of them
    left, middle, right = [1, 1, 0, 0, 0], [0, 1, 1, 0, 1], [0, 0, 1, 1, 0]
    instance = cover_instance([3, 3, 3, 3, 1], np.array([left, middle, right], bool), 2)
    start = greedy(instance)
    assert start.value == 10
    assert local_search(instance, start).value == 12


def test_greedy_has_the_value_that_a_hand_computes() -> None:
    covers = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]], bool)
    instance = cover_instance([5, 1, 4, 2], covers, 2)
    choice = greedy(instance)
    assert sorted(choice.chosen) == [0, 1]
    assert choice.value == 10


def test_fixed_cameras_count_for_nothing_and_are_never_chosen_again() -> None:
    covers = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 1]], bool)
    solution = best(cover_instance([1, 1, 1], covers, 1, fixed=[0]), LONG, Seed(1))
    assert solution.chosen == (2,)
    assert solution.value == 3


def test_a_pole_takes_no_more_than_it_can_carry() -> None:
    covers = np.eye(4, dtype=bool)
    for per_pole, value in ((1, 6), (2, 7)):
        instance = cover_instance([4, 3, 2, 1], covers, 2, pole=[0, 0, 1, 1], per_pole=per_pole)
        assert best(instance, LONG, Seed(1)).value == value


def test_costs_make_it_a_knapsack() -> None:
    covers = np.eye(3, dtype=bool)
    instance = cover_instance([10, 6, 6], covers, 2, costs=[2, 1, 1])
    solution = best(instance, LONG, Seed(1))
    assert solution.chosen == (1, 2)
    assert solution.value == 12


def test_without_a_budget_or_without_candidates_nothing_is_chosen() -> None:
    assert best(cover_instance([1.0], np.ones((1, 1), bool), 0), LONG, Seed(1)).chosen == ()
    assert best(cover_instance([1.0], np.ones((0, 1), bool), 3), LONG, Seed(1)).value == 0


def test_the_same_seed_gives_the_same_search() -> None:
    instance = town(7, candidates=90, p=12)
    start = greedy(instance)
    one, two = (iterated(instance, start, 6, Seed(3).generator("x")).chosen for _ in range(2))
    assert one == two
    assert start.chosen == greedy(instance).chosen


def test_a_programme_that_is_stopped_at_once_still_gives_a_bound() -> None:
    instance = town(3, candidates=120, p=15)
    exact = solve(instance, 1e-3)
    assert exact.bound >= greedy(instance).value


def test_numbers_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InstanceError, match="costs > 0"):
        cover_instance([1.0], np.ones((1, 1), bool), 1, costs=[0.0])
    with pytest.raises(InstanceError, match="weights >= 0"):
        cover_instance([-1.0], np.ones((1, 1), bool), 1)
