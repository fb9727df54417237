"""Who may enter a junction: grants of connectors, so that two conflicting ones are never both in use.

A grant is held from the approach until the rear has cleared. Lower ranks give way to what arrives
soon; long waiting overrides giving way, then claims the junction; a full exit keeps it clear.
"""

from twin.compiled import compiled, inlined
from twin.traffic.kernel.arrays import (
    BOTH,
    GREEN,
    YELLOW,
    Lanes,
    Order,
    Routes,
    Rows,
)
from twin.traffic.kernel.following import FREE, connector_for, leader_here, rear_of_last

YELLOW_BRAKE_MPS2 = 3.0  # one stops at yellow where this suffices
LATE_S = 3.2  # how far into red a red runner still crosses
JUMP_S = 1.8  # how long before green he starts
ACCEPT_GAP_S = 2.6
NEAR_M = 14.0
PATIENCE_S = 10.0
CLAIM_S = 18.0
DETOUR_S = 45.0
WRONG_LANE_S = 3.0
STOPPED_MPS = 0.5
STRIDE = 7919  # prime: where in the sequence the asking begins, from step to step
ABREAST_M = 5.0
LONG_M = 6.0  # a body that cuts the corner so far that nobody turns on its inner side
TURN_MPS = 9.0  # connectors slower than this are turns


@inlined
def may_pass(signals: Rows, fleet: Rows, v: int, group: int, dist_m: float) -> bool:
    """Return whether the driver takes the signal as permission to cross, disobedience included."""
    if group < 0 or signals[group].state == GREEN:
        return True
    speed = fleet[v].speed_mps
    if signals[group].state == YELLOW:
        return bool(fleet[v].disobeys or dist_m < speed * speed / (2.0 * YELLOW_BRAKE_MPS2))
    late_s = signals[group].into_s + dist_m / max(speed, 3.0)
    jumps = signals[group].to_green_s < JUMP_S and dist_m < NEAR_M
    return bool(fleet[v].disobeys and (late_s < LATE_S or jumps))


@inlined
def _note_long(fleet: Rows, scratch: Rows, v: int) -> None:
    """Count a long vehicle on every lane that it touches, and on the connector that it was granted."""
    scratch[fleet[v].lane].long += 1
    if fleet[v].granted >= 0:
        scratch[fleet[v].granted].long += 1
    if fleet[v].position_m < fleet[v].length_m and fleet[v].trail[0] >= 0:
        scratch[fleet[v].trail[0]].long += 1


@compiled
def _beside_long(lanes: Lanes, fleet: Rows, order: Order, scratch: Rows, v: int, c: int) -> bool:
    """Return whether vehicle `v` would turn side by side with somebody, one of the two being long."""
    if lanes.row[c].speed_mps > TURN_MPS:
        return False
    lane = fleet[v].lane
    for beside in (lanes.row[lane].kerbward, lanes.row[lane].medianward):
        other = connector_for(lanes, beside, fleet[v].turn) if beside >= 0 else -1
        if other < 0:
            continue
        taken = scratch[other].pending > 0 or _occupied(fleet, order, other, lanes.row[other].length_m)
        if scratch[other].long > 0 or (taken and fleet[v].length_m > LONG_M):
            return True
    return False


@inlined
def _survey(lanes: Lanes, fleet: Rows, order: Order, scratch: Rows) -> None:
    """Count grants, promised metres and claims afresh."""
    for lane in range(scratch.size):
        scratch[lane].pending = scratch[lane].long = 0
        scratch[lane].inflow_m = 0.0
        scratch[lane].claim_s = 0.0
    for i in range(order.state[0].count):
        v = order.sequence[i]
        space_m = fleet[v].length_m + fleet[v].jam_gap_m
        lane = fleet[v].lane
        if fleet[v].length_m > LONG_M:
            _note_long(fleet, scratch, v)
        if fleet[v].granted >= 0:
            scratch[fleet[v].granted].pending += 1
            scratch[lanes.row[fleet[v].granted].after].inflow_m += space_m
        elif lanes.row[lane].road < 0:
            scratch[lanes.row[lane].after].inflow_m += space_m
        elif fleet[v].blocked and fleet[v].wait_s > CLAIM_S:
            c = fleet[v].onward
            if c >= 0:
                scratch[c].claim_s = max(scratch[c].claim_s, fleet[v].wait_s)


@compiled
def _occupied(fleet: Rows, order: Order, foe: int, clear_m: float) -> bool:
    """Return whether a body on connector `foe` is not yet clear of the common area."""
    rear_m, _ = rear_of_last(order, fleet, foe, 2, -1)
    return rear_m < clear_m


@compiled
def _arriving(lanes: Lanes, fleet: Rows, order: Order, signals: Rows, foe: int) -> bool:
    """Return whether somebody who goes first is about to enter connector `foe`."""
    lane = lanes.row[foe].before
    for half in range(2):
        row = order.track_end[2 * lane + half] - 1
        while row >= order.track_at[2 * lane + half]:
            u = order.row[row].who
            if fleet[u].lane == lane and order.row[row].mark >= 0:
                break
            row -= 1
        if row < order.track_at[2 * lane + half]:
            continue
        u = order.row[row].who
        dist_m = lanes.row[lane].length_m - fleet[u].position_m
        soon = dist_m < max(NEAR_M, fleet[u].speed_mps * ACCEPT_GAP_S)
        comes = soon and lanes.row[foe].turn == fleet[u].turn and fleet[u].wait_s < PATIENCE_S
        if comes and may_pass(signals, fleet, u, lanes.row[foe].group, dist_m):
            return True
    return False


@compiled
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
    for row in range(lanes.row[c].foe_at, lanes.row[c + 1].foe_at):
        foe = lanes.foe[row].lane
        if scratch[foe].pending > 0 or _occupied(fleet, order, foe, lanes.foe[row].clear_m):
            return True
        if scratch[foe].claim_s > fleet[v].wait_s or (
            scratch[foe].claim_s == fleet[v].wait_s > CLAIM_S and foe < c
        ):
            return True
        first = lanes.row[foe].rank > lanes.row[c].rank
        if first and fleet[v].wait_s < PATIENCE_S and _arriving(lanes, fleet, order, signals, foe):
            return True
    return False


@compiled
def _exit_free(lanes: Lanes, fleet: Rows, order: Order, scratch: Rows, v: int, c: int) -> bool:
    """Return whether the lane after connector `c` has room for everybody who was promised some."""
    if lanes.row[c].foe_at == lanes.row[c + 1].foe_at:
        return True  # nobody is in the way of who waits there
    lane = lanes.row[c].after
    rear_m, speed = rear_of_last(order, fleet, lane, fleet[v].side, v)
    promised_m = scratch[lane].inflow_m
    if rear_m >= FREE:
        return bool(promised_m == 0.0 or lanes.row[lane].length_m > promised_m + fleet[v].length_m)
    return bool(rear_m + 3.0 * speed > promised_m + fleet[v].length_m + fleet[v].jam_gap_m)


@compiled
def _retarget(lanes: Lanes, routes: Routes, fleet: Rows, order: Order, scratch: Rows, v: int) -> None:
    """Give up the planned turn: take the best other one that this lane offers."""
    best, best_cost = -1, FREE
    for row in range(lanes.row[fleet[v].lane].outgoing_at, lanes.row[fleet[v].lane + 1].outgoing_at):
        c = lanes.outgoing[row]
        road = lanes.row[lanes.row[c].after].road
        cost = routes.cost_s[fleet[v].destination, road]
        if not cost < FREE and routes.fallback[road] >= 0:
            cost = 1e6
        better = lanes.row[c].turn != fleet[v].turn and cost < best_cost
        if better and _exit_free(lanes, fleet, order, scratch, v, c):
            best, best_cost = c, cost
    fleet[v].stuck_s = 0.0
    if best < 0:
        return
    road = lanes.row[lanes.row[best].after].road
    fleet[v].path_at = -1
    if not routes.cost_s[fleet[v].destination, road] < FREE:
        fleet[v].destination = routes.fallback[road]
    fleet[v].turn = lanes.row[best].turn
    fleet[v].onward = best
    fleet[v].lane_lo = routes.lane_lo[fleet[v].turn]
    fleet[v].lane_hi = routes.lane_hi[fleet[v].turn]


@inlined
def _led_by_undecided(fleet: Rows, order: Order, v: int) -> bool:
    """Return whether somebody ahead on the same lane has no grant yet."""
    _, _, u = leader_here(order, fleet, v)
    return bool(u >= 0 and fleet[u].lane == fleet[v].lane and fleet[u].granted < 0)


@compiled
def _parts_from_neighbour(fleet: Rows, order: Order, v: int, c: int) -> bool:
    """Return whether a rider beside `v` on the same lane has been let go another way."""
    if fleet[v].side == BOTH:
        return False
    track = 2 * fleet[v].lane + 1 - fleet[v].side
    for row in range(order.track_end[track] - 1, order.track_at[track] - 1, -1):
        u = order.row[row].who
        if order.row[row].front_m < fleet[v].position_m - ABREAST_M:
            return False
        if fleet[u].granted >= 0 and fleet[u].granted != c and fleet[u].lane == fleet[v].lane:
            return True
    return False


@compiled
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
    dist_m = lanes.row[fleet[v].lane].length_m - fleet[v].position_m
    speed = fleet[v].speed_mps
    passable = may_pass(signals, fleet, v, lanes.row[c].group, dist_m)
    held = fleet[v].granted
    if held >= 0:
        stalled = speed < STOPPED_MPS and dist_m > 3.0
        if passable and held == c and not stalled:
            return
        scratch[held].pending -= 1
        scratch[lanes.row[held].after].inflow_m -= fleet[v].length_m + fleet[v].jam_gap_m
        fleet[v].granted = -1
        return
    fleet[v].blocked = False
    if not passable or dist_m > _reach_m(speed) or fleet[v].old_lane >= 0:
        return
    if _led_by_undecided(fleet, order, v) or not _exit_free(lanes, fleet, order, scratch, v, c):
        return
    if _parts_from_neighbour(fleet, order, v, c) or _beside_long(lanes, fleet, order, scratch, v, c):
        return
    if _conflict(lanes, fleet, order, scratch, signals, v, c):
        fleet[v].blocked = True
        return
    fleet[v].granted = c
    scratch[c].pending += 1
    scratch[c].long += fleet[v].length_m > LONG_M
    scratch[lanes.row[c].after].inflow_m += fleet[v].length_m + fleet[v].jam_gap_m


@inlined
def _be_patient(lanes: Lanes, fleet: Rows, signals: Rows, v: int, c: int, dt_s: float) -> None:
    """Count how long a head waits although its signal lets it go, and how long it is stuck."""
    dist_m = lanes.row[fleet[v].lane].length_m - fleet[v].position_m
    if fleet[v].speed_mps > 2.0 or dist_m > NEAR_M:
        fleet[v].wait_s = 0.0
        fleet[v].stuck_s = 0.0
    elif fleet[v].speed_mps < STOPPED_MPS and (
        c < 0 or may_pass(signals, fleet, v, lanes.row[c].group, dist_m)
    ):
        fleet[v].wait_s += dt_s
        fleet[v].stuck_s += dt_s


@inlined
def _far_from_end(lanes: Lanes, fleet: Rows, v: int) -> bool:
    """Return whether a vehicle is too far from the junction to be let in, or to be waiting for it."""
    speed = fleet[v].speed_mps
    dist_m = lanes.row[fleet[v].lane].length_m - fleet[v].position_m
    if fleet[v].granted >= 0 or dist_m <= NEAR_M or dist_m <= _reach_m(speed):
        return False
    fleet[v].blocked = False
    fleet[v].wait_s = fleet[v].stuck_s = 0.0
    return True


@inlined
def _reach_m(speed_mps: float) -> float:
    """Return how far from the junction it is decided whether a vehicle may enter."""
    return 10.0 + 1.5 * speed_mps + speed_mps * speed_mps / 4.0


@compiled
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
        v = order.sequence[(first - i) % count]
        lane = fleet[v].lane
        if lanes.row[lane].road < 0 or fleet[v].turn < 0:
            continue
        if _far_from_end(lanes, fleet, v):
            continue
        c = fleet[v].onward
        _be_patient(lanes, fleet, signals, v, c, dt_s)
        if c >= 0 and lanes.row[c].controlled:
            _decide(lanes, fleet, order, scratch, signals, v, c)
        limit_s = WRONG_LANE_S if c < 0 else DETOUR_S
        if fleet[v].stuck_s > limit_s and fleet[v].granted < 0:
            _retarget(lanes, routes, fleet, order, scratch, v)
