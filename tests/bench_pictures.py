"""Drawn pictures whose truth is in their colours, and detectors that read it: well, badly, not at all."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from detectors.datatypes.detections import Detections, VehicleClass
from detectors.datatypes.frame import NS_PER_S, Frame
from scenarios.bench.pictures import Clip, Labels, Picture, SourceFacts

SIZE_PX = (320, 240)
FRAMES, EVERY_S = 12, 0.2
LANE_PX, VEHICLES = 36, 6
START_NS = 1_764_234_000_000_000_000


def drawn(number: int, camera: int = 0, vehicles: int = VEHICLES) -> tuple[np.ndarray, Labels]:
    """Return a picture and its labels: a vehicle a lane, blue is its id and one, green its class."""
    image = np.zeros((SIZE_PX[1], SIZE_PX[0], 3), np.uint8)
    boxes, kinds = [], []
    for row in range(vehicles):
        x, y = 10 + 6 * number + 8 * row + 3 * camera, 4 + LANE_PX * row
        wide, tall = 30 + 4 * row, 12 + 3 * row
        kind = row % 2
        image[y : y + tall, x : x + wide] = (row + 1, kind, 200)
        boxes.append((x, y, x + wide, y + tall))
        kinds.append(kind)
    every = np.ones(vehicles, dtype=bool)
    return image, Labels(
        np.array(boxes, dtype=float).reshape(-1, 4), np.array(kinds, dtype=np.int64),
        np.arange(vehicles), np.full(vehicles, 0.9), every, every,
    )  # fmt: skip


@dataclass(frozen=True)
class DrawnSource:
    """`cameras` clips of drawn pictures, one camera after another."""

    cameras: int = 8
    labelled: bool = True
    every_s: float = EVERY_S

    @property
    def facts(self) -> SourceFacts:
        return SourceFacts(
            "dataset", "drawn", simulated=True, labelled=self.labelled, pictures=self.cameras * FRAMES
        )

    def pictures(self) -> Iterator[tuple[Clip, Picture]]:
        for camera in range(self.cameras):
            clip = Clip(f"camera {camera}", f"camera {camera}", self.every_s)
            for number in range(FRAMES):
                image, labels = drawn(number, camera)
                at_ns = START_NS + round(number * self.every_s * NS_PER_S)
                frame = Frame(clip.name, number, at_ns, image, simulated=True)
                yield clip, Picture(frame, labels if self.labelled else None, "day", "clear")


class Perfect:
    """Finds every vehicle, with its class."""

    name = "perfect"
    shuffled = False

    def wanted(self, vehicle: int) -> bool:
        return vehicle >= 0

    def detect(self, frame: Frame) -> Detections:
        blue, green = frame.image_bgr[..., 0], frame.image_bgr[..., 1]
        ids = [int(one) - 1 for one in np.unique(blue) if one and self.wanted(int(one) - 1)]
        if not ids:
            return Detections.none()
        if self.shuffled:
            ids = np.random.default_rng(frame.index).permutation(ids).tolist()
        boxes, kinds = [], []
        for one in ids:
            rows, columns = np.nonzero(blue == one + 1)
            boxes.append((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))
            kinds.append(green[rows[0], columns[0]])
        n = len(ids)
        return Detections(np.array(boxes), np.full(n, 0.9), np.array(kinds), np.full((n, 2), np.nan))


class Shuffled(Perfect):
    """Finds every vehicle, in another order in each picture."""

    shuffled = True


class EverySecond(Perfect):
    """Misses every second vehicle, always the same ones."""

    name = "every-second"

    def wanted(self, vehicle: int) -> bool:
        return vehicle % 2 == 0


class Blind(Perfect):
    """Finds nobody."""

    name = "blind"

    def wanted(self, vehicle: int) -> bool:
        return vehicle < 0


class Nameless(Perfect):
    """Finds every vehicle and names no class."""

    def detect(self, frame: Frame) -> Detections:
        found = super().detect(frame)
        return replace(found, classes=np.full(len(found), VehicleClass.UNKNOWN))


class Unsure(Perfect):
    """Finds every vehicle and, less sure, as many that are not there; can be told how sure to be."""

    name = "unsure"

    def __init__(self) -> None:
        self.least_score = 0.5

    def detect(self, frame: Frame) -> Detections:
        found = super().detect(frame)
        boxes = np.concatenate((found.boxes_px, found.boxes_px + np.float32([0, 400, 0, 400])))
        scores = np.concatenate((found.scores, np.full(len(found), 0.3, np.float32)))
        keep = scores >= self.least_score
        n = int(keep.sum())
        return Detections(boxes[keep], scores[keep], np.tile(found.classes, 2)[keep], np.full((n, 2), np.nan))
