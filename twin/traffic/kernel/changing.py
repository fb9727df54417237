"""Lane changes, and those of riders from strip to strip: to reach a turn or the kerb, to get on faster.

A change begins at once on the new lane; the body stays on both until it has moved over. Incentive
as in MOBIL (Kesting, Treiber and Helbing 2007) without politeness. Riders pass between the cars of a queue
where a strip is free.
"""

from twin.compiled import folded, inner, real, whole
from twin.traffic.kernel.arrays import (
    ALL,
    KERBWARD,
    LEAVING,
    MEDIANWARD,
    MIDDLE,
    MOTORCYCLE,
    RIDING,
    SEEKING,
    STANDING,
    STRIPS,
    Lanes,
    Order,
    Rows,
)
from twin.traffic.kernel.beside import MIN_GAP_M, first_beyond, mind_neighbours, mind_sides
from twin.traffic.kernel.following import (
    FREE,
    aim,
    idm,
    leader_here,
    rear_of_last,
    safe_speed,
    wish_speed,
)
from twin.traffic.kernel.ordering import home_strips, move_over, strips_on

NEAR_END_M = 250.0  # nearer than this one stays in the lanes that serve the turn
STRIP_IN_M = 60.0  # where a vehicle that wants to stop moves onto the strip
PARKED_M = 30.0  # nearer than this to a parked vehicle riders leave the strip
MANY_M = 250.0
COMMITTED_M = 40.0
SORT_M = 60.0  # nearer to a fork than this riders move to the side to which they turn
SOFT_MPS2, FIRM_MPS2 = 2.5, 4.5
THRESHOLD_MPS2 = 0.4
CREEP_MPS = 1.5
REACTION_S = 0.6
WIDE_OUT_M = 1.0  # how far from the outer strip the middle of a wide body is
OUTER = 0.1  # a rider between cars keeps to his line
PAST_M = 0.3  # who stands farther beyond the stop line than this is recorded


@folded
def has_gap(
    fleet: Rows, order: Order, v: int, track: int, firm_mps2: float
) -> tuple[bool, float, float, int]:
    """Return whether a track has room beside `v`; gap and speed of the leader there; the follower."""
    me = fleet[v]
    position_m, speed = float(me.position_m), float(me.speed_mps)
    row = first_beyond(order, track, position_m)
    gap_m, leader_mps, follower, fits = FREE, 0.0, -1, True
    if row < order.track_end[track] and order.row[row].who != v:
        u = whole(order.row[row].who)
        gap_m = order.row[row].front_m - fleet[u].length_m - position_m
        leader_mps = float(fleet[u].speed_mps)
        fits = gap_m > MIN_GAP_M and speed <= 0.5 + safe_speed(gap_m, leader_mps, firm_mps2, REACTION_S)
    if row > order.track_at[track] and order.row[row - 1].who != v:
        follower = whole(order.row[row - 1].who)
        behind_m = position_m - me.length_m - order.row[row - 1].front_m
        allowed = safe_speed(behind_m, speed, firm_mps2, REACTION_S)
        fits = fits and behind_m > MIN_GAP_M and fleet[follower].speed_mps <= 0.5 + allowed
    return fits, gap_m, leader_mps, follower


@folded
def _outermost(strips: int, way: int) -> int:
    """Return the one of some strips that lies farthest towards the kerb (`way` -1) or the median (+1)."""
    if way < 0:
        return strips & -strips
    return MEDIANWARD if strips & MEDIANWARD else MIDDLE if strips & MIDDLE else KERBWARD


@folded
def beside(lanes: Lanes, fleet: Rows, v: int, way: int) -> tuple[int, int]:
    """Return the lane next to a vehicle, -1 if none, and the strips that it would take of it.

    A rider moves by one strip, within his lane or to the nearest one of the next.
    """
    me = fleet[v]
    lane = whole(me.lane)
    onto = whole(lanes.row[lane].kerbward if way < 0 else lanes.row[lane].medianward)
    if me.kind != MOTORCYCLE:
        return onto, strips_on(lanes, fleet, v, onto) if onto >= 0 else ALL
    if lanes.row[lane].slot >= 0:
        strip = whole(me.strips)
        next_strip = strip >> 1 if way < 0 else strip << 1
        if next_strip & lanes.row[lane].open:
            return lane, next_strip
    if onto < 0 or lanes.row[onto].slot < 0:
        return onto, MIDDLE
    return onto, _outermost(whole(lanes.row[onto].open), -way)


@folded
def _swept(lanes: Lanes, lane: int, strips: int, way: int) -> int:
    """Return what of a lane a body takes while it leaves it, or comes to it from, towards `way`."""
    if lanes.row[lane].slot < 0:
        return strips
    return strips | (KERBWARD if way < 0 else MEDIANWARD)


@inner
def _start(lanes: Lanes, fleet: Rows, order: Order, v: int, lane: int, strips: int, way: int) -> None:
    """Move vehicle `v` over; what it looks like is interpolated from `shift_m`."""
    me = fleet[v]
    was = whole(me.lane)
    was_m = lanes.row[was].offset_m + aside_m(lanes, fleet, v, was, home_strips(lanes, fleet, v, was))
    now_m = lanes.row[lane].offset_m + aside_m(lanes, fleet, v, lane, strips)
    me.old_lane, me.old_strips = was, me.strips
    me.lane, me.strips = lane, strips
    if me.kind != MOTORCYCLE:
        me.old_strips = _swept(lanes, was, whole(me.old_strips), way)
        me.strips = _swept(lanes, lane, strips, -way)
    me.shift_m = was_m - now_m
    me.progress = 0.0
    me.granted = -1
    aim(lanes, fleet, v)
    move_over(fleet, order, v)


@inner
def aside_m(lanes: Lanes, fleet: Rows, v: int, lane: int, strips: int) -> float:
    """Return how far towards the kerb from the middle of a lane a vehicle keeps on some strips, metres."""
    if lanes.row[lane].slot < 0:
        return 0.0
    own_m = real(fleet[v].jitter_m)
    if strips == KERBWARD:
        return float(lanes.row[lane].strip_m) + OUTER * own_m
    if strips == MEDIANWARD:
        return OUTER * own_m - float(lanes.row[lane].strip_m)
    if strips == ALL:
        return own_m
    if strips == MIDDLE:
        return own_m + float(lanes.row[lane].middle_m)
    return own_m - float(lanes.row[lane].strip_m) + WIDE_OUT_M


@folded
def _must(lanes: Lanes, fleet: Rows, v: int) -> int:
    """Return the direction in which a vehicle must change: -1 to the kerb, +1 to the median, or 0."""
    me = fleet[v]
    lane = whole(me.lane)
    slot = whole(lanes.row[lane].slot)
    if me.kerb == SEEKING:
        ahead_m = me.stop_m - me.position_m
        if slot > 0:
            return -1 if ahead_m < MANY_M else 0
        braking_m = me.speed_mps**2 / (2.0 * FIRM_MPS2)
        return -1 if slot == 0 and braking_m < ahead_m < STRIP_IN_M else 0
    if slot < me.lane_lo or (slot < 0 and me.kind != MOTORCYCLE):
        return 1
    if slot > me.lane_hi:
        return -1
    onward = whole(me.onward)
    shut = onward >= 0 and me.kind == MOTORCYCLE and me.strips & lanes.row[onward].open == 0
    if not shut or lanes.row[lane].length_m - me.position_m > SORT_M:
        return 0
    return 1 if me.strips == KERBWARD else -1


@folded
def _allowed(lanes: Lanes, fleet: Rows, v: int, lane: int, end_m: float) -> bool:
    """Return whether a vehicle may go to `lane` merely because it is faster."""
    me = fleet[v]
    if lane < 0:
        return False
    slot = lanes.row[lane].slot
    if slot < 0 and me.kind != MOTORCYCLE:
        return False
    return bool(end_m > NEAR_END_M or me.lane_lo <= slot <= me.lane_hi)


@folded
def _room(
    lanes: Lanes, fleet: Rows, order: Order, v: int, onto: tuple[int, int], way: int, firm_mps2: float
) -> tuple[bool, float, float]:
    """Return whether a body fits on its way to some strips; gap and speed of the leader on these.

    A rider goes straight to the strip; a car passes over what lies between.
    """
    me = fleet[v]
    fits, gap_m, leader_mps = True, FREE, 0.0
    lane, strips = onto
    was = whole(me.lane)
    rides = me.kind == MOTORCYCLE
    swept = strips if rides else _swept(lanes, lane, strips, -way)
    edge = 0 if way < 0 else STRIPS - 1
    passes_edge = not rides and lanes.row[was].slot >= 0 and not me.strips >> edge & 1
    for k in range(STRIPS + 1):
        if (k < STRIPS and not swept >> k & 1) or (k == STRIPS and not passes_edge):
            continue
        track = STRIPS * lane + k if k < STRIPS else STRIPS * was + edge
        free, g, s, follower = has_gap(fleet, order, v, track, firm_mps2)
        fits = fits and free
        if k < STRIPS and strips >> k & 1 and g < gap_m:
            gap_m, leader_mps = g, s
        if firm_mps2 > SOFT_MPS2 and k < STRIPS and follower >= 0:
            fleet[follower].yield_to = v
    return fits, gap_m, leader_mps


@folded
def _gains(lanes: Lanes, fleet: Rows, order: Order, v: int) -> tuple[float, float]:
    """Return the acceleration of a vehicle where it is and its gap there; FREE where nothing holds it up."""
    wish = wish_speed(lanes, fleet, v)
    here_m, here_mps, _ = leader_here(order, fleet, v)
    if here_m >= FREE:
        return FREE, FREE
    now_mps2 = idm(fleet, v, wish, here_m, here_mps)
    held = idm(fleet, v, wish, FREE, 0.0) - now_mps2 >= THRESHOLD_MPS2
    return (now_mps2, here_m) if held else (FREE, FREE)


@folded
def _try(
    lanes: Lanes,
    fleet: Rows,
    order: Order,
    scratch: Rows,
    v: int,
    way: int,
    now: tuple[float, float],
) -> bool:
    """Change towards `way` if there is room and more to gain than what `now` gives.

    FORCED: it must, and asks for room.
    """
    me = fleet[v]
    lane, strips = beside(lanes, fleet, v, way)
    was = whole(me.lane)
    if lane < 0 or scratch[lane].changed or scratch[was].changed:
        return False
    if lane != was and me.position_m - me.length_m < 12.0:
        for strip in range(STRIPS):
            if scratch[lane].inflow_m[strip] > 0.0:
                return False  # somebody may come out of the junction behind
    firm_mps2 = FIRM_MPS2 if now[0] <= -FREE else SOFT_MPS2
    fits, gap_m, leader_mps = _room(lanes, fleet, order, v, (lane, strips), way, firm_mps2)
    if not fits:
        return False
    if firm_mps2 == SOFT_MPS2:
        gain = idm(fleet, v, wish_speed(lanes, fleet, v), gap_m, leader_mps) - now[0]
        if gain < THRESHOLD_MPS2 or gap_m < now[1] + 1.0:
            return False
    _start(lanes, fleet, order, v, lane, strips, way)
    scratch[lane].changed = 1
    scratch[was].changed = 1
    return True


@folded
def _lean(lanes: Lanes, fleet: Rows, v: int) -> int:
    """Return the side to which the way of a rider leaves his lane at a fork: -1 kerb, +1 median, 0."""
    me = fleet[v]
    lane, c = whole(me.lane), whole(me.onward)
    if c < 0 or not lanes.row[lane].splits:
        return 0
    first, last = lanes.row[lane].outgoing_at, lanes.row[lane + 1].outgoing_at
    if lanes.row[c].fan == 0:
        return -1
    return 1 if lanes.row[c].fan == last - first - 1 else 0


@folded
def _intends(lanes: Lanes, fleet: Rows, v: int, end_m: float) -> tuple[int, bool]:
    """Return where to a vehicle has to change, 0 for nowhere, and whether it may change for speed's sake."""
    me = fleet[v]
    way = _must(lanes, fleet, v)
    if way != 0 or me.kerb == SEEKING or me.granted >= 0:
        return way, False
    if me.kind != MOTORCYCLE:
        speed = float(me.speed_mps)
        return 0, speed >= CREEP_MPS and end_m >= 10.0 + 3.5 * speed
    lean = _lean(lanes, fleet, v) if end_m < SORT_M else 0
    within = lean != 0 and beside(lanes, fleet, v, lean)[0] == me.lane
    return (lean if within else 0), lean == 0


@folded
def _before_the_cars(fleet: Rows, order: Order, v: int, end_m: float) -> int:
    """Return the way to the middle for a rider who waits for green beyond the line, 0 for none."""
    me = fleet[v]
    c = whole(me.onward)
    stays = me.kind != MOTORCYCLE or me.strips == MIDDLE or me.speed_mps > 0.0
    if stays or me.past_m <= 0.0 or end_m > -PAST_M or c < 0 or me.granted >= 0:
        return 0
    if rear_of_last(order, fleet, c, whole(MIDDLE), v)[0] < MIN_GAP_M - end_m:
        return 0
    return 1 if me.strips == KERBWARD else -1


@folded
def _behind_parked(fleet: Rows, order: Order, v: int) -> bool:
    """Return whether a rider on the kerb strip comes to somebody who stands there to stay."""
    gap_m, _, leader = leader_here(order, fleet, v)
    return bool(
        leader >= 0 and gap_m < PARKED_M and fleet[leader].kerb == STANDING and fleet[v].kerb != SEEKING
    )


@folded
def _wants_beyond(lanes: Lanes, fleet: Rows, order: Order, v: int) -> bool:
    """Return whether a rider looks for a place beyond a parked body that reaches into his lane."""
    me = fleet[v]
    if me.kind != MOTORCYCLE or me.kerb != SEEKING or lanes.row[me.lane].slot != 0:
        return False
    track = STRIPS * whole(me.lane)
    row = first_beyond(order, track, float(me.position_m))
    if row >= order.track_end[track]:
        return False
    u = whole(order.row[row].who)
    rear_m = order.row[row].front_m - fleet[u].length_m
    return bool(fleet[u].kerb == STANDING and rear_m < me.stop_m and rear_m - me.position_m < PARKED_M)


@folded
def _ways(lanes: Lanes, fleet: Rows, order: Order, v: int, end_m: float) -> tuple[int, int, bool]:
    """Return where to a vehicle has to change, 0 for nowhere; where to else; whether it may to be faster."""
    me = fleet[v]
    if end_m < 0.0:
        return _before_the_cars(fleet, order, v, end_m), 0, False
    must, may = _intends(lanes, fleet, v, end_m)
    if must == 0 and lanes.row[me.lane].slot < 0 and _behind_parked(fleet, order, v):
        return 1, 0, False
    if not _wants_beyond(lanes, fleet, order, v):
        return must, 0, may
    if me.strips != KERBWARD:
        return 0, 0, False  # he passes it first
    return must if must != 0 else 1, 1, False


@folded
def _consider(lanes: Lanes, fleet: Rows, order: Order, scratch: Rows, v: int) -> None:
    """Change lanes if vehicle `v` must, or would gain by it."""
    me = fleet[v]
    end_m = lanes.row[me.lane].length_m - me.position_m
    speed = float(me.speed_mps)
    if (me.granted >= 0 and end_m < COMMITTED_M) or 0.0 < end_m < speed * speed / (2.0 * SOFT_MPS2):
        return  # on the new lane it might have to stop at the line at once
    must, otherwise, may = _ways(lanes, fleet, order, v, end_m)
    now = (-FREE, 0.0)
    if must == 0:
        now = _gains(lanes, fleet, order, v) if may else (FREE, FREE)
        if now[0] >= FREE:
            return
    for k in range(2):
        way = 2 * k - 1
        if must != 0:
            way = must if k == 0 else otherwise
        if way == 0:
            return
        onto, _ = beside(lanes, fleet, v, way)
        allowed = must != 0 or _allowed(lanes, fleet, v, onto, end_m)
        if allowed and _try(lanes, fleet, order, scratch, v, way, now):
            return


@inner
def change_lanes(lanes: Lanes, fleet: Rows, order: Order, scratch: Rows, number: int, period: int) -> None:
    """Let everybody consider a change every `period` steps; at most one change a lane and step."""
    for lane in range(scratch.size):
        scratch[lane].changed = 0
    for i in range(order.state[0].count):
        v = whole(order.sequence[i])
        if (v + number) % period != 0:
            continue
        fleet[v].yield_to = -1
        if fleet[v].kerb == STANDING or fleet[v].progress < 1.0:
            continue
        lane = whole(fleet[v].lane)
        if lanes.row[lane].road < 0:
            continue
        if fleet[v].position_m - fleet[v].length_m > 0.5:
            _consider(lanes, fleet, order, scratch, v)
        mind_neighbours(lanes, fleet, order, v)
        mind_sides(lanes, fleet, order, v)
        if fleet[v].kerb == LEAVING and lanes.row[fleet[v].lane].slot >= 0:
            fleet[v].kerb = RIDING
