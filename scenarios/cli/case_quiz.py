"""`bconnect cases quiz`: evidence of a run to accept or reject, as one HTML file for practice."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from scenarios.cli.terminal import Language, examples, texts_for
from scenarios.desk.questions import questions
from scenarios.desk.quiz import quiz_page

EXAMPLES = examples(
    "bconnect cases quiz out/desk --out quiz.html",
    "bconnect cases quiz out/beller --out kuis.html --lang id --n 30 --seed 7",
)


def quiz(
    result: Annotated[
        Path, typer.Argument(metavar="RESULT", help="Folder of a result of `validate`, with its truth.")
    ],
    *,
    out: Annotated[Path, typer.Option(help="The HTML file.")],
    n: Annotated[int, typer.Option("--n", min=1, max=200, help="How many cases at most.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="Which cases, and in which order.")] = 1,
    lang: Language = None,
) -> None:
    """Write a quiz: accept or reject evidence, then a score in which wrong accusations weigh most.

    Wrong cases are rare in a run, so some right ones are made wrong; the page says which, at the end.
    """
    texts = texts_for(lang)
    asked = questions(result, n, seed)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(quiz_page(asked, texts.language), encoding="utf-8")
    said = texts.text(
        "{path}: {count} cases, {wrong} of them wrong, {made} made so",
        path=out,
        count=len(asked),
        wrong=sum(not one.right for one in asked),
        made=sum(one.made for one in asked),
    )
    Console(highlight=False, soft_wrap=True).print(said, markup=False)
