"""Rows of detections: some of them, or all in an order that does not depend on the given one."""

import numpy as np

from detectors.datatypes.detections import Detections


def in_own_order(detections: Detections) -> Detections:
    """Return the detections ordered by their boxes, so that shuffling them changes no track.

    Equal boxes are ordered by all else that is known of them.
    """
    plates = np.array([plate.text if plate else "" for plate in detections.plates] or [""] * len(detections))
    minor = (plates, *detections.contact_px.T, detections.classes, detections.scores)
    return select(detections, np.lexsort((*minor, *detections.boxes_px.T)))


def select(detections: Detections, rows: np.ndarray) -> Detections:
    """Return the detections in `rows` (indices)."""
    plates = tuple(detections.plates[row] for row in rows) if detections.plates else ()
    return Detections(
        detections.boxes_px[rows],
        detections.scores[rows],
        detections.classes[rows],
        detections.contact_px[rows],
        plates,
        detections.oracle,
    )
