"""What `bconnect detector bench` does: the pictures asked for, a pass over them, what is said of it."""

import shlex
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from scenarios.bench.document import Bench, figure_of
from scenarios.bench.figures import MAIN, Measured
from scenarios.bench.sitting import STAGES
from scenarios.bench.sources import Asked, open_on
from scenarios.bench.trial import check_settings, try_on
from scenarios.cli.detectors_at_work import look_here
from scenarios.errors import InputError
from scenarios.progress import Progress, silent
from scenarios.reports.bench_page import DATA, PAGE, rows, write_bench
from scenarios.reports.wording import Words
from scenarios.staging import staged
from scenarios.texts import Texts


def settings_of(name: str | None, compare: tuple[str, str] | None) -> tuple[str, ...]:
    """Return the detectors to try; raises InputError unless either a name or two to compare are given."""
    if (name is None) == (compare is None):
        msg = "detector bench: give the NAME of a detector, or two of them with --compare A B"
        raise InputError(msg)
    if compare is not None and compare[0] == compare[1]:
        msg = f"--compare {compare[0]} {compare[1]}: the same detector twice; a setting may follow an @"
        raise InputError(msg)
    return compare or (str(name),)


def asked(  # noqa: PLR0913 - one parameter an option
    *,
    split: str,
    labels: Path | None,
    seeds: tuple[int, ...],
    cameras: int,
    seconds: float,
    fps: float,
    weather: str,
    site: str | None,
) -> Asked:
    """Return how to look at the source; raises InputError for labels that are not there."""
    if labels is not None and not labels.is_file():
        msg = f"--labels {labels}: no such file"
        raise InputError(msg)
    skies = tuple(part.strip() for part in weather.split(",") if part.strip())
    return Asked(split, labels, seeds, cameras, seconds, fps, skies, site)


def run(
    settings: tuple[str, ...],
    on: str,
    how: Asked,
    out: Path,
    progress: Progress = silent,
    lang: str = "en",
) -> dict[str, Any]:
    """Try the detectors and write bench.html and bench.json to `out`; return the document."""
    look_here()
    check_settings(settings)
    source = open_on(on, how)
    with staged(out, DATA) as stage:
        trials = try_on(source, settings, progress)
        progress("weighing", 0.0)
        measured = tuple(Measured(trial) for trial in trials)
        command = (
            shlex.join(["bconnect", *sys.argv[1:]])
            if sys.argv[1:2] == ["detector"]
            else _command(settings, on)
        )
        told = write_bench(Bench(measured, command), stage, lang)
        progress("weighing", 1.0)
    return told


def _command(settings: tuple[str, ...], on: str) -> str:
    which = settings if len(settings) == 1 else ("--compare", *settings)
    return shlex.join(["bconnect", "detector", "bench", *which, "--on", on])


def fails(told: dict[str, Any], least: float) -> bool:
    """Return whether mAP50 of any detector is less than `least`, or could not be measured."""
    values = [figure_of(one, MAIN) for one in told["detectors"]]
    return any(value is None or value < least for value in values)


def show(told: dict[str, Any], out: Path, texts: Texts) -> None:
    """Print the figures, what a reader has to know, and where the page is."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(_table(told, texts))
    for note in told["notes"]:
        console.print(texts.text(note), markup=False)
    console.print(texts.text("Report: {path}", path=out / PAGE), markup=False)


def _table(told: dict[str, Any], texts: Texts) -> Table:
    words, detectors = Words(texts.language), told["detectors"]
    two = len(detectors) == 2
    pictures = f"{words.number(told['on']['pictures'])} {texts.text('pictures')}"
    table = Table(title=f"{told['on']['name']}: {pictures}")
    table.add_column(texts.text("Figure"))
    for one in detectors:
        table.add_column(one["setting"])
    for heading in ("B less A", "95 % interval", "Finding") if two else ("95 % interval",):
        table.add_column(texts.text(heading))
    table.add_column(texts.text("Rests on"))
    for row in rows(told, words):
        more = ("b", "difference", "difference_interval", "finding") if two else ("a_interval",)
        table.add_row(row["what"], row["a"], *(row[one] for one in more), row["n"])
    blank = [""] * (3 if two else 1)
    for what in ("detections", "tracks"):
        counts = [words.number(one[what]) for one in detectors]
        table.add_row(texts.text(what), *counts, *blank, pictures)
    for stage in STAGES:
        spent = [words.number(one["cpu_ms"][stage]["mean"], 1) for one in detectors]
        table.add_row(f"{texts.text(stage)}, ms CPU", *spent, *blank, pictures)
    return table
