"""Traffic that others have moved: trajectories shown on a network, under its signals, with their truth."""

from dataclasses import dataclass

import numpy as np
import simpy
from numpy.typing import NDArray

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.signals import Aspect, SignalState
from twin.clock import NS_PER_S
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.traffic.drivers import STYLES, Registry, Vehicle
from twin.traffic.fleet import brake_lights
from twin.traffic.signals import SignalBoard
from twin.traffic.simulation import STEP_S, Census
from twin.traffic.trajectories import Track
from twin.truth import TrueViolation, VehicleStates

STANDS_MPS = 0.3
STANDS_S = 5.0
KERB_M = 0.5  # a vehicle whose middle lies so far into the outermost lane, or beyond, stands at the kerb
NEAR_M = 30.0  # a middle farther than this from every road is on none


@dataclass(frozen=True, slots=True)
class _Stand:
    """A stand of a track: since when and until when (s), where, None where it lasts to the end."""

    row: int
    began_s: float
    ended_s: float | None
    at_m: tuple[float, float]


class ReplayedTraffic:
    """Shows tracks from `start_ns` on: their earliest sight is then. Like TrafficSimulation to who looks.

    Truth is what the tracks show: who stood at a kerb, and who left an edge whose signal was red.
    """

    step_ns = round(STEP_S * NS_PER_S)

    def __init__(self, network: RoadNetwork, tracks: tuple[Track, ...], seed: Seed, start_ns: int) -> None:
        self.now_ns = start_ns
        self._start_ns = start_ns
        self._network = network
        self._tracks = tracks
        self._first_s = min(float(track.time_s[0]) for track in tracks)
        registry = Registry(seed.child("drivers"), (1.0, 0.0, 0.0, 0.0))
        self._vehicles = tuple(_dressed(registry, row, track.kind) for row, track in enumerate(tracks))
        self._begin_s = np.array([track.time_s[0] for track in tracks]) - self._first_s
        self._end_s = np.array([track.time_s[-1] for track in tracks]) - self._first_s
        groups = {turn.group for turn in network.turns if turn.group}
        self._env = simpy.Environment()
        self._board = SignalBoard(network, tuple(sorted(groups)), start_ns)
        self._board.start(self._env, lambda: int(self._env.now) + start_ns)
        self._kerbs = _Kerbs(network)
        self._stands = tuple(self._find_stands())
        self._red: list[TrueViolation] = []
        self._edge: dict[int, str] = {}

    def advance(self, until_ns: int) -> None:
        """Go on to `until_ns`, a whole number of steps from the start."""
        while self.now_ns < until_ns:
            self._env.run(until=self.now_ns + self.step_ns - self._start_ns)
            self.now_ns += self.step_ns
            self._watch_lines()

    @property
    def _now_s(self) -> float:
        return (self.now_ns - self._start_ns) / NS_PER_S

    def _there(self, now_s: float) -> list[int]:
        return [int(row) for row in np.flatnonzero((self._begin_s <= now_s) & (now_s <= self._end_s))]

    def _watch_lines(self) -> None:
        """Note who has left an edge since the last step although its signal is red."""
        red = {state.group: state for state in self.signal_states() if state.aspect is Aspect.RED}
        now_s = self._now_s
        for row in self._there(now_s):
            track = self._tracks[row]
            at = int(np.searchsorted(track.time_s, now_s + self._first_s, side="right")) - 1
            edge, before = track.edges[at], self._edge.get(row, "")
            self._edge[row] = edge
            if before and edge != before and before in red:
                state = red[before]
                self._red.append(self._crossing(row, state))

    def _crossing(self, row: int, state: SignalState) -> TrueViolation:
        vehicle = self._vehicles[row]
        line = self._network.road_of[state.group].centreline_m[-1]
        into_s = (self.now_ns - state.since_ns) / NS_PER_S
        at_m = float(line[0]), float(line[1])
        return TrueViolation(
            "red_light", row, int(vehicle.kind), vehicle.plate, state.group, at_m, self.now_ns, None, into_s
        )

    def _find_stands(self) -> list[_Stand]:
        """Return every stand at a kerb that the tracks show."""
        found = []
        for row, track in enumerate(self._tracks):
            slow = np.concatenate(([False], track.speed_mps < STANDS_MPS, [False]))
            begins, ends = np.flatnonzero(~slow[:-1] & slow[1:]), np.flatnonzero(slow[:-1] & ~slow[1:]) - 1
            for first, last in zip(begins.tolist(), ends.tolist(), strict=True):
                began_s, until_s = (float(track.time_s[i]) - self._first_s for i in (first, last))
                x, y = self._middle(row, np.array([first]))[0, :2].tolist()
                if until_s - began_s >= STANDS_S and self._kerbs.place(x, y):
                    lasts = last == len(track.time_s) - 1
                    found.append(_Stand(row, began_s, None if lasts else until_s, (x, y)))
        return found

    def _middle(self, row: int, at: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the middles (N, 3) of a vehicle at sights of its track."""
        track = self._tracks[row]
        heading = track.heading_rad[at]
        back_m = self._vehicles[row].size_m[0] / 2 if track.at_front else 0.0
        shift = np.column_stack((np.cos(heading), np.sin(heading), np.zeros(len(at)))) * back_m
        return np.asarray(track.place_m[at] - shift)

    def vehicles(
        self, centre_m: tuple[float, float] | None = None, radius_m: float | None = None
    ) -> VehicleStates:
        """Return the vehicles, all or those in a circle, ordered by id, between two sights on a straight."""
        now_s = self._now_s
        rows, places, columns = [], [], []
        for row in self._there(now_s):
            track = self._tracks[row]
            at_s = now_s + self._first_s
            values = (*track.place_m.T, track.heading_rad, track.speed_mps)
            x, y, z, heading, speed = (float(np.interp(at_s, track.time_s, value)) for value in values)
            back_m = self._vehicles[row].size_m[0] / 2 if track.at_front else 0.0
            x, y = x - back_m * np.cos(heading), y - back_m * np.sin(heading)
            if centre_m is None or radius_m is None or np.hypot(x - centre_m[0], y - centre_m[1]) <= radius_m:
                soon = float(np.interp(at_s + STEP_S, track.time_s, track.speed_mps))
                rows.append(row)
                places.append((x, y, z))
                columns.append((heading, speed, (soon - speed) / STEP_S))
        if not rows:
            return VehicleStates.none()
        vehicles = [self._vehicles[row] for row in rows]
        heading_rad, speed_mps, change_mps2 = np.array(columns).T
        standing = {s.row for s in self._stands if s.began_s <= now_s and (s.ended_s or np.inf) >= now_s}
        at_kerb = np.array([row in standing for row in rows])
        return VehicleStates(
            vehicle_id=np.array(rows, np.int64),
            vehicle_class=np.array([int(v.kind) for v in vehicles], np.int8),
            position_m=np.array(places),
            heading_rad=heading_rad,
            pitch_rad=np.zeros(len(rows)),
            speed_mps=speed_mps,
            size_m=np.array([v.size_m for v in vehicles]),
            colour_bgr=np.array([v.colour_bgr for v in vehicles], np.uint8),
            braking=brake_lights(change_mps2, speed_mps, at_kerb),
            at_kerb=at_kerb,
            plates=tuple(v.plate for v in vehicles),
        )

    def signal_states(self) -> tuple[SignalState, ...]:
        """Return what every signal group shows and since when."""
        return tuple(self._board.state(row) for row in range(len(self._board.groups)))

    def aspects(self) -> tuple[tuple[str, Aspect], ...]:
        """Return what every signal group shows now."""
        return tuple((state.group, state.aspect) for state in self.signal_states())

    def violations(self) -> tuple[TrueViolation, ...]:
        """Return all stands at the kerb and red crossings so far, by opening."""
        found = [*self._red]
        for stand in self._stands:
            if stand.began_s > self._now_s:
                continue
            vehicle = self._vehicles[stand.row]
            ended = stand.ended_s is not None and stand.ended_s <= self._now_s
            closed_ns = self._start_ns + round((stand.ended_s or 0.0) * NS_PER_S) if ended else None
            found.append(
                TrueViolation(
                    "kerb_parking", stand.row, int(vehicle.kind), vehicle.plate,
                    self._kerbs.place(*stand.at_m), stand.at_m,
                    self._start_ns + round(stand.began_s * NS_PER_S), closed_ns,
                )
            )  # fmt: skip
        return tuple(sorted(found, key=lambda v: (v.opened_ns, v.vehicle_id)))

    def census(self) -> Census:
        """Return the counts of vehicles; nobody waits outside."""
        now_s = self._now_s
        inserted = int(np.count_nonzero(self._begin_s <= now_s))
        active = len(self._there(now_s))
        return Census(inserted, active, inserted - active, 0)

    def dare(self, road: int, count: int) -> int:  # noqa: ARG002 - as TrafficSimulation
        """Make nobody disobey: who is shown cannot be told."""
        return 0

    def park(self, road: int, count: int) -> int:  # noqa: ARG002 - as TrafficSimulation
        """Make nobody park: who is shown cannot be told."""
        return 0


def _dressed(registry: Registry, row: int, kind: VehicleClass) -> Vehicle:
    style = STYLES[kind]
    return registry.issue_as(row, kind, style.sizes_m[0], style.dynamics)


class _Kerbs:
    """Says at the kerb of which road a point lies."""

    def __init__(self, network: RoadNetwork) -> None:
        self._roads = [road for road in network.roads if road.kerb_m > 0]
        self._hand = 1.0 if network.left_hand else -1.0

    def place(self, x_m: float, y_m: float) -> str:
        """Return the zone, else the id, of the road at whose kerb a point lies; "" where at none."""
        best, place = NEAR_M, ""
        for road in self._roads:
            line = road.centreline_m[:, :2]
            a, step = line[:-1], np.diff(line, axis=0)
            length = np.maximum(np.hypot(*step.T), 1e-9)
            part = np.clip(((x_m - a[:, 0]) * step[:, 0] + (y_m - a[:, 1]) * step[:, 1]) / length**2, 0, 1)
            off = np.column_stack((x_m, y_m)) - (a + part[:, None] * step)
            row = int(np.argmin(np.hypot(*off.T)))
            aside_m = (
                self._hand * float(step[row, 0] * off[row, 1] - step[row, 1] * off[row, 0]) / length[row]
            )
            edge_m = road.lanes * road.lane_width_m / 2
            beside_m = abs(aside_m - edge_m - road.kerb_m / 2)
            if edge_m - KERB_M < aside_m < edge_m + road.kerb_m + KERB_M and beside_m < best:
                best, place = beside_m, road.zone or road.id
        return place
