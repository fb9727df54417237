"""What `bconnect detector train` does: weights by a recipe, and what is said of them."""

import os
from pathlib import Path

from rich.console import Console

from scenarios.bench.document import figure_of
from scenarios.bench.figures import MAIN
from scenarios.cli.detectors_at_work import look_here
from scenarios.progress import Progress
from scenarios.reports.wording import Words
from scenarios.texts import Texts
from scenarios.training.making import Made, make
from scenarios.training.recipe_files import load_recipe


def make_weights(recipe: str, work: Path, workers: int | None, progress: Progress, lang: str) -> Made:
    """Make weights in a folder; raises InputError and ModelError."""
    look_here()
    return make(load_recipe(recipe), work, progress, lang, workers or os.cpu_count() or 1)


def show(made: Made, texts: Texts) -> None:
    """Say how well the weights see and where they are."""
    console, words = Console(highlight=False, soft_wrap=True), Words(texts.language)
    for split, told in made.benches:
        value = figure_of(told["detectors"][0], MAIN)
        figure = "-" if value is None else words.number(value, 2)
        console.print(texts.text("{split}: mAP50 {value}", split=split, value=figure), markup=False)
    console.print(texts.text("Weights: {path}", path=made.weights), markup=False)
    console.print(texts.text("Card: {path}", path=made.card), markup=False)
