"""`bconnect hunt`: look for scenes in which a rule accuses an innocent."""

import os
from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.terminal import GATE_NOT_PASSED, Language, bars, examples, texts_for

EXAMPLES = examples(
    "bconnect hunt --rule kerb_parking --minutes 5",
    "bconnect hunt --rule red_light --minutes 30 --out out/hunt-red",
    "bconnect hunt --rule red_light --plant lag --minutes 2   # a fault on purpose: it has to be found",
)


def hunt_command(  # noqa: PLR0913 - one parameter an option
    *,
    rule: Annotated[str, typer.Option(help="The rule that is to accuse nobody wrongly.")],
    minutes: Annotated[float, typer.Option(min=0.01, help="How long to hunt.")] = 5.0,
    plant: Annotated[str, typer.Option(help="A fault to plant; the hunt ends when it is found.")] = "",
    detector: Annotated[str, typer.Option(help="Whose errors of place are taken, by its curves.")] = "twin",
    at_most: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Exit code 3 where the 95 % bound is higher.")
    ] = 1e-4,
    seed: Annotated[int, typer.Option(min=0, help="Draws the scenes.")] = 1,
    out: Annotated[Path, typer.Option(help="Folder of hunt.json and the worst scenes.")] = Path("out/hunt"),
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; else one a core.")] = None,
    lang: Language = None,
) -> None:
    """Hunt for an innocent whom a rule accuses: plain counting, and climbs towards the worst scenes.

    Scenes are of analytic tracks: what vehicles truly did, with the errors of survey, clock, signal feed and
    place that are printed with the result. The worst ones are rendered. Exit code 3 where the rate is not
    proved to be at most --at-most; with --plant, where the fault was not found.
    """
    from scenarios.cli import hunting  # noqa: PLC0415 - numba, OpenCV: not for `--help`
    from scenarios.hunting.hunt import Asked  # noqa: PLC0415 - as above

    texts = texts_for(lang)
    asked = Asked(rule, detector, plant)
    with bars(texts) as progress:
        bag = hunting.run(asked, 60 * minutes, workers or os.cpu_count() or 1, seed, out, progress)
    hunting.show(bag, out, at_most, texts)
    failed = bag.first_s is None if plant else bag.bound > at_most
    if failed:
        raise typer.Exit(GATE_NOT_PASSED)
