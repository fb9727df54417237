"""What nobody looked at leaves legible as far as it names nobody: markings and signals, no plate, no face."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.datatypes.arrays import BoolArray, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.geometry import GroundPlane
from detectors.datatypes.ground import GroundPiece, PiecewiseGround
from detectors.datatypes.lens import Lens
from detectors.privacy.density import BANDS, TALLEST_M, UNKNOWN, densities
from detectors.privacy.redaction import CELL_M, GREY, AccusedVehicle, VehicleBox, redact
from tests.judgement import site

PPM = 20.0  # pixels a metre
CAR = AccusedVehicle((40.0, 40.0, 100.0, 100.0), VehicleClass.CAR)
LINE = np.s_[151:157]  # a stop line of 0.3 m
ELSEWHERE = AccusedVehicle((0.0, 0.0, 2.0, 2.0), VehicleClass.CAR)


def street() -> UInt8Array:
    """Return asphalt (240, 320, 3) with a stop line across."""
    picture = np.full((240, 320, 3), 80, dtype=np.uint8)
    picture[LINE] = 220
    return picture


def plate(text: str, px_per_m: float) -> UInt8Array:
    """Return the plate of a car, 430 mm by 135 mm, as a camera shows it."""
    large = np.full((270, 860, 3), 235, dtype=np.uint8)
    (wide, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, 1.0, 2)
    cv2.putText(large, text, (20, 190), cv2.FONT_HERSHEY_DUPLEX, min(820 / wide, 4.2), (20, 20, 20), 12)
    size = round(0.43 * px_per_m), round(0.135 * px_per_m)
    return np.asarray(cv2.resize(large, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def contrast(shown: UInt8Array) -> float:
    """Return how much brighter the brightest row beside the accused is than the middle one."""
    rows = shown[:, 150:].mean(axis=(1, 2))
    return float(rows.max() - np.median(rows))


def test_a_stop_line_shows_where_the_density_is_known_and_not_where_it_is_not() -> None:
    legible = redact(street(), CAR, (), None, None, (PPM,))
    assert contrast(legible) > 80
    assert contrast(redact(street(), CAR, (), None, None)) < 0.5 * contrast(legible)


@pytest.mark.parametrize("density", [None, (), (0.0,), (-1.0,), (float("nan"),), (float("inf"),)])
def test_a_density_that_is_not_known_leaves_few_cells(density: tuple[float, ...] | None) -> None:
    shown = redact(street(), CAR, (), None, None, density)
    assert (shown == redact(street(), CAR, (), None, None)).all()


def test_where_others_are_not_known_or_a_list_is_broken_the_density_helps_nobody() -> None:
    coarse = redact(street(), CAR, None, None, None)
    for others, plates, people in (
        (None, None, None),
        ((VehicleBox((5.0, 5.0, 1.0, 9.0)),), None, None),
        ((), ((5.0, 5.0, 1.0, 9.0),), None),
        ((), None, ((np.nan, 5.0, 1.0, 9.0),)),
    ):
        assert (redact(street(), CAR, others, plates, people, (PPM,)) == coarse).all()


@pytest.mark.parametrize("px_per_m", [40.0, 80.0])
@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.3, 0.5), (0.7, 0.7)])
def test_plates_that_the_detector_missed_cannot_be_told_apart(
    px_per_m: float, shift: tuple[float, float]
) -> None:
    """All plates tried against a mosaic leave few pictures: hundreds of plates give the same one."""
    random = np.random.default_rng(2)
    letters, outcomes, tried = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", set(), 100
    cell = np.ceil(CELL_M * px_per_m)
    x, y = (int(px_per_m + part * cell) for part in shift)
    for _ in range(tried):
        a, b = random.integers(0, 26, 2)
        text = f"KX {random.integers(1000, 2000)} {letters[a]}{letters[b]}"
        picture = np.full((int(1.6 * px_per_m), int(1.8 * px_per_m), 3), 110, dtype=np.uint8)
        shown = plate(text, px_per_m)
        picture[y : y + shown.shape[0], x : x + shown.shape[1]] = shown
        outcomes.add(redact(picture, ELSEWHERE, (), None, None, (px_per_m,)).tobytes())
    assert len(outcomes) <= tried // 12


@settings(deadline=None, max_examples=100)
@given(
    sides=st.lists(st.integers(1, 40), min_size=1, max_size=6),
    height=st.integers(8, 90),
    width=st.integers(8, 90),
    seed=st.integers(0, 2**31),
)
def test_no_cell_is_smaller_than_its_band_asks_for(
    sides: list[int], height: int, width: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    picture = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
    shown = redact(picture, ELSEWHERE, (), None, None, [side / CELL_M for side in sides])
    for row in range(2, height):
        side = int(np.ceil(CELL_M * (sides[row * len(sides) // height] / CELL_M)))
        assert shortest((shown[row, 1:] != shown[row, :-1]).any(axis=1)) >= min(side, width)
    for column in range(2, width):
        changes = (shown[1:, column] != shown[:-1, column]).any(axis=1)
        assert shortest(changes) >= min((*sides, height))


def shortest(changes: BoolArray) -> int:
    """Return the length of the shortest run of pixels between changes (N - 1,) along a line of N."""
    edges = np.flatnonzero(np.concatenate(([True], changes, [True])))
    return int(np.diff(edges).min())


def test_the_accused_shows_before_whoever_stands_behind_it_and_not_behind_whoever_hides_it() -> None:
    noise = np.random.default_rng(4).integers(0, 256, (120, 200, 3), dtype=np.uint8)
    core = np.s_[74:87, 53:87]  # below its glass
    behind, before = VehicleBox((60.0, 20.0, 140.0, 85.0)), VehicleBox((60.0, 60.0, 140.0, 118.0))
    alike = VehicleBox((60.0, 30.0, 140.0, 97.0))  # about as far
    assert (redact(noise, CAR, (behind,), None, ())[core] == noise[core]).all()
    for hides in (before, alike):
        assert (redact(noise, CAR, (hides,), None, ())[74:87, 61:87] == GREY).all()
        assert (redact(noise, CAR, (behind, hides), None, ())[74:87, 61:87] == GREY).all()
    outside = redact(noise, CAR, (behind,), None, ())
    assert (outside[20:85, 100:140] == GREY).all()
    assert (outside[42:85, 90:100] == GREY).all()  # the rim of its box may show who stands behind


LENS = Lens(-0.12, 0.01)
SLOPED = PiecewiseGround(
    GroundPlane(0.0, 0.0, 0.01),
    (GroundPiece(site().stop_lines[0].junction, GroundPlane(0.4, 0.01, 0.0)),),
)


@settings(deadline=None, max_examples=150)
@given(
    pose=st.tuples(
        st.floats(2.0, 20.0), st.floats(0.05, 0.9), st.floats(-0.1, 0.1), st.floats(300.0, 3000.0)
    ),
    bends=st.booleans(),
    sloped=st.booleans(),
    person=st.tuples(st.floats(1.0, 80.0), st.floats(-30.0, 30.0), st.floats(0.0, TALLEST_M)),
)
def test_nobody_shows_at_a_higher_density_than_is_told(
    pose: tuple[float, ...], bends: bool, sloped: bool, person: tuple[float, ...]
) -> None:
    """A person stands ahead and aside (m) of a camera of a height, tilt, roll and focal length."""
    (height, tilt, roll, focal), (ahead_m, aside_m, tall_m) = pose, person
    ground = SLOPED if sloped else GroundPlane()
    lens = LENS if bends and focal > 600 else Lens()
    eye = np.array([0.0, 0.0, height + float(ground.height_m(np.zeros((1, 2)))[0])])
    camera = PinholeCamera(640, 360, focal, eye, 0.0, tilt, roll, lens)
    foot = np.array([[ahead_m, aside_m]])
    head = np.array([ahead_m, aside_m, float(ground.height_m(foot)[0]) + tall_m])
    (pixel,), depth = camera.project(head)
    u, v = pixel
    if depth[0] <= 0.1 or not (0 <= u < 640 and 0 <= v < 360):
        return
    told = densities(camera, ground)[int(v * BANDS / 360)]
    near = camera.project(head + 0.02 * camera.rotation_camera_world()[0])[0][0] - pixel
    assert told == UNKNOWN or float(np.hypot(*near)) / 0.02 <= 1.02 * told


def test_a_part_of_a_picture_has_the_densities_of_its_rows_and_the_sky_has_none() -> None:
    plan = site()
    whole = densities(plan.camera, plan.ground)
    assert len(whole) == BANDS
    known = [one for one in whole if one != UNKNOWN]
    assert known == sorted(known)
    part = densities(plan.camera, plan.ground, (100.0, 345.0, 200.0, 360.0))
    assert part[-1] == pytest.approx(whole[-1], rel=0.02)
    level = replace(plan.camera, tilt_rad=0.0)
    assert densities(level, plan.ground)[0] == UNKNOWN
    low = replace(plan.camera, position_m=np.array([0.0, 0.0, TALLEST_M - 0.1]))
    assert set(densities(low, plan.ground)) == {UNKNOWN}
