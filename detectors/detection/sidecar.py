"""What a model file does not say of itself, in a small TOML beside it: `model.toml` for `model.onnx`.

    names = ["person", "car", "angkot"]  # the classes in the order of the model's outputs
    size = "960x544"                     # width and height that a picture is scaled to fit
    channels = "rgb"                     # what the model takes: rgb or bgr
    scale = 0.00392156862745098          # a value 0..255 of a pixel is multiplied by it (1/255) ...
    mean = [0.0, 0.0, 0.0]               # ... then this is taken off, in the order of `channels` ...
    std = [1.0, 1.0, 1.0]                # ... and it is divided by this
    score = 0.25                         # how sure it has to be
    iou = 0.6                            # of two boxes that overlap more, the surer stays

    [classes]                            # what is not known by its name: a vehicle class, plate, or ignored
    angkot = "bus"

Everything may be absent: names are then those of the model's metadata, the rest as written here. Beside
weights of ultralytics (.pt) `classes`, `score` and `iou` count; the rest stands in the weights.
"""

import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from detectors.datatypes.arrays import Int64Array
from detectors.detection.decoding import IGNORED, KINDS, OTHERS, PLATE, class_table
from detectors.detection.errors import ModelError, SettingError
from detectors.detection.settings import SIZE, read_size

LEAST_SCORE, MOST_IOU = 0.25, 0.6
ORDERS = {"rgb": (2, 1, 0), "bgr": (0, 1, 2)}  # of the channels of a picture, which is BGR
Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Sidecar:
    """How a model is to be used; `names` empty and `size_px` None where the model itself has to say."""

    names: tuple[str, ...] = ()
    classes: Mapping[str, str] = field(default_factory=dict)
    size_px: tuple[int, int] | None = None
    channels: str = "rgb"
    scale: float = 1 / 255
    mean: Triple = (0.0, 0.0, 0.0)
    std: Triple = (1.0, 1.0, 1.0)
    score: float = LEAST_SCORE
    iou: float = MOST_IOU


def sidecar_path(model: Path) -> Path:
    """Return where the sidecar of a model lies, if it has one."""
    return model.with_suffix(".toml")


def read_sidecar(model: Path) -> Sidecar:
    """Return the sidecar of a model file, the usual where none lies there.

    Raises ModelError that names the file, the key and, of an unknown one, the nearest known.
    """
    file = sidecar_path(model)
    if not file.is_file():
        return Sidecar()
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{file}: not TOML: {error}"
        raise ModelError(msg) from error
    return Sidecar(**{_NAMES.get(key, key): _read(file, key, value) for key, value in told.items()})


def vehicle_table(model: Path, sidecar: Sidecar, names: Mapping[int, str]) -> Int64Array:
    """Return (C,) the VehicleClass of each class of a model, which has these `names` by row.

    Raises ModelError where the sidecar speaks of a class that the model has not, or no class is a vehicle.
    """
    file, known = sidecar_path(model), ", ".join(list(names.values())[:8])
    unknown = sidecar.classes.keys() - {name.strip().lower() for name in names.values()}
    if unknown:
        msg = f"{file}: classes: the model has no class {min(unknown)!r}; it has: {known}"
        raise ModelError(msg)
    table = class_table(names, sidecar.classes)
    if ((table == OTHERS) | (table == PLATE)).all():
        some = next(iter(names.values()))
        msg = (
            f"{model}: none of its classes ({known}) is known as a vehicle; "
            f'say in {file.name} beside it which are: [classes], then a line like "{some}" = "car"'
        )
        raise ModelError(msg)
    return table


def _read(file: Path, key: str, value: Any) -> Any:
    if key not in _READERS:
        near = get_close_matches(key, _READERS, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(_READERS)}"
        msg = f"{file}: unknown key '{key}'; {hint}"
        raise ModelError(msg)
    reader, wanted = _READERS[key]
    try:
        return reader(value)
    except (ValueError, TypeError, AttributeError) as error:
        msg = f"{file}: {key}: expected {wanted}, got {value!r}"
        raise ModelError(msg) from error


def _names(value: Any) -> tuple[str, ...]:
    return tuple(
        _want(name, isinstance(name, str)) for name in _want(value, isinstance(value, list) and value)
    )


def _classes(value: Any) -> dict[str, str]:
    return {name.strip().lower(): _want(kind, kind in (*KINDS, IGNORED)) for name, kind in value.items()}


def _size(value: Any) -> tuple[int, int]:
    try:
        return read_size("", value)
    except SettingError as error:
        raise ValueError(str(error)) from error


def _number(least: float, most: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        return float(_want(value, plain and least <= value <= most))

    return read


def _triple(least: float) -> Callable[[Any], Triple]:
    def read(value: Any) -> Triple:
        one, two, three = (_number(least, math.inf)(part) for part in value)
        return one, two, three

    return read


def _want(value: Any, fits: object) -> Any:
    if not fits:
        raise ValueError(value)
    return value


_NAMES = {SIZE: "size_px"}
_TINY = 1e-9
_READERS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "names": (_names, "a list of names"),
    "classes": (_classes, f"a table of names, each {', '.join(KINDS)} or {IGNORED}"),
    SIZE: (_size, 'width and height in px like "960x544"'),
    "channels": (lambda value: _want(value, value in ORDERS), " or ".join(ORDERS)),
    "scale": (_number(_TINY, 1e9), "a number above 0"),
    "mean": (_triple(-math.inf), "three numbers"),
    "std": (_triple(_TINY), "three numbers above 0"),
    "score": (_number(0.0, 1.0), "a number from 0 to 1"),
    "iou": (_number(0.0, 1.0), "a number from 0 to 1"),
}
