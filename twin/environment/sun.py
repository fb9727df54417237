"""Where the sun stands over Balikpapan, and how much light it leaves on the street."""

from dataclasses import dataclass

import numpy as np
from astral import Observer
from astral.sun import azimuth, elevation

from detectors.datatypes.arrays import Float64Array
from twin.clock import to_local

BALIKPAPAN = Observer(latitude=-1.26934, longitude=116.85637, elevation=10.0)
FULL_DAY_DEG = 14.0
FULL_NIGHT_DEG = -7.0
LAMPS_BELOW = 0.45


@dataclass(frozen=True, slots=True)
class Sun:
    """The sun in the sky: elevation above the horizon, azimuth anticlockwise from east (rad)."""

    elevation_rad: float
    azimuth_rad: float

    def direction(self) -> Float64Array:
        """Return the unit vector (3,) from the ground to the sun: x east, y north, z up."""
        flat = np.cos(self.elevation_rad)
        return np.array(
            [flat * np.cos(self.azimuth_rad), flat * np.sin(self.azimuth_rad), np.sin(self.elevation_rad)]
        )


def sun_at(timestamp_ns: int) -> Sun:
    """Return the sun over Balikpapan, with refraction (astral, after NOAA's solar calculator)."""
    when = to_local(timestamp_ns)
    from_north_deg = azimuth(BALIKPAPAN, when)
    return Sun(
        elevation_rad=float(np.radians(elevation(BALIKPAPAN, when))),
        azimuth_rad=float(np.radians(90.0 - from_north_deg)),
    )


def ambient(timestamp_ns: int) -> float:
    """Return the daylight level: 1 by day, about 0.3 at sunset, 0 by night.

    Smooth between the sun at FULL_DAY_DEG and FULL_NIGHT_DEG (a parameter, not a measurement: a
    camera's automatic exposure holds the picture until civil twilight is nearly over).
    """
    height_deg = float(np.degrees(sun_at(timestamp_ns).elevation_rad))
    share = float(np.clip((height_deg - FULL_NIGHT_DEG) / (FULL_DAY_DEG - FULL_NIGHT_DEG), 0.0, 1.0))
    return share * share * (3 - 2 * share)


def street_lamps_on(timestamp_ns: int) -> bool:
    """Return whether the street lamps, and the lights of vehicles, are on."""
    return ambient(timestamp_ns) < LAMPS_BELOW
