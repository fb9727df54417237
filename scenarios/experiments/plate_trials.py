"""How well plates are read: the way of the engine on rendered snapshots of which everything is true."""

import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import partial
from math import ceil, inf
from pathlib import Path

import cv2

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.plates import PlateReading, Unread
from detectors.plates.voting import voted
from detectors.ports import PlateReader
from detectors.reading.belief import believed, closer_look
from scenarios.experiments.intervals import exact_interval, upper_bound
from scenarios.experiments.kept_trials import code_digest
from scenarios.experiments.plate_scenes import NETWORK, KerbScene, PlateLight, kerb_scenes
from scenarios.experiments.replicate import replicate
from scenarios.plate_readers import PlateReaderOnUse
from scenarios.progress import Progress, silent
from twin.network import library
from twin.randomness import Seed

PER_CAMERA = 16  # vehicles: to set a camera up takes longer than a picture
HEIGHTS_PX = ((0.0, 0.0), (0.0, 8.0), (8.0, 15.0), (15.0, inf))  # above the first, up to the second


class Outcome(StrEnum):
    """What became of one plate."""

    EXACT = "exact"
    WRONG = "wrong"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One picture: how tall the characters are in it (0: not all of the plate shows), what was read."""

    letters_px: float
    outcome: Outcome
    read: str


@dataclass(frozen=True, slots=True)
class PlateTrial:
    """One vehicle: the pictures taken of it, what its case is left with, and the time it took to read.

    `why` says why it is unreadable, "" where it was read.
    """

    light: PlateLight
    vehicle_class: VehicleClass
    text: str
    attempts: tuple[Attempt, ...]
    outcome: Outcome
    read: str
    why: str
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Counted:
    """How often each outcome came about, of `n`."""

    what: str
    n: int
    exact: int
    wrong: int

    @property
    def unreadable(self) -> int:
        """What was neither."""
        return self.n - self.exact - self.wrong

    @property
    def exact_interval(self) -> tuple[float, float]:
        """The 95 % interval of the share that is read exactly (Clopper-Pearson)."""
        return exact_interval(self.exact, self.n)

    @property
    def wrong_bound(self) -> float:
        """The upper 95 % bound of the share that is read wrongly and believed (Clopper-Pearson)."""
        return upper_bound(self.wrong, self.n)


def plate_trials(
    count: int, seed: int, workers: int = 1, progress: Progress = silent, keep: Path | None = None
) -> tuple[PlateTrial, ...]:
    """Return `count` trials: cameras one after another, each in one light, all lights and classes in turn.

    Those of a camera that are done are written to the folder `keep`, and what is there already of the same
    seed and the same code is not done again.
    """
    cameras = ceil(count / PER_CAMERA)
    shares = [min(PER_CAMERA, count - PER_CAMERA * n) for n in range(cameras)]
    found = replicate(partial(_of_camera, seed, tuple(shares), keep), range(cameras), workers, progress)
    return tuple(one for part in found for one in part)


def _of_camera(seed: int, shares: tuple[int, ...], keep: Path | None, number: int) -> tuple[PlateTrial, ...]:
    name = f"seed-{seed}-camera-{number:04d}-{shares[number]}-{code_digest()[:12]}.json"
    file = None if keep is None else keep / name
    if file is not None and file.is_file():
        return trials_from(file.read_text(encoding="utf-8"))
    cv2.setNumThreads(1)
    lights = tuple(PlateLight)
    root = Seed(seed, ("plates", number))
    network, reader = library.resolve(NETWORK), PlateReaderOnUse()
    scenes = kerb_scenes(network, root, lights[number % len(lights)], shares[number])
    found = tuple(tried(one, reader) for one in scenes)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        half = file.with_suffix(".half")
        half.write_text(trials_text(found), encoding="utf-8")
        half.replace(file)
    return found


def trials_text(trials: Iterable[PlateTrial]) -> str:
    """Return trials as JSON."""
    return json.dumps([asdict(one) | {"vehicle_class": one.vehicle_class.name} for one in trials], indent=1)


def trials_from(text: str) -> tuple[PlateTrial, ...]:
    """Return the trials that `trials_text` wrote."""
    return tuple(
        PlateTrial(
            PlateLight(row["light"]), VehicleClass[row["vehicle_class"]], row["text"],
            tuple(Attempt(a["letters_px"], Outcome(a["outcome"]), a["read"]) for a in row["attempts"]),
            Outcome(row["outcome"]), row["read"], row["why"], row["cpu_s"],
        )
        for row in json.loads(text)
    )  # fmt: skip


def tried(stand: KerbScene, reader: PlateReader) -> PlateTrial:
    """Read the plate of one vehicle as the engine does: in a first picture, and in a closer one."""
    attempts, sights, spent_s, look = [], [], 0.0, stand.look
    while True:
        frame, letters_px = stand.take(look.request)
        begun_s = time.process_time()
        sight = believed(look, frame, stand.seen, reader)
        spent_s += time.process_time() - begun_s
        sights.append(sight)
        attempts.append(Attempt(letters_px, *_outcome(stand.text, sight.reading)))
        closer = closer_look(look, frame, sight, stand.seen)
        if closer is None:
            kind, vote = stand.look.case.vehicle_class, voted(sights)
            left_with = *_outcome(stand.text, vote.reading), _why(vote.why)
            return PlateTrial(stand.light, kind, stand.text, tuple(attempts), *left_with, spent_s)
        look = closer


def _outcome(text: str, reading: PlateReading | None) -> tuple[Outcome, str]:
    if reading is None:
        return Outcome.UNREADABLE, ""
    return Outcome.EXACT if reading.text == text else Outcome.WRONG, reading.text


def _why(why: Unread | None) -> str:
    return "" if why is None else why.value


def of_cases(trials: Iterable[PlateTrial]) -> tuple[Counted, ...]:
    """Count what cases are left with: all, those whose plate shows, by light and by class of vehicle."""
    every = list(trials)
    shows = [one for one in every if one.attempts[0].letters_px > 0.0]
    rows = [("all", every), ("plate shows", shows)]
    rows += [(light.value, [one for one in shows if one.light is light]) for light in PlateLight]
    kinds = sorted({one.vehicle_class for one in every})
    rows += [(kind.name.lower(), [one for one in shows if one.vehicle_class is kind]) for kind in kinds]
    return tuple(_counted(what, [one.outcome for one in part]) for what, part in rows)


def of_pictures(trials: Iterable[PlateTrial]) -> tuple[Counted, ...]:
    """Count what was read in each picture, by light and by how tall the characters are in it."""
    every = list(trials)
    return tuple(
        _counted(
            f"{light.value}, {_heights(low, high)}",
            [a.outcome for one in every if one.light is light for a in one.attempts if _within(a, low, high)],
        )
        for light in PlateLight
        for low, high in HEIGHTS_PX
    )


def _within(attempt: Attempt, low_px: float, high_px: float) -> bool:
    if high_px == 0.0:
        return attempt.letters_px == 0.0
    return low_px < attempt.letters_px < high_px or attempt.letters_px == low_px > 0.0


def _heights(low_px: float, high_px: float) -> str:
    if high_px == 0.0:
        return "not all of it shows"
    return f"from {low_px:g} px" if high_px == inf else f"{low_px:g} to {high_px:g} px"


def _counted(what: str, outcomes: list[Outcome]) -> Counted:
    return Counted(what, len(outcomes), outcomes.count(Outcome.EXACT), outcomes.count(Outcome.WRONG))
