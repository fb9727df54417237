"""Tracks from curves: as many finds as the curves say, errors as measured, every draw a vehicle's own."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.datatypes.tracks import Track
from scenarios.experiments.tracks_beside import beside
from tests.unit.test_sensing_curves import CURVES_OF_IT, SEEN, cars
from twin.cameras.analytic_tracks import AnalyticTracker, TrueView
from twin.randomness import Seed

STEP_NS = 500_000_000


def shown(second: int, heights_px: list[float], first: int = 0) -> TrueView:
    n = len(heights_px)
    place = np.column_stack((np.full(n, 30.0), np.zeros(n)))
    boxes = np.zeros((n, 4))
    return TrueView(
        second * STEP_NS, cars(*heights_px), np.arange(first, first + n), boxes, place, np.zeros(2)
    )


def followed(heights_px: list[float], frames: int, seed: int = 1) -> list[tuple[Track, ...]]:
    tracker = AnalyticTracker(CURVES_OF_IT, Seed(seed))
    return [tracker.update(shown(number, heights_px)) for number in range(frames)]


def test_vehicles_are_found_as_often_as_the_curves_say_and_off_as_was_measured() -> None:
    frames = followed([30.0] * 40, 200)
    said = CURVES_OF_IT.chance(cars(30.0))[0]
    assert sum(map(len, frames)) / (40 * 200) == pytest.approx(said, abs=0.02)
    off = np.array([one.position_m for tracks in frames for one in tracks]) - [30.0, 0.0]
    mean, along, across, _ = CURVES_OF_IT.error_m[1]
    assert off[:, 0].mean() == pytest.approx(mean, abs=0.15)
    assert off.std(axis=0) == pytest.approx([along, across], rel=0.1)


def test_dropouts_last_as_long_as_they_were_measured() -> None:
    slow = replace(CURVES_OF_IT, missing_s=np.full_like(CURVES_OF_IT.missing_s, 4.0))
    tracker = AnalyticTracker(slow, Seed(1))
    found = np.array([len(tracker.update(shown(number, [30.0]))) for number in range(4000)]) > 0
    ends = np.flatnonzero(found[1:] & ~found[:-1])
    begins = np.flatnonzero(~found[1:] & found[:-1])
    assert (~found).sum() / max(len(ends), len(begins)) * 0.5 == pytest.approx(4.0, rel=0.2)
    assert found.mean() == pytest.approx(slow.chance(cars(30.0))[0], abs=0.05)


def test_a_track_keeps_its_id_but_for_the_switches_that_were_measured() -> None:
    assert {one.track_id for tracks in followed([60.0], 100) for one in tracks} == {1}
    restless = AnalyticTracker(replace(CURVES_OF_IT, switches_per_min=30.0), Seed(1))
    ids = {one.track_id for number in range(240) for one in restless.update(shown(number, [60.0]))}
    assert 30 < len(ids) < 80  # two minutes at thirty a minute


def test_one_more_vehicle_moves_no_other_draw() -> None:
    alone, tracker = followed([30.0], 50), AnalyticTracker(CURVES_OF_IT, Seed(1))
    for number, before in enumerate(alone):
        both = tracker.update(shown(number, [30.0, 80.0]))
        told = [one.position_m for one in both]
        assert all(one.position_m in told for one in before)
    assert tracker.update(shown(99, [])) == ()


def test_tracks_by_curves_stand_beside_the_ones_that_they_were_fitted_on() -> None:
    rows = {one.measure: one for one in beside(SEEN, CURVES_OF_IT, 0.3)}
    found = rows["sightings found"]
    assert found.n == len(SEEN)
    assert found.low <= found.rendered <= found.high
    assert found.analytic == pytest.approx(found.rendered, abs=0.03)
