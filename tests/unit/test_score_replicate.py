import math
import operator
from functools import partial

import pytest

from scenarios.experiments.replicate import replicate


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_seeds(workers: int) -> None:
    seeds = (9, 4, 16, 1)
    assert replicate(math.isqrt, seeds, workers) == (3, 2, 4, 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_progress_ends_at_one(workers: int) -> None:
    heard: list[float] = []
    replicate(math.isqrt, (1, 2, 3), workers, lambda _what, fraction: heard.append(fraction))
    assert heard == pytest.approx([1 / 3, 2 / 3, 1.0])


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failing_run_names_its_seed(workers: int) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        replicate(partial(operator.truediv, 1), (1, 0, 2), workers)
    assert caught.value.__notes__ == ["in the run with seed 0"]


def test_prepare_runs_once_before_the_jobs() -> None:
    order: list[str] = []
    jobs = replicate(
        lambda seed: order.append(f"job {seed}"), (1, 2), 1, prepare=lambda: order.append("ready")
    )
    assert order == ["ready", "job 1", "job 2"]
    assert jobs == (None, None)


def test_no_seeds_no_runs() -> None:
    assert replicate(math.isqrt, (), 4) == ()
