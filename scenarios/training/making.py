"""From a recipe to weights with their card, in steps of which each is done once: interrupted, it goes on."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detectors.detection.yolo import export_onnx, train, whole_px
from scenarios.bench.dataset_source import DatasetSource
from scenarios.bench.document import Bench
from scenarios.bench.figures import Measured
from scenarios.bench.trial import try_on
from scenarios.errors import InputError
from scenarios.progress import Progress, silent
from scenarios.reports.bench_page import DATA, write_bench
from scenarios.staging import staged
from scenarios.training.model_card import card
from scenarios.training.pictures import take_pictures
from scenarios.training.recipe_files import TAUGHT, Recipe


@dataclass(frozen=True, slots=True)
class Made:
    """The weights, their card, and the benches of the splits that they were tried on."""

    weights: Path
    card: Path
    benches: tuple[tuple[str, dict[str, Any]], ...]


def make(recipe: Recipe, work: Path, progress: Progress = silent, lang: str = "en", workers: int = 1) -> Made:
    """Make weights in the folder `work`, its pictures by so many processes; raises InputError, ModelError.

    What is there already is not done again; a folder that another recipe began is refused.
    """
    _claim(recipe, work)
    names = tuple(dict.fromkeys(split.name for split in recipe.splits))
    for name in names:
        folder = work / "pictures" / name
        if not folder.is_dir():
            splits = [split for split in recipe.splits if split.name == name]
            take_pictures(recipe, splits, folder, progress, workers)
    taught = work / "pictures" / TAUGHT
    weights = work / f"{recipe.name}.onnx"
    if not weights.is_file():
        progress("training", 0.0)
        export_onnx(
            train(taught, recipe.lessons, work / "learning"),
            whole_px(taught, recipe.lessons.magnify),
            weights,
        )
    tried = [name for name in names if name != TAUGHT]
    benches = tuple((name, _bench(weights, work, name, progress, lang)) for name in tried)
    told = work / "card.md"
    told.write_text(card(recipe, weights, benches), encoding="utf-8")
    return Made(weights, told, benches)


def _claim(recipe: Recipe, work: Path) -> None:
    """Keep the recipe in the folder; raises InputError where another one is there."""
    work.mkdir(parents=True, exist_ok=True)
    kept = work / "recipe.toml"
    if kept.is_file() and kept.read_text(encoding="utf-8") != recipe.text:
        msg = f"{work}: was begun by another recipe ({kept}); go on with that one, or give another folder"
        raise InputError(msg)
    kept.write_text(recipe.text, encoding="utf-8")


def _bench(weights: Path, work: Path, split: str, progress: Progress, lang: str) -> dict[str, Any]:
    out = work / f"bench-{split}"
    if (out / DATA).is_file():
        kept: dict[str, Any] = json.loads((out / DATA).read_text(encoding="utf-8"))
        return kept
    pictures = work / "pictures" / split
    with staged(out, DATA) as stage:
        trials = try_on(DatasetSource(pictures, split), (f"onnx:{weights}",), progress)
        command = f"bconnect detector bench onnx:{weights.name} --on {pictures.name} --split {split}"
        return write_bench(Bench(tuple(map(Measured, trials)), command), stage, lang)
