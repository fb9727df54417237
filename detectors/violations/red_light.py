"""Pasal 287(2): passing the stop line while the signal of the approach shows red."""

from detectors.datatypes.site import SitePlan
from detectors.violations import passages
from detectors.violations.passages import DEFAULT_LIMITS, CrossingLimits, Manner, Passages

ARTICLE = passages.ARTICLE


class RedLight(Passages):
    """Judges passages but for those of vehicles that waited at the red and set out just before green.

    These are told by `jump_start`: one passage is charged once.
    """

    def __init__(self, site: SitePlan, limits: CrossingLimits = DEFAULT_LIMITS) -> None:
        super().__init__(site, Manner.RUNNING, limits)
