"""The plots of a comparison as inline SVG: the two plans on the map, the seeds in pairs."""

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from detectors.datatypes.arrays import Float64Array
from scenarios.planning.compare import Compared, score_of
from scenarios.planning.evenings import approach_points
from scenarios.planning.weights import kerb_places
from scenarios.reports.coverage_map import DrawnView, Watched, draw_coverage, legend, map_ratio
from scenarios.reports.plots import BAN, FOUND, GRID, INK, MISSED, NEITHER, STYLE, inline_svg
from scenarios.reports.wording import Words
from twin.cameras.plans import CameraPlan
from twin.cameras.sensing import Acts, SensingView, capture, capture_by_view, sensing_views

LONG_S = 3600.0  # a stand that every tour comes back to
CAR = 1


def maps(compared: Compared, words: Words) -> str:
    """Return the maps of A and B side by side: the chance that a car standing by day is caught."""
    spec = compared.spec
    views = [sensing_views(plan, spec.network) for plan in (spec.plan_a, spec.plan_b)]
    every = [DrawnView(view.camera) for side in views for view in side]
    ratio = map_ratio(spec.network, spec.scenario.zone, every)
    with mpl.rc_context(STYLE):
        figure = Figure((10.5, float(np.clip(5.1 * ratio, 3.0, 9.0)) + 0.8), layout="constrained")
        both = figure.subplots(1, 2)
        for axes, side, letter, plan in zip(both, views, "AB", (spec.plan_a, spec.plan_b), strict=True):
            drawn = [DrawnView(view.camera) for view in side]
            draw_coverage(axes, spec.network, spec.scenario.zone, drawn, _watched(compared, side))
            axes.set_title(_titled(letter, plan), loc="left", fontsize=10.5, fontweight="bold")
            _same_box(axes, both[0])
        figure.legend(handles=legend(words, old=False), loc="outside lower center", ncols=5, fontsize=9)
    return inline_svg(figure, "maps")


def _same_box(axes: Axes, first: Axes) -> None:
    for side in (axes, first):
        low_x = min(axes.get_xlim()[0], first.get_xlim()[0])
        high_x = max(axes.get_xlim()[1], first.get_xlim()[1])
        low_y = min(axes.get_ylim()[0], first.get_ylim()[0])
        high_y = max(axes.get_ylim()[1], first.get_ylim()[1])
        side.set_xlim(low_x, high_x)
        side.set_ylim(low_y, high_y)


def _titled(letter: str, plan: CameraPlan) -> str:
    return f"{letter}: {plan.name}".replace("$", r"\$")


def _watched(compared: Compared, views: tuple[SensingView, ...]) -> Watched:
    spec = compared.spec
    kerb_m = kerb_places(spec.scenario, spec.network)[0]
    lines = approach_points(spec.network, spec.scenario.zone)
    line_m = np.array([points[:2].mean(axis=0) for points in lines]).reshape(-1, 3)
    places = np.vstack((kerb_m, line_m))
    acts = Acts(
        position_m=places,
        vehicle_class=np.full(len(places), CAR),
        daylight=np.ones(len(places)),
        lasting_s=np.full(len(places), LONG_S),
        approach=np.concatenate((np.full(len(kerb_m), -1), np.arange(len(lines)))),
    )
    chance = capture(capture_by_view(views, acts, lines, spec.curves))
    return Watched(kerb_m, chance[: len(kerb_m)], lines, chance[len(kerb_m) :])


def pairs(compared: Compared, words: Words) -> str:
    """Return the seeds in pairs: what A and B catch of the same evening, and the difference."""
    scores = [
        (one.seed, score_of(one.evening, one.chance_a), score_of(one.evening, one.chance_b))
        for one in compared.pairs
    ]
    known = [(seed, a, b) for seed, a, b in scores if a is not None and b is not None]
    with mpl.rc_context(STYLE):
        figure = Figure((10.5, 3.2), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(1, 1))
        _levels(left, known, words)
        _differences(right, known, compared, words)
    return inline_svg(figure, "pairs")


def _levels(axes: Axes, known: list[tuple[int, float, float]], words: Words) -> None:
    rows = np.arange(len(known))
    for row, (_, a, b) in zip(rows, known, strict=True):
        axes.plot([row, row], [a, b], color=NEITHER, linewidth=1.5, zorder=1)
    for letter, colour, column in (("A", MISSED, 1), ("B", FOUND, 2)):
        values: Float64Array = np.array([one[column] for one in known])
        axes.plot(rows, values, "o", color=colour, markersize=6, label=letter, zorder=2)
    axes.set_xticks(rows, [str(seed) for seed, _, _ in known])
    axes.set_xlabel(words.text("seed"))
    axes.set_ylim(0, 1.02)
    axes.yaxis.set_major_formatter(lambda share, _row: words.percent(share))
    axes.set_title(words.text("caught, mean of the rules"), loc="left", fontsize=10, fontweight="bold")
    axes.legend(ncols=2, fontsize=9, loc="upper right")


def _differences(axes: Axes, known: list[tuple[int, float, float]], compared: Compared, words: Words) -> None:
    values = np.array([100 * (b - a) for _, a, b in known])
    limit = 100 * compared.spec.threshold
    axes.axvspan(-limit, limit, color=BAN, alpha=0.18, linewidth=0)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.plot(values, np.full(len(values), 0.0), "|", color=FOUND, markersize=16, markeredgewidth=2)
    interval = compared.main.difference
    if interval is not None:
        axes.plot([100 * interval.low, 100 * interval.high], [-1, -1], color=INK, linewidth=2.5)
        axes.plot([100 * interval.estimate], [-1], "o", color=INK, markersize=7)
    axes.set_ylim(-1.7, 0.8)
    reach = 1.15 * max(2 * limit, *np.abs(values).tolist(), 1.0)
    axes.set_xlim(-reach, reach)
    axes.set_yticks([0, -1], [words.text("each seed"), words.text("95 % t interval")])
    axes.grid(axis="y", color=GRID)
    axes.set_xlabel(words.text("B less A, percentage points"))
    axes.set_title(words.text("difference"), loc="left", fontsize=10, fontweight="bold")
    band = Line2D(
        [], [], color=BAN, alpha=0.4, linewidth=8, label=words.text("makes no difference in practice")
    )
    axes.legend(handles=[band], fontsize=8.5, loc="lower right", bbox_to_anchor=(1.0, 1.0), borderpad=0.1)
