"""The proof of analytic sensing: the statements of its tests, and the tables of the curves themselves."""

from dataclasses import replace

from scenarios.experiments.held_out import Foretold
from scenarios.experiments.trials import HOURS, INTENSITY, MORE_HFOV_DEG, TrialSpec
from scenarios.spec import load_scenario
from tests.verification import pytest_proof
from tests.verification.page import Finding, Table
from tests.verification.test_sensing_curves import LEFT_OUT, OTHER, rows_of, told, tracks_of
from twin.cameras.appearance import LIGHTS
from twin.cameras.curves import ERROR_BINS_M, DetectorCurves, condition_text, curves_of, fitted_detectors

FILE = "test_sensing_curves.py"
COLUMNS = ("part", "n", "vehicles", "views", "measured", "95 % band", "curves say", "band of the fit", "off")
TRACKS = ("measure", "n", "rendered", "from", "to", "analytic")
FORMS = ("form", "columns", "mean loss", "recall of a view, mean absolute error")
OTHERS = (
    "These views took no part in the fit nor in the choice of its form. Bands draw whole views anew: the "
    "first that of what was measured, the second that of the fit."
)
EACH = (
    "Each view of the fit is foretold by curves fitted without it (and others); the form was chosen on the "
    "same views."
)
CHOSEN = (
    "Cross-validation over the views of the fit: the mean over views of the negative logarithm of the "
    "likelihood of a sighting, by curves fitted without the view. The form of the smallest loss is taken."
)


def prove(*, long: bool) -> Finding:
    """Run the tests and tell the curves that are shipped."""
    shown = pytest_proof.prove(FILE, long=long)
    brief = tuple(_without_figures(table) for table in shown.tables)
    mine = [table for name in fitted_detectors() for table in _of(name)]
    return replace(shown, tables=(*brief, _watched(), *mine))


def _watched() -> Table:
    """Tell how views are watched; what each file rests on stands under its last table."""
    spec = TrialSpec(load_scenario("beruang-madu"), "motion")
    hours = zip(LIGHTS, HOURS, strict=True)
    rows = (
        (
            "views",
            f"random kerbs of arterials, lenses of {MORE_HFOV_DEG[0]:g} to {MORE_HFOV_DEG[1]:g} degrees",
        ),
        ("hours, one drawn a seed", "; ".join(f"{name} {a:g} to {b:g}" for name, (a, b) in hours)),
        ("rain and haze", f"of intensity {INTENSITY:g} alone; what is lighter or heavier was not watched"),
        (
            "each look",
            f"{spec.lasting_s:g} s at {spec.fps:g} frames a second, every {spec.noted}nd held to truth",
        ),
        ("vehicles held to be seen", "30 % visible or more, 12 px or larger in height or width"),
        ("the fit may be made again by", "bconnect detector calibrate NAME --date DAY --out FILE"),
    )
    return Table("How views are watched", ("what", "which"), rows)


def _without_figures(table: Table) -> Table:
    """Return the statements without the figures, which stand in tables of their own."""
    if table.columns != pytest_proof.COLUMNS:
        return table
    rows = tuple((*row[:3], "" if len(row[3]) > 200 else row[3], row[4]) for row in table.rows)
    return replace(table, rows=rows)


def _of(detector: str) -> list[Table]:
    curves = curves_of(detector)
    found = [_forms(detector)]
    for where, note in ((OTHER, OTHERS), (LEFT_OUT, EACH)):
        for what in ("recall", "false alarms"):
            rows = tuple(map(_row, rows_of(detector, what, where)))
            named = "Recall" if what == "recall" else "False alarms a frame"
            found.append(Table(f"{named} of `{detector}`, {where}", COLUMNS, rows, note))
    found.append(_tracks(detector))
    return found if curves is None else [*found, _ground(curves), _runs(curves)]


def _forms(detector: str) -> Table:
    rows = tuple(
        (row["form"], str(row["columns"]), f"{row['loss']:.4f}", f"{row['off']:.4f}")
        for row in told(detector)
        if row["what"] == "form"
    )
    return Table(f"Forms that were tried for `{detector}`", FORMS, rows, CHOSEN)


def _tracks(detector: str) -> Table:
    rows = tuple(
        (one.measure, str(one.n), *(f"{x:.3f}" for x in (one.rendered, one.low, one.high, one.analytic)))
        for one in tracks_of(detector)
    )
    return Table(f"Analytic tracks of `{detector}` beside rendered ones, {OTHER}", TRACKS, rows)


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
    runs = zip(curves.conditions, curves.missing_s, curves.found_s, strict=True)
    rows = tuple(
        (condition_text(code), *(f"{one:.1f}" for one in (*missed, *found))) for code, missed, found in runs
    )
    on = curves.fitted_on
    note = (
        f"{curves.switches_per_min:.1f} changes of identity a minute of tracking. Fitted on {on.made_on}: "
        f"{on.sightings} sightings of {on.vehicles} vehicles in {len(on.views)} views, {on.frames} frames, "
        f"seeds {', '.join(map(str, on.seeds))}; an overlap of {on.overlap:g} makes a find."
    )
    columns = ("light, weather", "moving missed, s", "standing missed", "moving found", "standing found")
    return Table(f"Mean unbroken runs of misses and finds of `{curves.detector}`", columns, rows, note)
