"""What a real lens shows: bent, and turned a little otherwise on every visit, without painting anew."""

from dataclasses import replace
from math import radians

import cv2
import numpy as np
import pytest

from detectors.datatypes.arrays import Float64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.lens import Lens
from detectors.datatypes.site import DailyWindow
from detectors.datatypes.steps import SnapshotRequest
from detectors.tracking.footprint import FootprintModel
from tests.corner_street import AFTERNOON_NS, KERB_VIEW, LIGHT_VIEW, scene, street
from twin.cameras.head import CameraHead
from twin.cameras.lenses import USUAL_ZOOM_LENS, Bend, ZoomLens
from twin.cameras.ptz import AHEAD, Aim, GuardTour, Look
from twin.cameras.survey import mount, site_plan, surveyed
from twin.clock import NS_PER_S as S
from twin.randomness import Seed
from twin.rendering import backdrop
from twin.rendering.lens_view import LensView
from twin.rendering.painter import ViewRenderer
from twin.rendering.source import TwinView, VirtualControl
from twin.rendering.truth_boxes import frame_truth

NETWORK = street()
TURNING = replace(LIGHT_VIEW, repeatability_rad=radians(0.05))
WINDOW = DailyWindow(16 * 3600, 19 * 3600)
CAR = scene((VehicleClass.CAR, -30.0, 5.0, 0.0))


def test_a_camera_that_stays_and_bends_nothing_has_nothing_to_do() -> None:
    camera = mount(NETWORK, KERB_VIEW)
    lens, canvas = LensView(camera), np.zeros((360, 640, 3), dtype=np.uint8)
    assert lens.painted is camera
    assert lens.picture(canvas, camera) is canvas
    assert lens.real(camera) is camera


@pytest.mark.parametrize("bend", [Lens(-0.3, 0.05), Lens(0.2)])
def test_the_painted_picture_holds_all_that_the_lens_shows(bend: Lens) -> None:
    camera = replace(mount(NETWORK, LIGHT_VIEW), lens=bend)
    lens = LensView(camera, radians(0.2))
    lens.missed = Aim(radians(0.2), radians(-0.2))
    corners = np.array([[0.0, 0.0], [639.0, 0.0], [0.0, 359.0], [639.0, 359.0], [320.0, 0.0], [0.0, 180.0]])
    real = lens.real(lens.painted)
    pixels, _ = lens.painted.project(camera.position_m + real.rays(corners))
    assert (pixels >= 0).all()
    assert (pixels <= [lens.painted.width_px - 1, lens.painted.height_px - 1]).all()
    assert lens.painted.focal_px == camera.focal_px


def test_each_visit_shows_the_street_a_little_otherwise_and_the_survey_knows_nothing_of_it() -> None:
    view = TwinView(NETWORK, TURNING, Seed(3))
    poses = []
    for visit in (10 * S, 70 * S, 10 * S):
        view.come_back(visit)
        poses.append(view.truth(CAR).boxes_px[0])
    assert np.abs(poses[0] - poses[1]).max() > 0.05
    assert poses[0] == pytest.approx(poses[2], abs=0)
    assert np.abs(poses[0] - poses[1]).max() < 4 * 2 * TURNING.repeatability_rad * view.camera.focal_px
    assert (
        surveyed(view.camera, TURNING, Seed(3)).yaw_rad == surveyed(view.camera, LIGHT_VIEW, Seed(3)).yaw_rad
    )


def test_misses_have_the_stated_standard_deviation() -> None:
    view = TwinView(NETWORK, replace(TURNING, size_px=(64, 64)), Seed(5))
    missed = np.array([
        (one.pan_rad, one.tilt_rad) for one in (view._missed("visit", n) for n in range(2000))
    ])  # fmt: skip
    assert missed.std(axis=0) == pytest.approx(TURNING.repeatability_rad, rel=0.06)
    assert missed.mean(axis=0) == pytest.approx(0.0, abs=0.08 * TURNING.repeatability_rad)


def test_a_new_visit_paints_no_street_and_shows_what_a_painter_there_would_show(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    view = TwinView(NETWORK, replace(TURNING, repeatability_rad=radians(0.3)), Seed(3))
    view.frame(CAR, 0)
    painted = []
    monkeypatch.setattr(backdrop.Backdrop, "__init__", lambda *_, **__: painted.append(1))
    view.come_back(7)
    shown = view.frame(CAR, 1).image_bgr
    assert painted == []
    monkeypatch.undo()
    missed = view._missed("visit", 7)
    there = replace(
        view.camera,
        yaw_rad=view.camera.yaw_rad + missed.pan_rad,
        tilt_rad=view.camera.tilt_rad + missed.tilt_rad,
    )
    anew = ViewRenderer(NETWORK, LIGHT_VIEW, there, Seed(3)).render(CAR)
    before = ViewRenderer(NETWORK, LIGHT_VIEW, view.camera, Seed(3)).render(CAR)
    turned = np.array([missed.pan_rad, -missed.tilt_rad]) * view.camera.focal_px
    assert np.abs(turned).max() > 1.0
    assert shift_px(anew, before) == pytest.approx(-turned, abs=0.4)
    assert shift_px(anew, shown) == pytest.approx(0.0, abs=0.1)


def shift_px(one: UInt8Array, other: UInt8Array) -> Float64Array:
    """Return how far (2,) the middle of one picture lies from where the other has it."""
    window = cv2.createHanningWindow((320, 240), cv2.CV_32F)
    middles = [cv2.cvtColor(p, cv2.COLOR_BGR2GRAY)[80:320, 160:480].astype(np.float32) for p in (one, other)]
    return np.array(cv2.phaseCorrelate(*middles, window)[0])


def test_a_view_is_come_back_to_whenever_its_tour_or_a_snapshot_turned_the_head() -> None:
    view = TwinView(NETWORK, replace(TURNING, size_px=(64, 64)), Seed(3))
    tour = GuardTour((Look("light", S, 10 * S), Look("other", S, 10 * S)), AFTERNOON_NS)
    control = VirtualControl(view, CameraHead(tour, turns=True))
    missed = []
    for at_s in (2, 5, 24, 27):
        assert control.looks(scene(at_ns=AFTERNOON_NS + at_s * S))
        missed.append(view._renderer.lens.missed)
    assert missed[0] == missed[1] != missed[2] == missed[3]
    control.request(SnapshotRequest("r", "c", (32.0, 40.0), 4.0, AFTERNOON_NS + 24 * S))
    assert not control.looks(scene(at_ns=AFTERNOON_NS + 26 * S))
    assert control.looks(scene(at_ns=AFTERNOON_NS + 31 * S))
    assert view._renderer.lens.missed not in (*missed, AHEAD)


def test_a_lens_bends_by_its_zoom_and_stays_beyond_the_outermost_calibration() -> None:
    lens = ZoomLens((Bend(0.5, -0.2), Bend(0.05, 4.0)))
    assert lens.at(0.5) == Lens(-0.2, 0.0)
    assert lens.at(0.05).k1 == pytest.approx(4.0)
    middle = lens.at((0.5 * 0.05) ** 0.5)
    assert middle.k1 * 0.025 == pytest.approx((-0.05 + 0.01) / 2)  # halfway on the logarithm of the zoom
    assert lens.at(1.0).k1 * 1.0 == pytest.approx(-0.05)  # the same share at the edge


def test_the_surveyed_lens_is_off_by_its_stated_error_and_so_is_that_of_the_site_plan() -> None:
    spec = replace(LIGHT_VIEW, lens=USUAL_ZOOM_LENS)
    true = mount(NETWORK, spec)
    shares = [surveyed(true, spec, Seed(n)).lens.k1 / true.lens.k1 for n in range(200)]
    assert np.std(shares) == pytest.approx(spec.survey_sigma_lens, rel=0.2)
    plan = site_plan(NETWORK, spec, Seed(1), window=WINDOW)
    assert plan.camera.lens == surveyed(true, spec, Seed(1)).lens != true.lens


def test_the_tracker_straightens_what_a_bent_lens_shows() -> None:
    bent = replace(LIGHT_VIEW, lens=ZoomLens((Bend(0.6, -0.3),)), survey_sigma_lens=0.0)
    seen = scene(*[(VehicleClass.CAR, -x, y, 0.0) for x in (20.0, 35.0, 45.0) for y in (2.0, 5.0, 8.0)])
    placed = {}
    for spec in (LIGHT_VIEW, bent):
        exact = replace(spec, survey_sigma_m=0.0, survey_sigma_rad=0.0)
        site = site_plan(NETWORK, exact, Seed(1), window=WINDOW)
        truth = frame_truth(seen, site.camera)
        unknown = np.full((len(truth.boxes_px), 2), np.nan)
        found = FootprintModel(site).solve(truth.boxes_px, np.full(len(unknown), 9.0), unknown)
        at_m = seen.vehicles.position_m[truth.vehicle_id - 1, :2]
        placed[spec.lens.bends] = np.hypot(*(found.position_m - at_m).T), found.classes
    assert len(placed[True][0]) == len(placed[False][0]) >= 5
    assert placed[True][0].mean() < placed[False][0].mean() + 0.15  # a box around a bent outline is another
    assert (placed[True][1] == placed[False][1]).all()


def test_a_zoomed_snapshot_has_the_lens_of_its_zoom() -> None:
    view = TwinView(NETWORK, replace(LIGHT_VIEW, lens=USUAL_ZOOM_LENS), Seed(1))
    frame = view.snapshot(CAR, SnapshotRequest("r", "c", (320.0, 200.0), 8.0, AFTERNOON_NS))
    assert frame.snapshot is not None
    believed = frame.snapshot.camera
    assert isinstance(believed, PinholeCamera)
    half_tan = believed.width_px / 2 / believed.focal_px
    assert 0 < believed.lens.k1 * half_tan**2 < 0.01
