"""The weather over the street, as data: which kind, how much of it, and how far one sees through it."""

from dataclasses import dataclass
from enum import StrEnum
from math import log

CONTRAST = 0.05  # what is left of the contrast of a black thing at the meteorological optical range
CLEAR_EXTINCTION_PER_M = 1.0 / 900.0  # moist air over a street of the tropics: a range of 2.7 km [?]
NEPER_DB = 4.343  # 10 log10(e): decibels of one e-fold of attenuation
RAIN_MM_PER_H = (2.0, 100.0)  # at intensity 0 and 1: BMKG's light rain, and a tropical downpour
RAIN_TAKES = 0.22  # daylight that rain clouds take: lamps come on earlier [?]
HAZE_M = (2_000.0, 200.0)  # optical range at intensity 0 and 1: haze, and the smoke of a bad season [?]


class Sky(StrEnum):
    """The kind of weather."""

    CLEAR = "clear"
    RAIN = "rain"
    HAZE = "haze"


@dataclass(frozen=True, slots=True)
class Weather:
    """A kind of weather with its intensity, 0 to 1.

    `range_m` is the meteorological optical range where it is known, None for what kind and intensity
    give. Raises ValueError for an intensity outside 0..1 or a range that is not positive.
    """

    sky: Sky = Sky.CLEAR
    intensity: float = 0.5
    range_m: float | None = None

    def __post_init__(self) -> None:
        if not 0.0 <= self.intensity <= 1.0:
            msg = f"weather {self.sky.value}: expected an intensity from 0 to 1, got {self.intensity:g}"
            raise ValueError(msg)
        if self.range_m is not None and not self.range_m > 0:
            msg = f"weather {self.sky.value}: expected a positive visibility in m, got {self.range_m:g}"
            raise ValueError(msg)

    @property
    def rain_mm_per_h(self) -> float:
        """The rate of rain, 0 in any other weather; BMKG calls more than 20 mm/h very heavy."""
        low, high = RAIN_MM_PER_H
        return float(low * (high / low) ** self.intensity) if self.sky is Sky.RAIN else 0.0

    @property
    def extinction_per_m(self) -> float:
        """The extinction of the air (1/m).

        Haze: -ln(0.05) / range, the definition of the meteorological optical range (WMO-No. 8, Guide to
        Instruments and Methods of Observation, chapter on visibility). Rain adds 1.076 R^0.67 dB/km at
        R mm/h (ITU-R P.1814, after Carbonneau and Wisely, 1998) to the extinction of the air.
        """
        if self.range_m is not None:
            return -log(CONTRAST) / self.range_m
        if self.sky is Sky.HAZE:
            far, near = HAZE_M
            return float(-log(CONTRAST) / (far * (near / far) ** self.intensity))
        rain = 1.076 * self.rain_mm_per_h**0.67 / NEPER_DB / 1000.0 if self.sky is Sky.RAIN else 0.0
        return float(CLEAR_EXTINCTION_PER_M + rain)

    @property
    def visibility_m(self) -> float:
        """The meteorological optical range."""
        return -log(CONTRAST) / self.extinction_per_m

    @property
    def clouds(self) -> float:
        """How much of the direct sun is kept from the street, 0..1 [?]."""
        if self.sky is Sky.HAZE:
            return 0.35 + 0.55 * self.intensity
        return 1.0 if self.sky is Sky.RAIN else 0.0

    @property
    def wet(self) -> float:
        """How much of a film of water lies on the street, 0 dry to 1 [?]."""
        return 0.55 + 0.45 * self.intensity if self.sky is Sky.RAIN else 0.0


CLEAR = Weather()
