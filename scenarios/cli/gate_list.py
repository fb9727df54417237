"""`bconnect traffic gates`: the roads that lead into a network, and what comes in by them."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from scenarios.cli.terminal import Language, examples, texts_for
from twin.traffic.profiles import DayKind

EXAMPLES = examples(
    "bconnect traffic gates mt-haryono",
    "bconnect traffic gates balikpapan --day sunday --hour 8",
    "bconnect traffic gates mt-haryono --demand demand.toml",
)


def gates_command(
    network: Annotated[str, typer.Argument(help="Name of a network, or a file.")] = "mt-haryono",
    *,
    demand: Annotated[
        str | None, typer.Option(help="Name of a demand, or a file; else the built-in one.")
    ] = None,
    day: Annotated[DayKind, typer.Option(help="The kind of day.")] = DayKind.WEEKDAY,
    hour: Annotated[int, typer.Option(min=0, max=23, help="Local hour.")] = 17,
    lang: Language = None,
) -> None:
    """List the roads that lead in by the names that a demand gives them, with flow and saturation.

    Capacity is that of the next signal on the way, 600 x width x green / cycle (PKJI), or of the lanes.
    """
    from scenarios.gates import gate_rows  # noqa: PLC0415 - scipy, numba: not for `--help`

    texts = texts_for(lang)
    table = Table(title=network)
    for name in ("Road", "Lanes", "Vehicles/h", "pcu/h", "Capacity, pcu/h", "Degree of saturation"):
        table.add_column(
            texts.text(name), justify="left" if name == "Road" else "right", no_wrap=name == "Road"
        )
    for row in gate_rows(network, demand, day, hour):
        numbers = (row.vph, row.pcu_h, row.capacity_pcu_h)
        told = (f"{number:.0f}" for number in numbers)
        table.add_row(row.road, f"{row.lanes}", *told, f"{row.degree_of_saturation:.2f}")
    Console(highlight=False).print(table)
