"""The light on the street at one minute: sun, sky, street lamps, and what a camera makes of them."""

from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import Float64Array
from twin.environment.sun import LAMPS_BELOW, ambient, sun_at
from twin.environment.weather import CLEAR, CLEAR_EXTINCTION_PER_M, RAIN_TAKES, Sky, Weather
from twin.randomness import Seed

STEP_NS = 60_000_000_000  # the light is constant within a minute

SKY_DAY = np.array([0.56, 0.50, 0.47])
SKY_WARMER = np.array([-0.07, -0.015, 0.05])  # towards a low sun
SKY_NIGHT = np.array([0.115, 0.085, 0.075])
SUN_HIGH = np.array([0.88, 0.97, 1.05])
SUN_LOW = np.array([0.46, 0.86, 1.41])  # as bright as a high one: how much comes through is `through_sky`
LAMP_BGR = np.array([0.42, 0.60, 0.76])
ZENITH = np.array([[52.0, 30.0, 22.0], [215.0, 160.0, 105.0]])
HORIZON = np.array([[66.0, 46.0, 40.0], [238.0, 226.0, 212.0]])
GLOW_AT_SUNSET = np.array([70.0, 130.0, 235.0])
HIGH_SUN_DEG = 32.0
SUN_WIDTH_DEG = 0.53
AIRLIGHT = 0.92  # the air before a far thing is nearly as bright as the horizon
SUN_THROUGH_VEIL = 0.4  # a weaker sun, as a share of the sky, leaves no edge of a shadow in haze [?]
DIFFUSE = 0.55  # what clouds take from the sun and give to the sky [?]
OVERCAST_BGR = np.array([214.0, 208.0, 202.0])
SMOKE_BGR = np.array([196.0, 208.0, 216.0])
SHUTTER_S = (1 / 30, 1 / 250)  # what a camera exposes by night and by day, where nobody set it [?]
SPREAD_M = 80.0  # the way through the air over which a lamp gets its halo [?]
SCATTERED = 60.0  # grey levels that lamps of the street give to air that scatters all of it [?]


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """Light of one minute; colours are BGR.

    `sun` (3,) points to the sun; `sun_bgr`, `sky_bgr`, `lamp_bgr` (3,) multiply an albedo;
    `zenith_bgr`, `horizon_bgr` (3,) are the sky from 0 to 255; `lamps` 0..1 is how far lamps are on;
    `noise_sigma` is the sensor noise in grey levels, `shutter_s` how long a frame is exposed.
    `air_bgr` (3,) is the airlight, 0..255, into which things fade by `extinction_per_m`; `wet` and
    `rain` 0..1 are the water on the street and in the air.
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
    shutter_s: float
    air_bgr: Float64Array
    extinction_per_m: float = CLEAR_EXTINCTION_PER_M
    wet: float = 0.0
    rain: float = 0.0

    @property
    def veil_per_m(self) -> float:
        """The extinction beyond that of clear air, of which the colours of vehicles know already."""
        return max(self.extinction_per_m - CLEAR_EXTINCTION_PER_M, 0.0)

    def through_air(self, depth_m: float) -> float:
        """Return the share of light that the veil lets through over a distance (Beer and Lambert)."""
        return float(np.exp(-self.veil_per_m * depth_m))

    @property
    def casts_shadows(self) -> bool:
        """Return whether the sun is strong enough for shadows that can be seen."""
        least = 0.05 if self.veil_per_m <= 0 else SUN_THROUGH_VEIL * float(self.sky_bgr.max())
        return float(self.sun_bgr.max()) > least


def scattering(light: Light) -> float:
    """Return how much of the light of a lamp the air around it spreads, 0 in clear air."""
    return 1.0 - light.through_air(SPREAD_M)


def light_key(timestamp_ns: int) -> int:
    """Return the minute that a timestamp belongs to."""
    return timestamp_ns // STEP_NS


def light_at(timestamp_ns: int, weather: Weather = CLEAR) -> Light:
    """Return the light of the minute of a timestamp in a weather."""
    key = light_key(timestamp_ns)
    when_ns = key * STEP_NS
    sun, level = sun_at(when_ns), ambient(when_ns)
    height_deg = float(np.degrees(sun.elevation_rad))
    warm = float(np.clip(height_deg / HIGH_SUN_DEG, 0.0, 1.0)) ** 0.7
    strength = through_sky(height_deg) * (1.0 - weather.clouds)
    level *= 1.0 - (RAIN_TAKES if weather.sky is Sky.RAIN else 0.0)
    sun_bgr = strength * (SUN_LOW + warm * (SUN_HIGH - SUN_LOW))
    sky_bgr = SKY_NIGHT + level * (SKY_DAY + (1.0 - warm) * SKY_WARMER - SKY_NIGHT)
    sky_bgr = sky_bgr * (1.0 + DIFFUSE * weather.clouds)
    exposure = _exposure(sun_bgr, sky_bgr, height_deg, level)
    lamps = float(np.clip((LAMPS_BELOW - level) / 0.2, 0.0, 1.0))
    scattered = SCATTERED * lamps * LAMP_BGR * (weather.sky is not Sky.CLEAR)
    zenith, horizon = (sky + scattered for sky in _heaven(height_deg, level, weather))
    return Light(
        key=key,
        sun=sun.direction(),
        sun_bgr=sun_bgr * exposure,
        sky_bgr=sky_bgr * exposure,
        lamp_bgr=LAMP_BGR * lamps,
        zenith_bgr=zenith,
        horizon_bgr=horizon,
        lamps=lamps,
        noise_sigma=1.4 + 3.0 * (1.0 - level) ** 2,
        shutter_s=float(SHUTTER_S[0] * (SHUTTER_S[1] / SHUTTER_S[0]) ** level),
        air_bgr=AIRLIGHT * horizon,
        extinction_per_m=weather.extinction_per_m,
        wet=weather.wet,
        rain=weather.intensity if weather.sky is Sky.RAIN else 0.0,
    )


def through_sky(height_deg: float) -> float:
    """Return how much of the light of a high sun comes from one at a height above the horizon.

    Air mass: Kasten and Young, Applied Optics 28 (1989) 4735; what it takes, 0.7 to the power of its 0.678th:
    Meinel and Meinel, Applied Solar Energy (1976), here as a share of what air mass 1 leaves.
    """
    if height_deg <= 0.0:
        return 0.0
    mass = 1.0 / (np.sin(np.radians(height_deg)) + 0.50572 * (height_deg + 6.07995) ** -1.6364)
    rising = min(1.0, height_deg / SUN_WIDTH_DEG)
    return float(rising * min(1.0, 0.7 ** (mass**0.678 - 1.0)))


def _heaven(height_deg: float, level: float, weather: Weather) -> tuple[Float64Array, Float64Array]:
    """Return the colours (3,) of zenith and horizon: a sunset, or what clouds and smoke make of them."""
    sunset = float(np.exp(-((height_deg - 1.0) ** 2) / 18.0))
    zenith = ZENITH[0] + level**0.8 * (ZENITH[1] - ZENITH[0])
    horizon = HORIZON[0] + level**0.6 * (HORIZON[1] - HORIZON[0])
    horizon = horizon + 0.6 * sunset * (GLOW_AT_SUNSET - horizon)
    if weather.sky is Sky.CLEAR:
        return zenith, horizon
    grey = SMOKE_BGR if weather.sky is Sky.HAZE else OVERCAST_BGR
    veil = HORIZON[0] + level**0.6 * (grey - HORIZON[0])
    return zenith + weather.clouds * (0.86 * veil - zenith), horizon + weather.clouds * (veil - horizon)


def _exposure(sun_bgr: Float64Array, sky_bgr: Float64Array, height_deg: float, level: float) -> float:
    """Return the camera's automatic gain: level ground is held near its albedo while there is light."""
    on_ground = sky_bgr.mean() + sun_bgr.mean() * max(np.sin(np.radians(height_deg)), 0.0)
    wanted = 0.16 + 0.96 * min(1.0, level / 0.6) ** 0.7
    return float(np.clip(wanted / on_ground, 0.5, 1.6))


def noise_plate(size_px: tuple[int, int], sigma: float, seed: Seed) -> Float64Array:
    """Return sensor noise (height, width, 3), blurred a little: pixels take colours from those beside."""
    draw = seed.generator("noise", size_px[0], size_px[1], round(sigma * 100))
    fine = draw.normal(0.0, sigma, (size_px[1], size_px[0], 1))
    colour = draw.normal(0.0, 0.45 * sigma, (size_px[1], size_px[0], 3))
    soft = (fine + np.roll(fine, 1, axis=1)) * 0.7 + (colour + np.roll(colour, 1, axis=0)) * 0.7
    return np.asarray(soft, dtype=np.float64)
