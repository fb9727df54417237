"""Joins measurements over time: assignment, birth, confirmation, bridging, death."""

from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linear_sum_assignment

from detectors.datatypes.arrays import Float64Array
from detectors.datatypes.detections import Detections, VehicleClass
from detectors.datatypes.plates import PlateReading
from detectors.datatypes.tracks import Track
from detectors.tracking.kalman import Motion
from detectors.tracking.looks import Looks, overlaps, paired

NS_PER_S = 1e9
GATE = 13.8  # chi-squared with two degrees of freedom, 99.9 %
IMAGE = 12.0  # what no overlap in the picture costs, in the unit of a squared Mahalanobis distance
DOUBT = 8.0  # nobody is held to know less than this
STILL_GATE = 3.0  # what stands is told by its box: its place counts so much at most
OFF_SIGHTS = 2  # in a row away from where it stood: it has left
REFUSED = GATE + DOUBT + IMAGE + 1.0


@dataclass(frozen=True, slots=True)
class Habits:
    """What a tracker takes for granted, in its unit (metres on the ground, or pixels).

    `still_speed` is below what a standing vehicle seems to move, beside the doubt of its speed; `reach` the
    least gate of a moving one; `bridge_s` and `bridge_still_s` how long an unseen moving and a standing
    vehicle are kept; `hits` how often it is seen before it is told of. Who keeps for `still_after_s` where
    his box overlaps the one that he had by `same_iou` stands, and is then told by his box alone, which must
    overlap by `still_iou`. No frame for `away_s`: the camera looked elsewhere; then only what stood is known
    again. What stood and was unseen for so long, for that reason or behind others, is known again only where
    its box overlaps the kept one by `same_iou`.
    """

    agility: float
    start_sigma: float
    still_speed: float
    reach: float
    bridge_s: float = 1.5
    bridge_still_s: float = 180.0
    hits: int = 3
    still_after_s: float = 2.0
    away_s: float = 5.0
    same_iou: float = 0.5
    still_iou: float = 0.3


@dataclass(slots=True)
class _Target:
    track_id: int
    first_ns: int
    last_ns: int
    box: tuple[float, float, float, float]
    score: float
    votes: Float64Array
    hits: int = 0
    row: int = -1
    still_since_ns: int | None = None
    plate: PlateReading | None = None
    heading_rad: float | None = None
    anchor: Float64Array = field(default_factory=lambda: np.zeros(4))
    anchored_ns: int = 0
    off: int = 0  # so many sights in a row was it hardly where it stands


class Follower:
    """The part that ground and pixel trackers share. Ids belong to the instance, from 1."""

    def __init__(self, habits: Habits) -> None:
        self._habits = habits
        self._motion = Motion(habits.agility, habits.start_sigma)
        self._looks = Looks()
        self._targets: list[_Target] = []
        self._next_id = 1
        self._now_ns: int | None = None
        self._back_ns: int | None = None

    def update(
        self, detections: Detections, points: Float64Array, spreads: Float64Array, timestamp_ns: int
    ) -> None:
        """Take the measurements of one frame; those that fit no target begin one."""
        elapsed_s = 0.0 if self._now_ns is None else (timestamp_ns - self._now_ns) / NS_PER_S
        self._now_ns = timestamp_ns
        if elapsed_s > self._habits.away_s:
            elapsed_s = 0.0
            self._come_back(timestamp_ns)
        still = self._still() & ~self._off()
        self._motion.predict(elapsed_s, still)
        self._motion.state[still, 2:] *= 0.3
        self._looks.predict(elapsed_s, still)
        targets, rows = self._assign(detections.boxes_px.astype(np.float64), points, spreads, still)
        self._motion.correct(targets, points[rows], spreads[rows])
        since_s = np.array([(timestamp_ns - self._targets[n].last_ns) / NS_PER_S for n in targets])
        self._looks.correct(targets, detections.boxes_px[rows].astype(np.float64), since_s, still[targets])
        for target, row in zip(targets.tolist(), rows.tolist(), strict=True):
            self._see(self._targets[target], detections, row, timestamp_ns)
        self._note_still(timestamp_ns)
        self._forget(timestamp_ns)
        fresh = np.setdiff1d(np.arange(len(detections)), rows)
        self._begin(detections, fresh, points, spreads, timestamp_ns)

    def _begin(
        self,
        detections: Detections,
        rows: np.ndarray,
        points: Float64Array,
        spreads: Float64Array,
        timestamp_ns: int,
    ) -> None:
        for row in rows.tolist():
            votes = np.zeros(len(VehicleClass))
            target = _Target(self._next_id, timestamp_ns, timestamp_ns, _box(detections, row), 0.0, votes)
            self._next_id += 1
            target.anchor, target.anchored_ns = detections.boxes_px[row].astype(np.float64), timestamp_ns
            self._see(target, detections, row, timestamp_ns)
            self._targets.append(target)
        self._motion.add(points[rows], spreads[rows])
        self._looks.add(detections.boxes_px[rows].astype(np.float64))

    def seen_now(self, timestamp_ns: int) -> list[tuple[int, int]]:
        """Return (target, row of its detection) of the targets seen in the frame of that time."""
        return [(n, t.row) for n, t in enumerate(self._targets) if t.last_ns == timestamp_ns]

    def vote(self, row: int, vehicle_class: int, heading_rad: float) -> None:
        """Tell what class and heading one target was just taken for."""
        self._targets[row].votes[vehicle_class] += 1
        self._targets[row].heading_rad = heading_rad

    def tracks(self, timestamp_ns: int, *, on_ground: bool) -> tuple[Track, ...]:
        """Return the confirmed targets, ordered by id."""
        return tuple(
            self._track(target, state, timestamp_ns, on_ground=on_ground)
            for target, state in zip(self._targets, self._motion.state, strict=True)
            if target.hits >= self._habits.hits
        )

    def _still(self) -> np.ndarray:
        return np.array([target.still_since_ns is not None for target in self._targets], dtype=bool)

    def _off(self) -> np.ndarray:
        """Return (N,) who was hardly where he stood when last seen: he is looked for as if he moved."""
        return np.array([target.off > 0 for target in self._targets], dtype=bool)

    def _come_back(self, timestamp_ns: int) -> None:
        """Forget what moved when the camera turned away: where it went nobody saw."""
        self._back_ns = timestamp_ns
        keep = self._still() & self._patient(timestamp_ns)
        self._motion.keep(keep)
        self._looks.keep(keep)
        self._targets = [t for t, kept in zip(self._targets, keep, strict=True) if kept]
        for target in self._targets:
            target.off = 0

    def _assign(
        self, boxes_px: Float64Array, points: Float64Array, spreads: Float64Array, still: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        if not self._targets or not len(points):
            return np.zeros(0, dtype=int), np.zeros(0, dtype=int)
        squared, distance, doubt = self._motion.distances(points, spreads)
        alike = overlaps(self._looks.box, boxes_px)
        allowed = np.where(
            still[:, None],
            alike >= self._habits.still_iou,
            (squared < GATE) | (distance < self._habits.reach) | (alike >= self._habits.same_iou),
        )
        for row in np.flatnonzero(still).tolist():
            if self._unseen_for_long(self._targets[row]):
                allowed[row] = alike[row] >= self._habits.same_iou
        ground = np.minimum(squared, np.where(still, STILL_GATE, GATE)[:, None])
        cost = ground + np.minimum(doubt, DOUBT) + IMAGE * (1.0 - alike)
        cost = np.where(allowed, cost, REFUSED)
        targets, rows = linear_sum_assignment(cost)
        good = cost[targets, rows] < REFUSED
        return targets[good], rows[good]

    def _unseen_for_long(self, target: _Target) -> bool:
        now_ns = self._now_ns or target.last_ns
        gone_s = (now_ns - target.last_ns) / NS_PER_S
        before_gap = self._back_ns is not None and target.last_ns < self._back_ns
        return before_gap or gone_s > self._habits.away_s

    def _see(self, target: _Target, detections: Detections, row: int, timestamp_ns: int) -> None:
        target.last_ns = timestamp_ns
        target.hits += 1
        target.row = row
        target.box = _box(detections, row)
        target.score = float(detections.scores[row])
        plate = detections.plate(row)
        if plate and (target.plate is None or plate.confidence >= target.plate.confidence):
            target.plate = plate

    def _note_still(self, timestamp_ns: int) -> None:
        """Say of a target whose box stays where it was for a while that it stands; else move the anchor."""
        if not self._targets:
            return
        kept = self._looks.box
        stays = paired(kept, np.array([t.anchor for t in self._targets])) >= self._habits.same_iou
        there = paired(kept, np.array([t.box for t in self._targets])) >= self._habits.same_iou
        speed = np.hypot(self._motion.state[:, 2], self._motion.state[:, 3])
        doubt = np.sqrt(self._motion.covariance[:, 2, 2] + self._motion.covariance[:, 3, 3])
        slow = speed < self._habits.still_speed + doubt
        for row, target in enumerate(self._targets):
            if target.last_ns != timestamp_ns:
                continue
            target.off = 0 if there[row] else target.off + 1
            stood_s = (timestamp_ns - target.anchored_ns) / NS_PER_S
            if not stays[row] or (target.still_since_ns is not None and target.off >= OFF_SIGHTS):
                target.anchor, target.anchored_ns = kept[row].copy(), timestamp_ns
                target.still_since_ns = None
            elif target.still_since_ns is None and slow[row] and stood_s >= self._habits.still_after_s:
                target.still_since_ns = timestamp_ns

    def _patient(self, timestamp_ns: int) -> np.ndarray:
        return np.array([self._worth_keeping(t, timestamp_ns) for t in self._targets], dtype=bool)

    def _forget(self, timestamp_ns: int) -> None:
        keep = self._patient(timestamp_ns)
        self._motion.keep(keep)
        self._looks.keep(keep)
        self._targets = [t for t, kept in zip(self._targets, keep, strict=True) if kept]

    def _worth_keeping(self, target: _Target, timestamp_ns: int) -> bool:
        unseen_s = (timestamp_ns - target.last_ns) / NS_PER_S
        if target.hits < self._habits.hits:
            return unseen_s <= self._habits.bridge_s / 2
        patience_s = self._habits.bridge_s if target.still_since_ns is None else self._habits.bridge_still_s
        return unseen_s <= patience_s

    def _track(self, target: _Target, state: Float64Array, timestamp_ns: int, *, on_ground: bool) -> Track:
        x, y, vx, vy = state.tolist()
        known = target.votes[: VehicleClass.UNKNOWN]
        most = int(known.argmax())
        taken_for = VehicleClass(most) if known[most] > 0 else VehicleClass.UNKNOWN
        return Track(
            track_id=target.track_id,
            timestamp_ns=timestamp_ns,
            vehicle_class=taken_for,
            box_px=target.box,
            score=target.score,
            first_seen_ns=target.first_ns,
            last_seen_ns=target.last_ns,
            observed=target.last_ns == timestamp_ns,
            position_m=(x, y) if on_ground else None,
            velocity_mps=(vx, vy) if on_ground else None,
            heading_rad=target.heading_rad if on_ground else None,
            plate=target.plate,
        )


def _box(detections: Detections, row: int) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = detections.boxes_px[row].tolist()
    return x0, y0, x1, y1
