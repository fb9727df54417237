"""Where there is room on a lane, for those who are not on the map yet."""

from twin.compiled import compiled, inner
from twin.traffic.kernel.arrays import STRIPS, Floats, Rows

FAR_M = 1e6


@inner
def _touches(fleet: Rows, v: int, lane: int) -> bool:
    """Return whether a vehicle has its front on a lane, or its body still leaving it."""
    return bool(fleet[v].alive and (fleet[v].lane == lane or fleet[v].old_lane == lane))


@compiled
def look(fleet: Rows, rear_m: Floats, rear_mps: Floats) -> None:
    """Set rear (m) and speed (m/s) of the last vehicle on each strip (STRIPS * L,); FAR_M: none."""
    rear_m[:] = FAR_M
    for v in range(fleet.size):
        if not fleet[v].alive:
            continue
        rear = fleet[v].position_m - fleet[v].length_m
        for k in range(2 * STRIPS):
            lane = int(fleet[v].lane if k < STRIPS else fleet[v].old_lane)
            strips = int(fleet[v].strips if k < STRIPS else fleet[v].old_strips)
            track = STRIPS * lane + k % STRIPS
            if lane >= 0 and strips >> k % STRIPS & 1 and rear < rear_m[track]:
                rear_m[track], rear_mps[track] = rear, fleet[v].speed_mps


@compiled
def has_room(fleet: Rows, lane: int, from_m: float, to_m: float) -> bool:
    """Return whether no vehicle reaches into a stretch of a lane."""
    for v in range(fleet.size):
        rear_m = fleet[v].position_m - fleet[v].length_m
        if _touches(fleet, v, lane) and rear_m < to_m and fleet[v].position_m > from_m:
            return False
    return True
