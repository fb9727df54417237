"""The map of a placement as a PNG: what was chosen, what it covers and what it leaves."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from scenarios.curve_names import short_of_curves
from scenarios.errors import InputError
from scenarios.planning.place import Placed
from scenarios.reports.coverage_map import DrawnView, Watched, draw_coverage, legend, map_ratio
from scenarios.reports.plots import STYLE
from scenarios.texts import Texts
from twin.cameras.survey import mount

WIDTH_IN = 9.0


def draw_placement(placed: Placed, png: Path, texts: Texts) -> None:
    """Write the map; raises InputError where the file cannot be written."""
    with mpl.rc_context(STYLE):
        figure = _figure(placed, texts)
        FigureCanvasAgg(figure)
        try:
            figure.savefig(png, format="png", dpi=150, facecolor="white")
        except OSError as error:
            msg = f"{png}: expected a place for the picture, got: {error.strerror}; choose another file"
            raise InputError(msg) from error


def _figure(placed: Placed, texts: Texts) -> Figure:
    network, zone = placed.spec.network, placed.spec.scenario.zone
    base = placed.spec.base.views if placed.spec.base else ()
    views = [DrawnView(mount(network, view), new=False) for view in base]
    views += [DrawnView(mount(network, view)) for view in placed.views]
    covered = placed.problem.depth(placed.best.chosen) > 0
    kerbs = len(placed.demand.kerb_m)
    watched = Watched(
        placed.demand.kerb_m,
        covered[:kerbs].astype(np.float64),
        placed.demand.approaches,
        covered[kerbs:].astype(np.float64),
    )
    height = float(np.clip(WIDTH_IN * map_ratio(network, zone, views), 4.0, 12.0))
    figure = Figure((WIDTH_IN, height + 1.5), layout="constrained")
    axes = figure.subplots()
    draw_coverage(axes, network, zone, views, watched)
    axes.set_title(_title(placed, texts), loc="left", fontsize=11)
    key = [one for one in legend(texts, old=bool(base)) if one.get_label() != texts.text("half the chance")]
    figure.legend(handles=key, loc="outside lower center", ncols=5, fontsize=9)
    return figure


def _title(placed: Placed, texts: Texts) -> str:
    best = placed.best
    return texts.text(
        "{zone}: {count} cameras cover {value} of 100, proved gap {gap} % (analytic: {curves})",
        zone=placed.spec.scenario.zone,
        count=len(placed.views),
        value=f"{best.value:.1f}",
        gap=f"{100 * best.gap:.2f}",
        curves=short_of_curves(placed.spec.curves, texts),
    )
