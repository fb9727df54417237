"""The vehicles on the map: rows of the kernel's arrays, and what the kernel does not need to know."""

from collections.abc import Collection
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.detections import VehicleClass
from twin.network.model import RoadNetwork, TurnKind
from twin.traffic.arrivals import Arrival
from twin.traffic.drivers import Dynamics, Vehicle
from twin.traffic.kernel.arrays import (
    ALL,
    LEAVING,
    MEDIANWARD,
    MIDDLE,
    SEEKING,
    STANDING,
    STRIPS,
    TRAIL,
    VEHICLE,
    Floats,
    Routes,
    Rows,
    new_fleet,
)
from twin.traffic.kernel.following import FREE, connector_for, safe_speed
from twin.traffic.kernel.motion import plan_lanes
from twin.traffic.kernel.ordering import overhang
from twin.traffic.kernel.pose import poses
from twin.traffic.kernel.room import FAR_M, has_room, look
from twin.traffic.lanegraph import LaneGraph
from twin.traffic.routing import TURN_S, drive_s
from twin.truth import VehicleStates

FIRST_CAPACITY = 256
BRAKES_MPS2 = 0.4  # brake lights
STANDS_MPS = 0.2
INDICATES_M = 30.0  # before a turn drivers show it (UU 22/2009 art. 112 says that, not from where) [?]
WIDE_M = 1.95  # what is wider leaves no room for a rider beside it on a lane
NOWHERE = ("turn", "onward", "granted", "old_lane", "yield_to", "part_from", "path_at")
DYNAMICS = tuple(field.name for field in fields(Dynamics))
BLANK: dict[str, object] = {
    **dict.fromkeys(VEHICLE.names or (), 0),
    **dict.fromkeys(NOWHERE, -1),
    "trail": (-1,) * TRAIL,
}


def brake_lights(
    change_mps2: NDArray[np.floating], speed_mps: NDArray[np.floating], at_kerb: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return (N,) whose brake lights are on: who slows down or stands, but not to stay."""
    lit: NDArray[np.bool_] = ~at_kerb & ((change_mps2 < -BRAKES_MPS2) | (speed_mps < STANDS_MPS))
    return lit


def turn_sides(network: RoadNetwork) -> NDArray[np.int8]:
    """Return (T + 1,) to which side each turn goes, 1 left and -1 right; the last is that of no turn."""
    back = -1 if network.left_hand else 1
    side = {TurnKind.LEFT: 1, TurnKind.RIGHT: -1, TurnKind.UTURN: back}
    return np.array([*(side.get(turn.kind, 0) for turn in network.turns), 0], dtype=np.int8)


def sides(graph: LaneGraph, side: NDArray[np.int8], fleet: Rows, rows: NDArray[np.int64]) -> NDArray[np.int8]:
    """Return (N,) to which side vehicles show that they turn: before it, in it, and to and from the kerb."""
    lanes, lane = graph.lanes.row, fleet["lane"][rows]
    on_road = lanes["road"][lane] >= 0
    near = lanes["length_m"][lane] - fleet["position_m"][rows] < INDICATES_M
    turn = np.where(on_road, np.where(near, fleet["turn"][rows], -1), lanes["turn"][lane])
    kerbward = 1 if graph.network.left_hand else -1
    shown = np.where(fleet["kerb"][rows] == LEAVING, -kerbward, side[turn])
    shown = np.where((fleet["kerb"][rows] == SEEKING) & (fleet["change_mps2"][rows] < 0), kerbward, shown)
    return np.asarray(np.where(fleet["kerb"][rows] == STANDING, 0, shown), dtype=np.int8)


class FleetBook:
    """Rows of vehicles; a row is free again when its vehicle has left the map."""

    def __init__(self, graph: LaneGraph, routes: Routes) -> None:
        self._graph, self._routes, self._side = graph, routes, turn_sides(graph.network)
        self.fleet: Rows = new_fleet(FIRST_CAPACITY)
        self.vehicle: dict[int, Vehicle] = {}
        self.newcomers: list[int] = []  # rows that the kernel has not been told of
        self.inserted = 0
        self._used = 0
        self._free: list[int] = []
        lanes = len(graph.lanes.row) - 1
        self._rear_m, self._rear_mps = np.full(STRIPS * lanes, FAR_M), np.zeros(STRIPS * lanes)

    @property
    def capacity(self) -> int:
        """Return how many vehicles there is room for."""
        return len(self.fleet)

    def _new_row(self) -> int:
        if self._free:
            return self._free.pop()
        row = self._used
        if row == self.capacity:
            grown = new_fleet(2 * row)
            grown[:row] = self.fleet
            self.fleet = grown
        self._used += 1
        return row

    def add(
        self,
        arrival: Arrival,
        road: int,
        lane: int,
        position_m: float,
        speed_mps: float,
        strips: int | None = None,
    ) -> int:
        """Put a vehicle on a lane, or on `strips` of it, with its front at `position_m`; return its row."""
        row, fleet, vehicle = self._new_row(), self.fleet, arrival.vehicle
        drives = vehicle.dynamics
        values = {
            "alive": True,
            "kind": int(vehicle.kind),
            "length_m": vehicle.size_m[0],
            **{name: getattr(drives, name) for name in DYNAMICS},
            "lane": lane,
            "strips": self._strips(vehicle, lane)[0] if strips is None else strips,
            "wide": vehicle.size_m[1] > WIDE_M,
            "filter_mps": FREE,
            "own_headway_s": drives.headway_s,
            "position_m": position_m,
            "speed_mps": speed_mps,
            "destination": arrival.destination,
            "path_at": arrival.path_at,
            "progress": 1.0,
            "jitter_m": vehicle.jitter_m,
        }
        fleet[row] = tuple(values.get(name, BLANK[name]) for name in BLANK)
        overhang(self._graph.lanes, fleet, row)
        plan_lanes(self._graph.lanes, self._routes, fleet, row, road)
        self.vehicle[row] = vehicle
        self.newcomers.append(row)
        self.inserted += 1
        return row

    def _strips(self, vehicle: Vehicle, lane: int) -> tuple[int, ...]:
        """Return what a vehicle may take of a lane when it comes: a rider any one strip."""
        row = self._graph.lanes.row[lane]
        if row["slot"] < 0:
            return (MIDDLE,)
        if vehicle.kind is not VehicleClass.MOTORCYCLE:
            wide = ALL if row["open"] != ALL else MIDDLE | MEDIANWARD
            return (wide,) if vehicle.size_m[1] > WIDE_M else (MIDDLE,)
        return tuple(1 << i for i in range(STRIPS) if row["open"] >> i & 1)

    def redirect(self, closed: Collection[int]) -> None:
        """Have those who meant to take a turn that has just been closed plan anew, if they still can."""
        fleet, roads = self.fleet, self._graph.lanes.row["road"]
        meant = fleet["alive"] & (fleet["path_at"] < 0) & (fleet["granted"] < 0)
        for row in np.flatnonzero(meant & np.isin(fleet["turn"], list(closed))):
            road = int(roads[fleet["lane"][row]])
            if road >= 0:
                plan_lanes(self._graph.lanes, self._routes, fleet, int(row), road)

    def shorter_turn(self, row: int, road: int, closed: Collection[int]) -> int | None:
        """Return the turn among `closed` ones at the end of a road that is the shorter way, if any is.

        Only for who goes by the quickest way.
        """
        if not closed or self.fleet["path_at"][row] >= 0:
            return None
        routes, network, goal = self._routes, self._graph.network, int(self.fleet["destination"][row])
        best, least_s = None, float(routes.cost_s[goal, road])
        for number in closed:
            turn, onto = network.turns[number], int(routes.turn_to[number])
            cost_s = TURN_S[turn.kind] + drive_s(network.roads[onto]) + float(routes.cost_s[goal, onto])
            if cost_s < least_s:
                best, least_s = number, cost_s
        return best

    def take(self, row: int, turn: int) -> None:
        """Have a vehicle take a turn at the end of its road instead of the one that it meant to take."""
        fleet, routes, lanes = self.fleet, self._routes, self._graph.lanes
        fleet["turn"][row] = turn
        fleet["lane_lo"][row], fleet["lane_hi"][row] = routes.lane_lo[turn], routes.lane_hi[turn]
        fleet["onward"][row] = connector_for(lanes, int(fleet["lane"][row]), turn)

    def remove(self, row: int) -> None:
        """Free the row of a vehicle that the kernel has taken off the map."""
        del self.vehicle[row]
        self._free.append(row)

    def may_park(self, row: int) -> bool:
        """Return whether a vehicle is of a kind that stops at the kerb for its own reasons."""
        return self.vehicle[row].kind is not VehicleClass.BUS

    def room_at(self, lane: int, front_m: float, length_m: float) -> bool:
        """Return whether a body fits on a lane with two metres before and behind it."""
        return has_room(self.fleet, lane, front_m - length_m - 2.0, front_m + 2.0)

    def look(self) -> None:
        """Look where the rearmost vehicle of each lane is, for those who want to enter."""
        look(self.fleet, self._rear_m, self._rear_mps)

    def enter(self, arrival: Arrival, road: int) -> int | None:
        """Put an arrival at the beginning of the emptiest place of its turn; None where all are full.

        What `look` saw last counts, and who has entered since.
        """
        lane, strips = max(
            ((lane, strips) for lane in self._entry_lanes(arrival, road)
             for strips in self._strips(arrival.vehicle, lane)),
            key=lambda place: self._rear_m[self._tracks(*place)].min(),
        )  # fmt: skip
        tracks = self._tracks(lane, strips)
        nearest = tracks[int(self._rear_m[tracks].argmin())]
        length_m, drives = arrival.vehicle.size_m[0], arrival.vehicle.dynamics
        gap_m = float(self._rear_m[nearest]) - length_m - drives.jam_gap_m
        if gap_m < 0.0:
            return None
        wish = min(float(self._graph.lanes.row["speed_mps"][lane]) * drives.speed_factor, drives.top_mps)
        leader_mps = float(self._rear_mps[nearest])
        speed = min(wish, safe_speed(gap_m, leader_mps, drives.braking_mps2, drives.headway_s))
        row = self.add(arrival, road, lane, length_m, max(0.0, speed), strips)
        self._rear_m[tracks], self._rear_mps[tracks] = 0.0, self.fleet["speed_mps"][row]
        return row

    @staticmethod
    def _tracks(lane: int, strips: int) -> list[int]:
        """Return the numbers of some strips of a lane."""
        return [STRIPS * lane + i for i in range(STRIPS) if strips >> i & 1]

    def _entry_lanes(self, arrival: Arrival, road: int) -> range:
        if arrival.path_at < 0:
            turn = int(self._routes.hop[arrival.destination, road])
        else:
            turn = int(self._routes.path[arrival.path_at])
        first = int(self._graph.first_lane[road])
        lanes = self._graph.network.roads[road].lanes
        if turn < 0 or self._graph.lanes.row["length_m"][first] > 300.0:
            return range(first, first + lanes)
        low = max(0, int(self._routes.lane_lo[turn]))
        return range(first + low, first + max(low, int(self._routes.lane_hi[turn])) + 1)

    def pose(self, rows: list[int]) -> Floats:
        """Return (N, 5): x, y, z, heading and pitch of rows."""
        out = np.empty((len(rows), 5))
        poses(self._graph.lanes, self.fleet, np.array(rows, np.int32), self._graph.hand, out)
        return out

    def states(self, centre_m: tuple[float, float] | None, radius_m: float | None) -> VehicleStates:
        """Return the states of the vehicles (in a circle) in the order of their ids."""
        rows = sorted(self.vehicle, key=lambda row: self.vehicle[row].vehicle_id)
        pose = self.pose(rows)
        if centre_m is not None and radius_m is not None:
            near = np.hypot(*(pose[:, :2] - centre_m).T) <= radius_m
            rows, pose = [rows[i] for i in np.flatnonzero(near)], pose[near]
        if not rows:
            return VehicleStates.none()
        fleet, vehicles = self.fleet, [self.vehicle[row] for row in rows]
        at_kerb = fleet["kerb"][rows] == STANDING
        speed = fleet["speed_mps"][rows]
        return VehicleStates(
            vehicle_id=np.array([v.vehicle_id for v in vehicles], np.int64),
            vehicle_class=fleet["kind"][rows].astype(np.int8),
            position_m=pose[:, :3],
            heading_rad=pose[:, 3],
            pitch_rad=pose[:, 4],
            speed_mps=speed.copy(),
            size_m=np.array([v.size_m for v in vehicles]),
            colour_bgr=np.array([v.colour_bgr for v in vehicles], np.uint8),
            braking=brake_lights(fleet["change_mps2"][rows], speed, at_kerb),
            at_kerb=at_kerb,
            plates=tuple(v.plate for v in vehicles),
            turning=sides(self._graph, self._side, fleet, np.array(rows)),
        )
