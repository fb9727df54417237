import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.placement.instance import CoverInstance, cover_instance
from twin.placement.planner import Effort, best, optimise
from twin.randomness import Seed

EFFORT = Effort(rounds=3, time_limit_s=30.0)
FEW = settings(max_examples=25, deadline=None)


@st.composite
def instances(draw: st.DrawFn) -> CoverInstance:
    points, candidates = draw(st.integers(1, 14)), draw(st.integers(1, 8))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    return cover_instance(
        rng.integers(0, 9, points),
        rng.random((candidates, points)) < draw(st.sampled_from([0.15, 0.4])),
        draw(st.integers(0, 5)),
        costs=rng.integers(1, 3, candidates),
        fixed=np.flatnonzero(rng.random(candidates) < 0.15),
        pole=rng.integers(0, 4, candidates),
        per_pole=draw(st.integers(1, 2)),
    )


def optimum(instance: CoverInstance) -> float:
    solution = best(instance, EFFORT, Seed(1))
    assert solution.gap <= 1e-7
    return solution.value


def every_choice(instance: CoverInstance) -> float:
    """The optimum by looking at every subset."""
    subsets = (
        [row for row in range(instance.size) if number >> row & 1] for number in range(1 << instance.size)
    )
    return max(instance.value(rows) for rows in subsets if instance.feasible(rows))


def changed(instance: CoverInstance, **changes: object) -> CoverInstance:
    old = {
        "weights": instance.weights,
        "covers": instance.covers.toarray(),
        "budget": instance.budget,
        "costs": instance.costs,
        "fixed": np.flatnonzero(instance.fixed),
        "pole": instance.pole,
        "per_pole": instance.per_pole,
    }
    return cover_instance(**(old | changes))  # type: ignore[arg-type]


@FEW
@given(instances())
def test_the_proved_optimum_is_that_of_looking_at_every_choice(instance: CoverInstance) -> None:
    assert optimum(instance) == pytest.approx(every_choice(instance))


@FEW
@given(instances())
def test_every_method_is_feasible_and_never_worse_than_the_one_before(instance: CoverInstance) -> None:
    found = list(optimise(instance, EFFORT, Seed(1)))
    assert all(instance.feasible(one.chosen) for one in found)
    assert [one.value for one in found] == sorted(one.value for one in found)
    assert all(one.value <= one.bound + 1e-9 for one in found)


@FEW
@given(instances(), st.integers(1, 3))
def test_a_larger_budget_never_hurts(instance: CoverInstance, more: int) -> None:
    assert optimum(changed(instance, budget=instance.budget + more)) >= optimum(instance) - 1e-9


@FEW
@given(instances(), st.integers(0, 10**6))
def test_one_more_candidate_never_hurts(instance: CoverInstance, number: int) -> None:
    draw = np.random.default_rng(number)
    row = draw.random((1, len(instance.weights))) < 0.4
    more = changed(
        instance,
        covers=np.vstack((instance.covers.toarray(), row)),
        costs=np.append(instance.costs, 1.0),
        pole=np.append(instance.pole, draw.integers(0, 5)),
    )
    assert optimum(more) >= optimum(instance) - 1e-9


@FEW
@given(instances(), st.integers(0, 10**6))
def test_the_order_of_points_and_candidates_means_nothing(instance: CoverInstance, number: int) -> None:
    draw = np.random.default_rng(number)
    rows, columns = draw.permutation(instance.size), draw.permutation(len(instance.weights))
    shuffled = changed(
        instance,
        weights=instance.weights[columns],
        covers=instance.covers.toarray()[np.ix_(rows, columns)],
        costs=instance.costs[rows],
        fixed=np.flatnonzero(instance.fixed[rows]),
        pole=instance.pole[rows],
    )
    assert optimum(shuffled) == pytest.approx(optimum(instance))


@FEW
@given(instances(), st.integers(0, 10**6))
def test_making_points_of_identical_cover_one_changes_no_value(instance: CoverInstance, number: int) -> None:
    doubled = changed(
        instance,
        weights=np.tile(instance.weights, 2),
        covers=np.tile(instance.covers.toarray(), 2),
    )
    merged = doubled.merged()
    assert len(merged.weights) <= len(instance.weights)
    rows = np.flatnonzero(np.random.default_rng(number).random(instance.size) < 0.4)
    assert merged.value(rows) == pytest.approx(2 * instance.value(rows))
