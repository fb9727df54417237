"""The suite that `bconnect detector check` runs: ours keep every promise, and a broken one is found."""

import threading
from dataclasses import dataclass, field

import numpy as np
import pytest

from detectors.datatypes.detections import Detections, VehicleClass
from detectors.datatypes.frame import Frame
from detectors.detection import registry
from detectors.detection.conformance import conformance
from detectors.ports import Detector


def one_box(box: tuple[float, float, float, float], score: float = 1.0) -> Detections:
    return Detections(
        np.array([box]), np.array([score]), np.array([VehicleClass.CAR]), np.full((1, 2), np.nan)
    )


class Honest:
    name = "honest"

    def detect(self, frame: Frame) -> Detections:
        wide, tall = frame.size_px
        return one_box((0, 0, wide, tall))


class Outside(Honest):
    def detect(self, frame: Frame) -> Detections:
        return one_box((-frame.size_px[0], 0, 10, 10))


class TooSure(Honest):
    def detect(self, frame: Frame) -> Detections:
        return one_box((0, 0, *frame.size_px), 1.5)


class Painter(Honest):
    def detect(self, frame: Frame) -> Detections:
        frame.image_bgr.flags.writeable = True
        frame.image_bgr[:] = 0
        return super().detect(frame)


class Nameless(Honest):
    name = " "


class Raises(Honest):
    def detect(self, frame: Frame) -> Detections:
        msg = f"no picture of {frame.size_px}"
        raise RuntimeError(msg)


@dataclass
class Moody:
    name: str = "moody"
    draw: np.random.Generator = field(default_factory=np.random.default_rng)

    def detect(self, frame: Frame) -> Detections:
        wide, tall = frame.size_px
        return one_box((0, 0, wide, tall), float(self.draw.random()))


class Gossip(Honest):
    seen = 0

    def detect(self, frame: Frame) -> Detections:
        Gossip.seen += 1
        wide, tall = frame.size_px
        return one_box((0, 0, wide, tall), Gossip.seen % 7 / 10)


class Eager(Honest):
    """The class that forgets the street without a bright spot."""

    def detect(self, frame: Frame) -> Detections:
        rows, columns = np.nonzero(frame.image_bgr.max(axis=2) > 200)
        return one_box((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))


class ThreadBound(Honest):
    def __init__(self) -> None:
        self._home = threading.get_ident()

    def detect(self, frame: Frame) -> Detections:
        return one_box((0, 0, *frame.size_px), 1.0 if threading.get_ident() == self._home else 0.5)


class Deaf(Honest):
    """The class that has a setting and does not heed it."""

    least_score = 0.5

    def detect(self, frame: Frame) -> Detections:
        sure, unsure = one_box((0, 0, *frame.size_px)), one_box((0, 0, *frame.size_px), 0.4)
        return Detections(
            np.concatenate((sure.boxes_px, unsure.boxes_px)),
            np.concatenate((sure.scores, unsure.scores)),
            np.concatenate((sure.classes, unsure.classes)),
            np.concatenate((sure.contact_px, unsure.contact_px)),
        )


class SmallMinded(Honest):
    def detect(self, frame: Frame) -> Detections:
        if frame.image_bgr.size > 100_000_000:
            msg = "too large"
            raise MemoryError(msg)
        return super().detect(frame)


class Lingers(Honest):
    def __init__(self) -> None:
        self._over = threading.Event()
        self._started = False

    def detect(self, frame: Frame) -> Detections:
        if not self._started:
            threading.Thread(target=self._over.wait, args=(2.0,), name="lingerer").start()
            self._started = True
        return super().detect(frame)


@pytest.mark.parametrize("name", registry.DETECTORS)
def test_every_detector_of_ours_keeps_every_promise(name: str) -> None:
    assert [one for one in conformance(lambda: registry.build(name, None)) if one.fault] == []


def test_a_third_partys_class_of_a_few_lines_passes() -> None:
    assert not any(one.fault for one in conformance(Honest))


@pytest.mark.parametrize(
    ("kind", "promise", "says"),
    [
        (Outside, "gives shapes", "expected boxes inside a frame"),
        (TooSure, "gives shapes", "scores: expected 0..1"),
        (Nameless, "has a name", "expected a name"),
        (Raises, "gives shapes", "raised RuntimeError: no picture of (320, 180)"),
        (Moody, "gives the same", "twice gave different"),
        (Gossip, "keeps its state", "disturb each other"),
        (Eager, "bears a picture that shows nothing", "raised ValueError"),
        (ThreadBound, "works in threads", "two threads at once gave other detections"),
        (Deaf, "tells nothing", "least_score: set to 0.51, and a score of 0.40"),
        (SmallMinded, "bears a picture of 48", "raised MemoryError: too large"),
        (Lingers, "works in threads", "keeps the program from ending: lingerer"),
        (Painter, "leaves the picture", "the picture was changed"),
    ],
)
def test_a_broken_promise_is_found_and_named(kind: type[Detector], promise: str, says: str) -> None:
    faults = {one.promise: one.fault for one in conformance(kind) if one.fault}
    (found,) = (fault for told, fault in faults.items() if told.startswith(promise))
    assert says in found
