"""How well plates are read: the way of the engine on rendered snapshots of which everything is true."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from math import ceil, inf

import cv2

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.plates import PlateSight
from detectors.ports import PlateReader
from detectors.reading.belief import believed, closer_look
from scenarios.experiments.intervals import exact_interval, upper_bound
from scenarios.experiments.plate_scenes import NETWORK, KerbScene, PlateLight, kerb_scenes
from scenarios.experiments.replicate import replicate
from scenarios.plate_readers import PlateReaderOnUse
from scenarios.progress import Progress, silent
from twin.network import library
from twin.randomness import Seed

PER_CAMERA = 8  # vehicles: to set a camera up takes longer than a picture
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
    """One vehicle: the pictures taken of it, the last of which decides, and the time it took to read."""

    light: PlateLight
    vehicle_class: VehicleClass
    text: str
    attempts: tuple[Attempt, ...]
    cpu_s: float

    @property
    def outcome(self) -> Outcome:
        """What the case is left with."""
        return self.attempts[-1].outcome


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
    count: int, seed: int, workers: int = 1, progress: Progress = silent
) -> tuple[PlateTrial, ...]:
    """Return `count` trials: cameras one after another, each in one light, all lights and classes in turn."""
    cameras = ceil(count / PER_CAMERA)
    shares = [min(PER_CAMERA, count - PER_CAMERA * n) for n in range(cameras)]
    found = replicate(partial(_of_camera, seed, tuple(shares)), range(cameras), workers, progress)
    return tuple(one for part in found for one in part)


def _of_camera(seed: int, shares: tuple[int, ...], number: int) -> tuple[PlateTrial, ...]:
    cv2.setNumThreads(1)
    lights = tuple(PlateLight)
    root = Seed(seed, ("plates", number))
    network, reader = library.resolve(NETWORK), PlateReaderOnUse()
    scenes = kerb_scenes(network, root, lights[number % len(lights)], shares[number])
    return tuple(tried(one, reader) for one in scenes)


def tried(stand: KerbScene, reader: PlateReader) -> PlateTrial:
    """Read the plate of one vehicle as the engine does: in a first picture, and in a closer one."""
    attempts, spent_s, look = [], 0.0, stand.look
    while True:
        frame, letters_px = stand.take(look.request)
        begun_s = time.process_time()
        sight = believed(look, frame, stand.seen, reader)
        spent_s += time.process_time() - begun_s
        attempts.append(_attempt(stand.text, letters_px, sight))
        closer = closer_look(look, frame, sight, stand.seen)
        if closer is None:
            kind = stand.look.case.vehicle_class
            return PlateTrial(stand.light, kind, stand.text, tuple(attempts), spent_s)
        look = closer


def _attempt(text: str, letters_px: float, sight: PlateSight) -> Attempt:
    if sight.reading is None:
        return Attempt(letters_px, Outcome.UNREADABLE, "")
    read = sight.reading.text
    return Attempt(letters_px, Outcome.EXACT if read == text else Outcome.WRONG, read)


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
