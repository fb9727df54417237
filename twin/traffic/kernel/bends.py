"""Bodies in bends: who has to take the inner strip too, and who lets whom go round first.

In a bend a body stands halfway between its chord and its path, so a car comes half of `cut_m` nearer to
either side than on a straight; riders beside it swing out by as much (pose.py). What is longer, or bends
more sharply, cuts: it needs the inner strip of the lane as well, a long body all of it.
"""

from twin.compiled import folded, inner, whole
from twin.traffic.kernel.arrays import ALL, KERBWARD, MOTORCYCLE, STRIPS, Lanes, Order, Rows
from twin.traffic.kernel.changing import FIRM_MPS2, has_gap
from twin.traffic.kernel.following import connector_for, rear_of_last
from twin.traffic.kernel.ordering import LANE_CUT_M, LONG_M, cut_m, cuts, home_strips


@folded
def in_bend(lanes: Lanes, fleet: Rows, v: int, c: int) -> int:
    """Return the strips that a body takes of a connector, and of the lane before it while it goes in."""
    if not cuts(lanes, fleet, v, c):
        return home_strips(lanes, fleet, v, c)
    long = fleet[v].wide or fleet[v].length_m > LONG_M
    return ALL if long else whole(lanes.row[c].bends)


@folded
def note_long(lanes: Lanes, fleet: Rows, scratch: Rows, v: int) -> None:
    """Count a body that cuts into the lane beside, on its connectors: those it touches, the next one."""
    me = fleet[v]
    if me.length_m <= LONG_M:
        return
    if lanes.row[me.lane].road < 0:
        scratch[me.lane].long += cut_m(lanes, fleet, v, whole(me.lane)) > LANE_CUT_M
    if me.granted >= 0 or (me.claims and me.wait_s > 0.0):
        c = whole(me.granted if me.granted >= 0 else me.onward)
        scratch[c].long += cut_m(lanes, fleet, v, c) > LANE_CUT_M
    before = whole(me.trail[0])
    if me.position_m < me.length_m and before >= 0 and lanes.row[before].road < 0:
        scratch[before].long += cut_m(lanes, fleet, v, before) > LANE_CUT_M


@folded
def _lets_go(lanes: Lanes, fleet: Rows, order: Order, lane: int, c: int, strip: int) -> bool:
    """Return whether nobody on a strip of a lane, or of connector `c` from it, is about to turn."""
    track = STRIPS * lane + strip
    for row in range(order.track_at[track], order.track_end[track]):
        if fleet[order.row[row].who].granted == c:
            return False
    rear_m, _ = rear_of_last(order, fleet, c, whole(1 << strip), whole(-1))
    return bool(rear_m >= lanes.row[c].length_m / 2.0)


@inner
def beside_long(lanes: Lanes, fleet: Rows, order: Order, scratch: Rows, v: int, c: int) -> bool:
    """Return whether vehicle `v` would turn on the inner side of a long one, or the other way round.

    Only those on the strip next to the long one are in its way. A long one that has to wait is counted
    already, so that they let it go.
    """
    if lanes.row[c].bends == 0:
        return False
    me = fleet[v]
    lane = whole(me.lane)
    kerbward = lanes.row[c].bends & KERBWARD != 0  # the inner side of the bend
    between = 2 if kerbward else 0  # the strip of the inner lane that is next to the outer one
    for k in range(2):
        beside = whole(lanes.row[lane].kerbward if k == 0 else lanes.row[lane].medianward)
        other = connector_for(lanes, beside, whole(me.turn)) if beside >= 0 else -1
        if other < 0:
            continue
        if kerbward != (k == 0):
            if scratch[other].long > 0 and in_bend(lanes, fleet, v, c) >> between & 1:
                return True
            continue
        long = me.length_m > LONG_M and cut_m(lanes, fleet, v, c) > LANE_CUT_M
        if long and not _lets_go(lanes, fleet, order, beside, other, between):
            scratch[c].long += 1
            return True
    return False


@folded
def squeezed(lanes: Lanes, fleet: Rows, v: int, u: int, c: int) -> bool:
    """Return whether a rider and another vehicle cannot go round a bend side by side."""
    rides = fleet[v].kind == MOTORCYCLE
    if lanes.row[c].bends == 0 or rides == (fleet[u].kind == MOTORCYCLE):
        return False
    car, rider = (u, v) if rides else (v, u)
    return bool(in_bend(lanes, fleet, car, c) & whole(fleet[rider].strips) != 0)


@folded
def claim_strips(lanes: Lanes, fleet: Rows, order: Order, v: int, c: int) -> bool:
    """Take what of its lane a body needs for a bend before it, strip by strip as they fall free.

    Return whether any was taken. As the driver of a truck does, who blocks the lane before he turns:
    otherwise riders would come up beside him as long as there are any.
    """
    me = fleet[v]
    before = whole(me.strips)
    wanted = in_bend(lanes, fleet, v, c) & ~before
    for strip in range(STRIPS):
        if not wanted >> strip & 1:
            continue
        fits, _, _, _ = has_gap(fleet, order, v, STRIPS * whole(me.lane) + strip, FIRM_MPS2)
        if fits:
            me.strips |= 1 << strip
    return bool(me.strips != before)
