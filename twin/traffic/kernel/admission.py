"""Who may enter a junction: grants of connectors, so that two conflicting ones are never both in use.

A grant is held from the approach until the rear has cleared. Lower ranks give way to what arrives
soon; long waiting overrides giving way, then claims the junction; a full exit keeps it clear.
"""

from twin.compiled import folded, inner, whole
from twin.traffic.kernel.arrays import (
    ALL,
    MOTORCYCLE,
    RED,
    STRIPS,
    Lanes,
    Order,
    Routes,
    Rows,
)
from twin.traffic.kernel.bends import beside_long, claim_strips, in_bend, note_long, squeezed
from twin.traffic.kernel.beside import MIN_GAP_M
from twin.traffic.kernel.following import (
    FREE,
    crosses,
    leader_here,
    rear_of_last,
)
from twin.traffic.kernel.obeying import NEAR_M, STOPPED_MPS, may_pass, rank_now
from twin.traffic.kernel.ordering import LANE_CUT_M, LONG_M, cut_m, cuts, home_strips, strips_on

ACCEPT_GAP_S = 2.6
PATIENCE_S = 10.0
CLAIM_S = 18.0
DETOUR_S = 45.0
WRONG_LANE_S = 3.0
STRIDE = 7919  # prime: where in the sequence the asking begins, from step to step
ABREAST_M = 5.0
ROOM_M = 40.0  # from how far before its bend a long vehicle keeps riders behind it


@inner
def _promise(lanes: Lanes, fleet: Rows, scratch: Rows, v: int, lane: int, sign: float) -> None:
    """Add what a vehicle will take of a lane to what is promised of its strips, or take it back."""
    me = fleet[v]
    space_m = sign * (me.length_m + me.jam_gap_m)
    strips = strips_on(lanes, fleet, v, lane)
    for strip in range(STRIPS):
        if strips >> strip & 1:
            scratch[lane].inflow_m[strip] += space_m


@folded
def _survey(lanes: Lanes, fleet: Rows, order: Order, scratch: Rows) -> None:
    """Count grants, promised metres and claims afresh."""
    for lane in range(scratch.size):
        scratch[lane].pending = scratch[lane].long = 0
        for strip in range(STRIPS):
            scratch[lane].inflow_m[strip] = 0.0
        scratch[lane].claim_s = 0.0
    for i in range(order.state[0].count):
        v = whole(order.sequence[i])
        lane, granted = whole(fleet[v].lane), whole(fleet[v].granted)
        note_long(lanes, fleet, scratch, v)
        if granted >= 0:
            scratch[granted].pending += 1
            _promise(lanes, fleet, scratch, v, whole(lanes.row[granted].after), 1.0)
        elif lanes.row[lane].road < 0:
            _promise(lanes, fleet, scratch, v, whole(lanes.row[lane].after), 1.0)
        elif fleet[v].blocked and fleet[v].wait_s > CLAIM_S:
            c = whole(fleet[v].onward)
            if c >= 0:
                scratch[c].claim_s = max(scratch[c].claim_s, fleet[v].wait_s)


@inner
def _occupied(fleet: Rows, order: Order, foe: int, clear_m: float) -> bool:
    """Return whether a body on connector `foe` is not yet clear of the common area."""
    rear_m, _ = rear_of_last(order, fleet, foe, whole(ALL), whole(-1))
    return rear_m < clear_m


@inner
def _arriving(lanes: Lanes, fleet: Rows, order: Order, signals: Rows, foe: int) -> bool:
    """Return whether somebody who goes first is about to enter connector `foe`."""
    lane = whole(lanes.row[foe].before)
    for track in range(STRIPS * lane, STRIPS * (lane + 1)):
        row = whole(order.track_end[track]) - 1
        while row >= order.track_at[track]:
            if fleet[order.row[row].who].lane == lane and order.row[row].mark >= 0:
                break
            row -= 1
        if row < order.track_at[track]:
            continue
        u = whole(order.row[row].who)
        dist_m = lanes.row[lane].length_m - fleet[u].position_m
        soon = dist_m < max(NEAR_M, fleet[u].speed_mps * ACCEPT_GAP_S)
        comes = soon and lanes.row[foe].turn == fleet[u].turn and fleet[u].wait_s < PATIENCE_S
        if comes and may_pass(lanes, signals, fleet, u, foe, dist_m):
            return True
    return False


@inner
def _conflict(
    lanes: Lanes,
    fleet: Rows,
    order: Order,
    scratch: Rows,
    signals: Rows,
    v: int,
    c: int,
) -> bool:
    """Return whether a foe of connector `c` is in use, claimed, or about to be used with priority."""
    rank, wait_s = rank_now(lanes, signals, c), float(fleet[v].wait_s)
    for row in range(lanes.row[c].foe_at, lanes.row[c + 1].foe_at):
        foe = whole(lanes.foe[row].lane)
        if scratch[foe].pending > 0 or _occupied(fleet, order, foe, float(lanes.foe[row].clear_m)):
            return True
        claim_s = scratch[foe].claim_s
        if claim_s > wait_s or (claim_s == wait_s > CLAIM_S and foe < c):
            return True
        first = rank_now(lanes, signals, foe) > rank
        if first and wait_s < PATIENCE_S and _arriving(lanes, fleet, order, signals, foe):
            return True
    return False


@inner
def _exit_free(lanes: Lanes, fleet: Rows, order: Order, scratch: Rows, v: int, c: int) -> bool:
    """Return whether the lane after connector `c` has room for everybody who was promised some."""
    me = fleet[v]
    if lanes.row[c].foe_at == lanes.row[c + 1].foe_at:
        return True  # nobody is in the way of who waits there
    lane = whole(lanes.row[c].after)
    strips = strips_on(lanes, fleet, v, lane)
    rear_m, speed = rear_of_last(order, fleet, lane, strips, v)
    promised_m = 0.0
    for strip in range(STRIPS):
        if strips >> strip & 1:
            promised_m = max(promised_m, scratch[lane].inflow_m[strip])
    if rear_m >= FREE:
        return bool(promised_m == 0.0 or lanes.row[lane].length_m > promised_m + me.length_m)
    return bool(rear_m + 3.0 * speed > promised_m + me.length_m + me.jam_gap_m)


@inner
def _retarget(lanes: Lanes, routes: Routes, fleet: Rows, order: Order, scratch: Rows, v: int) -> None:
    """Give up the planned turn: take the best other one that this lane offers."""
    me = fleet[v]
    best, best_cost = -1, FREE
    lane = whole(me.lane)
    for row in range(lanes.row[lane].outgoing_at, lanes.row[lane + 1].outgoing_at):
        c = whole(lanes.outgoing[row])
        road = whole(lanes.row[lanes.row[c].after].road)
        cost = routes.cost_s[me.destination, road]
        if not cost < FREE and routes.fallback[road] >= 0:
            cost = 1e6
        better = lanes.row[c].turn != me.turn and cost < best_cost
        if better and _exit_free(lanes, fleet, order, scratch, v, c):
            best, best_cost = c, cost
    me.stuck_s = 0.0
    if best < 0:
        return
    road = whole(lanes.row[lanes.row[best].after].road)
    me.path_at = -1
    if not routes.cost_s[me.destination, road] < FREE:
        me.destination = routes.fallback[road]
    me.turn = lanes.row[best].turn
    me.onward = best
    me.lane_lo = routes.lane_lo[me.turn]
    me.lane_hi = routes.lane_hi[me.turn]


@folded
def _led_by_undecided(fleet: Rows, order: Order, v: int) -> bool:
    """Return whether somebody ahead on the same lane has no grant yet."""
    _, _, u = leader_here(order, fleet, v)
    return bool(u >= 0 and fleet[u].lane == fleet[v].lane and fleet[u].granted < 0)


@inner
def _crosses_neighbour(lanes: Lanes, fleet: Rows, order: Order, v: int, c: int) -> bool:
    """Return whether somebody beside `v` on the same lane has been let go, or is ahead, across his way.

    In a bend a car needs the inner side of the lane too: riders there wait, or it does.
    """
    me = fleet[v]
    lane, position_m = whole(me.lane), float(me.position_m)
    rides = me.kind == MOTORCYCLE
    if not lanes.row[lane].splits and lanes.row[c].bends == 0:
        return False
    mine, my_fan = home_strips(lanes, fleet, v, lane), whole(lanes.row[c].fan)
    for strip in range(STRIPS):
        if me.strips >> strip & 1:
            continue
        first = whole(order.track_at[STRIPS * lane + strip])
        for row in range(whole(order.track_end[STRIPS * lane + strip]) - 1, first - 1, -1):
            u = whole(order.row[row].who)
            if order.row[row].front_m < position_m - me.length_m - ABREAST_M:
                break
            if fleet[u].lane != lane or fleet[u].onward < 0:
                continue
            others, other_fan = home_strips(lanes, fleet, u, lane), whole(lanes.row[fleet[u].onward].fan)
            granted, front_m = whole(fleet[u].granted) >= 0, float(order.row[row].front_m)
            if squeezed(lanes, fleet, v, u, c) and (my_fan == other_fan or not rides):
                abreast = front_m > position_m - me.length_m  # else he is behind, whatever he was granted
                waits = abreast and (granted or not rides)
                if rides and fleet[u].claims and front_m - fleet[u].length_m > position_m + MIN_GAP_M:
                    me.part_from = u  # stays behind it
                    waits = True
            else:
                ahead = front_m > position_m or (front_m == position_m and u < v)
                parts = my_fan != other_fan and crosses(mine, my_fan, others, other_fan)
                waits = parts and (granted or ahead)
            if waits:
                return True
    return False


@folded
def _decide(
    lanes: Lanes,
    fleet: Rows,
    order: Order,
    scratch: Rows,
    signals: Rows,
    v: int,
    c: int,
) -> None:
    """Give, keep or take back the grant of vehicle `v` for connector `c`."""
    me = fleet[v]
    dist_m = _to_line_m(lanes, fleet, v)
    speed = float(me.speed_mps)
    passable = may_pass(lanes, signals, fleet, v, c, dist_m)
    held = whole(me.granted)
    if held >= 0:
        stalled = speed < STOPPED_MPS and dist_m > 3.0
        if not passable or held != c or stalled:
            _take_back(lanes, fleet, scratch, v)
        return
    me.blocked = me.claims = False
    _mind_line(lanes, fleet, signals, v, c)
    shut = me.kind == MOTORCYCLE and me.strips & lanes.row[c].open == 0
    if not passable or dist_m > _reach_m(speed) or me.old_lane >= 0 or shut:
        if me.old_lane < 0:
            me.strips = home_strips(lanes, fleet, v, whole(me.lane))  # without what it claimed for a bend
        return
    me.claims = cuts(lanes, fleet, v, c)
    if me.claims and claim_strips(lanes, fleet, order, v, c):
        return  # who is ahead on them is known from the next step on
    if _led_by_undecided(fleet, order, v) or not _exit_free(lanes, fleet, order, scratch, v, c):
        return
    if _crosses_neighbour(lanes, fleet, order, v, c) or beside_long(lanes, fleet, order, scratch, v, c):
        return
    if _conflict(lanes, fleet, order, scratch, signals, v, c):
        me.blocked = True
        return
    me.granted = c
    if me.claims:
        me.strips = in_bend(lanes, fleet, v, c)  # nobody comes up on the inner side now
        scratch[c].long += cut_m(lanes, fleet, v, c) > LANE_CUT_M
    scratch[c].pending += 1
    _promise(lanes, fleet, scratch, v, whole(lanes.row[c].after), 1.0)


@folded
def _take_back(lanes: Lanes, fleet: Rows, scratch: Rows, v: int) -> None:
    """Take back the grant of a vehicle that cannot use it now."""
    me = fleet[v]
    held = whole(me.granted)
    scratch[held].pending -= 1
    _promise(lanes, fleet, scratch, v, whole(lanes.row[held].after), -1.0)
    me.granted = -1
    me.strips = home_strips(lanes, fleet, v, whole(me.lane))


@folded
def _mind_line(lanes: Lanes, fleet: Rows, signals: Rows, v: int, c: int) -> None:
    """Have one who stops beyond the line do so at red alone."""
    me = fleet[v]
    group = whole(lanes.row[c].group)
    if me.past_m != 0.0:
        over_m = abs(me.past_m)
        me.past_m = over_m if group >= 0 and signals[group].state == RED else -over_m


@folded
def _to_line_m(lanes: Lanes, fleet: Rows, v: int) -> float:
    """Return how far the front is from where one waits for a red."""
    me = fleet[v]
    lane = whole(me.lane)
    box_m = 0.0 if me.kind == MOTORCYCLE else lanes.row[lane].box_m
    return float(lanes.row[lane].length_m - box_m - me.position_m)


@folded
def _be_patient(lanes: Lanes, fleet: Rows, signals: Rows, v: int, c: int, dt_s: float) -> None:
    """Count how long a head waits although its signal lets it go, and how long it is stuck."""
    me = fleet[v]
    dist_m = _to_line_m(lanes, fleet, v)
    if me.speed_mps > 2.0 or dist_m > NEAR_M:
        me.wait_s = 0.0
        me.stuck_s = 0.0
    elif me.speed_mps < STOPPED_MPS and (c < 0 or may_pass(lanes, signals, fleet, v, c, dist_m)):
        me.wait_s += dt_s
        me.stuck_s += dt_s


@folded
def _far_from_end(lanes: Lanes, fleet: Rows, v: int) -> bool:
    """Return whether a vehicle is too far from the junction to be let in, or to be waiting for it."""
    me = fleet[v]
    speed = float(me.speed_mps)
    dist_m = _to_line_m(lanes, fleet, v)
    if me.granted >= 0 or dist_m <= NEAR_M or dist_m <= _reach_m(speed):
        return False
    me.blocked = False
    me.wait_s = me.stuck_s = 0.0
    return True


@folded
def _make_room(lanes: Lanes, fleet: Rows, order: Order, signals: Rows, v: int) -> None:
    """Have a long vehicle that comes up to its bend at green claim the strips that it needs there."""
    me = fleet[v]
    c, dist_m = whole(me.onward), _to_line_m(lanes, fleet, v)
    me.claims = False
    if c < 0 or dist_m > ROOM_M or me.old_lane >= 0 or not cuts(lanes, fleet, v, c):
        return
    if may_pass(lanes, signals, fleet, v, c, dist_m):
        me.claims = True
        claim_strips(lanes, fleet, order, v, c)
    else:
        me.strips = home_strips(lanes, fleet, v, whole(me.lane))


@folded
def _reach_m(speed_mps: float) -> float:
    """Return how far from the junction it is decided whether a vehicle may enter."""
    return 10.0 + 1.5 * speed_mps + speed_mps * speed_mps / 4.0


@inner
def admit(
    lanes: Lanes,
    routes: Routes,
    fleet: Rows,
    order: Order,
    scratch: Rows,
    signals: Rows,
    dt_s: float,
) -> None:
    """Decide about every vehicle that approaches the end of a road.

    The foremost of a lane come first, and the lanes in turns: nobody is always asked before others.
    """
    _survey(lanes, fleet, order, scratch)
    count = order.state[0].count
    first = order.state[0].tick * STRIDE % max(count, 1)
    for i in range(count):
        v = whole(order.sequence[(first - i) % count])
        lane = whole(fleet[v].lane)
        if lanes.row[lane].road < 0 or fleet[v].turn < 0:
            continue
        if _far_from_end(lanes, fleet, v):
            if fleet[v].length_m > LONG_M:
                _make_room(lanes, fleet, order, signals, v)
            continue
        c = whole(fleet[v].onward)
        _be_patient(lanes, fleet, signals, v, c, dt_s)
        if c >= 0 and lanes.row[c].controlled:
            _decide(lanes, fleet, order, scratch, signals, v, c)
        limit_s = WRONG_LANE_S if c < 0 else DETOUR_S
        if fleet[v].stuck_s > limit_s and fleet[v].granted < 0:
            _retarget(lanes, routes, fleet, order, scratch, v)
