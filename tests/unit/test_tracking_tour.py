"""What a tracker knows again when the camera comes back from the rest of its tour."""

import math
from dataclasses import replace

import numpy as np

from detectors.datatypes.detections import Detections
from detectors.datatypes.frame import NS_PER_S
from detectors.tracking.ground import GroundTracker
from tests.judgement import at, site

BOX = (300.0, 200.0, 360.0, 240.0)
REVISIT_S = 70.0


def boxes(*rows: tuple[float, float, float, float]) -> Detections:
    n = len(rows)
    unknown = np.full((n, 2), math.nan)
    return Detections(np.array(rows).reshape(-1, 4), np.full(n, 0.9), np.ones(n, dtype=np.int8), unknown)


def moved(dx_px: float) -> tuple[float, float, float, float]:
    return BOX[0] + dx_px, BOX[1], BOX[2] + dx_px, BOX[3]


def ids_after(gap_s: float, box: tuple[float, float, float, float], step_px: float = 0.0) -> list[set[int]]:
    """Follow BOX for 12 s at 2 Hz, `step_px` further a frame; then, after a gap, `box` for 5 s."""
    tracker = GroundTracker(replace(site(), revisit_s=REVISIT_S))
    start_ns, found = at(17), [set[int](), set[int]()]
    for tick in range(24):
        tracks = tracker.update(boxes(moved((tick - 12) * step_px)), start_ns + tick * NS_PER_S // 2)
        found[0] |= {track.track_id for track in tracks}
    for tick in range(10):
        now_ns = start_ns + round((11.5 + gap_s) * NS_PER_S) + tick * NS_PER_S // 2
        seen = [track for track in tracker.update(boxes(box), now_ns) if track.observed]
        found[1] |= {track.track_id for track in seen}
    return found


def test_what_stood_is_known_again_in_the_same_place() -> None:
    before, after = ids_after(REVISIT_S, BOX)
    assert before == after
    assert len(after) == 1


def test_another_box_in_that_place_is_another_vehicle() -> None:
    before, after = ids_after(REVISIT_S, moved(30.0))  # a third of the two boxes is common
    assert len(after) == 1
    assert not before & after


def test_what_moved_when_the_camera_turned_away_is_not_known_again() -> None:
    before, after = ids_after(REVISIT_S, moved(12 * 15.0), step_px=15.0)
    assert len(after) == 1
    assert not before & after


def test_nothing_is_known_again_after_longer_than_a_tour_and_three_minutes() -> None:
    before, after = ids_after(REVISIT_S + 181.0, BOX)
    assert len(after) == 1
    assert not before & after
