"""The light on the street at one minute: sun, sky, street lamps, and what a camera makes of them."""

from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import Float64Array
from twin.environment.sun import LAMPS_BELOW, ambient, sun_at
from twin.randomness import Seed

STEP_NS = 60_000_000_000  # the light is constant within a minute

SKY_DAY = np.array([0.56, 0.50, 0.47])
SKY_WARMER = np.array([-0.07, -0.015, 0.05])  # towards a low sun
SKY_NIGHT = np.array([0.115, 0.085, 0.075])
SUN_HIGH = np.array([0.88, 0.97, 1.05])
SUN_LOW = np.array([0.34, 0.64, 1.05])
LAMP_BGR = np.array([0.42, 0.60, 0.76])
ZENITH = np.array([[52.0, 30.0, 22.0], [215.0, 160.0, 105.0]])
HORIZON = np.array([[66.0, 46.0, 40.0], [238.0, 226.0, 212.0]])
GLOW_AT_SUNSET = np.array([70.0, 130.0, 235.0])
HIGH_SUN_DEG = 32.0


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """Light of one minute; colours are BGR.

    `sun` (3,) points to the sun; `sun_bgr`, `sky_bgr`, `lamp_bgr` (3,) multiply an albedo;
    `zenith_bgr`, `horizon_bgr` (3,) are the sky from 0 to 255; `lamps` 0..1 is how far lamps are on;
    `noise_sigma` is the sensor noise in grey levels.
    """

    key: int
    sun: Float64Array
    sun_bgr: Float64Array
    sky_bgr: Float64Array
    lamp_bgr: Float64Array
    zenith_bgr: Float64Array
    horizon_bgr: Float64Array
    lamps: float
    noise_sigma: float

    @property
    def casts_shadows(self) -> bool:
        """Return whether the sun is strong enough for shadows that can be seen."""
        return float(self.sun_bgr.max()) > 0.05


def light_key(timestamp_ns: int) -> int:
    """Return the minute that a timestamp belongs to."""
    return timestamp_ns // STEP_NS


def light_at(timestamp_ns: int) -> Light:
    """Return the light of the minute of a timestamp."""
    key = light_key(timestamp_ns)
    when_ns = key * STEP_NS
    sun, level = sun_at(when_ns), ambient(when_ns)
    height_deg = float(np.degrees(sun.elevation_rad))
    warm = float(np.clip(height_deg / HIGH_SUN_DEG, 0.0, 1.0)) ** 0.7
    strength = float(np.clip(height_deg / 7.0, 0.0, 1.0))
    sun_bgr = strength * (SUN_LOW + warm * (SUN_HIGH - SUN_LOW))
    sky_bgr = SKY_NIGHT + level * (SKY_DAY + (1.0 - warm) * SKY_WARMER - SKY_NIGHT)
    exposure = _exposure(sun_bgr, sky_bgr, height_deg, level)
    lamps = float(np.clip((LAMPS_BELOW - level) / 0.2, 0.0, 1.0))
    sunset = float(np.exp(-((height_deg - 1.0) ** 2) / 18.0))
    horizon = HORIZON[0] + level**0.6 * (HORIZON[1] - HORIZON[0])
    return Light(
        key=key,
        sun=sun.direction(),
        sun_bgr=sun_bgr * exposure,
        sky_bgr=sky_bgr * exposure,
        lamp_bgr=LAMP_BGR * lamps,
        zenith_bgr=ZENITH[0] + level**0.8 * (ZENITH[1] - ZENITH[0]),
        horizon_bgr=horizon + 0.6 * sunset * (GLOW_AT_SUNSET - horizon),
        lamps=lamps,
        noise_sigma=1.4 + 3.0 * (1.0 - level) ** 2,
    )


def _exposure(sun_bgr: Float64Array, sky_bgr: Float64Array, height_deg: float, level: float) -> float:
    """Return the camera's automatic gain: level ground is held near its albedo while there is light."""
    on_ground = sky_bgr.mean() + sun_bgr.mean() * max(np.sin(np.radians(height_deg)), 0.0)
    wanted = 0.16 + 0.96 * min(1.0, level / 0.6) ** 0.7
    return float(np.clip(wanted / on_ground, 0.5, 1.6))


def noise_plate(size_px: tuple[int, int], sigma: float, seed: Seed) -> Float64Array:
    """Return sensor noise (height, width, 3), slightly blurred as compression leaves it."""
    draw = seed.generator("noise", size_px[0], size_px[1], round(sigma * 100))
    fine = draw.normal(0.0, sigma, (size_px[1], size_px[0], 1))
    colour = draw.normal(0.0, 0.45 * sigma, (size_px[1], size_px[0], 3))
    soft = (fine + np.roll(fine, 1, axis=1)) * 0.7 + (colour + np.roll(colour, 1, axis=0)) * 0.7
    return np.asarray(soft, dtype=np.float64)
