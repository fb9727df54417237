"""The plots of a detector bench as inline SVG, drawn from its document; two detectors side by side."""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scenarios.bench.recall import PARTS
from scenarios.bench.sitting import STAGES
from scenarios.reports.plots import FOUND, INK, MISSED, STYLE, inline_svg
from scenarios.reports.wording import Words

COLOURS = (FOUND, MISSED)
LIGHT_COLOURS = {"day": "#E69F00", "low sun": "#D55E00", "dusk": "#CC79A7", "night": "#0072B2"}
TITLES = {
    "class": "Recall by class", "light": "Recall by light", "weather": "Recall by weather",
    "visible": "Recall by share visible", "height_px": "Recall by height, px",
}  # fmt: skip
LONGEST = 30  # letters of a name beside a plot


def plots(told: dict[str, Any], words: Words) -> dict[str, str]:
    """Return the plots by name: curve, height, parts, cost."""
    return {
        "curve": curve(told["detectors"], words),
        "height": by_height(told["detectors"], words),
        "parts": by_part(told["detectors"], words),
        "cost": cost(told["detectors"], words),
    }


def curve(detectors: Sequence[dict[str, Any]], words: Words) -> str:
    """Return precision over recall of any vehicle, with the operating point."""
    with mpl.rc_context(STYLE):
        figure = Figure((5.2, 3.6), layout="constrained")
        axes = figure.subplots()
        for one, colour in zip(detectors, COLOURS, strict=False):
            points = one["curve"]
            axes.plot([p["recall"] for p in points], [p["precision"] for p in points], color=colour,
                      label=_called(one["setting"]))  # fmt: skip
            values = {f["what"]: f["value"] for f in one["figures"]}
            if values.get("recall") is not None and values.get("precision") is not None:
                axes.plot([values["recall"]], [values["precision"]], "o", color=colour, markersize=8)
        axes.set_xlim(0, 1.02)
        axes.set_ylim(0, 1.04)
        axes.set_xlabel(words.text("recall"))
        axes.set_ylabel(words.text("precision"))
        axes.legend(fontsize=9, loc="lower left")
    return inline_svg(figure, "curve")


def by_height(detectors: Sequence[dict[str, Any]], words: Words) -> str:
    """Return recall by pixel height, a line a light; the second detector is dashed."""
    with mpl.rc_context(STYLE):
        figure = Figure((5.2, 3.6), layout="constrained")
        axes = figure.subplots()
        heights = PARTS["height_px"]
        for one, style in zip(detectors, ("-", "--"), strict=False):
            lights = {c["where"]["light"] for c in one["recall"] if len(c["where"]) == 2}
            for row, light in enumerate(name for name in PARTS["light"] if name in lights):
                found = [c for c in one["recall"] if len(c["where"]) == 2 and c["where"]["light"] == light]
                at = [heights.index(c["where"]["height_px"]) + 0.06 * row for c in found]
                colour = LIGHT_COLOURS.get(light, INK)
                axes.plot(at, [c["recall"] for c in found], "o", linestyle=style, color=colour, markersize=5,
                          label=words.text(light) if style == "-" else None)  # fmt: skip
                _bars(axes, at, found, colour)
        axes.set_xticks(range(len(heights)), heights)
        axes.set_ylim(0, 1.04)
        axes.set_xlabel(words.text("Height of the vehicle, px"))
        axes.set_ylabel(words.text("recall"))
        axes.legend(fontsize=9)
    return inline_svg(figure, "height")


def _bars(axes: Axes, at: Sequence[float], found: Sequence[dict[str, Any]], colour: str) -> None:
    for x, one in zip(at, found, strict=True):
        if one["low"] is not None:
            axes.plot([x, x], [one["low"], one["high"]], color=colour, linewidth=1.4, alpha=0.6)


def by_part(detectors: Sequence[dict[str, Any]], words: Words) -> str:
    """Return recall by class, light, weather and share visible, with intervals and numbers."""
    names = ("class", "light", "weather", "visible")
    with mpl.rc_context(STYLE):
        figure = Figure((10.5, 3.2), layout="constrained")
        for column, (name, axes) in enumerate(zip(names, figure.subplots(1, 4, sharey=True), strict=True)):
            shown: list[str] = []
            for row, (one, colour) in enumerate(zip(detectors, COLOURS, strict=False)):
                found = [c for c in one["recall"] if list(c["where"]) == [name]]
                shown = [c["where"][name] for c in found]
                at = [x + 0.16 * (row - (len(detectors) - 1) / 2) for x in range(len(found))]
                axes.plot(at, [c["recall"] for c in found], "o", color=colour, markersize=6,
                          label=_called(one["setting"]))  # fmt: skip
                _bars(axes, at, found, colour)
                if not row:
                    shown = [f"{_named(c['where'][name], words)}\n{words.number(c['n'])}" for c in found]
                    axes.set_xticks(range(len(found)), shown, fontsize=8)
            axes.set_xlim(-0.6, max(1, len(shown)) - 0.4)
            axes.set_ylim(0, 1.04)
            axes.set_title(words.text(TITLES[name]), loc="left", fontsize=10, fontweight="bold")
            if not column:
                axes.set_ylabel(words.text("recall"))
        if len(detectors) > 1:
            axes.legend(fontsize=8)
    return inline_svg(figure, "parts")


def _named(part: str, words: Words) -> str:
    return part if part[0].isdigit() else words.text(part)  # a span of numbers is its own name


def _called(setting: str) -> str:
    """Return how a detector was asked for, without the folders of its file and not too long for a plot."""
    kind, colon, where = setting.rpartition(":")
    short = kind + colon + where.rsplit("/", 1)[-1]
    return short if len(short) <= LONGEST else short[: LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"


def cost(detectors: Sequence[dict[str, Any]], words: Words) -> str:
    """Return what each stage takes a picture, mean, with the 95th percentile as a mark."""
    with mpl.rc_context({**STYLE, "axes.grid.axis": "x"}):
        figure = Figure((5.2, 0.9 + 0.75 * len(detectors) + 0.7), layout="constrained")
        axes = figure.subplots()
        for row, one in enumerate(detectors):
            left = 0.0
            for stage, colour in zip(STAGES, (FOUND, "#56B4E9", "#009E73"), strict=True):
                mean = one["cpu_ms"][stage]["mean"] or 0.0
                label = words.text(stage) if not row else None
                axes.barh([row], [mean], left=left, color=colour, height=0.55, label=label)
                left += mean
            axes.annotate(words.number(left, 1), (left, row), textcoords="offset points", xytext=(5, -4))
        axes.set_yticks(range(len(detectors)), [_called(one["setting"]) for one in detectors])
        axes.invert_yaxis()
        axes.margins(x=0.16)
        axes.set_xlabel(words.text("CPU ms a picture, all threads together"))
        axes.legend(fontsize=8.5, ncols=3, loc="upper left", bbox_to_anchor=(0, 1.35))
    return inline_svg(figure, "cost")
