"""Who stands although nothing is before him: for proofs that traffic does not lock."""

import numpy as np

from detectors.datatypes.signals import Aspect
from twin.clock import NS_PER_S
from twin.traffic.kernel.arrays import STANDING
from twin.traffic.simulation import TrafficSimulation

ROOM_M = 3.0  # a free place is a vehicle's own length and this
AT_LINE_M = 8.0
STANDS_MPS = 0.1


class HeldUp:
    """Counts for how long each vehicle has stood before a free place, its signal being green or none."""

    def __init__(self, simulation: TrafficSimulation, every_s: int) -> None:
        self._simulation, self._every_s = simulation, every_s
        self._lanes = simulation._graph.lanes.row
        self._since: dict[int, int] = {}
        self.longest_s = 0
        self.where = ""

    def look(self) -> float:
        """Look once; return the mean speed (m/s) of those who do not stand at a kerb."""
        book = self._simulation._book
        fleet = book.fleet
        rows = np.flatnonzero(fleet["alive"] & (fleet["kerb"] != STANDING))
        rear_m = self._rears()
        green = {one.group for one in self._simulation.signal_states() if one.aspect is Aspect.GREEN}
        held: dict[int, int] = {}
        for row in rows[fleet["speed_mps"][rows] < STANDS_MPS].tolist():
            who = book.vehicle[row].vehicle_id
            held[who] = self._since.get(who, 0)
            if self._could_go(row, rear_m, green):
                held[who] += self._every_s
            if held[who] > self.longest_s:
                self.longest_s = held[who]
                self.where = self._simulation._lane_names[fleet["lane"][row]]
        self._since = held
        return float(fleet["speed_mps"][rows].mean()) if len(rows) else 0.0

    def _rears(self) -> dict[int, np.ndarray]:
        """Return by lane the (front m, rear m, strips) of everybody on it."""
        fleet, found = self._simulation._book.fleet, {}
        for row in np.flatnonzero(fleet["alive"]).tolist():
            body = fleet[row]
            for lane, strips in ((body["lane"], body["strips"]), (body["old_lane"], body["old_strips"])):
                if lane >= 0:
                    at = (body["position_m"], body["position_m"] - body["length_m"], strips)
                    found.setdefault(int(lane), []).append(at)
        return {lane: np.array(bodies) for lane, bodies in found.items()}

    def _could_go(self, row: int, rears: dict[int, np.ndarray], green: set[str]) -> bool:
        me, lanes = self._simulation._book.fleet[row], self._lanes
        lane, need_m = int(me["lane"]), float(me["jam_gap_m"]) + ROOM_M
        bodies = rears[lane]
        shared = (bodies[:, 2].astype(int) & int(me["strips"])) > 0
        ahead = bodies[shared & (bodies[:, 0] > me["position_m"])]
        if len(ahead):
            return bool(ahead[:, 1].min() - me["position_m"] > need_m)
        left_m = float(lanes["length_m"][lane] - me["position_m"])
        onward = int(me["onward"])
        if lanes["road"][lane] < 0 or onward < 0:
            return left_m > AT_LINE_M or (onward < 0 and me["turn"] >= 0)
        group = int(lanes["group"][onward])
        if group >= 0 and self._simulation._board.groups[group] not in green:
            return False
        beyond = rears.get(int(lanes["after"][onward]))
        return beyond is None or bool(beyond[:, 1].min() > me["length_m"] + ROOM_M)


def watch(simulation: TrafficSimulation, minutes: int, every_s: int = 5) -> tuple[HeldUp, np.ndarray]:
    """Run so many minutes; return who was held up, and each five minutes: came, left, mean speed (m/s)."""
    held, start_ns, spans = HeldUp(simulation, every_s), simulation.now_ns, []
    before = simulation.census()
    for _ in range(minutes // 5):
        speeds = []
        for _ in range(300 // every_s):
            simulation.advance(simulation.now_ns + every_s * NS_PER_S)
            speeds.append(held.look())
        now = simulation.census()
        assert now.conserved
        came, left = now.inserted - before.inserted, now.finished - before.finished
        spans.append((came, left, float(np.mean(speeds))))
        before = now
    assert simulation.now_ns == start_ns + minutes * 60 * NS_PER_S
    return held, np.array(spans)
