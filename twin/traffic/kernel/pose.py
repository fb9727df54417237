"""Where the bodies are on the map: front and rear on the paths of their lanes, the body between."""

import math

from twin.compiled import compiled, inner
from twin.traffic.kernel.arrays import TRAIL, Floats, Ints, Lanes, Rows
from twin.traffic.kernel.changing import aside_m
from twin.traffic.kernel.ordering import home_strips

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
def _behind(lanes: Lanes, fleet: Rows, v: int, back_m: float) -> tuple[int, float]:
    """Return the lane and position that lie `back_m` behind the front on the way it came."""
    me = fleet[v]
    lane, along_m = me.lane, me.position_m - back_m
    for i in range(TRAIL):
        before = me.trail[i]
        if along_m >= 0.0 or before < 0:
            break
        lane, along_m = before, along_m + lanes.row[before].length_m
    return lane, along_m


@inner
def _end(lanes: Lanes, fleet: Rows, v: int, rear: int, hand: float) -> tuple[float, float, float]:
    """Return the point of the front (`rear` 0) or the rear (1) of a vehicle."""
    me = fleet[v]
    lane, along_m = _behind(lanes, fleet, v, rear * me.length_m)
    aside = aside_m(lanes, fleet, v, lane, home_strips(lanes, fleet, v, lane))
    if me.progress < 1.0:
        p = me.progress * LEAD - (LEAD - 1.0) * rear
        aside += me.shift_m * (1.0 - _ease(p))
    return _on_lane(lanes, lane, along_m, hand * aside)


@compiled
def poses(lanes: Lanes, fleet: Rows, rows: Ints, hand: float, out: Floats) -> None:
    """Fill `out` (N, 5) with x, y, z of the middle, heading and pitch of the vehicles in `rows`.

    `hand` is +1 where the kerb is on the left.
    """
    for i in range(rows.size):
        front = _end(lanes, fleet, rows[i], 0, hand)
        rear = _end(lanes, fleet, rows[i], 1, hand)
        dx, dy = front[0] - rear[0], front[1] - rear[1]
        for axis in range(3):
            out[i, axis] = (front[axis] + rear[axis]) / 2.0
        out[i, 3] = math.atan2(dy, dx)
        out[i, 4] = math.atan2(front[2] - rear[2], max(math.hypot(dx, dy), 1e-9))
