"""What is told of vehicles and trips: where everybody is on his lane, how a trip went."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.traffic.fleet import FleetBook


@dataclass(frozen=True, slots=True)
class TripEnd:
    """How a trip went: when it set out and ended (ns), how far, and how long it stood and lost (s)."""

    vehicle_id: int
    departed_ns: int
    arrived_ns: int
    driven_m: float
    stood_s: float
    lost_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Moving:
    """Where N vehicles are on their lanes, by id: front (N, 3) m, heading rad, position along it m."""

    vehicle_id: NDArray[np.int64]
    kind: tuple[str, ...]
    front_m: NDArray[np.float64]
    heading_rad: NDArray[np.float64]
    speed_mps: NDArray[np.float64]
    along_m: NDArray[np.float64]
    lane: tuple[str, ...]


def trip_end(book: FleetBook, row: int, departed_ns: int, now_ns: int) -> TripEnd:
    """Return how the trip of a vehicle went that leaves the map now."""
    account = book.fleet[row]
    went = (float(account[name]) for name in ("driven_m", "stood_s", "lost_s"))
    return TripEnd(book.vehicle[row].vehicle_id, departed_ns, now_ns, *went)


def moving(book: FleetBook, lane_names: Sequence[str]) -> Moving:
    """Return where everybody's front is, on which lane."""
    rows = sorted(book.vehicle, key=lambda row: book.vehicle[row].vehicle_id)
    vehicles = [book.vehicle[row] for row in rows]
    fleet, pose = book.fleet[rows], book.pose(rows)
    half = np.array([v.size_m[0] for v in vehicles]).reshape(-1, 1) / 2
    ahead = np.column_stack((np.cos(pose[:, 3]), np.sin(pose[:, 3]), np.tan(pose[:, 4])))
    return Moving(
        vehicle_id=np.array([v.vehicle_id for v in vehicles], np.int64),
        kind=tuple(v.kind.name.lower() for v in vehicles),
        front_m=pose[:, :3] + half * ahead,
        heading_rad=pose[:, 3],
        speed_mps=fleet["speed_mps"].copy(),
        along_m=fleet["position_m"].copy(),
        lane=tuple(lane_names[lane] for lane in fleet["lane"].tolist()),
    )
