"""Pasal 287(1) and 287(3): standing where a sign forbids it in its hours, or in a forbidden manner."""

from dataclasses import dataclass

from detectors.datatypes.frame import NS_PER_S, TimeBase
from detectors.datatypes.site import DAY_S, Ban, NoParkingZone, SitePlan
from detectors.datatypes.steps import Observation
from detectors.datatypes.violations import Reason, Verdict, VerdictKind, WindowPhase
from detectors.violations.standing import UNKNOWN_NS, Stand, Standing, StandingLimits

ARTICLES = BY_SIGN, BY_MANNER = "287(1)", "287(3)"
DEFAULT_LIMITS = StandingLimits()
ALWAYS_NS = -(2**63), 2**63


@dataclass(slots=True)
class _Charge:
    """What has been said of one stand in one zone: since when it counts, and when it was last told."""

    counted_from_ns: int
    proved_ns: int
    told_ns: int
    closed: bool = False


class KerbParking:
    """Judges stands in the no-parking zones of one view. One instance a view.

    A stand counts from its own beginning or from the beginning of the window, whichever is later, and is a
    VIOLATION once it has surely stood for longer than the zone tolerates, letting passengers out included,
    and the vehicle is seen there. The way in and out may look like standing: where only with it the time is
    up, the stand is UNDETERMINED. `uncertainty` of a verdict says how much of the time told that may be. A
    zone is banned by its sign (287(1)) or for the manner of standing there: in a junction, on a crossing, in
    a second row (287(3)). `extend_every_s` is the pace at which a violation that lasts is told again.
    """

    def __init__(
        self, site: SitePlan, limits: StandingLimits = DEFAULT_LIMITS, extend_every_s: float = 60.0
    ) -> None:
        self._site = site
        self._standing = Standing(limits, site.revisit_s)
        self._extend_ns = round(extend_every_s * NS_PER_S)
        self._charges: dict[tuple[int, str], _Charge] = {}
        self._undated: set[tuple[int, str]] = set()
        self._time_base = TimeBase.UTC

    @property
    def name(self) -> str:
        """The code of the rule."""
        return "kerb_parking"

    def judge(self, observation: Observation) -> tuple[Verdict, ...]:
        """Return the windows that this instant opened, extended or closed."""
        self._time_base = observation.time_base
        if not self._site.no_parking:
            return ()
        stands = self._standing.update(observation.tracks, observation.timestamp_ns)
        return self._verdicts(stands)

    def finish(self, timestamp_ns: int) -> tuple[Verdict, ...]:  # noqa: ARG002 - the port's signature
        """Close what is still open when the source ends, at the instant of its last sight."""
        return self._verdicts(self._standing.finish())

    def _verdicts(self, stands: tuple[Stand, ...]) -> tuple[Verdict, ...]:
        if not stands:
            return ()
        places = [stand.place_m for stand in stands]
        found: list[Verdict] = []
        for zone in self._site.no_parking:
            inside = zone.area.contains(places)
            for stand, within in zip(stands, inside, strict=True):
                if within or (stand.track.track_id, zone.name) in self._charges:
                    found += self._judge_stand(stand, zone)
        return tuple(found)

    def _judge_stand(self, stand: Stand, zone: NoParkingZone) -> list[Verdict]:
        key = (stand.track.track_id, zone.name)
        undated = self._time_base is TimeBase.MEDIA and zone.window is not None
        found = self._undated_verdict(stand, zone) if undated else self._dated(stand, zone)
        if stand.ended:
            self._charges.pop(key, None)
            self._undated.discard(key)
        return found

    def _undated_verdict(self, stand: Stand, zone: NoParkingZone) -> list[Verdict]:
        """Without a time of day a long stand cannot be judged; a short one is clear at any hour."""
        key = (stand.track.track_id, zone.name)
        stood_ns = stand.last_in_ns - stand.began_ns
        if key in self._undated:
            return []
        if stood_ns >= zone.tolerated_s * NS_PER_S or stand.lost:
            self._undated.add(key)
            return [self._say(stand, zone, stand.began_ns, stand.last_in_ns, Reason.TIME_OF_DAY_UNKNOWN)]
        return [self._short(stand, zone, ALWAYS_NS)] if stand.left_ns is not None else []

    def _dated(self, stand: Stand, zone: NoParkingZone) -> list[Verdict]:
        starts_ns, ends_ns = self._window_ns(zone, stand.last_in_ns)
        charge = self._charges.get((stand.track.track_id, zone.name))
        if charge is not None and not charge.closed:
            return self._continue(stand, zone, charge)
        if charge is not None and charge.counted_from_ns >= starts_ns:
            return []  # judged for this day already
        from_ns = max(stand.began_ns, starts_ns)
        in_window = from_ns <= stand.last_in_ns < ends_ns
        if in_window and _proved_ns(stand, from_ns, ends_ns) >= zone.tolerated_s * NS_PER_S:
            return self._open(stand, zone, from_ns)
        return [self._short(stand, zone, (starts_ns, ends_ns))] if stand.ended else []

    def _open(self, stand: Stand, zone: NoParkingZone, from_ns: int) -> list[Verdict]:
        charge = _Charge(from_ns, stand.last_in_ns, stand.last_in_ns)
        self._charges[stand.track.track_id, zone.name] = charge
        opened = self._charge(stand, zone, charge, stand.last_in_ns, WindowPhase.OPENED)
        return [opened, *self._continue(stand, zone, charge)]

    def _continue(self, stand: Stand, zone: NoParkingZone, charge: _Charge) -> list[Verdict]:
        _, ends_ns = self._window_ns(zone, charge.counted_from_ns)
        until_ns = min(ends_ns, stand.last_in_ns)
        if stand.ended or until_ns == ends_ns:
            charge.closed = True
            return [self._charge(stand, zone, charge, until_ns, WindowPhase.CLOSED)]
        if until_ns - charge.told_ns < self._extend_ns:
            return []
        charge.told_ns = until_ns
        return [self._charge(stand, zone, charge, until_ns, WindowPhase.EXTENDED)]

    def _short(self, stand: Stand, zone: NoParkingZone, window_ns: tuple[int, int]) -> Verdict:
        """Judge a stand that ended without a charge: CLEAR only if it cannot have lasted unseen.

        A stand out of the window is not held against what was before the source began.
        """
        starts_ns, ends_ns = window_ns
        in_window = starts_ns <= stand.last_in_ns < ends_ns
        from_ns = max(stand.began_ns, starts_ns) if in_window else stand.began_ns
        known = in_window or stand.earliest_ns != UNKNOWN_NS
        earliest_ns = max(stand.earliest_ns if known else stand.began_ns, starts_ns)
        at_most_ns = min(stand.latest_ns, ends_ns) - earliest_ns
        seen_ns = min(stand.last_in_ns, ends_ns) - max(stand.began_ns, starts_ns)
        if seen_ns >= zone.tolerated_s * NS_PER_S:
            return self._say(stand, zone, from_ns, stand.last_in_ns, Reason.STAND_NEAR_LIMIT)
        if (in_window and stand.lost) or at_most_ns >= zone.tolerated_s * NS_PER_S:
            return self._say(stand, zone, from_ns, stand.last_in_ns, Reason.NOT_OBSERVED)
        return self._clear(stand, zone, from_ns)

    def _window_ns(self, zone: NoParkingZone, timestamp_ns: int) -> tuple[int, int]:
        """Return the window of the local day of `timestamp_ns`; one without end where none is signed."""
        if zone.window is None:
            return ALWAYS_NS
        offset_ns = self._site.utc_offset_s * NS_PER_S
        day_ns = (timestamp_ns + offset_ns) // (DAY_S * NS_PER_S) * (DAY_S * NS_PER_S) - offset_ns
        return day_ns + zone.window.start_s * NS_PER_S, day_ns + zone.window.end_s * NS_PER_S

    def _charge(
        self, stand: Stand, zone: NoParkingZone, charge: _Charge, until_ns: int, phase: WindowPhase
    ) -> Verdict:
        evidence_ns = tuple(sorted({charge.counted_from_ns, charge.proved_ns, until_ns}))
        return self._verdict(
            stand, zone, (charge.counted_from_ns, until_ns), (VerdictKind.VIOLATION, phase, None), evidence_ns
        )

    def _clear(self, stand: Stand, zone: NoParkingZone, from_ns: int) -> Verdict:
        said = (VerdictKind.CLEAR, WindowPhase.CLOSED, None)
        return self._verdict(stand, zone, (from_ns, stand.last_in_ns), said)

    def _say(self, stand: Stand, zone: NoParkingZone, from_ns: int, until_ns: int, reason: Reason) -> Verdict:
        said = (VerdictKind.UNDETERMINED, WindowPhase.CLOSED, reason)
        return self._verdict(stand, zone, (from_ns, until_ns), said)

    def _verdict(
        self,
        stand: Stand,
        zone: NoParkingZone,
        span_ns: tuple[int, int],
        said: tuple[VerdictKind, WindowPhase, Reason | None],
        evidence_ns: tuple[int, ...] = (),
    ) -> Verdict:
        kind, phase, reason = said
        return Verdict(
            rule=self.name,
            article=BY_SIGN if zone.ban is Ban.SIGN else BY_MANNER,
            view=self._site.view,
            place=zone.name,
            track_id=stand.track.track_id,
            vehicle_class=stand.track.vehicle_class,
            kind=kind,
            phase=phase,
            opened_ns=span_ns[0],
            updated_ns=span_ns[1],
            extremum=(span_ns[1] - span_ns[0]) / NS_PER_S,
            unit="s",
            evidence_times_ns=evidence_ns,
            reason=reason,
            plate=stand.plate,
            uncertainty=(span_ns[1] - span_ns[0] - max(_proved_ns(stand, *span_ns), 0)) / NS_PER_S,
        )


def _proved_ns(stand: Stand, from_ns: int, until_ns: int) -> int:
    """Return for how long a vehicle surely stood between two instants; from 0 down where it is not sure."""
    return min(stand.surely_to_ns, until_ns) - max(stand.surely_from_ns, from_ns)
