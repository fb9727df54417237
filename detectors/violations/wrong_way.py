"""Pasal 287(1): riding against the direction that a sign prescribes, for a distance."""

from collections import deque
from dataclasses import dataclass, field, replace

import numpy as np

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.geometry import Areas
from detectors.datatypes.site import SitePlan
from detectors.datatypes.steps import Observation
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Reason, Verdict, VerdictKind, WindowPhase
from detectors.violations.fronts import margin_m

ARTICLE = "287(1)"


@dataclass(frozen=True, slots=True)
class AgainstLimits:
    """Parameters of the rule.

    A ride counts from `distance_m` on, after what the place may be off. Who makes more than `most_part` of
    its way from one sight to the next, or is faster than `fastest_mps`, is a track that leapt to another
    vehicle. Motorcycles cannot reverse; anybody else slower than `reversing_mps` may. Nothing slower than
    `riding_mps` rides. Across `gap_s` unseen no way is counted; unseen, or off the stretch, for `lost_s` a
    ride is over. Where most sights of the way came later than `seldom_s` after another it may be the way of
    nobody: of a queue that drives on by half a headway between two pictures, each seems to be the one behind
    him, and a track goes backward. What [?] is judgement.
    """

    distance_m: float = 20.0
    most_part: float = 0.5
    fastest_mps: float = 16.0
    reversing_mps: float = 3.0
    riding_mps: float = 1.0
    gap_s: float = 1.5
    lost_s: float = 2.0
    seldom_s: float = 0.6


DEFAULT_LIMITS = AgainstLimits()


@dataclass(slots=True)
class _Ride:
    """One track on one stretch: `along_m` is its way in the direction prescribed, `worst_m` the most against.

    `back` holds (instant, along_m) since the farthest point forward, or since the ride became a violation;
    `until` is when it had gone farthest against the direction then, and how far.
    """

    track: Track
    place_m: tuple[float, float]
    seen_ns: int
    along_m: float = 0.0
    worst_m: float = 0.0
    back: deque[tuple[int, float]] = field(default_factory=deque)
    doubt: Reason | None = None
    opened: Verdict | None = None
    until: tuple[int, float] = (0, 0.0)


class WrongWay:
    """Judges the rides on the one-way stretches of one view. One instance a view.

    Progress is what a track moves along the direction of the piece that it is on, from sight to sight; a
    ride against it is the way back from the farthest point reached. Errors of the place do not add up.
    """

    def __init__(self, site: SitePlan, limits: AgainstLimits = DEFAULT_LIMITS) -> None:
        self._site = site
        self._limits = limits
        self._areas = Areas(tuple(way.area for way in site.one_way))
        self._headings = np.array([way.heading_rad for way in site.one_way])
        self._doubt_m = {
            name: 2 * max(margin_m(way.sigma_m) for way in site.one_way if way.name == name)
            for name in {way.name for way in site.one_way}
        }
        self._rides: dict[tuple[int, str], _Ride] = {}

    @property
    def name(self) -> str:
        """The code of the rule."""
        return "wrong_way"

    def judge(self, observation: Observation) -> tuple[Verdict, ...]:
        """Return the rides that this instant made a violation or ended."""
        if not self._site.one_way:
            return ()
        tracks = [t for t in observation.tracks if t.observed and t.position_m is not None]
        tracks.sort(key=lambda track: track.track_id)
        found: list[Verdict] = []
        if tracks:
            x_m, y_m = np.array([track.position_m for track in tracks]).T
            inside = self._areas.contain(x_m, y_m)
            on_any, pieces = np.asarray(inside.any(axis=0)), np.asarray(inside.argmax(axis=0))
            for track, on, piece in zip(tracks, on_any, pieces, strict=True):
                if on:
                    found += self._see(track, int(piece), observation.timestamp_ns)
        return (*found, *self._end(observation.timestamp_ns))

    def finish(self, timestamp_ns: int) -> tuple[Verdict, ...]:
        """Tell what is still open when the source ends."""
        return self._end(timestamp_ns + round(self._limits.lost_s * NS_PER_S) + 1)

    def _see(self, track: Track, piece: int, now_ns: int) -> list[Verdict]:
        name, place_m = self._site.one_way[piece].name, track.position_m or (0.0, 0.0)
        ride = self._rides.get((track.track_id, name))
        if ride is None:
            ride = self._rides[track.track_id, name] = _Ride(track, place_m, now_ns)
            ride.back.append((now_ns, 0.0))
            return []
        gone_m = np.subtract(place_m, ride.place_m)
        ahead = np.cos(self._headings[piece]), np.sin(self._headings[piece])
        if now_ns - ride.seen_ns > self._limits.gap_s * NS_PER_S:
            ride.back.clear()  # it may be another vehicle: the way begins anew
        else:
            ride.along_m += float(gone_m @ ahead)
        ride.track, ride.place_m, ride.seen_ns = track, place_m, now_ns
        self._go_back(ride, name)
        return self._judge(ride, name)

    def _go_back(self, ride: _Ride, name: str) -> None:
        """Note where it is since it was farthest; what is older than any ride takes is dropped."""
        if ride.back and ride.along_m >= ride.back[0][1]:
            ride.back.clear()
        ride.back.append((ride.seen_ns, ride.along_m))
        longest_ns = self._needed_m(name) / self._limits.riding_mps * NS_PER_S
        while ride.opened is None and ride.seen_ns - ride.back[0][0] > longest_ns:
            ride.back.popleft()
        ride.worst_m = max(ride.worst_m, ride.back[0][1] - ride.along_m)

    def _judge(self, ride: _Ride, name: str) -> list[Verdict]:
        """Open a ride that is one now, and go on with one that is open."""
        against_m = ride.back[0][1] - ride.along_m
        if ride.opened is not None:
            if against_m > ride.until[1]:
                ride.until = ride.seen_ns, against_m
            return []
        if against_m < self._needed_m(name):
            return []
        start = self._last_at_least(ride, ride.along_m + self._needed_m(name))
        way = list(ride.back)[start:]
        kind, reason = self._said(ride, way)
        if kind is not VerdictKind.VIOLATION:
            ride.doubt = ride.doubt or reason
            return []
        ride.back = deque(way)
        ride.until = ride.seen_ns, way[0][1] - way[-1][1]
        ride.opened = self._verdict(ride, name, (kind, None), (way[0][0], *ride.until))
        return [ride.opened]

    def _needed_m(self, name: str) -> float:
        return self._limits.distance_m + self._doubt_m[name]

    @staticmethod
    def _last_at_least(ride: _Ride, along_m: float) -> int:
        """Return the last sight at which it was so far along: since then it has gone back by the rest."""
        return max(n for n, (_, at_m) in enumerate(ride.back) if at_m >= along_m - 1e-9)

    def _said(self, ride: _Ride, way: list[tuple[int, float]]) -> tuple[VerdictKind, Reason | None]:
        """Return what is to be said of a way back that is long enough, sight by sight."""
        (from_ns, from_m), (to_ns, to_m) = way[0], way[-1]
        speed_mps = (from_m - to_m) * NS_PER_S / max(to_ns - from_ns, 1)
        if speed_mps < self._limits.riding_mps:
            return VerdictKind.CLEAR, None
        steps_m = -np.diff([along_m for _, along_m in way])
        if steps_m.max() > self._limits.most_part * (from_m - to_m) or speed_mps > self._limits.fastest_mps:
            return VerdictKind.UNDETERMINED, Reason.TRACK_LEAPS
        if float(np.median(np.diff([at_ns for at_ns, _ in way]))) > self._limits.seldom_s * NS_PER_S:
            return VerdictKind.UNDETERMINED, Reason.NOT_OBSERVED
        rides = ride.track.vehicle_class is VehicleClass.MOTORCYCLE
        if not rides and speed_mps < self._limits.reversing_mps:
            return VerdictKind.UNDETERMINED, Reason.MAY_REVERSE
        return VerdictKind.VIOLATION, None

    def _end(self, now_ns: int) -> tuple[Verdict, ...]:
        found: list[Verdict] = []
        for key, ride in sorted(self._rides.items()):
            if now_ns - ride.seen_ns > self._limits.lost_s * NS_PER_S:
                found += self._close(ride, key[1])
                del self._rides[key]
        return tuple(found)

    def _close(self, ride: _Ride, name: str) -> list[Verdict]:
        """Return the last word on a ride: its end, why it cannot be judged, or that it went the right way."""
        if ride.opened is not None:
            until_ns, way_m = ride.until
            times_ns = (*ride.opened.evidence_times_ns, until_ns)
            closed = replace(ride.opened, phase=WindowPhase.CLOSED, updated_ns=until_ns, extremum=way_m)
            return [replace(closed, evidence_times_ns=tuple(sorted(set(times_ns))))]
        span = (ride.back[0][0], ride.seen_ns, ride.worst_m)
        if ride.doubt is not None:
            return [self._verdict(ride, name, (VerdictKind.UNDETERMINED, ride.doubt), span)]
        if ride.worst_m > self._limits.distance_m - self._doubt_m[name]:
            return [self._verdict(ride, name, (VerdictKind.UNDETERMINED, Reason.PLACE_UNCERTAIN), span)]
        if ride.along_m >= self._needed_m(name):
            return [self._verdict(ride, name, (VerdictKind.CLEAR, None), span)]
        return []

    def _verdict(
        self, ride: _Ride, name: str, said: tuple[VerdictKind, Reason | None], span: tuple[int, int, float]
    ) -> Verdict:
        kind, reason = said
        from_ns, to_ns, way_m = span
        violation = kind is VerdictKind.VIOLATION
        return Verdict(
            rule=self.name,
            article=ARTICLE,
            view=self._site.view,
            place=name,
            track_id=ride.track.track_id,
            vehicle_class=ride.track.vehicle_class,
            kind=kind,
            phase=WindowPhase.OPENED if violation else WindowPhase.CLOSED,
            opened_ns=from_ns,
            updated_ns=to_ns,
            extremum=max(way_m, 0.0),
            unit="m",
            evidence_times_ns=(from_ns, to_ns) if violation else (),
            reason=reason,
            plate=ride.track.plate,
            uncertainty=self._doubt_m[name] if violation else None,
        )
