"""What the painter paints: by day and night, with and without traffic, zoomed, and always marked."""

import math
from dataclasses import replace

import numpy as np
import pytest

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.signals import Aspect
from tests.corner_street import AFTERNOON_NS, KERB_VIEW, LIGHT_VIEW, NIGHT_NS, scene, street
from twin.cameras.ground_survey import fit_ground
from twin.cameras.survey import mount
from twin.environment.furniture import MastKind, furnish
from twin.randomness import Seed
from twin.rendering.canvas import Canvas
from twin.rendering.painter import ViewRenderer
from twin.rendering.truth_boxes import frame_truth
from twin.rendering.uprights import Standing, signal_heads

CAR = VehicleClass.CAR
NETWORK = street()
CAMERA = mount(NETWORK, KERB_VIEW)


@pytest.fixture(scope="module")
def kerb() -> ViewRenderer:
    return ViewRenderer(NETWORK, KERB_VIEW, CAMERA, Seed(1))


@pytest.fixture(scope="module")
def light() -> ViewRenderer:
    return ViewRenderer(NETWORK, LIGHT_VIEW, mount(NETWORK, LIGHT_VIEW), Seed(1))


def changed(one: np.ndarray, other: np.ndarray) -> float:
    return (np.abs(one.astype(int) - other.astype(int)).max(axis=2) > 24).mean()


def test_a_picture_has_the_size_of_the_view_and_is_the_same_every_time(kerb: ViewRenderer) -> None:
    here = scene((CAR, -88.0, 5.0, 0.0))
    first, again = kerb.render(here), kerb.render(here)
    assert first.shape == (360, 640, 3)
    assert first.dtype == np.uint8
    assert (first == again).all()
    other = ViewRenderer(NETWORK, KERB_VIEW, CAMERA, Seed(1)).render(here)
    assert (first == other).all()


def test_a_vehicle_changes_its_box_and_its_shadow_only(kerb: ViewRenderer) -> None:
    here = scene((CAR, -88.0, 5.0, 0.0))
    empty, full = kerb.render(scene()), kerb.render(here)
    x0, y0, x1, y1 = frame_truth(here, CAMERA).boxes_px[0].astype(int)
    assert changed(empty[y0:y1, x0:x1], full[y0:y1, x0:x1]) > 0.5
    assert changed(empty[:, : x0 - 120], full[:, : x0 - 120]) == 0


def test_night_is_darker_and_headlamps_shine(kerb: ViewRenderer) -> None:
    day, night = (kerb.render(scene(at_ns=at)) for at in (AFTERNOON_NS, NIGHT_NS))
    assert night.mean() < 0.7 * day.mean()
    coming = scene((CAR, -85.0, -5.0, 180.0), at_ns=NIGHT_NS)
    x0, y0, x1, y1 = frame_truth(coming, CAMERA).boxes_px[0].astype(int)
    assert kerb.render(coming)[y0:y1, x0:x1].max() == 255


def test_the_mark_simulated_is_always_there(kerb: ViewRenderer) -> None:
    corner = (slice(8, 30), slice(540, 632))
    for at_ns in (AFTERNOON_NS, NIGHT_NS):
        amber = kerb.render(scene(at_ns=at_ns))[corner].astype(int)
        assert ((amber[..., 2] > 200) & (amber[..., 0] < 140)).sum() > 60


def test_signal_heads_show_the_aspect_to_those_who_come(light: ViewRenderer) -> None:
    camera = mount(NETWORK, LIGHT_VIEW)
    sight = (camera.position_m, np.zeros(3))
    masts = furnish(NETWORK, NETWORK.roads, sight, Seed(1)).masts
    mast = next(one for one in masts if one.kind is MastKind.SIGNAL and one.group == "w-j")
    u, v = camera.project(signal_heads(mast)[0])[0][0].astype(int)
    red, green = (
        light.render(scene(aspects=(("w-j", aspect),)))[v - 14 : v + 15, u - 8 : u + 9].astype(int)
        for aspect in (Aspect.RED, Aspect.GREEN)
    )
    assert (red[..., 2] - red[..., 1]).max() > 120
    assert (green[..., 1] - green[..., 2]).max() > 60


def test_a_zoomed_picture_shows_the_plate_large_enough_to_read(kerb: ViewRenderer) -> None:
    here = scene((CAR, -88.0, 5.0, 0.0))
    x0, y0, x1, y1 = frame_truth(here, CAMERA).boxes_px[0]
    rear = CAMERA.project([[-90.2, 5.0, 0.7]])[0][0]
    zoomed = CAMERA.aimed_at(rear, 12.0)
    picture = kerb.render_zoomed(here, zoomed, (1280, 720))
    assert picture.shape == (720, 1280, 3)
    middle = picture[300:420, 560:720].mean(axis=2)
    assert middle.max() > 150
    assert middle.min() < 70
    assert (x1 - x0) > 20
    assert (y1 - y0) > 20


def test_the_street_is_the_same_for_every_camera_and_no_thing_stands_on_the_road() -> None:
    far, near = np.array([-300.0, 14.0, 8.0]), np.array([-250.0, 5.0, 0.0])
    one = furnish(NETWORK, NETWORK.roads, (far, near), Seed(1))
    two = furnish(NETWORK, NETWORK.roads, (far + 40, near + 40), Seed(1))
    shared = {tuple(b.corners_m[0]) for b in one.buildings} & {tuple(b.corners_m[0]) for b in two.buildings}
    assert len(shared) > 0.8 * len(one.buildings)
    corners = np.vstack([b.corners_m for b in one.buildings])
    on_main = (np.abs(corners[:, 1]) < 10.5) & (corners[:, 0] < -16)
    assert not on_main.any()


def test_no_other_view_changes_a_picture(kerb: ViewRenderer, light: ViewRenderer) -> None:
    before = kerb.render(scene())
    light.render(scene())
    assert (kerb.render(scene()) == before).all()


def test_wires_hang_from_pole_to_pole_and_show_before_the_sky() -> None:
    camera = mount(NETWORK, LIGHT_VIEW)
    made = furnish(NETWORK, NETWORK.roads, (camera.position_m, np.zeros(3)), Seed(1))
    poles = [mast for mast in made.masts if mast.kind is MastKind.UTILITY]
    arms_m = {(round(x, 6), round(y, 6)) for x, y, _ in (pole.position_m for pole in poles)}
    middle_wires = [wire for wire in made.wires if tuple(np.round(wire.start_m[:2], 6)) in arms_m]
    assert len(middle_wires) == len(made.wires) / 3 > 2
    for wire in middle_wires:
        assert tuple(np.round(wire.end_m[:2], 6)) in arms_m
        span_m = math.dist(wire.start_m[:2], wire.end_m[:2])
        assert 0.0 < wire.sag_m < 0.05 * span_m
    without = Standing(replace(made, wires=()))
    painted = []
    for standing in (Standing(made), without):
        canvas = Canvas(camera, fit_ground(NETWORK, camera))
        standing.raise_all(canvas)
        painted.append(canvas.albedo.astype(int))
    other = np.abs(painted[1] - painted[0]).max(axis=2) > 10
    assert 100 < other.sum() < 0.02 * other.size


def test_no_wire_hangs_before_the_lens() -> None:
    eye_m = CAMERA.position_m
    clear = furnish(NETWORK, NETWORK.roads, (eye_m, np.zeros(3)), Seed(1)).wires
    share = np.linspace(0.0, 1.0, 50)[:, None]
    for wire in clear:
        along = np.array(wire.start_m) + share * np.subtract(wire.end_m, wire.start_m)
        assert np.hypot(*(along[:, :2] - eye_m[:2]).T).min() > 20.0
