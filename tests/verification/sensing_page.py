"""The proof of analytic sensing: the statements of its tests, and the tables of the curves themselves."""

from dataclasses import replace

from scenarios.experiments.held_out import Foretold
from tests.verification import pytest_proof
from tests.verification.page import Finding, Table
from tests.verification.test_sensing_curves import tables
from twin.cameras.curves import ERROR_BINS_M, DetectorCurves, condition_text, curves_of, fitted_detectors

FILE = "test_sensing_curves.py"
COLUMNS = ("part", "n", "vehicles", "views", "measured", "95 % band", "curves say", "band of the fit", "off")
NOTE = (
    "A view is foretold by curves fitted without it; what the curves depend on was chosen by looking at the "
    "same views. Bands draw whole views anew: the first that of what was measured, the second of the fit."
)


def prove(*, long: bool) -> Finding:
    """Run the tests and tell the curves that are shipped."""
    shown = pytest_proof.prove(FILE, long=long)
    brief = tuple(_without_figures(table) for table in shown.tables)
    mine = [table for name in fitted_detectors() for table in _of(name)]
    return replace(shown, tables=(*brief, *mine))


def _without_figures(table: Table) -> Table:
    """Return the statements without the figures, which stand in tables of their own."""
    if table.columns != pytest_proof.COLUMNS:
        return table
    rows = tuple((*row[:3], "" if len(row[3]) > 200 else row[3], row[4]) for row in table.rows)
    return replace(table, rows=rows)


def _of(detector: str) -> list[Table]:
    curves = curves_of(detector)
    recall, alarms = tables(detector)
    found = [
        Table(f"Recall of `{detector}` on views left out", COLUMNS, tuple(map(_row, recall)), NOTE),
        Table(f"False alarms a frame of `{detector}` on views left out", COLUMNS, tuple(map(_row, alarms))),
    ]
    return found if curves is None else [*found, _ground(curves), _runs(curves)]


def _row(row: Foretold) -> tuple[str, ...]:
    counts = (str(row.n), str(row.vehicles or "-"), str(row.views))
    measured = (f"{row.measured:.3f}", f"{row.low:.3f} to {row.high:.3f}")
    said = (f"{row.said:.3f}", f"{row.said_low:.3f} to {row.said_high:.3f}", f"{row.off:+.3f}")
    return row.part, *counts, *measured, *said


def _ground(curves: DetectorCurves) -> Table:
    bins = zip(ERROR_BINS_M, ERROR_BINS_M[1:], curves.error_m, strict=False)
    rows = tuple(
        (f"{low:g} to {high:g} m", *(f"{part:.2f}" for part in row[:3]), f"{row[3]:.0f}")
        for low, high, row in bins
    )
    columns = ("distance", "mean along, m", "deviation along, m", "deviation across, m", "n")
    return Table(f"Error of tracks of `{curves.detector}` along and across the line of sight", columns, rows)


def _runs(curves: DetectorCurves) -> Table:
    told = zip(curves.conditions, curves.missing_s, curves.found_s, strict=True)
    rows = tuple((condition_text(code), f"{missed:.1f}", f"{found:.1f}") for code, missed, found in told)
    on = curves.fitted_on
    note = (
        f"{curves.switches_per_min:.1f} changes of identity a minute of tracking. Fitted on {on.made_on}: "
        f"{on.sightings} sightings of {on.vehicles} vehicles in {len(on.views)} views, {on.frames} frames, "
        f"seeds {', '.join(map(str, on.seeds))}; an overlap of {on.overlap:g} makes a find."
    )
    columns = ("light, weather", "missed, s", "found, s")
    return Table(f"Mean unbroken runs of misses and finds of `{curves.detector}`", columns, rows, note)
