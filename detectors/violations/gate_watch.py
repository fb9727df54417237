"""When tracked vehicles pass the gates of one view: told to the city, which judges it; no rule."""

import math
from dataclasses import dataclass, replace

import numpy as np

from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.passages import Passage
from detectors.datatypes.site import SitePlan
from detectors.datatypes.steps import Observation
from detectors.datatypes.survey import Gate
from detectors.datatypes.tracks import Track
from detectors.violations.speedometer import Speedometer
from detectors.violations.track_noise import DEFAULT_NOISE, TrackNoise

METRES_PER_DEGREE = 111_195.0  # of latitude, on a sphere of 6 371 km


@dataclass(frozen=True, slots=True)
class GateLimits:
    """A passage is timed between two sights at most `gap_s` apart.

    It is told `lost_s` after the last sight of its vehicle, and `patience_s` after the gate at the latest:
    one that stands in view for long keeps nobody waiting.
    """

    gap_s: float = 0.8
    lost_s: float = 1.5
    patience_s: float = 10.0


DEFAULT_GATES = GateLimits()


@dataclass(slots=True)
class _Seen:
    """The last sight of one track, how far it was past each gate, and its passages that wait to be told."""

    track: Track
    at_ns: int
    past_m: list[float]
    waiting: list[Passage]


class GateWatch:
    """Times vehicles at the gates of one view. One instance a view.

    A passage is told when its vehicle is gone, or has stood there for long, with the plate that was read of
    it by then, if any.
    """

    def __init__(
        self, site: SitePlan, limits: GateLimits = DEFAULT_GATES, noise: TrackNoise = DEFAULT_NOISE
    ) -> None:
        self._site = site
        self._limits = limits
        self._seen: dict[int, _Seen] = {}
        meter = Speedometer(site, noise)
        self._sigma_m = {gate.name: _sigma_m(gate, meter) for gate in site.gates}

    def watch(self, observation: Observation) -> tuple[Passage, ...]:
        """Return the passages of those who are gone now."""
        if not self._site.gates:
            return ()
        tracks = [t for t in observation.tracks if t.observed and t.position_m is not None]
        if tracks:
            places = [track.position_m or (0.0, 0.0) for track in tracks]
            past_m = np.array([gate.line.offset_m(places) for gate in self._site.gates]).T.tolist()
            for track, past in zip(tracks, past_m, strict=True):
                self._see(track, past, observation)
        return self._told(observation.timestamp_ns)

    def told_until_ns(self, now_ns: int) -> int:
        """Return up to when, without that instant, every passage is told: none that comes is older."""
        waiting = (one.crossed_ns for seen in self._seen.values() for one in seen.waiting)
        return min((*waiting, now_ns - round(self._limits.gap_s * NS_PER_S)))

    def finish(self) -> tuple[Passage, ...]:
        """Return the passages of everybody who is still there when the source ends."""
        return self._told(None)

    def _see(self, track: Track, past_m: list[float], observation: Observation) -> None:
        now_ns = observation.timestamp_ns
        seen = self._seen.get(track.track_id)
        if seen is None:
            self._seen[track.track_id] = _Seen(track, now_ns, past_m, [])
            return
        if now_ns - seen.at_ns <= self._limits.gap_s * NS_PER_S:
            for gate, was_m, is_m in zip(self._site.gates, seen.past_m, past_m, strict=True):
                share = -was_m / (is_m - was_m) if was_m < 0 <= is_m else None
                if share is not None and _through(gate, seen.track, track, share):
                    crossed_ns = seen.at_ns + round(share * (now_ns - seen.at_ns))
                    seen.waiting.append(self._passage(gate, track, crossed_ns, observation))
        seen.track, seen.at_ns, seen.past_m = track, now_ns, past_m

    def _told(self, now_ns: int | None) -> tuple[Passage, ...]:
        """Return the passages that wait no longer, those of `now_ns` None being all."""
        told = []
        for track_id in sorted(self._seen):
            seen = self._seen[track_id]
            gone = now_ns is None or now_ns - seen.at_ns > self._limits.lost_s * NS_PER_S
            due = [p for p in seen.waiting if gone or self._overdue(p, now_ns or 0)]
            seen.waiting = [p for p in seen.waiting if p not in due]
            last = seen.track
            told += [replace(p, plate=last.plate, vehicle_class=last.vehicle_class) for p in due]
            if gone:
                del self._seen[track_id]
        return tuple(told)

    def _overdue(self, passage: Passage, now_ns: int) -> bool:
        return now_ns - passage.crossed_ns > self._limits.patience_s * NS_PER_S

    def _passage(self, gate: Gate, track: Track, crossed_ns: int, observation: Observation) -> Passage:
        survey = self._site.survey
        return Passage(
            view=self._site.view,
            gate=gate.name,
            track_id=track.track_id,
            vehicle_class=track.vehicle_class,
            crossed_ns=crossed_ns,
            time_base=observation.time_base,
            time_sigma_s=survey.frame_time_s if survey else 0.0,
            place_sigma_m=self._sigma_m[gate.name],
            clock_s=survey.clock_s if survey else None,
            plate=track.plate,
            lonlat=_lonlat(self._site, gate),
            simulated=self._site.simulated,
        )


def _through(gate: Gate, before: Track, after: Track, share: float) -> bool:
    """Return whether a vehicle that crosses the line of a gate, `share` of the way on, is within its ends."""
    from_m, to_m = gate.line.along_m([one.position_m or (0.0, 0.0) for one in (before, after)]).tolist()
    return bool(0 <= from_m + share * (to_m - from_m) <= gate.line.length_m())


def _sigma_m(gate: Gate, meter: Speedometer) -> float:
    """Return the standard error along the road of where a vehicle is when it is held to be at the gate."""
    line = gate.line
    middle = np.array([(line.x0_m + line.x1_m) / 2, (line.y0_m + line.y1_m) / 2])
    course = np.array([-(line.y1_m - line.y0_m), line.x1_m - line.x0_m]) / line.length_m()
    return float(np.hypot(meter.place_sigma_m(middle, course), gate.sigma_m))


def _lonlat(site: SitePlan, gate: Gate) -> tuple[float, float]:
    """Return where the middle of a gate is (WGS84), on a sphere: right to some metres within a city."""
    x_m, y_m = (gate.line.x0_m + gate.line.x1_m) / 2, (gate.line.y0_m + gate.line.y1_m) / 2
    lon, lat = site.origin_lonlat
    return lon + x_m / (METRES_PER_DEGREE * math.cos(math.radians(lat))), lat + y_m / METRES_PER_DEGREE
