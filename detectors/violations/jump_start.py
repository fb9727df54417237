"""Pasal 287(2): setting out over the stop line before green, after having waited at the red."""

from detectors.datatypes.site import SitePlan
from detectors.violations import passages
from detectors.violations.crossing_limits import DEFAULT_LIMITS, CrossingLimits
from detectors.violations.passages import Manner, Passages
from detectors.violations.track_noise import DEFAULT_NOISE, TrackNoise

ARTICLE = passages.ARTICLE


class JumpStart(Passages):
    """Judges those who stood at a red, by when they entered; an amount is in seconds before green.

    It is a manner of passing the red, so that `red_light` says nothing of the same passage. A green that
    does not come soon is no start: the passage is then one of `red_light`.
    """

    def __init__(
        self, site: SitePlan, limits: CrossingLimits = DEFAULT_LIMITS, noise: TrackNoise = DEFAULT_NOISE
    ) -> None:
        super().__init__(site, Manner.JUMP_START, limits, noise)
