"""`bconnect compare`: two camera plans under the same traffic, and which is better, if either."""

import os
from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.terminal import Language, bars, examples, texts_for

EXAMPLES = examples(
    "bconnect compare today beruang-madu-proposal --scenario beruang-madu --seeds 10",
    "bconnect compare beruang-madu my-plan.toml --scenario beruang-madu --seeds 10 --hours 16:00-19:00",
    "bconnect compare beruang-madu beruang-madu-plus --scenario beruang-madu --short --seeds 4 --rendered",
)


def compare(  # noqa: PLR0913 - one parameter an option
    plan_a: Annotated[str, typer.Argument(help="Plan A, name or path.")],
    plan_b: Annotated[str, typer.Argument(help="Plan B, name or path.")],
    *,
    scenario: Annotated[str, typer.Option(help="Scenario, name or path: zone, day, demand.")],
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="How many evenings, each under both.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Root seed of the first evening.")] = 1,
    hours: Annotated[
        str | None, typer.Option(help="Local hours, 16:00-19:00; else an hour around sunset.")
    ] = None,
    short: Annotated[bool, typer.Option("--short", help="Only the excerpt of the scenario.")] = False,
    threshold: Annotated[
        float, typer.Option(min=0, max=100, help="Percentage points from which a difference matters.")
    ] = 2.0,
    rendered: Annotated[
        bool, typer.Option("--rendered", help="Check one seed's short excerpt through pictures and engine.")
    ] = False,
    curves: Annotated[
        str | None,
        typer.Option(help="Of sensing: stated, a detector, or a .json; else of the scenario's detector."),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; else one a core.")] = None,
    lang: Language = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the result; else out/A-vs-B.")] = None,
) -> None:
    """Hold two plans against the same simulated evenings and say A, B or not resolved.

    Sensing is analytic: expected shares from the geometry, by curves fitted to rendered runs where the
    detector of the scenario has some, else by stated ones; --rendered checks it. An
    evening is simulated once and held against both plans, so that chance favours neither.
    """
    from scenarios.cli import comparing  # noqa: PLC0415 - networkx, numba: not for `--help`

    texts = texts_for(lang)
    spec = comparing.make_spec(
        plan_a, plan_b, scenario, hours, short=short, threshold=threshold, curves=curves
    )
    comparing.say_left_out(spec, texts)
    request = comparing.Request(
        plan_a, plan_b, scenario, tuple(range(seed, seed + seeds)), hours, short, threshold, rendered, curves
    )
    with bars(texts) as progress:
        outcome = comparing.run(
            spec, request, workers or os.cpu_count() or 1, out or comparing.usual_out(spec), texts, progress
        )
    comparing.show(outcome, texts)
