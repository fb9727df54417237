"""Where the bodies are on the map: front and rear on the paths of their lanes, the body between.

In a bend the body lies halfway between the chord and the path: its front swings out as its tail cuts in.
"""

import math

from twin.compiled import compiled, inner
from twin.traffic.kernel.arrays import ALL, KERBWARD, MIDDLE, MOTORCYCLE, TRAIL, Floats, Ints, Lanes, Rows
from twin.traffic.kernel.changing import WIDE_OUT_M, aside_m
from twin.traffic.kernel.ordering import CAR_CUT_M, cuts, home_strips

EARLY_M, SWING_M = 1.0, 1.5  # before and after a bend, and over how long, riders on its inner side swing out
ENTERING = 0.85  # of what it cuts, by which its front swings out while its rear is not in the bend yet
WIDE_M, WIDE_FROM_M = 0.055, 10.0  # a car goes so far out before it turns, as riders may be on its inner side
LEAD = 1.25  # the front moves over before the rear does


@inner
def _ease(progress: float) -> float:
    """Return a smooth step: 0 below 0, 1 above 1."""
    p = min(1.0, max(0.0, progress))
    return p * p * (3.0 - 2.0 * p)


@inner
def _on_lane(lanes: Lanes, lane: int, along_m: float, aside_m: float) -> tuple[float, float, float]:
    """Return the point `along_m` on a lane, beyond its ends straight on, `aside_m` to the left."""
    first, last = lanes.row[lane].point_at, lanes.row[lane + 1].point_at - 2
    row = first
    while row < last and lanes.point[row + 1].arc_m < along_m:
        row += 1
    a, b = lanes.point[row], lanes.point[row + 1]
    part = (along_m - a.arc_m) / max(b.arc_m - a.arc_m, 1e-9)
    dx, dy = b.x_m - a.x_m, b.y_m - a.y_m
    norm = max(math.hypot(dx, dy), 1e-9)
    return (
        a.x_m + part * dx - aside_m * dy / norm,
        a.y_m + part * dy + aside_m * dx / norm,
        a.z_m + part * (b.z_m - a.z_m),
    )


@inner
def _behind(lanes: Lanes, fleet: Rows, v: int, back_m: float) -> tuple[int, int, float]:
    """Return what lies `back_m` behind the front on the way it came: how many lanes back, lane, position."""
    me = fleet[v]
    back, lane, along_m = 0, me.lane, me.position_m - back_m
    for i in range(TRAIL):
        before = me.trail[i]
        if along_m >= 0.0 or before < 0:
            break
        back, lane, along_m = i + 1, before, along_m + lanes.row[before].length_m
    return back, lane, along_m


@inner
def _next(fleet: Rows, v: int, back: int) -> int:
    """Return the lane after the one that is `back` lanes behind the front, -1 where there is none."""
    me = fleet[v]
    return int(me.onward if back == 0 else me.lane if back == 1 else me.trail[back - 2])


@inner
def _wide_m(lanes: Lanes, fleet: Rows, v: int, back: int, lane: int, along_m: float) -> float:
    """Return how far towards the kerb a car moves from its line about a bend, to keep to its outer side."""
    me = fleet[v]
    c, share, after = lane, 1.0, False
    if lanes.row[lane].road >= 0:
        c, share = _next(fleet, v, back), _ease(1.0 - (lanes.row[lane].length_m - along_m) / WIDE_FROM_M)
        if share == 0.0 and back < TRAIL:
            c, share, after = me.trail[back], _ease(1.0 - along_m / WIDE_FROM_M), True
    if c < 0 or share == 0.0 or lanes.row[c].bends == 0:
        return 0.0
    if me.wide:
        return share * _to_middle_m(lanes, fleet, v, c, along_m) if after or c == lane else 0.0
    out_m = -WIDE_M if lanes.row[c].bends & KERBWARD else WIDE_M
    return float(share * (out_m - me.jitter_m))


@inner
def _to_middle_m(lanes: Lanes, fleet: Rows, v: int, c: int, along_m: float) -> float:
    """Return how far towards the kerb a wide body moves in and after a bend for which it has all strips."""
    if lanes.row[c].open != ALL or not cuts(lanes, fleet, v, c):
        return 0.0
    part = 1.0
    if lanes.row[fleet[v].lane].road < 0 and along_m < lanes.row[c].length_m / 2.0:
        part = min(1.0, 3.0 * _within(lanes, c, along_m))
    return float(part * (lanes.row[c].strip_m - WIDE_OUT_M))


@inner
def _within(lanes: Lanes, c: int, along_m: float) -> float:
    """Return 1 in the middle of a bend, 0 at its ends and on a road."""
    if lanes.row[c].bends == 0:
        return 0.0
    return math.sin(math.pi * min(1.0, max(0.0, along_m / lanes.row[c].length_m)))


@inner
def _bulge_m(lanes: Lanes, fleet: Rows, v: int, back: int, lane: int, along_m: float) -> float:
    """Return how far towards the kerb a rider on an outer strip swings out, to go round beside a car.

    On the inner side, where nobody turns beside him, he does so early; else as lanes spread (curves.py).
    """
    me = fleet[v]
    if me.strips == MIDDLE:
        return 0.0
    c, at_m = lane, along_m
    if lanes.row[lane].road >= 0:
        if along_m < EARLY_M and back < TRAIL and me.trail[back] >= 0:
            c = me.trail[back]
            at_m = along_m + lanes.row[c].length_m
        else:
            c, at_m = _next(fleet, v, back), along_m - lanes.row[lane].length_m
    if c < 0:
        return 0.0
    share = _within(lanes, c, at_m) if c == lane else 0.0
    if lanes.row[c].inmost and lanes.row[c].bends & me.strips != 0:
        left_m = lanes.row[c].length_m - at_m
        share = max(share, _ease((at_m + EARLY_M) / SWING_M) * _ease((left_m + EARLY_M) / SWING_M))
    out_m = share * lanes.row[c].bulge_m
    return float(out_m if me.strips == KERBWARD else -out_m)


@inner
def _on_path(lanes: Lanes, fleet: Rows, v: int, rear: float, hand: float) -> tuple[float, float, float]:
    """Return the point on its way that is the front (`rear` 0), middle (0.5) or rear (1) of a vehicle."""
    me = fleet[v]
    back, lane, along_m = _behind(lanes, fleet, v, rear * me.length_m)
    aside = aside_m(lanes, fleet, v, lane, home_strips(lanes, fleet, v, lane))
    if lanes.row[lane].slot >= 0:
        if me.kind == MOTORCYCLE:
            aside += _bulge_m(lanes, fleet, v, back, lane, along_m)
        else:
            aside += _wide_m(lanes, fleet, v, back, lane, along_m)
    if me.progress < 1.0:
        p = me.progress * LEAD - (LEAD - 1.0) * rear
        aside += me.shift_m * (1.0 - _ease(p))
    return _on_lane(lanes, lane, along_m, hand * aside)


@inner
def _swings(lanes: Lanes, fleet: Rows, v: int) -> tuple[float, float]:
    """Return how much front and rear of a body swing out in a bend, shares of what it cuts."""
    me = fleet[v]
    _, lane, along_m = _behind(lanes, fleet, v, me.length_m)
    before, behind = _within(lanes, me.lane, me.position_m), _within(lanes, lane, along_m)
    entering = 1.2 if me.wide and me.strips == ALL else ENTERING
    more = entering - 0.5
    return before * (entering - more * behind), behind * (entering - more * before)


@compiled
def poses(lanes: Lanes, fleet: Rows, rows: Ints, hand: float, out: Floats) -> None:
    """Fill `out` (N, 5) with x, y, z of the middle, heading and pitch of the vehicles in `rows`.

    `hand` is +1 where the kerb is on the left.
    """
    for i in range(rows.size):
        front = _on_path(lanes, fleet, rows[i], 0.0, hand)
        rear = _on_path(lanes, fleet, rows[i], 1.0, hand)
        dx, dy = front[0] - rear[0], front[1] - rear[1]
        for axis in range(3):
            out[i, axis] = (front[axis] + rear[axis]) / 2.0
        before, behind = _swings(lanes, fleet, rows[i])
        if before + behind > 0.0 and fleet[rows[i]].kind != MOTORCYCLE:
            middle = _on_path(lanes, fleet, rows[i], 0.5, hand)
            out_x, out_y = middle[0] - out[i, 0], middle[1] - out[i, 1]
            part = min(1.0, CAR_CUT_M / max(math.hypot(out_x, out_y), 1e-9))
            out[i, 0] += part * out_x * (before + behind) / 2.0
            out[i, 1] += part * out_y * (before + behind) / 2.0
            dx, dy = dx + part * out_x * (before - behind), dy + part * out_y * (before - behind)
        out[i, 3] = math.atan2(dy, dx)
        out[i, 4] = math.atan2(front[2] - rear[2], max(math.hypot(dx, dy), 1e-9))
