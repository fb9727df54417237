"""What a tracker knows again when the camera comes back from the rest of its tour."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.datatypes.detections import Detections
from detectors.datatypes.frame import NS_PER_S
from detectors.tracking.ground import GroundTracker
from detectors.tracking.looks import shift
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


SMALL = tuple((100.0 + 40 * n, 80.0 + 6 * n, 108.0 + 40 * n, 92.0 + 6 * n) for n in range(4))


def small_after(off_px: tuple[float, float], count: int) -> tuple[set[int], set[int]]:
    """Follow `count` of SMALL for 12 s at 1 Hz, and again after the tour, the camera aimed `off_px` aside."""
    tracker = GroundTracker(replace(site(), revisit_s=REVISIT_S))
    start_ns, found = at(17), (set[int](), set[int]())
    for tick in range(24):
        after, place = tick >= 12, np.array(SMALL[:count]) + np.tile(off_px, 2) * (tick >= 12)
        now_ns = start_ns + round((tick + REVISIT_S * after) * NS_PER_S)
        rows = [(x0, y0, x1, y1) for x0, y0, x1, y1 in place.tolist()]
        seen = (track for track in tracker.update(boxes(*rows), now_ns) if track.observed)
        found[after].update(track.track_id for track in seen)
    return found


@pytest.mark.parametrize("off_px", [(0.0, 0.0), (2.5, -2.0), (-5.0, 4.0), (7.0, 1.0)])
def test_a_camera_that_misses_its_aim_by_a_little_knows_small_vehicles_again(
    off_px: tuple[float, float],
) -> None:
    before, after = small_after(off_px, 4)
    assert len(before) == 4
    assert after == before


def test_two_small_vehicles_do_not_tell_that_the_camera_is_off() -> None:
    before, after = small_after((-5.0, 4.0), 2)
    assert len(before) == 2
    assert not before & after


@given(
    off=st.tuples(st.floats(-6.0, 6.0), st.floats(-6.0, 6.0)),
    strangers=st.integers(0, 2),
    seed=st.integers(0, 99),
)
def test_what_most_share_is_how_the_picture_moved(
    off: tuple[float, float], strangers: int, seed: int
) -> None:
    kept = np.array(SMALL)
    draw = np.random.default_rng(seed)
    others = kept[:strangers] + np.array([0.0, 200.0, 0.0, 200.0]) + draw.uniform(-20, 20, (strangers, 1))
    found = np.concatenate((others, kept + np.tile(off, 2)))[draw.permutation(len(kept) + strangers)]
    assert np.allclose(shift(kept, found), off, atol=1e-6)


def test_a_picture_without_anything_has_not_moved() -> None:
    assert shift(np.zeros((0, 4)), np.array(SMALL)).tolist() == [0.0, 0.0]
    assert shift(np.array(SMALL), np.zeros((0, 4))).tolist() == [0.0, 0.0]


def test_who_stands_stays_a_stander_though_his_first_box_was_wide_of_him() -> None:
    tracker = GroundTracker(replace(site(), revisit_s=REVISIT_S))
    start_ns, ids = at(17), [set[int](), set[int]()]
    wide = (BOX[0] - 22.0, BOX[1], BOX[2] - 22.0, BOX[3])  # of both together 0.46 is common
    for tick in range(30):
        after = tick >= 20
        now_ns = start_ns + round((tick + REVISIT_S * after) * NS_PER_S)
        box = wide if tick == 0 else moved(3.0 * (-1) ** tick)
        ids[after] |= {track.track_id for track in tracker.update(boxes(box), now_ns)}
    assert ids[0] == ids[1]
