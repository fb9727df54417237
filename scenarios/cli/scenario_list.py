"""`bconnect scenarios`: which scenarios there are."""

import typer
from rich.console import Console
from rich.table import Table

from scenarios.cli.terminal import examples
from scenarios.spec import load_plan, load_scenario
from scenarios.toml_files import Kind, known_names

EXAMPLES = examples("bconnect scenarios list")
app = typer.Typer(help="Which scenarios there are.", epilog=EXAMPLES)


@app.callback()
def scenarios() -> None:
    """Which scenarios there are."""


@app.command("list", epilog=EXAMPLES)
def list_scenarios() -> None:
    """List the scenarios that come with the program: name, zone, day, hours, cameras."""
    table = Table()
    for heading in ("Name", "Network", "Day", "Hours", "Phase", "Views"):
        table.add_column(heading, overflow="fold")
    for name in known_names(Kind.SCENARIO):
        s = load_scenario(name)
        hours = f"{s.start:%H:%M}-{s.end:%H:%M}"
        views = str(len(load_plan(s.plan).views))
        table.add_row(name, s.network, s.day.isoformat(), hours, s.phase, views)
    Console(highlight=False).print(table)
