"""Where things are drawn: as the model of the camera has it, at every zoom."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.datatypes.arrays import Float64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.geometry import GroundPlane
from tests.corner_street import AFTERNOON_NS, KERB_VIEW, LIGHT_VIEW, scene, street
from twin.cameras.lenses import USUAL_ZOOM_LENS, Bend, ZoomLens
from twin.cameras.optics import resized
from twin.cameras.survey import mount
from twin.network.roadside import section
from twin.randomness import Seed
from twin.rendering.bodies import bodies
from twin.rendering.fleet import in_place
from twin.rendering.grading import graded
from twin.rendering.lens_view import LensView
from twin.rendering.light import light_at
from twin.rendering.painter import ViewRenderer
from twin.rendering.raster import fill_faces, scratch

NETWORK = street()
LINE_M = 0.4  # how broad a stop line is
ZOOMS = (1.0, 3.0, 8.0)
BARREL = ZoomLens((Bend(0.6, -0.3, 0.05), Bend(0.1, 3.0)))  # 10 % at the edge, and a cushion where it is long
LENSES = (ZoomLens(), USUAL_ZOOM_LENS, BARREL)
OFFSETS_M = np.linspace(0.9, 2.4, 31)  # within a lane, clear of its lines


@given(
    st.floats(0, 639), st.floats(190, 359), st.floats(1, 25), st.floats(-0.05, 0.05), st.floats(-0.05, 0.05)
)
def test_image_to_ground_to_image_is_exact(
    u: float, v: float, zoom: float, slope_x: float, slope_y: float
) -> None:
    for lens in LENSES:
        there_and_back(bent(mount(NETWORK, KERB_VIEW).aimed_at((u, v), zoom), lens), slope_x, slope_y)


def bent(camera: PinholeCamera, lens: ZoomLens) -> PinholeCamera:
    return replace(camera, lens=lens.on(camera))


def there_and_back(camera: PinholeCamera, slope_x: float, slope_y: float) -> None:
    z0_m = -slope_x * camera.position_m[0] - slope_y * camera.position_m[1]
    ground = GroundPlane(float(z0_m), slope_x, slope_y)
    pixels = np.array([[0.0, 0.0], [639.0, 359.0], [320.0, 180.0], [12.5, 340.25]])
    at_m = camera.ground_points(pixels, ground)
    met = np.isfinite(at_m).all(axis=1) & (np.hypot(*(at_m - camera.position_m[:2]).T) < 500.0)
    heights_m = ground.height_m(at_m[met])
    back, _ = camera.project(np.column_stack((at_m[met], heights_m)))
    assert back == pytest.approx(pixels[met], abs=1e-6)


def on_road(along_m: Float64Array, offset_m: float) -> Float64Array:
    """Return points (N, 3) along the approach and straight on beyond its end."""
    road = NETWORK.road_of["w-j"]
    end_m = section(NETWORK, road).points_m(np.array([road.length_m]), offset_m)
    heading = road.heading_at(road.length_m)
    ahead = np.array([np.cos(heading), np.sin(heading), 0.0])
    return np.asarray(end_m + (along_m - road.length_m)[:, None] * ahead)


def edges_px(picture: UInt8Array, camera: PinholeCamera, along_m: Float64Array) -> list[float]:
    """Return how many pixels both edges of the stop line lie from the model, over many tracks across it."""
    cut = section(NETWORK, NETWORK.road_of["w-j"])
    sent = graded(np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2), light_at(AFTERNOON_NS))
    # edges lie where the light is halfway, not where the camera's tone curve is
    light = np.interp(np.arange(256.0), *np.unique(sent[0, :, 0], return_index=True))
    grey = light[cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)].astype(np.float32)
    shown = np.zeros(len(along_m))
    for offset_m in OFFSETS_M:
        track, _ = camera.project(on_road(along_m, offset_m))
        columns, rows = (track[None, :, i].astype(np.float32) for i in (0, 1))
        shown += cv2.remap(grey, columns, rows, cv2.INTER_LINEAR)[0] / len(OFFSETS_M)
    inside = (along_m > cut.road.length_m - LINE_M) & (along_m < cut.road.length_m)
    middle = (np.median(shown[inside]) + np.median(shown[~inside])) / 2
    steps = np.flatnonzero(np.diff((shown > middle).astype(int)) != 0)
    track, _ = camera.project(on_road(along_m, float(OFFSETS_M.mean())))
    away = []
    for model_m in (cut.road.length_m - LINE_M, cut.road.length_m):
        model, _ = camera.project(on_road(np.array([model_m]), float(OFFSETS_M.mean())))
        away.append(float(np.hypot(*(track[steps] - model).T).min()))
    return away


@pytest.mark.parametrize("lens", LENSES)
@pytest.mark.parametrize("zoom", ZOOMS)
def test_the_stop_line_is_where_the_model_has_it(zoom: float, lens: ZoomLens) -> None:
    camera = bent(mount(NETWORK, LIGHT_VIEW), lens)
    road = NETWORK.road_of["w-j"]
    renderer = ViewRenderer(NETWORK, LIGHT_VIEW, camera, Seed(1))
    middle, _ = camera.project(section(NETWORK, road).points_m(np.array([road.length_m - LINE_M / 2]), 1.5))
    aimed = camera if zoom == 1.0 else resized(bent(camera.aimed_at(middle[0], zoom), lens), (1280, 720))
    picture = renderer.render(scene()) if zoom == 1.0 else renderer.render_zoomed(scene(), aimed, (1280, 720))
    along = np.linspace(road.length_m - LINE_M - 0.5, road.length_m + 0.5, 1401)
    assert max(edges_px(picture, aimed, along)) <= 0.5


@pytest.mark.parametrize("lens", LENSES)
@pytest.mark.parametrize("zoom", [4.0, 8.0, 16.0])
def test_the_corners_of_a_plate_are_where_the_model_has_them(zoom: float, lens: ZoomLens) -> None:
    here = scene((VehicleClass.CAR, -88.0, 5.0, 0.0))
    camera = resized(mount(NETWORK, KERB_VIEW).aimed_at(
        mount(NETWORK, KERB_VIEW).project([[-90.2, 5.0, 0.7]])[0][0], zoom
    ), (1280, 720))  # fmt: skip
    camera = bent(replace(camera, yaw_rad=camera.yaw_rad + 0.3 / zoom), lens)  # near the edge of the picture
    shown = LensView(camera)
    body = bodies(shown.painted, here.vehicles, light_at(AFTERNOON_NS))[0]
    assert body.plate_px is not None
    shape, _, points = in_place(here.vehicles)[0]
    corners_m = points[0][shape.faces[shape.rear_plate, :4]]
    painted, _ = shown.painted.project(corners_m)
    assert body.plate_px == pytest.approx(painted, abs=1e-6)
    model, _ = camera.project(corners_m)
    canvas = np.zeros((shown.painted.height_px, shown.painted.width_px, 3), dtype=np.uint8)
    fill_faces(canvas, body.plate_px[None], np.array([4]), np.full((1, 3), 255.0), scratch(canvas))
    canvas = shown.picture(canvas, shown.painted)
    for v in np.round(np.linspace(*np.sort(model[:, 1])[1:3], 7)[1:-1]):
        crossings = sorted(_crossings(model, float(v)))
        row = canvas[int(v), :, 0] / 255.0
        middle, width = float(row @ np.arange(1280) / row.sum()), float(row.sum())
        assert [middle - width / 2, middle + width / 2] == pytest.approx(crossings, abs=0.5)


def _crossings(outline: Float64Array, v: float) -> list[float]:
    """Return where the line of pixels `v` enters and leaves an outline (K, 2)."""
    pairs = zip(outline, np.roll(outline, -1, axis=0), strict=True)
    return [
        float(a[0] + (v - a[1]) * (b[0] - a[0]) / (b[1] - a[1]))
        for a, b in pairs
        if (a[1] <= v) != (b[1] <= v)
    ]
