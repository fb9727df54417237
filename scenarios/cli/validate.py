"""`bconnect validate`: run a scenario, score it against truth, write the report."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.terminal import DONE, GATE_NOT_PASSED, Language, bars, examples, texts_for

EXAMPLES = examples(
    "bconnect validate beruang-madu --short",
    "bconnect validate beller --seeds 10 --out out/beller",
    "bconnect validate beruang-madu --gate G1 --plan beruang-madu-proposal --seeds 10",
    "bconnect validate beruang-madu --trajectories fcd.xml",
    "bconnect validate beruang-madu --short --desk --day 2026-01-12 --detector oracle --out out/desk",
    "bconnect validate my-zone.toml --plan my-cameras.toml --detector oracle",
)


def validate(  # noqa: PLR0913 - one parameter an option
    zone: Annotated[str, typer.Argument(help="Name of a scenario, or the path of its file.")],
    *,
    plan: Annotated[str | None, typer.Option(help="Camera plan, name or path; else the scenario's.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Root seed of the first run.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="How many runs, each with its own seed.")] = 1,
    short: Annotated[bool, typer.Option("--short", help="Only the excerpt of the scenario.")] = False,
    gate: Annotated[
        str | None, typer.Option(help="Only this gate, as a table: G0 geometry, G1 gain over --base.")
    ] = None,
    base: Annotated[str, typer.Option(help="Plan over which gate G1 asks for a gain.")] = "today",
    trajectories: Annotated[
        Path | None, typer.Option(help="Show these instead of simulating: SUMO's FCD, or a table of tracks.")
    ] = None,
    weather: Annotated[str | None, typer.Option(help="clear, rain or haze; else the scenario's.")] = None,
    detector: Annotated[str | None, typer.Option(help="Detector; else the scenario's.")] = None,
    day: Annotated[str | None, typer.Option(help="Day, YYYY-MM-DD; else the scenario's.")] = None,
    desk: Annotated[
        bool, typer.Option("--desk", help="Leave every case to an officer; else standing ones are accepted.")
    ] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; else one a core.")] = None,
    lang: Language = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the result; else out/ZONE.")] = None,
) -> int:
    """Run a scenario through cameras and engine, score it against truth, write the report.

    Exit code 0: done, gates passed. 3: done, a gate not passed. 2: bad input.
    """
    if gate is not None:
        return _gate(gate, zone, (plan, base), range(seed, seed + seeds), workers, lang, short=short)
    from scenarios.cli import validation  # noqa: PLC0415 - networkx and numba: not for `--help`

    texts = texts_for(lang)
    spec = validation.make_spec(zone, plan, detector, short=short)
    spec = validation.adapted(replace(spec, stand_in=not desk), weather, day, trajectories)
    validation.say_left_out(spec, texts)
    with bars(texts) as progress:
        outcome = validation.validate(
            spec,
            seeds=tuple(range(seed, seed + seeds)),
            workers=workers or os.cpu_count() or 1,
            out=out or Path("out") / spec.scenario.name,
            lang=texts.language,
            progress=progress,
        )
    validation.show(outcome, spec, texts)
    return DONE if outcome.passed else GATE_NOT_PASSED


def _gate(
    name: str,
    zone: str,
    plans: tuple[str | None, str],
    seeds: range,
    workers: int | None,
    lang: str | None,
    *,
    short: bool,
) -> int:
    from scenarios.cli import gating  # noqa: PLC0415 - networkx and numba: not for `--help`

    texts = texts_for(lang)
    cores = workers or os.cpu_count() or 1
    with bars(texts) as progress:
        rows = gating.gate(name, zone, plans, tuple(seeds), cores, texts, progress, short=short)
    verdict = gating.show(name, zone, plans[0], rows, texts)
    return DONE if verdict is gating.Verdict.PASS else GATE_NOT_PASSED
