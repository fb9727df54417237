"""An oracle that errs as drawn: misses by its fitted curves, boxes and scores off as those of the weights."""

from collections.abc import Callable

from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.detections import Detections
from detectors.datatypes.frame import Frame
from detectors.datatypes.site import SitePlan
from tests.verification.following.errors import Erring, Found
from tests.verification.following.street import shot
from twin.randomness import Seed
from twin.rendering.truth_boxes import FrameTruth
from twin.truth import Scene

Known = Callable[[], tuple[Scene, FrameTruth]]


class DrawnOracle:
    """Detector port over what is true now; `last` is what it made of it, with whose each box is."""

    def __init__(self, known: Known, site: SitePlan, camera: PinholeCamera, seed: Seed) -> None:
        self._known, self._site, self._camera = known, site, camera
        self._erring = Erring("oracle", "day", seed.child("erring"))
        self.last: Found | None = None

    @property
    def name(self) -> str:
        """What to call it in a report."""
        return "oracle with drawn errors"

    def detect(self, frame: Frame) -> Detections:  # noqa: ARG002 - the port's signature
        """Return what it finds of those who are there."""
        scene, truth = self._known()
        self.last = self._erring.look(shot(scene, truth, self._site, self._camera))
        return self.last.told
