"""The pictures of a recipe: for each seed cameras, hours of light and a weather of its own."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from scenarios.datasets.backdrops import photographs
from scenarios.datasets.export import Exported, export_parts
from scenarios.datasets.random_views import random_views
from scenarios.datasets.shots import ShotSpec
from scenarios.progress import Progress, silent
from scenarios.spec import load_scenario
from scenarios.training.recipe_files import Recipe, Split
from twin.environment.weather import Sky, Weather
from twin.network import library
from twin.randomness import Seed

NARROW_DEG = (9.0, 30.0)  # a lens that shows a few vehicles, and their plates
INTENSITY = (0.2, 0.8)  # of rain and haze, from and to


def parts(recipe: Recipe, split: Split) -> list[tuple[str, ShotSpec]]:
    """Return (split, pictures to take), a part for each seed; raises InputError."""
    varied = round(split.randomised * len(split.seeds))
    return [
        (split.name, _part(recipe, split, row, randomise=row < varied)) for row in range(len(split.seeds))
    ]


def _part(recipe: Recipe, split: Split, row: int, *, randomise: bool) -> ShotSpec:
    seed, scenario = split.seeds[row], load_scenario(recipe.scenario)
    demand = replace(scenario.demand, scale=recipe.demand_scale)
    if split.mix is not None:
        demand = replace(demand, mix=split.mix)
    busy = replace(scenario, demand=demand, weather=_weather(split.weathers[row % len(split.weathers)], seed))
    network = library.resolve(scenario.network)
    narrow = round(split.narrow * recipe.cameras)
    root = Seed(seed, ("dataset",))
    views = random_views(network, root, recipe.cameras - narrow)
    views += random_views(network, root.child("narrow"), narrow, NARROW_DEG)
    draw = np.random.default_rng(seed)
    hours = sorted(draw.permutation(split.hours)[: split.hours_each].tolist())
    photos = photographs(recipe.backdrops) if randomise else ()
    return ShotSpec(
        busy, views, (seed,), split.frames, recipe.every_s, tuple(hours), randomise, photos, split.visiting
    )


def _weather(sky: Sky, seed: int) -> Weather:
    low, high = INTENSITY
    return Weather(sky, low + (high - low) * Seed(seed, ("recipe",)).uniform("weather"))


def take_pictures(
    recipe: Recipe, splits: Sequence[Split], out: Path, progress: Progress = silent, workers: int = 1
) -> Exported:
    """Write splits of one name as a dataset to `out`, whole or not at all; raises InputError.

    So many processes take the pictures, which are the same for any number.
    """
    facts: dict[str, object] = {
        "simulated": True,
        "recipe": recipe.name,
        "scenario": recipe.scenario,
        "attribution": library.resolve(load_scenario(recipe.scenario).network).attribution,
        "split": splits[0].name,
        "cameras_a_seed": recipe.cameras,
        "every_s": recipe.every_s,
        "demand_scale": recipe.demand_scale,
        "backdrops": len(photographs(recipe.backdrops)),
        "parts": [_facts(split) for split in splits],
    }
    return export_parts(
        [one for split in splits for one in parts(recipe, split)],
        out,
        facts,
        progress=progress,
        workers=workers,
    )


def _facts(split: Split) -> dict[str, object]:
    return {
        "seeds": list(split.seeds),
        "mix": list(split.mix or ()),
        "randomised": split.randomised,
        "narrow": split.narrow,
        "weathers": [sky.value for sky in split.weathers],
        "visiting": split.visiting,
    }
