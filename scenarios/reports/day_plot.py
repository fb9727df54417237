"""A day of traffic as a picture: flow and speed of each direction of each zone, the longest queues."""

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from scenarios.day_hours import QueueHour, ZoneHour
from scenarios.reports.plots import STYLE
from scenarios.texts import Texts
from scenarios.traffic_day import DayResult

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")  # Okabe and Ito
QUEUES_SHOWN = 5
Value = Callable[[ZoneHour], float]


def draw_day(result: DayResult, title: str, png: Path, texts: Texts) -> None:
    """Write the picture as a PNG; curves go through the middle of their hours."""
    with mpl.rc_context(STYLE):
        figure = Figure((9.5, 10.0), layout="constrained")
        flow, speed, queue = figure.subplots(3, 1, sharex=True)
        _zones(flow, result.zones, lambda row: row.pcu_per_h)
        flow.set_ylabel(texts.text("flow, pcu/h"))
        flow.legend(fontsize=8, ncols=4, loc="lower left", bbox_to_anchor=(0.0, 1.0))
        _zones(speed, result.zones, lambda row: row.speed_kmh)
        speed.set_ylabel(texts.text("speed, km/h"))
        _queues(queue, result.queues)
        queue.set_ylabel(texts.text("queue, m: mean, longest dotted"))
        queue.legend(fontsize=8, ncols=3, loc="lower left", bbox_to_anchor=(0.0, 1.0))
        queue.set_xlabel(texts.text("local time, h"))
        for axes in (flow, speed, queue):
            axes.set_ylim(bottom=0)
        queue.set_xticks([row.hour for row in result.map] + [result.map[-1].hour + 1])
        figure.suptitle(f"{title}. {texts.text('Simulated, not calibrated.')}", fontsize=11)
        FigureCanvasAgg(figure)
        figure.savefig(png, format="png", dpi=130)


def busiest(queues: Sequence[QueueHour]) -> list[str]:
    """Return the approaches, the one with the longest mean queue of an hour first."""
    longest: dict[str, float] = {}
    for row in queues:
        longest[row.approach] = max(longest.get(row.approach, 0.0), row.mean_m)
    return sorted(longest, key=lambda approach: -longest[approach])


def _zones(axes: Axes, rows: Sequence[ZoneHour], value: Value) -> None:
    zones = list(dict.fromkeys(row.zone for row in rows))
    ways = list(dict.fromkeys((row.zone, row.towards) for row in rows))
    for zone, towards in ways:
        mine = [row for row in rows if (row.zone, row.towards) == (zone, towards)]
        first = next(way for way in ways if way[0] == zone) == (zone, towards)
        axes.plot(
            [row.hour + 0.5 for row in mine],
            [value(row) for row in mine],
            "-" if first else "--",
            marker="o",
            markersize=3,
            color=COLOURS[zones.index(zone) % len(COLOURS)],
            label=f"{zone} {towards}",
        )


def _queues(axes: Axes, rows: Sequence[QueueHour]) -> None:
    for colour, approach in zip(COLOURS, busiest(rows)[:QUEUES_SHOWN], strict=False):
        mine = [row for row in rows if row.approach == approach]
        at = [row.hour + 0.5 for row in mine]
        label = f"{mine[0].junction}: {approach}"
        axes.plot(at, [row.mean_m for row in mine], "-o", markersize=3, color=colour, label=label)
        axes.plot(at, [row.longest_m for row in mine], ":", color=colour)
