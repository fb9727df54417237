"""Which tracks stand still: hysteresis in place and time, and what to make of unseen time."""

import math
from dataclasses import dataclass, replace

from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.plates import PlateReading
from detectors.datatypes.tracks import Track

UNKNOWN_NS = -(2**63)  # before the source began: since when, nobody can say


@dataclass(frozen=True, slots=True)
class StandingLimits:
    """When a vehicle stands, and how long it may be unseen and still be said to have stood.

    It begins to stand below `slow_mps`, or before, at the first of those sights within `look_back_s`
    that were all within `drift_m` and no faster from there on the whole (a box of few pixels wavers);
    it stands once it has kept within `drift_m` of its mean place for `settle_s`. It has left when it
    was seen outside `drift_m` for `leave_s` (one stray position ends nothing). Seen again in place
    within `bridge_s` it stood in between, too; where a tour leaves the view unseen, within that time
    more, unless it is longer than `revisit_at_most_s`. No frame for `away_s`, or for half of the gap
    of a tour that is shorter: the camera looked elsewhere. What is found standing within `away_s` after
    it came back may have stood before, and so may what is found when the source begins.

    Within `drift_m` of its place a vehicle may still be coming or leave already. That it stood is sure
    between the first and the last sight in place below `still_mps` [?], the speed from which on the hunt
    (decision 0025) takes a vehicle to move, too. Where a box that wavers never shows it so slow, it is sure
    from `creeps_s` after it came in place to as long before it was last seen there: 5 s at `slow_mps` are
    `drift_m` and 2 m more by which places may be off.
    """

    slow_mps: float = 0.8
    drift_m: float = 2.0
    settle_s: float = 3.0
    look_back_s: float = 10.0
    leave_s: float = 1.0
    bridge_s: float = 30.0
    revisit_at_most_s: float = 180.0
    away_s: float = 5.0
    still_mps: float = 0.3
    creeps_s: float = 5.0

    def bridged_s(self, revisit_s: float) -> float:
        """Return how long a vehicle may be unseen in a view that is left unseen for up to `revisit_s`."""
        return self.bridge_s + (revisit_s if revisit_s <= self.revisit_at_most_s else 0.0)

    def gap_s(self, revisit_s: float) -> float:
        """Return from how long without a frame the camera is said to have looked elsewhere."""
        return min(self.away_s, revisit_s / 2) if revisit_s > 0 else self.away_s


@dataclass(slots=True)
class Stand:
    """One stand of one track, as far as it is known.

    `began_ns` and `last_in_ns` are when it was first and last seen in place, `earliest_ns` and
    `latest_ns` the bounds between which it can have stood, as far as somebody looked. `surely_from_ns`
    and `surely_to_ns` are the bounds between which it stood at least; between the outer and the inner
    bounds it may have been on its way in or out. `left_ns` is set when it was seen to leave; `lost` says
    that it was unseen for longer than can be bridged.
    """

    track: Track
    began_ns: int
    last_in_ns: int
    sum_x_m: float
    sum_y_m: float
    seen: int
    plate: PlateReading | None
    surely_from_ns: int
    surely_to_ns: int
    earliest_ns: int = UNKNOWN_NS
    lost_ns: int | None = None
    out_since_ns: int | None = None
    left_ns: int | None = None
    lost: bool = False

    @property
    def place_m(self) -> tuple[float, float]:
        """The mean of the positions seen in place."""
        return self.sum_x_m / self.seen, self.sum_y_m / self.seen

    @property
    def ended(self) -> bool:
        """Whether nothing more will be learnt of this stand."""
        return self.lost or self.left_ns is not None

    @property
    def latest_ns(self) -> int:
        """Until when it may have stood: to the first sight elsewhere, or until it was given up."""
        return self.left_ns or self.lost_ns or self.last_in_ns


@dataclass(frozen=True, slots=True)
class _Sight:
    """Where a vehicle that did not stand yet was seen, and since when it may have been there."""

    timestamp_ns: int
    at_m: tuple[float, float]
    earliest_ns: int


class Standing:
    """Follows every track of one view and tells the stands that last or have just ended."""

    def __init__(self, limits: StandingLimits, revisit_s: float = 0.0) -> None:
        self._limits = limits
        self._gap_ns = limits.gap_s(revisit_s) * NS_PER_S
        self._bridged_ns = limits.bridged_s(revisit_s) * NS_PER_S
        self._stands: dict[int, Stand] = {}
        self._sights: dict[int, list[_Sight]] = {}
        self._looked_ns: int | None = None
        self._away_ns = (UNKNOWN_NS, 0)  # from when to when nobody looked, the last time that this was so

    def update(self, tracks: tuple[Track, ...], timestamp_ns: int) -> tuple[Stand, ...]:
        """Return the settled stands, ordered by track id; ended ones are told once, then forgotten."""
        if self._looked_ns is None or timestamp_ns - self._looked_ns > self._gap_ns:
            self._away_ns = self._before_ns, timestamp_ns
            self._sights.clear()
        for stand in self._stands.values():  # before the sights: one after too long a gap mends nothing
            if not stand.ended and timestamp_ns - stand.last_in_ns > self._bridged_ns:
                stand.lost, stand.lost_ns = True, timestamp_ns
        for track in tracks:
            if track.observed and track.position_m is not None:
                self._see(track, track.position_m, timestamp_ns)
        self._looked_ns = timestamp_ns
        self._forget(tracks, timestamp_ns)
        return self._told()

    def finish(self) -> tuple[Stand, ...]:
        """Return the settled stands that still lasted when the source ended, as lost."""
        for stand in self._stands.values():
            stand.lost = not stand.ended
        return self._told()

    def _told(self) -> tuple[Stand, ...]:
        settle_ns = self._limits.settle_s * NS_PER_S
        told = [s for s in self._stands.values() if s.last_in_ns - s.began_ns >= settle_ns]
        self._stands = {i: s for i, s in self._stands.items() if not s.ended}
        return tuple(sorted(told, key=lambda stand: stand.track.track_id))

    def _see(self, track: Track, at_m: tuple[float, float], timestamp_ns: int) -> None:
        stand = self._stands.get(track.track_id)
        if stand is None:
            sights = self._sights.setdefault(track.track_id, [])
            sights.append(_Sight(timestamp_ns, at_m, self._earliest_ns(at_m, timestamp_ns)))
            if math.hypot(*(track.velocity_mps or (0.0, 0.0))) < self._limits.slow_mps:
                self._stands[track.track_id] = self._begun(track, sights)
        elif stand.lost:
            return  # told now; what is seen of the vehicle from the next frame on is another stand
        elif math.dist(at_m, stand.place_m) <= self._limits.drift_m:
            _stay(stand, track, at_m, timestamp_ns)
            self._make_sure(stand)
        else:
            self._stray(stand, timestamp_ns)

    def _begun(self, track: Track, sights: list[_Sight]) -> Stand:
        """Return the stand of a vehicle that is slow for the first time at the last of its sights."""
        first, last = self._first_in_place(sights), sights[-1]
        surely_ns = first.timestamp_ns + round(self._limits.creeps_s * NS_PER_S), first.timestamp_ns
        stand = Stand(
            track, first.timestamp_ns, last.timestamp_ns, *last.at_m, 1, track.plate, *surely_ns,
            first.earliest_ns,
        )  # fmt: skip
        self._make_sure(stand)
        return stand

    def _make_sure(self, stand: Stand) -> None:
        """Widen the bounds between which it stood at least by the last sight, which is in place."""
        now_ns, creeps_ns = stand.last_in_ns, round(self._limits.creeps_s * NS_PER_S)
        stand.surely_to_ns = max(stand.surely_to_ns, now_ns - creeps_ns)
        if math.hypot(*(stand.track.velocity_mps or (0.0, 0.0))) < self._limits.still_mps:
            stand.surely_from_ns = min(stand.surely_from_ns, now_ns)
            stand.surely_to_ns = now_ns

    def _first_in_place(self, sights: list[_Sight]) -> _Sight:
        """Return the first of the sights since which a vehicle has been where the last one shows it.

        Where the one before that shows it on its way, it cannot have stood there earlier.
        """
        last, first = sights[-1], len(sights) - 1
        for number in range(first - 1, -1, -1):
            off_m = math.dist(sights[number].at_m, last.at_m)
            passed_s = (last.timestamp_ns - sights[number].timestamp_ns) / NS_PER_S
            if off_m > self._limits.drift_m:
                break
            if off_m < self._limits.slow_mps * passed_s:
                first = number
        before_ns = sights[first - 1].timestamp_ns if first > 0 else UNKNOWN_NS
        found = sights[first]
        return replace(found, earliest_ns=max(found.earliest_ns, before_ns))

    def _forget(self, tracks: tuple[Track, ...], timestamp_ns: int) -> None:
        """Drop the sights that are too old to count, and those of tracks that are gone or stand."""
        since_ns = timestamp_ns - self._limits.look_back_s * NS_PER_S
        moving = {track.track_id for track in tracks} - self._stands.keys()
        self._sights = {
            track_id: [sight for sight in sights if sight.timestamp_ns >= since_ns]
            for track_id, sights in self._sights.items()
            if track_id in moving
        }

    @property
    def _before_ns(self) -> int:
        return UNKNOWN_NS if self._looked_ns is None else self._looked_ns

    def _earliest_ns(self, at_m: tuple[float, float], timestamp_ns: int) -> int:
        """Return since when a vehicle first found standing now may have stood.

        That is the last look at the place; soon after a gap, the last look before it; and where
        something stood there then, since when that may have stood: it may be the same vehicle.
        """
        gone_ns, back_ns = self._away_ns
        if timestamp_ns - back_ns > self._limits.away_s * NS_PER_S:
            return self._before_ns
        there = (
            stand.earliest_ns
            for stand in self._stands.values()
            if stand.last_in_ns <= gone_ns and math.dist(stand.place_m, at_m) <= self._limits.drift_m
        )
        return min(there, default=gone_ns)

    def _stray(self, stand: Stand, timestamp_ns: int) -> None:
        """Note a sight out of place; it ends the stand once it lasts, or at once if unsettled."""
        if stand.out_since_ns is None:
            stand.out_since_ns = timestamp_ns
        settled = stand.last_in_ns - stand.began_ns >= self._limits.settle_s * NS_PER_S
        if not settled:
            del self._stands[stand.track.track_id]
        elif timestamp_ns - stand.out_since_ns >= self._limits.leave_s * NS_PER_S:
            stand.left_ns = stand.out_since_ns


def _stay(stand: Stand, track: Track, at_m: tuple[float, float], timestamp_ns: int) -> None:
    stand.track, stand.last_in_ns, stand.out_since_ns = track, timestamp_ns, None
    stand.sum_x_m += at_m[0]
    stand.sum_y_m += at_m[1]
    stand.seen += 1
    stand.plate = track.plate
