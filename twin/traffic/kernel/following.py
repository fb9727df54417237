"""Car following: the Intelligent Driver Model, bounded by a speed from which one can always stop.

IDM: Treiber, Hennecke and Helbing, Phys. Rev. E 62 (2000) 1805. Bound: Gipps (1981) and Krauss (1998),
with leader and follower braking at HARD_MPS2 in steps; it and gap / dt make overlap impossible.
"""

import math

from twin.compiled import compiled, folded, inlined, inner, real, whole
from twin.traffic.kernel.arrays import (
    MOTORCYCLE,
    SEEKING,
    STANDING,
    STRIPS,
    Lanes,
    Order,
    Routes,
    Rows,
)
from twin.traffic.kernel.ordering import cuts, home_strips, strips_on

HARD_MPS2 = 6.0
FLOOR_MPS2 = -8.0
LINE_GAP_M = 0.6  # where a head stops before the line
HOPS = 7  # lanes looked ahead
COURTESY_MPS2 = 2.0
PARTING_MPS2 = 4.0
CLOSED_UP_M = 0.1  # nobody moves up by less
CURVE_MPS2 = 2.0  # who is too fast in a curve slows down by so much
QUEUE_MPS = 3.0  # who is slower than this behind another need not look beyond him
FREE = 1e9
INNER_S = 0.25  # a longer step is taken in parts: the IDM is stiff behind a leader that stands
GRAVITY_MPS2 = 9.81
STEEP = 0.02
# Who wants to stop at the kerb comes to it so slowly that he can still turn onto the strip (changing.py).
APPROACH_M, APPROACH_MPS2, CREEP_MPS = 80.0, 2.4, 1.5
ROLLING = 0.012  # resistance of rolling, a share of the weight


@folded
def idm_at(fleet: Rows, v: int, speed_mps: float, wish_mps: float, gap_m: float, leader_mps: float) -> float:
    """Return the IDM acceleration in m/s^2 of vehicle `v` at a speed; a gap of FREE m is no leader."""
    me = fleet[v]
    a, b = me.acceleration_mps2, me.braking_mps2
    share = speed_mps * speed_mps / (wish_mps * wish_mps)
    free = max(1.0 - share * share, -b / a)
    if gap_m >= FREE:
        return float(a * free)
    closing = speed_mps * (speed_mps - leader_mps) / (2.0 * math.sqrt(a * b))
    wanted = me.jam_gap_m + max(0.0, speed_mps * me.headway_s + closing)
    push = wanted / max(gap_m, 0.1)
    return float(max(FLOOR_MPS2, a * (free - push * push)))


@inlined
def idm(fleet: Rows, v: int, wish_mps: float, gap_m: float, leader_mps: float) -> float:
    """Return the IDM acceleration in m/s^2 of vehicle `v` at its present speed."""
    return idm_at(fleet, v, float(fleet[v].speed_mps), wish_mps, gap_m, leader_mps)


@inner
def idm_after(fleet: Rows, v: int, wish_mps: float, gap_m: float, leader_mps: float, dt_s: float) -> float:
    """Return the speed in m/s after `dt_s` behind a leader that keeps his, in parts of INNER_S."""
    parts = math.ceil(dt_s / INNER_S - 1e-9)
    part_s = dt_s / parts
    speed = float(fleet[v].speed_mps)
    for _ in range(parts):
        speed = max(0.0, speed + idm_at(fleet, v, speed, wish_mps, gap_m, leader_mps) * part_s)
        gap_m -= max(0.0, speed - leader_mps) * part_s
    return speed


@inlined
def safe_speed(gap_m: float, leader_mps: float, braking_mps2: float, dt_s: float) -> float:
    """Return the highest speed from which one stops behind a leader that brakes as hard."""
    if gap_m <= 0.0:
        return 0.0
    half = braking_mps2 * dt_s / 2.0
    room = gap_m + max(0.0, leader_mps * leader_mps / (2.0 * braking_mps2) - leader_mps * dt_s / 2.0)
    return min(gap_m / dt_s, -half + math.sqrt(half * half + 2.0 * braking_mps2 * room))


@compiled
def connector_for(lanes: Lanes, lane: int, turn: int) -> int:
    """Return the connector that takes `turn` from `lane`, -1 if there is none."""
    for row in range(lanes.row[lane].outgoing_at, lanes.row[lane + 1].outgoing_at):
        if lanes.row[lanes.outgoing[row]].turn == turn:
            return whole(lanes.outgoing[row])
    return -1


@folded
def aim(lanes: Lanes, fleet: Rows, v: int) -> None:
    """Note the connector of the turn of a vehicle from the road lane that it is on."""
    me = fleet[v]
    turn = whole(me.turn)
    me.onward = connector_for(lanes, whole(me.lane), turn) if turn >= 0 else -1


@inner
def turn_after(routes: Routes, fleet: Rows, v: int, road: int, roads: int) -> int:
    """Return the turn that a vehicle takes at the end of `road`, `roads` after the one that it is on.

    -1: its way ends there.
    """
    me = fleet[v]
    if me.path_at >= 0:
        return whole(routes.path[me.path_at + roads])
    return whole(routes.hop[me.destination, road])


@folded
def wish_speed(lanes: Lanes, fleet: Rows, v: int) -> float:
    """Return the speed in m/s that a vehicle would drive alone on its lane."""
    me = fleet[v]
    lane = whole(me.lane)
    after = whole(lanes.row[lane].after)
    limit = lanes.row[lane if after < 0 else after].speed_mps  # a curve bounds the speed, it is no wish
    wish = min(limit * me.speed_factor, me.top_mps, me.filter_mps)
    slope = lanes.row[lane].slope
    if slope > STEEP:  # what the engine can lift
        wish = min(wish, real(me.power_wpkg) / (GRAVITY_MPS2 * (slope + ROLLING)))
    if me.kerb == SEEKING:
        ahead_m = me.stop_m - me.position_m
        if ahead_m < APPROACH_M:
            wish = min(wish, max(CREEP_MPS, math.sqrt(APPROACH_MPS2 * max(0.0, ahead_m))))
    return float(max(wish, 0.5))


@folded
def rear_of_last(order: Order, fleet: Rows, lane: int, strips: int, v: int) -> tuple[float, float]:
    """Return rear and speed of the rearmost other vehicle on some strips of a lane, FREE where none is."""
    rear_m, speed = FREE, 0.0
    for strip in range(STRIPS):
        if not strips >> strip & 1:
            continue
        row, end = whole(order.track_at[STRIPS * lane + strip]), whole(order.track_end[STRIPS * lane + strip])
        while row < end and order.row[row].who == v:
            row += 1
        if row < end:
            u = whole(order.row[row].who)
            r = order.row[row].front_m - fleet[u].length_m
            if r < rear_m:
                rear_m, speed = r, float(fleet[u].speed_mps)
    return rear_m, speed


@folded
def leader_here(order: Order, fleet: Rows, v: int) -> tuple[float, float, int]:
    """Return gap, speed and row of the nearest leader on the strips under the front, FREE if none."""
    me = fleet[v]
    gap_m, speed, leader = FREE, 0.0, -1
    for mark in range(2 * STRIPS):
        row = whole(order.own[v, mark])
        if row < 0:
            continue
        lane = whole(me.lane) if mark < STRIPS else whole(me.old_lane)
        if row + 1 < order.track_end[STRIPS * lane + mark % STRIPS]:
            u = whole(order.row[row + 1].who)
            gap = order.row[row + 1].front_m - fleet[u].length_m - me.position_m
            if u != v and gap < gap_m:
                gap_m, speed, leader = gap, float(fleet[u].speed_mps), u
    return gap_m, speed, leader


@folded
def crosses(mine: int, my_fan: int, others: int, other_fan: int) -> bool:
    """Return whether two who part from one lane get into each other's way, by strips and ways.

    They do not where each leaves towards the side on which he rides.
    """
    if my_fan == other_fan:
        return mine & others != 0
    if my_fan < other_fan:
        return not mine < (others & -others)
    return not others < (mine & -mine)


@inner
def _fork_gap(
    lanes: Lanes, fleet: Rows, order: Order, v: int, connector: int, along_m: float
) -> tuple[float, float]:
    """Return gap and speed of a vehicle that has just parted from this way at a fork, FREE if none.

    `along_m` is the front's position on `connector`, negative before it.
    """
    gap_m, speed = FREE, 0.0
    mine, my_fan = home_strips(lanes, fleet, v, connector), whole(lanes.row[connector].fan)
    for row in range(lanes.row[connector].fork_at, lanes.row[connector + 1].fork_at):
        clear_m = lanes.fork[row].clear_m
        if along_m >= clear_m:
            continue
        other = whole(lanes.fork[row].lane)
        for track in range(STRIPS * other, STRIPS * (other + 1)):
            for k in range(order.track_at[track], order.track_end[track]):
                u = whole(order.row[k].who)
                rear = order.row[k].front_m - fleet[u].length_m
                ahead = order.row[k].front_m > along_m or (order.row[k].front_m == along_m and u < v)
                if u == v or not ahead or rear >= clear_m or rear - along_m >= gap_m:
                    continue
                if crosses(mine, my_fan, home_strips(lanes, fleet, u, other), whole(lanes.row[other].fan)):
                    gap_m, speed = rear - along_m, float(fleet[u].speed_mps)
    return gap_m, speed


@folded
def _tighten(
    fleet: Rows,
    v: int,
    wish: float,
    gap_m: float,
    leader_mps: float,
    dt_s: float,
    was: tuple[float, float],
) -> tuple[float, float]:
    """Return the speed wanted and the highest safe one after one more leader."""
    if gap_m >= FREE:
        return was
    bound = min(was[1], safe_speed(gap_m, leader_mps, HARD_MPS2, dt_s))
    if fleet[v].speed_mps + idm(fleet, v, wish, gap_m, leader_mps) * dt_s >= was[0]:
        return was[0], bound  # somebody else is in the way more
    return min(was[0], idm_after(fleet, v, wish, gap_m, leader_mps, dt_s)), bound


@folded
def _stop_at(
    fleet: Rows, v: int, wish: float, gap_m: float, dt_s: float, was: tuple[float, float]
) -> tuple[float, float]:
    """Return the speed wanted and the highest safe one after a line where one must stop."""
    wanted = idm_after(fleet, v, wish, gap_m + fleet[v].jam_gap_m - LINE_GAP_M, 0.0, dt_s)
    return min(was[0], wanted), min(was[1], safe_speed(gap_m, 0.0, HARD_MPS2, dt_s))


@folded
def _behind(lanes: Lanes, fleet: Rows, v: int, u: int, wish: float, least_mps2: float) -> float:
    """Return the acceleration behind somebody on the same road who wants in or across, FREE if none."""
    me = fleet[v]
    if u < 0 or not fleet[u].alive or lanes.row[fleet[u].lane].road != lanes.row[me.lane].road:
        return FREE
    gap_m = fleet[u].position_m - fleet[u].length_m - me.position_m
    if gap_m < -1.0:
        return FREE
    return float(max(-least_mps2, idm(fleet, v, wish, max(gap_m, 0.5), float(fleet[u].speed_mps))))


@folded
def _onward(
    lanes: Lanes, routes: Routes, fleet: Rows, v: int, lane: int, hop: int, roads: int
) -> tuple[int, bool]:
    """Return the lane after `lane` on the vehicle's way and whether it may be entered now.

    `lane` lies `hop` lanes, and `roads` roads, after the one that the vehicle is on.

    -1 with True: the way leaves the map here; -1 with False: this lane does not lead on.
    """
    me = fleet[v]
    road = whole(lanes.row[lane].road)
    if road < 0:
        return whole(lanes.row[lane].after), True
    turn = whole(me.turn) if hop == 0 else turn_after(routes, fleet, v, road, roads)
    if turn < 0:
        return -1, True
    connector = whole(me.onward) if hop == 0 else connector_for(lanes, lane, turn)
    if connector < 0:
        return -1, False
    if me.kind == MOTORCYCLE and me.strips & lanes.row[connector].open == 0:
        return connector, False
    free = not lanes.row[connector].controlled or (hop == 0 and me.granted == connector)
    return connector, free and (hop > 0 or me.old_lane < 0)


@folded
def line_m(lanes: Lanes, fleet: Rows, v: int, lane: int, connector: int) -> float:
    """Return how far beyond the end of a lane a vehicle stops for a red, negative before it."""
    me = fleet[v]
    if me.kind != MOTORCYCLE and lanes.row[lane].box_m > 0.0:
        return float(-lanes.row[lane].box_m)
    bends = connector >= 0 and lanes.row[connector].bends != 0 and cuts(lanes, fleet, v, connector)
    if me.past_m > 0.0 and connector >= 0 and lanes.row[connector].group >= 0 and not bends:
        return float(min(me.past_m, lanes.row[connector].room_m))
    return 0.0


@folded
def _look_ahead(
    lanes: Lanes, routes: Routes, fleet: Rows, order: Order, v: int, wish: float, dt_s: float
) -> tuple[float, float]:
    """Return the speed wanted and the highest safe one from everything beyond the end of the lane."""
    me = fleet[v]
    speed = float(me.speed_mps)
    reach_m = 20.0 + 2.0 * speed + speed * speed / 3.0
    lane = whole(me.lane)
    gap_m = lanes.row[lane].length_m - me.position_m
    best, roads = (FREE, FREE), 0
    for hop in range(HOPS):
        if gap_m > reach_m:
            break
        if hop > 0 and lanes.row[lane].road >= 0:
            roads += 1
        onward, free = _onward(lanes, routes, fleet, v, lane, hop, roads)
        if not free:
            beyond_m = line_m(lanes, fleet, v, lane, onward) if hop == 0 else 0.0
            return _stop_at(fleet, v, wish, gap_m + beyond_m, dt_s, best)
        if onward < 0:
            break
        if lanes.row[onward].before >= 0:
            fork_m, fork_mps = _fork_gap(lanes, fleet, order, v, onward, -gap_m)
            best = _tighten(fleet, v, wish, fork_m, fork_mps, dt_s, best)
            curve = lanes.row[onward].speed_mps * me.speed_factor
            if speed > curve:
                slow = (curve * curve - speed * speed) / (2.0 * max(gap_m, 1.0))
                if slow < -0.8:
                    best = (min(best[0], speed + max(slow, -4.0) * dt_s), best[1])
        rear_m, leader_mps = rear_of_last(order, fleet, onward, strips_on(lanes, fleet, v, onward), v)
        if rear_m < FREE:
            return _tighten(fleet, v, wish, gap_m + rear_m, leader_mps, dt_s, best)
        gap_m += lanes.row[onward].length_m
        lane = onward
    return best


@folded
def next_speed(lanes: Lanes, routes: Routes, fleet: Rows, order: Order, v: int, dt_s: float) -> float:
    """Return the speed of vehicle `v` over the coming step, m/s."""
    me = fleet[v]
    if me.kerb == STANDING:
        return 0.0
    gap_m, leader_mps, leader = leader_here(order, fleet, v)
    speed, lane = float(me.speed_mps), whole(me.lane)
    if leader >= 0 and speed == 0.0 == leader_mps and gap_m < me.jam_gap_m + CLOSED_UP_M:
        return 0.0
    wish = wish_speed(lanes, fleet, v)
    polite = min(
        _behind(lanes, fleet, v, whole(me.yield_to), wish, COURTESY_MPS2),
        _behind(lanes, fleet, v, whole(me.part_from), wish, PARTING_MPS2),
    )
    best = (speed + min(idm(fleet, v, wish, FREE, 0.0), polite) * dt_s, FREE)
    if lanes.row[lane].before >= 0:
        curve = lanes.row[lane].speed_mps * me.speed_factor
        best = (min(best[0], max(curve, speed - CURVE_MPS2 * dt_s)), FREE)
    best = _tighten(fleet, v, wish, gap_m, leader_mps, dt_s, best)
    if lanes.row[lane].before >= 0:
        gap_m, leader_mps = _fork_gap(lanes, fleet, order, v, lane, float(me.position_m))
        best = _tighten(fleet, v, wish, gap_m, leader_mps, dt_s, best)
    on_strip = lanes.row[lane].road >= 0 and lanes.row[lane].slot < 0
    if on_strip and me.kerb == SEEKING:
        best = _stop_at(fleet, v, wish, max(0.0, me.stop_m - me.position_m), dt_s, best)
    elif on_strip and me.kind != MOTORCYCLE:
        return 0.0  # waits for a gap to merge back
    queues = leader >= 0 and fleet[leader].lane == lane and speed < QUEUE_MPS
    ahead = (FREE, FREE) if queues else _look_ahead(lanes, routes, fleet, order, v, wish, dt_s)
    return float(max(0.0, min(best[0], best[1], ahead[0], ahead[1])))


@inner
def follow(lanes: Lanes, routes: Routes, fleet: Rows, order: Order, dt_s: float) -> None:
    """Decide the speed of everybody over the coming step."""
    for i in range(order.state[0].count):
        v = whole(order.sequence[i])
        fleet[v].next_mps = next_speed(lanes, routes, fleet, order, v, dt_s)
