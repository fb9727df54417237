"""A scenario as a source of a bench: lit as asked, labelled as it is, and the same again."""

from dataclasses import replace
from datetime import time

import numpy as np
import pytest

from scenarios.bench.pictures import Clip, Picture
from scenarios.bench.sources import Asked, open_on
from scenarios.bench.twin_source import STREET_FRAMES, TwinSource, TwinSpec
from scenarios.datasets.random_views import random_views
from scenarios.errors import InputError
from scenarios.spec import load_scenario
from twin.environment.weather import Sky, Weather
from twin.network import library
from twin.randomness import Seed
from twin.rendering.oracle import LEAST_PX, LEAST_VISIBLE

BEFORE = load_scenario("beruang-madu")
SCENARIO = replace(BEFORE, start=time(16, 30), warmup_s=400.0, demand=replace(BEFORE.demand, scale=1.6))
VIEWS = tuple(
    replace(view, size_px=(320, 180))
    for view in random_views(library.named("mt-haryono"), Seed(5, ("dataset",)), 2)
)
SPEC = TwinSpec(SCENARIO, VIEWS, (1,), 1.0, 2.0, hours=(12.0, 20.0), weathers=(Weather(Sky.RAIN, 0.5),))


@pytest.fixture(scope="module", name="taken")
def _taken() -> list[tuple[Clip, Picture]]:
    return list(TwinSource(SPEC).pictures())


def test_each_camera_gives_its_pictures_in_each_light(taken: list[tuple[Clip, Picture]]) -> None:
    assert len(taken) == TwinSource(SPEC).facts.pictures == 2 * 2 * 2
    assert {(picture.light, picture.weather) for _, picture in taken} == {("day", "rain"), ("night", "rain")}
    assert len({clip.name for clip, _ in taken}) == 4
    assert len({clip.camera for clip, _ in taken}) == 2
    for name in {clip.name for clip, _ in taken}:
        times = [picture.frame.timestamp_ns for clip, picture in taken if clip.name == name]
        assert 0.4e9 <= np.diff(times)[0] <= 0.6e9  # the world goes on in steps of 0.2 s
        assert all(clip.consecutive for clip, _ in taken)


def test_labels_lie_in_the_picture_and_say_who_counts(taken: list[tuple[Clip, Picture]]) -> None:
    number = 0
    for _, picture in taken:
        labels = picture.labels
        assert labels is not None
        number += len(labels)
        sizes = (labels.boxes_px[:, 2:] - labels.boxes_px[:, :2]).max(axis=1, initial=0)
        assert (labels.held == ((labels.visible >= LEAST_VISIBLE) & (sizes >= LEAST_PX))).all()
        assert ((labels.boxes_px >= 0) & (labels.boxes_px <= [320, 180] * 2)).all()
    assert number > 0


def test_the_street_is_shown_empty_before_the_first_picture(taken: list[tuple[Clip, Picture]]) -> None:
    clip, picture = taken[0]
    street = list(clip.street())
    assert len(street) == STREET_FRAMES
    assert max(frame.timestamp_ns for frame in street) < picture.frame.timestamp_ns
    assert street[0].size_px == picture.frame.size_px


def test_the_same_again_gives_the_same_pictures(taken: list[tuple[Clip, Picture]]) -> None:
    first = [picture.frame.image_bgr.tobytes() for clip, picture in taken if VIEWS[0].name in clip.name]
    again = TwinSource(replace(SPEC, views=VIEWS[:1], hours=SPEC.hours[:1]))
    for one, (_, picture) in zip(first[:2], again.pictures(), strict=True):
        assert one == picture.frame.image_bgr.tobytes()


def test_a_scenario_is_looked_at_by_its_plan_or_by_random_cameras() -> None:
    assert open_on("beller", Asked(cameras=3, lasting_s=1.0)).facts.pictures == 3 * 4 * 2
    assert open_on("beller", Asked(lasting_s=1.0)).facts.name == "beller"
    with pytest.raises(InputError, match="unknown weather 'snow'"):
        open_on("beller", Asked(weathers=("snow",)))
