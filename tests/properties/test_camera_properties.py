"""Algebra of the camera: image to ground to image, and what zoom does."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.geometry import GroundPlane

CAMERAS = st.builds(
    lambda height, yaw, tilt, hfov: PinholeCamera.from_hfov(
        (640, 360), np.radians(hfov), [30.0, -20.0, height], yaw, np.radians(tilt)
    ),
    st.floats(4, 15), st.floats(-3.1, 3.1), st.floats(12, 60), st.floats(20, 75),
)  # fmt: skip
GROUNDS = st.builds(GroundPlane, st.floats(-1, 1), st.floats(-0.03, 0.03), st.floats(-0.03, 0.03))
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
