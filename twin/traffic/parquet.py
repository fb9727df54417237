"""Tables as Parquet, by pyarrow, which is an optional part."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

INSTALL = "pip install 'bconnect-twin[parquet]'"
ROWS = 100_000  # of a row group
TYPES = {"text": "string", "fine": "float64", "coarse": "float32"}


class ParquetError(ValueError):
    """A Parquet file cannot be written or read; the message says why and what to do."""


def needs_pyarrow(path: Path) -> Any:
    """Return pyarrow; raises ParquetError that says what to install where it is missing."""
    try:
        import pyarrow.parquet  # noqa: PLC0415 - optional
    except ImportError as error:
        msg = f"{path}: Parquet needs pyarrow, which is not installed; install it: {INSTALL}"
        raise ParquetError(msg) from error
    return pyarrow


def read_columns(path: Path, wanted: Iterable[str]) -> dict[str, list[Any]]:
    """Return those of the wanted columns that a file has, each as a list; raises ParquetError."""
    arrow = needs_pyarrow(path)
    try:
        with arrow.parquet.ParquetFile(path) as file:
            there = [name for name in wanted if name in file.schema_arrow.names]
            table = file.read(columns=there)
            return {name: table.column(name).to_pylist() for name in there}
    except (OSError, ValueError, arrow.ArrowException) as error:
        said = " ".join(str(error).split())[:200]
        msg = f"{path}: expected a whole Parquet file, got: {said}; write it again"
        raise ParquetError(msg) from error


class ParquetTable:
    """A file that takes rows as they come. `columns`: the kind (of TYPES) of each column by its name."""

    def __init__(self, path: Path, columns: Mapping[str, str]) -> None:
        self._arrow = needs_pyarrow(path)
        types = {kind: getattr(self._arrow, name)() for kind, name in TYPES.items()}
        self._schema = self._arrow.schema([(name, types[kind]) for name, kind in columns.items()])
        self._waiting: dict[str, list[Any]] = {name: [] for name in columns}
        self._writer = self._arrow.parquet.ParquetWriter(path, self._schema, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def add(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Add rows, column by column; what is left out is null."""
        count = len(next(iter(columns.values())))
        for name, waiting in self._waiting.items():
            waiting.extend(columns.get(name, [None] * count))
        if len(next(iter(self._waiting.values()))) >= ROWS:
            self._flush()

    def _flush(self) -> None:
        if next(iter(self._waiting.values())):
            self._writer.write_table(self._arrow.table(self._waiting, schema=self._schema))
        for waiting in self._waiting.values():
            waiting.clear()
