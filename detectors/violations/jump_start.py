"""Pasal 287(2): setting out over the stop line before green, after having waited at the red."""

from detectors.datatypes.site import SitePlan
from detectors.violations import passages
from detectors.violations.passages import DEFAULT_LIMITS, CrossingLimits, Manner, Passages

ARTICLE = passages.ARTICLE


class JumpStart(Passages):
    """Judges those who stood at a red, by when they entered; an amount is in seconds before green.

    It is a manner of passing the red, so that `red_light` says nothing of the same passage. A green that
    does not come soon is no start: the passage is then one of `red_light`.
    """

    def __init__(self, site: SitePlan, limits: CrossingLimits = DEFAULT_LIMITS) -> None:
        super().__init__(site, Manner.JUMP_START, limits)
