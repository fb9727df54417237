"""The proof of realism: the statements of its tests, and a table of real and rendered side by side."""

from dataclasses import replace

from tests.verification import pytest_proof
from tests.verification.page import Finding, Table
from tests.verification.realism import names

FILE = "test_realism.py"
NOTE = (
    "Means over pictures: real ones from one roadside clip of another country, rendered ones at 9, 12 and "
    "15 h, coded as JPEG like the clip, both 640 px wide. Brightness, contrast, gradient in grey levels. "
    "How a camera grades its picture (twin/rendering/grading.py) was set with this clip in view: that the "
    "ratios are near 1 shows that the twin can look like it, not that it looks like every camera."
)


def prove(*, long: bool) -> Finding:
    """Run the tests and tell both sides."""
    shown = pytest_proof.prove(FILE, long=long)
    measured = "; ".join(row[3] for row in shown.tables[0].rows if row[3]) if shown.tables else ""
    statements = tuple(
        replace(table, rows=tuple((*row[:3], "", row[4]) for row in table.rows))
        if table.columns == pytest_proof.COLUMNS
        else table
        for table in shown.tables
    )
    return replace(shown, tables=(*statements, side_by_side(measured)))


def side_by_side(measured: str) -> Table:
    """Return the table of what a test recorded: "101.1 brightness: real; 118.0 brightness: rendered; ..."."""
    found: dict[tuple[str, str], str] = {}
    for part in filter(None, measured.split("; ")):
        value, _, what = part.partition(" ")
        name, _, side = what.partition(": ")
        found[name, side] = value
    sides = ("real", "rendered", "ratio")
    rows = tuple(
        (name.replace("_", " "), *(found.get((name, side), "-") for side in sides)) for name in names()
    )
    return Table("Real and rendered", ("what", *sides), rows, NOTE)
