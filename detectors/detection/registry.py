"""The detectors by name, imported on use."""

from importlib import import_module

from detectors.datatypes.site import SitePlan
from detectors.ports import Detector

DETECTORS = {
    "motion": "detectors.detection.motion:MotionDetector",
}


class UnknownDetectorError(ValueError):
    """No detector has that name; the message lists the known ones."""


def build(name: str, site: SitePlan | None) -> Detector:
    """Return a fresh detector for one view (`site` None: pixels only)."""
    if name not in DETECTORS:
        msg = f"unknown detector {name!r}; known: {', '.join(sorted(DETECTORS))}"
        raise UnknownDetectorError(msg)
    module, _, kind = DETECTORS[name].partition(":")
    detector: Detector = getattr(import_module(module), kind)(site)
    return detector
