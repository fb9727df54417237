"""The plots of a rollout: compliance and the culture gap over time, by zone, and what the field did."""

from collections.abc import Sequence
from datetime import date

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scenarios.phases.measures import ALL, SMOOTHED_DAYS, Arms, Daily, Week, daily
from scenarios.phases.rollout import Rollout, Stage
from scenarios.reports.plots import FOUND, GRID, INK, MISSED, NEITHER, STYLE, inline_svg
from scenarios.reports.wording import Words
from twin.field.kerb import Measure

SHADE = {Stage.SOCIALISATION: "#E69F00", Stage.ENFORCEMENT: "#0072B2", Stage.WITHDRAWAL: "#CC79A7"}
MEASURE_COLOURS = ("#56B4E9", "#E69F00", "#D55E00", "#0072B2", "#000000")


def history(rollout: Rollout, arms: Sequence[Arms], words: Words) -> str:
    """Return compliance with and without an officer, and their difference, day by day."""
    told = daily(arms)
    with mpl.rc_context(STYLE):
        figure = Figure((10.5, 5.6), layout="constrained")
        upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(1.25, 1.0))
        _compliance(upper, told, words)
        _gap(lower, told, words)
        for axes in (upper, lower):
            _stages(axes, rollout, told.days)
            axes.yaxis.set_major_formatter(lambda share, _row: words.percent(share))
        _name_stages(upper, rollout, told.days, words)
        lower.set_xlim(told.days[0].toordinal(), told.days[-1].toordinal())
        lower.set_xticks(_mondays(told.days))
        lower.xaxis.set_major_formatter(lambda day, _row: date.fromordinal(int(day)).strftime("%d.%m."))
        lower.set_xlabel(words.text("each day with the {days} before it", days=SMOOTHED_DAYS - 1))
        upper.legend(fontsize=9, ncols=3, loc="lower right", bbox_to_anchor=(1.0, 1.08), borderaxespad=0)
    return inline_svg(figure, "history")


def _at(told: Daily) -> list[int]:
    return [day.toordinal() for day in told.days]


def _mondays(days: tuple[date, ...]) -> list[int]:
    """Return at most fourteen Mondays, evenly spaced, in ordinal days."""
    mondays = [day.toordinal() for day in days if day.weekday() == 0]
    return mondays[:: 1 + len(mondays) // 14]


def _compliance(axes: Axes, told: Daily, words: Words) -> None:
    axes.plot(_at(told), told.shown, color=MISSED, label=words.text("beside an officer"))
    axes.plot(_at(told), told.alone, color=FOUND, label=words.text("with no officer about"))
    band = (told.alone - told.alone_half, told.alone + told.alone_half)
    axes.fill_between(_at(told), *band, color=FOUND, alpha=0.2, linewidth=0)
    axes.plot(
        _at(told), told.untouched, "--", color=NEITHER, label=words.text("the same, without the rollout")
    )
    axes.set_ylim(0, 1.02)
    axes.set_ylabel(words.text("drivers who comply"))


def _gap(axes: Axes, told: Daily, words: Words) -> None:
    axes.plot(_at(told), told.gap, color=INK)
    axes.fill_between(
        _at(told), told.gap - told.gap_half, told.gap + told.gap_half, color=INK, alpha=0.15, linewidth=0
    )
    axes.set_ylim(0, max(0.1, 1.1 * float((told.gap + told.gap_half).max())))
    axes.set_ylabel(words.text("culture gap"))


def _spans(rollout: Rollout, days: tuple[date, ...]) -> list[tuple[Stage, int, int]]:
    """Return the part of each phase that is drawn, in ordinal days."""
    begin, end = days[0].toordinal(), days[-1].toordinal()
    starts = [phase.since.toordinal() for phase in rollout.phases]
    spans = zip(rollout.phases, starts, [*starts[1:], end + 1], strict=True)
    drawn = [(phase.stage, max(first, begin), min(last, end)) for phase, first, last in spans]
    return [(stage, first, last) for stage, first, last in drawn if first < last]


def _stages(axes: Axes, rollout: Rollout, days: tuple[date, ...]) -> None:
    for stage, first, last in _spans(rollout, days):
        axes.axvspan(first, last, color=SHADE.get(stage, GRID), alpha=0.10, linewidth=0)
        axes.axvline(first, color=SHADE.get(stage, GRID), linewidth=1.2)
    if rollout.lead_in_days and rollout.first_day <= days[-1]:
        axes.axvline(rollout.first_day.toordinal(), color=INK, linestyle=":", linewidth=1.1)


def _name_stages(axes: Axes, rollout: Rollout, days: tuple[date, ...], words: Words) -> None:
    for stage, first, last in _spans(rollout, days):
        middle = (first + last) / 2
        axes.text(
            middle,
            1.03,
            words.text(stage),
            ha="center",
            va="bottom",
            fontsize=9,
            transform=axes.get_xaxis_transform(),
        )


def zones(rollout: Rollout, found: Sequence[Week], words: Words) -> str:
    """Return the culture gap by week of each zone, with t intervals."""
    with mpl.rc_context(STYLE):
        figure = Figure((10.5, 2.7), layout="constrained")
        panels = figure.subplots(1, len(rollout.zones), sharey=True, squeeze=False)[0]
        for axes, zone in zip(panels, rollout.zones, strict=True):
            rows = [week for week in found if week.zone == zone]
            halves = [0.0 if w.gap.low is None else w.gap.mean - w.gap.low for w in rows]
            colours = [SHADE.get(week.stage, NEITHER) for week in rows]
            axes.bar(
                [w.number for w in rows], [w.gap.mean for w in rows], color=colours, alpha=0.75, width=0.7
            )
            axes.errorbar(
                [w.number for w in rows],
                [w.gap.mean for w in rows],
                halves,
                fmt="none",
                ecolor=INK,
                capsize=3,
            )
            axes.set_title(zone.replace("-", " ").title(), loc="left", fontsize=10, fontweight="bold")
            axes.set_xlabel(words.text("week"))
            axes.set_xticks([w.number for w in rows][:: 1 + len(rows) // 9])
            axes.yaxis.set_major_formatter(lambda share, _row: words.percent(share))
        panels[0].set_ylabel(words.text("culture gap"))
    return inline_svg(figure, "zones")


def field(rollout: Rollout, arms: Sequence[Arms], words: Words) -> str:
    """Return what was done about standing vehicles on an average day of each week."""
    acts = np.mean([one.rollout.acts for one in arms], axis=0)[rollout.lead_in_days :]
    starts = range(0, len(acts), 7)
    means = np.array([acts[start : start + 7].mean(axis=0) for start in starts])
    with mpl.rc_context(STYLE):
        figure = Figure((5.2, 3.1), layout="constrained")
        axes = figure.subplots()
        below = np.zeros(len(means))
        for column, (measure, colour) in enumerate(zip(Measure, MEASURE_COLOURS, strict=True)):
            axes.bar(
                range(1, len(means) + 1),
                means[:, column],
                bottom=below,
                color=colour,
                label=words.text(measure),
                width=0.7,
            )
            below = below + means[:, column]
        axes.set_ylim(0, max(1.0, 1.45 * float(below.max(initial=0.0))))
        axes.set_xticks(list(range(1, len(means) + 1))[:: 1 + len(means) // 12])
        axes.set_xlabel(words.text("week"))
        axes.set_ylabel(words.text("measures a day"))
        axes.legend(fontsize=8, ncols=2, loc="upper right")
    return inline_svg(figure, "field")


def displacement(found: Sequence[Week], words: Words) -> str:
    """Return how many more use side streets, or wait until the ban is over, than without the rollout."""
    rows = [week for week in found if week.zone == ALL]
    with mpl.rc_context(STYLE):
        figure = Figure((5.2, 3.1), layout="constrained")
        axes = figure.subplots()
        for shift, colour, name in ((-0.18, FOUND, "side_street"), (0.18, MISSED, "waited")):
            told = [getattr(week, name) for week in rows]
            halves = [0.0 if one.low is None else one.mean - one.low for one in told]
            at = [week.number + shift for week in rows]
            axes.bar(at, [one.mean for one in told], color=colour, width=0.34, label=words.text(name))
            axes.errorbar(at, [one.mean for one in told], halves, fmt="none", ecolor=INK, capsize=2)
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.set_xticks([w.number for w in rows][:: 1 + len(rows) // 12])
        axes.set_xlabel(words.text("week"))
        axes.set_ylabel(words.text("of all who wanted to stop"))
        axes.set_ylim(top=1.3 * max(0.01, axes.get_ylim()[1]))
        axes.yaxis.set_major_formatter(lambda share, _row: words.percent(share))
        axes.legend(fontsize=8, loc="upper left")
    return inline_svg(figure, "displacement")
