"""How rare is what is hardly ever seen: subset simulation, with plain counting beside it.

A scene is a point of D independent standard normal numbers; its score says how near it is to what is
hunted, which is there from 0 on. Levels of ever higher scores are reached one after another, each by Markov
chains that begin at the best points of the level before (Au and Beck, Probabilistic Engineering Mechanics 16,
2001; proposals keep the normal law: Cotter et al., Statistical Science 28, 2013, pCN).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import Float64Array

Score = Callable[[Float64Array], float]
SHARE = 0.1  # of the points of a level that begin the next
MOST_LEVELS = 12
STEP = 0.6  # of a proposal, 0 stays and 1 forgets
STUCK = 1e-9  # a level that rises by less leads nowhere


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """A scene with its score; `place` (D,)."""

    score: float
    place: Float64Array


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """One climb: the rate that it comes to, 0 where it did not arrive; how many scenes it looked at.

    `levels` are the scores that it passed, `worst` its highest points, the worst first.
    """

    rate: float
    arrived: bool
    scenes: int
    levels: tuple[float, ...]
    worst: tuple[Point, ...]


def counted(score: Score, dims: int, scenes: int, draw: np.random.Generator, keep: int = 5) -> Reached:
    """Return what plain counting comes to: the share of `scenes` drawn at random that are hunted."""
    points = [_point(score, draw.standard_normal(dims)) for _ in range(scenes)]
    found = sum(point.score >= 0 for point in points)
    return Reached(found / scenes, found > 0, scenes, (), _worst(points, keep))


def climb(score: Score, dims: int, each: int, draw: np.random.Generator, keep: int = 5) -> Reached:
    """Return one climb with `each` points a level; it stops where a level does not rise any more."""
    points = [_point(score, draw.standard_normal(dims)) for _ in range(each)]
    scenes, rate, levels = each, 1.0, list[float]()
    best = _worst(points, keep)
    for _ in range(MOST_LEVELS):
        points.sort(key=lambda point: -point.score)
        begin = points[: max(1, round(SHARE * each))]
        level = begin[-1].score
        if level >= 0:
            found = sum(point.score >= 0 for point in points)
            return Reached(rate * found / each, arrived=True, scenes=scenes, levels=tuple(levels), worst=best)
        if levels and level <= levels[-1] + STUCK:
            break
        levels.append(level)
        rate *= len(begin) / each
        points = _next_level(score, begin, each, level, draw)
        scenes += each - len(begin)
        best = _worst([*best, *points], keep)
    found = sum(point.score >= 0 for point in points)
    return Reached(rate * found / each, found > 0, scenes, tuple(levels), best)


def _next_level(
    score: Score, begin: list[Point], each: int, level: float, draw: np.random.Generator
) -> list[Point]:
    """Return `each` points at or above a level, by chains from those that begin it."""
    lengths = [each // len(begin) + (row < each % len(begin)) for row in range(len(begin))]
    found = []
    for start, length in zip(begin, lengths, strict=True):
        here = start
        found.append(here)
        for _ in range(length - 1):
            there = _point(score, _proposed(here.place, draw))
            here = there if there.score >= level else here
            found.append(here)
    return found


def _proposed(place: Float64Array, draw: np.random.Generator) -> Float64Array:
    return np.asarray(np.sqrt(1.0 - STEP**2) * place + STEP * draw.standard_normal(len(place)))


def _point(score: Score, place: Float64Array) -> Point:
    return Point(score(place), place)


def _worst(points: list[Point], keep: int) -> tuple[Point, ...]:
    """Return the points of the highest scores, each place once."""
    found: list[Point] = []
    for point in sorted(points, key=lambda point: -point.score):
        if not any(np.array_equal(point.place, other.place) for other in found):
            found.append(point)
        if len(found) == keep:
            break
    return tuple(found)
