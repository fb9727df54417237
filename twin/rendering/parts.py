"""Parts that bodies of vehicles are made of: hulls, cabins, wheels, lamps."""

import numpy as np
from numpy.typing import ArrayLike

from detectors.datatypes.arrays import Float64Array
from twin.rendering.meshes import PLATE_CAR_M, MeshBuilder, Paint, Place

BODY, LAMPS, CABIN, GLASS, TOP = range(5)
PILLAR = 0.03  # between two panes, of the length of a side
Span = tuple[float, float]


def hull(stations: ArrayLike) -> Float64Array:
    """Return rings (R, 6, 3) from rows x, half width, z bottom, z shoulder, z top, half top."""
    rows = np.asarray(stations, dtype=np.float64)
    x, half, low, mid, top, half_top = rows.T
    y = np.column_stack((half, half, half_top, -half_top, -half, -half))
    z = np.column_stack((low, mid, top, top, mid, low))
    return np.stack((np.broadcast_to(x[:, None], y.shape), y, z), axis=-1)


def decal(quad: Float64Array, u: tuple[float, float], v: tuple[float, float], out: ArrayLike) -> Float64Array:
    """Return the part u0..u1, v0..v1 of a quad (bottom left, bottom right, top right, top left)."""

    def at(s: float, t: float) -> Float64Array:
        low, high = quad[0] + s * (quad[1] - quad[0]), quad[3] + s * (quad[2] - quad[3])
        return np.asarray(low + t * (high - low) + np.asarray(out), dtype=np.float64)

    return np.array([at(u[0], v[0]), at(u[1], v[0]), at(u[1], v[1]), at(u[0], v[1])])


def wheels(b: MeshBuilder, axles: tuple[float, ...], radius_m: float, half: float = 0.5) -> None:
    """Add wheels at both sides, each before its dark well."""
    for x in axles:
        for y in (-half, half):
            b.disc(x, y, radius_m * 1.2, Paint.WELL, (LAMPS, 0.0), radius_m * 1.08)
            b.disc(x, y, radius_m, Paint.DARK, (LAMPS, 0.0), radius_m)
            b.disc(x, y, radius_m * 0.6, Paint.METAL, (LAMPS, 0.0), radius_m)


def cross(b: MeshBuilder, x: float, y: Span, z: Span, paint: Paint, at: Place = (LAMPS, 0.0)) -> int:
    """Add a decal across the vehicle at x."""
    corners = [[x, y[0], z[0]], [x, y[1], z[0]], [x, y[1], z[1]], [x, y[0], z[1]]]
    return b.face(corners, paint, at)


def pairs(b: MeshBuilder, x: float, y: Span, z: Span, paint: Paint, at: Place = (LAMPS, 0.0)) -> None:
    """Add a decal across the vehicle at x and its mirror image; indicators are those of their side."""
    cross(b, x, y, z, paint, at)
    right = Paint.INDICATOR_RIGHT if paint is Paint.INDICATOR else paint
    cross(b, x, (-y[1], -y[0]), z, right, at)


def sides(b: MeshBuilder, x: Span, half: float, z: Span, paint: Paint, at: Place = (LAMPS, 0.0)) -> None:
    """Add an upright decal along each side of the vehicle."""
    for y in (-half, half):
        b.face([[x[0], y, z[0]], [x[1], y, z[0]], [x[1], y, z[1]], [x[0], y, z[1]]], paint, at)


def cabin(
    b: MeshBuilder,
    base: tuple[float, float, float],
    roof: tuple[float, float, float],
    belt: float,
    panes: tuple[Span, ...] = ((0.05, 0.33), (0.36, 0.63), (0.66, 0.95)),
) -> None:
    """Add a greenhouse: `base` and `roof` are rear x, front x and half width; panes on all sides."""

    def ring(rear: float, front: float, half: float, z: float) -> list[list[float]]:
        return [[rear, -half, z], [front, -half, z], [front, half, z], [rear, half, z]]

    rim = 0.955
    low, high = np.array(ring(*base, belt)), np.array(ring(*roof, rim))
    crown = np.array(ring(roof[0] + 0.03, roof[1] - 0.03, roof[2] * 0.86, 1.0))
    b.loft(np.stack((low, high, crown)), Paint.BODY, (CABIN, 0.0))
    right, ahead, left, behind = (
        np.array([low[i], low[(i + 1) % 4], high[(i + 1) % 4], high[i]]) for i in range(4)
    )
    # the left side runs from front to rear: its panes are those of the right one, turned round
    turned = tuple((1.0 - u[1], 1.0 - u[0]) for u in panes)
    for side, out, row in ((right, -0.006, panes), (left, 0.006, turned)):
        for u in row:
            b.face(decal(side, u, (0.1, 0.9), (0, out, 0)), Paint.GLASS, (GLASS, 0.0))
    for pane, out in ((ahead, 0.004), (behind, -0.004)):
        b.face(decal(pane, (0.06, 0.94), (0.07, 0.93), (out, 0, 0)), Paint.GLASS, (GLASS, 0.0))


def mirrors(b: MeshBuilder, x: float, z: float) -> None:
    """Add the two outside mirrors."""
    for side in (-1, 1):
        low, high = sorted((side * 0.49, side * 0.57))
        b.box((x, low, z), (x + 0.03, high, z + 0.09), Paint.BODY, (LAMPS, 0.0))


def face_of_car(b: MeshBuilder, tail_z: Span, grille_z: Span = (0.30, 0.39)) -> tuple[int, int]:
    """Add lamps, indicators, grille, bumpers and plates; return the rows of the plates."""
    cross(b, 0.503, (-0.22, 0.22), grille_z, Paint.DARK)
    cross(b, 0.503, (-0.38, 0.38), (0.15, 0.23), Paint.DARK)
    pairs(b, 0.504, (0.24, 0.38), (grille_z[0] + 0.01, grille_z[1] + 0.01), Paint.HEADLAMP)
    pairs(b, 0.504, (0.385, 0.43), (grille_z[0] + 0.01, grille_z[1] + 0.01), Paint.INDICATOR)
    cross(b, -0.503, (-0.42, 0.42), (0.15, 0.25), Paint.DARK)
    middle = tail_z[0] + 0.65 * (tail_z[1] - tail_z[0])
    pairs(b, -0.504, (0.30, 0.43), (tail_z[0], middle), Paint.TAILLAMP)
    pairs(b, -0.504, (0.33, 0.43), (middle, tail_z[1]), Paint.INDICATOR)
    front = b.plate((0.505, 0, 0.27), PLATE_CAR_M, (LAMPS, 0.0), 1)
    rear = b.plate((-0.505, 0, 0.42), PLATE_CAR_M, (LAMPS, 0.0), -1)
    return front, rear
