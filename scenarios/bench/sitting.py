"""One detector at work on one clip: what it finds, what the engine makes of that, what each stage costs."""

import time
from dataclasses import dataclass

from detectors.archive.memory import ListDocket
from detectors.datatypes.detections import Detections
from detectors.datatypes.frame import Frame
from detectors.datatypes.tracks import Track
from detectors.detection import registry
from detectors.engine import ViewEngine
from detectors.ports import Detector, Tracker
from detectors.tracking.ground import GroundTracker
from detectors.tracking.pixels import PixelTracker
from detectors.violations.registry import rules_for
from detectors.violations.track_noise import track_noise
from scenarios.bench.pictures import Clip, Labels, Picture

LEAST_SCORE = 0.01  # what is hardly believed counts too in an average precision
STAGES = ("detect", "track", "judge")


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """What became of one picture.

    `found` holds all detections, those under the operating threshold too; `tracks` are those of the
    engine after this picture, None where pictures are too far apart to follow anybody. `cpu_ms` is what
    each of STAGES took, of all threads together; `wall_ms` how long detection took by the clock on the wall;
    `judged` says whether there were rules to judge by; `elapsed_s` the time that the picture stands for;
    `plates` are the plates that are labelled, None where none are.
    """

    clip: str
    camera: str
    timestamp_ns: int
    elapsed_s: float
    light: str
    weather: str
    labels: Labels | None
    found: Detections
    tracks: tuple[Track, ...] | None
    cpu_ms: tuple[float, float, float]
    wall_ms: float = 0.0
    judged: bool = False
    plates: Labels | None = None


class _Sure:
    """A detector that passes on what is sure enough, remembers all, and how long it took."""

    def __init__(self, detector: Detector, threshold: float) -> None:
        self._detector, self._threshold = detector, threshold
        self.name = detector.name
        self.found = Detections.none()
        self.cpu_s = self.wall_s = 0.0

    def detect(self, frame: Frame) -> Detections:
        begun_s, on_wall_s = time.process_time(), time.perf_counter()
        self.found = self._detector.detect(frame)
        self.cpu_s, self.wall_s = time.process_time() - begun_s, time.perf_counter() - on_wall_s
        return self.found.select(self.found.scores >= self._threshold)


class _Timed:
    """A tracker with a watch."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self.cpu_s = 0.0

    def update(self, detections: Detections, timestamp_ns: int) -> tuple[Track, ...]:
        begun_s = time.process_time()
        tracks = self._tracker.update(detections, timestamp_ns)
        self.cpu_s = time.process_time() - begun_s
        return tracks


class Sitting:
    """A fresh detector, and the engine behind it, on one clip; `take` pictures in order of time.

    `threshold` is what the detector is set to, 0 for one that has no such setting. Raises DetectorError.
    """

    def __init__(self, name: str, clip: Clip) -> None:
        detector = registry.build(name, clip.site, clip.street())
        self.called = detector.name
        self.threshold = 0.0
        if isinstance(detector, registry.Graded):
            self.threshold = detector.least_score
            detector.least_score = min(LEAST_SCORE, self.threshold)
        self._clip = clip
        self._detector = _Sure(detector, self.threshold)
        self._tracker = _Timed(GroundTracker(clip.site) if clip.site else PixelTracker())
        rules = rules_for(clip.site, noise=track_noise(detector.name)) if clip.site else ()
        self._engine = ViewEngine(clip.site, self._detector, self._tracker, rules, ListDocket())

    def take(self, picture: Picture) -> Looked:
        """Show it a picture."""
        tracks: tuple[Track, ...] | None = None
        cpu_ms = (0.0, 0.0, 0.0)
        if self._clip.consecutive:
            begun_s = time.process_time()
            tracks = self._engine.step(picture.frame).tracks
            whole_s = time.process_time() - begun_s
            detect_s, track_s = self._detector.cpu_s, self._tracker.cpu_s
            cpu_ms = (1000 * detect_s, 1000 * track_s, 1000 * max(0.0, whole_s - detect_s - track_s))
        else:
            self._detector.detect(picture.frame)
            cpu_ms = (1000 * self._detector.cpu_s, 0.0, 0.0)
        return Looked(
            self._clip.name, self._clip.camera, picture.frame.timestamp_ns, self._clip.every_s,
            picture.light, picture.weather, picture.labels, self._detector.found, tracks, cpu_ms,
            1000 * self._detector.wall_s, self._clip.consecutive and self._clip.site is not None,
            picture.plates,
        )  # fmt: skip
