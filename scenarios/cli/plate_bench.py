"""What `bconnect detector plates` does."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from scenarios.experiments.plate_trials import (
    Counted,
    PlateTrial,
    of_cases,
    of_pictures,
    plate_trials,
)
from scenarios.texts import Texts

__all__ = ["plate_trials", "show_plates", "write_plates"]


def show_plates(trials: tuple[PlateTrial, ...], texts: Texts) -> None:
    """Print what became of cases and of pictures, and what was read wrongly."""
    console = Console(highlight=False)
    for title, rows in (("Plates of cases", of_cases(trials)), ("Plates in pictures", of_pictures(trials))):
        table = Table(title=texts.text(title))
        for heading in (
            "What",
            "Number",
            "Exact",
            "95 % interval",
            "Wrong",
            "Upper 95 % bound",
            "Unreadable",
        ):
            table.add_column(texts.text(heading))
        for one in rows:
            table.add_row(*_cells(one))
        console.print(table)
    spent_ms = 1000 * sum(one.cpu_s for one in trials) / max(1, len(trials))
    console.print(texts.text("Reading takes {spent} ms of CPU a case.", spent=f"{spent_ms:.0f}"))
    for what, times in Counter(_mistakes(trials)).items():
        console.print(f"{times} x {what}", markup=False)


def write_plates(trials: tuple[PlateTrial, ...], seed: int, file: Path) -> None:
    """Write the figures and every trial as JSON."""
    told = {
        "seed": seed,
        "cases": [_figures(one) for one in of_cases(trials)],
        "pictures": [_figures(one) for one in of_pictures(trials)],
        "trials": [_trial(one) for one in trials],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _cells(one: Counted) -> tuple[str, ...]:
    low, high = one.exact_interval
    counts = (str(n) for n in (one.exact, one.wrong, one.unreadable))
    exact, wrong, unreadable = counts
    share = f"{low:.3f} - {high:.3f}" if one.n else "-"
    return one.what, str(one.n), exact, share, wrong, f"{one.wrong_bound:.4f}" if one.n else "-", unreadable


def _mistakes(trials: tuple[PlateTrial, ...]) -> list[str]:
    """Return what was believed wrongly, in a picture or of a case."""
    return [
        f"{one.text}: {read}"
        for one in trials
        for read in dict.fromkeys((*(a.read for a in one.attempts), one.read))
        if read not in ("", one.text)
    ]


def _figures(one: Counted) -> dict[str, Any]:
    return {
        "what": one.what,
        "n": one.n,
        "exact": one.exact,
        "wrong": one.wrong,
        "unreadable": one.unreadable,
        "exact_interval": list(one.exact_interval),
        "wrong_upper_bound": one.wrong_bound,
    }


def _trial(one: PlateTrial) -> dict[str, Any]:
    pictures = [
        {"letters_px": round(a.letters_px, 1), "outcome": a.outcome.value, "read": a.read}
        for a in one.attempts
    ]
    kind = one.vehicle_class.name.lower()
    left_with = {"outcome": one.outcome.value, "read": one.read, "why": one.why}
    return {"light": one.light.value, "class": kind, "plate": one.text, **left_with, "pictures": pictures}
