"""Detections in an order that does not depend on the given one."""

import numpy as np

from detectors.datatypes.detections import Detections


def in_own_order(detections: Detections) -> Detections:
    """Return the detections ordered by their boxes, so that shuffling them changes no track.

    Equal boxes are ordered by all else that is known of them.
    """
    plates = np.array([plate.text if plate else "" for plate in detections.plates] or [""] * len(detections))
    minor = (plates, *detections.contact_px.T, detections.classes, detections.scores)
    return detections.select(np.lexsort((*minor, *detections.boxes_px.T)))
