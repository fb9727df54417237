"""Lane changes: to reach a turn, to reach or leave the kerb, to get on faster; with gap checks.

A change begins at once on the new lane; the body stays on both until it has moved over. Incentive
as in MOBIL (Kesting, Treiber and Helbing 2007) without politeness.
"""

from twin.compiled import compiled, inlined
from twin.traffic.kernel.arrays import (
    BOTH,
    LEAVING,
    MOTORCYCLE,
    SEEKING,
    STANDING,
    Lanes,
    Order,
    Rows,
)
from twin.traffic.kernel.following import FREE, aim, idm, leader_here, safe_speed, wish_speed
from twin.traffic.kernel.ordering import move_over

NEAR_END_M = 250.0  # nearer than this one stays in the lanes that serve the turn
STRIP_IN_M = 40.0  # where a vehicle that wants to stop moves onto the strip
MANY_M = 150.0
COMMITTED_M = 40.0
SOFT_MPS2, FIRM_MPS2 = 2.5, 4.5
MIN_GAP_M = 0.6
THRESHOLD_MPS2 = 0.4
CREEP_MPS = 1.5
REACTION_S = 0.6


@compiled
def _around(order: Order, track: int, front_m: float) -> int:
    """Return the first row of a track with its front beyond `front_m` (or the end of the track)."""
    row = order.track_at[track]
    while row < order.track_end[track] and order.row[row].front_m <= front_m:
        row += 1
    return int(row)


@compiled
def _gap(fleet: Rows, order: Order, v: int, track: int, firm_mps2: float) -> tuple[bool, float, float, int]:
    """Return whether a track has room beside `v`; gap and speed of the leader there; the follower."""
    row = _around(order, track, fleet[v].position_m)
    gap_m, leader_mps, follower, fits = FREE, 0.0, -1, True
    if row < order.track_end[track] and order.row[row].who != v:
        u = order.row[row].who
        gap_m, leader_mps = (
            order.row[row].front_m - fleet[u].length_m - fleet[v].position_m,
            fleet[u].speed_mps,
        )
        fits = gap_m > MIN_GAP_M and fleet[v].speed_mps <= 0.5 + safe_speed(
            gap_m, leader_mps, firm_mps2, REACTION_S
        )
    if row > order.track_at[track] and order.row[row - 1].who != v:
        follower = order.row[row - 1].who
        behind_m = fleet[v].position_m - fleet[v].length_m - order.row[row - 1].front_m
        allowed = safe_speed(behind_m, fleet[v].speed_mps, firm_mps2, REACTION_S)
        fits = fits and behind_m > MIN_GAP_M and fleet[follower].speed_mps <= 0.5 + allowed
    return fits, gap_m, leader_mps, follower


@compiled
def _beside(lanes: Lanes, fleet: Rows, v: int, way: int) -> tuple[int, int]:
    """Return the lane and side next to a vehicle; a motorcycle moves by one track, -1 if none."""
    lane, side = fleet[v].lane, fleet[v].side
    if fleet[v].kind == MOTORCYCLE and side != BOTH and side == (1 if way < 0 else 0):
        return lane, 1 - side
    onto = lanes.row[lane].kerbward if way < 0 else lanes.row[lane].medianward
    if onto < 0 or fleet[v].kind != MOTORCYCLE or lanes.row[onto].slot < 0:
        return onto, BOTH
    return onto, 1 if way < 0 else 0


@compiled
def _start(lanes: Lanes, fleet: Rows, order: Order, v: int, lane: int, side: int) -> None:
    """Move vehicle `v` over; what it looks like is interpolated from `shift_m`."""
    was_m = lanes.row[fleet[v].lane].offset_m + side_offset_m(lanes, fleet[v].lane, fleet[v].side)
    now_m = lanes.row[lane].offset_m + side_offset_m(lanes, lane, side)
    fleet[v].old_lane, fleet[v].old_side = fleet[v].lane, fleet[v].side
    fleet[v].lane, fleet[v].side = lane, side
    fleet[v].shift_m = was_m - now_m
    fleet[v].progress = 0.0
    fleet[v].granted = -1
    aim(lanes, fleet, v)
    move_over(fleet, order, v)


@compiled
def side_offset_m(lanes: Lanes, lane: int, side: int) -> float:
    """Return how far a track's middle lies towards the kerb from the middle of the lane, metres."""
    if side == BOTH:
        return 0.0
    return float(lanes.row[lane].quarter_m if side == 0 else -lanes.row[lane].quarter_m)


@inlined
def _must(lanes: Lanes, fleet: Rows, v: int) -> int:
    """Return the direction in which a vehicle must change: -1 to the kerb, +1 to the median, or 0."""
    lane = fleet[v].lane
    slot = lanes.row[lane].slot
    if fleet[v].kerb == SEEKING:
        ahead_m = fleet[v].stop_m - fleet[v].position_m
        if slot > 0:
            return -1 if ahead_m < MANY_M else 0
        braking_m = fleet[v].speed_mps ** 2 / (2.0 * SOFT_MPS2)
        return -1 if slot == 0 and braking_m < ahead_m < STRIP_IN_M else 0
    if slot < fleet[v].lane_lo or (slot < 0 and fleet[v].kind != MOTORCYCLE):
        return 1
    return -1 if slot > fleet[v].lane_hi else 0


@compiled
def _allowed(lanes: Lanes, fleet: Rows, v: int, lane: int, end_m: float) -> bool:
    """Return whether a vehicle may go to `lane` merely because it is faster."""
    if lane < 0:
        return False
    slot = lanes.row[lane].slot
    if slot < 0 and fleet[v].kind != MOTORCYCLE:
        return False
    return end_m > NEAR_END_M or fleet[v].lane_lo <= slot <= fleet[v].lane_hi


@compiled
def _try(lanes: Lanes, fleet: Rows, order: Order, scratch: Rows, v: int, way: int, firm_mps2: float) -> bool:
    """Change towards `way` if that is wanted and there is room; ask for room if it is forced."""
    lane, side = _beside(lanes, fleet, v, way)
    if lane < 0 or scratch[lane].changed or scratch[fleet[v].lane].changed:
        return False
    if fleet[v].position_m - fleet[v].length_m < 12.0 and scratch[lane].inflow_m > 0.0:
        return False  # somebody may come out of the junction behind
    forced = firm_mps2 > SOFT_MPS2
    gap_m, leader_mps, fits = FREE, 0.0, True
    for half in range(2):
        if side in (BOTH, half):
            free, g, s, follower = _gap(fleet, order, v, 2 * lane + half, firm_mps2)
            fits = fits and free
            if g < gap_m:
                gap_m, leader_mps = g, s
            if forced and follower >= 0:
                fleet[follower].yield_to = v
    if not fits:
        return False
    if not forced:
        wish = wish_speed(lanes, fleet, v)
        here_m, here_mps, _ = leader_here(order, fleet, v)
        gain = idm(fleet, v, wish, gap_m, leader_mps) - idm(fleet, v, wish, here_m, here_mps)
        if gain < THRESHOLD_MPS2 or gap_m < here_m + 1.0:
            return False
    _start(lanes, fleet, order, v, lane, side)
    scratch[lane].changed = scratch[fleet[v].old_lane].changed = 1
    return True


@compiled
def _consider(lanes: Lanes, fleet: Rows, order: Order, scratch: Rows, v: int) -> None:
    """Change lanes if vehicle `v` must, or would gain by it."""
    lane = fleet[v].lane
    end_m = lanes.row[lane].length_m - fleet[v].position_m
    committed = fleet[v].granted >= 0 and end_m < COMMITTED_M
    if committed or end_m < fleet[v].speed_mps ** 2 / (2.0 * SOFT_MPS2):
        return  # on the new lane it might have to stop at the line at once
    way = _must(lanes, fleet, v)
    if way != 0:
        _try(lanes, fleet, order, scratch, v, way, FIRM_MPS2)
        return
    rider = fleet[v].kind == MOTORCYCLE
    slow = fleet[v].speed_mps < CREEP_MPS and not rider
    if slow or fleet[v].kerb == SEEKING or end_m < 10.0 + 3.5 * fleet[v].speed_mps or fleet[v].granted >= 0:
        return
    for way in (-1, 1):
        onto, _ = _beside(lanes, fleet, v, way)
        if _allowed(lanes, fleet, v, onto, end_m) and _try(lanes, fleet, order, scratch, v, way, SOFT_MPS2):
            return


@compiled
def change_lanes(lanes: Lanes, fleet: Rows, order: Order, scratch: Rows, phase: int) -> None:
    """Let every fifth vehicle consider a change; at most one change a lane and step."""
    for lane in range(scratch.size):
        scratch[lane].changed = 0
    for v in range(fleet.size):
        if v % 5 != phase:
            continue
        if fleet[v].yield_to >= 0:
            fleet[v].yield_to = -1
        if not fleet[v].alive or fleet[v].kerb == STANDING or fleet[v].old_lane >= 0:
            continue
        inside = fleet[v].position_m - fleet[v].length_m > 0.5
        if inside and lanes.row[fleet[v].lane].road >= 0:
            _consider(lanes, fleet, order, scratch, v)
        if fleet[v].kerb == LEAVING and lanes.row[fleet[v].lane].slot >= 0:
            fleet[v].kerb = 0
