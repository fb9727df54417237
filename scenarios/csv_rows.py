"""CSV files that people write: rows with their lines, and one clear line where a cell is wrong."""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from detectors.datatypes.detections import VehicleClass
from scenarios.errors import InputError, unknown_name
from scenarios.toml_files import read_text

KINDS = {kind.name.lower(): kind for kind in VehicleClass if kind is not VehicleClass.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a CSV: `where` names the file and the line, `cells` are its texts by column."""

    where: str
    cells: dict[str, str]

    def cell(self, column: str) -> str:
        """Return a cell that must not be empty; raises InputError."""
        if not self.cells.get(column):
            msg = f"{self.where}: {column}: expected a value, got none"
            raise InputError(msg)
        return self.cells[column]

    def number(self, column: str) -> float:
        """Return a number of at least 0; raises InputError."""
        said = self.cell(column)
        try:
            value = float(said)
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and value >= 0):
            msg = f"{self.where}: {column}: expected a number of at least 0, got '{said}'"
            raise InputError(msg)
        return value

    def hour(self) -> int | None:
        """Return the local hour in the column `hour`, None where it is empty; raises InputError."""
        if not self.cells.get("hour"):
            return None
        value = self.number("hour")
        if value != int(value) or value > 23:
            msg = f"{self.where}: hour: expected a whole hour from 0 to 23, got '{self.cells['hour']}'"
            raise InputError(msg)
        return int(value)

    def kind(self) -> VehicleClass | None:
        """Return the class in the column `class`, None where it is empty; raises InputError."""
        said = self.cells.get("class", "")
        if said and said not in KINDS:
            msg = f"{self.where}: {unknown_name(said, KINDS, what='class')}"
            raise InputError(msg)
        return KINDS.get(said)


def read_rows(file: Traversable, needed: Sequence[str], optional: Sequence[str] = ()) -> tuple[Row, ...]:
    """Return the rows of a CSV with a head; blank lines and those that begin with # are left out.

    Raises InputError that names the file and the line.
    """
    found: list[Row] = []
    head: list[str] = []
    lines = csv.reader(read_text(file).splitlines())
    try:
        for cells in lines:
            if not "".join(cells).strip() or cells[0].lstrip().startswith("#"):
                continue
            where, given = f"{file}, line {lines.line_num}", [cell.strip() for cell in cells]
            if not head:
                head = _checked_head(where, given, needed, optional)
            elif len(given) != len(head):
                msg = f"{where}: expected {len(head)} columns, got {len(given)}"
                raise InputError(msg)
            else:
                found.append(Row(where, dict(zip(head, given, strict=True))))
    except csv.Error as error:
        msg = f"{file}, line {lines.line_num}: not CSV: {error}"
        raise InputError(msg) from error
    if not found:
        msg = f"{file}: expected a head {','.join(needed)} and rows, got none"
        raise InputError(msg)
    return tuple(found)


def _checked_head(where: str, head: list[str], needed: Sequence[str], optional: Sequence[str]) -> list[str]:
    for column in head:
        if column not in (*needed, *optional):
            msg = f"{where}: {unknown_name(column, (*needed, *optional), what='column')}"
            raise InputError(msg)
    missing = [column for column in needed if column not in head]
    if missing or len(set(head)) < len(head):
        said = f"no column '{missing[0]}'" if missing else "a column twice"
        msg = f"{where}: expected the columns {', '.join(needed)}, got {said} in '{','.join(head)}'"
        raise InputError(msg)
    return head
