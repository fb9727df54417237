"""`bconnect traffic`: traffic alone, on any network, in the formats of SUMO."""

from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from scenarios.cli import calibrating, day, gate_list
from scenarios.cli.terminal import Language, bars, examples, texts_for
from scenarios.errors import InputError
from scenarios.texts import Texts

if TYPE_CHECKING:
    from scenarios.traffic import TrafficResult

EXAMPLES = examples(
    "bconnect traffic run mt-haryono --until 600 --fcd fcd.xml",
    "bconnect traffic run grid.net.xml grid.rou.xml --step 1 --until 3600 --tripinfo trips.xml",
)
RUN_EXAMPLES = examples(
    "bconnect traffic run mt-haryono --until 600 --fcd fcd.parquet",
    "bconnect traffic run grid.net.xml grid.rou.xml --step 1 --until 3600 --tripinfo trips.xml",
    "bconnect traffic run grid.net.xml grid.rou.xml --until 4200 --edgedata edges.xml"
    " --edgedata-begin 600 --edgedata-end 4200",
    "bconnect traffic run mt-haryono --demand ktl --day 2026-11-27 --start 11:00 --until 7200",
    "bconnect traffic run mt-haryono --start 16:45 --until 4500 --counts counts.csv",
)
Moment = TypeVar("Moment", date, time)
Network = Annotated[str, typer.Argument(help="Name of a network, or a file: SUMO net.xml, OSM, GraphML.")]
Routes = Annotated[
    Path | None, typer.Argument(help="SUMO routes: vType, vehicle, trip, flow.", show_default=False)
]
EdgeData = Annotated[Path | None, typer.Option(help="Write flows, speeds and densities by edge.")]
EdgeBegin = Annotated[float | None, typer.Option(help="Seconds at which edge data begin; else 0.")]
EdgeEnd = Annotated[float | None, typer.Option(help="Seconds at which edge data end; else the end.")]
Counts = Annotated[Path | None, typer.Option(help="Write who came to each road in each whole hour, as CSV.")]
Start = Annotated[
    str | None, typer.Option(help="Local time, HH:MM; else 17:00, with routes 00:00.", show_default=False)
]
app = typer.Typer(help="Traffic alone, on any network, in the formats of SUMO.", epilog=EXAMPLES)
app.command("calibrate", epilog=calibrating.EXAMPLES)(calibrating.calibrate_command)
app.command("day", epilog=day.EXAMPLES)(day.day_command)
app.command("gates", epilog=gate_list.EXAMPLES)(gate_list.gates_command)


@app.callback()
def traffic() -> None:
    """Traffic alone, on any network, in the formats of SUMO."""


@app.command("run", epilog=RUN_EXAMPLES)
def run_command(  # noqa: PLR0913 - one parameter an option
    net: Network,
    routes: Routes = None,
    *,
    until: Annotated[float, typer.Option(help="Seconds to run.")] = 3600.0,
    step: Annotated[float, typer.Option(help="Seconds of a step, 0.05 to 1.")] = 0.2,
    seed: Annotated[int, typer.Option(min=0, help="Root seed.")] = 1,
    fcd: Annotated[
        Path | None, typer.Option(help="Write floating car data: .xml, .xml.gz, .csv or .parquet.")
    ] = None,
    edgedata: EdgeData = None,
    edgedata_begin: EdgeBegin = None,
    edgedata_end: EdgeEnd = None,
    tripinfo: Annotated[Path | None, typer.Option(help="Write how each finished trip went.")] = None,
    counts: Counts = None,
    demand: Annotated[str | None, typer.Option(help="Name of a demand, or a file.")] = None,
    start: Start = None,
    day: Annotated[str | None, typer.Option(help="Local date, YYYY-MM-DD; else a Tuesday.")] = None,
    lang: Language = None,
) -> None:
    """Run traffic on a network and write what SUMO's tools read.

    Without routes the demand drives in from the edges of the map: the built-in one, or `--demand`.
    """
    from scenarios.demand_files import load_demand  # noqa: PLC0415 - numba, simpy: not for `--help`
    from scenarios.traffic import DAY, TrafficRun, run_traffic  # noqa: PLC0415 - as above

    texts = texts_for(lang)
    span_s = None
    if edgedata_begin is not None or edgedata_end is not None:
        span_s = (edgedata_begin or 0.0, until if edgedata_end is None else edgedata_end)
    who = load_demand(demand) if demand else None
    when = _parsed(date, "--day", "2026-11-27", day) if day else DAY
    at = _parsed(time, "--start", "16:50", start) if start else None
    run = TrafficRun(
        net, routes, until, step, seed, fcd, edgedata, span_s, tripinfo, who, when, at, counts
    )  # fmt: skip
    with bars(texts) as progress:
        done = run_traffic(run, progress)
    _show(net, done, texts)
    for path in (fcd, edgedata, tripinfo, counts):
        if path is not None:
            said = texts.text("Written: {path}", path=path)
            Console(highlight=False).print(said, markup=False, soft_wrap=True)


def _parsed(kind: type[Moment], option: str, example: str, said: str) -> Moment:
    """Return a local date or time of an option; raises InputError."""
    try:
        found = kind.fromisoformat(said)
    except ValueError:
        found = None
    if found is None or (isinstance(found, time) and found.tzinfo is not None):
        msg = f"{option} {said}: expected a local one as {example}"
        raise InputError(msg)
    return found


def _show(net: str, done: "TrafficResult", texts: Texts) -> None:
    """Print how many set out, drive, arrived and wait, and how fast that went."""
    table = Table(title=net)
    table.add_column(texts.text("Traffic"))
    table.add_column(texts.text("Count"), justify="right")
    for what, count in (
        (texts.text("vehicles that set out"), f"{done.census.inserted}"),
        (texts.text("on the road at the end"), f"{done.census.active}"),
        (texts.text("arrived"), f"{done.census.finished}"),
        (texts.text("waiting outside for room"), f"{done.census.waiting}"),
        (texts.text("crossings at red"), f"{done.red_crossings}"),
        (texts.text("vehicle-steps in a CPU second"), f"{done.updates / max(done.cpu_s, 1e-3):,.0f}"),
    ):
        table.add_row(what, count)
    Console(highlight=False).print(table)
