"""Frozen values as text of which there is one form only, so that a hash of it means the value."""

import json
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache, partial
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
        made: T = _reader(kind)(data)  # type: ignore[arg-type]  # a class is hashable
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        msg = f"a record does not hold a {kind.__name__} ({error})"
        raise RecordError(msg) from error
    return made


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


@cache
def _defaulted(kind: type) -> frozenset[str]:
    with_one = (f for f in fields(kind) if f.default is not MISSING or f.default_factory is not MISSING)
    return frozenset(f.name for f in with_one)


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """Return what makes a value of a type from its plain form: types are looked at once, not by record."""
    if get_origin(kind) is tuple:
        return _tuple_reader(get_args(kind))
    if get_origin(kind) in (Union, UnionType):
        read = _reader(next(one for one in get_args(kind) if one is not NoneType))
        return lambda data: None if data is None else read(data)
    if isinstance(kind, type) and is_dataclass(kind):
        return _record_reader(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    return partial(_checked, kind)


def _record_reader(kind: type) -> Callable[[Any], Any]:
    known, absent = get_type_hints(kind), _defaulted(kind)  # fields that came later than the record
    readers = [(name, _reader(known[name]), name in absent) for name in _names(kind)]

    def read(data: Any) -> Any:
        return kind(**{n: one(data[n]) for n, one, may_lack in readers if not may_lack or n in data})

    return read


def _tuple_reader(of: tuple[Any, ...]) -> Callable[[Any], Any]:
    if len(of) == 2 and of[1] is Ellipsis:
        one = _reader(of[0])
        return lambda data: tuple(one(part) for part in data)
    readers = [_reader(kind) for kind in of]
    return lambda data: tuple(read(part) for read, part in zip(readers, data, strict=True))


def _checked(kind: type, data: Any) -> Any:
    if kind is float and isinstance(data, int):
        return float(data)
    if not isinstance(data, kind):
        msg = f"expected {kind.__name__}, got {data!r}"
        raise TypeError(msg)
    return data
