"""An inventory of cameras: a CSV beside a plan, a row a view, as the tables [[camera]] of the plan."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any, Generic

from pydantic import ValidationError

from scenarios.errors import InputError, nearest, unknown_name
from scenarios.toml_files import Model, beside, read_text


def _words(text: str) -> list[str]:
    """Return the words of a cell, parted by + or by spaces."""
    return text.replace("+", " ").split()


def _answer(text: str) -> bool:
    """Return whether a cell says yes; raises KeyError where it says neither yes nor no."""
    return {"yes": True, "no": False}[text.lower()]


def _size(text: str) -> list[int]:
    """Return width and height of a cell like 1280x720; raises ValueError."""
    width, height = text.split("x")
    return [int(width), int(height)]


WANTED: dict[Any, str] = {_answer: "yes or no", _size: "a size like 1280x720"}  # else a number

# What a column holds, and whether the table is that of the camera or of its view. A row that leaves
# the columns of the camera empty has those of the row above.
OF_CAMERA: dict[str, Callable[[str], Any]] = {
    "camera": str,
    "owner": str,
    "kind": str,
    "road": str,
    "along_m": float,
    "offset_m": float,
    "height_m": float,
    "fps": float,
    "price_idr": int,
    "bitrate_mbps": float,
    "repeatability_deg": float,
    "size_px": _size,
    "sensor_width_mm": float,
    "shutter_s": float,
    "quality": int,
    "max_zoom": float,
    "snapshot_delay_s": float,
    "clock_error_s": float,
    "loudspeaker": _answer,
}
OF_VIEW: dict[str, Callable[[str], Any]] = {
    "view": str,
    "aim_road": str,
    "aim_along_m": float,
    "aim_offset_m": float,
    "hfov_deg": float,
    "dwell_s": float,
    "purpose": _words,
}
NEEDED = (
    "camera", "kind", "road", "along_m", "offset_m", "height_m", "fps", "view", "aim_along_m", "hfov_deg",
)  # fmt: skip
CALLED = {"camera": "name", "view": "name"}

Row = tuple[int, dict[str, str]]  # line of the file, texts by column


@dataclass(frozen=True, slots=True)
class Listed(Generic[Model]):
    """A camera of an inventory, and where it and each of its views stand: file and line."""

    camera: Model
    where: str
    views_where: tuple[str, ...]


def read_inventory(plan: Traversable, name: str, model: type[Model]) -> tuple[Listed[Model], ...]:
    """Return the cameras of the CSV called `name` beside the file `plan`, as `model`.

    Raises InputError that names the file, the line and the column.
    """
    file = beside(plan, name)
    if not file.is_file():
        msg = f"{plan}: inventory: {file}: no such file"
        raise InputError(msg)
    where = f"{plan}: inventory {name}"
    groups = _groups(_rows(where, read_text(file)))
    return tuple(
        Listed(
            _camera(where, rows, model),
            f"{where}, line {rows[0][0]}",
            tuple(f"{where}, line {n}" for n, _ in rows),
        )
        for rows in groups
    )


def _rows(where: str, text: str) -> list[Row]:
    lines = csv.reader(text.splitlines())
    try:
        head = next(lines, [])
        _check_head(where, head)
        found = []
        for cells in lines:
            if len(cells) != len(head):
                msg = f"{where}, line {lines.line_num}: expected {len(head)} columns, got {len(cells)}"
                raise InputError(msg)
            found.append((lines.line_num, dict(zip(head, cells, strict=True))))
    except csv.Error as error:
        msg = f"{where}, line {lines.line_num}: not CSV: {error}"
        raise InputError(msg) from error
    return found


def _check_head(where: str, head: list[str]) -> None:
    known = (*OF_CAMERA, *OF_VIEW)
    for column in head:
        if column not in known:
            msg = f"{where}, line 1: {unknown_name(column, known, what='column')}"
            raise InputError(msg)
    missing = next((column for column in NEEDED if column not in head), "")
    if missing:
        like = nearest(missing, head)
        hint = f"the nearest that is there is '{like}'" if like else f"there are {', '.join(head) or 'none'}"
        msg = f"{where}, line 1: column '{missing}' is missing; {hint}"
        raise InputError(msg)
    if len(set(head)) < len(head):
        twice = next(column for column in head if head.count(column) > 1)
        msg = f"{where}, line 1: expected each column once, got '{twice}' {head.count(twice)} times"
        raise InputError(msg)


def _groups(rows: list[Row]) -> list[list[Row]]:
    """Return the rows of each camera: one that names a camera begins the next."""
    groups: list[list[Row]] = []
    for row in rows:
        if row[1]["camera"] or not groups:
            groups.append([])
        groups[-1].append(row)
    return groups


def _camera(where: str, rows: list[Row], model: type[Model]) -> Model:
    line, first = rows[0]
    table = _table(f"{where}, line {line}", first, OF_CAMERA)
    for other, cells in rows[1:]:
        extra = next((column for column in OF_CAMERA if cells.get(column)), None)
        if extra:
            msg = f"{where}, line {other}: {extra} stands in the first row of a camera only"
            raise InputError(msg)
    table["view"] = [_table(f"{where}, line {number}", cells, OF_VIEW) for number, cells in rows]
    try:
        return model.model_validate_json(json.dumps(table))
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False)[0]
        loc = problem["loc"]
        if len(loc) > 1 and loc[0] == "view" and isinstance(loc[1], int):
            line = rows[loc[1]][0]
        said = problem["msg"].removeprefix("Value error, ")
        named = [part for part in loc if isinstance(part, str)]
        key = f"{named[-1]}: " if named else ""
        msg = f"{where}, line {line}: {key}{said[:1].lower()}{said[1:]}"
        raise InputError(msg) from error


def _table(where: str, cells: dict[str, str], columns: dict[str, Callable[[str], Any]]) -> dict[str, Any]:
    """Return the cells of one table as values; an empty cell is left out."""
    table = {}
    for column, kind in columns.items():
        text = cells.get(column, "").strip()
        if not text:
            continue
        try:
            table[CALLED.get(column, column)] = kind(text)
        except (ValueError, KeyError) as error:
            msg = f"{where}: {column}: expected {WANTED.get(kind, 'a number')}, got '{text}'"
            raise InputError(msg) from error
    return table
