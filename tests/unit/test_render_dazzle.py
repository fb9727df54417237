"""A low sun in the lens: a veil that falls with the angle, an exposure that gives way, less to be seen."""

import math
from dataclasses import replace
from datetime import date, time

import numpy as np
import pytest

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.camera import PinholeCamera
from tests.corner_street import AFTERNOON_NS, KERB_VIEW, NIGHT_NS, scene, street
from twin.cameras.survey import mount
from twin.clock import from_local
from twin.environment.weather import Sky, Weather
from twin.randomness import Seed
from twin.rendering.dazzle import DISC_DEG, dazzle
from twin.rendering.grading import grade_colours, graded
from twin.rendering.light import light_at
from twin.rendering.osd import MARK, osd_style, write_osd
from twin.rendering.painter import ViewRenderer
from twin.rendering.raster import Upright

LOW_NS = from_local(date(2025, 11, 27), time(17, 30))
NOTHING = Upright(np.zeros((360, 640), dtype=np.uint16), np.array([np.inf], dtype=np.float32))
WALL = Upright(NOTHING.thing, np.array([30.0], dtype=np.float32))


def even(grey: float) -> UInt8Array:
    return np.full((360, 640, 3), grey, dtype=np.uint8)


def looking(yaw_rad: float, tilt_rad: float = 0.1) -> PinholeCamera:
    return PinholeCamera(640, 360, 700.0, np.array([0.0, 0.0, 8.0]), yaw_rad, tilt_rad, 0.0)


def towards_sun(away_deg: float) -> PinholeCamera:
    sun = light_at(LOW_NS).sun
    return looking(math.atan2(sun[1], sun[0]) + math.radians(away_deg))


def test_the_veil_falls_with_the_square_of_the_angle() -> None:
    light, camera = light_at(LOW_NS), looking(*_at_sun())
    found = dazzle(camera, light, NOTHING, even(100))
    assert found is not None
    veil = found.veil[..., 2]
    rows, columns = veil.shape
    u = (np.arange(columns) + 0.5) * 640 / columns - 0.5
    angles = np.degrees(np.arctan((u - camera.centre_px[0]) / camera.focal_px))
    near, far = (int(np.argmin(np.abs(angles - deg))) for deg in (8.0, 18.0))
    middle = rows // 2
    expected = (angles[far] ** 2 + DISC_DEG**2) / (angles[near] ** 2 + DISC_DEG**2)
    assert veil[middle, near] / veil[middle, far] == pytest.approx(expected, rel=0.06)


def _at_sun() -> tuple[float, float]:
    sun = light_at(LOW_NS).sun
    return math.atan2(sun[1], sun[0]), -math.asin(sun[2])


def test_it_dazzles_less_the_farther_away_and_not_at_all_from_behind_or_by_night() -> None:
    light = light_at(LOW_NS)
    means = []
    for away in (0.0, 20.0, 40.0):
        found = dazzle(towards_sun(away), light, NOTHING, even(100))
        assert found is not None
        means.append(float(found.veil.mean()))
    assert means == sorted(means, reverse=True)
    assert dazzle(towards_sun(180.0), light, NOTHING, even(100)) is None
    assert dazzle(towards_sun(0.0), light_at(NIGHT_NS), NOTHING, even(60)) is None
    assert dazzle(towards_sun(0.0), light_at(LOW_NS, Weather(Sky.RAIN, 0.7)), NOTHING, even(80)) is None


def test_a_wall_before_the_sun_keeps_most_of_it_away() -> None:
    light, camera = light_at(LOW_NS), looking(*_at_sun())
    free = dazzle(camera, light, NOTHING, even(100))
    hidden = dazzle(camera, light, WALL, even(100))
    assert free is not None
    assert hidden is not None
    assert hidden.veil.mean() < 0.2 * free.veil.mean()


def test_exposure_gives_way_and_contrast_with_it() -> None:
    light, camera = light_at(LOW_NS), towards_sun(12.0)
    found = dazzle(camera, light, NOTHING, even(110))
    assert found is not None
    assert found.gain < 1.0
    stripes = np.tile(np.where(np.arange(640) // 20 % 2, 150, 70)[None, :, None], (360, 1, 3)).astype(
        np.uint8
    )
    shown = found.over(stripes).astype(float)
    step = np.median(np.abs(np.diff(shown[..., 1], axis=1))[:, 19::20])
    assert step / shown.mean() < 0.8 * (150 - 70) / 110


def test_a_view_into_the_sun_shows_less_of_a_vehicle_than_one_away_from_it() -> None:
    network = street()
    west = replace(KERB_VIEW, along_m=330.0, aim_along_m=300.0)  # looks back along a road that leads east
    shown = {}
    for view in (west, KERB_VIEW):
        camera = mount(network, view)
        renderer = ViewRenderer(network, view, camera, Seed(1))
        x = -416.0 + view.aim_along_m
        empty, full = (
            renderer.render(scene(*rows, at_ns=LOW_NS)).astype(int) for rows in ((), ((1, x, 5.0, 0.0),))
        )
        differs = np.abs(full - empty).max(axis=2)
        shown[view.along_m] = float(np.percentile(differs[differs > 12], 75))
    assert shown[330.0] < 0.9 * shown[300.0]


def test_grading_leaves_grey_grey_and_keeps_the_order_of_tones() -> None:
    light = light_at(AFTERNOON_NS)
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    sent = graded(ramp, light)
    assert (np.ptp(sent.astype(int), axis=2) <= 1).all()
    assert (np.diff(sent[0, :, 0].astype(int)) >= 0).all()
    colours = np.array([[30.0, 60.0, 120.0], [200.0, 90.0, 40.0]])
    alone = graded(colours.astype(np.uint8)[None], light)[0]
    grade_colours(colours, light)
    assert colours == pytest.approx(alone.astype(float), abs=2.0)
    assert np.ptp(colours[0]) > 90.0


def test_labels_differ_by_camera_and_are_the_same_for_the_same_one() -> None:
    names = [f"simpang-{number}" for number in range(60)]
    styles = [osd_style(name) for name in names]
    assert [osd_style(name) for name in names] == styles
    assert len({style.date for style in styles}) >= 3
    assert {style.label_at for style in styles} == {style.date_at for style in styles} == {"top", "bottom"}
    noon = from_local(date(2025, 11, 27), time(12, 5))
    for name in names:
        canvas = np.zeros((360, 640, 3), dtype=np.uint8)
        write_osd(canvas, name, noon)
        corner = canvas[8:30, 540:632].astype(int)
        assert ((corner[..., 2] > 200) & (corner[..., 0] < 140)).sum() > 60, MARK


def test_the_engine_reads_no_label() -> None:
    network, camera = street(), mount(street(), KERB_VIEW)
    one, other = (
        ViewRenderer(network, replace(KERB_VIEW, name=name), camera, Seed(1)).render(scene())
        for name in ("kerb", "kerb-b")
    )
    band = 60  # labels lie in the rows next to the edges, and nowhere else
    assert (one[band:-band] == other[band:-band]).all()
