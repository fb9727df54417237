"""Vehicles at a kerb in zoomed snapshots of the twin, for tests of plate reading."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from detectors.cases.evidence import Box, zoom_to_fill
from detectors.datatypes.frame import Frame
from detectors.datatypes.steps import SnapshotRequest
from tests.corner_street import AFTERNOON_NS, KERB_VIEW, street, vehicles
from twin.randomness import Seed
from twin.rendering.source import TwinView
from twin.truth import Scene

Row = tuple[float, float, float, float]
OWN = "KX 1742 LZ"


@lru_cache(maxsize=1)
def view() -> TwinView:
    """A camera over the kerb of the corner street."""
    return TwinView(street(), KERB_VIEW, Seed(1))


def snapshot(
    *rows: Row, plates: tuple[str, ...] = (OWN,), at_ns: int | None = None, zoom: float | None = None
) -> tuple[Frame, Box]:
    """Return the picture that is taken of the first vehicle, and the box of that vehicle in it.

    `rows` are class, x, y and heading in degrees; it is `zoom` times as large as in the view, or as large
    as the engine asks for.
    """
    now_ns = AFTERNOON_NS if at_ns is None else at_ns
    scene = Scene(now_ns, replace(vehicles(*rows), plates=plates))
    truth = view().truth(scene)
    (x0, y0, x1, y1) = truth.boxes_px[int(np.flatnonzero(truth.vehicle_id == 1)[0])].tolist()
    size_px = KERB_VIEW.size_px
    times = zoom_to_fill(size_px, (x0, y0, x1, y1)) if zoom is None else zoom
    asked = SnapshotRequest("a.zoomed", "a", ((x0 + x1) / 2, (y0 + y1) / 2), times, now_ns)
    frame = view().snapshot(scene, asked)
    scale = times * frame.size_px[0] / size_px[0]
    half_x, half_y = scale * (x1 - x0) / 2, scale * (y1 - y0) / 2
    u, v = frame.size_px[0] / 2, frame.size_px[1] / 2
    return frame, (u - half_x, v - half_y, u + half_x, v + half_y)
