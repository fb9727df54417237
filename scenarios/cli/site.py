"""`bconnect site`: site files of real cameras."""

from math import degrees, radians
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from detectors.datatypes.camera import PinholeCamera
from scenarios.cli.terminal import Language, examples, texts_for
from scenarios.texts import Texts

EXAMPLES = examples(
    "bconnect site calibrate street.png points.csv --out street.toml",
    "bconnect site calibrate street.png points.csv --hfov-deg 62 --origin 116.8563,-1.2693",
)
app = typer.Typer(help="Site files of cameras: where one stands and looks.", epilog=EXAMPLES)


@app.callback()
def site() -> None:
    """Site files of cameras: where one stands and looks."""


@app.command("calibrate", epilog=EXAMPLES)
def calibrate(
    image: Annotated[Path, typer.Argument(help="A picture of the camera, PNG or JPEG.")],
    points: Annotated[Path, typer.Argument(help="CSV: u_px,v_px,x_m,y_m and, if not on level ground, z_m.")],
    *,
    out: Annotated[Path | None, typer.Option(help="The site file; else POINTS with .site.toml.")] = None,
    view: Annotated[str | None, typer.Option(help="Name of the view; else that of the picture.")] = None,
    origin: Annotated[
        str, typer.Option(metavar="LON,LAT", help="Where x_m = y_m = 0 is on earth.")
    ] = "116.85637,-1.26934",
    hfov_deg: Annotated[
        float | None, typer.Option(min=1, max=170, help="Horizontal field of view; else it is sought.")
    ] = None,
    lang: Language = None,
) -> None:
    """Find the pose of a camera from points picked in its picture, and write a site file.

    At least four points whose places are known, not on one line; more tell how well it fits.
    """
    from scenarios import picked_points  # noqa: PLC0415 - scipy: not for `--help`

    texts = texts_for(lang)
    lonlat = _lonlat(origin)
    found = picked_points.calibrate(image, points, None if hfov_deg is None else radians(hfov_deg))
    file = out or points.with_suffix(".site.toml")
    picked_points.write_site(found, file, view or image.stem, lonlat)
    solved, console = found.solved, Console(highlight=False, soft_wrap=True)
    console.print(_pose(solved.camera, texts), markup=False)
    console.print(
        texts.text(
            "Left over at {count} points: {px} px, {m} m (root mean square)",
            count=len(found.where),
            px=f"{solved.rms_px:.2f}",
            m=f"{solved.rms_m:.3f}",
        ),
        markup=False,
    )
    console.print(texts.text("Site file: {path}", path=file), markup=False)


def _pose(camera: PinholeCamera, texts: Texts) -> str:
    """Return where a camera stands and looks."""
    x_m, y_m, z_m = camera.position_m
    return texts.text(
        "Camera at {x}, {y}, {z} m, yaw {yaw}, tilt {tilt}, roll {roll} deg, focal length {focal} px",
        x=f"{x_m:.2f}",
        y=f"{y_m:.2f}",
        z=f"{z_m:.2f}",
        yaw=f"{degrees(camera.yaw_rad):.2f}",
        tilt=f"{degrees(camera.tilt_rad):.2f}",
        roll=f"{degrees(camera.roll_rad):.2f}",
        focal=f"{camera.focal_px:.1f}",
    )


def _lonlat(text: str) -> tuple[float, float]:
    from scenarios.errors import InputError  # noqa: PLC0415

    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        lon = lat = float("nan")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        msg = f"--origin {text}: expected LON,LAT in degrees, as 116.8563,-1.2693"
        raise InputError(msg)
    return lon, lat
