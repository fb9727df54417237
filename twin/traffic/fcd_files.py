"""Floating car data in the format that the name of the file asks for: XML, packed or not, CSV, Parquet.

Columns of the tables are those of SUMO: of its tool xml2csv in the CSV, of its own Parquet output (SUMO
1.28) in Parquet; `vehicle_z` is there as SUMO has it on a network with heights. Slopes stay empty.
"""

import gzip
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Protocol

import numpy as np

from twin.network.files import whole
from twin.traffic.accounts import Moving
from twin.traffic.parquet import ParquetTable, needs_pyarrow
from twin.traffic.sumo_outputs import FcdFile, name_of

CSV_COLUMNS = (
    *("timestep_time", "vehicle_angle", "vehicle_id", "vehicle_lane", "vehicle_pos", "vehicle_slope"),
    *("vehicle_speed", "vehicle_type", "vehicle_x", "vehicle_y", "vehicle_z"),
)
PARQUET_COLUMNS = {
    "timestep_time": "fine",
    "vehicle_id": "text",
    "vehicle_x": "fine",
    "vehicle_y": "fine",
    "vehicle_z": "fine",
    "vehicle_angle": "coarse",
    "vehicle_type": "text",
    "vehicle_speed": "coarse",
    "vehicle_pos": "coarse",
    "vehicle_lane": "text",
    "vehicle_edge": "text",  # SUMO fills it for people on foot
    "vehicle_slope": "coarse",
}


class FcdFormatError(ValueError):
    """No format of floating car data belongs to the name of a file; the message lists the known ones."""


class Fcd(Protocol):
    """Takes where everybody is, a time step after the other."""

    def add(self, time_s: float, moving: Moving) -> None:
        """Write the vehicles of one instant."""


def fcd_suffix(path: Path) -> str:
    """Return the suffix of FORMATS that a name ends in; raises FcdFormatError, ParquetError."""
    suffix = next((known for known in FORMATS if path.name.lower().endswith(known)), None)
    if suffix is None:
        msg = f"{path}: expected a name that ends in one of {', '.join(FORMATS)}"
        raise FcdFormatError(msg)
    if suffix == ".parquet":
        needs_pyarrow(path)
    return suffix


@contextmanager
def fcd_written(path: Path, names: Sequence[str] | None) -> Iterator[Fcd]:
    """Give what takes floating car data; the file has its name only when all of it is written.

    `names` are those of the vehicles by their numbers, None: the numbers are the names.
    """
    with whole(path) as part, FORMATS[fcd_suffix(path)](part, names) as fcd:
        yield fcd


@contextmanager
def _xml(path: Path, names: Sequence[str] | None) -> Iterator[Fcd]:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        fcd = FcdFile(file, names)
        yield fcd
        fcd.end()


@contextmanager
def _packed_xml(path: Path, names: Sequence[str] | None) -> Iterator[Fcd]:
    """Give a packed file; the time of writing stands not in it: the same run, the same bytes."""
    with (
        path.open("wb") as raw,
        gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed,
        io.TextIOWrapper(packed, encoding="utf-8", newline="\n") as file,
    ):
        fcd = FcdFile(file, names)
        yield fcd
        fcd.end()


class _Csv:
    def __init__(self, file: IO[str], names: Sequence[str] | None) -> None:
        self._file = file
        self._names = names
        file.write(";".join(CSV_COLUMNS) + "\n")

    def add(self, time_s: float, moving: Moving) -> None:
        """Write the vehicles of one instant, a line each."""
        angles = (90.0 - np.degrees(moving.heading_rad)) % 360.0
        for row, vehicle_id in enumerate(moving.vehicle_id.tolist()):
            x, y, z = moving.front_m[row].tolist()
            self._file.write(
                f"{time_s:.2f};{angles[row]:.2f};{_quoted(name_of(vehicle_id, self._names))};"
                f"{_quoted(moving.lane[row])};{moving.along_m[row]:.2f};;{moving.speed_mps[row]:.2f};"
                f"{moving.kind[row]};{x:.2f};{y:.2f};{z:.2f}\n"
            )


def _quoted(text: str) -> str:
    """Return a cell, in quotes where it holds what parts cells."""
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ';"\n\r') else text


@contextmanager
def _csv(path: Path, names: Sequence[str] | None) -> Iterator[Fcd]:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        yield _Csv(file, names)


class _Parquet:
    def __init__(self, table: ParquetTable, names: Sequence[str] | None) -> None:
        self._table = table
        self._names = names

    def add(self, time_s: float, moving: Moving) -> None:
        """Add the vehicles of one instant, a row each."""
        angles = (90.0 - np.degrees(moving.heading_rad)) % 360.0
        x, y, z = moving.front_m.T.tolist()
        self._table.add(
            {
                "timestep_time": [round(time_s, 3)] * len(x),
                "vehicle_id": [name_of(key, self._names) for key in moving.vehicle_id.tolist()],
                "vehicle_x": x,
                "vehicle_y": y,
                "vehicle_z": z,
                "vehicle_angle": angles.tolist(),
                "vehicle_type": moving.kind,
                "vehicle_speed": moving.speed_mps.tolist(),
                "vehicle_pos": moving.along_m.tolist(),
                "vehicle_lane": moving.lane,
            }
        )


@contextmanager
def _parquet(path: Path, names: Sequence[str] | None) -> Iterator[Fcd]:
    with ParquetTable(path, PARQUET_COLUMNS) as table:
        yield _Parquet(table, names)


Opener = Callable[[Path, Sequence[str] | None], AbstractContextManager[Fcd]]
FORMATS: dict[str, Opener] = {".xml": _xml, ".xml.gz": _packed_xml, ".csv": _csv, ".parquet": _parquet}
