"""What the engine asks of the world: one or two methods each, one contract suite each."""

from collections.abc import Iterator
from typing import Protocol

from detectors.datatypes.cases import Case, EvidencePicture
from detectors.datatypes.detections import Detections
from detectors.datatypes.evidence import EvidenceClip, EvidenceStatement
from detectors.datatypes.frame import Frame
from detectors.datatypes.plates import PlateSight
from detectors.datatypes.signals import SignalStates
from detectors.datatypes.site import SitePlan
from detectors.datatypes.steps import Observation, SnapshotRequest, StepRecord
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Verdict


class FrameSource(Protocol):
    """Frames of one view in the order of their time; snapshots come tagged among them."""

    def frames(self) -> Iterator[Frame]:
        """Yield frames until the source ends."""


class SignalSource(Protocol):
    """Tells what the signals show."""

    def states(self, timestamp_ns: int) -> SignalStates:
        """Return the aspects as they are known at `timestamp_ns`."""


class CameraControl(Protocol):
    """Asks a camera for something. Both methods return at once; answers come as tagged frames."""

    def request(self, request: SnapshotRequest) -> bool:
        """Ask for a zoomed picture; False where this camera cannot give one."""

    def announce(self, text_code: str, timestamp_ns: int) -> bool:
        """Speak over the loudspeaker; False where there is none."""


class Detector(Protocol):
    """Finds vehicles in a frame. May keep a background: one instance a view."""

    @property
    def name(self) -> str:
        """What to call it in a report."""

    def detect(self, frame: Frame) -> Detections:
        """Return the vehicles in `frame`."""


class Tracker(Protocol):
    """Joins detections over time. One instance a view; it owns its ids."""

    def update(self, detections: Detections, timestamp_ns: int) -> tuple[Track, ...]:
        """Return the live tracks after the detections of one frame, ordered by id."""


class PlateReader(Protocol):
    """Reads the plate of one vehicle. A doubt is UNREADABLE: a wrong plate accuses a stranger."""

    def read(self, frame: Frame, box_px: tuple[float, float, float, float]) -> PlateSight:
        """Return what the plate of the vehicle in a box shows."""

    def read_closer(self, frame: Frame, box_px: tuple[float, float, float, float]) -> PlateSight:
        """Return what the plate shows whose number should stand in a box."""


class Rule(Protocol):
    """One rule of the road, judged on tracks and signals alone. One instance a view."""

    @property
    def name(self) -> str:
        """The code of the rule, e.g. "kerb_parking"."""

    def judge(self, observation: Observation) -> tuple[Verdict, ...]:
        """Return the windows that this instant opened, extended or closed."""

    def finish(self, timestamp_ns: int) -> tuple[Verdict, ...]:
        """Close what is still open when the source ends."""


class Docket(Protocol):
    """Where cases go. A case that `put` returned for is kept, whatever happens next.

    What is put or attached again changes nothing, and a violation that is told under two ids is one case.
    """

    def put(self, case: Case) -> None:
        """Store a new case, or the next state of one."""

    def attach(self, picture: EvidencePicture) -> None:
        """Keep an evidence picture of a case that was put."""

    def attach_clip(self, clip: EvidenceClip) -> None:
        """Keep a clip of a case that was put."""

    def attest(self, statement: EvidenceStatement) -> None:
        """Keep what was measured of a case that was put, how well, and by what."""


class Engine(Protocol):
    """Perception and judgement of one view."""

    def step(self, frame: Frame) -> StepRecord:
        """Take one frame through every stage."""

    def finish(self) -> StepRecord:
        """Close what is open at the end of the source."""


class EngineFactory(Protocol):
    """Builds the engine of a view; picklable, so that a worker process can build its own."""

    def __call__(self, site: SitePlan) -> Engine:
        """Return a fresh engine for one view."""
