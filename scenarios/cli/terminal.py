"""What the commands share: progress on stderr, words in the language of the reader."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from scenarios.progress import Progress
from scenarios.texts import Texts, language_of

DONE, BAD_INPUT, GATE_NOT_PASSED = 0, 2, 3

Language = Annotated[
    str | None, typer.Option("--lang", help="en or id; else BCONNECT_LANG, else LANG.", show_default=False)
]


def texts_for(language: str | None) -> Texts:
    """Return the texts in the language asked for, or in that of the environment."""
    return Texts(language_of(language, dict(os.environ)))


def examples(*lines: str) -> str:
    """Return the end of a help page: one example a line."""
    return "Examples:\n\n" + "\n\n".join(f"  {line}" for line in lines)


@contextmanager
def bars(texts: Texts) -> Iterator[Progress]:
    """Give a Progress that draws bars on stderr, and nothing where stderr is no terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<24}"), BarColumn(), TimeRemainingColumn())
    with Bars(*columns, console=console, disable=not console.is_terminal) as drawn:
        tasks: dict[str, TaskID] = {}

        def tell(what: str, fraction: float) -> None:
            if what not in tasks:
                tasks[what] = drawn.add_task(texts.text(what), total=1.0)
            drawn.update(tasks[what], completed=fraction)

        yield tell
