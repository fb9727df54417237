"""Makes a dataset: a scenario photographed, the pictures shared out so that no test knows its teacher."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import cv2

from scenarios.datasets.files import FORMATS, MARK, DatasetWriter
from scenarios.datasets.shots import Shot, ShotSpec, shots
from scenarios.errors import InputError, unknown_name
from scenarios.progress import Progress, silent
from scenarios.staging import staged
from scenarios.texts import Texts
from twin.cameras.plans import ViewSpec
from twin.network import library

EVERY_NTH_VIEW = 4  # is for validation


@dataclass(frozen=True, slots=True)
class Share:
    """The views and seeds of one split."""

    split: str
    views: tuple[ViewSpec, ...]
    seeds: tuple[int, ...]


def shares(views: tuple[ViewSpec, ...], seeds: tuple[int, ...]) -> tuple[Share, ...]:
    """Return what goes to `train` and to `val`: they share no camera and, from two seeds on, no seed."""
    held = tuple(view for row, view in enumerate(views) if row % EVERY_NTH_VIEW == EVERY_NTH_VIEW - 1)
    if not held:
        held = views[-1:] if len(views) > 1 else ()
    rest = tuple(view for view in views if view not in held)
    if not held:
        return (Share("train", rest, seeds),)
    if len(seeds) == 1:
        return (Share("train", rest, seeds), Share("val", held, seeds))
    return (Share("train", rest, seeds[:-1]), Share("val", held, seeds[-1:]))


@dataclass(frozen=True, slots=True)
class Exported:
    """How many pictures and labelled vehicles each split has: (split, pictures, vehicles)."""

    folder: Path
    counts: tuple[tuple[str, int, int], ...]


def export(
    spec: ShotSpec, out: Path, form: str = "both", progress: Progress = silent, lang: str = "en"
) -> Exported:
    """Write the dataset to `out`, whole or not at all; its card is in `lang`. Raises InputError."""
    parts = [
        (share.split, replace(spec, views=share.views, seeds=share.seeds))
        for share in shares(spec.views, spec.seeds)
    ]
    return export_parts(parts, out, _facts(spec), form, progress, lang)


def export_parts(
    parts: list[tuple[str, ShotSpec]],
    out: Path,
    facts: dict[str, object],
    form: str = "both",
    progress: Progress = silent,
    lang: str = "en",
    workers: int = 1,
) -> Exported:
    """Write (split, pictures to take) one after another, taken by so many processes; raises InputError."""
    if form not in FORMATS:
        raise unknown_name(form, FORMATS, what="format")
    totals: dict[str, list[int]] = {}
    with staged(out, MARK) as stage:
        writer = DatasetWriter(stage, form)
        for split, taken in _taken(parts, workers, progress):
            total = totals.setdefault(split, [0, 0])
            for shot in taken:
                writer.take(shot, split)
                total[0] += 1
                total[1] += int(shot.labelled.sum())
        counts = tuple((split, pictures, vehicles) for split, (pictures, vehicles) in totals.items())
        if not any(vehicles for _, _, vehicles in counts):
            msg = f"{out}: no vehicle shows in any picture; look at the scenario with `bconnect validate`"
            raise InputError(msg)
        writer.close(facts, Texts(lang))
    return Exported(out, counts)


def _taken(
    parts: list[tuple[str, ShotSpec]], workers: int, progress: Progress
) -> Iterator[tuple[str, Iterable[Shot]]]:
    """Yield each split with its pictures, in order; a part that waits for its turn is held in memory."""
    if min(workers, len(parts)) < 2:
        yield from ((split, shots(spec, progress)) for split, spec in parts)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        under_way: deque[tuple[str, Future[list[Shot]]]] = deque()
        for done, (split, spec) in enumerate(parts):
            under_way.append((split, pool.submit(_all_shots, spec)))
            if len(under_way) > workers:
                progress("warm-up", (done - workers) / len(parts))
                first, pictures = under_way.popleft()
                yield first, pictures.result()
        yield from ((split, pictures.result()) for split, pictures in under_way)


def _all_shots(spec: ShotSpec) -> list[Shot]:
    cv2.setNumThreads(1)  # each process has a core
    return list(shots(spec))


def _facts(spec: ShotSpec) -> dict[str, object]:
    """Return what the dataset was made of, so that it can be made again."""
    return {
        "simulated": True,
        "scenario": spec.scenario.name,
        "network": spec.scenario.network,
        "views": [view.name for view in spec.views],
        "seeds": list(spec.seeds),
        "frames": spec.frames,
        "every_s": spec.every_s,
        "light_hours": list(spec.light_hours),
        "randomised": spec.randomise,
        "attribution": library.resolve(spec.scenario.network).attribution,
        "made_with": f"bconnect-twin {version('bconnect-twin')}",
    }
