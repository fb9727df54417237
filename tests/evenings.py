"""Evenings written by hand: violations on the synthetic street, held against plans."""

from dataclasses import replace

import numpy as np

from scenarios.planning.compare import Compared, Comparison, held_against, rows
from scenarios.planning.evenings import Evening, Hours, counted
from scenarios.results import Scenario
from tests.synthetic_run import ZONE, at, crossing, scenario, stand, street
from twin.cameras.plans import CameraPlan, ViewSpec
from twin.network.model import RoadNetwork, Turn, TurnKind

HOURS = Hours(scenario().start, scenario().end)


def town() -> RoadNetwork:
    """The street with a signalled turn, so that its stop line counts."""
    return replace(street(), turns=(Turn("ax", "xb", TurnKind.STRAIGHT, "ax"),))


def setting() -> Scenario:
    """The scenario of the street."""
    return scenario()


def eye(name: str, along_m: float) -> ViewSpec:
    """A view at the kerb that looks 34 m ahead."""
    return ViewSpec(name, "ax", along_m, 6.5, 9.0, min(along_m + 34.0, 300.0), 2.0, np.radians(58), 5.0)


def plan(name: str, *alongs_m: float) -> CameraPlan:
    """A plan of views along the street."""
    return CameraPlan(name, tuple(eye(f"{name}-{row}", along) for row, along in enumerate(alongs_m)))


def evening(seed: int) -> Evening:
    """An evening with stands along the whole street and a few crossings."""
    draw = np.random.default_rng(seed)
    spots = draw.uniform(20, 270, 30)
    acts = [stand(row, "16:10:00", "16:20:00", float(spot), place=ZONE) for row, spot in enumerate(spots)]
    acts += [crossing(100 + row, f"16:{10 + row}:00") for row in range(4)]
    return counted(tuple(acts), setting(), town(), (at("15:30"), at("19:15")), seed)


def compared(a: CameraPlan, b: CameraPlan, seeds: int, threshold: float = 0.02) -> Compared:
    """Two plans held against hand-written evenings."""
    spec = Comparison(setting(), town(), a, b, HOURS, threshold)
    pairs = tuple(held_against(spec, evening(seed)) for seed in range(1, seeds + 1))
    return Compared(spec, pairs, rows(pairs, threshold))
