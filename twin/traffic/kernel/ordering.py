"""Who is behind whom: sorts vehicles into the tracks that their bodies touch."""

from numba import njit

from twin.traffic.kernel.arrays import BOTH, TRAIL, Fleet, Lanes, Order


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _add(order: Order, n: int, lane: int, side: int, front_m: float, who: int, mark: int) -> int:
    """Append the row or the two rows of one vehicle on one lane; return the new count."""
    for half in range(2):
        if side in (BOTH, half):
            order.raw_track[n] = 2 * lane + half
            order.raw_front_m[n] = front_m
            order.raw_who[n] = who
            order.raw_mark[n] = mark + half if mark >= 0 else -1
            n += 1
    return n


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _add_vehicle(lanes: Lanes, fleet: Fleet, order: Order, n: int, v: int) -> int:
    """Append all rows of one vehicle: its lane, the lane that it is leaving, and those behind."""
    n = _add(order, n, fleet.lane[v], fleet.side[v], fleet.position_m[v], v, 0)
    if fleet.old_lane[v] >= 0:
        n = _add(order, n, fleet.old_lane[v], fleet.old_side[v], fleet.position_m[v], v, 2)
    front_m = fleet.position_m[v]
    for i in range(TRAIL):
        behind = fleet.trail[v, i]
        if front_m >= fleet.length_m[v] or behind < 0:
            break
        front_m += lanes.length_m[behind]
        n = _add(order, n, behind, fleet.side[v], front_m, v, -1)
    return n


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def arrange(lanes: Lanes, fleet: Fleet, order: Order) -> None:
    """Fill `order` from the positions: a counting sort by track, then insertion by front."""
    n = 0
    for v in range(fleet.used[0]):
        if fleet.alive[v]:
            n = _add_vehicle(lanes, fleet, order, n, v)
            order.own[v, :] = -1
    at = order.track_at
    at[:] = 0
    for row in range(n):
        at[order.raw_track[row] + 1] += 1
    for track in range(at.size - 1):
        at[track + 1] += at[track]
    for row in range(n - 1, -1, -1):  # at[t + 1] becomes the start of t while it fills from the back
        track = order.raw_track[row]
        at[track + 1] -= 1
        slot = at[track + 1]
        order.who[slot] = order.raw_who[row]
        order.front_m[slot] = order.raw_front_m[row]
        order.mark[slot] = order.raw_mark[row]
    for track in range(at.size - 2):
        at[track + 1] = at[track + 2]
    at[at.size - 1] = n
    for track in range(at.size - 1):
        _sort(order, at[track], at[track + 1])


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _sort(order: Order, first: int, end: int) -> None:
    """Sort the rows of one track by front and tell each vehicle its own rows."""
    for row in range(first + 1, end):
        who, front_m, mark = order.who[row], order.front_m[row], order.mark[row]
        slot = row
        while slot > first and order.front_m[slot - 1] > front_m:
            order.who[slot] = order.who[slot - 1]
            order.front_m[slot] = order.front_m[slot - 1]
            order.mark[slot] = order.mark[slot - 1]
            slot -= 1
        order.who[slot], order.front_m[slot], order.mark[slot] = who, front_m, mark
    for row in range(first, end):
        if order.mark[row] >= 0:
            order.own[order.who[row], order.mark[row]] = row
