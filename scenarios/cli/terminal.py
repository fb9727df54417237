"""What the commands share: progress on stderr, words in the language of the reader."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from scenarios.progress import Progress
from scenarios.texts import Texts, language_of

DONE, BAD_INPUT, GATE_NOT_PASSED = 0, 2, 3

LINE_EVERY_S = 30.0

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
    """Give a Progress that draws bars on stderr; where that is no terminal, a line every 30 s."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield in_lines(texts, console.print)
        return
    columns = (TextColumn("{task.description:<24}"), BarColumn(), TimeRemainingColumn())
    with Bars(*columns, console=console) as drawn:
        tasks: dict[str, TaskID] = {}

        def tell(what: str, fraction: float) -> None:
            if what not in tasks:
                tasks[what] = drawn.add_task(texts.text(what), total=1.0)
            drawn.update(tasks[what], completed=fraction)

        yield tell


def in_lines(
    texts: Texts, say: Callable[[str], object], clock_s: Callable[[], float] = perf_counter
) -> Progress:
    """Return a Progress for a log: says a line at most every `LINE_EVERY_S`, so that short work is quiet."""
    said_s = clock_s()

    def tell(what: str, fraction: float) -> None:
        nonlocal said_s
        if clock_s() - said_s >= LINE_EVERY_S:
            said_s = clock_s()
            say(f"{texts.text(what)}: {100 * fraction:.0f} %")

    return tell
