"""The same job under several seeds, on several processes, answered in the order of the seeds."""

import multiprocessing as mp
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from typing import TypeVar

from scenarios.progress import Progress, silent

T = TypeVar("T")


def replicate(
    job: Callable[[int], T],
    seeds: Sequence[int],
    workers: int,
    progress: Progress = silent,
    prepare: Callable[[], object] | None = None,
) -> tuple[T, ...]:
    """Return `job(seed)` of every seed, in their order, whoever finished first.

    `job` and its results must be picklable where `workers` > 1. `prepare` runs here once before
    any worker starts: what it compiles into a cache on disk no worker compiles again. The first
    job that fails stops the rest; its error says which seed it was.
    """
    if prepare is not None:
        prepare()
    if min(workers, len(seeds)) <= 1:
        return tuple(_here(job, seed, (row + 1) / len(seeds), progress) for row, seed in enumerate(seeds))
    # spawn, not fork: a fork would copy the threads' locks of numpy and OpenCV in any state
    context = mp.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(seeds)), mp_context=context) as pool:
        futures = [pool.submit(_named, job, seed) for seed in seeds]
        try:
            _follow(futures, progress)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
        return tuple(future.result() for future in futures)


def _here(job: Callable[[int], T], seed: int, fraction: float, progress: Progress) -> T:
    result = _named(job, seed)
    progress("replications", fraction)
    return result


def _named(job: Callable[[int], T], seed: int) -> T:
    try:
        return job(seed)
    except Exception as error:
        error.add_note(f"in the run with seed {seed}")
        raise


def _follow(futures: list[Future[T]], progress: Progress) -> None:
    for done, future in enumerate(as_completed(futures), start=1):
        future.result()
        progress("replications", done / len(futures))
