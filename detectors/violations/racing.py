"""Pasal 297: racing on the road, a group that drives far above the limit and far faster than the traffic."""

import math
from collections import deque
from dataclasses import dataclass, field, replace
from statistics import median

from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.measures import KMH_PER_MPS
from detectors.datatypes.site import SitePlan
from detectors.datatypes.steps import Observation
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Reason, Verdict, VerdictKind, WindowPhase
from detectors.violations.stretches import MeasureLimits, Stretch, Stretches
from detectors.violations.track_noise import DEFAULT_NOISE, TrackNoise

ARTICLE = "297"
SHORT_STRETCHES = MeasureLimits(span_s=1.5, least_s=1.0)
Said = tuple[VerdictKind, Reason | None]


@dataclass(frozen=True, slots=True)
class RacingLimits:
    """What a race is; every number is [?], the law gives none.

    At least `group` vehicles drive `over_mps` above the limit, and `faster_mps` faster than the median of the
    traffic on that road in the last `traffic_s`, within `close_m` of one another for `lasts_s`. Who is surely
    that fast himself is no traffic: a dozen who race past would be compared with themselves. They need not
    be measured all that time: a camera sees farther than it measures, and who is surely so fast, and another
    with him at that time, was not slow a second before. Where fewer than `others` were measured there is no
    traffic to compare with, and only `alone_mps` above the limit is a race: a fast queue may be all there is.
    """

    group: int = 2
    over_mps: float = 20.0 / 3.6
    faster_mps: float = 20.0 / 3.6
    close_m: float = 30.0
    lasts_s: float = 2.5
    traffic_s: float = 60.0
    others: int = 3
    alone_mps: float = 40.0 / 3.6

    def __post_init__(self) -> None:
        if self.group < 2:
            msg = f"RacingLimits: expected a group of at least 2, got {self.group}"
            raise ValueError(msg)


DEFAULT_RACING = RacingLimits()


@dataclass(slots=True)
class _Racer:
    """What is known of one track that may be far above the limit.

    `fast` are its stretches that surely are, one after another; `perhaps` says that another one may be.
    """

    fast: list[Stretch] = field(default_factory=list)
    perhaps: Stretch | None = None
    opened: Verdict | None = None
    group: int = 1
    outran: bool | None = None
    together_s: float = 0.0

    @property
    def span_ns(self) -> tuple[int, int]:
        """From when to when it was surely fast."""
        return self.fast[0].from_ns, self.fast[-1].to_ns


class Racing:
    """Judges groups of fast vehicles on the carriageways of one view. One instance a view.

    Everybody of a group is told of. A single speeder does not race, nor does who drives no faster than all
    the others: both are CLEAR of racing, whatever else they did.
    """

    def __init__(
        self, site: SitePlan, limits: RacingLimits = DEFAULT_RACING, noise: TrackNoise = DEFAULT_NOISE
    ) -> None:
        self._view = site.view
        self._limits = limits
        self._stretches = Stretches(site, SHORT_STRETCHES, noise)
        self._racers: dict[int, _Racer] = {}
        self._traffic: deque[Stretch] = deque()
        self._close: dict[tuple[int, int], tuple[int, int]] = {}  # since when and until when two were close

    @property
    def name(self) -> str:
        """The code of the rule."""
        return "racing"

    def judge(self, observation: Observation) -> tuple[Verdict, ...]:
        """Return the windows that this instant opened, extended or closed."""
        self._note_close(observation)
        return self._told(*self._stretches.update(observation))

    def finish(self, timestamp_ns: int) -> tuple[Verdict, ...]:  # noqa: ARG002 - the port's signature
        """Close what is still open when the source ends."""
        return self._told(*self._stretches.finish())

    def _told(self, stretches: tuple[Stretch, ...], gone: tuple[int, ...]) -> tuple[Verdict, ...]:
        found: list[Verdict] = []
        for one in stretches:
            self._note(one)
        if stretches or gone:  # who leaves has been seen beside others since his last stretch
            for track_id in sorted(self._racers):
                found += self._judge_racer(track_id)
        for track_id in gone:
            found += self._close_racer(track_id)
        return tuple(found)

    def _note_close(self, observation: Observation) -> None:
        """Remember since when each two vehicles have been close to one another without a break."""
        now_ns = observation.timestamp_ns
        seen = sorted(
            (track.track_id, track.position_m)
            for track in observation.tracks
            if track.observed and track.position_m is not None and self._drives(track)
        )
        old_ns = now_ns - self._limits.traffic_s * NS_PER_S
        self._close = {pair: span for pair, span in self._close.items() if span[1] >= old_ns}
        for n, (one, (x0, y0)) in enumerate(seen):
            for other, (x1, y1) in seen[n + 1 :]:
                if (x1 - x0) ** 2 + (y1 - y0) ** 2 > self._limits.close_m**2:
                    continue
                since_ns, until_ns = self._close.get((one, other), (now_ns, now_ns))
                if now_ns - until_ns > SHORT_STRETCHES.gap_s * NS_PER_S:
                    since_ns = now_ns
                self._close[one, other] = since_ns, now_ns

    def _drives(self, track: Track) -> bool:
        """Return whether somebody may race: a queue that creeps is not worth the pairs that it makes."""
        return math.hypot(*(track.velocity_mps or (0.0, 0.0))) > self._limits.over_mps

    def _note(self, stretch: Stretch) -> None:
        if stretch.limit_mps is None or stretch.speed is None:
            return
        self._traffic.append(stretch)
        since_ns = stretch.to_ns - self._limits.traffic_s * NS_PER_S
        while self._traffic[0].to_ns < since_ns:
            self._traffic.popleft()
        threshold = stretch.limit_mps + self._limits.over_mps
        track_id = stretch.track.track_id
        if stretch.speed.low > threshold:
            racer = self._racers.setdefault(track_id, _Racer())
            if racer.fast and stretch.from_ns != racer.fast[-1].to_ns:
                racer.fast.clear()  # what was between was not seen, or not fast
            racer.fast.append(stretch)
        elif stretch.speed.high > threshold:
            self._racers.setdefault(track_id, _Racer()).perhaps = stretch

    def _judge_racer(self, track_id: int) -> list[Verdict]:
        racer = self._racers[track_id]
        if not racer.fast:
            return []
        together = self._together_s(track_id)
        long = [one for one, lasted_s in together.items() if lasted_s >= self._limits.lasts_s]
        racer.group = max(racer.group, 1 + len(together))
        racer.together_s = max([racer.together_s, *together.values()])
        racer.outran = self._outruns(racer.fast[-1])
        if 1 + len(long) < self._limits.group or not racer.outran:
            return []
        verdict = self._verdict(racer.fast[-1], (VerdictKind.VIOLATION, None), racer.span_ns[0])
        if racer.opened is None:
            racer.opened = verdict
            return [verdict]
        if verdict.updated_ns == racer.opened.updated_ns:
            return []
        worst = max(racer.opened, verdict, key=lambda one: one.extremum)
        racer.opened = replace(
            racer.opened,
            phase=WindowPhase.EXTENDED,
            updated_ns=verdict.updated_ns,
            extremum=worst.extremum,
            uncertainty=worst.uncertainty,
        )
        return [racer.opened]

    def _together_s(self, track_id: int) -> dict[int, float]:
        """Return for how long each other vehicle was close to one, where both were surely fast meanwhile."""
        mine = self._racers[track_id]
        found = {}
        for other, racer in self._racers.items():
            pair = min(track_id, other), max(track_id, other)
            if other == track_id or not racer.fast or pair not in self._close:
                continue
            close_ns = self._close[pair]
            spans = (mine.span_ns, racer.span_ns, close_ns)
            if min(span[1] for span in spans) > max(span[0] for span in spans):
                found[other] = (close_ns[1] - close_ns[0]) / NS_PER_S
        return found

    def _outruns(self, stretch: Stretch) -> bool | None:
        """Return whether somebody is far faster than the traffic on that road; None: that is not known."""
        if stretch.speed is None or stretch.limit_mps is None:
            return None
        threshold = stretch.limit_mps + self._limits.over_mps
        speeds: dict[int, float] = {
            one.track.track_id: one.speed.value
            for one in self._traffic
            if one.speed is not None and one.place == stretch.place and one.speed.low <= threshold
        }
        if len(speeds) < self._limits.others:
            return True if stretch.speed.low > stretch.limit_mps + self._limits.alone_mps else None
        return stretch.speed.low > median(speeds.values()) + self._limits.faster_mps

    def _close_racer(self, track_id: int) -> list[Verdict]:
        racer = self._racers.pop(track_id, None)
        if racer is None:
            return []
        if racer.opened is not None:
            return [replace(racer.opened, phase=WindowPhase.CLOSED)]
        if not racer.fast:
            doubt = (VerdictKind.UNDETERMINED, Reason.SPEED_NEAR_LIMIT)
            return [] if racer.perhaps is None else [self._verdict(racer.perhaps, doubt)]
        if racer.group >= self._limits.group and racer.outran is not False:
            alone = racer.outran is None and racer.together_s >= self._limits.lasts_s
            reason = Reason.NO_TRAFFIC_TO_COMPARE if alone else Reason.GROUP_SEEN_TOO_SHORT
            doubt = (VerdictKind.UNDETERMINED, reason)
            return [self._verdict(racer.fast[-1], doubt, racer.span_ns[0])]
        return [self._verdict(racer.fast[-1], (VerdictKind.CLEAR, None), racer.span_ns[0])]

    def _verdict(self, stretch: Stretch, said: Said, from_ns: int | None = None) -> Verdict:
        kind, reason = said
        accuses = kind is VerdictKind.VIOLATION
        opened_ns = stretch.from_ns if from_ns is None else from_ns
        speed = stretch.speed.times(KMH_PER_MPS) if stretch.speed is not None else None
        return Verdict(
            rule=self.name,
            article=ARTICLE,
            view=self._view,
            place=stretch.place,
            track_id=stretch.track.track_id,
            vehicle_class=stretch.track.vehicle_class,
            kind=kind,
            phase=WindowPhase.OPENED if accuses else WindowPhase.CLOSED,
            opened_ns=opened_ns,
            updated_ns=stretch.to_ns,
            extremum=0.0 if speed is None else speed.value,
            unit="km/h",
            evidence_times_ns=(opened_ns, stretch.to_ns) if accuses else (),
            reason=reason,
            plate=stretch.plate,
            uncertainty=None if speed is None else speed.uncertainty,
        )
