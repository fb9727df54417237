"""Keeps what was watched, so that a calibration which was interrupted goes on where it was.

A file belongs to one question, one seed and weather, and one state of the code that answers: after a
change of what is driven, drawn or detected it is not found again.
"""

import hashlib
import zlib
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from scenarios.experiments.sightings import FRAME, SIGHTING, Sightings

ANSWERING = ("detectors", "twin", "scenarios.experiments", "scenarios.datasets")
NOT_ANSWERING = (  # they read what was watched
    "curves.py", "curve_forms.py", "capturing.py", "sensing.py", "analytic_tracks.py", "plate_reading.py",
    "carrying.py", "calibrate.py", "curve_fit.py", "held_out.py", "kept_trials.py", "tracks_beside.py",
    "pooled_fit.py", "placement", "people", "field",
)  # fmt: skip


def kept(
    folder: Path | None, question: object, part: tuple[object, ...], watch: Callable[[], Sightings]
) -> Sightings:
    """Return the sightings of a part of a question: those in `folder`, else those of `watch`, kept."""
    if folder is None:
        return watch()
    name = hashlib.sha256(f"{code_digest()} {question!r} {part!r}".encode()).hexdigest()[:20]
    file = folder / f"{'-'.join(map(str, part))}-{name}.npz"
    found = _read(file)
    if found is None:
        found = watch()
        _write(found, file)
    return found


def _read(file: Path) -> Sightings | None:
    """Return what is kept there, None for nothing or half of it."""
    try:
        with file.open("rb") as opened, np.load(opened, allow_pickle=False) as told:
            columns: dict[str, Any] = {name: told[name] for name in (*SIGHTING, *FRAME)}
            return Sightings(**columns, views=tuple(told["views"].tolist()))
    except (OSError, EOFError, ValueError, KeyError, BadZipFile, zlib.error):
        return None


def _write(seen: Sightings, file: Path) -> None:
    """Write it under another name first: a file that is there is whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_suffix(".half.npz")
    columns = {name: getattr(seen, name) for name in (*SIGHTING, *FRAME)}
    np.savez_compressed(half, views=np.array(seen.views), **columns)
    half.replace(file)


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Return a name of the code that drives, draws and detects."""
    digest = hashlib.sha256()
    for package in ANSWERING:
        for one in _sources(files(package)):
            digest.update(one.read_bytes())
    return digest.hexdigest()


def _sources(folder: Traversable) -> list[Traversable]:
    found: list[Traversable] = []
    for one in sorted(folder.iterdir(), key=lambda one: one.name):
        if one.name in NOT_ANSWERING:
            continue
        if one.is_dir():
            found += _sources(one)
        elif one.name.endswith(".py"):
            found.append(one)
    return found
