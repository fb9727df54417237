"""A page of docs/verification: what was shown, when, on what, and the numbers."""

import os
import platform
import subprocess
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
VERSIONED = ("numpy", "numba", "simpy", "scipy", "opencv-python-headless")


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heading; `note` stands under it."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a proof showed: whether it holds, in a sentence, and its tables."""

    holds: bool
    sentence: str
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Effort:
    """What was run, of which commit, and what it took."""

    extent: str
    commit: str
    wall_s: float
    cpu_s: float


def page(title: str, finding: Finding, effort: Effort) -> str:
    """Return the page as Markdown."""
    lines = [f"# {title}", "", finding.sentence, ""]
    for table in (*finding.tables, _circumstances(effort)):
        lines += [f"## {table.heading}", "", _row(table.columns), _row(("---",) * len(table.columns))]
        lines += [_row(row) for row in table.rows]
        lines += ["", table.note, ""] if table.note else [""]
    return "\n".join(lines)


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _circumstances(effort: Effort) -> Table:
    rows = (
        ("date", time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())),
        ("commit", effort.commit),
        ("extent", effort.extent),
        ("took", f"{effort.wall_s:.0f} s, {effort.cpu_s:.0f} s of processor time"),
        ("processor", f"{platform.machine()}, {os.cpu_count()} cores"),
        ("Python", platform.python_version()),
        *((name, version(name)) for name in VERSIONED),
    )
    return Table("Circumstances", ("what", "which"), rows)


def commit() -> str:
    """Return the commit that lies here, and whether files differ from it."""
    head, changed = _git("rev-parse", "HEAD"), _git("status", "--porcelain", "--untracked-files=no")
    if not head:
        return "unknown: no repository here"
    return head[:12] + (f", with {len(changed.splitlines())} files changed" if changed else "")


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
