"""The detectors by name, imported on use."""

from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Protocol, runtime_checkable

from detectors.datatypes.frame import Frame
from detectors.datatypes.site import SitePlan
from detectors.detection.errors import UnknownDetectorError
from detectors.detection.settings import read_settings
from detectors.ports import Detector

DETECTORS = {
    "motion": "detectors.detection.motion:MotionDetector",
    "twin": "detectors.detection.onnx:TwinDetector",
}
FROM_FILE = {
    "onnx": "detectors.detection.onnx:OnnxDetector",
    "yolo": "detectors.detection.yolo:YoloDetector",
}


@runtime_checkable
class LearnsTheStreet(Protocol):
    """A detector that can be shown the street before it starts."""

    def learn_from(self, frames: Iterable[Frame]) -> None:
        """Learn from pictures of the view, taken at any time."""


@runtime_checkable
class Graded(Protocol):
    """A detector that can be told how sure it has to be of what it reports."""

    least_score: float


def build(name: str, site: SitePlan | None, examples: Iterable[Frame] = ()) -> Detector:
    """Return a fresh detector for one view (`site` None: pixels only).

    `name` is one of DETECTORS, `onnx:FILE` for an exported YOLO, `yolo:FILE` for weights of ultralytics,
    or `module:Class` for a class of your own that needs no arguments; settings may follow an @ (see
    `settings`). A detector that learns the street learns it from `examples`, where there are some.
    Raises DetectorError.
    """
    settings = read_settings(name)
    detector = _made(settings.name, site)
    settings.apply(detector)
    if isinstance(detector, LearnsTheStreet):
        detector.learn_from(examples)
    return detector


def _made(name: str, site: SitePlan | None) -> Detector:
    where, _, what = DETECTORS.get(name, name).partition(":")
    if not what:
        msg = (
            f"unknown detector {name!r}; known: {', '.join(sorted(DETECTORS))}, "
            "onnx:FILE, yolo:FILE, or module:Class for one of your own"
        )
        raise UnknownDetectorError(msg)
    made: Detector
    if where in FROM_FILE:
        module, _, kind = FROM_FILE[where].partition(":")
        options = {"site": site} if where == "onnx" else {}
        made = getattr(import_module(module), kind)(Path(what), **options)
    elif name in DETECTORS:
        made = getattr(import_module(where), what)(site)
    else:
        made = _of_your_own(where, what)()
    return made


def _of_your_own(module: str, kind: str) -> Callable[[], Detector]:
    try:
        found = getattr(import_module(module), kind)
    except (ImportError, AttributeError, ValueError) as error:
        reason = " ".join(str(error).split())
        msg = f"detector {module}:{kind}: {reason}; expected an importable module and a class in it"
        raise UnknownDetectorError(msg) from error
    if not callable(found):
        msg = f"detector {module}:{kind}: expected a class, got {type(found).__name__}"
        raise UnknownDetectorError(msg)
    made: Callable[[], Detector] = found
    return made
