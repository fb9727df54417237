"""A detector that is told the truth. It says so on every detection it gives."""

from collections.abc import Callable

import numpy as np

from detectors.datatypes.detections import Detections
from detectors.datatypes.frame import Frame
from detectors.datatypes.plates import PlateReading
from twin.rendering.truth_boxes import FrameTruth

LEAST_VISIBLE = 0.3
LEAST_PX = 12.0


class OracleDetector:
    """Detector port over `truth_of`; leaves out what no detector could see."""

    def __init__(self, truth_of: Callable[[Frame], FrameTruth]) -> None:
        self._truth_of = truth_of

    @property
    def name(self) -> str:
        """What to call it in a report."""
        return "oracle"

    def detect(self, frame: Frame) -> Detections:
        """Return the vehicles that show in `frame`, with their plates."""
        truth = self._truth_of(frame)
        sizes = truth.boxes_px[:, 2:] - truth.boxes_px[:, :2]
        rows = np.flatnonzero((truth.visible >= LEAST_VISIBLE) & (sizes.max(axis=1, initial=0.0) >= LEAST_PX))
        return Detections(
            truth.boxes_px[rows].astype(np.float32),
            np.ones(len(rows), dtype=np.float32),
            truth.vehicle_class[rows],
            truth.contact_px[rows].astype(np.float32),
            tuple(PlateReading(truth.plates[row], 1.0, oracle=True) for row in rows),
            oracle=True,
        )
