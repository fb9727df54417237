"""Lane changes: to reach a turn, to reach or leave the kerb, to get on faster; with gap checks.

A change begins at once on the new lane; the body stays on both until it has moved over. Incentive
as in MOBIL (Kesting, Treiber and Helbing 2007) without politeness.
"""

from numba import njit

from twin.traffic.kernel.arrays import (
    BOTH,
    LEAVING,
    MOTORCYCLE,
    SEEKING,
    STANDING,
    Fleet,
    Junctions,
    Lanes,
    Order,
)
from twin.traffic.kernel.following import FREE, idm, leader_here, safe_speed, wish_speed

NEAR_END_M = 250.0  # nearer than this one stays in the lanes that serve the turn
STRIP_IN_M = 40.0  # where a vehicle that wants to stop moves onto the strip
MANY_M = 150.0
SOFT_MPS2, FIRM_MPS2 = 2.5, 4.5
MIN_GAP_M = 0.6
THRESHOLD_MPS2 = 0.4
CREEP_MPS = 1.5
REACTION_S = 0.6


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _around(order: Order, track: int, front_m: float) -> int:
    """Return the first row of a track with its front beyond `front_m` (or the end of the track)."""
    row = order.track_at[track]
    while row < order.track_at[track + 1] and order.front_m[row] <= front_m:
        row += 1
    return row


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _gap(fleet: Fleet, order: Order, v: int, track: int, firm_mps2: float) -> tuple[bool, float, float, int]:
    """Return whether a track has room beside `v`; gap and speed of the leader there; the follower."""
    row = _around(order, track, fleet.position_m[v])
    gap_m, leader_mps, follower, fits = FREE, 0.0, -1, True
    if row < order.track_at[track + 1] and order.who[row] != v:
        u = order.who[row]
        gap_m, leader_mps = order.front_m[row] - fleet.length_m[u] - fleet.position_m[v], fleet.speed_mps[u]
        fits = gap_m > MIN_GAP_M and fleet.speed_mps[v] <= 0.5 + safe_speed(
            gap_m, leader_mps, firm_mps2, REACTION_S
        )
    if row > order.track_at[track] and order.who[row - 1] != v:
        follower = order.who[row - 1]
        behind_m = fleet.position_m[v] - fleet.length_m[v] - order.front_m[row - 1]
        allowed = safe_speed(behind_m, fleet.speed_mps[v], firm_mps2, REACTION_S)
        fits = fits and behind_m > MIN_GAP_M and fleet.speed_mps[follower] <= 0.5 + allowed
    return fits, gap_m, leader_mps, follower


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _beside(lanes: Lanes, fleet: Fleet, v: int, kerbward: bool) -> tuple[int, int]:
    """Return the lane and side next to a vehicle; a motorcycle moves by one track, -1 if none."""
    lane, side = fleet.lane[v], fleet.side[v]
    if fleet.kind[v] == MOTORCYCLE and side != BOTH and side == (1 if kerbward else 0):
        return lane, 1 - side
    onto = lanes.kerbward[lane] if kerbward else lanes.medianward[lane]
    if onto < 0 or fleet.kind[v] != MOTORCYCLE or lanes.slot[onto] < 0:
        return onto, BOTH
    return onto, 1 if kerbward else 0


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _start(lanes: Lanes, fleet: Fleet, v: int, lane: int, side: int) -> None:
    """Move vehicle `v` over; what it looks like is interpolated from `shift_m`."""
    was_m = lanes.offset_m[fleet.lane[v]] + side_offset_m(lanes, fleet.lane[v], fleet.side[v])
    now_m = lanes.offset_m[lane] + side_offset_m(lanes, lane, side)
    fleet.old_lane[v], fleet.old_side[v] = fleet.lane[v], fleet.side[v]
    fleet.lane[v], fleet.side[v] = lane, side
    fleet.shift_m[v] = was_m - now_m
    fleet.progress[v] = 0.0
    fleet.granted[v] = -1


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def side_offset_m(lanes: Lanes, lane: int, side: int) -> float:
    """Return how far a track's middle lies towards the kerb from the middle of the lane, metres."""
    if side == BOTH:
        return 0.0
    return lanes.quarter_m[lane] if side == 0 else -lanes.quarter_m[lane]


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _must(lanes: Lanes, fleet: Fleet, v: int) -> int:
    """Return the direction in which a vehicle must change: -1 to the kerb, +1 to the median, or 0."""
    lane = fleet.lane[v]
    slot = lanes.slot[lane]
    if fleet.kerb[v] == SEEKING:
        ahead_m = fleet.stop_m[v] - fleet.position_m[v]
        if slot > 0:
            return -1 if ahead_m < MANY_M else 0
        return -1 if slot == 0 and ahead_m < STRIP_IN_M else 0
    if slot < fleet.lane_lo[v] or (slot < 0 and fleet.kind[v] != MOTORCYCLE):
        return 1
    return -1 if slot > fleet.lane_hi[v] else 0


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _allowed(lanes: Lanes, fleet: Fleet, v: int, lane: int, end_m: float) -> bool:
    """Return whether a vehicle may go to `lane` merely because it is faster."""
    if lane < 0:
        return False
    slot = lanes.slot[lane]
    if slot < 0 and fleet.kind[v] != MOTORCYCLE:
        return False
    return end_m > NEAR_END_M or fleet.lane_lo[v] <= slot <= fleet.lane_hi[v]


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _try(
    lanes: Lanes, fleet: Fleet, order: Order, scratch: Junctions, v: int, way: int, forced: bool
) -> bool:
    """Change towards `way` if that is wanted and there is room; ask for room if it is forced."""
    lane, side = _beside(lanes, fleet, v, way < 0)
    if lane < 0 or scratch.changed[lane] or scratch.changed[fleet.lane[v]]:
        return False
    if fleet.position_m[v] - fleet.length_m[v] < 12.0 and scratch.inflow_m[lane] > 0.0:
        return False  # somebody may come out of the junction behind
    firm = FIRM_MPS2 if forced else SOFT_MPS2
    gap_m, leader_mps, fits = FREE, 0.0, True
    for half in range(2):
        if side in (BOTH, half):
            free, g, s, follower = _gap(fleet, order, v, 2 * lane + half, firm)
            fits = fits and free
            if g < gap_m:
                gap_m, leader_mps = g, s
            if forced and follower >= 0:
                fleet.yield_to[follower] = v
    if not fits:
        return False
    if not forced:
        wish = wish_speed(lanes, fleet, v)
        here_m, here_mps, _ = leader_here(order, fleet, v)
        gain = idm(fleet, v, wish, gap_m, leader_mps) - idm(fleet, v, wish, here_m, here_mps)
        if gain < THRESHOLD_MPS2 or gap_m < here_m + 1.0:
            return False
    _start(lanes, fleet, v, lane, side)
    scratch.changed[lane] = scratch.changed[fleet.old_lane[v]] = 1
    return True


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _consider(lanes: Lanes, fleet: Fleet, order: Order, scratch: Junctions, v: int) -> None:
    """Change lanes if vehicle `v` must, or would gain by it."""
    lane = fleet.lane[v]
    end_m = lanes.length_m[lane] - fleet.position_m[v]
    way = _must(lanes, fleet, v)
    if way != 0:
        _try(lanes, fleet, order, scratch, v, way, forced=True)
        return
    rider = fleet.kind[v] == MOTORCYCLE
    slow = fleet.speed_mps[v] < CREEP_MPS and not rider
    if slow or fleet.kerb[v] == SEEKING or end_m < 10.0 + 3.5 * fleet.speed_mps[v] or fleet.granted[v] >= 0:
        return
    for way in (-1, 1):
        onto, _ = _beside(lanes, fleet, v, way < 0)
        if _allowed(lanes, fleet, v, onto, end_m) and _try(
            lanes, fleet, order, scratch, v, way, forced=False
        ):
            return


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def change_lanes(lanes: Lanes, fleet: Fleet, order: Order, scratch: Junctions, phase: int) -> None:
    """Let every fifth vehicle consider a change; at most one change a lane and step."""
    scratch.changed[:] = 0
    for v in range(fleet.used[0]):
        if v % 5 != phase:
            continue
        if fleet.yield_to[v] >= 0:
            fleet.yield_to[v] = -1
        if not fleet.alive[v] or fleet.kerb[v] == STANDING or fleet.old_lane[v] >= 0:
            continue
        inside = fleet.position_m[v] - fleet.length_m[v] > 0.5
        if inside and lanes.road[fleet.lane[v]] >= 0:
            _consider(lanes, fleet, order, scratch, v)
        if fleet.kerb[v] == LEAVING and lanes.slot[fleet.lane[v]] >= 0:
            fleet.kerb[v] = 0
