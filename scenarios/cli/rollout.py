"""`bconnect rollout`: phases by date, day by day, with and without the rollout."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from scenarios.cli.terminal import DONE, Language, bars, examples, texts_for

EXAMPLES = examples(
    "bconnect rollout ktl-2025 --days 42 --seeds 4",
    "bconnect rollout my-rollout.toml --days 70 --seeds 10 --out out/mine",
)


def rollout(
    name: Annotated[str, typer.Argument(help="Name of a rollout, or the path of its file.")],
    *,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How many days count.")] = 42,
    seed: Annotated[int, typer.Option(min=0, help="Root seed of the first run.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="How many runs, each with its own seed.")] = 4,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; else one a core.")] = None,
    lang: Language = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the result; else out/NAME.")] = None,
) -> int:
    """Play a rollout day by day under several seeds: compliance with and without an officer in sight.

    Every seed runs with the rollout, without it, and with an engine that finds nothing.
    """
    from scenarios.cli import rolling  # noqa: PLC0415 - networkx and matplotlib: not for `--help`

    texts = texts_for(lang)
    spec = rolling.load_rollout(name)
    with bars(texts) as progress:
        outcome = rolling.roll_out(
            spec,
            days=days,
            seeds=tuple(range(seed, seed + seeds)),
            workers=workers or os.cpu_count() or 1,
            out=out or Path("out") / spec.name,
            lang=texts.language,
            progress=progress,
        )
    rolling.show(outcome, spec, texts, Console(highlight=False))
    return DONE
