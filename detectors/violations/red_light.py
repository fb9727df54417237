"""Pasal 287(2): passing the stop line while the signal of the approach shows red."""

from detectors.datatypes.site import SitePlan
from detectors.violations import passages
from detectors.violations.crossing_limits import DEFAULT_LIMITS, CrossingLimits
from detectors.violations.passages import Manner, Passages
from detectors.violations.track_noise import DEFAULT_NOISE, TrackNoise

ARTICLE = passages.ARTICLE


class RedLight(Passages):
    """Judges passages but for those of vehicles that waited at the red and set out just before green.

    These are told by `jump_start`: one passage is charged once.
    """

    def __init__(
        self, site: SitePlan, limits: CrossingLimits = DEFAULT_LIMITS, noise: TrackNoise = DEFAULT_NOISE
    ) -> None:
        super().__init__(site, Manner.RUNNING, limits, noise)
