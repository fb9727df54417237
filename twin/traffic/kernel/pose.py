"""Where the bodies are on the map: front and rear on the paths of their lanes, the body between."""

import math

import numpy as np
from numba import njit

from twin.traffic.kernel.arrays import BOTH, TRAIL, Fleet, Floats, Ints, Lanes
from twin.traffic.kernel.changing import side_offset_m

LEAD = 1.25  # the front moves over before the rear does


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _ease(progress: float) -> float:
    """Return a smooth step: 0 below 0, 1 above 1."""
    p = min(1.0, max(0.0, progress))
    return p * p * (3.0 - 2.0 * p)


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _on_lane(lanes: Lanes, lane: int, along_m: float, aside_m: float) -> tuple[float, float, float]:
    """Return the point `along_m` on a lane, beyond its ends straight on, `aside_m` to the left."""
    first, last = lanes.point_at[lane], lanes.point_at[lane + 1] - 2
    row = first
    while row < last and lanes.arc_m[row + 1] < along_m:
        row += 1
    part = (along_m - lanes.arc_m[row]) / max(lanes.arc_m[row + 1] - lanes.arc_m[row], 1e-9)
    a, b = lanes.point_m[row], lanes.point_m[row + 1]
    dx, dy = b[0] - a[0], b[1] - a[1]
    norm = max(math.hypot(dx, dy), 1e-9)
    return (
        a[0] + part * dx - aside_m * dy / norm,
        a[1] + part * dy + aside_m * dx / norm,
        a[2] + part * (b[2] - a[2]),
    )


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def _behind(lanes: Lanes, fleet: Fleet, v: int, back_m: float) -> tuple[int, float]:
    """Return the lane and position that lie `back_m` behind the front on the way it came."""
    lane, along_m = fleet.lane[v], fleet.position_m[v] - back_m
    for i in range(TRAIL):
        before = fleet.trail[v, i]
        if along_m >= 0.0 or before < 0:
            break
        lane, along_m = before, along_m + lanes.length_m[before]
    return lane, along_m


@njit(cache=True)  # type: ignore[misc, unused-ignore]
def poses(lanes: Lanes, fleet: Fleet, rows: Ints, hand: float, out: Floats) -> None:
    """Fill `out` (N, 5) with x, y, z of the middle, heading and pitch of the vehicles in `rows`.

    `hand` is +1 where the kerb is on the left.
    """
    for i in range(rows.size):
        v = rows[i]
        ends = np.empty((2, 3))
        for rear in range(2):
            lane, along_m = _behind(lanes, fleet, v, rear * fleet.length_m[v])
            aside_m = side_offset_m(lanes, lane, fleet.side[v]) + fleet.jitter_m[v]
            if fleet.side[v] == BOTH and lanes.slot[lane] < 0 <= lanes.road[lane]:
                aside_m = side_offset_m(lanes, lane, fleet.side[v])
            if fleet.old_lane[v] >= 0:
                p = fleet.progress[v] * LEAD - (LEAD - 1.0) * rear
                aside_m += fleet.shift_m[v] * (1.0 - _ease(p))
            x, y, z = _on_lane(lanes, lane, along_m, hand * aside_m)
            ends[rear, 0], ends[rear, 1], ends[rear, 2] = x, y, z
        dx, dy, dz = ends[0] - ends[1]
        out[i, 0:3] = (ends[0] + ends[1]) / 2.0
        out[i, 3] = math.atan2(dy, dx)
        out[i, 4] = math.atan2(dz, max(math.hypot(dx, dy), 1e-9))
