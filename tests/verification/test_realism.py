"""Rendered day frames beside a real roadside camera: statistics of both, and their ratio."""

from collections.abc import Callable
from dataclasses import astuple
from datetime import time
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from detectors.datatypes.arrays import UInt8Array
from scenarios.datasets.random_views import random_views
from scenarios.datasets.shots import ShotSpec, shots
from scenarios.spec import load_scenario
from tests.verification.extent import lasting
from tests.verification.realism import Look, fine_share, look_of, names, spectrum
from twin.network import library
from twin.randomness import Seed

CLIP = Path(__file__).parents[3] / "shared" / "data" / "street.mp4"
OSD_ROWS = 44  # of the picture: labels of the camera, which the clip does not have
HOURS = (9.0, 12.0, 15.0)
WITHIN = {  # how far the ratio of rendered to real may be from 1, as a factor
    "brightness": 1.4, "contrast": 1.45, "saturation": 1.6, "gradient": 1.5, "slope": 1.4, "fine": 1.6,
    "entropy": 1.25,
}  # fmt: skip


def clip() -> Path:
    if not CLIP.is_file():
        pytest.skip(f"{CLIP}: the real clip is not here")
    return CLIP


def real_pictures(count: int) -> list[UInt8Array]:
    with av.open(str(clip())) as video:
        frames = [frame.to_ndarray(format="bgr24") for frame in video.decode(video=0)]
    return [frames[row] for row in np.linspace(0, len(frames) - 1, count).astype(int)]


def rendered_pictures(cameras: int) -> list[UInt8Array]:
    views = random_views(library.named("mt-haryono"), Seed(9, ("realism",)), cameras)
    scenario = load_scenario("beruang-madu")
    spec = ShotSpec(scenario, views, (9,), frames=len(HOURS), every_s=4.0, light_hours=HOURS)
    assert scenario.start > time(12)
    return [as_coded(shot.image_bgr)[OSD_ROWS:-OSD_ROWS] for shot in shots(spec)]


def as_coded(picture: UInt8Array) -> UInt8Array:
    """Return the picture as compression leaves it: the clip comes compressed."""
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1], cv2.IMREAD_COLOR)


@pytest.mark.slow
def test_day_frames_are_of_the_kind_that_a_real_camera_gives(
    record_property: Callable[[str, object], None],
) -> None:
    real = look_of(real_pictures(lasting(12, 60)))
    ours = look_of(rendered_pictures(lasting(2, 12)))
    ratios = tell(record_property, real, ours)
    off = {
        name: round(ratios[name], 2) for name, most in WITHIN.items() if not 1 / most <= ratios[name] <= most
    }
    assert off == {}


def tell(record_property: Callable[[str, object], None], real: Look, ours: Look) -> dict[str, float]:
    ratios = {}
    for name, a, b in zip(names(), astuple(real), astuple(ours), strict=True):
        ratios[name] = b / a if abs(a) > 1e-6 else float("nan")
        record_property(f"{name}: real", round(a, 4))
        record_property(f"{name}: rendered", round(b, 4))
        record_property(f"{name}: ratio", round(ratios[name], 3))
    return ratios


def test_statistics_have_their_known_answers() -> None:
    draw = np.random.default_rng(1)
    noise = np.clip(draw.normal(128, 20, (256, 256, 1)), 0, 255).astype(np.uint8).repeat(3, axis=2)
    look = look_of([noise])
    assert look.brightness == pytest.approx(128, abs=1)
    assert look.contrast == pytest.approx(20, rel=0.05)
    assert look.slope == pytest.approx(0, abs=0.05)  # white
    flat = look_of([np.full((64, 64, 3), 90, np.uint8)])
    assert (flat.contrast, flat.gradient, flat.entropy) == (0.0, 0.0, 0.0)


def test_a_spectrum_falls_as_it_was_made_to() -> None:
    size = 256
    radius = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.fftfreq(size)[None])
    radius[0, 0] = 1.0
    phases = np.exp(2j * np.pi * np.random.default_rng(2).random((size, size)))
    picture = np.real(np.fft.ifft2(phases / radius))  # amplitude as 1/f, power as 1/f^2
    frequency, power = spectrum(picture)
    within = (frequency > 0.02) & (frequency < 0.35)
    slope = np.polyfit(np.log(frequency[within]), np.log(power[within]), 1)[0]
    assert slope == pytest.approx(-2.0, abs=0.15)
    assert fine_share(picture) < 0.2
