"""The tracker of a surveyed view: vehicles followed in metres on the ground."""

from dataclasses import replace

import numpy as np

from detectors.datatypes.detections import Detections
from detectors.datatypes.site import SitePlan
from detectors.datatypes.tracks import Track
from detectors.tracking.follower import Follower, Habits
from detectors.tracking.footprint import FootprintModel
from detectors.tracking.order import in_own_order

ON_GROUND = Habits(
    agility=2.5, start_sigma=9.0, still_speed=0.8, reach=1.5, sets_out=0.25, astray=1.5, same=0.5
)


class GroundTracker:
    """Tracker port on the ground plane of one SitePlan."""

    def __init__(self, site: SitePlan, habits: Habits = ON_GROUND) -> None:
        self._footprints = FootprintModel(site)
        bridge_s = habits.bridge_still_s + site.revisit_s
        self._follower = Follower(replace(habits, bridge_still_s=bridge_s))

    def update(self, detections: Detections, timestamp_ns: int) -> tuple[Track, ...]:
        """Return the live tracks after the detections of one frame, ordered by id."""
        ordered = in_own_order(detections)
        fitted = self._footprints.solve(
            ordered.boxes_px.astype(np.float64),
            ordered.classes.astype(np.float64),
            ordered.contact_px.astype(np.float64),
        )
        usable = np.flatnonzero(np.isfinite(fitted.position_m).all(axis=1))
        ordered = ordered.select(usable)
        points, spreads = fitted.position_m[usable], fitted.covariance_m2[usable]
        classes, headings = fitted.classes[usable], fitted.heading_rad[usable]
        self._follower.update(ordered, points, spreads, timestamp_ns)
        for target, row in self._follower.seen_now(timestamp_ns):
            self._follower.vote(target, int(classes[row]), float(headings[row]))
        return self._follower.tracks(timestamp_ns, on_ground=True)
