"""Tables in CSV, in a folder or a zip: rows that know where they stand, for messages that say so."""

import csv
import io
import math
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from twin.network.model import NetworkError

MISSING = ("", "nan", "null")
MOST_BYTES = 1 << 30
UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    csv.Error,
    zipfile.BadZipFile,
    zlib.error,
    RuntimeError,
    NotImplementedError,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the file and the line where it stands, what it is, its cells by name of the column."""

    place: str
    line: int
    what: str
    cells: Mapping[str, str]

    def fault(self, *, said: str, column: str = "") -> NetworkError:
        """Return the error that names the row, and the column where it is one that is wrong."""
        about = f"{column} {said}".strip()
        return NetworkError(f"{self.place}: line {self.line}: {self.what}: {about}")

    def text(self, name: str, default: str | None = None) -> str:
        """Return a cell, `default` where it is empty; raises NetworkError where there is none then."""
        said = self.cells.get(name, "")
        if said.lower() not in MISSING:
            return said
        if default is None:
            raise self.fault(column=name, said="is empty: expected a value; fill it in")
        return default

    def number(
        self, name: str, default: float | None = None, *, least: float = -math.inf, most: float = math.inf
    ) -> float:
        """Return a finite number from `least` to `most`, `default` where the cell is empty."""
        said = self.text(name, None if default is None else "")
        if not said and default is not None:
            return default
        try:
            value = float(said)
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and least <= value <= most):
            bounds = f" from {least:g} to {most:g}" if math.isfinite(most) else ""
            bounds = bounds or (f" of at least {least:g}" if math.isfinite(least) else "")
            raise self.fault(column=name, said=f"'{said}': expected a number{bounds}; correct it")
        return value


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a folder or a zip by their names, which are those of the files without `.csv`."""

    path: Path
    texts: Mapping[str, str]

    def rows(self, name: str, key: str, needed: Iterable[str] = ()) -> list[Row]:
        """Return the rows of a table, () where there is none; `key` is the column that names a row.

        Raises NetworkError where a needed column is missing or a row has more cells than columns.
        """
        if name not in self.texts:
            return []
        place = f"{self.path}/{name}.csv"
        reader = csv.reader(io.StringIO(self.texts[name], newline=""))
        try:
            head = [" ".join(cell.split()).lower() for cell in next(reader, [])]
            lacking = [column for column in (key, *needed) if column not in head]
            if lacking:
                msg = (
                    f"{place}: line 1: expected the column {lacking[0]}, got {', '.join(head)[:80] or 'none'}"
                )
                raise NetworkError(msg)
            return [self._row(place, reader.line_num, name, key, head, row) for row in reader if any(row)]
        except csv.Error as error:
            msg = f"{place}: line {reader.line_num}: expected a table in CSV, got: {error}"
            raise NetworkError(msg) from error

    @staticmethod
    def _row(place: str, line: int, name: str, key: str, head: list[str], cells: list[str]) -> Row:
        if len(cells) > len(head):
            msg = (
                f"{place}: line {line}: expected {len(head)} cells, got {len(cells)}; quote texts with commas"
            )
            raise NetworkError(msg)
        found = {column: " ".join(cell.split()) for column, cell in zip(head, cells, strict=False)}
        return Row(place, line, f"{name} '{found.get(key, '')}'", found)


def open_tables(path: Path) -> Tables:
    """Return all CSV tables of a folder, or those that lie together in a zip.

    Raises NetworkError where they cannot be read.
    """
    try:
        return Tables(path, _of_folder(path) if path.is_dir() else _of_zip(path))
    except UNREADABLE as error:
        if isinstance(error, NetworkError):
            raise
        msg = f"{path}: expected readable CSV tables in UTF-8, got: {' '.join(str(error).split())}"
        raise NetworkError(msg) from error


def _of_folder(folder: Path) -> dict[str, str]:
    return {
        file.stem.lower(): file.read_text(encoding="utf-8-sig")
        for file in sorted(folder.iterdir())
        if file.suffix.lower() == ".csv" and file.is_file()
    }


def _of_zip(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as packed:
        entries = {PurePosixPath(info.filename): info for info in packed.infolist()}
        folder = next((entry.parent for entry in entries if entry.name.lower() == "link.csv"), None)
        found = {}
        for entry, info in entries.items():
            if entry.parent == folder and entry.suffix.lower() == ".csv":
                if info.file_size > MOST_BYTES:
                    msg = f"{path}: {entry.name}: expected a table below 1 GiB, got {info.file_size} bytes"
                    raise NetworkError(msg)
                found[entry.stem.lower()] = packed.read(info).decode("utf-8-sig")
        return found
