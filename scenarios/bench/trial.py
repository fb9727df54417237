"""Detectors tried on a source: each on the very same pictures, in one pass."""

from collections.abc import Sequence
from dataclasses import dataclass

from detectors.detection import registry
from scenarios.bench.pictures import Source, SourceFacts
from scenarios.bench.sitting import Looked, Sitting
from scenarios.bench.worst import Album, Shown
from scenarios.errors import InputError
from scenarios.progress import Progress, silent


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What one detector did on all pictures of a source: `setting` is how it was asked for."""

    setting: str
    called: str
    threshold: float
    on: SourceFacts
    looked: tuple[Looked, ...]
    misses: tuple[Shown, ...]
    false: tuple[Shown, ...]


def check_settings(settings: Sequence[str]) -> None:
    """Raise DetectorError for a detector that cannot be had as asked for."""
    for setting in settings:
        registry.build(setting, None)


def try_on(source: Source, settings: Sequence[str], progress: Progress = silent) -> tuple[Trial, ...]:
    """Return a trial of each detector; a clip gets a fresh one. Raises InputError and DetectorError."""
    sittings: dict[str, Sitting] = {}  # of the clip that is being shown: each holds a model
    looked: dict[str, list[Looked]] = {setting: [] for setting in settings}
    albums = {setting: Album() for setting in settings}
    shown, done = "", 0
    for clip, picture in source.pictures():
        if not sittings or clip.name != shown:
            sittings, shown = {setting: Sitting(setting, clip) for setting in settings}, clip.name
        for setting, sitting in sittings.items():
            one = sitting.take(picture)
            looked[setting].append(one)
            albums[setting].look(one, picture.frame, sitting.threshold)
        done += 1
        progress("detecting", min(1.0, done / max(1, source.facts.pictures)))
    if not done:
        msg = f"{source.facts.name}: holds no picture to try a detector on"
        raise InputError(msg)
    return tuple(
        Trial(
            setting, sitting.called, sitting.threshold, source.facts, tuple(looked[setting]),
            albums[setting].misses, albums[setting].false,
        )
        for setting, sitting in sittings.items()
    )  # fmt: skip
