"""Who is behind whom: sorts vehicles into the tracks that their bodies touch.

Vehicles are visited as they stood in the step before, so that they come nearly sorted and neighbours
on the road are neighbours in the cache.
"""

from twin.compiled import compiled, inlined
from twin.traffic.kernel.arrays import BOTH, TRAIL, Lanes, Order, Rows

SLACK = 1  # free rows at the end of a track: one vehicle a step may change to it


@inlined
def _add(order: Order, n: int, lane: int, side: int, front_m: float, who: int, mark: int) -> int:
    """Append the row or the two rows of one vehicle on one lane; return the new count."""
    for half in range(2):
        if side in (BOTH, half):
            order.raw[n].track = 2 * lane + half
            order.raw[n].front_m = front_m
            order.raw[n].who = who
            order.raw[n].mark = mark + half if mark >= 0 else -1
            order.track_end[2 * lane + half] += 1
            n += 1
    return n


@inlined
def _add_vehicle(lanes: Lanes, fleet: Rows, order: Order, n: int, v: int) -> int:
    """Append all rows of one vehicle: its lane, the lane that it is leaving, and those behind."""
    n = _add(order, n, fleet[v].lane, fleet[v].side, fleet[v].position_m, v, 0)
    if fleet[v].old_lane >= 0:
        n = _add(order, n, fleet[v].old_lane, fleet[v].old_side, fleet[v].position_m, v, 2)
    front_m = fleet[v].position_m
    for i in range(TRAIL):
        behind = fleet[v].trail[i]
        if front_m >= fleet[v].length_m or behind < 0:
            break
        front_m += lanes.row[behind].length_m
        n = _add(order, n, behind, fleet[v].side, front_m, v, -1)
    return n


@inlined
def _place(order: Order, track: int, front_m: float, who: int, mark: int) -> None:
    """Put a row where it belongs on its track; those before it move up by one."""
    slot, first = order.track_end[track], order.track_at[track]
    while slot > first and order.row[slot - 1].front_m > front_m:
        order.row[slot].who = order.row[slot - 1].who
        order.row[slot].front_m = order.row[slot - 1].front_m
        order.row[slot].mark = order.row[slot - 1].mark
        if order.row[slot].mark >= 0:
            order.own[order.row[slot].who, order.row[slot].mark] = slot
        slot -= 1
    order.row[slot].who, order.row[slot].front_m, order.row[slot].mark = who, front_m, mark
    if mark >= 0:
        order.own[who, mark] = slot
    order.track_end[track] += 1


@compiled
def arrange(lanes: Lanes, fleet: Rows, order: Order) -> None:
    """Fill `order` from the positions: rows counted by track, then put in their places."""
    state = order.state[0]
    state.tick += 1
    order.track_end[:] = 0
    n = kept = 0
    for i in range(state.count):
        v = order.sequence[i]
        if fleet[v].alive and order.seen[v] != state.tick:
            order.seen[v] = state.tick
            order.sequence[kept] = v
            kept += 1
            n = _add_vehicle(lanes, fleet, order, n, v)
            for mark in range(4):
                order.own[v, mark] = -1
    start = 0
    for track in range(order.track_at.size):
        order.track_at[track] = start
        start += order.track_end[track] + SLACK
        order.track_end[track] = order.track_at[track]
    for i in range(n):
        row = order.raw[i]
        _place(order, row.track, row.front_m, row.who, row.mark)
    _remember_sequence(fleet, order)


@inlined
def _remember_sequence(fleet: Rows, order: Order) -> None:
    """Note the vehicles as they stand, track by track, each once."""
    n = 0
    for track in range(order.track_at.size):
        for row in range(order.track_at[track], order.track_end[track]):
            mark = order.row[row].mark
            if mark == 0 or (mark == 1 and fleet[order.row[row].who].side == 1):
                order.sequence[n] = order.row[row].who
                n += 1
    order.state[0].count = n


@compiled
def move_over(fleet: Rows, order: Order, v: int) -> None:
    """Tell `order` that a vehicle has begun to change: what was its lane is the one that it is leaving."""
    for half in range(2):
        row = order.own[v, half]
        order.own[v, 2 + half], order.own[v, half] = row, -1
        if row >= 0:
            order.row[row].mark = 2 + half
    for half in range(2):
        if fleet[v].side in (BOTH, half):
            _place(order, 2 * fleet[v].lane + half, fleet[v].position_m, v, half)
