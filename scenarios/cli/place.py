"""`bconnect place`: where the cameras of a zone should stand, with a proved gap."""

import os
from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.terminal import Language, bars, examples, texts_for

EXAMPLES = examples(
    "bconnect place --zone beruang-madu --budget 6",
    "bconnect place --zone beller --budget 4 --base today --out my-plan.toml",
    "bconnect validate beruang-madu --plan my-plan.toml --short",
)


def place(  # noqa: PLR0913 - one parameter an option
    *,
    zone: Annotated[str, typer.Option(help="Name of a scenario, or the path of its file.")],
    budget: Annotated[int, typer.Option(min=1, max=500, help="How many cameras, beside those of --base.")],
    base: Annotated[str | None, typer.Option(help="Plan of cameras that are there already.")] = None,
    seeds: Annotated[
        int, typer.Option(min=0, max=100, help="Simulated evenings for the weights; 0: parking generators.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Root seed.")] = 1,
    rounds: Annotated[int, typer.Option(min=0, max=100_000, help="Rounds of the iterated search.")] = 60,
    time_limit: Annotated[
        float, typer.Option(min=0, max=86_400, help="Seconds for the integer programme; 0: none.")
    ] = 30.0,
    curves: Annotated[
        str | None,
        typer.Option(help="Of sensing: stated, a detector, or a .json; else of the scenario's detector."),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; else one a core.")] = None,
    lang: Language = None,
    out: Annotated[Path | None, typer.Option(help="The plan; else out/ZONE-place.toml.")] = None,
) -> None:
    """Choose where cameras should stand, prove how far from the best that is, write plan and map.

    The plan goes to --out, a map of it beside it as PNG. `bconnect validate --plan` takes it.
    """
    from scenarios.cli import placing  # noqa: PLC0415 - networkx, numba, scipy: not for `--help`

    texts = texts_for(lang)
    spec = placing.make_spec(
        zone, base, budget, seeds=tuple(range(seed, seed + seeds)), seed=seed, curves=curves
    )
    spec = placing.with_effort(spec, rounds, time_limit, workers or os.cpu_count() or 1)
    file = placing.plan_file(out, spec)
    with bars(texts) as progress:
        placed = placing.place(spec, progress)
    placing.write(placed, file, base, texts)
    placing.show(placed, file, texts)
