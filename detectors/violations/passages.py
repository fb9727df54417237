"""Passages of stop lines, judged by the signal: what Pasal 287(2) rests on, whatever the manner.

One passage is one act. Who had stood at the red and enters just before green jumps the start; every other
passage is running the red, or none. Two rules look at the same passages, and each tells its own manner.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.signals import Aspect
from detectors.datatypes.site import SitePlan, StopLine
from detectors.datatypes.steps import Observation
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Reason, Verdict, VerdictKind, WindowPhase
from detectors.violations.crossing_limits import DEFAULT_LIMITS, CrossingLimits
from detectors.violations.fronts import (
    FRONT_M,
    course_rad,
    foot_hidden,
    front_margin_m,
    seen_whole,
    speed_mps,
)
from detectors.violations.signal_log import SignalLog
from detectors.violations.track_noise import DEFAULT_NOISE, TrackNoise

ARTICLE = "287(2)"


class Manner(StrEnum):
    """How a line was passed, which is the code of the rule that tells of it."""

    RUNNING = "red_light"
    JUMP_START = "jump_start"


@dataclass(slots=True)
class _Approach:
    """One track at one stop line; `offset_m` and `along_m` are of its front, `first_m` the first offset.

    `earliest_ns`..`latest_ns` bracket the entry, `entry_ns` is the best guess; None before it. `sure_ns` is
    the last sight with its front surely before the line, None once it is past it. `waited_ns`
    is how long it stood at the red that began at `red_ns`; `second_ns` when it was first seen well past.
    `blind_ns` is the longest that it was not seen from its entry until it had moved on.
    """

    track: Track
    seen_ns: int
    offset_m: float
    along_m: float
    first_m: float = 0.0
    before_ns: int | None = None
    sure_ns: int | None = None
    entry_ns: int | None = None
    earliest_ns: int = 0
    latest_ns: int = 0
    moved_on_ns: int | None = None
    judged: bool = False
    opened: Verdict | None = None
    waited_ns: int = 0
    red_ns: int = -1
    second_ns: int | None = None
    blind_ns: int = 0


class Passages:
    """Judges passages of the stop lines of one view and tells those of one manner. One instance a view.

    The front of a vehicle is its tracked middle plus half a length of its class along the approach.
    It enters at the instant from which it goes on without stopping: where its front passes the
    line, interpolated between two sights, or where it moves off after it had stopped over the line.
    So a vehicle that stops over the line and waits for green is no red-light violation. Its place is
    uncertain (`fronts.margin_m`): it may have entered since it was surely before the line, or stood there,
    or not until it is surely past it. A change is told up to the lag of the signal log late, so that an
    entry before it may have been after it.
    """

    def __init__(
        self,
        site: SitePlan,
        manner: Manner,
        limits: CrossingLimits = DEFAULT_LIMITS,
        noise: TrackNoise = DEFAULT_NOISE,
    ) -> None:
        self._site = site
        self._manner = manner
        self._limits = limits
        self._noise = noise
        self._lag_ns = round(site.signal_lag_s * NS_PER_S)
        self._margin_ns = round((limits.uncertainty_s + site.signal_offset_s) * NS_PER_S)
        self._log = SignalLog()
        self._approaches: dict[tuple[int, str], _Approach] = {}

    @property
    def name(self) -> str:
        """The code of the rule."""
        return self._manner.value

    def judge(self, observation: Observation) -> tuple[Verdict, ...]:
        """Return a verdict for each vehicle that was seen to pass a stop line."""
        tracks = seen_whole(observation, self._site.camera)
        found: list[Verdict] = []
        for line in self._site.stop_lines:
            self._log.note(line.group, observation.signals)
            if tracks:
                found += self._judge_line(line, tracks, observation.timestamp_ns)
        return tuple(found) + self._judge_lost(observation.timestamp_ns, observation.timestamp_ns)

    def finish(self, timestamp_ns: int) -> tuple[Verdict, ...]:
        """Judge what had moved on when the source ended."""
        lost_ns = round(self._limits.lost_s * NS_PER_S)
        return self._judge_lost(timestamp_ns + lost_ns + 1, timestamp_ns, ended=True)

    def _judge_line(self, line: StopLine, tracks: list[Track], now_ns: int) -> list[Verdict]:
        places = [track.position_m or (0.0, 0.0) for track in tracks]
        offsets_m, alongs_m = line.line.offset_m(places), line.line.along_m(places)
        found: list[Verdict] = []
        for row, track in enumerate(tracks):
            if self._noise.along_m and foot_hidden(track, tracks):
                continue  # a box that ends where another begins tells no place
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
                sight.before_ns = sight.sure_ns = sight.seen_ns
                return []
            return self._began_past(line, sight)
        leapt_ns = sight.track.leapt_ns
        if leapt_ns is not None and leapt_ns > approach.seen_ns and sight.offset_m < 0:
            approach.first_m, approach.waited_ns = sight.offset_m, 0  # who comes from here on may be another
        if not approach.judged:
            self._wait(line, approach, sight)
            self._follow(line, approach, sight)
            self._widen(line, approach, sight)
            self._advance(line, approach, sight)
        approach.track, approach.seen_ns = sight.track, sight.seen_ns
        approach.offset_m, approach.along_m = sight.offset_m, sight.along_m
        return self._conclude(line, approach)

    def _wait(self, line: StopLine, approach: _Approach, sight: _Approach) -> None:
        """Note how long it has stood at the red that shows, near the line."""
        shown = self._log.at(line.group, sight.seen_ns)
        if shown.aspect is not Aspect.RED:
            return
        if shown.since_ns != approach.red_ns:
            approach.red_ns, approach.waited_ns = shown.since_ns, 0
        near = -self._limits.queue_m <= sight.offset_m < self._limits.move_on_m
        elapsed_ns = sight.seen_ns - approach.seen_ns
        if near and elapsed_ns <= self._limits.gap_s * NS_PER_S and self._stands(sight.track):
            approach.waited_ns += elapsed_ns

    def _stands(self, track: Track) -> bool:
        return speed_mps(track) < self._limits.stopped_mps

    def _follow(self, line: StopLine, approach: _Approach, sight: _Approach) -> None:
        """Find the entry: the crossing of the line, or moving off after a stop over it."""
        unseen_ns = sight.seen_ns - approach.seen_ns
        unseen = unseen_ns > self._limits.gap_s * NS_PER_S
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
        elif approach.moved_on_ns is None and self._stands(sight.track):
            approach.before_ns = sight.seen_ns
            from_ns = approach.seen_ns if unseen else sight.seen_ns
            self._enter(approach, sight.seen_ns, from_ns, sight.seen_ns)
        elif approach.moved_on_ns is None and unseen:
            approach.latest_ns = max(approach.latest_ns, sight.seen_ns)  # it may have stood all the while
            approach.blind_ns = max(approach.blind_ns, unseen_ns)

    def _widen(self, line: StopLine, approach: _Approach, sight: _Approach) -> None:
        """Bracket the entry from where the front was surely before the line to where it surely is past it.

        Who sets out from the line takes a second for the metre by which his place is uncertain.
        """
        margin = self._margin_m(line, sight.track)
        if sight.offset_m <= -margin or (sight.offset_m < 0 and self._stands(sight.track)):
            approach.sure_ns = sight.seen_ns
        if approach.entry_ns is None or approach.sure_ns is None:
            return
        approach.earliest_ns = min(approach.earliest_ns, approach.sure_ns)
        if sight.offset_m < margin:
            approach.latest_ns = max(approach.latest_ns, sight.seen_ns)
        else:
            approach.sure_ns = None

    def _enter(self, approach: _Approach, entry_ns: int, from_ns: int, to_ns: int) -> None:
        wide = to_ns - from_ns > self._limits.gap_s * NS_PER_S
        approach.entry_ns, approach.blind_ns = entry_ns, to_ns - from_ns
        approach.earliest_ns = from_ns if wide else entry_ns - self._margin_ns
        approach.latest_ns = to_ns if wide else entry_ns + self._margin_ns

    def _margin_m(self, line: StopLine, track: Track) -> float:
        return front_margin_m(line, track, self._site.camera, self._noise)

    def _advance(self, line: StopLine, approach: _Approach, sight: _Approach) -> None:
        if approach.entry_ns is None:
            return
        past_m = self._limits.move_on_m + self._margin_m(line, sight.track)
        past = sight.offset_m >= past_m and not self._stands(sight.track)
        if approach.moved_on_ns is None and past:
            approach.moved_on_ns = sight.seen_ns
        late_ns = approach.entry_ns + self._limits.second_picture_s * NS_PER_S
        if approach.moved_on_ns is not None and approach.second_ns is None and sight.seen_ns >= late_ns:
            approach.second_ns = sight.seen_ns

    def _conclude(self, line: StopLine, approach: _Approach) -> list[Verdict]:
        """Judge once the vehicle has moved on and there was time for the second picture."""
        if approach.judged or approach.moved_on_ns is None or not self._has_second_picture(approach):
            return []
        return self._decide(line, approach, approach.seen_ns)

    def _has_second_picture(self, approach: _Approach) -> bool:
        entry_ns = approach.seen_ns if approach.entry_ns is None else approach.entry_ns
        return approach.seen_ns - entry_ns >= self._limits.second_picture_s * NS_PER_S

    def _decide(
        self, line: StopLine, approach: _Approach, now_ns: int, *, lost: bool = False, ended: bool = False
    ) -> list[Verdict]:
        """Return the verdict, none while it waits for the signal or for where the vehicle goes."""
        latest_ns = approach.latest_ns + self._lag_ns
        aspects = self._log.shown(line.group, approach.earliest_ns, latest_ns)
        if self._waits(line, approach, now_ns, aspects) and not ended:
            return []
        manner = self._manner_of(line, approach, aspects)
        said = self._said(line, approach, aspects, lost=lost)
        if now_ns < latest_ns and said == (VerdictKind.VIOLATION, None):
            said = VerdictKind.UNDETERMINED, Reason.NOT_OBSERVED  # it ended before the change was told
        if said is None:
            return []
        approach.judged = True
        if manner is not self._manner:
            return []
        verdict = self._verdict(line, approach, *said)
        approach.opened = verdict if verdict.phase is WindowPhase.OPENED else None
        return [verdict]

    def _waits(self, line: StopLine, approach: _Approach, now_ns: int, aspects: frozenset[Aspect]) -> bool:
        """Return whether what is needed of the signal is still to come."""
        if now_ns < approach.latest_ns + self._lag_ns:
            return True
        until_ns = (approach.entry_ns or 0) + round(self._limits.jump_s * NS_PER_S) + self._lag_ns
        only_red = aspects == {Aspect.RED} and self._waited(line, approach)
        return only_red and now_ns < until_ns and self._green_ns(line, approach) is None

    def _waited(self, line: StopLine, approach: _Approach) -> bool:
        """Return whether it stood at the last red before its entry."""
        entry_ns = approach.entry_ns or approach.seen_ns
        last_ns = self._log.last_since(line.group, Aspect.RED, entry_ns)
        return approach.red_ns == last_ns and approach.waited_ns >= self._limits.waited_s * NS_PER_S

    def _green_ns(self, line: StopLine, approach: _Approach) -> int | None:
        """Return when the red of the entry was told to be over, None where that was not soon after."""
        entry_ns = approach.entry_ns or approach.seen_ns
        until_ns = entry_ns + round(self._limits.jump_s * NS_PER_S) + self._lag_ns
        return self._log.left(line.group, Aspect.RED, entry_ns, until_ns)

    def _manner_of(self, line: StopLine, approach: _Approach, aspects: frozenset[Aspect]) -> Manner:
        if Aspect.UNKNOWN in aspects or not self._waited(line, approach):
            return Manner.RUNNING
        over = aspects != {Aspect.RED} or self._green_ns(line, approach) is not None
        return Manner.JUMP_START if over else Manner.RUNNING

    def _said(
        self, line: StopLine, approach: _Approach, aspects: frozenset[Aspect], *, lost: bool
    ) -> tuple[VerdictKind, Reason | None] | None:
        """Return the verdict on a passage and its reason, None while it is not seen where it goes."""
        if Aspect.UNKNOWN in aspects:
            return VerdictKind.UNDETERMINED, Reason.SIGNAL_UNKNOWN
        if Aspect.RED not in aspects:
            return VerdictKind.CLEAR, None
        if len(aspects) > 1:
            return VerdictKind.UNDETERMINED, Reason.NEAR_SIGNAL_CHANGE
        doubt = self._doubt(line, approach)
        if doubt is not None:
            return VerdictKind.UNDETERMINED, doubt
        if not line.left_on_red:
            return VerdictKind.VIOLATION, None
        turn = self._left_turn(line, approach)
        return None if turn is None and not lost else _LEFT_ON_RED[turn]

    def _doubt(self, line: StopLine, approach: _Approach) -> Reason | None:
        """Return why it is not known that who passed the line is who was seen before it and after it."""
        leapt_ns = approach.track.leapt_ns
        if leapt_ns is not None and leapt_ns > (approach.before_ns or 0):
            return Reason.TRACK_LEAPS
        if approach.first_m > -max(self._limits.approach_m, self._margin_m(line, approach.track)):
            return Reason.TRACK_BEGAN_AT_LINE
        blind = approach.blind_ns > self._limits.blind_s * NS_PER_S
        return None if self._has_second_picture(approach) and not blind else Reason.NOT_OBSERVED

    def _left_turn(self, line: StopLine, approach: _Approach) -> bool | None:
        """Return whether the vehicle turned left, None while that cannot be said."""
        place = approach.track.position_m or (0.0, 0.0)
        if line.left_exit is not None and bool(line.left_exit.contains(place)[0]):
            return True
        if course_rad(line.line, approach.track) > self._limits.turn_rad:
            return True
        return False if approach.offset_m > self._limits.straight_m else None

    def _began_past(self, line: StopLine, sight: _Approach) -> list[Verdict]:
        """Say so where a track begins just past a red line and drives away from it."""
        past = (
            self._manner is Manner.RUNNING
            and sight.offset_m <= self._limits.begin_m + FRONT_M[sight.track.vehicle_class]
            and 0 <= sight.along_m <= line.line.length_m()
            and speed_mps(sight.track) > 2.0
            and abs(course_rad(line.line, sight.track)) < self._limits.turn_rad
            and self._log.at(line.group, sight.seen_ns).aspect is Aspect.RED
        )
        if not past:
            return []
        sight.entry_ns, sight.judged = sight.seen_ns, True
        return [self._verdict(line, sight, VerdictKind.UNDETERMINED, Reason.TRACK_BEGAN_PAST_LINE)]

    def _judge_lost(self, now_ns: int, heard_ns: int, *, ended: bool = False) -> tuple[Verdict, ...]:
        """Judge what moved on and is lost, close its window, and forget what is long gone.

        Signals are known up to `heard_ns`.
        """
        lines = {line.name: line for line in self._site.stop_lines}
        found: list[Verdict] = []
        for key, approach in sorted(self._approaches.items()):
            unseen_ns = now_ns - approach.seen_ns
            if unseen_ns > self._limits.lost_s * NS_PER_S:
                if approach.moved_on_ns is not None and not approach.judged:
                    found += self._decide(lines[key[1]], approach, heard_ns, lost=True, ended=ended)
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
        violation = kind is VerdictKind.VIOLATION
        before_ns = entry_ns if approach.before_ns is None else approach.before_ns
        jumped = self._manner is Manner.JUMP_START and approach.second_ns is not None
        after_ns = approach.second_ns if jumped else approach.seen_ns
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
            extremum=self._amount_s(line, approach) if violation else 0.0,
            unit="s",
            evidence_times_ns=(before_ns, after_ns or approach.seen_ns) if violation else (),
            reason=reason,
            plate=approach.track.plate,
        )

    def _amount_s(self, line: StopLine, approach: _Approach) -> float:
        """Return the seconds into red, or those before green as far as they are certain."""
        entry_ns = approach.entry_ns or approach.seen_ns
        green_ns = self._green_ns(line, approach)
        if self._manner is Manner.JUMP_START and green_ns is not None:
            return max(0.0, (green_ns - self._lag_ns - entry_ns) / NS_PER_S)
        return (entry_ns - self._log.at(line.group, entry_ns).since_ns) / NS_PER_S


_LEFT_ON_RED: dict[bool | None, tuple[VerdictKind, Reason | None]] = {
    True: (VerdictKind.CLEAR, None),
    False: (VerdictKind.VIOLATION, None),
    None: (VerdictKind.UNDETERMINED, Reason.NOT_OBSERVED),
}
