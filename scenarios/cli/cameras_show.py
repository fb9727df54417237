"""`bconnect cameras show`: everything that a plan says of one camera and its views."""

from math import degrees, pi
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from detectors.datatypes.camera import PinholeCamera
from scenarios.cli.terminal import Language, examples, texts_for
from scenarios.texts import Texts
from twin.cameras.plans import Camera, CameraKind, CameraPlan, ViewSpec
from twin.cameras.ptz import AHEAD, Aim

EXAMPLES = examples(
    "bconnect cameras show today --camera damai",
    "bconnect cameras show beller-proposal --camera kerb-1 --lang id",
)
LEAST_WIDTH = 140


def show(
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="Name of a camera plan, or a file.")],
    *,
    camera: Annotated[str, typer.Option(help="Which camera of the plan.")],
    on: Annotated[
        str | None, typer.Option("--on", metavar="NETWORK", help="Where it lies; else the plan's own.")
    ] = None,
    lang: Language = None,
) -> None:
    """Show one camera: owner, mount, lens, tour, streams, price; and where each of its views looks."""
    from scenarios.errors import unknown_name  # noqa: PLC0415
    from scenarios.estate import plan_and_network  # noqa: PLC0415 - numba, networkx: not for `--help`
    from twin.cameras.survey import mount  # noqa: PLC0415

    texts = texts_for(lang)
    found, network = plan_and_network(plan, on)
    known = {one.name: one for one in found.cameras}
    if camera not in known:
        raise unknown_name(camera, known, what=f"camera of plan {found.name}")
    views = [view for view in found.views if view.name in known[camera].views]
    poses = [mount(network, view) for view in views]
    console = Console(highlight=False, soft_wrap=True)
    for line in lines(known[camera], views[0], poses[0], texts):
        console.print(line, markup=False)
    wide = Console(highlight=False)
    if not wide.is_terminal:
        wide = Console(highlight=False, width=max(wide.width, LEAST_WIDTH))
    wide.print(view_table(found, known[camera], views, poses, texts))


def lines(camera: Camera, view: ViewSpec, pose: PinholeCamera, texts: Texts) -> list[str]:
    """Return what holds for a camera whichever way it looks."""
    tour = camera.tour
    x_m, y_m, z_m = pose.position_m
    said = [
        ("Camera", camera.name),
        ("Owner", texts.text(camera.owner.value)),
        ("Kind", texts.text(camera.kind.value)),
        ("Mount", f"{view.road}, {view.along_m:g} m, {view.offset_m:+g} m; {view.height_m:g} m"),
        ("Position", f"{x_m:.1f}, {y_m:.1f}, {z_m:.1f} m"),
        (
            "Sensor",
            f"{view.size_px[0]} x {view.size_px[1]} px, {1000 * view.sensor_width_m:g} mm, {view.fps:g} fps",
        ),
        ("Shutter", "-" if view.shutter_s is None else f"1/{1 / view.shutter_s:.0f} s"),
        ("Tour", "-" if tour is None else f"{tour.period_ns / 1e9:.1f} s"),
        ("Turns", _drive(camera, view, texts) if camera.turns else "-"),
        ("Snapshot after", _snapshot_after(camera, view, texts)),
        ("Streams", _streams(camera)),
        ("Price", f"Rp{camera.price_idr / 1e6:,.0f} ".replace(",", " ") + texts.text("million")),
        ("Loudspeaker", texts.text("yes" if camera.speaks else "no")),
    ]
    width = max(len(texts.text(name)) for name, _ in said) + 2
    return [f"{texts.text(name):<{width}}{value}" for name, value in said]


def _drive(camera: Camera, view: ViewSpec, texts: Texts) -> str:
    drive = camera.drive
    rates = f"{degrees(drive.pan_rad_per_s):g}/{degrees(drive.tilt_rad_per_s):g} deg/s"
    said = texts.text(
        "settles in {settle} s, finds a direction within {misses} deg",
        settle=f"{drive.settle_ns / 1e9:g}",
        misses=f"{degrees(view.repeatability_rad):g}",
    )
    return f"{rates}, {degrees(drive.accel_rad_per_s2):g} deg/s2, {said}"


def _snapshot_after(camera: Camera, view: ViewSpec, texts: Texts) -> str:
    """Return what a snapshot takes, and how long a head that turns takes to get there at the most."""
    delay = f"{view.snapshot_delay_ns / 1e9:g} s"
    if not camera.turns:
        return delay
    most_s = camera.drive.move_ns(AHEAD, Aim(pi, pi / 2)) / 1e9
    turn = texts.text(
        "{least} to {most} s to turn there, as much to turn back",
        least=f"{camera.drive.settle_ns / 1e9:.1f}",
        most=f"{most_s:.1f}",
    )
    return f"{delay} + {turn}"


def _bent(pose: PinholeCamera) -> str:
    """Return by how much of its distance from the middle the lens moves the edge of the picture, in %."""
    edge = np.array([pose.width_px / 2 / pose.focal_px, 0.0])
    return (
        f"{100 * (float(pose.lens.shown(edge)[0]) / float(edge[0]) - 1.0):+.1f}" if pose.lens.bends else "0"
    )


def _streams(camera: Camera) -> str:
    each = camera.bitrate_bps / camera.streams / 1e6
    return f"{camera.streams} x {each:g} Mbps = {camera.bitrate_bps / 1e6:g} Mbps"


def view_table(
    plan: CameraPlan, camera: Camera, views: list[ViewSpec], poses: list[PinholeCamera], texts: Texts
) -> Table:
    """Return the table of the views of a camera: where they look, how far they zoom, how they are watched."""
    table = Table(title=f"{plan.name}: {camera.name}")
    for head in (
        "View",
        "For",
        "Aim",
        "yaw deg",
        "tilt deg",
        "field deg",
        "lens mm",
        "bent %",
        "zoom",
        "watched",
        "gap s",
    ):
        justify: Any = "left" if head in ("View", "For", "Aim") else "right"
        table.add_column(texts.text(head), justify=justify, overflow="fold")
    for view, pose in zip(views, poses, strict=True):
        tour = camera.tour
        table.add_row(
            view.name,
            ", ".join(texts.text(f"purpose {purpose.value}") for purpose in view.purposes) or "-",
            f"{view.aimed_road}, {view.aim_along_m:g} m, {view.aim_offset_m:+g} m",
            f"{degrees(pose.yaw_rad):.1f}",
            f"{degrees(pose.tilt_rad):.1f}",
            f"{degrees(view.hfov_rad):.1f}",
            f"{1000 * view.focal_length_m:.1f}",
            _bent(pose),
            _zoom(camera, view),
            f"{100 * (tour.duty(view.name) if tour else 1.0):.0f} %",
            f"{tour.longest_gap_ns(view.name) / 1e9 if tour else 0.0:.1f}",
        )
    return table


def _zoom(camera: Camera, view: ViewSpec) -> str:
    """Return how far a view zooms; + where a second lens does it, and the view goes on meanwhile."""
    return f"{view.max_zoom:.3g}x" + ("" if camera.kind is CameraKind.PTZ else " +")
