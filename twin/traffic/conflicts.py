"""Which ways over a junction are in each other's way, and how far along; by geometry."""

from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

import numpy as np

from detectors.datatypes.arrays import BoolArray
from twin.traffic.kernel.arrays import Floats

SAMPLES = 25
FORK_BEYOND_M = 1.0
CORNER_RAD = 0.5


@dataclass(frozen=True, slots=True)
class Path:
    """The path of one connector and the half width that its vehicles need."""

    number: int
    junction: str
    points_m: Floats
    arc_m: Floats
    half_m: float
    bulge_m: float
    before: int
    after: int
    turn: int

    @property
    def curved(self) -> bool:
        """Whether the path turns by more than CORNER_RAD."""
        first, last = self.points_m[1] - self.points_m[0], self.points_m[-1] - self.points_m[-2]
        turned = np.angle(complex(last[0], last[1]) / complex(first[0], first[1] or 1e-12))
        return bool(abs(turned) > CORNER_RAD)


@dataclass(frozen=True, slots=True)
class Pairs:
    """By lane: foes with the position on the foe beyond which it is clear; forks likewise.

    `room_m` is how far one may stand on a connector before one is in a foe's way.
    """

    foes: list[list[tuple[int, float]]]
    forks: list[list[tuple[int, float]]]
    room_m: list[float]


def foes_and_forks(paths: list[Path], lanes: int) -> Pairs:
    """Return the conflicts between the connectors of each junction."""
    pairs = Pairs([[] for _ in range(lanes)], [[] for _ in range(lanes)], [0.0] * lanes)
    for path in paths:
        pairs.room_m[path.number] = float(path.arc_m[-1])
    for _, group in groupby(sorted(paths, key=attrgetter("junction", "number")), key=attrgetter("junction")):
        _compare(list(group), pairs)
    return pairs


def _compare(paths: list[Path], pairs: Pairs) -> None:
    marks = [np.linspace(0.0, path.arc_m[-1], SAMPLES) for path in paths]
    dots = np.array(
        [
            np.column_stack([np.interp(mark, path.arc_m, path.points_m[:, i]) for i in range(2)])
            for mark, path in zip(marks, paths, strict=True)
        ]
    )
    half = np.array([path.half_m for path in paths])
    for i, path in enumerate(paths):
        apart = np.hypot(*np.moveaxis(dots[:, :, None, :] - dots[i][None, None, :, :], -1, 0))
        near = (apart < (half + half[i])[:, None, None]).any(axis=2)  # (others, their samples)
        for j, other in enumerate(paths):
            foes = i != j and near[j].any() and _relate(path, other, marks[j], near[j], pairs)
            beside = path.turn == other.turn and other.half_m < path.half_m
            if (foes or beside) and path.before != other.before:
                room_m = _room_m(path, other, dots[i], marks[j])
                pairs.room_m[other.number] = min(pairs.room_m[other.number], room_m)


def _room_m(path: Path, other: Path, dots_m: Floats, marks_m: Floats) -> float:
    """Return how far beyond the line before `other` one may stand and be in nobody's way on `path`.

    One stands straight on from the line. Who waits on a strip at the kerb is passed by riders who swing out.
    """
    start, step = other.points_m[0, :2], other.points_m[1, :2] - other.points_m[0, :2]
    stands = start + marks_m[:, None] * step / max(float(np.hypot(*step)), 1e-9)
    apart = np.hypot(*np.moveaxis(stands[:, None, :] - dots_m[None, :, :], -1, 0)).min(axis=1)
    need_m = path.half_m + other.half_m + (path.bulge_m if other.half_m < path.half_m else 0.0)
    near = np.flatnonzero(apart < need_m)
    return float(max(0.0, marks_m[near[0]] - marks_m[1])) if near.size else float(marks_m[-1])


def _relate(path: Path, other: Path, marks_m: Floats, near: BoolArray, pairs: Pairs) -> bool:
    """Note that `other` is near `path` where `near` (SAMPLES,) says so; return whether they are foes."""
    step_m = float(marks_m[1])
    if path.before == other.before:
        apart = np.flatnonzero(~near)
        clear_m = float(marks_m[apart[0]]) if apart.size else float(marks_m[-1])
        pairs.forks[path.number].append((other.number, clear_m + FORK_BEYOND_M))
        # two that part and meet again: the meeting is a conflict like any other
        if not (apart.size and near[apart[0] :].any()):
            return False
    # side by side round a corner, a long body still cuts across the strip of the motorcycles
    cuts = path.curved and path.half_m != other.half_m
    if path.turn == other.turn and path.after != other.after and not cuts:
        return False
    beside = np.flatnonzero(near)
    clear_m = float(marks_m[beside[-1]]) + step_m
    pairs.foes[path.number].append((other.number, min(clear_m, float(other.arc_m[-1]))))
    return True
