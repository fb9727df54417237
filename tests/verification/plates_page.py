"""The proof of plates: the engine's way of reading on rendered snapshots of which everything is true.

Cameras, light, vehicles, who stands and drives beside them, and the boxes that a detector might have are
drawn by a seed at which nothing was tried before. What cameras are done is kept in out/verification/plates,
so that an interrupted proof goes on.
"""

import argparse
import os
from collections import Counter

from scenarios.experiments.intervals import upper_bound
from scenarios.experiments.plate_trials import (
    PER_CAMERA,
    Counted,
    Outcome,
    PlateTrial,
    of_cases,
    of_pictures,
    plate_trials,
)
from tests.verification.page import ROOT, Finding, Table

SEED, SHORT_SEED = 52611, 12
LONG, SHORT = 4800, 2 * PER_CAMERA
BARS = {"day": 0.95, "night": 0.85, "rain": 0.85}
LARGE = "from 15 px"
RARE = 0.001
COLUMNS = ("what", "n", "exact", "95 % interval", "wrong", "upper 95 % bound", "unreadable")
NOTE = (
    "Intervals are those of Clopper and Pearson; the bound of wrong readings is one-sided. Vehicles before "
    "one camera share its place and light, so that the intervals are a little too narrow. A wrong reading is "
    "any text that was believed and is not that of the vehicle, a neighbour's plate among them."
)
PICTURES = (
    "The characters are so tall in the picture; a plate shows where 99 % of it is hidden by no vehicle and "
    "nothing that stands in the street."
)
KEEP = ROOT / "out" / "verification" / "plates"


def vehicles(options: argparse.Namespace) -> int:
    """Return how many vehicles are looked at."""
    return int(options.plates or (SHORT if options.short else LONG))


def extent(options: argparse.Namespace) -> str:
    """Say how far the proof goes."""
    return f"up to {vehicles(options)} vehicles, seed {SHORT_SEED if options.short else SEED}"


def prove(options: argparse.Namespace) -> Finding:
    """Read plates and tell what was read, wrongly or not at all."""
    seed = SHORT_SEED if options.short else SEED
    return finding(plate_trials(vehicles(options), seed, os.cpu_count() or 1, keep=KEEP))


def finding(trials: tuple[PlateTrial, ...]) -> Finding:
    """Return what the trials show: it holds where no bar is missed and nobody was named wrongly."""
    pictures = {one.what: one for one in of_pictures(trials)}
    large = {light: pictures[f"{light}, {LARGE}"] for light in BARS}
    cases = of_cases(trials)
    shows = next(one for one in cases if one.what == "plate shows")
    missed = [light for light, bar in BARS.items() if large[light].exact < bar * large[light].n]
    read = [one for one in trials if one.outcome is not Outcome.UNREADABLE]
    wrong = sum(one.outcome is Outcome.WRONG for one in trials)
    of_read = Counted("plates that are believed", len(read), len(read) - wrong, wrong)
    tables = (
        _bars(large),
        Table("What cases are left with", COLUMNS, tuple(map(_row, (*cases, of_read))), NOTE),
        Table("In pictures", COLUMNS, tuple(map(_row, pictures.values())), PICTURES),
        _reasons(trials),
    )
    shares = ", ".join(f"{_share(one)} ({light})" for light, one in large.items())
    of_shows, of_reads = upper_bound(wrong, shows.n), of_read.wrong_bound
    sentence = (
        f"Of pictures with characters from 15 px on, read exactly: {shares}. {wrong} of {len(trials)} "
        f"vehicles are named wrongly: that proves a rate below {of_shows:.4f} (95 %) for the {shows.n} whose "
        f"plate shows, and below {of_reads:.4f} for the {len(read)} plates that are believed. That at "
        f"most 1 in 1,000 is wrong is {'shown' if of_shows <= RARE else 'not shown by so many'}."
    )
    return Finding(not missed and not wrong, sentence, tables)


def _share(one: Counted) -> str:
    return f"{one.exact} of {one.n}"


def _bars(large: dict[str, Counted]) -> Table:
    rows = tuple(_bar(light, BARS[light], one) for light, one in large.items())
    columns = ("light", "asked for", "exact", "share", "95 % interval", "reached", "proved")
    return Table("Exact readings of characters from 15 px on", columns, rows)


def _bar(light: str, bar: float, one: Counted) -> tuple[str, ...]:
    low, high = one.exact_interval
    share = one.exact / one.n if one.n else 0.0
    answers = ("yes" if holds else "no" for holds in (share >= bar, low >= bar))
    return light, f"{bar:.0%}", _share(one), f"{share:.3f}", f"{low:.3f} to {high:.3f}", *answers


def _row(one: Counted) -> tuple[str, ...]:
    low, high = one.exact_interval if one.n else (0.0, 1.0)
    bound = f"{one.wrong_bound:.4f}" if one.n else "1"
    counts = one.what, str(one.n), str(one.exact)
    return *counts, f"{low:.3f} to {high:.3f}", str(one.wrong), bound, str(one.unreadable)


def _reasons(trials: tuple[PlateTrial, ...]) -> Table:
    """Tell why plates are unreadable, those that show and those that do not."""
    counts = Counter((one.why, one.attempts[0].letters_px > 0.0) for one in trials if one.why)
    reasons = sorted({why for why, _ in counts}, key=lambda why: (-counts[why, True], why))
    rows = tuple((why, str(counts[why, True]), str(counts[why, False])) for why in reasons)
    spent_ms = 1000 * sum(one.cpu_s for one in trials) / max(len(trials), 1)
    note = (
        f"As the last look left it. Reading took {spent_ms:.0f} ms of processor time a vehicle, drawing not "
        "counted. What an interrupted run had done was not done again, and is not in the times below."
    )
    columns = ("why", "plate shows in the first picture", "not all of it shows")
    return Table("Why a plate is unreadable", columns, rows, note)
