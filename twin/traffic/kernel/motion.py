"""One step of everybody: order, change lanes, admit, follow, move; and what happened on the way."""

from numba import njit

from twin.traffic.kernel.admission import admit
from twin.traffic.kernel.arrays import (
    CROSSED_RED,
    ENTERED_ROAD,
    LEFT_MAP,
    MOTORCYCLE,
    RED,
    RIDING,
    SEEKING,
    STANDING,
    STOPPED,
    TRAIL,
    Fleet,
    Floats,
    Junctions,
    Lanes,
    Order,
    Records,
    Routes,
    Signals,
)
from twin.traffic.kernel.changing import change_lanes
from twin.traffic.kernel.following import connector_for, next_speed
from twin.traffic.kernel.ordering import arrange

SHIFT_S = 3.0  # how long a change of lanes takes
SHORT_M = 160.0  # on the way to a road shorter than this the turn after it matters too
AT_STOP_M = 1.5
GIVE_UP_M = 6.0


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _note(records: Records, kind: int, v: int, value: int) -> None:
    row = records.count[0]
    records.kind[row], records.vehicle[row], records.value[row] = kind, v, value
    records.count[0] += 1


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def plan_lanes(lanes: Lanes, routes: Routes, fleet: Fleet, v: int, road: int) -> None:
    """Set the turn at the end of `road` and the lanes that serve it, and the next one if that is near."""
    if routes.hop[fleet.destination[v], road] < 0 and routes.exit_road[fleet.destination[v]] != road:
        if routes.fallback[road] >= 0:
            fleet.destination[v] = routes.fallback[road]
    goal = fleet.destination[v]
    turn = routes.hop[goal, road]
    fleet.turn[v] = turn
    fleet.lane_lo[v], fleet.lane_hi[v] = -1, 99
    if turn < 0:
        return
    lo, hi = routes.lane_lo[turn], routes.lane_hi[turn]
    beyond = routes.turn_to[turn]
    then = routes.hop[goal, beyond]
    if then >= 0 and lanes.length_m[routes.first_lane[beyond]] < SHORT_M:
        first, last = 99, -1
        for slot in range(max(lo, 0), hi + 1):
            c = connector_for(lanes, routes.first_lane[road] + slot, turn)
            onto = lanes.slot[lanes.after[c]] if c >= 0 else 99
            if routes.lane_lo[then] <= onto <= routes.lane_hi[then]:
                first, last = min(first, slot), slot
        if first <= last:
            lo, hi = (lo if first == 0 else first), last
    fleet.lane_lo[v], fleet.lane_hi[v] = lo, hi


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _cross(lanes: Lanes, routes: Routes, fleet: Fleet, signals: Signals, records: Records, v: int) -> bool:
    """Take the front of vehicle `v` over the end of its lane; False where that is the end of the map."""
    lane = fleet.lane[v]
    road = lanes.road[lane]
    onward = lanes.after[lane]
    if road >= 0:
        if fleet.turn[v] < 0:
            return False
        onward = connector_for(lanes, lane, fleet.turn[v])
        if onward < 0:  # following stops it before; rounding must not take it over the edge
            fleet.position_m[v] = lanes.length_m[lane]
            return True
        group = lanes.group[onward]
        if group >= 0 and signals.state[group] == RED:
            _note(records, CROSSED_RED, v, lane)
    for i in range(TRAIL - 1, 0, -1):
        fleet.trail[v, i] = fleet.trail[v, i - 1]
    fleet.trail[v, 0] = lane
    fleet.position_m[v] -= lanes.length_m[lane]
    fleet.lane[v] = onward
    fleet.granted[v] = -1
    fleet.blocked[v] = False
    fleet.wait_s[v] = fleet.stuck_s[v] = 0.0
    entered = lanes.road[onward]
    if entered >= 0:
        fleet.kerb[v] = RIDING
        fleet.disobeys[v] = False
        plan_lanes(lanes, routes, fleet, v, entered)
        if routes.announced[entered]:
            _note(records, ENTERED_ROAD, v, entered)
    return True


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _move(
    lanes: Lanes, routes: Routes, fleet: Fleet, signals: Signals, records: Records, v: int, dt_s: float
) -> None:
    """Advance one vehicle along its way."""
    fleet.position_m[v] += fleet.speed_mps[v] * dt_s
    while fleet.position_m[v] > lanes.length_m[fleet.lane[v]]:
        if not _cross(lanes, routes, fleet, signals, records, v):
            fleet.alive[v] = False
            _note(records, LEFT_MAP, v, 0)
            return


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _settle(lanes: Lanes, fleet: Fleet, records: Records, v: int, dt_s: float) -> None:
    """Carry on a change of lanes; stand where a stop was wanted; give a missed stop up."""
    if fleet.old_lane[v] >= 0:
        least = 0.5 if fleet.kind[v] == MOTORCYCLE else 0.25
        fleet.progress[v] += dt_s / SHIFT_S * max(least, min(1.0, fleet.speed_mps[v] / 2.0))
        if fleet.progress[v] >= 1.0:
            fleet.old_lane[v] = -1
            fleet.progress[v] = 1.0
    if fleet.kerb[v] != SEEKING:
        return
    ahead_m = fleet.stop_m[v] - fleet.position_m[v]
    on_strip = lanes.road[fleet.lane[v]] >= 0 and lanes.slot[fleet.lane[v]] < 0
    if not on_strip:
        if ahead_m < GIVE_UP_M:
            fleet.kerb[v] = RIDING
    elif fleet.old_lane[v] < 0 and fleet.speed_mps[v] < 0.2:
        # at its place, or as near as those who stand there let it come
        fleet.kerb[v] = STANDING
        fleet.speed_mps[v] = 0.0
        _note(records, STOPPED, v, fleet.lane[v])


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def step(
    lanes: Lanes,
    routes: Routes,
    fleet: Fleet,
    order: Order,
    scratch: Junctions,
    signals: Signals,
    records: Records,
    speeds_mps: Floats,
    number: int,
    now_s: float,
    dt_s: float,
) -> None:
    """Move all vehicles by one step of `dt_s` that begins at `now_s`; `records` is started afresh."""
    records.count[0] = 0
    arrange(lanes, fleet, order)
    change_lanes(lanes, fleet, order, scratch, number % 5)
    arrange(lanes, fleet, order)
    admit(lanes, routes, fleet, order, scratch, signals, now_s, dt_s)
    for v in range(fleet.used[0]):
        if fleet.alive[v]:
            speeds_mps[v] = next_speed(lanes, routes, fleet, order, v, dt_s)
    for v in range(fleet.used[0]):
        if fleet.alive[v]:
            fleet.change_mps2[v] = (speeds_mps[v] - fleet.speed_mps[v]) / dt_s
            fleet.speed_mps[v] = speeds_mps[v]
            _move(lanes, routes, fleet, signals, records, v, dt_s)
            _settle(lanes, fleet, records, v, dt_s)
