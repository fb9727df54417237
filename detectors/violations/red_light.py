"""Pasal 287(2): passing the stop line while the signal of the approach shows red."""

import math
from dataclasses import dataclass, replace

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.signals import Aspect
from detectors.datatypes.site import SitePlan, StopLine
from detectors.datatypes.steps import Observation
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Reason, Verdict, VerdictKind, WindowPhase
from detectors.violations.signal_log import SignalLog

ARTICLE = "287(2)"
FRONT_M = {
    VehicleClass.MOTORCYCLE: 1.0,
    VehicleClass.CAR: 2.2,
    VehicleClass.BUS: 5.5,
    VehicleClass.TRUCK: 4.0,
    VehicleClass.UNKNOWN: 2.0,
}  # from the middle of the footprint to the front, by class [?]


@dataclass(frozen=True, slots=True)
class CrossingLimits:
    """Parameters of the rule.

    `uncertainty_s` is how well the instant of entry is known: a signal change within it leaves the
    verdict UNDETERMINED. A vehicle has entered once its front is `move_on_m` past the line: one
    that stops over the line, or seems to by an error of position of a metre, has not. Below
    `stopped_mps` it stands. Only a vehicle that was first seen with its front at least `approach_m`
    before the line can be accused: a track that begins nearer may be a part of a vehicle that waits
    there, or somebody else. The second picture is taken at least `second_picture_s` after entry
    (FHWA/NHTSA practice: 0.5-1.5 s). Unseen for `gap_s`, the whole gap is the uncertainty; unseen
    for `lost_s` a vehicle is judged by what was seen of it, for `forget_s` it is forgotten. A
    track that begins up to `begin_m` past the line may have crossed it, up to `side_m` beside the
    end of the line it has. A course `turn_rad` to the left of the approach is a left turn;
    `straight_m` past the line, a vehicle that has not turned goes on.
    """

    uncertainty_s: float = 0.3
    move_on_m: float = 4.0
    stopped_mps: float = 0.5
    approach_m: float = 4.0
    second_picture_s: float = 0.5
    gap_s: float = 1.0
    lost_s: float = 1.5
    forget_s: float = 60.0
    begin_m: float = 6.0
    side_m: float = 0.5
    turn_rad: float = math.radians(45)
    straight_m: float = 20.0


DEFAULT_LIMITS = CrossingLimits()


@dataclass(slots=True)
class _Approach:
    """One track at one stop line; `offset_m` and `along_m` are of its front, `first_m` the first offset.

    `earliest_ns`..`latest_ns` bracket the entry, `entry_ns` is the best guess; None before it.
    """

    track: Track
    seen_ns: int
    offset_m: float
    along_m: float
    first_m: float = 0.0
    before_ns: int | None = None
    entry_ns: int | None = None
    earliest_ns: int = 0
    latest_ns: int = 0
    moved_on_ns: int | None = None
    judged: bool = False
    opened: Verdict | None = None


class RedLight:
    """Judges passages of the stop lines of one view. One instance a view.

    The front of a vehicle is its tracked middle plus half a length of its class along the approach.
    It enters at the instant from which it goes on without stopping: where its front passes the
    line, interpolated between two sights, or where it moves off after it had stopped over the line.
    So a vehicle that stops over the line and waits for green is no red-light violation.
    """

    def __init__(self, site: SitePlan, limits: CrossingLimits = DEFAULT_LIMITS) -> None:
        self._site = site
        self._limits = limits
        self._log = SignalLog()
        self._approaches: dict[tuple[int, str], _Approach] = {}

    @property
    def name(self) -> str:
        """The code of the rule."""
        return "red_light"

    def judge(self, observation: Observation) -> tuple[Verdict, ...]:
        """Return a verdict for each vehicle that was seen to pass a stop line."""
        tracks = [t for t in observation.tracks if t.observed and t.position_m is not None]
        tracks.sort(key=lambda track: track.track_id)
        found: list[Verdict] = []
        for line in self._site.stop_lines:
            self._log.note(line.group, observation.signals)
            if tracks:
                found += self._judge_line(line, tracks, observation.timestamp_ns)
        return tuple(found) + self._judge_lost(observation.timestamp_ns)

    def finish(self, timestamp_ns: int) -> tuple[Verdict, ...]:
        """Judge what had moved on when the source ended."""
        lost_ns = round(self._limits.lost_s * NS_PER_S)
        return self._judge_lost(timestamp_ns + lost_ns + 1)

    def _judge_line(self, line: StopLine, tracks: list[Track], now_ns: int) -> list[Verdict]:
        places = [track.position_m or (0.0, 0.0) for track in tracks]
        offsets_m, alongs_m = line.line.offset_m(places), line.line.along_m(places)
        found: list[Verdict] = []
        for row, track in enumerate(tracks):
            front_m = float(offsets_m[row]) + FRONT_M[track.vehicle_class]
            sight = _Approach(track, now_ns, front_m, float(alongs_m[row]))
            found += self._see(line, sight)
        return found

    def _see(self, line: StopLine, sight: _Approach) -> list[Verdict]:
        key = (sight.track.track_id, line.name)
        approach = self._approaches.get(key)
        if approach is None:
            self._approaches[key] = sight
            sight.first_m = sight.offset_m
            if sight.offset_m < 0:
                sight.before_ns = sight.seen_ns
                return []
            return self._began_past(line, sight)
        if not approach.judged:
            self._follow(line, approach, sight)
            self._advance(approach, sight)
        approach.track, approach.seen_ns = sight.track, sight.seen_ns
        approach.offset_m, approach.along_m = sight.offset_m, sight.along_m
        return self._conclude(line, approach)

    def _follow(self, line: StopLine, approach: _Approach, sight: _Approach) -> None:
        """Find the entry: the crossing of the line, or moving off after a stop over it."""
        if sight.offset_m < 0:
            approach.before_ns, approach.entry_ns, approach.moved_on_ns = sight.seen_ns, None, None
        elif approach.before_ns is None:
            return  # never seen before the line: only coming back behind it arms the rule
        elif approach.entry_ns is None:
            share = -approach.offset_m / (sight.offset_m - approach.offset_m)
            along_m = approach.along_m + share * (sight.along_m - approach.along_m)
            if not -self._limits.side_m <= along_m <= line.line.length_m() + self._limits.side_m:
                approach.judged = True  # passed beside the line: another approach
                return
            crossed_ns = approach.seen_ns + round(share * (sight.seen_ns - approach.seen_ns))
            self._enter(approach, crossed_ns, approach.seen_ns, sight.seen_ns)
        elif approach.moved_on_ns is None and _speed_mps(sight.track) < self._limits.stopped_mps:
            approach.before_ns = sight.seen_ns
            self._enter(approach, sight.seen_ns, sight.seen_ns, sight.seen_ns)

    def _enter(self, approach: _Approach, entry_ns: int, from_ns: int, to_ns: int) -> None:
        margin_ns = round(self._limits.uncertainty_s * NS_PER_S)
        wide = to_ns - from_ns > self._limits.gap_s * NS_PER_S
        approach.entry_ns = entry_ns
        approach.earliest_ns = from_ns if wide else entry_ns - margin_ns
        approach.latest_ns = to_ns if wide else entry_ns + margin_ns

    def _advance(self, approach: _Approach, sight: _Approach) -> None:
        if approach.entry_ns is None or approach.moved_on_ns is not None:
            return
        if sight.offset_m >= self._limits.move_on_m:
            approach.moved_on_ns = sight.seen_ns

    def _conclude(self, line: StopLine, approach: _Approach) -> list[Verdict]:
        """Judge once the vehicle has moved on and there was time for the second picture."""
        if approach.judged or approach.entry_ns is None or approach.moved_on_ns is None:
            return []
        if not self._has_second_picture(approach):
            return []
        return self._decide(line, approach, lost=False)

    def _has_second_picture(self, approach: _Approach) -> bool:
        entry_ns = approach.seen_ns if approach.entry_ns is None else approach.entry_ns
        return approach.seen_ns - entry_ns >= self._limits.second_picture_s * NS_PER_S

    def _decide(self, line: StopLine, approach: _Approach, *, lost: bool) -> list[Verdict]:
        aspects = self._log.shown(line.group, approach.earliest_ns, approach.latest_ns)
        said: tuple[VerdictKind, Reason | None]
        if Aspect.UNKNOWN in aspects:
            said = VerdictKind.UNDETERMINED, Reason.SIGNAL_UNKNOWN
        elif Aspect.RED not in aspects:
            said = VerdictKind.CLEAR, None
        elif len(aspects) > 1:
            said = VerdictKind.UNDETERMINED, Reason.NEAR_SIGNAL_CHANGE
        elif approach.first_m > -self._limits.approach_m:
            said = VerdictKind.UNDETERMINED, Reason.TRACK_BEGAN_AT_LINE
        elif not self._has_second_picture(approach):
            said = VerdictKind.UNDETERMINED, Reason.NOT_OBSERVED
        elif not line.left_on_red:
            said = VerdictKind.VIOLATION, None
        else:
            turn = self._left_turn(line, approach)
            if turn is None and not lost:
                return []  # where it goes is not seen yet
            said = _LEFT_ON_RED[turn]
        approach.judged = True
        verdict = self._verdict(line, approach, *said)
        approach.opened = verdict if verdict.phase is WindowPhase.OPENED else None
        return [verdict]

    def _left_turn(self, line: StopLine, approach: _Approach) -> bool | None:
        """Return whether the vehicle turned left, None while that cannot be said."""
        place = approach.track.position_m or (0.0, 0.0)
        if line.left_exit is not None and bool(line.left_exit.contains(place)[0]):
            return True
        if _course_rad(line, approach.track) > self._limits.turn_rad:
            return True
        return False if approach.offset_m > self._limits.straight_m else None

    def _began_past(self, line: StopLine, sight: _Approach) -> list[Verdict]:
        """Say so where a track begins just past a red line and drives away from it."""
        past = (
            sight.offset_m <= self._limits.begin_m + FRONT_M[sight.track.vehicle_class]
            and 0 <= sight.along_m <= line.line.length_m()
            and _speed_mps(sight.track) > 2.0
            and abs(_course_rad(line, sight.track)) < self._limits.turn_rad
            and self._log.at(line.group, sight.seen_ns).aspect is Aspect.RED
        )
        if not past:
            return []
        sight.entry_ns, sight.judged = sight.seen_ns, True
        return [self._verdict(line, sight, VerdictKind.UNDETERMINED, Reason.TRACK_BEGAN_PAST_LINE)]

    def _judge_lost(self, now_ns: int) -> tuple[Verdict, ...]:
        """Judge what moved on and is lost, close its window, and forget what is long gone."""
        lines = {line.name: line for line in self._site.stop_lines}
        found: list[Verdict] = []
        for key, approach in sorted(self._approaches.items()):
            unseen_ns = now_ns - approach.seen_ns
            if unseen_ns > self._limits.lost_s * NS_PER_S:
                if approach.moved_on_ns is not None and not approach.judged:
                    found += self._decide(lines[key[1]], approach, lost=True)
                if approach.opened is not None:
                    found.append(replace(approach.opened, phase=WindowPhase.CLOSED))
                    approach.opened = None
            if unseen_ns > self._limits.forget_s * NS_PER_S:
                del self._approaches[key]
        return tuple(found)

    def _verdict(
        self, line: StopLine, approach: _Approach, kind: VerdictKind, reason: Reason | None
    ) -> Verdict:
        entry_ns = approach.entry_ns or approach.seen_ns
        since_ns = self._log.at(line.group, entry_ns).since_ns
        violation = kind is VerdictKind.VIOLATION
        before_ns = entry_ns if approach.before_ns is None else approach.before_ns
        return Verdict(
            rule=self.name,
            article=ARTICLE,
            view=self._site.view,
            place=line.name,
            track_id=approach.track.track_id,
            vehicle_class=approach.track.vehicle_class,
            kind=kind,
            phase=WindowPhase.OPENED if violation else WindowPhase.CLOSED,
            opened_ns=entry_ns,
            updated_ns=approach.seen_ns,
            extremum=(entry_ns - since_ns) / NS_PER_S if violation else 0.0,
            unit="s",
            evidence_times_ns=(before_ns, approach.seen_ns) if violation else (),
            reason=reason,
            plate=approach.track.plate,
        )


_LEFT_ON_RED: dict[bool | None, tuple[VerdictKind, Reason | None]] = {
    True: (VerdictKind.CLEAR, None),
    False: (VerdictKind.VIOLATION, None),
    None: (VerdictKind.UNDETERMINED, Reason.NOT_OBSERVED),
}


def _speed_mps(track: Track) -> float:
    return math.hypot(*(track.velocity_mps or (0.0, 0.0)))


def _course_rad(line: StopLine, track: Track) -> float:
    """Return the direction of travel against that of the approach: left positive, -pi..pi."""
    vx, vy = track.velocity_mps or (0.0, 0.0)
    dx, dy = line.line.x1_m - line.line.x0_m, line.line.y1_m - line.line.y0_m
    ahead, left = -dy, dx  # the normal to the left of the line is where the approach leads
    return math.atan2(ahead * vy - left * vx, ahead * vx + left * vy)
