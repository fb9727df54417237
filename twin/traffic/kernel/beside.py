"""Whom one minds on the other strips of a lane: riders beside cars, and those to whom one gives way."""

from twin.compiled import folded, real, whole
from twin.traffic.kernel.arrays import MIDDLE, MOTORCYCLE, STRIPS, Lanes, Order, Rows
from twin.traffic.kernel.following import FREE, crosses
from twin.traffic.kernel.ordering import home_strips

MIN_GAP_M = 0.6
PARTING_M = 40.0
FILTER_MPS = 4.5  # how much faster than the cars beside him a rider passes between them
# Fitted, with the headway of cars, to the saturation flow of cars, of riders and of the usual mix on two
# lanes (tests/verification/ladder/approaches.py).
FLANK, AROUND_M = 0.52, 9.0
FILTER_M = 8.0  # from how far behind


@folded
def first_beyond(order: Order, track: int, front_m: float) -> int:
    """Return the first row of a track with its front beyond `front_m` (or the end of the track)."""
    low, high = whole(order.track_at[track]), whole(order.track_end[track])
    while low < high:
        middle = (low + high) // 2
        if order.row[middle].front_m <= front_m:
            low = middle + 1
        else:
            high = middle
    return low


@folded
def mind_sides(lanes: Lanes, fleet: Rows, order: Order, v: int) -> None:
    """Have a vehicle mind those on the other strips of its lane.

    A rider goes FILTER_MPS faster than the slowest car beside or just ahead of him; a car's headway grows
    by a share FLANK for each rider beside it or up to AROUND_M before it.
    """
    me = fleet[v]
    me.filter_mps = FREE
    me.headway_s = real(me.own_headway_s)
    lane = whole(me.lane)
    rides = me.kind == MOTORCYCLE
    if lanes.row[lane].slot < 0 or (rides and me.strips == MIDDLE):
        return
    rear_m = float(me.position_m) - me.length_m
    riders = 0
    for strip in range(STRIPS):
        if rides == (strip != 1) or me.strips >> strip & 1:
            continue
        row = first_beyond(order, STRIPS * lane + strip, rear_m)
        end = whole(order.track_end[STRIPS * lane + strip])
        while row < end:
            u = whole(order.row[row].who)
            ahead_m = order.row[row].front_m - fleet[u].length_m - me.position_m
            if ahead_m > (FILTER_M if rides else AROUND_M):
                break
            if rides and fleet[u].kind != MOTORCYCLE:
                me.filter_mps = min(me.filter_mps, fleet[u].speed_mps + FILTER_MPS)
            elif not rides and fleet[u].kind == MOTORCYCLE:
                riders += 1
            row += 1
    me.headway_s *= 1.0 + FLANK * riders


@folded
def _gives_way(lanes: Lanes, fleet: Rows, v: int, u: int) -> bool:
    """Return whether `v` lets `u` go first, who is ahead on another strip of its lane.

    Their ways cross, or `u` needs the strip on which `v` rides for its bend.
    """
    lane, c, other = whole(fleet[v].lane), whole(fleet[v].onward), whole(fleet[u].onward)
    if fleet[u].claims and fleet[v].kind == MOTORCYCLE:  # who is beside it already goes first
        return bool(fleet[u].position_m - fleet[u].length_m - fleet[v].position_m > MIN_GAP_M)
    if not lanes.row[lane].splits:
        return False
    mine, others = home_strips(lanes, fleet, v, lane), home_strips(lanes, fleet, u, lane)
    return crosses(mine, whole(lanes.row[c].fan), others, whole(lanes.row[other].fan))


@folded
def mind_neighbours(lanes: Lanes, fleet: Rows, order: Order, v: int) -> None:
    """Note the nearest one ahead on another strip to whom vehicle `v` gives way."""
    me = fleet[v]
    lane, c = whole(me.lane), whole(me.onward)
    me.part_from = -1
    if c < 0 or lanes.row[lane].length_m - me.position_m > PARTING_M:
        return
    if not lanes.row[lane].splits and (me.kind != MOTORCYCLE or lanes.row[c].bends == 0):
        return
    best_m = FREE
    for strip in range(STRIPS):
        if me.strips >> strip & 1:
            continue
        track = STRIPS * lane + strip
        for row in range(first_beyond(order, track, float(me.position_m)), order.track_end[track]):
            u = whole(order.row[row].who)
            rear_m = order.row[row].front_m - fleet[u].length_m
            if fleet[u].lane != lane or fleet[u].onward < 0 or rear_m >= best_m:
                continue
            if _gives_way(lanes, fleet, v, u):
                best_m = rear_m
                me.part_from = u
