"""`bconnect network`: import a real network, show one as a map, check one, write one for others."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from scenarios.cli.terminal import Language, examples, texts_for
from scenarios.errors import InputError
from scenarios.texts import Texts
from twin.network.model import RoadNetwork

EXAMPLES = examples(
    "bconnect network import tugu_yogyakarta.osm.xml.gz --out tugu.json",
    "bconnect network show tugu.json --png tugu.png",
    "bconnect network show balikpapan --png balikpapan.png",
)
IMPORT_EXAMPLES = examples(
    "bconnect network import balikpapan_kota_drive.graphml",
    "bconnect network import town.net.xml --right --out town.json",
)
EXPORT_EXAMPLES = examples(
    "bconnect network export mt-haryono --sumo corridor",
    "bconnect network export mt-haryono --gmns corridor-gmns --geojson corridor.geojson",
)
NETCONVERT = ("--offset.disable-normalization", "--no-turnarounds", "--no-warnings")
CHECK_EXAMPLES = examples("bconnect network check balikpapan")
SHOW_EXAMPLES = examples("bconnect network show balikpapan --png map.png")
app = typer.Typer(help="Road networks: import a real one, draw one.", epilog=EXAMPLES)


@app.callback()
def network() -> None:
    """Road networks: import a real one, draw one."""


@app.command("import", epilog=IMPORT_EXAMPLES)
def import_command(
    file: Annotated[
        Path, typer.Argument(help="OSM, OSMnx GraphML, SUMO net.xml, GeoJSON, GMNS; packed or not.")
    ],
    out: Annotated[Path | None, typer.Option("--out", help="Save the network as JSON.")] = None,
    left: Annotated[
        bool | None, typer.Option("--left/--right", help="Side of traffic; else by the file or the place.")
    ] = None,
    language: Language = None,
) -> None:
    """Import a real network and say what became of it, beside the file's own counts."""
    texts = texts_for(language)
    found = import_network(file, out, left_hand=left)
    console = Console(highlight=False)
    console.print(summary(found, texts))
    for line in remark_lines(found, texts):
        console.print(line, markup=False)
    if out:
        console.print(texts.text("Saved: {path}", path=out), markup=False, soft_wrap=True)


@app.command("show", epilog=SHOW_EXAMPLES)
def show_command(
    name: Annotated[str, typer.Argument(help="Name of a built-in network, or a file.", metavar="NAME|FILE")],
    png: Annotated[Path, typer.Option("--png", help="Where to write the map.")],
    language: Language = None,
) -> None:
    """Draw a network as a PNG, and list its signals."""
    from scenarios.cli.signing import signals_table  # noqa: PLC0415 - numpy: not for `--help`

    texts = texts_for(language)
    found = show_network(name, png)
    console = Console(highlight=False)
    if found.signal_plans:
        console.print(signals_table(found, texts))
    console.print(texts.text("Map: {path}", path=png), markup=False, soft_wrap=True)


@app.command("check", epilog=CHECK_EXAMPLES)
def check_command(
    name: Annotated[str, typer.Argument(help="Name of a built-in network, or a file.", metavar="NAME|FILE")],
    language: Language = None,
) -> None:
    """Prove that traffic can flow on a network, and say what its signs prohibit and permit."""
    from scenarios.cli.signing import sign_lines  # noqa: PLC0415 - numpy: not for `--help`
    from twin.network.check import check_network  # noqa: PLC0415 - goes with it
    from twin.network.library import resolve  # noqa: PLC0415 - networkx

    texts = texts_for(language)
    found = resolve(name)
    check_network(found)
    for line in (texts.text("{name}: traffic can flow", name=found.name), *sign_lines(found, texts)):
        Console(highlight=False).print(line, markup=False, soft_wrap=True)


@app.command("export", epilog=EXPORT_EXAMPLES)
def export_command(
    name: Annotated[str, typer.Argument(help="Name of a built-in network, or a file.", metavar="NAME|FILE")],
    sumo: Annotated[
        Path | None, typer.Option("--sumo", help="SUMO: beginning of the names of files.")
    ] = None,
    gmns: Annotated[Path | None, typer.Option("--gmns", help="GMNS: a folder for the tables.")] = None,
    geojson: Annotated[Path | None, typer.Option("--geojson", help="GeoJSON: the file.")] = None,
    language: Language = None,
) -> None:
    """Write a network as SUMO's plain XML (and net.xml, with netconvert), as GMNS or as GeoJSON."""
    from scenarios.cli.signing import sumo_lines  # noqa: PLC0415 - numpy: not for `--help`
    from twin.network.library import resolve  # noqa: PLC0415 - networkx

    texts = texts_for(language)
    check_targets(sumo, gmns, geojson)
    found = resolve(name)
    lines = [texts.text("Written: {path}", path=path) for path in export_network(found, sumo, gmns, geojson)]
    for line in (*lines, *(sumo_lines(found, texts) if sumo is not None else ())):
        Console(highlight=False).print(line, markup=False, soft_wrap=True)


def check_targets(sumo: Path | None, gmns: Path | None, geojson: Path | None) -> None:
    """Raise InputError where no format is asked for, or the folder of one is missing."""
    targets = [path for path in (sumo, gmns, geojson) if path is not None]
    if not targets:
        msg = "expected a format to write; known: --sumo PREFIX, --gmns FOLDER, --geojson FILE"
        raise InputError(msg)
    for path in targets:
        if not path.parent.is_dir():
            msg = f"{path}: no folder {path.parent}; make it first"
            raise InputError(msg)


def export_network(
    found: RoadNetwork, sumo: Path | None = None, gmns: Path | None = None, geojson: Path | None = None
) -> tuple[Path, ...]:
    """Write a network in the formats that are asked for; return what was written.

    Raises NetworkError where a place cannot be written to, InputError where netconvert refuses.
    """
    from twin.network.exporters.geojson import write_geojson  # noqa: PLC0415 - pyproj: not for `--help`
    from twin.network.exporters.gmns import write_gmns  # noqa: PLC0415 - pyproj

    written: list[Path] = []
    if gmns is not None:
        written += write_gmns(found, gmns)
    if geojson is not None:
        write_geojson(found, geojson)
        written.append(geojson)
    return (*written, *(_for_sumo(found, sumo) if sumo is not None else ()))


def _for_sumo(found: RoadNetwork, prefix: Path) -> tuple[Path, ...]:
    """Write a network for SUMO; return what was written, the net.xml last where there is one."""
    from twin.traffic.sumo_network import write_plain, write_schedule  # noqa: PLC0415 - numba

    parts = write_plain(found, prefix)
    schedule = prefix.with_name(f"{prefix.name}.add.xml")
    written = (*parts, schedule) if write_schedule(found, schedule) else parts
    tool = shutil.which("netconvert", path=os.pathsep.join((str(Path(sys.executable).parent), os.defpath)))
    if tool is None:
        return written
    net = prefix.with_name(f"{prefix.name}.net.xml")
    line = [tool, "-n", parts[0], "-e", parts[1], "-x", parts[2], "-i", parts[3], "-o", net, *NETCONVERT]
    line += ["--lefthand"] if found.left_hand else []
    done = subprocess.run([str(word) for word in line], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        said = " ".join((done.stderr or done.stdout).split())[:300]
        msg = f"netconvert: {said}"
        raise InputError(msg)
    return (*written, net)


def import_network(file: Path, out: Path | None = None, *, left_hand: bool | None = None) -> RoadNetwork:
    """Return the network of a file, checked, and save it where `out` says so.

    Raises NetworkError in one line; then nothing is written.
    """
    from twin.network.importers import load_network  # noqa: PLC0415 - osmium, sumolib, pyproj: not for `--help`
    from twin.network.native import save_network  # noqa: PLC0415 - goes with them

    found = load_network(file, left_hand)
    if out:
        save_network(found, out)
    return found


def show_network(name: str, png: Path) -> RoadNetwork:
    """Draw a built-in network or a file; raises NetworkError where it is neither."""
    from scenarios.reports.network_map import draw_network  # noqa: PLC0415 - matplotlib
    from twin.network.library import resolve  # noqa: PLC0415 - networkx, osmium, sumolib: not for `--help`

    found = resolve(name)
    draw_network(found, png)
    return found


def summary(found: RoadNetwork, texts: Texts) -> Table:
    """Return the table of our counts beside those of the file."""
    from twin.network.counts import counts  # noqa: PLC0415 - goes with the rest

    table = Table(title=found.name)
    table.add_column(texts.text("In the network"))
    table.add_column(texts.text("Count"), justify="right")
    table.add_column(texts.text("In the file"))
    table.add_column(texts.text("Count"), justify="right")
    for count in counts(found):
        stated = texts.text("not in file") if count.in_file is None else str(count.in_file)
        table.add_row(texts.text(count.what), str(count.here), texts.text(count.in_file_called), stated)
    return table


def remark_lines(found: RoadNetwork, texts: Texts) -> list[str]:
    """Return what was merged and left out, the side of traffic and the source, a line each."""
    from twin.network.counts import remarks  # noqa: PLC0415 - goes with the rest

    lines = [f"{texts.text(what)}: {count}" for what, count in remarks(found)]
    side = texts.text("Traffic drives on the left." if found.left_hand else "Traffic drives on the right.")
    return [*lines, side, *([found.attribution] if found.attribution else [])]
