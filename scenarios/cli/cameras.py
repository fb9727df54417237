"""`bconnect cameras`: what is in a camera plan, and where it stands."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from scenarios.cli import photographing
from scenarios.cli.terminal import Language, examples, texts_for
from scenarios.texts import Texts
from twin.cameras.plans import Camera, CameraPlan

LIST_EXAMPLES = examples(
    "bconnect cameras list today",
    "bconnect cameras list today --on mt-haryono",
    "bconnect cameras list today --json --mobile 4",
)
MAP_EXAMPLES = examples(
    "bconnect cameras map today --png today.png",
    "bconnect cameras map beruang-madu-proposal --png proposal.png",
    "bconnect cameras map today --on mt-haryono --png corridor.png --lang id",
)
app = typer.Typer(help="The cameras of a plan: list, map, what they show.", epilog=LIST_EXAMPLES)
app.command("render", epilog=photographing.RENDER_EXAMPLES)(photographing.render_command)
app.command("sheet", epilog=photographing.SHEET_EXAMPLES)(photographing.sheet_command)

Plan = Annotated[str, typer.Argument(metavar="PLAN", help="Name of a camera plan, or the path of its file.")]
On = Annotated[
    str | None,
    typer.Option("--on", metavar="NETWORK", help="Only what lies on this network; else the plan's own."),
]
Mobile = Annotated[
    int, typer.Option("--mobile", metavar="N", help="Mobile ETLE units besides: how many is not known.")
]


@app.callback()
def cameras() -> None:
    """Cameras of a plan: list them, draw them, see what they show."""


@app.command("list", epilog=LIST_EXAMPLES)
def list_command(
    plan: Plan,
    *,
    on: On = None,
    mobile: Mobile = 0,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
    lang: Language = None,
) -> None:
    """List the cameras of a plan: id, owner, kind, views, price, uplink."""
    from scenarios.estate import plan_and_network  # noqa: PLC0415 - numba, networkx: not for `--help`

    texts = texts_for(lang)
    found = plan_and_network(plan, on, mobile)[0]
    console = Console(highlight=False, soft_wrap=True)
    if as_json:
        console.print(json.dumps(as_document(found), indent=1), markup=False)
        return
    from scenarios.reports.camera_map import totals, uplink_said  # noqa: PLC0415 - matplotlib

    Console(highlight=False).print(camera_table(found, texts))
    console.print(totals(found, texts), markup=False)
    console.print(uplink_said(found, texts), markup=False)


@app.command("map", epilog=MAP_EXAMPLES)
def map_command(
    plan: Plan,
    *,
    png: Annotated[Path, typer.Option("--png", help="Where to write the map.")],
    on: On = None,
    mobile: Mobile = 0,
    lang: Language = None,
) -> None:
    """Draw the cameras of a plan and what they look at as a PNG."""
    from scenarios.estate import plan_and_network  # noqa: PLC0415 - numba, networkx: not for `--help`
    from scenarios.reports.camera_map import draw_cameras, totals  # noqa: PLC0415 - matplotlib

    texts = texts_for(lang)
    found, network = plan_and_network(plan, on, mobile)
    draw_cameras(found, network, png, texts)
    console = Console(highlight=False, soft_wrap=True)
    console.print(totals(found, texts), markup=False)
    console.print(texts.text("Map: {path}", path=png), markup=False)


def camera_table(plan: CameraPlan, texts: Texts) -> Table:
    """Return the table of the cameras of a plan."""
    table = Table(title=plan.name)
    for heading in ("Camera", "Owner", "Kind", "Views", "Tour", "Rp million", "Mbps"):
        justify: Any = "left" if heading in ("Camera", "Owner", "Kind") else "right"
        table.add_column(texts.text(heading), justify=justify, overflow="fold")
    for camera in plan.cameras:
        table.add_row(
            camera.name,
            texts.text(camera.owner.value),
            texts.text(camera.kind.value),
            str(len(camera.views)),
            f"{camera.tour.period_ns / 1e9:.0f} s" if camera.tour else "-",
            f"{camera.price_idr / 1e6:,.0f}".replace(",", " "),
            f"{camera.bitrate_bps / 1e6:g}",
        )
    return table


def as_document(plan: CameraPlan) -> dict[str, Any]:
    """Return a plan as a document of JSON: durations in seconds, angles as shares of a tour."""
    return {
        "plan": plan.name,
        "network": plan.network or None,
        "price_idr": plan.price_idr,
        "bitrate_mbps": plan.bitrate_bps / 1e6,
        "left_out": list(plan.left_out),
        "cameras": [_camera(camera) for camera in plan.cameras],
    }


def _camera(camera: Camera) -> dict[str, Any]:
    tour = camera.tour
    return {
        "id": camera.name,
        "owner": camera.owner.value,
        "kind": camera.kind.value,
        "price_idr": camera.price_idr,
        "bitrate_mbps": camera.bitrate_bps / 1e6,
        "streams": camera.streams,
        "loudspeaker": camera.speaks,
        "tour_s": tour.period_ns / 1e9 if tour else None,
        "views": [
            {
                "name": view,
                "duty": round(tour.duty(view), 4) if tour else 1.0,
                "longest_gap_s": tour.longest_gap_ns(view) / 1e9 if tour else 0.0,
            }
            for view in camera.views
        ],
    }
