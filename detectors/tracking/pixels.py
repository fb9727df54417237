"""The tracker of a view that nobody surveyed: vehicles followed in pixels."""

import numpy as np

from detectors.datatypes.detections import Detections
from detectors.datatypes.tracks import Track
from detectors.tracking.follower import Follower, Habits
from detectors.tracking.order import in_own_order

IN_PIXELS = Habits(agility=120.0, start_sigma=150.0, still_speed=4.0, reach=15.0)
BOX_SIGMA = 0.12  # of the size of a box


class PixelTracker:
    """Tracker port on the middles of boxes; tracks have no position on the ground."""

    def __init__(self, habits: Habits = IN_PIXELS) -> None:
        self._follower = Follower(habits)

    def update(self, detections: Detections, timestamp_ns: int) -> tuple[Track, ...]:
        """Return the live tracks after the detections of one frame, ordered by id."""
        ordered = in_own_order(detections)
        boxes = ordered.boxes_px.astype(np.float64)
        points = (boxes[:, :2] + boxes[:, 2:]) / 2
        sigma = np.maximum(BOX_SIGMA * (boxes[:, 2:] - boxes[:, :2]), 2.0)
        spreads = np.zeros((len(boxes), 2, 2))
        spreads[:, 0, 0], spreads[:, 1, 1] = np.square(sigma).T
        self._follower.update(ordered, points, spreads, timestamp_ns)
        return self._follower.tracks(timestamp_ns, on_ground=False)
