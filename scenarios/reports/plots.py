"""The plots of a report as inline SVG, without a single outside reference."""

import re
from collections.abc import Sequence
from io import StringIO
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from matplotlib.typing import RcKeyType

from detectors.datatypes.cases import CaseState, CaseTrack
from scenarios.offences import KERB_PARKING, RED_LIGHT, Offence
from scenarios.reports.wording import Words
from scenarios.results import RunResult
from scenarios.score import Match, RuleScore, Score
from twin.clock import NS_PER_S, to_local

# Okabe and Ito: told apart by readers who do not see red and green apart
FOUND, MISSED, NEITHER, BAN = "#0072B2", "#D55E00", "#9aa5b1", "#E69F00"
INK, GRID = "#1f2a37", "#e3e8ee"
STYLE: dict[RcKeyType, Any] = {
    "svg.fonttype": "none",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": "#aab4c0",
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "legend.frameon": False,
}
RUNGS = {
    CaseTrack.STANDING: (
        CaseState.CAPTURED,
        CaseState.ACCEPTED,
        CaseState.TEGURAN,
        CaseState.STIKER,
        CaseState.PENDEREKAN,
    ),
    CaseTrack.MOVING: (CaseState.CAPTURED, CaseState.ACCEPTED, CaseState.LETTER),
}


def inline_svg(figure: Figure, name: str) -> str:
    """Return a figure as an <svg> element for HTML; `name` keeps its ids apart from another's."""
    text = StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with mpl.rc_context({**STYLE, "svg.hashsalt": name, "svg.id": name}):
        figure.savefig(text, format="svg", transparent=True, metadata=nothing)
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r'\s+xmlns(:\w+)?="[^"]*"', "", svg)  # HTML knows the namespace of an <svg>
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*pt" height="[^"]*pt"', r'\1 role="img"', svg, count=1)
    svg = re.sub(r"(?s)<metadata>.*?</metadata>", "", svg)
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', svg)
    return re.sub(r'(xlink:href="#|url\(#)', rf"\1{name}-", svg)


def timeline(result: RunResult, score: Score, words: Words) -> str:
    """Return stands and crossings over the evening, found and missed, and the cases opened."""
    kerb = [one for one in score.offences if one.violation.rule == KERB_PARKING and one.in_view]
    red = [one for one in score.offences if one.violation.rule == RED_LIGHT and one.in_view]
    with mpl.rc_context(STYLE):
        figure = Figure((10.5, 2.6 + min(3.0, 0.09 * len(kerb))), layout="constrained")
        ratios = (max(1.0, min(4.0, 0.12 * len(kerb))), 0.7)
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=ratios)
        _stands(upper, kerb, score, words)
        _crossings(lower, red, score, words)
        for axes in (upper, lower):
            _shade(axes, result)
        lower.set_xlim(_hour(result.start_ns), _hour(result.end_ns))
        lower.xaxis.set_major_formatter(lambda hour, _row: f"{int(hour):02d}:{round(hour * 60) % 60:02d}")
        lower.set_xticks(_ticks(result))
        figure.legend(handles=_legend(words), loc="outside lower center", ncols=5, fontsize=9)
    return inline_svg(figure, "timeline")


def dwell(results: Sequence[RunResult], score: Score, words: Words) -> str:
    """Return how long vehicles stood at the kerb, on a logarithmic axis."""
    every = [one for result in results for one in result.violations if one.rule == KERB_PARKING]
    end_ns = max((result.end_ns for result in results), default=0)
    counted = {one.violation for one in score.offences if not one.borderline}
    minutes = np.array([_minutes(one.opened_ns, one.closed_ns or end_ns) for one in every])
    offends = np.array([one in counted for one in every], dtype=bool)
    with mpl.rc_context(STYLE):
        figure = Figure((5.2, 3.1), layout="constrained")
        axes = figure.subplots()
        bins = np.geomspace(0.25, max(240.0, float(minutes.max(initial=1.0)) * 1.01), 22)
        shown = (np.clip(minutes[offends], bins[0], None), np.clip(minutes[~offends], bins[0], None))
        labels = [words.text("a violation in the window"), words.text("allowed, or not observed")]
        axes.hist(shown, bins=bins.tolist(), stacked=True, color=[FOUND, NEITHER], label=labels)
        axes.set_xscale("log")
        axes.set_xticks([0.25, 1, 4, 15, 60, 240], ["¼", "1", "4", "15", "60", "240"])
        axes.minorticks_off()
        axes.set_xlabel(words.text("time at the kerb, minutes"))
        axes.set_ylabel(words.text("stands"))
        axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.legend(fontsize=9)
    return inline_svg(figure, "dwell")


def ladder(results: Sequence[RunResult], words: Words) -> str:
    """Return how many cases reached each rung of the two tracks of enforcement."""
    cases = [case for result in results for view in result.views for case in view.cases]
    labels, counts, colours = [], [], []
    for track, rungs in RUNGS.items():
        mine = [{event.state for event in case.history} for case in cases if case.enforcement is track]
        for rung in rungs:
            labels.append(f"{words.text(track)}: {words.text(rung)}")
            counts.append(sum(rung in states for states in mine))
            colours.append(FOUND if track is CaseTrack.STANDING else "#56B4E9")
    with mpl.rc_context({**STYLE, "axes.grid.axis": "x"}):
        figure = Figure((5.2, 3.1), layout="constrained")
        axes = figure.subplots()
        bars = axes.barh(labels, counts, color=colours, height=0.62)
        axes.bar_label(bars, [words.number(count) for count in counts], padding=4)
        axes.invert_yaxis()
        axes.set_xlim(0, 1.14 * max(1, *counts))
        axes.set_xlabel(words.text("cases"))
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    return inline_svg(figure, "ladder")


def seeds(scores: Sequence[Score], words: Words) -> str:
    """Return recall and precision of each run beside one another."""
    with mpl.rc_context(STYLE):
        figure = Figure((10.5, 2.6), layout="constrained")
        rules = [one for one in scores[0].rules if any(_happened(score.rule(one.rule)) for score in scores)]
        rules = rules or list(scores[0].rules[:1])
        for column, rule in enumerate(rules):
            axes = figure.add_subplot(1, len(rules), column + 1)
            shares = [one.rule(rule.rule) for one in scores]
            _dots(axes, [one.view_recall.value for one in shares], FOUND, words.text("recall"), -0.08)
            _dots(axes, [one.precision.value for one in shares], MISSED, words.text("precision"), 0.08)
            axes.set_title(words.text(rule.rule), loc="left", fontsize=10, fontweight="bold")
            axes.set_xticks(range(len(scores)), [str(one.seeds[0]) for one in scores])
            axes.set_xlabel(words.text("seed"))
            axes.set_ylim(-0.05, 1.08)
            axes.yaxis.set_major_formatter(lambda share, _row: words.percent(share))
        axes.legend(fontsize=9, loc="lower right")
    return inline_svg(figure, "seeds")


def _happened(rule: RuleScore) -> bool:
    return bool(rule.view_recall.trials or rule.precision.trials)


def _dots(axes: Axes, values: Sequence[float | None], colour: str, label: str, shift: float) -> None:
    known = [(row + shift, value) for row, value in enumerate(values) if value is not None]
    axes.plot([x for x, _ in known], [y for _, y in known], "o", color=colour, label=label, markersize=6)


def _stands(axes: Axes, kerb: list[Offence], score: Score, words: Words) -> None:
    opened = {one.offence: one for one in score.matches if one.match is Match.CORRECT}
    for row, one in enumerate(sorted(kerb, key=lambda offence: offence.violation.opened_ns)):
        colour = _colour(one, one in opened)
        span = [_hour(one.violation.opened_ns), _hour(one.until_ns)]
        axes.plot(span, [row, row], color=colour, linewidth=2.6, solid_capstyle="butt")
        if one in opened and (latency_s := opened[one].latency_s) is not None:
            at = _hour(one.since_ns + round(latency_s * NS_PER_S))
            axes.plot([at], [row], "|", color=INK, markersize=7, markeredgewidth=1.6)
    axes.set_yticks([])
    axes.grid(axis="y", visible=False)
    axes.invert_yaxis()
    axes.set_title(words.text("kerb_parking"), loc="left", fontsize=10, fontweight="bold")


def _crossings(axes: Axes, red: list[Offence], score: Score, words: Words) -> None:
    caught = {one.offence for one in score.matches if one.match is Match.CORRECT}
    for one in red:
        colour = _colour(one, one in caught)
        axes.plot([_hour(one.since_ns)], [one.violation.amount], "o", color=colour, markersize=5)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(words.text("s into red"), fontsize=8)
    axes.set_title(words.text("red_light"), loc="left", fontsize=10, fontweight="bold")


def _colour(offence: Offence, found: bool) -> str:  # noqa: FBT001 - a choice of two colours
    if offence.borderline:
        return NEITHER
    return FOUND if found else MISSED


def _shade(axes: Axes, result: RunResult) -> None:
    for window in {zone.window for view in result.views for zone in view.site.no_parking if zone.window}:
        axes.axvspan(window.start_s / 3600, window.end_s / 3600, color=BAN, alpha=0.13, linewidth=0)


def _legend(words: Words) -> list[Line2D]:
    bars = ((FOUND, "found"), (MISSED, "missed"), (NEITHER, "borderline"))
    lines = [Line2D([], [], color=colour, linewidth=4, label=words.text(label)) for colour, label in bars]
    case = Line2D([], [], color=INK, marker="|", linestyle="", markersize=9, label=words.text("case opened"))
    ban = Line2D([], [], color=BAN, alpha=0.3, linewidth=9, label=words.text("hours of the ban"))
    return [*lines, case, ban]


def _ticks(result: RunResult) -> list[float]:
    """Return at most ten round times of day, in hours."""
    first, last = 60 * _hour(result.start_ns), 60 * _hour(result.end_ns)
    step = next((m for m in (1, 2, 5, 10, 15, 30) if (last - first) / m <= 10), 60)
    return [minute / 60 for minute in range(-int(-first // step) * step, int(last) + 1, step)]


def _hour(timestamp_ns: int) -> float:
    local = to_local(timestamp_ns)
    return local.hour + local.minute / 60 + local.second / 3600


def _minutes(begins_ns: int, ends_ns: int) -> float:
    return max(0.0, (ends_ns - begins_ns) / 60 / NS_PER_S)
