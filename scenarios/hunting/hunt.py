"""The hunt of one rule: plain counting for what it proves, climbs for the worst scenes and the rate."""

import math
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from time import perf_counter
from typing import cast

import numpy as np

from detectors.datatypes.arrays import Float64Array
from scenarios.errors import InputError, unknown_name
from scenarios.experiments.intervals import Interval, mean_interval, upper_bound
from scenarios.hunting.scenes import NOT_ASKED, Quarry, judged
from scenarios.hunting.splitting import Point, Reached, climb, counted
from scenarios.progress import Progress, silent
from twin.randomness import Seed

QUARRIES = {
    "kerb_parking": "scenarios.hunting.kerb:KerbQuarry",
    "red_light": "scenarios.hunting.red_light:RedLightQuarry",
    "speeding": "scenarios.hunting.speeding:SpeedingQuarry",
}
PLANTS = {"kerb_parking": ("plates",), "red_light": ("plates", "lag"), "speeding": ("plates", "limit")}
COUNTED = 400  # scenes of one piece of plain counting
EACH = 200  # points a level of a climb
KEPT = 8  # of the worst scenes
COUNTING = 0.85  # of the pieces of work: a climb takes many times as long, and proves no bound


@dataclass(frozen=True, slots=True)
class Asked:
    """What is hunted: a rule, with the errors of place of a detector, and a planted fault or "" for none."""

    rule: str
    detector: str = "twin"
    plant: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Bag:
    """What a hunt came to.

    `found` of `scenes` counted plainly accused an innocent, of which `bound` is the upper 95 % bound of the
    rate. `rate` is the mean of the climbs with its interval, None where none was made. `worst` are the worst
    scenes of all: from 0 on `wrongful`; others are of climbs, since counting does not ask how near it was.
    """

    asked: Asked
    scenes: int
    found: int
    bound: float
    climbs: int
    climbed_scenes: int
    arrived: int
    rate: float | None
    interval: Interval | None
    worst: tuple[Point, ...]
    lasted_s: float
    first_s: float | None

    @property
    def wrongful(self) -> tuple[Point, ...]:
        """The scenes in which an innocent is accused."""
        return tuple(point for point in self.worst if point.score >= 0)


def quarry_of(asked: Asked) -> Quarry:
    """Return the scenes of a rule; raises InputError for a rule or fault that there is not."""
    if asked.rule not in QUARRIES:
        raise unknown_name(asked.rule, tuple(QUARRIES), what="rule")
    if asked.plant and asked.plant not in PLANTS[asked.rule]:
        raise unknown_name(asked.plant, PLANTS[asked.rule], what="fault")
    module, _, kind = QUARRIES[asked.rule].partition(":")
    return cast("Quarry", getattr(import_module(module), kind)(asked.detector, asked.plant))


def hunt(
    asked: Asked,
    *,
    seconds: float,
    workers: int = 1,
    seed: int = 1,
    stop_at_first: bool = False,
    progress: Progress = silent,
) -> Bag:
    """Hunt for so long; pieces of plain counting and climbs in turn, each with draws of its own."""
    if not seconds > 0:
        msg = f"hunt: expected more than 0 s, got {seconds:g}"
        raise InputError(msg)
    quarry_of(asked)
    begun_s = perf_counter()
    pieces: list[tuple[bool, Reached]] = []
    first_s: float | None = None
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        number, running = 0, set[Future[tuple[bool, Reached]]]()
        while True:
            spent_s = perf_counter() - begun_s
            over = spent_s >= seconds or (stop_at_first and first_s is not None)
            while not over and len(running) < workers:
                running.add(pool.submit(_piece, asked, seed, number))
                number += 1
            if not running:
                break
            done, running = wait(running, return_when=FIRST_COMPLETED)
            pieces += [one.result() for one in done]
            if first_s is None and any(reached.arrived for _, reached in pieces):
                first_s = perf_counter() - begun_s
            progress("hunting", min(1.0, spent_s / seconds))
    return _bag(asked, pieces, perf_counter() - begun_s, first_s)


def _piece(asked: Asked, seed: int, number: int) -> tuple[bool, Reached]:
    """Return (whether it is plain counting, what it came to) of one piece of work."""
    quarry = quarry_of(asked)
    draw = Seed(seed).generator("hunt", asked.rule, number)

    plain = math.floor((number + 1) * COUNTING) > math.floor(number * COUNTING)

    def score(place: Float64Array) -> float:
        return judged(quarry, quarry.scene(place), how_near=not plain).score

    if plain:
        return True, counted(score, quarry.dims, COUNTED, draw)
    return False, climb(score, quarry.dims, EACH, draw)


def _bag(asked: Asked, pieces: list[tuple[bool, Reached]], lasted_s: float, first_s: float | None) -> Bag:
    plain = [reached for counting, reached in pieces if counting]
    climbs = [reached for counting, reached in pieces if not counting]
    scenes = sum(one.scenes for one in plain)
    found = round(sum(one.rate * one.scenes for one in plain))
    rates = np.array([one.rate for one in climbs])
    scored = (point for _, one in pieces for point in one.worst if point.score > NOT_ASKED)
    points = sorted(scored, key=lambda point: -point.score)
    return Bag(
        asked, scenes, found, upper_bound(found, scenes) if scenes else 1.0, len(climbs),
        sum(one.scenes for one in climbs), sum(one.arrived for one in climbs),
        float(rates.mean()) if len(rates) else None,
        mean_interval(rates.tolist()) if len(rates) > 1 else None,
        tuple(points[:KEPT]), lasted_s, first_s,
    )  # fmt: skip
