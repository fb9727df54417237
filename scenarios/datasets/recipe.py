"""The pictures of the shipped weights: random cameras, seeds and light.

`train` taught them, choices were made by `val`, and `test` was looked at once, at the end.
"""

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
from twin.traffic.demand import DemandSpec

SCENARIO = "beruang-madu"
SEEDS = {"train": tuple(range(101, 113)), "val": tuple(range(201, 207)), "test": tuple(range(301, 307))}
CAMERAS, TRAIN_FRAMES, FRAMES, EVERY_S = 12, 20, 10, 6.0
HOURS = (6.4, 8.5, 12.2, 15.1, 16.6, 17.4, 18.1, 19.3, 20.5)
HOURS_EACH = 5
DEMAND = 1.6  # times the demand of the scenario: more to see in each picture
TRAIN_MIX = (0.50, 0.28, 0.09, 0.13)  # buses and trucks to learn from; those tried on are as rare as they are


def parts() -> list[tuple[str, ShotSpec]]:
    """Return (split, pictures to take): for each seed cameras and hours of its own."""
    demand = replace(load_scenario(SCENARIO).demand, scale=DEMAND)
    taught = replace(demand, mix=TRAIN_MIX)
    return [
        (split, _part(seed, TRAIN_FRAMES, taught) if split == "train" else _part(seed, FRAMES, demand))
        for split, seeds in SEEDS.items()
        for seed in seeds
    ]


def _part(seed: int, frames: int, demand: DemandSpec) -> ShotSpec:
    scenario = load_scenario(SCENARIO)
    busy = replace(scenario, demand=demand)
    views = random_views(library.resolve(scenario.network), Seed(seed, ("dataset",)), CAMERAS)
    hours = sorted(np.random.default_rng(seed).permutation(HOURS)[:HOURS_EACH].tolist())
    return ShotSpec(busy, views, (seed,), frames, EVERY_S, tuple(hours))


def export_twin(out: Path, progress: Progress = silent) -> Exported:
    """Write the dataset to `out`, whole or not at all; raises InputError."""
    facts: dict[str, object] = {
        "simulated": True,
        "scenario": SCENARIO,
        "attribution": library.resolve(load_scenario(SCENARIO).network).attribution,
        "seeds": {split: list(seeds) for split, seeds in SEEDS.items()},
        "cameras_a_seed": CAMERAS,
        "every_s": EVERY_S,
        "demand": DEMAND,
        "mix": {"train": list(TRAIN_MIX), "others": list(load_scenario(SCENARIO).demand.mix)},
    }
    return export_parts(parts(), out, facts, progress=progress)
