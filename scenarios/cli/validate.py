"""`bconnect validate`: run a scenario, score it against truth, write the report."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from scenarios.cli.terminal import DONE, GATE_NOT_PASSED, Language, bars, examples, texts_for
from scenarios.run import Outcome, RunSpec
from scenarios.run import validate as run_validation
from scenarios.score import RuleScore, Share, pooled, shortfalls
from scenarios.spec import check_detector, check_on_map, check_zone, load_plan, load_scenario
from scenarios.texts import Texts
from twin.network import library

EXAMPLES = examples(
    "bconnect validate beruang-madu --short",
    "bconnect validate beller --seeds 10 --out out/beller",
    "bconnect validate my-zone.toml --plan my-cameras.toml --detector oracle",
)


def validate(  # noqa: PLR0913 - one parameter an option
    zone: Annotated[str, typer.Argument(help="Name of a scenario, or the path of its file.")],
    *,
    plan: Annotated[str | None, typer.Option(help="Camera plan, name or path; else the scenario's.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Root seed of the first run.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="How many runs, each with its own seed.")] = 1,
    short: Annotated[bool, typer.Option("--short", help="Only the excerpt of the scenario.")] = False,
    detector: Annotated[str | None, typer.Option(help="Detector; else the scenario's.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; else one a core.")] = None,
    lang: Language = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the result; else out/ZONE.")] = None,
) -> int:
    """Run a scenario through cameras and engine, score it against truth, write the report.

    Exit code 0: done, gates passed. 3: done, a gate not passed. 2: bad input.
    """
    texts = texts_for(lang)
    spec = make_spec(zone, plan, detector, short=short)
    with bars(texts) as progress:
        outcome = run_validation(
            spec,
            seeds=tuple(range(seed, seed + seeds)),
            workers=workers or os.cpu_count() or 1,
            out=out or Path("out") / spec.scenario.name,
            lang=texts.language,
            progress=progress,
        )
    show(outcome, spec, texts)
    return DONE if outcome.passed else GATE_NOT_PASSED


def make_spec(zone: str, plan: str | None, detector: str | None, *, short: bool) -> RunSpec:
    """Return the run that was asked for, checked against its network; raises InputError."""
    scenario = load_scenario(zone)
    scenario = replace(scenario, plan=plan or scenario.plan, detector=detector or scenario.detector)
    check_detector(scenario.detector)
    cameras = load_plan(scenario.plan)
    network = library.resolve(scenario.network)
    check_zone(scenario, network)
    check_on_map(cameras, network)
    return RunSpec(scenario, cameras, short)


def show(outcome: Outcome, spec: RunSpec, texts: Texts) -> None:
    """Say the score by rule, what a gate lacks, and where the report is."""
    console = Console(highlight=False)
    total = pooled(outcome.scores)
    table = Table(title=texts.text("{zone}: score against truth", zone=spec.scenario.zone))
    for heading in ("Rule", "Recall", "Precision", "Wrong vehicle", "How it was seen"):
        table.add_column(texts.text(heading))
    for rule in total.rules:
        table.add_row(*_row(rule, texts))
    console.print(table)
    for lack in shortfalls(total, spec.scenario):
        said = texts.text(
            "Gate not passed: {rule}, {measure} {got}, wanted at least {wanted}",
            rule=texts.text(lack.rule),
            measure=texts.text(lack.measure),
            got=_percent(lack.got),
            wanted=_percent(lack.wanted),
        )
        console.print(said, markup=False)
    console.print(texts.text("Report: {path}", path=outcome.report_path), markup=False, soft_wrap=True)


def _row(rule: RuleScore, texts: Texts) -> tuple[str, ...]:
    seen = texts.text(rule.seen) + (f", {texts.text('oracle')}" if rule.oracle else "")
    shares = (rule.view_recall, rule.precision, rule.wrong_vehicle)
    return texts.text(rule.rule), *map(_share, shares), seen


def _share(share: Share) -> str:
    return f"{_percent(share.value)} ({share.hits}/{share.trials})"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f} %"
