"""What the truth records of a run should be, by an observer who sees nothing but the vehicles and signals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.clock import NS_PER_S
from twin.traffic.kernel.arrays import MOTORCYCLE, RED, STANDING
from twin.traffic.simulation import TrafficSimulation

HALTING_MPS = 0.1
STUCK_S = 300.0
FREE_PLACE_M = 5.0
PAST_M = 0.3  # who stands farther beyond a stop line is recorded
FAR_M = 1e3


@dataclass(frozen=True, slots=True)
class Stuck:
    """A vehicle that stood too long with a free place before it, where, and since when."""

    vehicle_id: int
    road: str
    at_m: float
    gap_m: float
    since_s: float


class Observer:
    """Watches a simulation step by step; call `look` after each.

    `stuck`: who stood for STUCK_S, not at the kerb, with FREE_PLACE_M before him as he had stood so long,
    though his signal was green in between. `beyond`: how far (m) beyond a line a vehicle came to stand at
    red, by vehicle and road. `over`: the most above the limit (km/h) on roads that have been left.
    Arrays are by row of the fleet: since when it stands (ns, -1: it does not), the road it was on, its
    highest speed there.
    """

    def __init__(self, simulation: TrafficSimulation) -> None:
        self.simulation = simulation
        self.stuck: list[Stuck] = []
        self.beyond: dict[tuple[int, str], float] = {}
        self.over: dict[tuple[int, str], float] = {}
        self._green_ns = np.full(len(simulation._board.groups), -1, np.int64)
        self._since_ns = np.full(0, -1, np.int64)
        self._road, self._peak_mps = np.full(0, -1, np.int64), np.zeros(0)
        self._whose = np.full(0, -1, np.int64)

    def look(self) -> None:
        simulation = self.simulation
        fleet, lanes = simulation._book.fleet, simulation._graph.lanes.row
        self._grow(len(fleet))
        self._green_ns[simulation._board.rows["state"] != RED] = simulation.now_ns
        self._note_speeds(fleet["alive"], np.where(fleet["alive"], lanes["road"][fleet["lane"]], -1))
        slow = fleet["alive"] & (fleet["speed_mps"] < HALTING_MPS) & ~at_kerb(simulation)
        self._note_beyond(np.flatnonzero(slow & (fleet["onward"] >= 0)))
        self._since_ns[~slow] = -1
        self._since_ns[slow & (self._since_ns < 0)] = simulation.now_ns
        long_ns = simulation.now_ns - round(STUCK_S * NS_PER_S)
        due = slow & (self._since_ns <= long_ns) & (self._since_ns > long_ns - simulation.step_ns)
        for row in np.flatnonzero(due).tolist():
            self._note_stuck(row)

    def _grow(self, capacity: int) -> None:
        more = capacity - len(self._road)
        if more > 0:
            for name, blank in (("_since_ns", -1), ("_road", -1), ("_whose", -1), ("_peak_mps", 0.0)):
                old = getattr(self, name)
                setattr(self, name, np.concatenate((old, np.full(more, blank, old.dtype))))

    def _note_speeds(self, alive: NDArray[np.bool_], road: NDArray[np.int64]) -> None:
        """A step belongs to the road that it began on."""
        vehicle, mps = self.simulation._book.vehicle, self.simulation._book.fleet["speed_mps"]
        came = alive & (self._whose < 0)
        for row in np.flatnonzero(came).tolist():
            self._whose[row] = vehicle[row].vehicle_id
        self._road[came] = road[came]
        self._peak_mps = np.where(alive, np.maximum(self._peak_mps, mps), self._peak_mps)
        left = road != self._road
        for row in np.flatnonzero(left & (self._road >= 0)).tolist():
            place = self.simulation._network.roads[int(self._road[row])]
            over_kmh = float(self._peak_mps[row] - place.speed_limit_mps) * 3.6
            self.over[int(self._whose[row]), place.id] = over_kmh
        self._peak_mps[left | ~alive] = 0.0
        self._road = road
        self._whose[~alive] = -1

    def _note_beyond(self, rows: NDArray[np.int64]) -> None:
        lanes, fleet = self.simulation._graph.lanes.row, self.simulation._book.fleet
        over_m = fleet["position_m"][rows] - lanes["length_m"][fleet["lane"][rows]]
        group = lanes["group"][fleet["onward"][rows]]
        red = (group >= 0) & (np.append(self.simulation._board.rows["state"], RED)[group] == RED)
        for row, far_m in zip(rows[red & (over_m > PAST_M)], over_m[red & (over_m > PAST_M)], strict=True):
            place = self.simulation._network.roads[int(lanes["road"][fleet["lane"][row]])].id
            key = self.simulation._book.vehicle[int(row)].vehicle_id, place
            self.beyond[key] = max(float(far_m), self.beyond.get(key, 0.0))

    def _note_stuck(self, row: int) -> None:
        lanes, fleet = self.simulation._graph.lanes.row, self.simulation._book.fleet
        lane, onward = int(fleet["lane"][row]), int(fleet["onward"][row])
        group = int(lanes["group"][onward]) if onward >= 0 else -1
        let_go = group < 0 or self._green_ns[group] > self._since_ns[row]
        gap_m = free_m(self.simulation, row)
        if let_go and gap_m > FREE_PLACE_M:
            road = int(lanes["road"][lane])
            name = self.simulation._network.roads[road].id if road >= 0 else f"connector {lane}"
            vehicle_id = self.simulation._book.vehicle[row].vehicle_id
            self.stuck.append(
                Stuck(vehicle_id, name, float(fleet["position_m"][row]), gap_m, self.since_s(row))
            )

    def since_s(self, row: int) -> float:
        return float(self._since_ns[row] - self.simulation._start_ns) / NS_PER_S


def at_kerb(simulation: TrafficSimulation) -> NDArray[np.bool_]:
    """Who stands at the kerb, or waits there for a gap to get back into the lanes."""
    fleet, lanes = simulation._book.fleet, simulation._graph.lanes.row
    waits = (lanes["slot"][fleet["lane"]] < 0) & (fleet["kind"] != MOTORCYCLE)
    there: NDArray[np.bool_] = (fleet["kerb"] == STANDING) | (waits & (lanes["road"][fleet["lane"]] >= 0))
    return there


def free_m(simulation: TrafficSimulation, row: int) -> float:
    """How far (m) it is from a front to the next rear on its strips, across the junction if need be."""
    fleet, lanes = simulation._book.fleet, simulation._graph.lanes.row
    lane, at_m, gone_m = int(fleet["lane"][row]), float(fleet["position_m"][row]), 0.0
    strips = int(fleet["strips"][row])
    for onto in (int(fleet["onward"][row]), None, None):
        rear_m = _next_rear_m(simulation, row, lane, strips, at_m)
        if rear_m < FAR_M:
            return gone_m + rear_m - at_m
        gone_m += float(lanes["length_m"][lane]) - at_m
        onward = onto if onto is not None else int(lanes["after"][lane])
        if onward < 0:
            return gone_m
        lane, at_m = onward, 0.0
    return gone_m


def _next_rear_m(simulation: TrafficSimulation, row: int, lane: int, strips: int, at_m: float) -> float:
    """The nearest rear beyond `at_m` on some strips of a lane, bodies that change or trail included."""
    fleet = simulation._book.fleet
    others = fleet["alive"] & (np.arange(len(fleet)) != row)
    here = others & (fleet["lane"] == lane) & (fleet["strips"] & strips != 0)
    leaving = others & (fleet["old_lane"] == lane) & (fleet["old_strips"] & strips != 0)
    fronts = fleet["position_m"]
    ahead = (here | leaving) & (fronts > at_m)
    rears = (fronts - fleet["length_m"])[ahead]
    return float(max(rears.min(), at_m)) if rears.size else FAR_M


def watched(simulation: TrafficSimulation, lasting_s: float) -> Observer:
    """Run a simulation with an observer."""
    observer = Observer(simulation)
    end_ns = simulation.now_ns + round(lasting_s) * NS_PER_S
    while simulation.now_ns < end_ns:
        simulation.advance(simulation.now_ns + simulation.step_ns)
        observer.look()
    return observer
