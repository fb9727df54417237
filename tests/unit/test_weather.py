"""Weather as data: extinction by its sources, words of people, and what it must change in a picture."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.geometry import GroundPlane
from detectors.datatypes.signals import Aspect
from scenarios.errors import InputError
from scenarios.weather_files import weather_named
from tests.corner_street import AFTERNOON_NS, KERB_VIEW, LIGHT_VIEW, NIGHT_NS, scene, street
from twin.cameras.plans import ViewSpec
from twin.cameras.survey import mount
from twin.clock import NS_PER_S
from twin.environment.weather import CLEAR, Sky, Weather
from twin.randomness import Seed
from twin.rendering.glare import Spot, add_streaks
from twin.rendering.light import light_at
from twin.rendering.painter import ViewRenderer
from twin.rendering.wet import lamp_drop_px, mirrored

NETWORK = street()
CAMERA = mount(NETWORK, KERB_VIEW)
RAIN, HAZE = Weather(Sky.RAIN, 0.7), Weather(Sky.HAZE, range_m=300.0)


def renderer(weather: Weather, spec: ViewSpec = KERB_VIEW, seed: int = 1) -> ViewRenderer:
    return ViewRenderer(NETWORK, spec, mount(NETWORK, spec), Seed(seed), weather)


@pytest.fixture(scope="module")
def dry() -> ViewRenderer:
    return renderer(CLEAR)


@pytest.fixture(scope="module")
def wet() -> ViewRenderer:
    return renderer(RAIN)


@pytest.fixture(scope="module")
def hazy() -> ViewRenderer:
    return renderer(HAZE)


def test_at_the_optical_range_a_twentieth_of_the_contrast_is_left() -> None:
    air = Weather(Sky.HAZE, range_m=400.0)
    assert math.exp(-air.extinction_per_m * 400.0) == pytest.approx(0.05)
    assert air.visibility_m == pytest.approx(400.0)


def test_rain_takes_what_the_itu_says() -> None:
    heavy = Weather(Sky.RAIN, math.log(12.5 / 2.0) / math.log(50.0))  # 12.5 mm/h
    assert heavy.rain_mm_per_h == pytest.approx(12.5)
    decibels = (heavy.extinction_per_m - CLEAR.extinction_per_m) * 1000 * 10 * math.log10(math.e)
    assert decibels == pytest.approx(1.076 * 12.5**0.67, rel=1e-3)


@given(st.floats(0, 1), st.floats(0, 1), st.sampled_from([Sky.RAIN, Sky.HAZE]))
def test_more_of_it_never_lets_one_see_farther(one: float, other: float, sky: Sky) -> None:
    less, more = sorted((one, other))
    assert Weather(sky, more).visibility_m <= Weather(sky, less).visibility_m <= CLEAR.visibility_m


@pytest.mark.parametrize(("intensity", "range_m"), [(-0.1, None), (1.1, None), (0.5, 0.0), (math.nan, None)])
def test_absurd_weather_is_refused(intensity: float, range_m: float | None) -> None:
    with pytest.raises(ValueError, match="expected"):
        Weather(Sky.RAIN, intensity, range_m)


def test_an_unknown_weather_is_told_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"unknown weather 'fog'\. Known: clear, haze, rain"):
        weather_named("fog")
    assert weather_named("haze", visibility_m=250.0).visibility_m == pytest.approx(250.0)


def test_the_light_of_clear_weather_is_as_it_was_and_clouds_take_the_shadows() -> None:
    assert light_at(AFTERNOON_NS).casts_shadows
    assert not any(light_at(AFTERNOON_NS, Weather(Sky.RAIN, i)).casts_shadows for i in (0.0, 0.5, 1.0))
    assert not light_at(AFTERNOON_NS, Weather(Sky.HAZE, 1.0)).casts_shadows
    assert light_at(AFTERNOON_NS).veil_per_m == 0.0


def deviation(picture: UInt8Array, rows: slice) -> float:
    return float(picture[rows].astype(float).std())


def test_haze_takes_contrast_and_more_of_it_far_away(dry: ViewRenderer, hazy: ViewRenderer) -> None:
    clear, veiled = (one.render(scene()) for one in (dry, hazy))
    far, near = slice(60, 110), slice(280, 350)
    far_left = deviation(veiled, far) / deviation(clear, far)
    near_left = deviation(veiled, near) / deviation(clear, near)
    assert far_left < 0.85
    assert far_left < near_left


def test_a_vehicle_far_away_fades_as_koschmieder_says() -> None:
    depth_m = 60.0
    light = light_at(AFTERNOON_NS, HAZE)
    expected = math.exp(-(HAZE.extinction_per_m - CLEAR.extinction_per_m) * depth_m)
    assert light.through_air(depth_m) == pytest.approx(expected)


def test_a_street_in_rain_is_darker_by_day(dry: ViewRenderer, wet: ViewRenderer) -> None:
    road = (slice(250, 340), slice(330, 420))
    assert wet.render(scene())[road].mean() < 0.85 * dry.render(scene())[road].mean()


def test_a_lamp_is_mirrored_below_itself_as_far_as_the_road_is_wet() -> None:
    lamp = Spot(np.array([160.0, 60.0]), 4.0, np.array([20.0, 20.0, 200.0]), 60.0)
    shown = []
    for share in (0, 100, 200):
        canvas = np.zeros((360, 640, 3), dtype=np.uint8)
        add_streaks(canvas, [lamp], np.full((360, 640), share, dtype=np.uint8))
        shown.append(canvas[..., 2].astype(int))
    assert not shown[0].any()
    rows, columns = np.nonzero(shown[2])
    assert abs(np.median(columns) - 160) <= 2
    assert 115 < np.median(rows) < 130  # the mirror image is at 120
    assert shown[2].sum() == pytest.approx(2 * shown[1].sum(), rel=0.05)


def test_far_lamps_are_mirrored_nearer_below_themselves() -> None:
    near, far = lamp_drop_px(CAMERA, np.array([0.6, 0.6]), np.array([20.0, 80.0]))
    assert near == pytest.approx(4 * far)


def test_a_red_light_is_mirrored_by_the_wet_road_below_it() -> None:
    one = renderer(RAIN, LIGHT_VIEW)
    red, none = (
        one.render(scene(at_ns=NIGHT_NS, aspects=(("w-j", a),))) for a in (Aspect.RED, Aspect.UNKNOWN)
    )
    more = red[200:, :, 2].astype(int) - none[200:, :, 2].astype(int)
    assert (more > 6).sum() > 60


def test_rain_falls_by_seed_and_time_alone(wet: ViewRenderer) -> None:
    here, later = scene(), scene(at_ns=AFTERNOON_NS + NS_PER_S)
    again, other = renderer(RAIN), renderer(RAIN, seed=2)
    first = wet.render(here)
    assert (first == again.render(here)).all()
    assert (first == wet.render(here)).all()
    assert (first != wet.render(later)).mean() > 0.02
    assert (first != other.render(here)).mean() > 0.02


def test_the_mark_is_there_in_any_weather(wet: ViewRenderer, hazy: ViewRenderer) -> None:
    for one in (wet, hazy):
        corner = one.render(scene())[8:30, 540:632].astype(int)
        assert ((corner[..., 2] > 200) & (corner[..., 0] < 140)).sum() > 60


@given(
    st.floats(-0.08, 0.08), st.floats(-0.08, 0.08), st.floats(5, 60), st.floats(-20, 20), st.floats(0.1, 9)
)
def test_the_mirrored_camera_sees_a_thing_where_the_ground_mirrors_it(
    slope_x: float, slope_y: float, ahead: float, aside: float, height: float
) -> None:
    forward = CAMERA.rotation_camera_world()[2]
    at = CAMERA.position_m + np.array(
        [*(ahead * forward[:2] + aside * np.array([-forward[1], forward[0]])), 0]
    )
    ground = GroundPlane(0.0, slope_x, slope_y)
    normal = np.array([-slope_x, -slope_y, 1.0])
    z0 = CAMERA.position_m[2] - 9.0 - slope_x * CAMERA.position_m[0] - slope_y * CAMERA.position_m[1]
    ground = GroundPlane(float(z0), slope_x, slope_y)
    thing = np.array([at[0], at[1], z0 + slope_x * at[0] + slope_y * at[1] + height])
    above = float(normal @ thing - z0)
    image = thing - 2 * above * normal / (normal @ normal)
    below = mirrored(CAMERA, ground)
    seen, depth = below.project(thing)
    direct, far = CAMERA.project(image)
    if depth[0] > 1.0 and far[0] > 1.0:
        flipped = np.array([seen[0, 0], CAMERA.height_px - 1 - seen[0, 1]])
        assert flipped == pytest.approx(direct[0], abs=1e-6)
