"""How wrong tracked places are, by detector: what was measured where there is something measured."""

from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import Float64Array

DISTANCES_M = (0.0, 20.0, 40.0, 60.0, 90.0)
"""From where on, from the foot of the camera, each of the errors below holds."""


@dataclass(frozen=True, slots=True)
class TrackNoise:
    """How wrong tracked places are; what is marked [?] is to be replaced by what a detector was measured at.

    A place is off by `place_m` [?] on the ground and by `box_px` [?] in the picture, or, where that was
    measured, by `along_m` along the line of sight and `across_m` across it, each by DISTANCES_M. An error
    lasts for `lasts_s` [?] (it decays exponentially). What is held to touch the ground may be `contact_m`
    [?] above it: a detector that takes the bumper for the tyre makes every way longer. Where `box_px` is
    more than `coarse_m` [?] on the ground, the picture is too coarse to measure in. Intervals are
    `sigmas` standard errors wide to each side: 2.6 are 99 %. A track that strays by `uneven_m` [?] from a
    smooth motion is not of one vehicle.
    """

    place_m: float = 0.35
    box_px: float = 2.0
    lasts_s: float = 2.0
    contact_m: float = 0.15
    coarse_m: float = 1.0
    sigmas: float = 2.6
    uneven_m: float = 1.5
    along_m: tuple[float, ...] = ()
    across_m: tuple[float, ...] = ()

    def measured_m(self, sight: Float64Array, course: Float64Array) -> Float64Array | None:
        """Return (N,) the error along a course (2,) at ways (N, 2) from the camera; None: not measured."""
        if not self.along_m:
            return None
        far_m = np.hypot(*sight.T)
        row = np.searchsorted(DISTANCES_M, far_m, side="right") - 1
        ahead = sight @ course / np.maximum(far_m, 1e-9)
        across = np.sqrt(np.maximum(0.0, 1.0 - ahead**2))
        along_m, across_m = np.asarray(self.along_m)[row], np.asarray(self.across_m)[row]
        return np.asarray(np.hypot(along_m * ahead, across_m * across))


DEFAULT_NOISE = TrackNoise()
# the `error_m` of the curves of analytic sensing, fitted on 36 rendered views: 2026-11-26 and 2026-11-27
MOTION = TrackNoise(along_m=(1.069, 1.589, 3.227, 4.498, 7.022), across_m=(0.531, 0.430, 0.356, 0.435, 0.600))
TWIN = TrackNoise(along_m=(0.631, 0.478, 0.864, 1.442, 3.807), across_m=(0.244, 0.169, 0.120, 0.189, 0.319))
UNKNOWN = TrackNoise(
    along_m=tuple(map(max, MOTION.along_m, TWIN.along_m)),
    across_m=tuple(map(max, MOTION.across_m, TWIN.across_m)),
)


def track_noise(detector: str) -> TrackNoise:
    """Return how wrong tracks of a detector are; of one that was never measured, as the worst that were."""
    name = detector.partition("@")[0]
    return {"oracle": DEFAULT_NOISE, "motion": MOTION, "twin": TWIN}.get(name, UNKNOWN)
