"""Who may enter a junction: grants of connectors, so that two conflicting ones are never both in use.

A grant is held from the approach until the rear has cleared. Lower ranks give way to what arrives
soon; long waiting overrides giving way, then claims the junction; a full exit keeps it clear.
"""

from numba import njit

from twin.traffic.kernel.arrays import (
    BOTH,
    GREEN,
    YELLOW,
    Fleet,
    Junctions,
    Lanes,
    Order,
    Routes,
    Signals,
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
WRONG_LANE_S = 8.0
STOPPED_MPS = 0.5
ABREAST_M = 5.0


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def may_pass(signals: Signals, fleet: Fleet, v: int, group: int, dist_m: float, now_s: float) -> bool:
    """Return whether the driver takes the signal as permission to cross, disobedience included."""
    if group < 0 or signals.state[group] == GREEN:
        return True
    speed = fleet.speed_mps[v]
    if signals.state[group] == YELLOW:
        return fleet.disobeys[v] or dist_m < speed * speed / (2.0 * YELLOW_BRAKE_MPS2)
    late_s = now_s - signals.since_s[group] + dist_m / max(speed, 3.0)
    jumps = signals.next_green_s[group] - now_s < JUMP_S and dist_m < NEAR_M
    return fleet.disobeys[v] and (late_s < LATE_S or jumps)


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _survey(lanes: Lanes, fleet: Fleet, scratch: Junctions) -> None:
    """Count grants, promised metres and claims afresh."""
    scratch.pending[:] = 0
    scratch.inflow_m[:] = 0.0
    scratch.claim_s[:] = 0.0
    for v in range(fleet.used[0]):
        if not fleet.alive[v]:
            continue
        space_m = fleet.length_m[v] + fleet.jam_gap_m[v]
        lane = fleet.lane[v]
        if fleet.granted[v] >= 0:
            scratch.pending[fleet.granted[v]] += 1
            scratch.inflow_m[lanes.after[fleet.granted[v]]] += space_m
        elif lanes.road[lane] < 0:
            scratch.inflow_m[lanes.after[lane]] += space_m
        elif fleet.blocked[v] and fleet.wait_s[v] > CLAIM_S:
            c = connector_for(lanes, lane, fleet.turn[v])
            if c >= 0:
                scratch.claim_s[c] = max(scratch.claim_s[c], fleet.wait_s[v])


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _occupied(lanes: Lanes, fleet: Fleet, order: Order, foe: int, clear_m: float) -> bool:
    """Return whether a body on connector `foe` is not yet clear of the common area."""
    rear_m, _ = rear_of_last(order, fleet, foe, 2, -1)
    return rear_m < clear_m


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _arriving(lanes: Lanes, fleet: Fleet, order: Order, signals: Signals, foe: int, now_s: float) -> bool:
    """Return whether somebody who goes first is about to enter connector `foe`."""
    lane = lanes.before[foe]
    for half in range(2):
        row = order.track_at[2 * lane + half + 1] - 1
        while row >= order.track_at[2 * lane + half]:
            u = order.who[row]
            if fleet.lane[u] == lane and order.mark[row] >= 0:
                break
            row -= 1
        if row < order.track_at[2 * lane + half]:
            continue
        u = order.who[row]
        dist_m = lanes.length_m[lane] - fleet.position_m[u]
        soon = dist_m < max(NEAR_M, fleet.speed_mps[u] * ACCEPT_GAP_S)
        if soon and lanes.turn[foe] == fleet.turn[u] and fleet.wait_s[u] < PATIENCE_S:
            if may_pass(signals, fleet, u, lanes.group[foe], dist_m, now_s):
                return True
    return False


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _conflict(
    lanes: Lanes,
    fleet: Fleet,
    order: Order,
    scratch: Junctions,
    signals: Signals,
    v: int,
    c: int,
    now_s: float,
) -> bool:
    """Return whether a foe of connector `c` is in use, claimed, or about to be used with priority."""
    for row in range(lanes.foe_at[c], lanes.foe_at[c + 1]):
        foe = lanes.foe[row]
        if scratch.pending[foe] > 0 or _occupied(lanes, fleet, order, foe, lanes.foe_clear_m[row]):
            return True
        if scratch.claim_s[foe] > fleet.wait_s[v] or (
            scratch.claim_s[foe] == fleet.wait_s[v] > CLAIM_S and foe < c
        ):
            return True
        first = lanes.rank[foe] > lanes.rank[c]
        if first and fleet.wait_s[v] < PATIENCE_S and _arriving(lanes, fleet, order, signals, foe, now_s):
            return True
    return False


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _exit_free(lanes: Lanes, fleet: Fleet, order: Order, scratch: Junctions, v: int, c: int) -> bool:
    """Return whether the lane after connector `c` has room for everybody who was promised some."""
    if lanes.foe_at[c] == lanes.foe_at[c + 1]:
        return True  # nobody is in the way of who waits there
    lane = lanes.after[c]
    rear_m, speed = rear_of_last(order, fleet, lane, fleet.side[v], v)
    promised_m = scratch.inflow_m[lane]
    if rear_m >= FREE:
        return promised_m == 0.0 or lanes.length_m[lane] > promised_m + fleet.length_m[v]
    return rear_m + 3.0 * speed > promised_m + fleet.length_m[v] + fleet.jam_gap_m[v]


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _retarget(lanes: Lanes, routes: Routes, fleet: Fleet, order: Order, scratch: Junctions, v: int) -> None:
    """Give up the planned turn: take the best other one that this lane offers."""
    best, best_cost = -1, FREE
    for row in range(lanes.outgoing_at[fleet.lane[v]], lanes.outgoing_at[fleet.lane[v] + 1]):
        c = lanes.outgoing[row]
        road = lanes.road[lanes.after[c]]
        cost = routes.cost_s[fleet.destination[v], road]
        if not cost < FREE and routes.fallback[road] >= 0:
            cost = 1e6
        if lanes.turn[c] != fleet.turn[v] and cost < best_cost:
            if _exit_free(lanes, fleet, order, scratch, v, c):
                best, best_cost = c, cost
    fleet.stuck_s[v] = 0.0
    if best < 0:
        return
    road = lanes.road[lanes.after[best]]
    if not routes.cost_s[fleet.destination[v], road] < FREE:
        fleet.destination[v] = routes.fallback[road]
    fleet.turn[v] = lanes.turn[best]
    fleet.lane_lo[v] = routes.lane_lo[fleet.turn[v]]
    fleet.lane_hi[v] = routes.lane_hi[fleet.turn[v]]


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _led_by_undecided(lanes: Lanes, fleet: Fleet, order: Order, v: int) -> bool:
    """Return whether somebody ahead on the same lane has no grant yet."""
    _, _, u = leader_here(order, fleet, v)
    return u >= 0 and fleet.lane[u] == fleet.lane[v] and fleet.granted[u] < 0


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _parts_from_neighbour(lanes: Lanes, fleet: Fleet, order: Order, v: int, c: int) -> bool:
    """Return whether a rider beside `v` on the same lane has been let go another way."""
    if fleet.side[v] == BOTH:
        return False
    track = 2 * fleet.lane[v] + 1 - fleet.side[v]
    for row in range(order.track_at[track + 1] - 1, order.track_at[track] - 1, -1):
        u = order.who[row]
        if order.front_m[row] < fleet.position_m[v] - ABREAST_M:
            return False
        if fleet.granted[u] >= 0 and fleet.granted[u] != c and fleet.lane[u] == fleet.lane[v]:
            return True
    return False


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _decide(
    lanes: Lanes,
    fleet: Fleet,
    order: Order,
    scratch: Junctions,
    signals: Signals,
    v: int,
    c: int,
    now_s: float,
) -> None:
    """Give, keep or take back the grant of vehicle `v` for connector `c`."""
    dist_m = lanes.length_m[fleet.lane[v]] - fleet.position_m[v]
    speed = fleet.speed_mps[v]
    passable = may_pass(signals, fleet, v, lanes.group[c], dist_m, now_s)
    held = fleet.granted[v]
    if held >= 0:
        stalled = speed < STOPPED_MPS and dist_m > 3.0
        if passable and held == c and not stalled:
            return
        scratch.pending[held] -= 1
        scratch.inflow_m[lanes.after[held]] -= fleet.length_m[v] + fleet.jam_gap_m[v]
        fleet.granted[v] = -1
        return
    fleet.blocked[v] = False
    reach_m = 10.0 + 1.5 * speed + speed * speed / 4.0
    if not passable or dist_m > reach_m or fleet.old_lane[v] >= 0:
        return
    if _led_by_undecided(lanes, fleet, order, v) or not _exit_free(lanes, fleet, order, scratch, v, c):
        return
    if _parts_from_neighbour(lanes, fleet, order, v, c):
        return
    if _conflict(lanes, fleet, order, scratch, signals, v, c, now_s):
        fleet.blocked[v] = True
        return
    fleet.granted[v] = c
    scratch.pending[c] += 1
    scratch.inflow_m[lanes.after[c]] += fleet.length_m[v] + fleet.jam_gap_m[v]


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _be_patient(
    lanes: Lanes, fleet: Fleet, signals: Signals, v: int, c: int, now_s: float, dt_s: float
) -> None:
    """Count how long a head waits although its signal lets it go, and how long it is stuck."""
    dist_m = lanes.length_m[fleet.lane[v]] - fleet.position_m[v]
    if fleet.speed_mps[v] > 2.0 or dist_m > NEAR_M:
        fleet.wait_s[v] = 0.0
        fleet.stuck_s[v] = 0.0
    elif fleet.speed_mps[v] < STOPPED_MPS and (
        c < 0 or may_pass(signals, fleet, v, lanes.group[c], dist_m, now_s)
    ):
        fleet.wait_s[v] += dt_s
        fleet.stuck_s[v] += dt_s


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def admit(
    lanes: Lanes,
    routes: Routes,
    fleet: Fleet,
    order: Order,
    scratch: Junctions,
    signals: Signals,
    now_s: float,
    dt_s: float,
) -> None:
    """Decide about every vehicle that approaches the end of a road."""
    _survey(lanes, fleet, scratch)
    for v in range(fleet.used[0]):
        lane = fleet.lane[v]
        if not fleet.alive[v] or lanes.road[lane] < 0 or fleet.turn[v] < 0:
            continue
        c = connector_for(lanes, lane, fleet.turn[v])
        _be_patient(lanes, fleet, signals, v, c, now_s, dt_s)
        if c >= 0 and lanes.controlled[c]:
            _decide(lanes, fleet, order, scratch, signals, v, c, now_s)
        limit_s = WRONG_LANE_S if c < 0 else DETOUR_S
        if fleet.stuck_s[v] > limit_s and fleet.granted[v] < 0:
            _retarget(lanes, routes, fleet, order, scratch, v)
