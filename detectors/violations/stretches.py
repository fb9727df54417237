"""The stretches over which each track is measured, one after another: none is chosen by what it shows."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.geometry import Areas
from detectors.datatypes.measures import Interval
from detectors.datatypes.plates import PlateReading
from detectors.datatypes.site import Carriageway, SitePlan
from detectors.datatypes.steps import Observation
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Reason
from detectors.violations.speedometer import Speedometer
from detectors.violations.track_noise import DEFAULT_NOISE, TrackNoise

SIGHTS_USED = 48  # of a fast camera every so many are left out: more tell no more


@dataclass(frozen=True, slots=True)
class MeasureLimits:
    """How long a vehicle is followed for one measurement; every number is [?].

    A stretch ends after `span_s`, at the end of a carriageway or of its limit, or where the vehicle is unseen
    for `gap_s`; below `least_s` or `least_sights` it is not measured. After `lost_s` a vehicle is gone.
    """

    span_s: float = 3.0
    least_s: float = 1.0
    least_sights: int = 6
    gap_s: float = 0.8
    lost_s: float = 1.5


DEFAULT_MEASURE = MeasureLimits()


@dataclass(frozen=True, slots=True)
class Stretch:
    """One measurement of one track: `speed` in m/s, None with the `reason` why it cannot be said."""

    track: Track
    place: str
    limit_mps: float | None
    from_ns: int
    to_ns: int
    speed: Interval | None
    reason: Reason | None
    plate: PlateReading | None


@dataclass(slots=True)
class _Run:
    """What is followed of one track on one carriageway, and on those that go on with the same limit."""

    track: Track
    way: Carriageway
    plate: PlateReading | None
    times_ns: list[int] = field(default_factory=list)
    places_m: list[tuple[float, float]] = field(default_factory=list)


class Stretches:
    """Cuts the tracks of one view into stretches and measures each. One instance a rule."""

    def __init__(
        self, site: SitePlan, limits: MeasureLimits = DEFAULT_MEASURE, noise: TrackNoise = DEFAULT_NOISE
    ) -> None:
        self._ways = site.carriageways
        self._areas = Areas(tuple(way.area for way in site.carriageways))
        self._limits = limits
        self._meter = Speedometer(site, noise)
        self._eye_m, self._reach_m = site.camera.position_m[:2], self._meter.reach_m()
        self._runs: dict[int, _Run] = {}
        self._seen_ns: dict[int, int] = {}

    def update(self, observation: Observation) -> tuple[tuple[Stretch, ...], tuple[int, ...]]:
        """Return the stretches that ended with this instant, and the tracks that are gone, by id."""
        now_ns = observation.timestamp_ns
        told: list[Stretch] = []
        tracks = sorted(
            (t for t in observation.tracks if t.observed and t.position_m is not None),
            key=lambda track: track.track_id,
        )
        for track, way in zip(tracks, self._on(tracks), strict=True):
            told += self._see(track, way, now_ns)
        gone = self._gone(now_ns, told)  # adds what it ends to what is told
        return tuple(told), gone

    def finish(self) -> tuple[tuple[Stretch, ...], tuple[int, ...]]:
        """Return what can still be measured, and every track that was not told to be gone."""
        told: list[Stretch] = []
        for track_id in sorted(self._runs):
            told += self._end(track_id)
        gone = tuple(sorted(self._seen_ns))
        self._seen_ns.clear()
        return tuple(told), gone

    def _on(self, tracks: list[Track]) -> Iterable[Carriageway | None]:
        """Return the carriageway on which each track is, None beside all of them or too far away."""
        if not self._ways or not tracks:
            return [None] * len(tracks)
        places = np.array([track.position_m for track in tracks])
        inside = self._areas.contain(places[:, 0], places[:, 1])
        inside &= np.hypot(*(places - self._eye_m).T) <= self._reach_m
        rows = inside.argmax(axis=0).tolist()
        return [self._ways[row] if inside[row, n] else None for n, row in enumerate(rows)]

    def _see(self, track: Track, way: Carriageway | None, now_ns: int) -> list[Stretch]:
        told: list[Stretch] = []
        run = self._runs.get(track.track_id)
        if run is not None and self._breaks(run, way, now_ns):
            told += self._end(track.track_id)
            run = None
        if way is None:
            return told
        self._seen_ns[track.track_id] = now_ns
        if run is None:
            run = self._runs[track.track_id] = _Run(track, way, track.plate)
        run.track, run.plate = track, track.plate
        run.times_ns.append(now_ns)
        run.places_m.append(track.position_m or (0.0, 0.0))
        if now_ns - run.times_ns[0] >= self._limits.span_s * NS_PER_S:
            told += self._end(track.track_id)
            after = self._runs[track.track_id] = _Run(track, way, run.plate)
            after.times_ns.append(now_ns)
            after.places_m.append(run.places_m[-1])
        return told

    def _breaks(self, run: _Run, way: Carriageway | None, now_ns: int) -> bool:
        unseen = now_ns - run.times_ns[-1] > self._limits.gap_s * NS_PER_S
        if way is None or unseen:
            return True
        goes_on = way.speed_limit_mps == run.way.speed_limit_mps is not None
        return way.name != run.way.name and not goes_on

    def _gone(self, now_ns: int, told: list[Stretch]) -> tuple[int, ...]:
        lost_ns = self._limits.lost_s * NS_PER_S
        gone = tuple(sorted(one for one, seen_ns in self._seen_ns.items() if now_ns - seen_ns > lost_ns))
        for track_id in gone:
            told += self._end(track_id)
            del self._seen_ns[track_id]
        return gone

    def _end(self, track_id: int) -> list[Stretch]:
        run = self._runs.pop(track_id, None)
        if run is None:
            return []
        lasted_ns = run.times_ns[-1] - run.times_ns[0]
        short = lasted_ns < self._limits.least_s * NS_PER_S or len(run.times_ns) < self._limits.least_sights
        if short:
            return []
        every = -(-len(run.times_ns) // SIGHTS_USED)
        times_s = (np.array(run.times_ns[::every]) - run.times_ns[0]) / NS_PER_S
        found = self._meter.measure(times_s, np.array(run.places_m[::every]))
        speed, reason = (found, None) if isinstance(found, Interval) else (None, found)
        span = (run.times_ns[0], run.times_ns[-1])
        return [Stretch(run.track, run.way.name, run.way.speed_limit_mps, *span, speed, reason, run.plate)]
