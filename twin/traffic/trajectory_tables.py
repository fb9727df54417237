"""Sights from tables: the CSV and the Parquet of SUMO, and a plain CSV as tracking software writes it."""

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO

from twin.traffic.parquet import ParquetError, read_columns
from twin.traffic.sights import FASTEST_MPS, Read, Sights, TrajectoryError, kind_of, number

NEEDED = ("id", "time", "x", "y")
SUMO = {
    "id": "vehicle_id",
    "time": "timestep_time",
    "x": "vehicle_x",
    "y": "vehicle_y",
    "z": "vehicle_z",
    "angle": "vehicle_angle",
    "speed": "vehicle_speed",
    "type": "vehicle_type",
    "lane": "vehicle_lane",
}
PLAIN = (*NEEDED, "z", "heading", "angle", "speed", "class", "type", "lane", "length", "width")
SIZES_M = {"length": (0.3, 40.0), "width": (0.2, 5.0)}
Row = Mapping[str, object]


def read_csv(path: Path, file: IO[bytes]) -> Read:
    """Return the sights of a CSV, its cells parted by commas or semicolons; raises TrajectoryError."""
    try:
        rows = list(_rows(file))
    except (UnicodeDecodeError, csv.Error) as error:
        msg = f"{path}: expected floating car data as XML, CSV or Parquet, got: {error}"
        raise TrajectoryError(msg) from None
    sumo = bool(rows) and SUMO["time"] in rows[0][1]
    return Read(_sights(path, "line", rows, sumo=sumo), at_front=sumo)


def _rows(file: IO[bytes]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line numbers and rows of a CSV."""
    text = [line.decode("utf-8-sig") for line in file]
    separator = ";" if text and text[0].count(";") > text[0].count(",") else ","
    reader = csv.DictReader(text, delimiter=separator)
    for row in reader:
        named = {str(key).strip().lower(): (value or "").strip() for key, value in row.items() if key}
        yield reader.line_num, named


def read_parquet(path: Path) -> Read:
    """Return the sights of a Parquet file, with the columns of SUMO or those of a plain CSV.

    Raises TrajectoryError, also where pyarrow is missing.
    """
    try:
        columns = read_columns(path, (*SUMO.values(), *PLAIN))
    except ParquetError as error:
        raise TrajectoryError(str(error)) from None
    rows = (
        (line, dict(zip(columns, row, strict=True)))
        for line, row in enumerate(zip(*columns.values(), strict=True), 1)
    )
    sumo = SUMO["time"] in columns
    lacking = [name for name in (SUMO[n] if sumo else n for n in NEEDED) if name not in columns]
    if lacking:
        msg = f"{path}: expected the columns {', '.join(SUMO[n] for n in NEEDED)} or {', '.join(NEEDED)}"
        raise TrajectoryError(f"{msg}, got no {lacking[0]}")  # noqa: EM102, TRY003 - the rest stands above
    return Read(_sights(path, "row", rows, sumo=sumo), at_front=sumo, place="row")


def _sights(path: Path, place: str, rows: Iterable[tuple[int, Row]], *, sumo: bool) -> dict[str, Sights]:
    """Return the sights by vehicle; in a table of SUMO a row without a vehicle is an empty time step."""
    found: dict[str, Sights] = {}
    for line, given in rows:
        row = {name: given.get(column) for name, column in SUMO.items()} if sumo else given
        if sumo and row["id"] in (None, ""):
            continue
        lacking = [name for name in NEEDED if row.get(name) in (None, "")]
        if lacking:
            said = SUMO[lacking[0]] if sumo else lacking[0]
            wanted = ", ".join(SUMO[name] if sumo else name for name in NEEDED)
            msg = f"{path}: {place} {line}: expected the columns {wanted}, got no {said}"
            raise TrajectoryError(msg)
        sights = found.get(str(row["id"]))
        if sights is None:
            kind = kind_of(str(row.get("class") or row.get("type") or ""))
            sights = found.setdefault(str(row["id"]), Sights(kind))
        sights.rows.append(_sight(path, f"{place} {line}", row))
        sights.edges.append(str(row.get("lane") or "").rpartition("_")[0])
        sights.lines.append(line)
    return found


def _sight(path: Path, place: str, row: Row) -> tuple[float, float, float, float, float, float]:
    """Return one sight; `angle` is clockwise from north as in SUMO, `heading` anticlockwise from east."""

    def value(name: str, *, may_lack: bool = False) -> float:
        return number(path, place, name, row.get(name), may_lack=may_lack)

    for name, (least, most) in SIZES_M.items():
        number(path, place, name, row.get(name), may_lack=True, least=least, most=most)
    z, heading, angle = (value(name, may_lack=True) for name in ("z", "heading", "angle"))
    speed = number(path, place, "speed", row.get("speed"), may_lack=True, least=0.0, most=FASTEST_MPS)
    return (
        value("time"),
        value("x"),
        value("y"),
        0.0 if math.isnan(z) else z,
        math.radians(90.0 - angle if math.isnan(heading) else heading),
        speed,
    )
