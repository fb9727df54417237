"""Frozen values as text of which there is one form only, so that a hash of it means the value."""

import json
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


class RecordError(ValueError):
    """What a record says cannot be written, or not be read back."""


def canonical(value: object) -> str:
    """Return JSON in ASCII with sorted keys and no spaces; RecordError for what JSON cannot say."""
    try:
        return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        msg = f"a value cannot be recorded ({error})"
        raise RecordError(msg) from error


def plain(value: Any) -> Any:
    """Return a value as dicts, lists and what JSON has: dataclasses by their fields, enums by value."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return value


def restored(kind: type[T], data: Any) -> T:
    """Return the value of type `kind` of which `data` is the plain form; RecordError where it is none."""
    try:
        made: T = _restored(kind, data)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        msg = f"a record does not hold a {kind.__name__} ({error})"
        raise RecordError(msg) from error
    return made


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


@cache
def _hints(kind: type) -> dict[str, Any]:
    known = get_type_hints(kind)
    return {name: known[name] for name in _names(kind)}


@cache
def _defaulted(kind: type) -> frozenset[str]:
    with_one = (f for f in fields(kind) if f.default is not MISSING or f.default_factory is not MISSING)
    return frozenset(f.name for f in with_one)


def _restored(kind: Any, data: Any) -> Any:
    if get_origin(kind) is tuple:
        return _restored_tuple(get_args(kind), data)
    if get_origin(kind) in (Union, UnionType):
        chosen = next(one for one in get_args(kind) if one is not NoneType)
        return None if data is None else _restored(chosen, data)
    if isinstance(kind, type) and is_dataclass(kind):
        absent = _defaulted(kind)  # fields that came later than the record
        given = {n: h for n, h in _hints(kind).items() if n in data or n not in absent}
        return kind(**{name: _restored(hint, data[name]) for name, hint in given.items()})
    if kind is float and isinstance(data, int):
        return float(data)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    if not isinstance(data, kind):
        msg = f"expected {kind.__name__}, got {data!r}"
        raise TypeError(msg)
    return data


def _restored_tuple(of: tuple[Any, ...], data: Any) -> tuple[Any, ...]:
    if len(of) == 2 and of[1] is Ellipsis:
        return tuple(_restored(of[0], one) for one in data)
    return tuple(_restored(kind, one) for kind, one in zip(of, data, strict=True))
