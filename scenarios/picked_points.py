"""Points picked in a picture, from a CSV; the site file that they make."""

from dataclasses import dataclass
from math import isfinite
from pathlib import Path

import cv2
import numpy as np

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.site import SitePlan
from scenarios.csv_rows import Row, read_rows
from scenarios.errors import InputError
from scenarios.pose import Picks, SolvedPose, solve_pose
from scenarios.site_files import site_toml

NEEDED, OPTIONAL = ("u_px", "v_px", "x_m", "y_m"), ("z_m", "name")
MOST_PX = 8.0  # more is left over where a point was picked, or measured, wrongly [?]


@dataclass(frozen=True, slots=True, eq=False)
class Calibrated:
    """A picture, the points picked in it with their lines, and the pose that fits them."""

    image_bgr: UInt8Array
    picks: Picks
    where: tuple[str, ...]
    solved: SolvedPose


def calibrate(
    image: Path, points: Path, hfov_rad: float | None = None, most_px: float = MOST_PX
) -> Calibrated:
    """Return the pose of the camera of `image` from the CSV `points`.

    Raises InputError where a file or a point cannot be used, or more than `most_px` is left over.
    """
    picture = _picture(image)
    rows = _rows(points)
    picks = _picks(rows, picture)
    try:
        solved = solve_pose(picks, hfov_rad)
    except ValueError as error:
        msg = f"{points}: {error}"
        raise InputError(msg) from error
    if solved.rms_px > most_px:
        worst = int(np.argmax(solved.residual_px))
        msg = (
            f"{rows[worst].where}: {solved.rms_px:.1f} px are left over, more than {most_px:g}; this point "
            f"lies {solved.residual_px[worst]:.0f} px off: was it picked and measured right?"
        )
        raise InputError(msg)
    return Calibrated(picture, picks, tuple(row.where for row in rows), solved)


def _picture(image: Path) -> UInt8Array:
    if not image.is_file():
        msg = f"{image}: no such file"
        raise InputError(msg)
    picture = cv2.imdecode(np.frombuffer(image.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        msg = f"{image}: expected a picture, PNG or JPEG, and cannot read it as one"
        raise InputError(msg)
    return np.asarray(picture, dtype=np.uint8)


def _rows(points: Path) -> tuple[Row, ...]:
    if not points.is_file():
        msg = f"{points}: no such file"
        raise InputError(msg)
    return read_rows(points, NEEDED, OPTIONAL)


def _picks(rows: tuple[Row, ...], picture: UInt8Array) -> Picks:
    height, width = picture.shape[:2]
    pixels, places = [], []
    for row in rows:
        u, v = _number(row, "u_px"), _number(row, "v_px")
        if not (-0.5 <= u <= width - 0.5 and -0.5 <= v <= height - 0.5):
            msg = f"{row.where}: pixel ({u:g}, {v:g}) is outside of the picture, {width} x {height} px"
            raise InputError(msg)
        pixels.append((u, v))
        z_m = _number(row, "z_m") if row.cells.get("z_m") else 0.0
        places.append((_number(row, "x_m"), _number(row, "y_m"), z_m))
    return Picks((width, height), np.array(pixels), np.array(places))


def _number(row: Row, column: str) -> float:
    said = row.cell(column)
    try:
        value = float(said)
    except ValueError:
        value = float("nan")
    if not isfinite(value) or abs(value) > 1e7:
        msg = f"{row.where}: {column}: expected a number, got '{said}'"
        raise InputError(msg)
    return value


def write_site(found: Calibrated, file: Path, view: str, origin_lonlat: tuple[float, float]) -> None:
    """Write the site file, with what is left over in its head; raises InputError."""
    solved = found.solved
    site = SitePlan(view=view, origin_lonlat=origin_lonlat, camera=solved.camera, ground=solved.ground)
    head = (
        f"# The pose from {len(found.where)} picked points: {solved.rms_px:.2f} px and "
        f"{solved.rms_m:.3f} m are\n# left over (root mean square), {solved.residual_px.max():.2f} px and "
        f"{np.nanmax(solved.residual_m):.3f} m at the worst point.\n"
        "# Add carriageways, bans and stop lines: `contoh` is a site file to copy from.\n"
    )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(head + site_toml(site), encoding="utf-8", newline="\n")
    except OSError as error:
        msg = f"{file}: expected a place for the site file, got: {error.strerror}; choose another"
        raise InputError(msg) from error
