"""Who is behind whom: sorts vehicles into the strips that their bodies touch.

Vehicles are visited as they stood in the step before, so that they come nearly sorted and neighbours
on the road are neighbours in the cache.
"""

from twin.compiled import folded, inlined, inner, whole
from twin.traffic.kernel.arrays import (
    ALL,
    KERBWARD,
    MEDIANWARD,
    MIDDLE,
    MOTORCYCLE,
    STRIPS,
    TRAIL,
    Lanes,
    Order,
    Rows,
)

LONG_M = 6.0
CHORD_M = 4.8  # the body whose `cut_m` is noted for each connector
CAR_CUT_M, WIDE_CUT_M = 0.7, 0.6  # what cuts a corner by more takes strips at its side as well
LANE_CUT_M = 0.95  # and by more than this the edge of the lane beside
SLACK = 1  # free rows at the end of a track: one vehicle a step may change to it


@folded
def home_strips(lanes: Lanes, fleet: Rows, v: int, lane: int) -> int:
    """Return the strips that a vehicle takes of a lane when it goes straight on.

    Where there is room a wide body leaves the strip at the kerb to the riders.
    """
    me = fleet[v]
    if me.kind == MOTORCYCLE:
        return whole(me.strips)
    if not me.wide:
        return MIDDLE
    return MIDDLE | MEDIANWARD if lanes.row[lane].open == ALL else ALL


@folded
def cut_m(lanes: Lanes, fleet: Rows, v: int, c: int) -> float:
    """Return how far inside of connector `c` the middle of a body comes: as the square of its length."""
    part = fleet[v].length_m / CHORD_M
    return float(lanes.row[c].cut_m * part * part)


@folded
def cuts(lanes: Lanes, fleet: Rows, v: int, c: int) -> bool:
    """Return whether a body is too long to go round connector `c` beside a rider."""
    most_m = WIDE_CUT_M if fleet[v].wide else CAR_CUT_M
    return bool(fleet[v].kind != MOTORCYCLE and cut_m(lanes, fleet, v, c) > most_m)


@folded
def strips_on(lanes: Lanes, fleet: Rows, v: int, lane: int) -> int:
    """Return the strips that vehicle `v` takes on a lane of its way, unless it is changing lanes there."""
    me = fleet[v]
    if me.kind == MOTORCYCLE:
        return whole(me.strips)
    if lanes.row[lane].slot < 0:
        return MIDDLE
    here = whole(me.lane)
    bends = whole(lanes.row[lane].bends) | whole(lanes.row[here].bends)
    if bends != 0 and (
        cuts(lanes, fleet, v, lane) or cuts(lanes, fleet, v, here)
    ):  # as long as the tail swings
        return ALL if me.wide or me.length_m > LONG_M else bends
    return home_strips(lanes, fleet, v, lane)


@inlined
def overhang(lanes: Lanes, fleet: Rows, v: int) -> None:
    """Let a wide body on the kerb strip reach into the lane beside: riders cannot pass there."""
    me = fleet[v]
    lane = whole(me.lane)
    if me.wide and lanes.row[lane].slot < 0 and lanes.row[lane].road >= 0:
        me.old_lane = lanes.row[lane].medianward
        me.old_strips = KERBWARD


@folded
def _add(order: Order, n: int, lane: int, strips: int, front_m: float, who: int, mark: int) -> int:
    """Append the rows of one vehicle on one lane; return the new count."""
    for strip in range(STRIPS):
        if strips >> strip & 1:
            track = STRIPS * lane + strip
            order.raw[n].track = track
            order.raw[n].front_m = front_m
            order.raw[n].who = who
            order.raw[n].mark = mark + strip if mark >= 0 else -1
            order.track_end[track] += 1
            n += 1
    return n


@folded
def _add_vehicle(lanes: Lanes, fleet: Rows, order: Order, n: int, v: int) -> int:
    """Append all rows of one vehicle: its lane, the lane that it is leaving, and those behind."""
    me = fleet[v]
    front_m, mark = float(me.position_m), 0
    lane, strips = whole(me.lane), whole(me.strips)
    for k in range(2 + TRAIL):
        if k == 1:
            lane, strips, mark = whole(me.old_lane), whole(me.old_strips), STRIPS
            if lane < 0:
                continue
        elif k > 1:
            lane, mark = whole(me.trail[k - 2]), -1
            if front_m >= me.length_m or lane < 0:
                break
            front_m += lanes.row[lane].length_m
            strips = strips_on(lanes, fleet, v, lane)
        n = _add(order, n, lane, strips, front_m, v, mark)
    return n


@folded
def _place(order: Order, track: int, front_m: float, who: int, mark: int) -> None:
    """Put a row where it belongs on its track; those before it move up by one."""
    slot, first = whole(order.track_end[track]), whole(order.track_at[track])
    while slot > first and order.row[slot - 1].front_m > front_m:
        order.row[slot].who = order.row[slot - 1].who
        order.row[slot].front_m = order.row[slot - 1].front_m
        order.row[slot].mark = order.row[slot - 1].mark
        if order.row[slot].mark >= 0:
            order.own[order.row[slot].who, order.row[slot].mark] = slot
        slot -= 1
    order.row[slot].who = who
    order.row[slot].front_m = front_m
    order.row[slot].mark = mark
    if mark >= 0:
        order.own[who, mark] = slot
    order.track_end[track] += 1


@inner
def arrange(lanes: Lanes, fleet: Rows, order: Order) -> None:
    """Fill `order` from the positions: rows counted by track, then put in their places."""
    order.state[0].tick += 1
    tick = order.state[0].tick
    order.track_end[:] = 0
    n = kept = whole(0)
    for i in range(order.state[0].count):
        v = whole(order.sequence[i])
        if fleet[v].alive and order.seen[v] != tick:
            order.seen[v] = tick
            order.sequence[kept] = v
            kept += 1
            n = _add_vehicle(lanes, fleet, order, n, v)
            for mark in range(2 * STRIPS):
                order.own[v, mark] = -1
    start = 0
    for track in range(order.track_at.size):
        order.track_at[track] = start
        start += order.track_end[track] + SLACK
        order.track_end[track] = order.track_at[track]
    for i in range(n):
        row = order.raw[i]
        _place(order, whole(row.track), float(row.front_m), whole(row.who), whole(row.mark))
    _remember_sequence(fleet, order)


@folded
def _remember_sequence(fleet: Rows, order: Order) -> None:
    """Note the vehicles as they stand, track by track, each once: on the first of its strips."""
    n = 0
    for track in range(order.track_at.size):
        for row in range(order.track_at[track], order.track_end[track]):
            mark = whole(order.row[row].mark)
            if 0 <= mark < STRIPS and fleet[order.row[row].who].strips & ((1 << mark) - 1) == 0:
                order.sequence[n] = order.row[row].who
                n += 1
    order.state[0].count = n


@inner
def move_over(fleet: Rows, order: Order, v: int) -> None:
    """Tell `order` that a vehicle has begun to change: what was its lane is the one that it is leaving."""
    me = fleet[v]
    for strip in range(STRIPS):
        row = whole(order.own[v, strip])
        order.own[v, STRIPS + strip], order.own[v, strip] = row, -1
        if row >= 0:
            order.row[row].mark = STRIPS + strip
    for mark in range(2 * STRIPS):
        lane = whole(me.lane if mark < STRIPS else me.old_lane)
        strips = whole(me.strips if mark < STRIPS else me.old_strips)
        if strips >> mark % STRIPS & 1 and order.own[v, mark] < 0:
            _place(order, STRIPS * lane + mark % STRIPS, float(me.position_m), v, mark)
