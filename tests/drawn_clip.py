"""A drawn clip: a grey street of noise, into which one bright vehicle drives and comes to stand."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import NS_PER_S, Frame
from tests.judgement import at
from twin.rendering.truth_boxes import FrameTruth

START_NS = at(17)
VEHICLE_PX = (60, 40)
ARRIVES_S = 10.0
STANDS_S = 14.0
PX_PER_S = 50.0


@dataclass(frozen=True, slots=True)
class Clip:
    """Frames of `width_px` x `height_px`, five a second; `seed` draws the street, `row_px` the way."""

    seed: int = 1
    width_px: int = 320
    height_px: int = 180
    row_px: int = 80
    seconds: float = 17.0
    fps: int = 5

    def frames(self) -> Iterator[Frame]:
        """Yield the frames in the order of their time."""
        for index in range(round(self.seconds * self.fps)):
            timestamp_ns = START_NS + index * NS_PER_S // self.fps
            yield Frame("drawn", index, timestamp_ns, self._picture(timestamp_ns), simulated=True)

    def empty(self) -> Iterator[Frame]:
        """Yield the first frames, in which nobody is about yet."""
        yield from (frame for frame in self.frames() if frame.timestamp_ns < self._arrives_ns)

    def truth(self, frame: Frame) -> FrameTruth:
        """Return where the vehicle shows in a frame of this clip."""
        box = self._box(frame.timestamp_ns)
        boxes = np.array([box] if box else [], dtype=np.float64).reshape(-1, 4)
        n = len(boxes)
        middles = (boxes[:, :2] + boxes[:, 2:]) / 2
        kinds = np.full(n, VehicleClass.CAR, dtype=np.int8)
        return FrameTruth(np.arange(n), kinds, boxes, middles, np.ones(n), ("KX 1000 LX",) * n)

    @property
    def _arrives_ns(self) -> int:
        return START_NS + round(ARRIVES_S * NS_PER_S)

    def _box(self, timestamp_ns: int) -> tuple[int, int, int, int] | None:
        """Return where the vehicle shows, cut at the edges of the picture; None where it does not."""
        moved_s = min((timestamp_ns - START_NS) / NS_PER_S, STANDS_S) - ARRIVES_S
        right = min(round(PX_PER_S * moved_s), self.width_px)
        left, low = max(right - VEHICLE_PX[0], 0), min(self.row_px + VEHICLE_PX[1], self.height_px)
        return (left, self.row_px, right, low) if right > left and low > self.row_px else None

    def _picture(self, timestamp_ns: int) -> NDArray[np.uint8]:
        draw = np.random.default_rng(self.seed)
        picture = draw.integers(80, 100, (self.height_px, self.width_px, 3), dtype=np.uint8)
        box = self._box(timestamp_ns)
        if box is not None:
            x0, y0, x1, y1 = box
            body = draw.integers(205, 255, (VEHICLE_PX[1], VEHICLE_PX[0], 3), dtype=np.uint8)
            picture[y0:y1, x0:x1] = body[: y1 - y0, VEHICLE_PX[0] - (x1 - x0) :]
        return picture
