"""What can be measured of a picture without knowing what it shows: light, contrast, edges, frequencies."""

from dataclasses import dataclass, fields

import cv2
import numpy as np

from detectors.datatypes.arrays import Float64Array, UInt8Array

FREQUENCIES = (0.02, 0.35)  # cycles a pixel between which the slope of the spectrum is fitted
FINE = 0.25  # cycles a pixel from which detail counts as fine


@dataclass(frozen=True, slots=True)
class Look:
    """Statistics of grey pictures, means over them.

    `brightness` and `contrast` (mean, standard deviation of grey levels 0..255); `saturation` (HSV, 0..255);
    `dark`, `bright` shares below 16 and above 239; `gradient` the mean Sobel magnitude a pixel;
    `gradient_tail` its 99th over its 50th percentile; `slope` of the logarithm of power over that of
    frequency (about -2 in natural pictures: Field, J. Opt. Soc. Am. A 4, 1987); `fine` share of power at
    FINE cycles a pixel and more, of that without the mean; `entropy` of grey levels, bits.
    """

    brightness: float
    contrast: float
    saturation: float
    dark: float
    bright: float
    gradient: float
    gradient_tail: float
    slope: float
    fine: float
    entropy: float


def look_of(pictures: list[UInt8Array]) -> Look:
    """Return the means of the statistics of pictures (H, W, 3) uint8 BGR."""
    each = np.array([_look(picture) for picture in pictures])
    return Look(*each.mean(axis=0).tolist())


def names() -> tuple[str, ...]:
    """Return what is measured, in order."""
    return tuple(one.name for one in fields(Look))


def _look(picture: UInt8Array) -> list[float]:
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float64)
    saturation = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV)[..., 1]
    steep = np.hypot(cv2.Sobel(grey, cv2.CV_64F, 1, 0), cv2.Sobel(grey, cv2.CV_64F, 0, 1)) / 8.0
    middle, high = np.percentile(steep, [50, 99])
    frequency, power = spectrum(grey)
    within = (frequency >= FREQUENCIES[0]) & (frequency <= FREQUENCIES[1])
    slope = np.polyfit(np.log(frequency[within]), np.log(np.maximum(power[within], 1e-9)), 1)[0]
    counts = np.bincount(grey.astype(np.int64).ravel(), minlength=256) / grey.size
    entropy = -(counts[counts > 0] * np.log2(counts[counts > 0])).sum()
    return [
        grey.mean(), grey.std(), saturation.mean(), (grey < 16).mean(), (grey > 239).mean(), steep.mean(),
        high / max(middle, 0.1), float(slope), fine_share(grey), float(entropy),
    ]  # fmt: skip


def _power(grey: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Return radius in cycles a pixel and power of each component of a picture under a Hann window."""
    window = np.outer(np.hanning(grey.shape[0]), np.hanning(grey.shape[1]))
    power = np.abs(np.fft.fft2((grey - grey.mean()) * window)) ** 2
    radius = np.hypot(np.fft.fftfreq(grey.shape[0])[:, None], np.fft.fftfreq(grey.shape[1])[None])
    return radius, power


def spectrum(grey: Float64Array, bins: int = 40) -> tuple[Float64Array, Float64Array]:
    """Return frequencies (K,) in cycles a pixel and the mean power at each, all directions together."""
    radius, power = _power(grey)
    number = np.floor(radius / 0.5 * bins).astype(np.int64)
    inside = number < bins
    total = np.bincount(number[inside], power[inside], bins)
    count = np.bincount(number[inside], minlength=bins)
    middle = (np.arange(bins) + 0.5) * 0.5 / bins
    return middle[1:], total[1:] / np.maximum(count[1:], 1)


def fine_share(grey: Float64Array) -> float:
    """Return the share of the power that is fine detail."""
    radius, power = _power(grey)
    return float(power[radius >= FINE].sum() / max(power.sum(), 1e-9))
