"""One optimisation from start to proof: greedy, local search, integer programme, and the proved gap."""

from collections.abc import Iterator
from dataclasses import dataclass

from twin.placement.exact import linear_bound, solve
from twin.placement.instance import CoverInstance
from twin.placement.search import Choice, greedy, iterated, local_search
from twin.randomness import Seed

GREEDY, SWAP, ITERATED, MILP = "greedy", "swap", "iterated", "milp"


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to look: rounds of the iterated search, and seconds for the integer programme (0: none)."""

    rounds: int = 60
    time_limit_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Solution:
    """The best choice after a method, its value, and the least bound that is proved so far."""

    method: str
    chosen: tuple[int, ...]
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """The proved gap: no choice is better by more than this share of the bound."""
        return max(0.0, (self.bound - self.value) / self.bound) if self.bound > 0 else 0.0


def optimise(instance: CoverInstance, effort: Effort, seed: Seed) -> Iterator[Solution]:
    """Yield the best choice so far after each method, in the rows of `instance`; it never gets worse.

    Points of identical cover are made one first, which changes no value.
    """
    small = instance.merged()
    bound = linear_bound(small)
    choice = greedy(small)
    yield _solution(GREEDY, small, choice, bound)
    choice = local_search(small, choice)
    yield _solution(SWAP, small, choice, bound)
    choice = iterated(small, choice, effort.rounds, seed.generator("iterated"))
    yield _solution(ITERATED, small, choice, bound)
    if effort.time_limit_s > 0:
        exact = solve(small, effort.time_limit_s)
        bound = min(bound, exact.bound)
        if exact.chosen is not None and small.value(exact.chosen) > choice.value:
            choice = Choice(small, exact.chosen)
        yield _solution(MILP, small, choice, bound)


def best(instance: CoverInstance, effort: Effort, seed: Seed) -> Solution:
    """Return the last solution of `optimise`."""
    *_, last = optimise(instance, effort, seed)
    return last


def _solution(method: str, instance: CoverInstance, choice: Choice, bound: float) -> Solution:
    chosen = tuple(sorted(choice.chosen))
    return Solution(method, chosen, instance.value(chosen), max(bound, choice.value))
