"""TOML -> one loader -> checked types: every file that a person writes comes through here."""

import json
import re
import reprlib
import tomllib
from collections.abc import Iterator
from datetime import time
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from scenarios.errors import InputError, nearest, unknown_name

Model = TypeVar("Model", bound="FileModel")

_WHERE = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)")
_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\-\"' ]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*[\"']?([\w\-]+)[\"']?\s*[=.]")


class FileModel(BaseModel):
    """What a TOML file, or a table in it, may hold: exactly its fields, of exactly their types."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


def _local(at: time) -> time:
    if at.tzinfo is not None:
        msg = "expected a local time of day without a zone"
        raise ValueError(msg)
    return at


ClockTime = Annotated[time, AfterValidator(_local)]


class Kind(StrEnum):
    """What has a name; the value is its folder in the package."""

    SCENARIO = "library"
    PLAN = "plans"
    SITE = "library/sites"
    ROLLOUT = "rollouts"
    ESTATE = "estates"
    DEMAND = "demands"
    RECIPE = "recipes"
    RETENTION = "retentions"


def known_names(kind: Kind) -> tuple[str, ...]:
    """Return the names that come with the package, sorted."""
    names = (entry.name for entry in _folder(kind).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def resolve(kind: Kind, name_or_path: str) -> Traversable:
    """Return the file of a built-in name, or the file at a path.

    Raises InputError that lists the known names where it is neither.
    """
    if name_or_path in known_names(kind):
        return _folder(kind) / f"{name_or_path}.toml"
    path = Path(name_or_path)
    if path.is_file():
        return path
    if path.suffix or len(path.parts) > 1:
        msg = f"{name_or_path}: no such file"
        raise InputError(msg)
    raise unknown_name(name_or_path, known_names(kind), what=kind.name.lower())


def name_of(file: Traversable) -> str:
    """Return the name of what a file describes: the file name without its ending."""
    return file.name.removesuffix(".toml")


def beside(file: Traversable, name: str) -> Traversable:
    """Return the file called `name`, a path as well, in the folder of `file`."""
    return file.parent / name if isinstance(file, Path) else _folder(Kind.PLAN) / name


def read_model(file: Traversable, model: type[Model]) -> Model:
    """Read a TOML file as `model`.

    Raises InputError that names the file, the line, the key and the nearest known key.
    """
    text = read_text(file)
    # Through JSON: its strict mode takes arrays for tuples and text for dates, and coerces nothing.
    document = json.dumps(_parse(text, str(file)), default=str)
    try:
        return model.model_validate_json(document)
    except ValidationError as error:
        raise _input_error(error, model, text, str(file)) from error


def _folder(kind: Kind) -> Traversable:
    return files("scenarios").joinpath(*kind.value.split("/"))


def read_text(file: Traversable) -> str:
    """Return the text of a file; raises InputError where it is none, or cannot be read."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"{file}: expected text in UTF-8, got byte {error.start} that is not"
        raise InputError(msg) from error
    except OSError as error:
        msg = f"{file}: cannot be read: {error.strerror}"
        raise InputError(msg) from error


def _parse(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _WHERE.fullmatch(str(error))
        if found is None:
            msg = f"{name}: not TOML: {error}"
            raise InputError(msg) from error
        last = len(text.splitlines())
        line, column = found["line"] or last, found["column"] or "end"
        msg = f"{name}, line {line}, column {column}: not TOML: {found['what']}"
        raise InputError(msg) from error
    except (ValueError, RecursionError) as error:  # a number of 5 000 digits, 1 000 brackets
        msg = f"{name}: not TOML: {error}"
        raise InputError(msg) from error


def _input_error(error: ValidationError, model: type[FileModel], text: str, name: str) -> InputError:
    problems = error.errors(include_url=False, include_context=False, include_input=True)
    # A misspelt key is missing under its right name too: say what was written, not what was not.
    problem = min(problems, key=lambda p: p["type"] != "extra_forbidden")
    loc = problem["loc"]
    line = line_of(text, loc)
    where = f"{name}, line {line}" if line else name
    key = ".".join(str(part) for part in loc)
    if problem["type"] == "extra_forbidden":
        known = _known_keys(model, loc[:-1])
        guess = nearest(str(loc[-1]), known)
        hint = f"did you mean '{guess}'?" if guess else f"known keys: {', '.join(known)}"
        return InputError(f"{where}: unknown key '{key}'; {hint}")
    if problem["type"] == "missing":
        return InputError(f"{where}: key '{key}' is missing")
    said = problem["msg"].removeprefix("Value error, ")
    said = f"{said[:1].lower()}{said[1:]}"
    if isinstance(problem["input"], (dict, list)):
        return InputError(f"{where}: {key or 'the whole file'}: {said}")
    return InputError(f"{where}: {key}: {said}, got {reprlib.repr(problem['input'])}")


def _known_keys(model: type[FileModel], loc: tuple[int | str, ...]) -> tuple[str, ...]:
    """Return the keys of the table at `loc`."""
    for part in loc:
        if isinstance(part, str) and part in model.model_fields:
            inner = next(_models_in(model.model_fields[part].annotation), None)
            model = inner or model
    return tuple(field.alias or key for key, field in model.model_fields.items())


def _models_in(annotation: Any) -> Iterator[type[FileModel]]:
    if isinstance(annotation, type) and issubclass(annotation, FileModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def line_of(text: str, loc: tuple[int | str, ...]) -> int | None:
    """Return the line of the deepest part of `loc` that stands in the file, None where none does."""
    table: tuple[int | str, ...] = ()
    seen: dict[str, int] = {}
    best, best_line = 0, None
    for number, line in enumerate(text.splitlines(), start=1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            table = _table(header[2], seen, is_array=header[1] == "[[")
            here = table
        elif key:
            here = (*table, key[1])
        else:
            continue
        if len(here) > best and loc[: len(here)] == here:
            best, best_line = len(here), number
    return best_line


def _table(header: str, seen: dict[str, int], *, is_array: bool) -> tuple[int | str, ...]:
    """Return the location of a table, with the index of every array of tables on the way."""
    names = [name.strip().strip("\"'") for name in header.split(".")]
    if is_array:
        seen[".".join(names)] = seen.get(".".join(names), -1) + 1
    where: list[int | str] = []
    for depth, name in enumerate(names, start=1):
        where.append(name)
        index = seen.get(".".join(names[:depth]))
        if index is not None:
            where.append(index)
    return tuple(where)
