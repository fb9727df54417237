"""Which sensing curves are used, by the name that was given, and what is said of them."""

from pathlib import Path

from scenarios.errors import InputError, unknown_name
from scenarios.texts import Texts
from twin.cameras.curves import CurvesError, DetectorCurves, curves_of, fitted_detectors, load_curves
from twin.cameras.sensing import CURVES, Curves, curves_for

STATED = "stated"


def curves_named(name: str | None, detector: str) -> Curves:
    """Return the curves by name or file, those of a detector if none is asked for; raises InputError."""
    if name is None:
        return curves_for(detector)
    if name == STATED:
        return CURVES
    if name.endswith(".json"):
        try:
            return load_curves(Path(name))
        except CurvesError as error:
            raise InputError(str(error)) from error
    found = curves_of(name)
    if found is None:
        raise unknown_name(name, (STATED, *fitted_detectors()), what="curves")
    return found


def said_of_curves(curves: Curves, texts: Texts) -> str:
    """Return in a line which curves were used."""
    if isinstance(curves, DetectorCurves):
        return texts.text(
            "Seen: analytic, by curves fitted for {detector} on {date} ({views} views)",
            detector=curves.detector,
            date=curves.fitted_on.made_on,
            views=len(curves.fitted_on.views),
        )
    return texts.text("Seen: analytic, by stated curves, not calibrated.")


def short_of_curves(curves: Curves, texts: Texts) -> str:
    """Return the same in a few words."""
    if isinstance(curves, DetectorCurves):
        on = curves.fitted_on.made_on
        return texts.text("fitted for {detector} on {date}", detector=curves.detector, date=on)
    return texts.text("stated, not calibrated")
