"""Algebra of the camera: image to ground to image, and what zoom does."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from detectors.datatypes.arrays import ShapeError
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.geometry import GroundPlane
from detectors.datatypes.lens import Lens
from twin.cameras.lenses import Bend, ZoomLens

CAMERAS = st.builds(
    lambda height, yaw, tilt, hfov: PinholeCamera.from_hfov(
        (640, 360), np.radians(hfov), [30.0, -20.0, height], yaw, np.radians(tilt)
    ),
    st.floats(4, 15), st.floats(-3.1, 3.1), st.floats(12, 60), st.floats(20, 75),
)  # fmt: skip
GROUNDS = st.builds(GroundPlane, st.floats(-1, 1), st.floats(-0.03, 0.03), st.floats(-0.03, 0.03))
LENSES = st.builds(
    lambda wide, wider, tele: ZoomLens((Bend(0.7, wide, wider), Bend(0.05, tele))),
    st.floats(-0.25, 0.25), st.floats(-0.02, 0.05), st.floats(-8, 8),
)  # fmt: skip
LOW_PIXELS = st.tuples(st.floats(0, 639), st.floats(200, 359))


@settings(deadline=None, max_examples=60)
@given(CAMERAS, GROUNDS, LOW_PIXELS)
def test_image_to_ground_to_image_returns_the_pixel(
    camera: PinholeCamera, ground: GroundPlane, pixel: tuple[float, float]
) -> None:
    point = camera.ground_points([pixel], ground)
    if np.isfinite(point).all() and np.hypot(*(point[0] - camera.position_m[:2])) < 500:
        back, depth = camera.project(ground.lift(point))
        if depth[0] > 0.1:
            assert np.allclose(back[0], pixel, atol=1e-3)
            flat = camera.image_H_ground(ground) @ [*point[0], 1.0]
            assert np.allclose(flat[:2] / flat[2], pixel, atol=1e-3)


@settings(deadline=None, max_examples=40)
@given(CAMERAS, LOW_PIXELS, st.floats(1, 25))
def test_a_zoomed_camera_has_its_target_in_the_middle_and_is_denser_by_the_zoom(
    camera: PinholeCamera, pixel: tuple[float, float], zoom: float
) -> None:
    zoomed = camera.aimed_at(pixel, zoom)
    far = camera.position_m + 30.0 * camera.rays([pixel])[0]
    assert np.allclose(zoomed.project([far])[0][0], zoomed.centre_px, atol=1e-3)
    assert np.isclose(zoomed.focal_px, zoom * camera.focal_px)


@settings(deadline=None, max_examples=40)
@given(CAMERAS)
def test_the_axes_of_a_camera_are_a_right_handed_frame(camera: PinholeCamera) -> None:
    rotation = camera.rotation_camera_world()
    assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-12)
    assert np.isclose(np.linalg.det(rotation), 1.0)


@settings(deadline=None, max_examples=150)
@given(CAMERAS, LENSES, GROUNDS, LOW_PIXELS, st.floats(1, 25))
def test_image_to_ground_to_image_returns_the_pixel_of_a_bent_picture_at_every_zoom(
    camera: PinholeCamera, lens: ZoomLens, ground: GroundPlane, pixel: tuple[float, float], zoom: float
) -> None:
    zoomed = camera.aimed_at(pixel, zoom)
    try:
        zoomed = replace(zoomed, lens=lens.on(zoomed))
    except ShapeError:  # so bent that the picture folds within its corners: refused, as it should be
        reject()
    pixels = np.array([[0.0, 0.0], [639.0, 359.0], [500.0, 200.0], pixel])
    points = zoomed.ground_points(pixels, ground)
    met = np.isfinite(points).all(axis=1) & (np.hypot(*(points - camera.position_m[:2]).T) < 500)
    back, depth = zoomed.project(ground.lift(points[met]))
    assert back[depth > 0.1] == pytest.approx(pixels[met][depth > 0.1], abs=1e-6)
    flat = zoomed.image_H_ground(ground) @ np.column_stack((points[met], np.ones(met.sum()))).T
    assert zoomed.straightened_px(pixels[met]) == pytest.approx((flat[:2] / flat[2]).T, abs=1e-4)


@given(st.floats(-0.3, 0.3), st.floats(-0.05, 0.05), st.floats(0, 9), st.floats(0, 9))
def test_a_lens_shows_what_is_farther_from_its_axis_farther_out(
    k1: float, k2: float, near: float, far: float
) -> None:
    lens = Lens(k1, k2)
    near, far = sorted((near, far))
    shown = lens.shown(np.array([[near, 0.0], [far, 0.0]]))[:, 0]
    assert shown[0] <= shown[1] + 1e-12
    if shown[1] < 0.999 * lens.widest:
        assert lens.straightened(np.array([shown[1], 0.0]))[0] == pytest.approx(far, rel=1e-6, abs=1e-12)


def test_a_lens_that_would_fold_the_picture_is_refused() -> None:
    with pytest.raises(ShapeError, match="hold up to 171 px from the middle, its corners are 366 px away"):
        PinholeCamera(640, 360, 400.0, np.array([0.0, 0.0, 8.0]), 0.0, 0.3, lens=Lens(-0.81))
