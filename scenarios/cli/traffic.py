"""`bconnect traffic`: traffic alone, on any network, in the formats of SUMO."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from scenarios.cli.terminal import Language, bars, examples, texts_for
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
)
app = typer.Typer(help="Traffic alone, on any network, in the formats of SUMO.", epilog=EXAMPLES)


@app.callback()
def traffic() -> None:
    """Traffic alone, on any network, in the formats of SUMO."""


@app.command("run", epilog=RUN_EXAMPLES)
def run_command(  # noqa: PLR0913 - one parameter an option
    net: Annotated[
        str, typer.Argument(help="A network: its name, or a file: SUMO, OSM, GraphML, GMNS, GeoJSON.")
    ],
    routes: Annotated[
        Path | None,
        typer.Argument(help="SUMO routes: vType, vehicle, trip, flow.", show_default=False),
    ] = None,
    *,
    until: Annotated[float, typer.Option(help="Seconds to run.")] = 3600.0,
    step: Annotated[float, typer.Option(help="Seconds of a step, 0.05 to 1.")] = 0.2,
    seed: Annotated[int, typer.Option(min=0, help="Root seed.")] = 1,
    fcd: Annotated[
        Path | None, typer.Option(help="Write floating car data: .xml, .xml.gz, .csv or .parquet.")
    ] = None,
    edgedata: Annotated[Path | None, typer.Option(help="Write flows, speeds and densities by edge.")] = None,
    edgedata_begin: Annotated[
        float | None, typer.Option(help="Seconds at which edge data begin; else 0.")
    ] = None,
    edgedata_end: Annotated[
        float | None, typer.Option(help="Seconds at which edge data end; else the end.")
    ] = None,
    tripinfo: Annotated[Path | None, typer.Option(help="Write how each finished trip went.")] = None,
    lang: Language = None,
) -> None:
    """Run traffic on a network and write what SUMO's tools read.

    Without routes the built-in demand drives in from the edges of the map.
    """
    from scenarios.traffic import TrafficRun, run_traffic  # noqa: PLC0415 - numba, simpy: not for `--help`

    texts = texts_for(lang)
    span_s = None
    if edgedata_begin is not None or edgedata_end is not None:
        span_s = (edgedata_begin or 0.0, until if edgedata_end is None else edgedata_end)
    run = TrafficRun(net, routes, until, step, seed, fcd, edgedata, span_s, tripinfo)
    with bars(texts) as progress:
        done = run_traffic(run, progress)
    _show(net, done, texts)
    for path in (fcd, edgedata, tripinfo):
        if path is not None:
            said = texts.text("Written: {path}", path=path)
            Console(highlight=False).print(said, markup=False, soft_wrap=True)


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
