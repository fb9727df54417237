"""The detectors by name, imported on use."""

from collections.abc import Iterable
from importlib import import_module
from typing import Protocol, runtime_checkable

from detectors.datatypes.frame import Frame
from detectors.datatypes.site import SitePlan
from detectors.ports import Detector

DETECTORS = {
    "motion": "detectors.detection.motion:MotionDetector",
}


@runtime_checkable
class LearnsTheStreet(Protocol):
    """A detector that can be shown the street before it starts."""

    def learn_from(self, frames: Iterable[Frame]) -> None:
        """Learn from pictures of the view, taken at any time."""


class UnknownDetectorError(ValueError):
    """No detector has that name; the message lists the known ones."""


def build(name: str, site: SitePlan | None, examples: Iterable[Frame] = ()) -> Detector:
    """Return a fresh detector for one view (`site` None: pixels only).

    A detector that learns the street learns it from `examples`, where there are some.
    """
    if name not in DETECTORS:
        msg = f"unknown detector {name!r}; known: {', '.join(sorted(DETECTORS))}"
        raise UnknownDetectorError(msg)
    module, _, kind = DETECTORS[name].partition(":")
    detector: Detector = getattr(import_module(module), kind)(site)
    if isinstance(detector, LearnsTheStreet):
        detector.learn_from(examples)
    return detector
