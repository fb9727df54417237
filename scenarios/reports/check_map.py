"""A map of what the views of a plan cover: pixel density on the lanes, and where plates are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.lines import Line2D

from detectors.datatypes.arrays import BoolArray, Float64Array
from scenarios.errors import InputError
from scenarios.planning.places import Street
from scenarios.planning.view_check import Watched, barred, good_plates
from scenarios.reports.camera_map import camera_figure
from scenarios.reports.network_map import PAPER
from scenarios.texts import Texts
from twin.cameras.acuity import SCALE_2014
from twin.cameras.optics import density_px_per_m
from twin.cameras.plans import CameraPlan

# from below the least class to the highest, light to dark
SHADES = ("#cfd6dd", "#fde725", "#7ad151", "#22a884", "#2a4f8e")
PLATE, NO_PLATE = "#117733", "#d4442e"
CELL_M = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """Lanes that views show (N, 3) with their pixel density (N,), and plates (M, 3) that are read or not."""

    lanes_m: Float64Array
    density: Float64Array
    plates_m: Float64Array
    read: BoolArray


def coverage(watched: Sequence[Watched], street: Street) -> Coverage:
    """Return what views cover together: of each place the best that one of them has."""
    lanes, density, plates, read = (
        [np.zeros((0, 3))],
        [np.zeros(0)],
        [np.zeros((0, 3))],
        [np.zeros(0, np.bool_)],
    )
    for one in watched:
        shown = one.lanes.select(~barred(one, street, one.lanes))
        lanes.append(shown.points_m)
        density.append(density_px_per_m(one.camera, shown.points_m))
        plates.append(one.plates.points_m)
        read.append(good_plates(one, street))
    lanes_m, best = _best(np.vstack(lanes), np.concatenate(density))
    plates_m, well = _best(np.vstack(plates), np.concatenate(read).astype(np.float64))
    return Coverage(lanes_m, best, plates_m, well > 0)


def _best(points_m: Float64Array, values: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Return each place once, with the highest value that it has."""
    order = np.argsort(-values, kind="stable")
    _, first = np.unique(np.round(points_m[order, :2] / CELL_M), axis=0, return_index=True)
    rows = order[np.sort(first)[::-1]]
    return points_m[rows], values[rows]


def draw_check(plan: CameraPlan, watched: Sequence[Watched], street: Street, png: Path, texts: Texts) -> None:
    """Write the map; raises InputError where the file cannot be written."""
    figure = camera_figure(plan, street.network, texts)
    _draw_coverage(figure.axes[0], coverage(watched, street), texts)
    FigureCanvasAgg(figure)
    try:
        png.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(png, format="png", dpi=150, facecolor=PAPER)
    except OSError as error:
        msg = f"{png}: expected a place for the picture, got: {error.strerror}; choose another folder"
        raise InputError(msg) from error


def _draw_coverage(axes: Axes, found: Coverage, texts: Texts) -> None:
    classes = np.searchsorted([least for least, _ in SCALE_2014], found.density, side="right")
    for number, colour in enumerate(SHADES):
        at_m = found.lanes_m[classes == number]
        axes.scatter(at_m[:, 0], at_m[:, 1], s=5, c=colour, linewidths=0, zorder=6)
    for well, colour in ((False, NO_PLATE), (True, PLATE)):
        at_m = found.plates_m[found.read == well]
        axes.scatter(at_m[:, 0], at_m[:, 1], s=11, c=colour, linewidths=0.3, edgecolors=PAPER, zorder=7)
    axes.legend(handles=_legend(texts), loc="center right", fontsize=6.5, framealpha=0.85)


def _legend(texts: Texts) -> list[Line2D]:
    def dot(colour: str, label: str) -> Line2D:
        return Line2D([], [], marker="o", linestyle="", color=colour, markersize=4, label=label)

    names = [(SHADES[0], texts.text("lanes, less than {least} px/m", least=f"{SCALE_2014[0][0]:g}"))]
    names += [
        (colour, f"{texts.text(name)}, >= {least:g} px/m")
        for colour, (least, name) in zip(SHADES[1:], SCALE_2014, strict=True)
    ]
    names += [(PLATE, texts.text("plate read in a snapshot")), (NO_PLATE, texts.text("plate not read"))]
    return [dot(colour, label) for colour, label in names]
