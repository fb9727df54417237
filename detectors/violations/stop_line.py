"""Pasal 287(1): standing beyond the stop line at red, or with a car in the box for motorcycles."""

from collections import deque
from dataclasses import dataclass, field, replace

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.signals import Aspect
from detectors.datatypes.site import SitePlan, StopLine
from detectors.datatypes.steps import Observation
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Reason, Verdict, VerdictKind, WindowPhase
from detectors.violations.fronts import FRONT_M, foot_hidden, front_margin_m, seen_whole, several
from detectors.violations.signal_log import SignalLog
from detectors.violations.track_noise import DEFAULT_NOISE, TrackNoise

ARTICLE = "287(1)"


@dataclass(frozen=True, slots=True)
class WaitingLimits:
    """Parameters of the rule.

    A vehicle stands that has kept within `drift_m` for `stand_s`. It waits at a line if its front is at most
    `queue_m` before and `reach_m` beyond it: farther on it has passed. `side_m` beside the end of the line is
    another approach. Where turning left on red is permitted, who stands within `left_lane_m` of the left end
    may be about to. `uncertainty_s` is how well the instant of crossing is known. Unseen for `lost_s` a
    vehicle is judged by what was seen of it. What [?] is judgement.
    """

    stand_s: float = 3.0
    drift_m: float = 1.0
    queue_m: float = 10.0
    reach_m: float = 8.0
    side_m: float = 0.5
    left_lane_m: float = 3.5
    uncertainty_s: float = 0.3
    lost_s: float = 1.5


DEFAULT_LIMITS = WaitingLimits()
Said = tuple[VerdictKind, Reason | None]


@dataclass(frozen=True, slots=True)
class _Sight:
    """Where a front was at an instant: m beyond the line that holds for its class, m along that line.

    `unsure`: its box was too wide for one vehicle, or hid its foot from all but an exact detector.
    """

    at_ns: int
    over_m: float
    along_m: float
    unsure: bool


@dataclass(slots=True)
class _Waiter:
    """One track near one line; `before_ns` and `beyond_ns` are the last sight before, the first beyond."""

    track: Track
    sights: deque[_Sight] = field(default_factory=deque)
    before_ns: int | None = None
    beyond_ns: int | None = None
    said: Said | None = None
    stood: tuple[int, int, float] = (0, 0, 0.0)  # from, to, m beyond, of what was said
    opened: Verdict | None = None
    charged_red_ns: int | None = None


class StopLineRule:
    """Judges who waits at the stop lines of one view. One instance a view.

    What counts is the mean place over a stand. Who stands beyond the line is accused if it was surely before
    it (`fronts.margin_m`) and surely beyond it within one red; who crossed before the red was held up.
    A stand is told once, when it is over or, as a violation, as soon as it is one.
    """

    def __init__(
        self, site: SitePlan, limits: WaitingLimits = DEFAULT_LIMITS, noise: TrackNoise = DEFAULT_NOISE
    ) -> None:
        self._site = site
        self._noise = noise
        self._limits = limits
        self._log = SignalLog()
        self._waiters: dict[tuple[int, str], _Waiter] = {}
        self._lines = {line.name: line for line in site.stop_lines}
        self._slack_ns = round((limits.uncertainty_s + site.signal_offset_s) * NS_PER_S)

    @property
    def name(self) -> str:
        """The code of the rule."""
        return "stop_line"

    def judge(self, observation: Observation) -> tuple[Verdict, ...]:
        """Return the stands that this instant made a violation or ended."""
        tracks = seen_whole(observation, self._site.camera)
        found: list[Verdict] = []
        for line in self._site.stop_lines:
            self._log.note(line.group, observation.signals)
            if tracks:
                found += self._judge_line(line, tracks, observation.timestamp_ns)
        return (*found, *self._judge_lost(observation.timestamp_ns))

    def finish(self, timestamp_ns: int) -> tuple[Verdict, ...]:
        """Tell what is still open when the source ends."""
        return tuple(self._judge_lost(timestamp_ns + round(self._limits.lost_s * NS_PER_S) + 1))

    def _judge_line(self, line: StopLine, tracks: list[Track], now_ns: int) -> list[Verdict]:
        places = [track.position_m or (0.0, 0.0) for track in tracks]
        offsets_m, alongs_m = line.line.offset_m(places), line.line.along_m(places)
        found: list[Verdict] = []
        for row, track in enumerate(tracks):
            over_m = float(offsets_m[row]) + FRONT_M[track.vehicle_class] + _box_m(line, track.vehicle_class)
            key = (track.track_id, line.name)
            far = not -2 * self._limits.queue_m <= over_m <= 2 * self._limits.reach_m + line.motorcycle_box_m
            if far and key not in self._waiters:
                continue
            waiter = self._waiters.setdefault(key, _Waiter(track))
            waiter.track = track
            unsure = over_m > 0 and self._unsure(track, tracks)
            found += self._see(line, waiter, _Sight(now_ns, over_m, float(alongs_m[row]), unsure))
        return found

    def _unsure(self, track: Track, tracks: list[Track]) -> bool:
        inexact = bool(self._noise.along_m)
        return several(track, self._site) or (inexact and foot_hidden(track, tracks))

    def _margin_m(self, line: StopLine, track: Track) -> float:
        return front_margin_m(line, track, self._site.camera, self._noise)

    def _see(self, line: StopLine, waiter: _Waiter, sight: _Sight) -> list[Verdict]:
        margin = self._margin_m(line, waiter.track)
        if sight.over_m <= -margin:
            waiter.before_ns, waiter.beyond_ns = sight.at_ns, None
        elif sight.over_m >= margin and waiter.beyond_ns is None:
            waiter.beyond_ns = sight.at_ns
        sights, since_ns = waiter.sights, sight.at_ns - round(self._limits.stand_s * NS_PER_S)
        sights.append(sight)
        while len(sights) > 1 and sights[1].at_ns <= since_ns:
            sights.popleft()
        may_go = self._log.at(line.group, sight.at_ns).aspect in (Aspect.GREEN, Aspect.YELLOW)
        if may_go or not self._stands(sights, since_ns):
            return self._leave(waiter, line)
        return self._stand(line, waiter, margin)

    def _stands(self, sights: deque[_Sight], since_ns: int) -> bool:
        """Return whether the sights reach back long enough and keep to one place."""
        if sights[0].at_ns > since_ns:
            return False
        for values in ([one.over_m for one in sights], [one.along_m for one in sights]):
            if max(values) - min(values) > self._limits.drift_m:
                return False
        return True

    def _stand(self, line: StopLine, waiter: _Waiter, margin: float) -> list[Verdict]:
        """Judge a stand as it now is; a violation is told at once, the rest when it ends."""
        sights = waiter.sights
        over_m = sum(one.over_m for one in sights) / len(sights)
        along_m = sum(one.along_m for one in sights) / len(sights)
        beside = not -self._limits.side_m <= along_m <= line.line.length_m() + self._limits.side_m
        reach_m = self._limits.reach_m + _box_m(line, waiter.track.vehicle_class)
        if beside or not -self._limits.queue_m <= over_m <= reach_m:
            return self._leave(waiter, line)
        red_ns = self._log.at(line.group, sights[-1].at_ns).since_ns
        if waiter.opened is not None or waiter.charged_red_ns == red_ns:
            return []
        since_ns = max(sights[0].at_ns, red_ns)
        if waiter.said is not None:
            since_ns = min(since_ns, waiter.stood[0])
        waiter.said = self._judged(line, waiter, (over_m, along_m), margin)
        waiter.stood = (since_ns, sights[-1].at_ns, over_m)
        if waiter.said[0] is not VerdictKind.VIOLATION:
            return []
        waiter.charged_red_ns = red_ns
        waiter.opened = self._verdict(line, waiter)
        return [waiter.opened]

    def _judged(self, line: StopLine, waiter: _Waiter, at_m: tuple[float, float], margin: float) -> Said:
        """Return what is to be said of a stand at a place (m beyond, m along)."""
        over_m, along_m = at_m
        kind = waiter.track.vehicle_class
        if over_m < -margin:
            return VerdictKind.CLEAR, None
        if over_m <= margin:
            return VerdictKind.UNDETERMINED, Reason.PLACE_UNCERTAIN
        if kind is VehicleClass.UNKNOWN and over_m <= line.motorcycle_box_m + margin:
            return VerdictKind.UNDETERMINED, Reason.CLASS_UNKNOWN  # in the box, where a motorcycle may be
        if line.left_on_red and along_m < self._limits.left_lane_m:
            return VerdictKind.UNDETERMINED, Reason.MAY_TURN_LEFT
        doubt = self._doubt(waiter)
        return self._by_signal(line, waiter) if doubt is None else (VerdictKind.UNDETERMINED, doubt)

    def _doubt(self, waiter: _Waiter) -> Reason | None:
        """Return why it is not known that who stands beyond the line is one who was before it."""
        if waiter.before_ns is None or waiter.beyond_ns is None:
            return Reason.TRACK_BEGAN_PAST_LINE
        if (waiter.track.leapt_ns or 0) > waiter.before_ns:
            return Reason.TRACK_LEAPS
        return Reason.PLACE_UNCERTAIN if any(sight.unsure for sight in waiter.sights) else None

    def _by_signal(self, line: StopLine, waiter: _Waiter) -> Said:
        """Return the verdict on who is beyond the line, by what showed while it crossed and since."""
        from_ns = (waiter.before_ns or 0) - self._slack_ns
        until_ns = (waiter.beyond_ns or 0) + self._slack_ns
        crossing = self._log.shown(line.group, from_ns, until_ns)
        since = self._log.shown(line.group, from_ns, waiter.sights[-1].at_ns)
        if Aspect.UNKNOWN in since:
            return VerdictKind.UNDETERMINED, Reason.SIGNAL_UNKNOWN
        if Aspect.RED not in crossing:
            return VerdictKind.CLEAR, None  # it passed in time and was held up
        if since != {Aspect.RED}:
            return VerdictKind.UNDETERMINED, Reason.NEAR_SIGNAL_CHANGE
        return VerdictKind.VIOLATION, None

    def _leave(self, waiter: _Waiter, line: StopLine) -> list[Verdict]:
        """Tell of the stand that is over, if there was one."""
        if waiter.opened is not None:
            closed = replace(waiter.opened, phase=WindowPhase.CLOSED)
            waiter.opened = waiter.said = None
            return [closed]
        if waiter.said is None:
            return []
        told = self._verdict(line, waiter)
        waiter.said = None
        return [told]

    def _judge_lost(self, now_ns: int) -> list[Verdict]:
        found: list[Verdict] = []
        for key, waiter in sorted(self._waiters.items()):
            if now_ns - waiter.sights[-1].at_ns > self._limits.lost_s * NS_PER_S:
                found += self._leave(waiter, self._lines[key[1]])
                del self._waiters[key]
        return found

    def _verdict(self, line: StopLine, waiter: _Waiter) -> Verdict:
        kind, reason = waiter.said or (VerdictKind.CLEAR, None)
        since_ns, until_ns, over_m = waiter.stood
        violation = kind is VerdictKind.VIOLATION
        return Verdict(
            rule=self.name,
            article=ARTICLE,
            view=self._site.view,
            place=line.name,
            track_id=waiter.track.track_id,
            vehicle_class=waiter.track.vehicle_class,
            kind=kind,
            phase=WindowPhase.OPENED if violation else WindowPhase.CLOSED,
            opened_ns=since_ns,
            updated_ns=until_ns,
            extremum=max(over_m, 0.0),
            unit="m",
            evidence_times_ns=(since_ns, until_ns) if violation else (),
            reason=reason,
            plate=waiter.track.plate,
            uncertainty=self._margin_m(line, waiter.track) if violation else None,
        )


def _box_m(line: StopLine, kind: VehicleClass) -> float:
    """Return how far before the line the one begins up to which a class may stand."""
    return 0.0 if kind is VehicleClass.MOTORCYCLE else line.motorcycle_box_m
