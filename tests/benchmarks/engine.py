"""Cost of the engine per frame, with and without its detector, at 30 tracks."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from detectors.archive.memory import ListDocket
from detectors.datatypes.detections import Detections, VehicleClass
from detectors.datatypes.frame import NS_PER_S, Frame
from detectors.datatypes.signals import Aspect
from detectors.datatypes.site import Carriageway, SitePlan
from detectors.engine import ViewEngine
from detectors.ports import Detector
from detectors.violations.registry import rules_for
from tests.judgement import STILL, ScriptedSignals, at, box, lights, site

VEHICLES = 30
FRAMES = 300
FPS = 10
START = at(17)


@dataclass
class MovingBoxes:
    """Thirty vehicles at fixed speeds along the road; `told`: with their class and where they stand."""

    site: SitePlan
    told: bool
    name: str = "moving boxes"

    def detect(self, frame: Frame) -> Detections:
        row = np.arange(VEHICLES)
        t_s = (frame.timestamp_ns - START) / NS_PER_S
        x = -70 + (row * 6.0 + (row % 5) * t_s) % 90
        ground = np.column_stack((x, (row % 4) * 3.2 - 4.0))
        contact, _ = self.site.camera.project(self.site.ground.lift(ground))
        contact = np.nan_to_num(contact, nan=-50.0)
        boxes = np.column_stack((contact - np.array([20, 18]), contact + np.array([20, 10])))
        scores = np.full(VEHICLES, 0.9)
        kind = VehicleClass.CAR if self.told else VehicleClass.UNKNOWN
        where = contact if self.told else np.full_like(contact, np.nan)
        return Detections(boxes, scores, np.full(VEHICLES, kind, dtype=np.int8), where)


def main() -> dict[str, float]:
    """Return CPU milliseconds a frame; the goal of the engine without its detector is 2."""
    from detectors.detection.motion import MotionDetector  # noqa: PLC0415 - a benchmark needs it, no test does

    road = Carriageway("road", STILL.area(box(-90, -8, 40, 8)), 0.0)
    plan = replace(site(), carriageways=(road,))
    motion = MotionDetector()
    return {
        f"ms CPU a frame without detector, {VEHICLES} boxes (goal <= 2)": _without(plan, told=False),
        "ms CPU a frame without detector, boxes with class and place": _without(plan, told=True),
        "ms CPU a frame of the motion detector alone, 640 x 360": _ms(motion.detect),
        "ms CPU a frame with the motion detector": _ms_per_frame(plan, MotionDetector()),
    }


def _without(plan: SitePlan, *, told: bool) -> float:
    boxes = MovingBoxes(plan, told)
    return _ms_per_frame(plan, boxes) - _ms(boxes.detect)


def _ms_per_frame(plan: SitePlan, detector: Detector) -> float:
    from detectors.tracking.ground import GroundTracker  # noqa: PLC0415 - a benchmark needs it, no test does

    signals = ScriptedSignals(lights((at(16, 59), Aspect.RED)))
    engine = ViewEngine(plan, detector, GroundTracker(plan), rules_for(plan), ListDocket(), signals=signals)
    return _ms(engine.step)


def _ms(step: Callable[[Frame], object]) -> float:
    frames = [_frame(n) for n in range(FRAMES)]
    for frame in frames[:20]:
        step(frame)
    start_s = time.process_time()
    for frame in frames[20:]:
        step(frame)
    return (time.process_time() - start_s) / (FRAMES - 20) * 1000


def _frame(n: int) -> Frame:
    """Return a grey road with moving patches, so that a detector has something to find."""
    image = np.full((360, 640, 3), 90, dtype=np.uint8)
    for k in range(VEHICLES):
        x, y = (k * 97 + n * (k % 5) * 2) % 600, 120 + k * 37 % 220
        image[y : y + 18, x : x + 30] = 40 + 6 * k
    return Frame("view-1", n, START + n * NS_PER_S // FPS, image, simulated=True)
