"""Pasal 287(1): making a turn that a sign forbids, in the hours for which it does."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from detectors.datatypes.frame import NS_PER_S, TimeBase
from detectors.datatypes.geometry import LineSegment
from detectors.datatypes.site import ProhibitedTurn, SitePlan
from detectors.datatypes.steps import Observation
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Reason, Verdict, VerdictKind, WindowPhase
from detectors.violations.fronts import margin_m

ARTICLE = "287(1)"


@dataclass(frozen=True, slots=True)
class TurnLimits:
    """Parameters of the rule.

    Who drives through the entry and within `within_s` through the exit has made the turn. The clock may be
    off by `clock_s` (UK SI 2022/71: 10 s in 14 days). Unseen for longer than `gap_s` on the way it may be
    another vehicle; a track is forgotten after `forget_s`. Who is first told within `begin_m` behind the
    entry, between its ends, and drives the next `moved_m` at `driving_mps` at least and within `course_rad`
    of where it leads, has come through it: there is no other way to be there so. What [?] is judgement.
    """

    within_s: float = 60.0
    clock_s: float = 10.0
    gap_s: float = 1.5
    lost_s: float = 1.5
    forget_s: float = 60.0
    begin_m: float = 4.0
    moved_m: float = 2.0
    driving_mps: float = 2.0
    course_rad: float = math.radians(30)


DEFAULT_LIMITS = TurnLimits()


@dataclass(slots=True)
class _Gate:
    """A track at one gate: when it was last surely before it, since when it is surely through.

    `beside_m` is how far outside the ends of the gate it was where it was nearest to it, negative within.
    """

    before_ns: int | None = None
    through_ns: int | None = None
    nearest_m: float = 1e9
    beside_m: float = 0.0


@dataclass(slots=True)
class _Turn:
    """One track at one prohibited turn; `gap_ns` is the longest that it was unseen since the entry.

    `named` is its plate when it was last seen before the entry or in it, None where nobody could read it.
    `began` is when and where it was first told, if that was just behind the entry, until it has moved on.
    """

    track: Track
    seen_ns: int
    entry: _Gate
    exit: _Gate
    gap_ns: int = 0
    named: str | None = None
    opened: Verdict | None = None
    done: bool = False
    began: tuple[int, tuple[float, float]] | None = None


class ProhibitedTurnRule:
    """Judges the turns that signs forbid in one view. One instance a view.

    A gate is passed by who was surely before it and then is surely behind it, between its ends; who may have
    passed beside it, as far as the place is known, is not accused.
    """

    def __init__(self, site: SitePlan, limits: TurnLimits = DEFAULT_LIMITS) -> None:
        self._site = site
        self._limits = limits
        self._turns: dict[tuple[int, str], _Turn] = {}
        self._time_base = TimeBase.UTC

    @property
    def name(self) -> str:
        """The code of the rule."""
        return "prohibited_turn"

    def judge(self, observation: Observation) -> tuple[Verdict, ...]:
        """Return a verdict for each vehicle that has just made such a turn."""
        self._time_base = observation.time_base
        tracks = [t for t in observation.tracks if t.observed and t.position_m is not None]
        tracks.sort(key=lambda track: track.track_id)
        found: list[Verdict] = []
        for ban in self._site.prohibited_turns:
            found += self._judge_ban(ban, tracks, observation.timestamp_ns)
        return (*found, *self._close_lost(observation.timestamp_ns))

    def finish(self, timestamp_ns: int) -> tuple[Verdict, ...]:
        """Close what is still open when the source ends."""
        return tuple(self._close_lost(timestamp_ns + round(self._limits.lost_s * NS_PER_S) + 1))

    def _judge_ban(self, ban: ProhibitedTurn, tracks: list[Track], now_ns: int) -> Iterator[Verdict]:
        margin = margin_m(ban.sigma_m)
        for track in tracks:
            key = (track.track_id, ban.name)
            place = track.position_m or (0.0, 0.0)
            if key not in self._turns:
                began = (now_ns, place) if self._just_behind(ban.entry, place, margin) else None
                self._turns[key] = _Turn(track, now_ns, _Gate(), _Gate(), began=began)
            turn = self._turns[key]
            gap_ns, turn.track, turn.seen_ns = now_ns - turn.seen_ns, track, now_ns
            if turn.entry.through_ns is None and track.plate is not None:
                turn.named = track.plate.text
            self._come_through(ban.entry, turn, place, margin)
            _pass(turn.entry, ban.entry, place, now_ns, margin)
            if turn.entry.through_ns is None:
                turn.exit, turn.gap_ns = _Gate(), 0
                continue
            turn.gap_ns = max(turn.gap_ns, gap_ns)
            _pass(turn.exit, ban.exit, place, now_ns, margin)
            if turn.exit.through_ns is not None and not turn.done:
                turn.done = True
                yield from self._decide(ban, turn, margin)

    def _just_behind(self, entry: LineSegment, place: tuple[float, float], margin: float) -> bool:
        offset_m, along_m = float(entry.offset_m([place])[0]), float(entry.along_m([place])[0])
        return -margin < offset_m <= self._limits.begin_m and margin <= along_m <= entry.length_m() - margin

    def _come_through(
        self, entry: LineSegment, turn: _Turn, place: tuple[float, float], margin: float
    ) -> None:
        """Note who was first told just behind the entry and drives on as only who has come through does."""
        if turn.began is None:
            return
        began_ns, from_m = turn.began
        ahead_m = float(entry.offset_m([place])[0] - entry.offset_m([from_m])[0])
        moved_m = math.hypot(place[0] - from_m[0], place[1] - from_m[1])
        if moved_m < self._limits.moved_m:
            return
        turn.began = None
        fast = moved_m >= self._limits.driving_mps * (turn.seen_ns - began_ns) / NS_PER_S
        if fast and ahead_m >= moved_m * math.cos(self._limits.course_rad):
            turn.entry.before_ns = began_ns
            _pass(turn.entry, entry, from_m, began_ns, margin)

    def _decide(self, ban: ProhibitedTurn, turn: _Turn, margin: float) -> Iterator[Verdict]:
        beside_m = max(turn.entry.beside_m, turn.exit.beside_m)
        if turn.seen_ns - _entered_ns(turn) > self._limits.within_s * NS_PER_S:
            return
        verdict = self._verdict(ban, turn, *self._said(ban, turn, beside_m, margin))
        turn.opened = verdict if verdict.kind is VerdictKind.VIOLATION else None
        yield verdict

    def _said(
        self, ban: ProhibitedTurn, turn: _Turn, beside_m: float, margin: float
    ) -> tuple[VerdictKind, Reason | None]:
        """Return the verdict on a turn that was made, as far as its place is known."""
        if turn.gap_ns > self._limits.gap_s * NS_PER_S:
            return VerdictKind.UNDETERMINED, Reason.NOT_OBSERVED
        if ban.windows and self._time_base is TimeBase.MEDIA:
            return VerdictKind.UNDETERMINED, Reason.TIME_OF_DAY_UNKNOWN
        holds = self._holds(ban, turn)
        if holds == {False}:
            return VerdictKind.CLEAR, None
        if len(holds) > 1:
            return VerdictKind.UNDETERMINED, Reason.NEAR_SIGN_HOURS
        doubt = Reason.TRACK_LEAPS if _may_be_two(turn) else None
        doubt = Reason.PLACE_UNCERTAIN if beside_m > -margin else doubt
        return VerdictKind.VIOLATION if doubt is None else VerdictKind.UNDETERMINED, doubt

    def _holds(self, ban: ProhibitedTurn, turn: _Turn) -> set[bool]:
        """Return whether the sign holds, at every instant at which the turn can have been made."""
        if not ban.windows:
            return {True}
        clock_ns = round(self._limits.clock_s * NS_PER_S)
        from_ns, to_ns = _entered_ns(turn), turn.seen_ns
        moments = (from_ns - clock_ns, from_ns, to_ns, to_ns + clock_ns)
        seconds = [self._site.second_of_day(moment) for moment in moments]
        return {any(window.contains(second) for window in ban.windows) for second in seconds}

    def _close_lost(self, now_ns: int) -> list[Verdict]:
        found: list[Verdict] = []
        for key, turn in sorted(self._turns.items()):
            unseen_ns = now_ns - turn.seen_ns
            if turn.opened is not None and unseen_ns > self._limits.lost_s * NS_PER_S:
                found.append(replace(turn.opened, phase=WindowPhase.CLOSED))
                turn.opened = None
            if unseen_ns > self._limits.forget_s * NS_PER_S:
                del self._turns[key]
        return found

    def _verdict(self, ban: ProhibitedTurn, turn: _Turn, kind: VerdictKind, reason: Reason | None) -> Verdict:
        from_ns = _entered_ns(turn)
        violation = kind is VerdictKind.VIOLATION
        return Verdict(
            rule=self.name,
            article=ARTICLE,
            view=self._site.view,
            place=ban.name,
            track_id=turn.track.track_id,
            vehicle_class=turn.track.vehicle_class,
            kind=kind,
            phase=WindowPhase.OPENED if violation else WindowPhase.CLOSED,
            opened_ns=from_ns,
            updated_ns=turn.seen_ns,
            extremum=(turn.seen_ns - from_ns) / NS_PER_S,
            unit="s",
            evidence_times_ns=(from_ns, turn.seen_ns) if violation else (),
            reason=reason,
            plate=turn.track.plate,
        )


def _may_be_two(turn: _Turn) -> bool:
    """Return whether another may have left by the exit than who came in: by plates, or by a leap."""
    plate, leapt_ns = turn.track.plate, turn.track.leapt_ns
    if turn.named is not None and plate is not None:
        return plate.text != turn.named
    return leapt_ns is not None and leapt_ns > _entered_ns(turn)


def _entered_ns(turn: _Turn) -> int:
    return turn.seen_ns if turn.entry.through_ns is None else turn.entry.through_ns


def _pass(gate: _Gate, line: LineSegment, place: tuple[float, float], now_ns: int, margin: float) -> None:
    """Move a track on at a gate; whoever comes back before it, or passes beside it, has to pass anew."""
    offset_m = float(line.offset_m([place])[0])
    along_m = float(line.along_m([place])[0])
    if offset_m <= -margin:
        gate.before_ns, gate.through_ns, gate.nearest_m = now_ns, None, 1e9
    if gate.before_ns is None or gate.through_ns is not None:
        return
    if abs(offset_m) < gate.nearest_m:
        gate.nearest_m = abs(offset_m)
        gate.beside_m = max(-along_m, along_m - line.length_m())
    if offset_m < margin:
        return
    if gate.beside_m > margin:
        gate.before_ns, gate.nearest_m = None, 1e9
    else:
        gate.through_ns = now_ns
