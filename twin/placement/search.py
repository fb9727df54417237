"""Good choices quickly: lazy greedy, exchange of one for one, iterated local search."""

import heapq
from collections.abc import Iterable

import numpy as np

from detectors.datatypes.arrays import Float64Array, Int64Array
from twin.placement.instance import SLACK, CoverInstance

KEPT_AT_LEAST = 0.5  # of a choice, when a part of it is thrown away to begin anew


class Choice:
    """A feasible choice that is being worked on: what is covered how often, and what is left."""

    def __init__(self, instance: CoverInstance, chosen: Iterable[int] = ()) -> None:
        self.instance = instance
        self.chosen: list[int] = []
        self.depth: Int64Array = instance.depth(())
        self.left = instance.budget
        self._crowd: dict[int, int] = {}
        for candidate in chosen:
            self.add(candidate)

    @property
    def value(self) -> float:
        """The weight of what is covered."""
        return float(self.instance.weights[self.depth > 0].sum())

    def gain(self, candidate: int) -> float:
        """Return what a candidate would add."""
        points = self.instance.points_of(candidate)
        return float(self.instance.weights[points[self.depth[points] == 0]].sum())

    def gains(self) -> Float64Array:
        """Return what each candidate (C,) would add."""
        open_weight = np.where(self.depth == 0, self.instance.weights, 0.0)
        return np.asarray(self.instance.covers @ open_weight, dtype=np.float64)

    def loss(self, candidate: int) -> float:
        """Return what would be lost with a chosen candidate."""
        points = self.instance.points_of(candidate)
        return float(self.instance.weights[points[self.depth[points] == 1]].sum())

    def fits(self, candidate: int) -> bool:
        """Return whether a free candidate may still be chosen."""
        one = self.instance
        crowded = self._crowd.get(int(one.pole[candidate]), 0) >= one.per_pole
        affordable = one.costs[candidate] <= self.left + SLACK * (1 + one.budget)
        return bool(affordable) and not crowded and not one.fixed[candidate] and candidate not in self.chosen

    def add(self, candidate: int) -> None:
        """Choose a candidate."""
        self._change(candidate, 1)
        self.chosen.append(candidate)

    def drop(self, candidate: int) -> None:
        """Give a chosen candidate up."""
        self._change(candidate, -1)
        self.chosen.remove(candidate)

    def _change(self, candidate: int, by: int) -> None:
        pole = int(self.instance.pole[candidate])
        self._crowd[pole] = self._crowd.get(pole, 0) + by
        self.depth[self.instance.points_of(candidate)] += by
        self.left -= by * float(self.instance.costs[candidate])

    def fill(self, *, per_cost: bool) -> None:
        """Add the best candidate, by gain or by gain per cost, until nothing more fits (lazy greedy).

        A gain can only fall as others are chosen, so only the top of the heap is looked at again.
        Source: Minoux, Optimization Techniques, LNCIS 7 (1978).
        """
        scale = self.instance.costs if per_cost else np.ones(self.instance.size)
        first = self.gains() / scale
        heap = [(-float(first[row]), row) for row in np.flatnonzero(first > 0).tolist()]
        heapq.heapify(heap)
        while heap:
            _, candidate = heapq.heappop(heap)
            if not self.fits(candidate):
                continue
            now = self.gain(candidate) / float(scale[candidate])
            if now <= 0:
                continue
            if heap and (-now, candidate) > heap[0]:
                heapq.heappush(heap, (-now, candidate))
            else:
                self.add(candidate)

    def improve(self) -> None:
        """Exchange one for one, the best exchange each time, until none is better."""
        while (found := self._best_exchange()) is not None:
            out, into = found
            self.drop(out)
            self.add(into)
            self.fill(per_cost=False)

    def _best_exchange(self) -> tuple[int, int] | None:
        best, found = SLACK * (1 + self.instance.total), None
        for out in sorted(self.chosen):
            loss = self.loss(out)
            self.drop(out)
            gains = self.gains()
            for into in np.argsort(-gains, kind="stable").tolist():
                if gains[into] - loss <= best:
                    break
                if into != out and self.fits(into):
                    best, found = float(gains[into]) - loss, (out, into)
                    break
            self.add(out)
        return found


def greedy(instance: CoverInstance) -> Choice:
    """Return the better of greedy by gain and greedy by gain per cost.

    Source: Khuller, Moss and Naor, Information Processing Letters 70 (1999).
    """
    found = []
    for per_cost in (False, True):
        choice = Choice(instance)
        choice.fill(per_cost=per_cost)
        found.append(choice)
    return max(found, key=lambda choice: choice.value)


def local_search(instance: CoverInstance, start: Choice) -> Choice:
    """Return the choice after exchanges of one for one; never worse than `start`."""
    choice = Choice(instance, start.chosen)
    choice.improve()
    return choice


def iterated(instance: CoverInstance, start: Choice, rounds: int, draw: np.random.Generator) -> Choice:
    """Return the best choice after `rounds` of throwing a part away and searching on; never worse.

    Source: Lourenco, Martin and Stuetzle, Handbook of Metaheuristics (2003), chapter 11.
    """
    best = start
    for _ in range(rounds if start.chosen else 0):
        most = max(1, int(len(best.chosen) * (1 - KEPT_AT_LEAST)))
        thrown = draw.choice(len(best.chosen), int(draw.integers(1, most + 1)), replace=False)
        kept = [one for row, one in enumerate(best.chosen) if row not in set(thrown.tolist())]
        choice = Choice(instance, kept)
        _kick(choice, draw)
        choice.fill(per_cost=bool(draw.integers(2)))
        choice.improve()
        if choice.value >= best.value:
            best = choice
    return best


def _kick(choice: Choice, draw: np.random.Generator) -> None:
    """Choose one candidate at random among those that add something."""
    useful = [row for row in np.flatnonzero(choice.gains() > 0).tolist() if choice.fits(row)]
    if useful:
        choice.add(useful[int(draw.integers(len(useful)))])
