"""Who is behind whom: sorts vehicles into the tracks that their bodies touch."""

from twin.compiled import compiled
from twin.traffic.kernel.arrays import BOTH, TRAIL, Lanes, Order, Rows


@compiled
def _add(order: Order, n: int, lane: int, side: int, front_m: float, who: int, mark: int) -> int:
    """Append the row or the two rows of one vehicle on one lane; return the new count."""
    for half in range(2):
        if side in (BOTH, half):
            order.raw[n].track = 2 * lane + half
            order.raw[n].front_m = front_m
            order.raw[n].who = who
            order.raw[n].mark = mark + half if mark >= 0 else -1
            n += 1
    return n


@compiled
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


@compiled
def arrange(lanes: Lanes, fleet: Rows, order: Order) -> None:
    """Fill `order` from the positions: a counting sort by track, then insertion by front."""
    n = 0
    for v in range(fleet.size):
        if fleet[v].alive:
            n = _add_vehicle(lanes, fleet, order, n, v)
            order.own[v, :] = -1
    at = order.track_at
    at[:] = 0
    for row in range(n):
        at[order.raw[row].track + 1] += 1
    for track in range(at.size - 1):
        at[track + 1] += at[track]
    for row in range(n - 1, -1, -1):  # at[t + 1] becomes the start of t while it fills from the back
        track = order.raw[row].track
        at[track + 1] -= 1
        slot = at[track + 1]
        order.row[slot].who = order.raw[row].who
        order.row[slot].front_m = order.raw[row].front_m
        order.row[slot].mark = order.raw[row].mark
    for track in range(at.size - 2):
        at[track + 1] = at[track + 2]
    at[at.size - 1] = n
    for track in range(at.size - 1):
        _sort(order, at[track], at[track + 1])


@compiled
def _sort(order: Order, first: int, end: int) -> None:
    """Sort the rows of one track by front and tell each vehicle its own rows."""
    for row in range(first + 1, end):
        who, front_m, mark = order.row[row].who, order.row[row].front_m, order.row[row].mark
        slot = row
        while slot > first and order.row[slot - 1].front_m > front_m:
            order.row[slot].who = order.row[slot - 1].who
            order.row[slot].front_m = order.row[slot - 1].front_m
            order.row[slot].mark = order.row[slot - 1].mark
            slot -= 1
        order.row[slot].who, order.row[slot].front_m, order.row[slot].mark = who, front_m, mark
    for row in range(first, end):
        if order.row[row].mark >= 0:
            order.own[order.row[row].who, order.row[row].mark] = row
