"""One step of everybody: order, change lanes, admit, follow, move; and what happened on the way."""

from twin.compiled import compiled, folded, inner, real, whole
from twin.traffic.kernel.admission import admit
from twin.traffic.kernel.arrays import (
    CROSSED_RED,
    DARES,
    ENTERED_ROAD,
    LEFT_MAP,
    MIDDLE,
    MOTORCYCLE,
    OBEYS,
    OVER_LINE,
    PAST_LINE,
    RED,
    RIDING,
    SEEKING,
    SPED,
    STANDING,
    STOPPED,
    TRAIL,
    WENT_ON,
    Lanes,
    Routes,
    Rows,
    Traffic,
)
from twin.traffic.kernel.changing import PAST_M, change_lanes
from twin.traffic.kernel.following import FREE, aim, connector_for, follow, turn_after
from twin.traffic.kernel.ordering import arrange, home_strips, overhang, strips_on

SIDEWAYS_MPS = 1.15  # in a change of lanes
INTERVAL_S = 1.5  # how often one thinks of a change
SHORT_M = 400.0  # on the way to a road shorter than this the turn after it matters too
MISSED_M = 6.0  # who is nearer than this to his place and not on the strip looks for the next one
NEXT_M = 15.0
CLEAR_END_M = 25.0  # nobody stops so near a junction
HALTING_MPS = 0.1  # below this it stands, for those who count (as SUMO does)
SPEEDING_MPS = 10.0 / 3.6  # so much above the limit is recorded
ENDS, HELD, CROSSES = 0, 1, 2


@folded
def _note(records: Rows, kind: int, v: int, value: int, amount: float, at_m: float) -> None:
    """Add a record; row 0 holds how many there are in its `value`."""
    records[0].value += 1
    row = whole(records[0].value)
    records[row].kind = kind
    records[row].vehicle = v
    records[row].value = value
    records[row].amount = amount
    records[row].at_m = at_m


@compiled
def plan_lanes(lanes: Lanes, routes: Routes, fleet: Rows, v: int, road: int) -> None:
    """Set the turn at the end of `road` and the lanes that serve it, and the next one if that is near."""
    me = fleet[v]
    if me.path_at < 0:
        lost = routes.hop[me.destination, road] < 0 and routes.exit_road[me.destination] != road
        if lost and routes.fallback[road] >= 0:
            me.destination = routes.fallback[road]
    turn = turn_after(routes, fleet, v, road, whole(0))
    me.turn = turn
    aim(lanes, fleet, v)
    me.lane_lo, me.lane_hi = -1, 99
    if turn < 0:
        return
    lo, hi = routes.lane_lo[turn], routes.lane_hi[turn]
    beyond = whole(routes.turn_to[turn])
    then = turn_after(routes, fleet, v, beyond, whole(1))
    if then >= 0 and lanes.row[routes.first_lane[beyond]].length_m < SHORT_M:
        first, last = 99, -1
        for slot in range(max(lo, 0), hi + 1):
            c = connector_for(lanes, whole(routes.first_lane[road]) + slot, turn)
            onto = lanes.row[lanes.row[c].after].slot if c >= 0 else 99
            if routes.lane_lo[then] <= onto <= routes.lane_hi[then]:
                first, last = min(first, slot), slot
        if first <= last:
            lo, hi = (lo if first == 0 else first), last
    me.lane_lo, me.lane_hi = lo, hi


@inner
def _enter(traffic: Traffic, v: int, road: int) -> None:
    """Plan the way on from a road that a vehicle has just come to."""
    fleet, routes = traffic.fleet, traffic.routes
    me = fleet[v]
    me.kerb = RIDING
    if me.disobeys == DARES:
        me.disobeys = OBEYS
    me.past_m = 0.0
    me.peak_mps = 0.0
    if me.path_at >= 0:
        me.path_at += 1
    if traffic.tally.size > 0:
        traffic.tally[road].entered += 1
    plan_lanes(traffic.lanes, routes, fleet, v, road)
    if routes.announced[road]:
        _note(traffic.records, whole(ENTERED_ROAD), v, road, 0.0, 0.0)


@folded
def _note_speeding(traffic: Traffic, v: int, road: int) -> None:
    """Record the highest speed of a vehicle on a road that it leaves, if that was too high."""
    fleet = traffic.fleet
    me = fleet[v]
    over_mps = me.peak_mps - traffic.lanes.row[traffic.routes.first_lane[road]].speed_mps
    if over_mps > SPEEDING_MPS:
        _note(traffic.records, whole(SPED), v, road, over_mps, real(me.peak_at_m))


@folded
def _leave_road(traffic: Traffic, v: int, lane: int, road: int) -> int:
    """Return what comes of a vehicle at the end of a road: ENDS, HELD there, or CROSSES it."""
    lanes, fleet, signals = traffic.lanes, traffic.fleet, traffic.signals
    me = fleet[v]
    onward = whole(me.onward)
    if me.turn < 0:
        _note_speeding(traffic, v, road)
        return ENDS
    if onward < 0:  # following stops it before; rounding must not take it over the edge
        me.position_m = lanes.row[lane].length_m
        return HELD
    if lanes.row[onward].controlled and me.granted != onward:
        return HELD  # it stands beyond the line
    if traffic.tally.size > 0:
        traffic.tally[road].left += 1
    group = whole(lanes.row[onward].group)
    if group >= 0 and signals[group].state == RED and not lanes.row[onward].on_red:
        _note(traffic.records, whole(CROSSED_RED), v, lane, float(signals[group].into_s), 0.0)
    elif me.over:
        _note(traffic.records, whole(WENT_ON), v, lane, 0.0, 0.0)
    me.over = False
    _note_speeding(traffic, v, road)
    return CROSSES


@inner
def _cross(traffic: Traffic, v: int) -> int:
    """Take the front of vehicle `v` over the end of its lane, if it goes on: ENDS, HELD or CROSSES."""
    lanes, fleet = traffic.lanes, traffic.fleet
    me = fleet[v]
    lane = whole(me.lane)
    road = whole(lanes.row[lane].road)
    if road >= 0:
        what = _leave_road(traffic, v, lane, road)
        if what != CROSSES:
            return what
    onward = whole(me.onward)
    for i in range(TRAIL - 1, 0, -1):
        me.trail[i] = me.trail[i - 1]
    me.trail[0] = lane
    me.position_m -= lanes.row[lane].length_m
    me.strips = strips_on(lanes, fleet, v, onward)
    me.lane = onward
    me.granted = -1
    me.part_from = -1
    me.blocked = me.claims = False
    me.filter_mps = FREE
    me.wait_s = 0.0
    me.stuck_s = 0.0
    if lanes.row[onward].road < 0:
        me.onward = lanes.row[onward].after
    else:
        _enter(traffic, v, whole(lanes.row[onward].road))
    return CROSSES


@folded
def _note_past_line(traffic: Traffic, v: int, lane: int, was_m: float, dt_s: float) -> None:
    """Record who has just gone over the stop line at red, come to stand beyond it, or set out from there."""
    lanes, fleet = traffic.lanes, traffic.fleet
    me = fleet[v]
    over_m = me.position_m - lanes.row[lane].length_m
    onward = whole(me.onward)
    group = whole(lanes.row[onward].group) if onward >= 0 else -1
    was_mps = me.speed_mps - real(me.change_mps2) * dt_s
    stands = me.speed_mps < HALTING_MPS
    if stands:
        me.over = False  # also who halts when the red is just over has not gone on at red
    if group < 0 or traffic.signals[group].state != RED:
        return
    goes_over = was_m <= lanes.row[lane].length_m or was_mps < HALTING_MPS <= me.speed_mps
    if goes_over and not lanes.row[onward].on_red:
        me.over = True
        _note(traffic.records, whole(OVER_LINE), v, lane, float(traffic.signals[group].into_s), 0.0)
    if stands and was_mps >= HALTING_MPS and over_m > PAST_M:
        _note(traffic.records, whole(PAST_LINE), v, lane, over_m, 0.0)


@folded
def _move(traffic: Traffic, v: int, dt_s: float) -> None:
    """Advance one vehicle along its way."""
    lanes, fleet = traffic.lanes, traffic.fleet
    me = fleet[v]
    was_m = float(me.position_m)
    if me.speed_mps > me.peak_mps and lanes.row[me.lane].road >= 0:
        me.peak_mps = me.speed_mps
        me.peak_at_m = was_m
    me.position_m += me.speed_mps * dt_s
    while me.position_m > lanes.row[me.lane].length_m:
        what = _cross(traffic, v)
        if what == HELD:
            _note_past_line(traffic, v, whole(me.lane), was_m, dt_s)
            return
        if what == ENDS:
            me.alive = False
            if traffic.tally.size > 0:
                traffic.tally[lanes.row[me.lane].road].arrived += 1
            _note(traffic.records, whole(LEFT_MAP), v, whole(0), 0.0, 0.0)
            return


@folded
def _count(traffic: Traffic, v: int, dt_s: float) -> None:
    """Add what vehicle `v` does in a step to its own account and to that of its road."""
    fleet, tally = traffic.fleet, traffic.tally
    me = fleet[v]
    speed = me.speed_mps
    wish = traffic.lanes.row[me.lane].speed_mps * me.speed_factor
    me.driven_m = real(me.driven_m) + speed * dt_s
    lost_s = dt_s * max(0.0, 1.0 - speed / min(wish, me.top_mps))
    me.lost_s = real(me.lost_s) + lost_s
    stands = speed < HALTING_MPS
    if stands:
        me.stood_s = real(me.stood_s) + dt_s
    road = traffic.lanes.row[me.lane].road
    if road >= 0:
        tally[road].time_s += dt_s
        tally[road].way_m += speed * dt_s
        tally[road].lost_s += lost_s
        if stands:
            tally[road].stood_s += dt_s


@folded
def _settle(lanes: Lanes, fleet: Rows, records: Rows, v: int, dt_s: float) -> None:
    """Carry on a change of lanes; stand where a stop was wanted, or at the next place."""
    me = fleet[v]
    if me.progress < 1.0:
        least = 0.5 if me.kind == MOTORCYCLE else 0.25
        sideways_mps = SIDEWAYS_MPS * max(least, min(1.0, me.speed_mps / 2.0))
        me.progress += dt_s * sideways_mps / max(abs(me.shift_m), 0.5)
        if me.progress >= 1.0:
            me.old_lane = -1
            me.progress = 1.0
            me.strips = strips_on(lanes, fleet, v, whole(me.lane))
            overhang(lanes, fleet, v)
    if me.kind != MOTORCYCLE and me.strips != MIDDLE and me.position_m > me.length_m:
        goes_on = me.granted < 0 and not me.claims and me.progress >= 1.0
        if goes_on and lanes.row[me.lane].slot >= 0 and lanes.row[me.lane].road >= 0:
            me.strips = home_strips(lanes, fleet, v, whole(me.lane))  # its tail is out of the bend
    if me.kerb != SEEKING:
        return
    ahead_m, last_m = me.stop_m - me.position_m, lanes.row[me.lane].length_m - CLEAR_END_M
    on_strip = lanes.row[me.lane].road >= 0 and lanes.row[me.lane].slot < 0
    if not on_strip:
        if ahead_m < MISSED_M:
            me.stop_m += NEXT_M
            if me.stop_m > last_m or lanes.row[me.lane].road < 0:
                me.kerb = RIDING
    elif me.progress >= 1.0 and me.speed_mps < 0.2 and me.position_m < last_m:
        # at its place, or as near as those who stand there let it come
        me.kerb = STANDING
        me.speed_mps = 0.0
        _note(records, whole(STOPPED), v, whole(me.lane), 0.0, float(me.position_m))


@inner
def _advance(traffic: Traffic, dt_s: float) -> None:
    """Move everybody at the speed that was decided on."""
    lanes, _, fleet, order, _, _, records, tally = traffic
    for i in range(order.state[0].count):
        v = whole(order.sequence[i])
        fleet[v].change_mps2 = (fleet[v].next_mps - fleet[v].speed_mps) / dt_s
        fleet[v].speed_mps = fleet[v].next_mps
        if tally.size > 0:
            _count(traffic, v, dt_s)
        _move(traffic, v, dt_s)
        _settle(lanes, fleet, records, v, dt_s)


@compiled
def step(traffic: Traffic, number: int, now_s: float, dt_s: float) -> None:
    """Move all vehicles by one step of `dt_s` that begins at `now_s`; `records` is started afresh."""
    lanes, routes, fleet, order, scratch, signals, records, _ = traffic
    records[0].value = 0
    for group in range(signals.size):
        signals[group].into_s = now_s - signals[group].since_s
        signals[group].to_green_s = signals[group].next_green_s - now_s
    arrange(lanes, fleet, order)
    period = max(1, round(INTERVAL_S / dt_s))
    change_lanes(lanes, fleet, order, scratch, number, period)
    admit(lanes, routes, fleet, order, scratch, signals, dt_s)
    follow(lanes, routes, fleet, order, dt_s)
    _advance(traffic, dt_s)
