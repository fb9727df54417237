import math

import pytest

from scenarios.experiments.intervals import (
    exact_interval,
    lower_bound,
    mean_interval,
    paired_interval,
    upper_bound,
)


def test_t_interval_of_a_textbook_sample() -> None:
    # 2, 4, 6: mean 4, s = 2, t(0.975, 2) = 4.302653
    interval = mean_interval([2.0, 4.0, 6.0])
    assert interval is not None
    half = 4.302652729696142 * 2 / math.sqrt(3)
    assert (interval.low, interval.estimate, interval.high) == pytest.approx((4 - half, 4, 4 + half))
    assert interval.n == 3


def test_one_run_has_no_interval() -> None:
    assert mean_interval([1.0]) is None
    assert mean_interval([]) is None


def test_a_difference_whose_interval_holds_zero_is_not_resolved() -> None:
    interval = paired_interval([1.0, 2.0, 3.0], [1.5, 1.5, 3.2])
    assert interval is not None
    assert not interval.resolved


def test_common_seeds_resolve_a_small_difference_between_scattered_runs() -> None:
    a = [10.0, 50.0, 30.0, 90.0]
    interval = paired_interval(a, [x + 1 + d for x, d in zip(a, (0.1, -0.1, 0.0, 0.05), strict=True)])
    assert interval is not None
    assert interval.resolved
    assert interval.estimate == pytest.approx(1.0125)


def test_pairs_must_match() -> None:
    with pytest.raises(ValueError, match="2 and 1"):
        paired_interval([1.0, 2.0], [1.0])


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [(0, 10, 0.0, 0.3084971), (10, 10, 0.6915029, 1.0), (5, 10, 0.1870860, 0.8129140), (0, 0, 0.0, 1.0)],
)
def test_clopper_pearson_known_answers(hits: int, trials: int, low: float, high: float) -> None:
    assert exact_interval(hits, trials) == pytest.approx((low, high), abs=1e-6)


@pytest.mark.parametrize(
    ("failures", "trials", "rate"),
    [
        (0, 29, 0.10),
        (1, 46, 0.10),
        (4, 89, 0.10),
        (0, 59, 0.05),
        (0, 299, 0.01),
        (1, 473, 0.01),
        (0, 2995, 0.001),
    ],
)
def test_trials_that_prove_a_rate_are_the_fewest_that_do(failures: int, trials: int, rate: float) -> None:
    assert upper_bound(failures, trials) <= rate
    assert upper_bound(failures, trials - 1) > rate


def test_without_failures_the_bound_is_the_rule_of_three() -> None:
    assert upper_bound(0, 1000) == pytest.approx(3 / 1000, rel=0.01)


def test_lower_bound_mirrors_the_upper_one() -> None:
    assert lower_bound(299, 299) == pytest.approx(1 - upper_bound(0, 299))


def test_nothing_is_proved_without_trials() -> None:
    assert upper_bound(0, 0) == 1.0
    assert lower_bound(0, 0) == 0.0


@pytest.mark.parametrize(("hits", "trials"), [(-1, 3), (4, 3)])
def test_impossible_counts_are_refused(hits: int, trials: int) -> None:
    with pytest.raises(ValueError, match="0 <= hits <= trials"):
        exact_interval(hits, trials)
