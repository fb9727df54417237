"""An oracle that errs as drawn: misses by its fitted curves, boxes and scores off as those of the weights."""

from collections.abc import Callable

import numpy as np

from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.detections import Detections
from detectors.datatypes.frame import Frame
from detectors.datatypes.site import SitePlan
from scenarios.bench.pictures import followed
from scenarios.experiments.trials import _posed
from tests.verification.following.errors import Erring, Found
from tests.verification.following.street import Shot
from twin.cameras.appearance import STANDS_MPS, Appearance, lone_share
from twin.randomness import Seed
from twin.rendering.oracle import LEAST_PX, LEAST_VISIBLE
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


def shot(scene: Scene, truth: FrameTruth, site: SitePlan, camera: PinholeCamera) -> Shot:
    """Return an instant before a camera as the error model takes it, by day."""
    row_of = {int(one): row for row, one in enumerate(scene.vehicles.vehicle_id)}
    vehicles = scene.vehicles.select(np.array([row_of[int(one)] for one in truth.vehicle_id], dtype=np.int64))
    sizes = truth.boxes_px[:, 2:] - truth.boxes_px[:, :2]
    posed, none = _posed(vehicles, camera), np.zeros(len(vehicles), dtype=np.int64)
    seen = Appearance(
        sizes[:, 1], truth.visible, lone_share(truth.boxes_px), truth.vehicle_class.astype(np.int64),
        none, none, posed["toward"], (vehicles.speed_mps < STANDS_MPS).astype(np.float64), posed["down_rad"],
    )  # fmt: skip
    return Shot(
        scene.timestamp_ns,
        truth.vehicle_id,
        truth.boxes_px,
        vehicles.position_m[:, :2],
        vehicles.at_kerb,
        (truth.visible >= LEAST_VISIBLE) & (sizes.max(axis=1, initial=0.0) >= LEAST_PX),
        followed(site, vehicles.position_m[:, :2]),
        seen,
    )
