"""Car following: the Intelligent Driver Model, bounded by a speed from which one can always stop.

IDM: Treiber, Hennecke and Helbing, Phys. Rev. E 62 (2000) 1805. Bound: Gipps (1981) and Krauss (1998),
with leader and follower braking at HARD_MPS2 in steps; it and gap / dt make overlap impossible.
"""

import math

from twin.compiled import compiled, inlined
from twin.traffic.kernel.arrays import (
    BOTH,
    MOTORCYCLE,
    SEEKING,
    STANDING,
    Lanes,
    Order,
    Routes,
    Rows,
)

HARD_MPS2 = 6.0
FLOOR_MPS2 = -8.0
LINE_GAP_M = 0.6  # where a head stops before the line
HOPS = 7  # lanes looked ahead
COURTESY_MPS2 = 2.0
PARTING_M, PARTING_MPS2 = 40.0, 4.0
CLOSED_UP_M = 0.1  # nobody moves up by less
QUEUE_MPS = 3.0  # who is slower than this behind another need not look beyond him
FREE = 1e9


@inlined
def idm(fleet: Rows, v: int, wish_mps: float, gap_m: float, leader_mps: float) -> float:
    """Return the IDM acceleration in m/s^2 of vehicle `v` behind a leader; FREE m is no leader."""
    speed = fleet[v].speed_mps
    a, b = fleet[v].acceleration_mps2, fleet[v].braking_mps2
    share = speed * speed / (wish_mps * wish_mps)
    free = max(1.0 - share * share, -b / a)
    if gap_m >= FREE:
        return float(a * free)
    wanted = fleet[v].jam_gap_m + max(
        0.0, speed * fleet[v].headway_s + speed * (speed - leader_mps) / (2.0 * math.sqrt(a * b))
    )
    push = wanted / max(gap_m, 0.1)
    return float(max(FLOOR_MPS2, a * (free - push * push)))


@inlined
def safe_speed(gap_m: float, leader_mps: float, braking_mps2: float, dt_s: float) -> float:
    """Return the highest speed from which one stops behind a leader that brakes as hard."""
    if gap_m <= 0.0:
        return 0.0
    half = braking_mps2 * dt_s / 2.0
    room = gap_m + max(0.0, leader_mps * leader_mps / (2.0 * braking_mps2) - leader_mps * dt_s / 2.0)
    return min(gap_m / dt_s, -half + math.sqrt(half * half + 2.0 * braking_mps2 * room))


@inlined
def connector_for(lanes: Lanes, lane: int, turn: int) -> int:
    """Return the connector that takes `turn` from `lane`, -1 if there is none."""
    for row in range(lanes.row[lane].outgoing_at, lanes.row[lane + 1].outgoing_at):
        if lanes.row[lanes.outgoing[row]].turn == turn:
            return int(lanes.outgoing[row])
    return -1


@inlined
def aim(lanes: Lanes, fleet: Rows, v: int) -> None:
    """Note the connector of the turn of a vehicle from the road lane that it is on."""
    fleet[v].onward = connector_for(lanes, fleet[v].lane, fleet[v].turn) if fleet[v].turn >= 0 else -1


@inlined
def turn_after(routes: Routes, fleet: Rows, v: int, road: int, roads: int) -> int:
    """Return the turn that a vehicle takes at the end of `road`, `roads` after the one that it is on.

    -1: its way ends there.
    """
    if fleet[v].path_at >= 0:
        return int(routes.path[fleet[v].path_at + roads])
    return int(routes.hop[fleet[v].destination, road])


@inlined
def wish_speed(lanes: Lanes, fleet: Rows, v: int) -> float:
    """Return the speed in m/s that a vehicle would drive alone on its lane."""
    wish = min(lanes.row[fleet[v].lane].speed_mps * fleet[v].speed_factor, fleet[v].top_mps)
    if fleet[v].kerb == SEEKING:
        ahead_m = fleet[v].stop_m - fleet[v].position_m
        if ahead_m < 60.0:
            wish = min(wish, 3.0 + math.sqrt(3.0 * max(0.0, ahead_m)))
    return float(max(wish, 0.5))


@inlined
def _nearer(order: Order, fleet: Rows, row: int, end: int, v: int) -> tuple[float, float]:
    """Return the rear (m along the lane) and speed of the vehicle in `row`, FREE where none is."""
    while row < end and order.row[row].who == v:
        row += 1
    if row >= end:
        return FREE, 0.0
    u = order.row[row].who
    return order.row[row].front_m - fleet[u].length_m, fleet[u].speed_mps


@inlined
def rear_of_last(order: Order, fleet: Rows, lane: int, side: int, v: int) -> tuple[float, float]:
    """Return rear and speed of the rearmost vehicle on the tracks of a lane, FREE where none is."""
    rear_m, speed = FREE, 0.0
    for half in range(2):
        if side in (BOTH, half):
            track = 2 * lane + half
            r, s = _nearer(order, fleet, order.track_at[track], order.track_end[track], v)
            if r < rear_m:
                rear_m, speed = r, s
    return rear_m, speed


@inlined
def leader_here(order: Order, fleet: Rows, v: int) -> tuple[float, float, int]:
    """Return gap, speed and row of the nearest leader on the lanes under the front, FREE if none."""
    gap_m, speed, leader = FREE, 0.0, -1
    for j in range(4):
        row = order.own[v, j]
        if row < 0:
            continue
        lane, side = (fleet[v].lane, j) if j < 2 else (fleet[v].old_lane, j - 2)
        if row + 1 < order.track_end[2 * lane + side]:
            u = order.row[row + 1].who
            gap = order.row[row + 1].front_m - fleet[u].length_m - fleet[v].position_m
            if u != v and gap < gap_m:
                gap_m, speed, leader = gap, fleet[u].speed_mps, u
    return gap_m, speed, leader


@compiled
def _fork_gap(
    lanes: Lanes, fleet: Rows, order: Order, v: int, connector: int, along_m: float
) -> tuple[float, float]:
    """Return gap and speed of a vehicle that has just parted from this way at a fork, FREE if none.

    `along_m` is the front's position on `connector`, negative before it.
    """
    gap_m, speed = FREE, 0.0
    for row in range(lanes.row[connector].fork_at, lanes.row[connector + 1].fork_at):
        clear_m = lanes.fork[row].clear_m
        if along_m >= clear_m:
            continue
        other = lanes.fork[row].lane
        for track in range(2 * other, 2 * other + 2):
            for k in range(order.track_at[track], order.track_end[track]):
                u = order.row[k].who
                rear = order.row[k].front_m - fleet[u].length_m
                ahead = order.row[k].front_m > along_m or (order.row[k].front_m == along_m and u < v)
                if u != v and ahead and rear < clear_m and rear - along_m < gap_m:
                    gap_m, speed = rear - along_m, fleet[u].speed_mps
    return gap_m, speed


@inlined
def _tighten(
    fleet: Rows, v: int, wish: float, gap_m: float, leader_mps: float, dt_s: float, was: tuple[float, float]
) -> tuple[float, float]:
    """Return acceleration and speed bound after one more leader."""
    if gap_m >= FREE:
        return was
    a = min(was[0], idm(fleet, v, wish, gap_m, leader_mps))
    return a, min(was[1], safe_speed(gap_m, leader_mps, HARD_MPS2, dt_s))


@inlined
def _stop_at(
    fleet: Rows, v: int, wish: float, gap_m: float, dt_s: float, was: tuple[float, float]
) -> tuple[float, float]:
    """Return acceleration and speed bound after a line where one must stop."""
    a = min(was[0], idm(fleet, v, wish, gap_m + fleet[v].jam_gap_m - LINE_GAP_M, 0.0))
    return a, min(was[1], safe_speed(gap_m, 0.0, HARD_MPS2, dt_s))


@inlined
def _courtesy(lanes: Lanes, fleet: Rows, v: int, wish: float) -> float:
    """Return the acceleration that lets a neighbour in who needs this lane."""
    u = fleet[v].yield_to
    if u < 0 or not fleet[u].alive or lanes.row[fleet[u].lane].road != lanes.row[fleet[v].lane].road:
        return FREE
    gap_m = fleet[u].position_m - fleet[u].length_m - fleet[v].position_m
    if gap_m < -1.0:
        return FREE
    return max(-COURTESY_MPS2, idm(fleet, v, wish, max(gap_m, 0.5), fleet[u].speed_mps))


@inlined
def _beside(lanes: Lanes, fleet: Rows, order: Order, v: int, wish: float) -> float:
    """Return the acceleration behind a rider on the other track who is about to go another way."""
    lane = fleet[v].lane
    if fleet[v].side == BOTH or lanes.row[lane].road < 0:
        return FREE
    if lanes.row[lane].length_m - fleet[v].position_m > PARTING_M:
        return FREE
    track = 2 * lane + 1 - fleet[v].side
    best = FREE
    for row in range(order.track_end[track] - 1, order.track_at[track] - 1, -1):
        u = order.row[row].who
        gap_m = order.row[row].front_m - fleet[u].length_m - fleet[v].position_m
        if gap_m < -0.5:
            break
        if fleet[u].turn != fleet[v].turn and fleet[u].lane == lane:
            best = min(best, max(-PARTING_MPS2, idm(fleet, v, wish, gap_m, fleet[u].speed_mps)))
    return best


@inlined
def _onward(
    lanes: Lanes, routes: Routes, fleet: Rows, v: int, lane: int, hop: int, roads: int
) -> tuple[int, bool]:
    """Return the lane after `lane` on the vehicle's way and whether it may be entered now.

    `lane` lies `hop` lanes, and `roads` roads, after the one that the vehicle is on.

    -1 with True: the way leaves the map here; -1 with False: this lane does not lead on.
    """
    road = lanes.row[lane].road
    if road < 0:
        return lanes.row[lane].after, True
    turn = fleet[v].turn if hop == 0 else turn_after(routes, fleet, v, road, roads)
    if turn < 0:
        return -1, True
    connector = fleet[v].onward if hop == 0 else connector_for(lanes, lane, turn)
    if connector < 0:
        return -1, False
    free = not lanes.row[connector].controlled or (hop == 0 and fleet[v].granted == connector)
    return connector, free and (hop > 0 or fleet[v].old_lane < 0)


@inlined
def _look_ahead(
    lanes: Lanes, routes: Routes, fleet: Rows, order: Order, v: int, wish: float, dt_s: float
) -> tuple[float, float]:
    """Return acceleration and speed bound from everything beyond the end of the present lane."""
    speed = fleet[v].speed_mps
    reach_m = 20.0 + 2.0 * speed + speed * speed / 3.0
    lane, gap_m = fleet[v].lane, lanes.row[fleet[v].lane].length_m - fleet[v].position_m
    best, roads = (FREE, FREE), 0
    for hop in range(HOPS):
        if gap_m > reach_m:
            break
        if hop > 0 and lanes.row[lane].road >= 0:
            roads += 1
        onward, free = _onward(lanes, routes, fleet, v, lane, hop, roads)
        if not free:
            return _stop_at(fleet, v, wish, gap_m, dt_s, best)
        if onward < 0:
            break
        if lanes.row[onward].before >= 0:
            fork_m, fork_mps = _fork_gap(lanes, fleet, order, v, onward, -gap_m)
            best = _tighten(fleet, v, wish, fork_m, fork_mps, dt_s, best)
            curve = lanes.row[onward].speed_mps * fleet[v].speed_factor
            if speed > curve:
                slow = (curve * curve - speed * speed) / (2.0 * max(gap_m, 1.0))
                if slow < -0.8:
                    best = (min(best[0], max(slow, -4.0)), best[1])
        rear_m, leader_mps = rear_of_last(order, fleet, onward, fleet[v].side, v)
        if rear_m < FREE:
            return _tighten(fleet, v, wish, gap_m + rear_m, leader_mps, dt_s, best)
        gap_m += lanes.row[onward].length_m
        lane = onward
    return best


@inlined
def next_speed(lanes: Lanes, routes: Routes, fleet: Rows, order: Order, v: int, dt_s: float) -> float:
    """Return the speed of vehicle `v` over the coming step, m/s."""
    if fleet[v].kerb == STANDING:
        return 0.0
    gap_m, leader_mps, leader = leader_here(order, fleet, v)
    if leader >= 0 and fleet[v].speed_mps == 0.0 == leader_mps and gap_m < fleet[v].jam_gap_m + CLOSED_UP_M:
        return 0.0
    wish = wish_speed(lanes, fleet, v)
    polite = min(_courtesy(lanes, fleet, v, wish), _beside(lanes, fleet, order, v, wish))
    best = (min(idm(fleet, v, wish, FREE, 0.0), polite), FREE)
    best = _tighten(fleet, v, wish, gap_m, leader_mps, dt_s, best)
    lane = fleet[v].lane
    if lanes.row[lane].before >= 0:
        gap_m, leader_mps = _fork_gap(lanes, fleet, order, v, lane, fleet[v].position_m)
        best = _tighten(fleet, v, wish, gap_m, leader_mps, dt_s, best)
    on_strip = lanes.row[lane].road >= 0 and lanes.row[lane].slot < 0
    if on_strip and fleet[v].kerb == SEEKING:
        best = _stop_at(fleet, v, wish, max(0.0, fleet[v].stop_m - fleet[v].position_m), dt_s, best)
    elif on_strip and fleet[v].kind != MOTORCYCLE:
        return 0.0  # waits for a gap to merge back
    queues = leader >= 0 and fleet[leader].lane == lane and fleet[v].speed_mps < QUEUE_MPS
    ahead = (FREE, FREE) if queues else _look_ahead(lanes, routes, fleet, order, v, wish, dt_s)
    wanted = fleet[v].speed_mps + min(best[0], ahead[0]) * dt_s
    return float(max(0.0, min(wanted, best[1], ahead[1])))


@compiled
def follow(lanes: Lanes, routes: Routes, fleet: Rows, order: Order, dt_s: float) -> None:
    """Decide the speed of everybody over the coming step."""
    for i in range(order.state[0].count):
        v = order.sequence[i]
        fleet[v].next_mps = next_speed(lanes, routes, fleet, order, v, dt_s)
