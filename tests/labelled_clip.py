"""Vehicles that were labelled by eye in a recording, against the tracks that the engine left in tracks.csv.

A frame counts for a vehicle while a box drawn without fault would be kept on the site. There a track
matches the vehicle where their boxes overlap by MATCH_IOU. The vehicle is found when one track matches it
in at least FOUND_SHARE of those frames. A track of at least LASTS_S that matches no vehicle in more than
half of the frames in which it was seen is false; vehicles count for precision once, however many tracks
they have. Identity switches are those of CLEAR MOT (Bernardin and Stiefelhagen 2008): a vehicle keeps its
track as long as that matches, and each change to another one counts.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from scenarios.experiments.intervals import exact_interval

MATCH_IOU = 0.3
FOUND_SHARE = 0.5
LASTS_S = 1.0
UNLABELLED = "unlabelled"

Box = tuple[float, float, float, float]
Asked = Callable[[Box], bool]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one track said in one frame in which it was seen."""

    box: Box
    position_m: tuple[float, float]
    speed_kmh: float


Tracks = dict[int, dict[int, Seen]]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A vehicle, or a part of the picture that is not labelled; `keys` are its boxes by frame."""

    name: str
    what: str
    keys: dict[int, Box]

    def frames(self) -> range:
        return range(min(self.keys), max(self.keys) + 1)

    def box(self, frame: int) -> Box | None:
        """Return where it is in a frame, by the line between the boxes drawn before and after."""
        if frame not in self.frames():
            return None
        drawn = np.array(list(self.keys.values())).T
        x0, y0, x1, y1 = (float(np.interp(frame, list(self.keys), edge)) for edge in drawn)
        return x0, y0, x1, y1

    def until(self, frame: int) -> "Labelled":
        """Return what the labels say of it up to a frame in which it is in view."""
        box = self.box(frame)
        drawn = {at: one for at, one in self.keys.items() if at < frame}
        return replace(self, keys=drawn if box is None else {**drawn, frame: box})

    def matches(self, frame: int, seen: Box) -> bool:
        """Return whether a track is on it: by overlap, or in a part not labelled by lying in it."""
        box = self.box(frame)
        if box is None:
            return False
        if self.what == UNLABELLED:
            return shared(box, seen) >= area(seen) / 2
        return iou(box, seen) >= MATCH_IOU


@dataclass(frozen=True, slots=True)
class VehicleScore:
    """One vehicle: frames asked for and seen in, its best track, and its tracks `ids` in turn."""

    name: str
    asked: int
    seen: int
    best_track: int | None
    best_frames: int
    ids: tuple[int, ...]

    @property
    def found(self) -> bool:
        return self.asked > 0 and self.best_frames >= FOUND_SHARE * self.asked

    @property
    def switches(self) -> int:
        return max(0, len(self.ids) - 1)


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `trials` vehicles with the exact 95 % interval."""

    hits: int
    trials: int

    @property
    def interval(self) -> tuple[float, float]:
        return exact_interval(self.hits, self.trials)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.hits} of {self.trials} (95 %: {low:.2f} to {high:.2f})"


def area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def shared(one: Box, other: Box) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, width) * max(0.0, height)


def iou(one: Box, other: Box) -> float:
    both = shared(one, other)
    return both / (area(one) + area(other) - both)


def read_labels(path: Path) -> tuple[Labelled, ...]:
    keys: dict[tuple[str, str], dict[int, Box]] = defaultdict(dict)
    lines = path.read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        box = float(row["x0"]), float(row["y0"]), float(row["x1"]), float(row["y1"])
        keys[row["vehicle"], row["what"]][int(row["frame"])] = box
    return tuple(Labelled(name, what, drawn) for (name, what), drawn in keys.items())


def read_tracks(path: Path) -> Tracks:
    """Return by track and frame what was seen; what was bridged is no sight."""
    tracks: Tracks = defaultdict(dict)
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["observed"] == "1":
                box = tuple(float(row[f"{edge}_px"]) for edge in ("x0", "y0", "x1", "y1"))
                at_m = float(row["x_m"]), float(row["y_m"])
                sight = Seen((box[0], box[1], box[2], box[3]), at_m, float(row["speed_kmh"]))
                tracks[int(row["track"])][int(row["frame"])] = sight
    return dict(tracks)


def score(vehicle: Labelled, tracks: Tracks, asked: Asked) -> VehicleScore:
    boxes = {frame: vehicle.box(frame) for frame in vehicle.frames()}
    frames = [frame for frame, box in boxes.items() if box is not None and asked(box)]
    matching = {
        frame: [i for i, seen in tracks.items() if frame in seen and vehicle.matches(frame, seen[frame].box)]
        for frame in frames
    }
    counts = {i: sum(i in found for found in matching.values()) for i in tracks}
    best = max(counts, key=lambda i: counts[i], default=None)
    ids: list[int] = []
    for found in matching.values():
        if found and (not ids or ids[-1] not in found):
            ids.append(found[0])
    best_frames = counts[best] if best is not None else 0
    return VehicleScore(
        vehicle.name, len(frames), sum(map(bool, matching.values())), best, best_frames, tuple(ids)
    )


def false_tracks(labels: Iterable[Labelled], tracks: Tracks, fps: float) -> tuple[list[int], set[str]]:
    """Return the tracks that are false, and the vehicles, or parts not labelled, that the others are of."""
    labels, false, touched = tuple(labels), [], set()
    for track, seen in tracks.items():
        if (max(seen) - min(seen) + 1) / fps < LASTS_S:
            continue
        hits = {one.name: sum(one.matches(f, sight.box) for f, sight in seen.items()) for one in labels}
        name = max(hits, key=lambda name: hits[name])
        if hits[name] > len(seen) / 2:
            touched.add(name)
        else:
            false.append(track)
    return false, touched


def stood_s(vehicle: Labelled, track: dict[int, Seen], slower_kmh: float, fps: float) -> float:
    """Return the longest time for which a track stood on a vehicle, gaps of a second bridged."""
    still = [f for f, s in track.items() if s.speed_kmh < slower_kmh and vehicle.matches(f, s.box)]
    longest = began = still[0] if still else 0
    longest = 0
    for before, now in pairwise(still):
        began = began if now - before <= fps else now
        longest = max(longest, now - began)
    return longest / fps
