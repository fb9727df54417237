"""Joins measurements over time: assignment, birth, confirmation, bridging, death."""

import math
from collections import deque
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array
from detectors.datatypes.detections import Detections, VehicleClass
from detectors.datatypes.plates import PlateReading
from detectors.datatypes.tracks import Track
from detectors.tracking.joining import GATE, SAME_IOU, Likeness, Who, pairs
from detectors.tracking.kalman import Motion
from detectors.tracking.looks import Looks, leaps, overlaps, paired, shift
from detectors.tracking.stands import LEFT_IOU, Stands
from detectors.tracking.stirring import Stirring

NS_PER_S = 1e9
ASTRAY_NS = 3_000_000_000  # who leaves so soon after that may be another [?]
UNSEEN_S = 0.5  # who stood, was not seen for longer and is found elsewhere may be another [?]
LAST_READINGS, AGREED = 9, 0.75  # how much of so many, by confidence, must be of one plate [?]
NONE = np.zeros(0, dtype=np.int64)
_CLASSES = tuple(VehicleClass)


@dataclass(frozen=True, slots=True)
class Habits:
    """What a tracker takes for granted, in its unit (metres on the ground, or pixels).

    `still_speed` is below what a standing vehicle seems to move, beside the doubt of its speed; `reach` the
    least gate of a moving one; `bridge_s` and `bridge_still_s` how long an unseen moving and a standing
    vehicle are kept; `hits` how often it is seen before it is told of. No frame for `away_s`: the camera
    looked elsewhere; then only what stood is known again. What stood and was unseen for so long, for that
    reason or behind others, is known again only where its box is in the place of the kept one. Who stood and
    is measured `sets_out` away from there is taken to have set out; a box `astray` from there is of another
    who covers him; one within `same` of where somebody is expected is his.
    """

    agility: float
    start_sigma: float
    still_speed: float
    reach: float
    bridge_s: float = 1.5
    bridge_still_s: float = 180.0
    hits: int = 3
    away_s: float = 5.0
    sets_out: float = math.inf
    astray: float = math.inf
    same: float = 0.0


@dataclass(slots=True)
class _Target:
    track_id: int
    first_ns: int
    last_ns: int
    box: tuple[float, float, float, float]
    score: float
    votes: list[int]
    taken: int = int(VehicleClass.UNKNOWN)  # the class with most votes
    hits: int = 0
    row: int = -1
    named: deque[PlateReading] = field(default_factory=partial(deque, maxlen=LAST_READINGS))
    plate: PlateReading | None = None
    heading_rad: float | None = None
    leapt_ns: int | None = None
    astray_ns: int | None = None  # when a box elsewhere on the ground was last taken for him while he stood

    def read(self, plate: PlateReading) -> None:
        """Take one more reading: the plate is what nearly all of the last show, else there is none.

        One frame in which somebody else was taken for this vehicle must not name him for what it did, nor,
        where the track has gone on with another, the first for what that one does.
        """
        self.named.append(plate)
        alike = [one for one in self.named if one.text == plate.text]
        wanted = AGREED * sum(one.confidence for one in self.named)
        if sum(one.confidence for one in alike) >= wanted:
            self.plate = max(alike, key=lambda one: one.confidence)
        elif self.plate is not None:
            known = sum(one.confidence for one in self.named if one.text == self.plate.text)
            self.plate = self.plate if known >= wanted else None


class Follower:
    """The part that ground and pixel trackers share. Ids belong to the instance, from 1."""

    def __init__(self, habits: Habits) -> None:
        self._habits = habits
        self._motion = Motion(habits.agility, habits.start_sigma)
        self._looks = Looks()
        self._stands = Stands()
        self._stirring = Stirring(habits.sets_out)
        self._targets: list[_Target] = []
        self._next_id = 1
        self._now_ns: int | None = None
        self._before_ns = 0
        self._back_ns: int | None = None

    def update(
        self, detections: Detections, points: Float64Array, spreads: Float64Array, timestamp_ns: int
    ) -> None:
        """Take the measurements of one frame; those that fit no target begin one."""
        elapsed_s = 0.0 if self._now_ns is None else (timestamp_ns - self._now_ns) / NS_PER_S
        self._before_ns, self._now_ns = self._now_ns or 0, timestamp_ns
        if elapsed_s > self._habits.away_s:
            elapsed_s = 0.0
            self._come_back(detections.boxes_px.astype(np.float64), timestamp_ns)
        still = self._stands.standing & ~self._stands.loose & ~self._stirring.moves
        self._motion.predict(elapsed_s, still)
        self._motion.state[still, 2:] *= 0.3
        self._looks.predict(elapsed_s, self._stands.standing)
        boxes_px = detections.boxes_px.astype(np.float64)
        targets, rows = self._assign(boxes_px, detections.classes.astype(np.int64), points, spreads)
        missed = self._place(targets, points[rows], spreads[rows], timestamp_ns)
        for target, row in zip(targets.tolist(), rows.tolist(), strict=True):
            self._see(self._targets[target], detections, row, timestamp_ns)
        self._look(targets, boxes_px[rows], missed, timestamp_ns)
        self._keep(self._patient(timestamp_ns))
        fresh = np.ones(len(detections), dtype=np.bool_)
        fresh[rows] = False
        self._begin(detections, np.flatnonzero(fresh), points, spreads, timestamp_ns)

    def _place(
        self, targets: Int64Array, points: Float64Array, spreads: Float64Array, timestamp_ns: int
    ) -> Float64Array:
        """Tell where targets (K,) were measured and return (K,) how far from where they were expected.

        What lies elsewhere than who stands is not his place.
        """
        squared, distance = self._motion.surprise(targets, points, spreads)
        standing = self._stands.standing[targets]
        astray = standing & (squared > GATE) & (distance > self._habits.astray)
        for target in targets[astray].tolist():
            self._targets[target].astray_ns = timestamp_ns
        there = ~astray
        setting_out = self._stirring.see(targets[there], points[there], standing[there])
        self._motion.loosen(setting_out)
        self._motion.correct(targets[there], points[there], spreads[there])
        return distance

    def _begin(
        self,
        detections: Detections,
        rows: np.ndarray,
        points: Float64Array,
        spreads: Float64Array,
        timestamp_ns: int,
    ) -> None:
        if not len(rows):
            return
        for row in rows.tolist():
            votes, box = [0] * len(VehicleClass), _box(detections, row)
            target = _Target(self._next_id, timestamp_ns, timestamp_ns, box, 0.0, votes)
            self._next_id += 1
            self._see(target, detections, row, timestamp_ns)
            self._targets.append(target)
        boxes_px = detections.boxes_px[rows].astype(np.float64)
        self._motion.add(points[rows], spreads[rows])
        self._looks.add(boxes_px)
        self._stands.add(boxes_px, timestamp_ns)
        self._stirring.add(points[rows])

    def seen_now(self, timestamp_ns: int) -> list[tuple[int, int]]:
        """Return (target, row of its detection) of the targets seen in the frame of that time."""
        return [(n, t.row) for n, t in enumerate(self._targets) if t.last_ns == timestamp_ns]

    def vote(self, row: int, vehicle_class: int, heading_rad: float) -> None:
        """Tell what class and heading one target was just taken for."""
        target = self._targets[row]
        target.heading_rad = heading_rad
        target.votes[vehicle_class] += 1
        if vehicle_class < VehicleClass.UNKNOWN:
            most, count = target.votes[target.taken], target.votes[vehicle_class]
            first = target.taken == VehicleClass.UNKNOWN or (count == most and vehicle_class < target.taken)
            target.taken = vehicle_class if first or count > most else target.taken

    def tracks(self, timestamp_ns: int, *, on_ground: bool) -> tuple[Track, ...]:
        """Return the confirmed targets, ordered by id."""
        return tuple(
            self._track(target, state, timestamp_ns, on_ground=on_ground)
            for target, state in zip(self._targets, self._motion.state.tolist(), strict=True)
            if target.hits >= self._habits.hits
        )

    def _keep(self, rows: BoolArray) -> None:
        """Forget all but `rows` (N,)."""
        if rows.all():
            return
        self._motion.keep(rows)
        self._looks.keep(rows)
        self._stands.keep(rows)
        self._stirring.keep(rows)
        self._targets = [t for t, kept in zip(self._targets, rows.tolist(), strict=True) if kept]

    def _come_back(self, boxes_px: Float64Array, timestamp_ns: int) -> None:
        """Forget what moved when the camera turned away: where it went nobody saw. Look where it aims now."""
        self._back_ns = timestamp_ns
        self._keep(self._stands.standing & self._patient(timestamp_ns))
        self._stands.off[:] = 0
        missed_px = shift(self._looks.box, boxes_px)
        self._looks.move(missed_px)
        self._stands.move(missed_px)

    def _assign(
        self, boxes_px: Float64Array, classes: Int64Array, points: Float64Array, spreads: Float64Array
    ) -> tuple[Int64Array, Int64Array]:
        if not self._targets or not len(points):
            return NONE, NONE
        stands, habits = self._stands, self._habits
        alike = overlaps(self._looks.box, boxes_px)
        lately = alike
        if stands.standing.any():
            lately, still = alike.copy(), np.flatnonzero(stands.standing)
            lately[still] = np.maximum(alike[still], overlaps(stands.found[still], boxes_px))
        new = stands.sights < habits.hits
        passing = ~(stands.standing | self._slow() | new)
        missed = np.asarray(stands.seen_ns < self._before_ns)
        who = Who(stands.standing, stands.loose, self._unseen_for_long(), missed, passing, new)
        other, stirs = self._other(classes), self._stirring.beyond_again(points)
        like = Likeness(*self._motion.distances(points, spreads), alike, lately, other, stirs)
        return pairs(like, who, self._looks.box, boxes_px, habits.reach)

    def _other(self, classes: Int64Array) -> BoolArray:
        """Return (N, M) where a detection (M,) is of another class than its target was mostly taken for."""
        taken = np.array([target.taken for target in self._targets])[:, None]
        known = (taken < VehicleClass.UNKNOWN) & (classes < VehicleClass.UNKNOWN)
        return np.asarray(known & (taken != classes))

    def _unseen_for_long(self) -> BoolArray:
        now_ns, seen_ns = self._now_ns or 0, self._stands.seen_ns
        before_gap = seen_ns < (self._back_ns or 0)
        return np.asarray(before_gap | (self._stands.unseen_s(now_ns) > self._habits.away_s))

    def _slow(self) -> BoolArray:
        """Return (N,) who is not known to move."""
        speed = np.hypot(self._motion.state[:, 2], self._motion.state[:, 3])
        doubt = np.sqrt(self._motion.covariance[:, 2, 2] + self._motion.covariance[:, 3, 3])
        return np.asarray(speed < self._habits.still_speed + doubt)

    def _look(
        self, targets: Int64Array, boxes_px: Float64Array, missed: Float64Array, timestamp_ns: int
    ) -> None:
        """Carry on the boxes of the targets seen; the kept box of who stands but was hardly there stays."""
        if not len(targets):
            return
        stands, looks = self._stands, self._looks
        standing, since_s = stands.standing[targets], stands.unseen_s(timestamp_ns)[targets]
        alike, before = paired(looks.box[targets], boxes_px), stands.found[targets]
        known = stands.sights[targets] >= self._habits.hits
        expected = missed <= self._habits.same
        leapt = ~standing & known & leaps(looks.box[targets], boxes_px, alike, expected)
        leapt |= standing & (alike < LEFT_IOU) & (since_s > UNSEEN_S)  # he left unseen, or another passes
        for target in targets[leapt].tolist():
            self._targets[target].leapt_ns = timestamp_ns
        there = ~standing | (alike >= SAME_IOU)
        looks.correct(targets[there], boxes_px[there], since_s[there], standing[there])
        gone = stands.see(targets, boxes_px, alike, timestamp_ns)
        if gone.any():
            rates = (boxes_px[gone] - before[gone]) / np.maximum(since_s[gone], 1e-3)[:, None]
            looks.restart(targets[gone], boxes_px[gone], rates)
        stands.settle(targets, looks.box[targets], self._slow()[targets], timestamp_ns)
        for target in targets[standing & ~stands.standing[targets]].tolist():
            astray_ns = self._targets[target].astray_ns
            if astray_ns is not None and timestamp_ns - astray_ns <= ASTRAY_NS:
                self._targets[target].leapt_ns = timestamp_ns

    def _see(self, target: _Target, detections: Detections, row: int, timestamp_ns: int) -> None:
        target.last_ns = timestamp_ns
        target.hits += 1
        target.row = row
        target.box = _box(detections, row)
        target.score = float(detections.scores[row])
        plate = detections.plate(row)
        if plate:
            target.read(plate)

    def _patient(self, timestamp_ns: int) -> BoolArray:
        """Return (N,) whom it is worth to wait for."""
        habits, stands = self._habits, self._stands
        patience_s = np.where(stands.standing, habits.bridge_still_s, habits.bridge_s)
        patience_s = np.where(stands.sights < habits.hits, habits.bridge_s / 2, patience_s)
        return np.asarray(stands.unseen_s(timestamp_ns) <= patience_s)

    def _track(self, target: _Target, state: list[float], timestamp_ns: int, *, on_ground: bool) -> Track:
        x, y, vx, vy = state
        return Track(
            track_id=target.track_id,
            timestamp_ns=timestamp_ns,
            vehicle_class=_CLASSES[target.taken],
            box_px=target.box,
            score=target.score,
            first_seen_ns=target.first_ns,
            last_seen_ns=target.last_ns,
            observed=target.last_ns == timestamp_ns,
            position_m=(x, y) if on_ground else None,
            velocity_mps=(vx, vy) if on_ground else None,
            heading_rad=target.heading_rad if on_ground else None,
            plate=target.plate,
            leapt_ns=target.leapt_ns,
        )


def _box(detections: Detections, row: int) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = detections.boxes_px[row].tolist()
    return x0, y0, x1, y1
