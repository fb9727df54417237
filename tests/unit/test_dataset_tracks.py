"""Sequences as MOTChallenge keeps them, randomised pictures, and the card of a dataset."""

import configparser
import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import time
from pathlib import Path

import numpy as np
import pytest

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.detections import VehicleClass
from scenarios.datasets.export import Exported, export
from scenarios.datasets.mot import BENCHMARK, MOT_MOTORBIKE
from scenarios.datasets.random_views import random_views
from scenarios.datasets.randomise import (
    CameraLook,
    photographed,
    random_fleet,
    random_hours,
    random_mix,
    random_pose,
    restreeted,
    retextured,
)
from scenarios.datasets.shots import Shot, ShotSpec, shots
from scenarios.spec import load_scenario
from twin.network import library
from twin.randomness import Seed
from twin.truth import VehicleStates

NETWORK = library.named("mt-haryono")
BEFORE = load_scenario("beruang-madu")
SCENARIO = replace(BEFORE, start=time(16, 30), warmup_s=400.0, demand=replace(BEFORE.demand, scale=1.6))
VIEWS = tuple(replace(view, size_px=(480, 270)) for view in random_views(NETWORK, Seed(5, ("dataset",)), 2))
SPEC = ShotSpec(SCENARIO, VIEWS, (1,), frames=4, every_s=0.5)


@pytest.fixture(scope="module", name="tracks")
def _tracks(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export(SPEC, tmp_path_factory.mktemp("mot") / "set", "mot", lang="id")


@pytest.fixture(scope="module", name="pictures")
def _pictures() -> list[Shot]:
    return list(shots(replace(SPEC, views=VIEWS[:1])))


def sequence(tracks: Exported) -> Path:
    return next((tracks.folder / "mot" / f"{BENCHMARK}-train").iterdir())


def test_a_sequence_says_what_it_is_and_has_all_its_pictures(tracks: Exported) -> None:
    folder = sequence(tracks)
    told = configparser.ConfigParser()
    told.read(folder / "seqinfo.ini")
    about = told["Sequence"]
    assert (about["name"], about["imWidth"], about["imHeight"]) == (folder.name, "480", "270")
    assert (about["frameRate"], about["seqLength"], about["imExt"]) == ("2", "4", ".jpg")
    files = sorted(file.name for file in (folder / about["imDir"]).iterdir())
    assert files == [f"{number:06d}.jpg" for number in range(1, 5)]
    listed = (tracks.folder / "mot" / "seqmaps" / f"{BENCHMARK}-train.txt").read_text().split()
    assert listed == ["name", folder.name]


def test_ids_persist_and_lines_are_the_truth(tracks: Exported, pictures: list[Shot]) -> None:
    rows = [
        list(map(float, row))
        for row in csv.reader((sequence(tracks) / "gt" / "gt.txt").read_text().splitlines())
    ]
    wanted = [
        [number, int(one) + 1, *(box[:2] + 1), *(box[2:] - box[:2]), held]
        for number, shot in enumerate(pictures, start=1)
        for one, box, held in zip(shot.truth.vehicle_id, shot.truth.boxes_px, shot.labelled, strict=True)
    ]
    assert np.allclose([row[:7] for row in rows], wanted, atol=0.006)
    first, last = ({row[1] for row in rows if row[0] == number} for number in (1, 4))
    assert len(first & last) >= 3
    by_id: dict[float, set[float]] = {}
    for row in rows:
        by_id.setdefault(row[1], set()).add(row[7])
    assert all(len(kinds) == 1 for kinds in by_id.values())
    bikes = {
        int(one) + 1
        for shot in pictures
        for one in shot.truth.vehicle_id[shot.truth.vehicle_class == VehicleClass.MOTORCYCLE]
    }
    assert {one for one, kinds in by_id.items() if kinds == {float(MOT_MOTORBIKE)}} == bikes
    assert len({(row[0], row[1]) for row in rows}) == len(rows)


def test_the_card_counts_what_is_there_in_the_language_asked_for(
    tracks: Exported, pictures: list[Shot]
) -> None:
    card = (tracks.folder / "README.md").read_text(encoding="utf-8")
    assert "Tidak boleh dipakai untuk" in card
    assert "AGPL-3.0-or-later" in card
    assert "- seeds: 1" in card
    cars = sum(int((s.truth.vehicle_class[s.labelled] == VehicleClass.CAR).sum()) for s in pictures)
    row = next(line for line in card.splitlines() if line.startswith("| mobil |"))
    assert row.split("|")[2].strip() == str(cars)
    assert json.loads((tracks.folder / "dataset.json").read_text())["randomised"] is False


def test_a_shot_knows_where_each_vehicle_stands(pictures: list[Shot]) -> None:
    shot = next(shot for shot in pictures if len(shot.truth.vehicle_id))
    assert shot.ground_m.shape == (len(shot.truth.vehicle_id), 3)
    assert {aspect for _, aspect in shot.signals} <= {"red", "yellow", "green", "unknown", "off"}


def test_randomised_pictures_are_others_and_the_same_again_for_the_same_seed(pictures: list[Shot]) -> None:
    varied = replace(SPEC, views=VIEWS[:1], frames=2, randomise=True)
    one, again = list(shots(varied)), list(shots(varied))
    for left, right, plain in zip(one, again, pictures, strict=False):
        assert (left.image_bgr == right.image_bgr).all()
        assert np.array_equal(left.truth.boxes_px, right.truth.boxes_px)
        assert left.image_bgr.shape == plain.image_bgr.shape
        assert np.abs(left.image_bgr.astype(int) - plain.image_bgr).mean() > 10
    assert not np.array_equal(one[0].image_bgr, next(shots(replace(varied, seeds=(2,)))).image_bgr)


def vehicles(count: int) -> VehicleStates:
    n = np.zeros(count)
    return VehicleStates(
        np.arange(count), np.ones(count), np.zeros((count, 3)), n, n, n, np.ones((count, 3)),
        np.full((count, 3), 90), n, n, ("",) * count,
    )  # fmt: skip


def test_a_vehicle_keeps_its_paint_and_size_from_picture_to_picture() -> None:
    everyone, seed = vehicles(40), Seed(3)
    fleet = random_fleet(everyone, seed)
    alone = random_fleet(everyone.select(np.array([7])), seed)
    assert (fleet.colour_bgr[7] == alone.colour_bgr[0]).all()
    assert (fleet.size_m[7] == alone.size_m[0]).all()
    assert len(np.unique(fleet.colour_bgr, axis=0)) > 30
    assert 0.8 < fleet.size_m.min() < fleet.size_m.max() < 1.25
    assert len(random_fleet(vehicles(0), seed)) == 0


def test_behind_vehicles_the_street_is_another_and_they_are_as_they_were() -> None:
    street = np.full((90, 160, 3), 100, np.uint8)
    picture = street.copy()
    picture[30:60, 50:110] = (20, 40, 220)
    mask = (picture != street).any(axis=2)
    draw = np.random.default_rng(1)
    found = restreeted(picture, street, mask, retextured(street, draw), draw)
    inside = found[34:56, 54:106].astype(int)
    assert np.abs(inside - picture[34:56, 54:106]).max() < 60  # paint gets a texture, no other colour
    assert (inside[..., 2] > inside[..., :2].max(axis=2) + 60).all()
    assert np.abs(found[:20].astype(int) - 100).mean() > 3


@pytest.mark.parametrize(
    ("look", "holds"),
    [
        (CameraLook((1.0, 1.0, 1.0), 1.0, 1.0, 0.0, 0.0, 100), np.array_equal),
        (CameraLook((0.5, 0.5, 0.5), 1.0, 1.0, 0.0, 0.0, 100), lambda a, b: np.abs(b - a / 2.0).max() <= 1),
        (
            CameraLook((1.0, 1.0, 1.0), 1.0, 2.0, 0.0, 0.0, 100),
            lambda a, b: np.abs(b - (2 * a - 127.5)).max() <= 1,
        ),
        (
            CameraLook((1.0, 1.0, 1.0), 1.0, 1.0, 9.0, 0.0, 100),
            lambda a, b: 4 < (b.astype(float) - a).std() < 11,
        ),
    ],
)
def test_what_a_camera_makes_of_a_picture(
    look: CameraLook, holds: Callable[[UInt8Array, UInt8Array], bool]
) -> None:
    picture = np.full((60, 80, 3), 120, np.uint8)
    assert holds(picture, photographed(picture, look, np.random.default_rng(1)))


def test_poses_stay_on_the_map_hours_in_the_day_and_shares_a_whole() -> None:
    for number in range(50):
        draw = Seed(number).generator("x")
        view = random_pose(NETWORK, VIEWS[0], draw)
        assert 2.8 <= view.height_m <= 18
        assert 0 <= view.aim_along_m <= NETWORK.road_of[view.aimed_road].length_m
        mix = random_mix((0.62, 0.34, 0.02, 0.02), draw)
        assert sum(mix) == pytest.approx(1)
        assert min(mix) > 0
    hours = random_hours(Seed(1), 9)
    assert list(hours) == sorted(hours)
    assert 6 <= hours[0] < 8
    assert 19 < hours[-1] <= 20.5
