"""Trials: what a detector found is told beside the truth; the oracle finds all that it is held to."""

from dataclasses import replace

import numpy as np
import pytest

from scenarios.datasets.random_views import random_views
from scenarios.experiments.sightings import Sightings, pooled
from scenarios.experiments.trials import MATCH_IOU, TrialSpec, trial
from scenarios.spec import load_scenario
from twin.network import library
from twin.randomness import Seed

VIEWS = tuple(
    replace(view, size_px=(480, 270))
    for view in random_views(library.named("mt-haryono"), Seed(5, ("dataset",)), 1)
)
SCENARIO = replace(load_scenario("beruang-madu"), warmup_s=200.0)
SPEC = TrialSpec(SCENARIO, "oracle", views=VIEWS, hours=(12.0, 19.5), lasting_s=4.0, noted=1)


@pytest.fixture(scope="module", name="seen")
def _seen() -> Sightings:
    return trial(SPEC, 3)


def test_every_frame_of_every_light_is_there(seen: Sightings) -> None:
    assert seen.frames == 16
    assert seen.frame_light.tolist() == [0] * 8 + [3] * 8
    assert np.abs(np.diff(seen.frame_ns[:8]) - 500_000_000).max() <= 100_000_000  # steps of 200 ms
    assert np.bincount(seen.frame, minlength=16).tolist() == seen.frame_vehicles.tolist()
    assert len(seen) > 50


def test_the_oracle_finds_what_it_is_held_to_and_nothing_else(seen: Sightings) -> None:
    assert seen.held.any()
    assert not seen.held.all()
    assert (seen.overlap[seen.held] > 0.99).all()
    assert (seen.overlap[~seen.held] < MATCH_IOU).all()
    assert seen.frame_false.sum() == 0


def test_tracks_are_near_the_vehicles_and_stay_theirs(seen: Sightings) -> None:
    followed = seen.track >= 0
    assert followed.sum() > 10
    near = followed & (seen.distance_m < 70)
    assert near.any()
    assert np.median(np.abs(seen.along_m[near])) < 2.0
    assert np.median(np.abs(seen.across_m[near])) < 1.0
    assert np.isnan(seen.along_m[~followed]).all()


def test_parts_and_pools_keep_frames_with_their_sightings(seen: Sightings) -> None:
    both = pooled([seen, seen])
    assert (len(both), both.frames, both.views) == (2 * len(seen), 2 * seen.frames, seen.views * 2)
    second = both.of_views(np.array([False, True]))
    assert (second.frame == seen.frame).all()
    night = seen.in_conditions((3,))
    assert (night.frames, set(night.frame_light.tolist())) == (8, {3})
    assert (night.frame_light[night.frame] == night.light).all()
