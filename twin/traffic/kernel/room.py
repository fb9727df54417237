"""Where there is room on a lane, for those who are not on the map yet."""

from twin.compiled import compiled
from twin.traffic.kernel.arrays import Rows

FAR_M = 1e6


@compiled
def _touches(fleet: Rows, v: int, lane: int) -> bool:
    """Return whether a vehicle has its front on a lane, or its body still leaving it."""
    return bool(fleet[v].alive and (fleet[v].lane == lane or fleet[v].old_lane == lane))


@compiled
def last_on(fleet: Rows, lane: int) -> tuple[float, float]:
    """Return rear (m) and speed (m/s) of the rearmost vehicle of a lane; FAR_M where it is empty."""
    rear_m, speed = FAR_M, 0.0
    for v in range(fleet.size):
        if _touches(fleet, v, lane) and fleet[v].position_m - fleet[v].length_m < rear_m:
            rear_m, speed = fleet[v].position_m - fleet[v].length_m, fleet[v].speed_mps
    return rear_m, speed


@compiled
def has_room(fleet: Rows, lane: int, from_m: float, to_m: float) -> bool:
    """Return whether no vehicle reaches into a stretch of a lane."""
    for v in range(fleet.size):
        rear_m = fleet[v].position_m - fleet[v].length_m
        if _touches(fleet, v, lane) and rear_m < to_m and fleet[v].position_m > from_m:
            return False
    return True
