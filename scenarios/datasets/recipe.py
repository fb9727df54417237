"""The pictures of the shipped weights: random cameras, seeds and light; those tried on taught nobody."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from scenarios.datasets.export import Exported, export_parts
from scenarios.datasets.random_views import random_views
from scenarios.datasets.shots import ShotSpec
from scenarios.progress import Progress, silent
from scenarios.spec import load_scenario
from twin.network import library
from twin.randomness import Seed

SCENARIO = "beruang-madu"
TRAIN_SEEDS, VAL_SEEDS = (101, 102, 103, 104, 105, 106), (201, 202)
CAMERAS, TRAIN_FRAMES, VAL_FRAMES, EVERY_S = 12, 20, 12, 6.0
HOURS = (6.4, 8.5, 12.2, 15.1, 16.6, 17.4, 18.1, 19.3, 20.5)
HOURS_EACH = 5
DEMAND = 1.6  # times the demand of the scenario: more to see in each picture


def parts() -> list[tuple[str, ShotSpec]]:
    """Return (split, pictures to take): for each seed cameras and hours of its own."""
    return [
        (split, _part(seed, frames))
        for split, seeds, frames in (("train", TRAIN_SEEDS, TRAIN_FRAMES), ("val", VAL_SEEDS, VAL_FRAMES))
        for seed in seeds
    ]


def _part(seed: int, frames: int) -> ShotSpec:
    scenario = load_scenario(SCENARIO)
    busy = replace(scenario, demand=replace(scenario.demand, scale=DEMAND))
    views = random_views(library.resolve(scenario.network), Seed(seed, ("dataset",)), CAMERAS)
    hours = sorted(np.random.default_rng(seed).permutation(HOURS)[:HOURS_EACH].tolist())
    return ShotSpec(busy, views, (seed,), frames, EVERY_S, tuple(hours))


def export_twin(out: Path, progress: Progress = silent) -> Exported:
    """Write the dataset to `out`, whole or not at all; raises InputError."""
    facts: dict[str, object] = {
        "simulated": True,
        "scenario": SCENARIO,
        "seeds": {"train": list(TRAIN_SEEDS), "val": list(VAL_SEEDS)},
        "cameras_a_seed": CAMERAS,
        "every_s": EVERY_S,
        "demand": DEMAND,
    }
    return export_parts(parts(), out, facts, progress=progress)
