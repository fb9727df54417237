"""A snapshot has what the stream has: noise, rain, faults, coding; in its size and as the zoom shows them."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.steps import SnapshotRequest
from tests.corner_street import AFTERNOON_NS, KERB_VIEW, NIGHT_NS, scene, street
from twin.cameras.optics import resized
from twin.cameras.snapshots import SNAPSHOT_PX
from twin.cameras.survey import mount
from twin.environment.faults import Fault, FaultKind
from twin.environment.weather import CLEAR, Sky, Weather
from twin.randomness import Seed
from twin.rendering.coding import coded
from twin.rendering.part import WHOLE, part_of
from twin.rendering.source import TwinView

NETWORK = street()
CAMERA = mount(NETWORK, KERB_VIEW)
RAIN = Weather(Sky.RAIN, 1.0)
REAR_M = np.array([[-90.2, 5.0, 0.8]])


def snapshot(
    zoom: float, *faults: Fault, at_ns: int = AFTERNOON_NS, weather: Weather = CLEAR, quality: int | None = 70
) -> UInt8Array:
    view = TwinView(NETWORK, replace(KERB_VIEW, faults=faults, quality=quality), Seed(1), weather)
    u, v = CAMERA.project(REAR_M)[0][0].tolist()
    asked = SnapshotRequest("r", "c", (u, v), zoom, at_ns)
    return view.snapshot(scene((VehicleClass.CAR, -88.0, 5.0, 0.0), at_ns=at_ns), asked).image_bgr


def off(one: UInt8Array, other: UInt8Array) -> np.ndarray:
    return np.abs(one.astype(int) - other).max(axis=2)


@pytest.fixture(scope="module")
def sound() -> UInt8Array:
    return snapshot(6.0)


def test_a_snapshot_is_1920_pixels_wide_and_the_same_every_time(sound: UInt8Array) -> None:
    assert sound.shape == (*SNAPSHOT_PX[::-1], 3) == (1080, 1920, 3)
    assert (snapshot(6.0) == sound).all()


def test_the_noise_of_the_sensor_is_everywhere_and_more_by_night() -> None:
    """In what is flat: the glass of the rear window."""
    spread = {}
    for at_ns in (AFTERNOON_NS, NIGHT_NS):
        picture = snapshot(10.0, at_ns=at_ns, quality=None).astype(float)
        tiles = picture[:1080, :1920].mean(axis=2).reshape(27, 40, 48, 40).std(axis=(1, 3))
        spread[at_ns] = float(np.median(tiles))
    assert 0.5 < spread[AFTERNOON_NS] < spread[NIGHT_NS]


def test_coding_leaves_less_the_lower_the_quality(sound: UInt8Array) -> None:
    errors = [float(off(coded(sound, quality), sound).mean()) for quality in (95, 70, 30)]
    assert errors[0] < errors[1] < errors[2] < 8
    assert off(coded(sound, 70, 4.4), sound).mean() > errors[1]


@given(quality=st.integers(1, 100), level=st.integers(0, 255), sigma=st.floats(0.0, 20.0))
def test_a_grey_picture_stays_grey(quality: int, level: int, sigma: float) -> None:
    grey = np.full((24, 40, 3), level, dtype=np.uint8)
    shown = coded(grey, quality, sigma)
    assert shown.shape == grey.shape
    assert np.ptp(shown) == 0
    assert abs(int(shown[0, 0, 0]) - level) <= 16  # half a step of the coarsest table of JPEG, over 8


def test_a_camera_without_coding_sends_all(sound: UInt8Array) -> None:
    plain = snapshot(6.0, quality=None)
    assert 0 < off(plain, sound).mean() < 4


def test_the_part_that_a_zoom_shows_is_where_its_axis_meets_the_picture() -> None:
    near = resized(CAMERA.aimed_at((400.0, 150.0), 5.0), SNAPSHOT_PX)
    part = part_of(CAMERA, near)
    assert part.scale == pytest.approx(15.0)
    assert part.zoom == pytest.approx(5.0)
    assert part.at(400.0, 150.0) == pytest.approx(near.centre_px, abs=1e-6)
    same = part_of(CAMERA, CAMERA)
    assert same.origin_px == pytest.approx((0.0, 0.0), abs=1e-6)
    assert (same.scale, same.zoom) == pytest.approx((1.0, 1.0))


def test_the_part_of_a_plate_is_its_crop_enlarged() -> None:
    plate = np.zeros((36, 64), dtype=np.float32)
    plate[10:20, 30:40] = 1.0
    assert WHOLE.of(plate, (64, 36)) is plate
    part = part_of(CAMERA, resized(CAMERA.aimed_at((350.0, 150.0), 10.0), SNAPSHOT_PX))
    large = np.zeros((360, 640), dtype=np.float32)
    large[:, 350:] = 1.0
    shown = part.of(large, SNAPSHOT_PX)
    edge = np.flatnonzero(shown[540] > 0.5)[0]
    assert edge == pytest.approx(SNAPSHOT_PX[0] / 2, abs=part.scale)


def test_rain_falls_before_a_snapshot_too(sound: UInt8Array) -> None:
    wet, dry = (snapshot(6.0, weather=weather) for weather in (RAIN, CLEAR))
    assert (off(wet, dry) > 20).mean() > 0.02
    assert wet.shape == sound.shape


@pytest.mark.parametrize("kind", [FaultKind.DIRT, FaultKind.BANDING, FaultKind.DEFOCUS])
def test_what_is_wrong_with_the_stream_is_wrong_with_the_snapshot(kind: FaultKind) -> None:
    assert off(snapshot(1.0, Fault(kind, strength=0.9)), snapshot(1.0)).mean() > 3


def test_a_lost_signal_loses_the_snapshot_and_a_frozen_stream_is_the_snapshot() -> None:
    assert snapshot(6.0, Fault(FaultKind.LOST)).max(axis=2)[200:].max() < 40
    view = TwinView(NETWORK, replace(KERB_VIEW, faults=(Fault(FaultKind.FROZEN),), quality=None), Seed(1))
    here = scene((VehicleClass.CAR, -88.0, 5.0, 0.0))
    frame = view.frame(here, 0).image_bgr
    asked = SnapshotRequest("r", "c", (300.0, 200.0), 8.0, AFTERNOON_NS)
    held = view.snapshot(here, asked).image_bgr
    assert off(cv2.resize(held, (640, 360), interpolation=cv2.INTER_AREA), frame).mean() < 8
