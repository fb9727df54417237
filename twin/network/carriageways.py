"""From the axis of a street to the middle of the driving lanes, cut back at its junctions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.network.model import Road
from twin.network.streets import Leg, Street, arcs_of, without_repeats

BEND_TRIM_M = 1.5
MIN_TRIM_M = 4.0
MAX_TRIM_M = 15.0
MIN_ROAD_M = 12.0  # the longest vehicle


def road_of(leg: Leg, trim_m: tuple[float, float], ends: tuple[str, str], *, left_hand: bool) -> Road:
    """Return the road of a leg between the junctions `ends`, cut back by `trim_m` at start and end."""
    street = leg.street
    side = 0.0
    if leg.reverse:
        side = street.median_m / 2 + leg.lanes * street.lane_width_m / 2
    line = cut_back(offset_line(leg.axis_m, side if left_hand else -side), *trim_m)
    return Road(
        id=leg.id,
        name=street.name,
        start=ends[0],
        end=ends[1],
        centreline_m=line,
        lanes=leg.lanes,
        speed_limit_mps=street.speed_limit_mps,
        lane_width_m=street.lane_width_m,
        kerb_m=street.kerb_m,
        priority=street.priority,
        highway=street.highway,
        geometry=street.geometry,
        zone=street.zone,
        median=street.median_m > 0,
        reverse=leg.reverse,
        stop_rate=street.stop_rate,
    )


def offset_line(line: NDArray[np.float64], left_m: float) -> NDArray[np.float64]:
    """Return a line (N, 3) moved to its left; corners are mitred, at most to twice the offset."""
    if left_m == 0.0:
        return line
    steps = np.diff(line[:, :2], axis=0)
    normals = np.column_stack((-steps[:, 1], steps[:, 0])) / np.hypot(*steps.T)[:, None]
    before, after = np.vstack((normals[:1], normals)), np.vstack((normals, normals[-1:]))
    middle = before + after
    # |middle| = 2 cos(half the bend); the mitre is left_m / cos(half the bend) along it
    square = np.maximum((middle**2).sum(axis=1), 1.0)
    moved = line.copy()
    moved[:, :2] += left_m * 2 * middle / square[:, None]
    return _without_folds(line, moved)


def _without_folds(line: NDArray[np.float64], moved: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the moved line without the points where, inside a tight bend, it runs backwards."""
    kept = [0]
    for row in range(1, len(moved)):
        forward = line[row, :2] - line[row - 1, :2]
        while len(kept) > 1 and np.dot(moved[row, :2] - moved[kept[-1], :2], forward) <= 0:
            kept.pop()
        kept.append(row)
    return without_repeats(moved[kept])


def cut_back(line: NDArray[np.float64], start_m: float, end_m: float) -> NDArray[np.float64]:
    """Return a line (N, 3) shortened at both ends, but never below 12 m or three quarters of it."""
    arcs = arcs_of(line)
    spare = arcs[-1] - min(MIN_ROAD_M, 0.75 * arcs[-1])
    share = min(1.0, spare / max(start_m + end_m, 1e-9))
    first, last = start_m * share, arcs[-1] - end_m * share
    inside = (arcs > first + 0.05) & (arcs < last - 0.05)
    ends = np.array([[np.interp(at, arcs, column) for column in line.T] for at in (first, last)])
    return np.vstack((ends[:1], line[inside], ends[1:]))


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """A stretch of street as seen from a node where it ends: `away` (2,) points along it."""

    street: Street
    away: NDArray[np.float64]


def arms_of(legs: Iterable[Leg]) -> dict[str, list[Arm]]:
    """Return the arms of every node; a two-way stretch counts once at each end."""
    arms: dict[str, list[Arm]] = {}
    for leg in legs:
        first, last = leg.axis_m[1] - leg.axis_m[0], leg.axis_m[-2] - leg.axis_m[-1]
        arms.setdefault(leg.start, []).append(Arm(leg.street, first[:2]))
        if not leg.reverse:
            arms.setdefault(leg.end, []).append(Arm(leg.street, last[:2]))
    return arms


def trims_m(leg: Leg, arms: Mapping[str, Sequence[Arm]]) -> tuple[float, float]:
    """Return how far the road of a leg stops before the nodes where it starts and ends."""
    first, last = leg.axis_m[1] - leg.axis_m[0], leg.axis_m[-2] - leg.axis_m[-1]
    return _trim_m(leg, first[:2], arms[leg.start]), _trim_m(leg, last[:2], arms[leg.end])


def _trim_m(leg: Leg, away: NDArray[np.float64], arms: Sequence[Arm]) -> float:
    """Return half the width of the widest street that crosses, with 2 m to spare."""
    if len(arms) == 1:  # traffic enters and leaves here
        return 0.0
    if len(arms) == 2:
        return BEND_TRIM_M
    widest = leg.street.median_m + 2.0  # room to turn round
    for arm in arms:
        cross = away[0] * arm.away[1] - away[1] * arm.away[0]
        if abs(cross) > 0.4 * np.hypot(*arm.away) * np.hypot(*away):
            widest = max(widest, arm.street.width_m)
    return float(np.clip(widest / 2 + 2.0, MIN_TRIM_M, MAX_TRIM_M))
