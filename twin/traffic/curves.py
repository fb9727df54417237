"""Lines on the ground: those beside a road, and the curves across junctions."""

import numpy as np

from twin.traffic.kernel.arrays import Floats
from twin.traffic.kernel.ordering import CAR_CUT_M, CHORD_M

SIDE_MPS2 = 3.5  # sideways in a turn: side friction of low-speed streets, 0.35 at 20 km/h (AASHTO)
SLOWEST_MPS = 5.0
POINTS = 17
MITRE = 2.0  # longest mitre of an offset polyline
MORE_M = 0.1  # a lane farther in bends more sharply, and riders on it swing out by more
BULGE_M = 0.12  # riders swing out by so much more than cars
STRAIGHT_M = 0.05  # a connector on which a car cuts the corner by less does not bend


def offset_line(points_m: Floats, offset_m: float) -> Floats:
    """Return a polyline (N, 3) moved `offset_m` to its left, mitred at its corners."""
    steps = np.diff(points_m[:, :2], axis=0)
    steps = steps / np.maximum(np.hypot(steps[:, 0], steps[:, 1]), 1e-9)[:, None]
    normals = np.column_stack((-steps[:, 1], steps[:, 0]))
    before, after = np.vstack((normals[:1], normals)), np.vstack((normals, normals[-1:]))
    middle = before + after
    scale = 2.0 / np.maximum((middle**2).sum(axis=1), 2.0 / MITRE)
    moved = points_m.copy()
    moved[:, :2] += offset_m * middle * scale[:, None]
    return moved


def arc_lengths(points_m: Floats) -> Floats:
    """Return how far along a polyline (N, ...) its points lie, metres (N,)."""
    steps = np.hypot(*np.diff(points_m[:, :2], axis=0).T)
    arc: Floats = np.concatenate(([0.0], np.cumsum(steps)))
    return arc


def without_repeats(line_m: Floats) -> Floats:
    """Return the polyline without repeated points."""
    steps = np.hypot(*np.diff(line_m[:, :2], axis=0).T)
    keep = np.concatenate(([True], steps > 1e-3))
    return line_m[keep] if keep.sum() > 1 else line_m[[0, -1]]


def heading(points_m: Floats, end: int) -> Floats:
    """Return the unit vector (2,) in which a polyline begins (`end` 0) or ends (1)."""
    step = points_m[1] - points_m[0] if end == 0 else points_m[-1] - points_m[-2]
    unit: Floats = step[:2] / max(float(np.hypot(step[0], step[1])), 1e-9)
    return unit


def turned(points_m: Floats) -> float:
    """Return by how much a path turns to the left, rad."""
    first, last = heading(points_m, 0), heading(points_m, 1)
    across, along = first[0] * last[1] - first[1] * last[0], float(first @ last)
    return float(np.arctan2(across, along))


def curve(before_m: Floats, after_m: Floats) -> Floats:
    """Return a cubic Bezier curve (POINTS, 3) from the end of one polyline to the start of another.

    Its reach is that of an arc of a circle: 4/3 tan(turn / 4) radii, where it can be one.
    """
    p, q = before_m[-1], after_m[0]
    u, w = heading(before_m, 1), heading(after_m, 0)
    chord = float(np.hypot(*(q - p)[:2]))
    turn = float(np.arccos(np.clip(u @ w, -1.0, 1.0)))
    reach = 2.0 / 3.0 * chord * float(np.tan(turn / 4) / np.sin(turn / 2)) if turn > 1e-6 else chord / 3.0
    if turn > 2.4:
        reach = max(reach, 5.0)
    s = np.linspace(0.0, 1.0, POINTS)[:, None]
    c1, c2 = p[:2] + reach * u, q[:2] - reach * w
    flat = (1 - s) ** 3 * p[:2] + 3 * s * (1 - s) ** 2 * c1 + 3 * s**2 * (1 - s) * c2 + s**3 * q[:2]
    return np.column_stack((flat, p[2] + (q[2] - p[2]) * s[:, 0]))


def curve_speed(points_m: Floats, limit_mps: float) -> float:
    """Return the speed in m/s at which the sharpest bend of a curve is comfortable."""
    steps = np.diff(points_m[:, :2], axis=0)
    length = np.hypot(steps[:, 0], steps[:, 1])
    if length.sum() < 0.5:
        return limit_mps
    bend = np.abs(np.angle(np.exp(1j * np.diff(np.arctan2(steps[:, 1], steps[:, 0])))))
    # over half of the curve: drivers round off what a drawn curve bends sharply
    window = max(1, POINTS // 2)
    angle = np.convolve(bend, np.ones(window), "valid")
    ran = np.convolve(0.5 * (length[1:] + length[:-1]), np.ones(window), "valid")
    sharpest = float(np.max(angle / np.maximum(ran, 1.0)))
    return float(np.clip(np.sqrt(SIDE_MPS2 / max(sharpest, 1e-6)), SLOWEST_MPS, limit_mps))


def cut_m(points_m: Floats) -> float:
    """Return how far inside of a connector (P, 3) the middle of a body of CHORD_M comes at most, metres."""
    first, last = CHORD_M * heading(points_m, 0), CHORD_M * heading(points_m, 1)
    flat = points_m[:, :2]
    way = without_repeats(np.vstack((flat[0] - first, flat, flat[-1] + last)))
    arc = arc_lengths(way)
    front = np.arange(CHORD_M, arc[-1], 0.25)

    def at(along_m: Floats) -> Floats:
        return np.column_stack([np.interp(along_m, arc, way[:, i]) for i in range(2)])

    apart = at(front - CHORD_M / 2) - (at(front) + at(front - CHORD_M)) / 2
    return float(np.hypot(*apart.T).max(initial=0.0))


def spread(points_m: Floats, lanes_inside: int) -> Floats:
    """Return a bending connector moved outwards, so that riders can swing out between it and those inside."""
    need_m = 2 * bulge_m(cut_m(points_m))
    if lanes_inside == 0 or need_m == 0.0:
        return points_m
    share = np.sin(np.pi * np.linspace(0.0, 1.0, len(points_m)))[:, None]
    outward = -np.sign(turned(points_m)) * lanes_inside * (need_m + MORE_M)
    return points_m + (offset_line(points_m, outward) - points_m) * share


def bulge_m(cut_m: float) -> float:
    """Return how far riders swing out of their strips in a bend in which a car cuts the corner by `cut_m`."""
    return min(cut_m, CAR_CUT_M) / 2 + BULGE_M if cut_m > STRAIGHT_M else 0.0
