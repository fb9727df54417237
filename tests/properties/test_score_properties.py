from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.experiments.intervals import exact_interval, upper_bound
from scenarios.score import Score, pooled, score
from tests.synthetic_run import Accusation, run, stand

FEW = settings(deadline=None, max_examples=40)
COUNTS = st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
VEHICLES = st.lists(st.integers(1, 8), max_size=8)
MINUTES = st.integers(0, 59)


def _score(happened: list[int], accused: list[int], minute: int = 30, seed: int = 1) -> Score:
    acts = tuple(stand(n, f"17:{minute:02d}", "18:40") for n in sorted(set(happened)))
    cases = tuple(Accusation("kerb_parking", n, f"17:{minute:02d}", "18:05") for n in accused)
    return score(run(acts, cases, seed=seed))


@FEW
@given(COUNTS)
def test_an_interval_holds_its_estimate_and_the_bound_lies_above_it(counts: tuple[int, int]) -> None:
    hits, trials = counts
    low, high = exact_interval(hits, trials)
    assert 0 <= low <= high <= 1
    if trials:
        assert low <= hits / trials <= high
        assert hits / trials <= upper_bound(hits, trials) <= high + 1e-12


@FEW
@given(VEHICLES, VEHICLES, MINUTES)
def test_every_case_and_every_act_is_counted_once(
    happened: list[int], accused: list[int], minute: int
) -> None:
    result = _score(happened, accused, minute)
    rule = result.rule("kerb_parking")
    assert len(result.matches) == len(accused)
    assert rule.view_recall.trials == len(set(happened))
    assert rule.view_recall.hits == len(set(happened) & set(accused)) == rule.precision.hits
    assert rule.precision.trials + rule.repeated == len(accused)


@FEW
@given(VEHICLES, VEHICLES)
def test_a_far_away_violation_changes_no_precision(happened: list[int], accused: list[int]) -> None:
    usual = _score(happened, accused).rule("kerb_parking")
    more = _score([*happened, 99], accused).rule("kerb_parking")
    assert more.precision == usual.precision
    assert more.view_recall.hits == usual.view_recall.hits


@FEW
@given(VEHICLES, VEHICLES)
def test_pooling_a_run_with_an_empty_one_changes_no_count(happened: list[int], accused: list[int]) -> None:
    one = _score(happened, accused)
    both = pooled((one, score(run((), (), seed=2))))
    assert [rule.precision for rule in both.rules] == [rule.precision for rule in one.rules]
    assert both.rules == one.rules
