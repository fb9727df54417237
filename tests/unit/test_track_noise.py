"""How wrong tracks of a detector are: what its curves were fitted to, and never better for one unknown."""

import numpy as np
import pytest

from detectors.violations.track_noise import DISTANCES_M, UNKNOWN, TrackNoise, track_noise
from twin.cameras.curves import ERROR_BINS_M, curves_of


@pytest.mark.parametrize("detector", ["motion", "twin"])
def test_the_errors_of_a_detector_are_those_of_its_curves(detector: str) -> None:
    curves, noise = curves_of(detector), track_noise(f"{detector}@size=512x288")
    assert curves is not None
    assert ERROR_BINS_M[:-1] == DISTANCES_M
    np.testing.assert_allclose(noise.along_m, curves.error_m[:, 1], atol=1e-3)
    np.testing.assert_allclose(noise.across_m, curves.error_m[:, 2], atol=1e-3)


def test_of_a_detector_that_was_never_measured_the_worst_is_held_to_be_true() -> None:
    noise = track_noise("onnx:mine.onnx")
    assert noise is UNKNOWN
    for known in ("motion", "twin"):
        assert np.all(np.array(noise.along_m) >= track_noise(known).along_m)
        assert np.all(np.array(noise.across_m) >= track_noise(known).across_m)


def test_an_error_along_the_sight_counts_along_it_and_not_across() -> None:
    noise = TrackNoise(along_m=(1.0, 2.0, 3.0, 4.0, 5.0), across_m=(0.1, 0.2, 0.3, 0.4, 0.5))
    sight = np.array([[30.0, 0.0], [0.0, 30.0], [30.0, 30.0], [0.0, 200.0]])
    found = noise.measured_m(sight, np.array([1.0, 0.0]))
    assert found is not None
    np.testing.assert_allclose(found, [2.0, 0.2, np.hypot(3.0, 0.3) / np.sqrt(2), 0.5])
    assert TrackNoise().measured_m(sight, np.array([1.0, 0.0])) is None
