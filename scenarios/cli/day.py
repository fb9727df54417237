"""`bconnect traffic day`: a day hour by hour, as tables, CSV and a picture."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from scenarios.cli.terminal import Language, bars, examples, texts_for
from scenarios.texts import Texts

if TYPE_CHECKING:
    from scenarios.traffic_day import DayResult

EXAMPLES = examples(
    "bconnect traffic day mt-haryono --out out/day",
    "bconnect traffic day mt-haryono --from 16 --to 19 --seed 2",
    "bconnect traffic day mt-haryono --demand demand.toml",
)
PEAK_HOUR = 17


def day_command(  # noqa: PLR0913 - one parameter an option
    net: Annotated[str, typer.Argument(help="Name of a network, or a file.")] = "mt-haryono",
    *,
    demand: Annotated[
        str | None,
        typer.Option(help="Name of a demand, or a file; else weekday on mt-haryono, else the built-in one."),
    ] = None,
    first: Annotated[int, typer.Option("--from", min=0, max=23, help="First local hour.")] = 6,
    last: Annotated[int, typer.Option("--to", min=1, max=24, help="Local hour at which it ends.")] = 20,
    seed: Annotated[int, typer.Option(min=0, help="Root seed.")] = 1,
    step: Annotated[float, typer.Option(help="Seconds of a step, 0.05 to 1.")] = 0.5,
    out: Annotated[Path, typer.Option(help="Folder for the tables and the picture.")] = Path("out/day"),
    lang: Language = None,
) -> None:
    """Run the hours of a weekday; say flow, speed and travel time of the zones, and queues before signals.

    A quarter of an hour is run before the first hour. Numbers are simulated, not calibrated.
    """
    from scenarios.reports.day_plot import draw_day  # noqa: PLC0415 - numba, simpy: not for `--help`
    from scenarios.traffic_day import DayRun, run_day, write_day  # noqa: PLC0415 - as above

    texts = texts_for(lang)
    with bars(texts) as progress:
        result = run_day(DayRun(net, demand, first, last, seed, step), progress)
    console = Console(highlight=False)
    if result.zones:
        console.print(_zone_table(result, texts))
    console.print(_map_table(result, texts))
    if result.queues:
        console.print(_queue_table(result, texts))
    console.print(texts.text("Simulated, not calibrated."), markup=False)
    written = [*write_day(result, out), out / "day.png"]
    draw_day(result, f"{net}, {first:02d}-{last:02d} h", written[-1], texts)
    for path in written:
        console.print(texts.text("Written: {path}", path=path), markup=False, soft_wrap=True)


def _zone_table(result: "DayResult", texts: Texts) -> Table:
    """Return hours by zone and direction: pcu an hour, km/h, travel time."""
    table = Table(title=texts.text("Zones: pcu/h, km/h, travel time in s"))
    table.add_column(texts.text("Hour"), justify="right")
    ways = list(dict.fromkeys((row.zone, row.towards) for row in result.zones))
    for zone, towards in ways:
        table.add_column(f"{zone} {towards}", justify="right")
    for hour in result.map:
        mine = {(row.zone, row.towards): row for row in result.zones if row.hour == hour.hour}
        cells = (
            f"{mine[way].pcu_per_h:.0f} {mine[way].speed_kmh:.0f} {mine[way].travel_s:.0f}" for way in ways
        )
        table.add_row(f"{hour.hour}", *cells)
    return table


def _map_table(result: "DayResult", texts: Texts) -> Table:
    table = Table(title=texts.text("Vehicles by hour"))
    for name in ("Hour", "came in", "left the map", "waiting outside for room"):
        table.add_column(texts.text(name), justify="right")
    for row in result.map:
        table.add_row(*(str(number) for number in (row.hour, row.came, row.left, row.waiting)))
    return table


def _queue_table(result: "DayResult", texts: Texts) -> Table:
    """Return each approach: its queue in the evening peak, or the first hour, and in its worst hour."""
    from scenarios.reports.day_plot import busiest  # noqa: PLC0415 - matplotlib: not for `--help`

    hours = [row.hour for row in result.map]
    shown = PEAK_HOUR if PEAK_HOUR in hours else hours[0]
    table = Table(title=texts.text("Queues before signals: mean, longest, in m (vehicles)"))
    table.add_column(texts.text("Junction"))
    table.add_column(texts.text("Approach"))
    table.add_column(f"{shown}-{shown + 1} h", justify="right")
    table.add_column(texts.text("worst hour"), justify="right")
    for approach in busiest(result.queues):
        mine = [row for row in result.queues if row.approach == approach]
        worst = max(mine, key=lambda row: row.mean_m)
        cells = [
            f"{row.mean_m:.0f} ({row.mean_vehicles:.0f}), {row.longest_m:.0f} ({row.most_vehicles})"
            for row in (next(row for row in mine if row.hour == shown), worst)
        ]
        table.add_row(mine[0].junction, approach, cells[0], f"{worst.hour} h: {cells[1]}")
    return table
