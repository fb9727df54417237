"""`bconnect trainer`: a running street and cases to judge, for officers; with a lesson and its debrief."""

from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.terminal import Language, examples, texts_for

EXAMPLES = examples(
    "bconnect trainer --lang id",
    "bconnect trainer beruang-madu --seed 3",
    "bconnect trainer --headless --lesson meninjau-bukti --lang id --screenshots shots",
)


def trainer(
    scenario: Annotated[
        str, typer.Argument(help="Name of a scenario, or the path of its file.")
    ] = "beruang-madu",
    *,
    seed: Annotated[int, typer.Option(min=0, help="Root seed.")] = 1,
    headless: Annotated[
        bool, typer.Option("--headless", help="No window: a scripted trainee plays.")
    ] = False,
    lesson: Annotated[str, typer.Option(help="Which lesson.")] = "meninjau-bukti",
    screenshots: Annotated[
        Path | None, typer.Option(help="Folder for screenshots and lesson.json; else out/trainer.")
    ] = None,
    lang: Language = None,
) -> None:
    """Train officers: watch the street, judge cases by their evidence, see what was true.

    Needs pygame-ce (the extra `trainer`).
    """
    from scenarios.cli import training  # noqa: PLC0415 - pygame, numba: not for `--help`

    training.train(
        scenario, seed, lesson, screenshots or Path("out/trainer"), texts_for(lang), headless=headless
    )
