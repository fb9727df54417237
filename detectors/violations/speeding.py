"""Pasal 287(5): driving faster than the limit, measured over a few seconds on the ground of one view."""

from dataclasses import dataclass, replace

from detectors.datatypes.measures import KMH_PER_MPS
from detectors.datatypes.site import SitePlan
from detectors.datatypes.steps import Observation
from detectors.datatypes.violations import Reason, Verdict, VerdictKind, WindowPhase
from detectors.violations.stretches import DEFAULT_MEASURE, MeasureLimits, Stretch, Stretches
from detectors.violations.track_noise import DEFAULT_NOISE, TrackNoise

ARTICLE = "287(5)"
Said = tuple[VerdictKind, Reason | None]
CLEAR: Said = (VerdictKind.CLEAR, None)
VIOLATION: Said = (VerdictKind.VIOLATION, None)


@dataclass(frozen=True, slots=True)
class SpeedLimits:
    """Parameters of the rule; every number is [?].

    `tolerance_mps` is what is let pass above the limit, beside what the measurement may be wrong by. Faster
    than `impossible_mps` nobody drives there: the track is of two vehicles. Where no limit was written down,
    a vehicle that is faster than `unsigned_mps` (urban 50 km/h unless signed, PM 111/2015) is told of, and
    nobody is accused.
    """

    tolerance_mps: float = 5.0 / 3.6
    impossible_mps: float = 200.0 / 3.6
    unsigned_mps: float = 50.0 / 3.6


DEFAULT_SPEED = SpeedLimits()


@dataclass(slots=True)
class _Passage:
    """What the stretches of one track have come to: the accusation, else the doubt, else that it is clear."""

    opened: Verdict | None = None
    doubted: Verdict | None = None
    clear: Verdict | None = None


class Speeding:
    """Judges how fast vehicles are on the carriageways of one view. One instance a view.

    A stretch accuses where its whole interval lies above the limit plus tolerance, and clears where all of it
    lies below the limit; all between is UNDETERMINED. A track is told of once: by its first stretch that
    accuses and then as long as others do, else when it is gone.
    """

    def __init__(
        self,
        site: SitePlan,
        limits: SpeedLimits = DEFAULT_SPEED,
        measure: MeasureLimits = DEFAULT_MEASURE,
        noise: TrackNoise = DEFAULT_NOISE,
    ) -> None:
        self._view = site.view
        self._limits = limits
        self._stretches = Stretches(site, measure, noise)
        self._passages: dict[int, _Passage] = {}

    @property
    def name(self) -> str:
        """The code of the rule."""
        return "speeding"

    def judge(self, observation: Observation) -> tuple[Verdict, ...]:
        """Return the windows that this instant opened, extended or closed."""
        return self._told(*self._stretches.update(observation))

    def finish(self, timestamp_ns: int) -> tuple[Verdict, ...]:  # noqa: ARG002 - the port's signature
        """Close what is still open when the source ends, at the end of its last stretch."""
        return self._told(*self._stretches.finish())

    def _told(self, stretches: tuple[Stretch, ...], gone: tuple[int, ...]) -> tuple[Verdict, ...]:
        found = [verdict for one in stretches for verdict in self._judge_stretch(one)]
        for track_id in gone:
            found += self._close(track_id)
        return tuple(found)

    def _judge_stretch(self, stretch: Stretch) -> list[Verdict]:
        said = self._said(stretch)
        if said is None:
            return []
        passage = self._passages.setdefault(stretch.track.track_id, _Passage())
        verdict = self._verdict(stretch, said)
        if said != VIOLATION:
            which = "clear" if said == CLEAR else "doubted"
            setattr(passage, which, getattr(passage, which) or verdict)
            return []
        if passage.opened is None:
            passage.opened = verdict
            return [verdict]
        passage.opened = _extended(passage.opened, verdict)
        return [passage.opened]

    def _said(self, stretch: Stretch) -> Said | None:
        """Return what one stretch shows; None where nothing is signed and nobody is fast."""
        speed, limit_mps = stretch.speed, stretch.limit_mps
        if limit_mps is None:
            fast = speed is not None and speed.high > self._limits.unsigned_mps
            return (VerdictKind.UNDETERMINED, Reason.SPEED_LIMIT_UNKNOWN) if fast else None
        if speed is None:
            return VerdictKind.UNDETERMINED, stretch.reason
        if speed.value > self._limits.impossible_mps:
            return VerdictKind.UNDETERMINED, Reason.IMPOSSIBLE_SPEED
        if speed.low > limit_mps + self._limits.tolerance_mps:
            return VIOLATION
        return CLEAR if speed.high <= limit_mps else (VerdictKind.UNDETERMINED, Reason.SPEED_NEAR_LIMIT)

    def _close(self, track_id: int) -> list[Verdict]:
        passage = self._passages.pop(track_id, None)
        if passage is None:
            return []
        if passage.opened is not None:
            return [replace(passage.opened, phase=WindowPhase.CLOSED)]
        told = passage.doubted or passage.clear
        return [] if told is None else [told]

    def _verdict(self, stretch: Stretch, said: Said) -> Verdict:
        kind, reason = said
        accuses = kind is VerdictKind.VIOLATION
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
            opened_ns=stretch.from_ns,
            updated_ns=stretch.to_ns,
            extremum=0.0 if speed is None else speed.value,
            unit="km/h",
            evidence_times_ns=(stretch.from_ns, stretch.to_ns) if accuses else (),
            reason=reason,
            plate=stretch.plate,
            uncertainty=None if speed is None else speed.uncertainty,
        )


def _extended(opened: Verdict, later: Verdict) -> Verdict:
    """Return the accusation as it goes on: the speed that is most surely too high, with its uncertainty."""
    worst = max(opened, later, key=lambda verdict: verdict.extremum - (verdict.uncertainty or 0.0))
    return replace(
        opened,
        phase=WindowPhase.EXTENDED,
        updated_ns=later.updated_ns,
        extremum=worst.extremum,
        uncertainty=worst.uncertainty,
        plate=later.plate or opened.plate,
        evidence_times_ns=(*opened.evidence_times_ns[:1], *later.evidence_times_ns[1:]),
    )
