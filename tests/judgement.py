"""Builders for the tests of judgement: a straight approach, a kerb strip, tracks that move on them.

The approach runs east along y = 0; its stop line is at x = 0 from (0, 5) to (0, -5), so that east,
where the approach leads, is on the left of the line.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from detectors.cases.opening import Circumstances
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.detections import Detections, VehicleClass
from detectors.datatypes.frame import NS_PER_S, Frame, TimeBase
from detectors.datatypes.geometry import GroundPlane, LineSegment, Polygon
from detectors.datatypes.plates import PlateReading
from detectors.datatypes.signals import Aspect, SignalState, SignalStates
from detectors.datatypes.site import (
    DailyWindow,
    NoParkingZone,
    OneWay,
    ProhibitedTurn,
    SitePlan,
    StopLine,
)
from detectors.datatypes.steps import Observation, SnapshotRequest
from detectors.datatypes.tracks import Track
from detectors.datatypes.violations import Verdict, VerdictKind, WindowPhase
from detectors.ports import Rule

MIDNIGHT_NS = 1_768_147_200 * NS_PER_S  # 2026-01-12 00:00 WITA
WINDOW = DailyWindow(16 * 3600, 19 * 3600)
GROUP = "east"
Place = tuple[float, float]
SEEN = Circumstances(8 * 3600, TimeBase.UTC, simulated=True, oracle=False)


def at(hour: int, minute: int = 0, second: float = 0.0) -> int:
    """Return a time of day of 12 January 2026 in Balikpapan."""
    return MIDNIGHT_NS + hour * 3600 * NS_PER_S + minute * 60 * NS_PER_S + round(second * NS_PER_S)


@dataclass(frozen=True)
class Motion:
    """A rigid motion of the ground: turned about the origin, then shifted."""

    turn_rad: float = 0.0
    shift_m: Place = (0.0, 0.0)

    def point(self, place: Place) -> Place:
        x, y = self.vector(place)
        return x + self.shift_m[0], y + self.shift_m[1]

    def vector(self, v: Place) -> Place:
        c, s = math.cos(self.turn_rad), math.sin(self.turn_rad)
        return c * v[0] - s * v[1], s * v[0] + c * v[1]

    def area(self, corners: Iterable[Place]) -> Polygon:
        return Polygon(np.array([self.point(corner) for corner in corners]))


STILL = Motion()


def box(x0: float, y0: float, x1: float, y1: float) -> list[Place]:
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def site(
    motion: Motion = STILL,
    window: DailyWindow | None = WINDOW,
    *,
    left_on_red: bool = False,
    minimum_stand_s: float = 60.0,
) -> SitePlan:
    """Return a kerb strip at y 4..7 before the line and a junction behind it."""
    start, end = motion.point((0.0, -5.0)), motion.point((0.0, 5.0))
    line = LineSegment(*end, *start)
    stop = StopLine(
        "line",
        GROUP,
        line,
        motion.area(box(1.5, -12, 20, 12)),
        left_on_red=left_on_red,
        left_exit=motion.area(box(0, 12, 20, 30)) if left_on_red else None,
    )
    strip = NoParkingZone("strip", motion.area(box(-80, 4, -20, 7)), window, minimum_stand_s)
    camera = PinholeCamera(640, 360, 500.0, np.array([-60.0, -15.0, 8.0]), math.radians(45), math.radians(20))
    return SitePlan("view-1", (116.86, -1.26), camera, GroundPlane(), (strip,), (stop,), simulated=True)


def signed_site(motion: Motion = STILL) -> SitePlan:
    """Return the site with its approach one-way, in two pieces, and a right turn forbidden from 6 to 20 h.

    One turns from the approach, over its stop line, to the south, through a gate at y = -15.
    """
    pieces = (box(-100, -8, -40, 8), box(-40, -8, 0, 8))
    ways = tuple(OneWay("main", motion.area(piece), motion.turn_rad) for piece in pieces)
    plan = site(motion)
    leave = LineSegment(*motion.point((15.0, -15.0)), *motion.point((5.0, -15.0)))
    hours = (DailyWindow(6 * 3600, 20 * 3600),)
    ban = ProhibitedTurn("right", plan.stop_lines[0].line, leave, hours)
    return replace(plan, one_way=ways, prohibited_turns=(ban,))


def turns_right(at_x: float = 10.0, speed_mps: float = 6.0) -> Callable[[float], Place]:
    """Return a path that comes from the west, passes the line at about t = 7 s, and turns south at `at_x`."""

    def path(t_s: float) -> Place:
        way_m = speed_mps * t_s
        over_m = max(0.0, way_m - 42.0 - at_x)
        return min(-42.0 + way_m, at_x), -2.0 - over_m

    return path


CAR_PX, RIDER_PX = (100.0, 100.0, 160.0, 140.0), (100.0, 100.0, 112.0, 124.0)


def track(
    track_id: int,
    now_ns: int,
    place: Place | None,
    velocity: Place = (0.0, 0.0),
    *,
    observed: bool = True,
    kind: VehicleClass = VehicleClass.CAR,
    box_px: tuple[float, float, float, float] | None = None,
) -> Track:
    return Track(
        track_id=track_id,
        timestamp_ns=now_ns,
        vehicle_class=kind,
        box_px=box_px or (RIDER_PX if kind is VehicleClass.MOTORCYCLE else CAR_PX),
        score=0.9,
        first_seen_ns=now_ns,
        last_seen_ns=now_ns,
        observed=observed,
        position_m=place,
        velocity_mps=velocity,
        heading_rad=0.0,
        plate=PlateReading("KX 1234 LX", 1.0, oracle=True),
    )


def observe(
    now_ns: int,
    *tracks: Track,
    signals: SignalStates | None = None,
    time_base: TimeBase = TimeBase.UTC,
) -> Observation:
    return Observation("view-1", now_ns, time_base, tracks, signals or SignalStates())


def lights(*changes: tuple[int, Aspect]) -> Callable[[int], SignalStates]:
    """Return what the group shows over time, from changes in the order of time."""

    def states(now_ns: int) -> SignalStates:
        shown = [SignalState(GROUP, aspect, since) for since, aspect in changes if since <= now_ns]
        return SignalStates(tuple(shown[-1:]))

    return states


def drive(  # noqa: PLR0913 - a test says what it varies
    rule: Rule,
    start_ns: int,
    seconds: float,
    paths: dict[int, Callable[[float], Place | None]],
    *,
    signals: Callable[[int], SignalStates] = lambda _now: SignalStates(),
    motion: Motion = STILL,
    every_s: float = 0.1,
    time_base: TimeBase = TimeBase.UTC,
    kind: VehicleClass = VehicleClass.CAR,
    reverse: bool = False,
) -> list[Verdict]:
    """Judge tracks along paths (seconds -> place, None where unseen) and return every verdict."""
    found: list[Verdict] = []
    for n in range(round(seconds / every_s) + 1):
        t_s = n * every_s
        now_ns = start_ns + round(t_s * NS_PER_S)
        tracks = []
        for track_id, path in paths.items():
            here, before = path(t_s), path(max(t_s - every_s, 0.0))
            if here is None:
                continue
            last = before or here
            v = ((here[0] - last[0]) / every_s, (here[1] - last[1]) / every_s)
            tracks.append(track(track_id, now_ns, motion.point(here), motion.vector(v), kind=kind))
        if reverse:
            tracks.reverse()
        found += rule.judge(observe(now_ns, *tracks, signals=signals(now_ns), time_base=time_base))
    return found + list(rule.finish(start_ns + round(seconds * NS_PER_S)))


def stands(from_s: float, to_s: float, place: Place = (-50.0, 5.5)) -> Callable[[float], Place]:
    """Return a path that drives in at 5 m/s, stands, and drives off eastward."""

    def path(t_s: float) -> Place:
        x, y = place
        return x + 5.0 * (min(t_s - from_s, 0.0) + max(t_s - to_s, 0.0)), y

    return path


def creeps(stood_s: float, pace_mps: float = 0.7) -> Callable[[float], Place]:
    """Return a path like `stands` from t = 20 s on, but its last and first 2 m are at a walking pace."""

    def path(t_s: float) -> Place:
        slow_s = 2.0 / pace_mps
        since_s = max(20.0 - t_s, t_s - 20.0 - stood_s, 0.0)
        off_m = pace_mps * min(since_s, slow_s) + 5.0 * max(since_s - slow_s, 0.0)
        return -50.0 + (off_m if t_s > 20.0 else -off_m), 5.5

    return path


def cruises(speed_mps: float, line_at_s: float, y: float = 0.0) -> Callable[[float], Place]:
    """Return a path whose front (of a car) passes the stop line at `line_at_s`."""
    return lambda t_s: (speed_mps * (t_s - line_at_s) - 2.2, y)


def verdict(
    phase: WindowPhase = WindowPhase.OPENED,
    *,
    rule: str = "kerb_parking",
    stood_s: float = 60.0,
    opened_ns: int | None = None,
    kind: VerdictKind = VerdictKind.VIOLATION,
    track_id: int = 1,
) -> Verdict:
    opened = at(16, 30) if opened_ns is None else opened_ns
    now_ns = opened + round(stood_s * NS_PER_S)
    return Verdict(
        rule=rule,
        article="287(1)",
        view="view 1",
        place="strip",
        track_id=track_id,
        vehicle_class=VehicleClass.CAR,
        kind=kind,
        phase=phase,
        opened_ns=opened,
        updated_ns=now_ns,
        extremum=stood_s,
        unit="s",
        evidence_times_ns=(opened, now_ns),
    )


def frame(index: int, now_ns: int, *, simulated: bool = True, time_base: TimeBase = TimeBase.UTC) -> Frame:
    image = np.full((360, 640, 3), 90, dtype=np.uint8)
    return Frame("view-1", index, now_ns, image, simulated=simulated, time_base=time_base)


def detections(n: int, *, oracle: bool = False) -> Detections:
    low = np.arange(n, dtype=np.float32) * 15 + 20
    boxes = np.column_stack((low, low / 2 + 150, low + 30, low / 2 + 175))
    contact = np.full((n, 2), np.nan)
    return Detections(boxes, np.full(n, 0.9), np.ones(n, dtype=np.int8), contact, (), oracle)


@dataclass
class ScriptedDetector:
    """Finds the same boxes in every frame."""

    found: Detections = field(default_factory=lambda: detections(1))
    name: str = "scripted"

    def detect(self, _frame: Frame) -> Detections:
        return self.found


@dataclass
class ScriptedTracker:
    """Tells tracks by a script of time, whatever was detected."""

    script: Callable[[int], tuple[Track, ...]]
    heard: list[int] = field(default_factory=list)

    def update(self, found: Detections, timestamp_ns: int) -> tuple[Track, ...]:
        self.heard.append(len(found))
        return self.script(timestamp_ns)


@dataclass
class ScriptedControl:
    """Notes what it is asked for and grants it or not."""

    willing: bool = True
    requests: list[SnapshotRequest] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)

    def request(self, request: SnapshotRequest) -> bool:
        self.requests.append(request)
        return self.willing

    def announce(self, text_code: str, _timestamp_ns: int) -> bool:
        self.spoken.append(text_code)
        return self.willing


@dataclass
class ScriptedSignals:
    """Signals by a script of time."""

    script: Callable[[int], SignalStates]

    def states(self, timestamp_ns: int) -> SignalStates:
        return self.script(timestamp_ns)


def moved_back(found: Iterable[Verdict], shift_ns: int) -> list[Verdict]:
    """Return verdicts moved back by `shift_ns`."""
    return [
        replace(
            v,
            opened_ns=v.opened_ns - shift_ns,
            updated_ns=v.updated_ns - shift_ns,
            evidence_times_ns=tuple(t - shift_ns for t in v.evidence_times_ns),
        )
        for v in found
    ]
