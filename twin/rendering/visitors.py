"""Bodies that the streets of the twin do not have: a fleet to try a detector on that it has not been taught.

A bonneted van, an estate, a coupe, a tanker, a skip lorry, a coach with a luggage deck, a sports motorcycle
and a cargo tricycle: other outlines, windows and lamps than those of `cars`, `heavies` and `motorcycles`.
"""

import numpy as np

from twin.rendering.meshes import PLATE_CAR_M, PLATE_MOTORCYCLE_M, Mesh, MeshBuilder, Paint
from twin.rendering.motorcycles import RIDER_PAINTS, head, legs, sitter, wheel
from twin.rendering.parts import (
    BODY,
    CABIN,
    GLASS,
    LAMPS,
    TOP,
    cabin,
    cross,
    decal,
    face_of_car,
    hull,
    mirrors,
    pairs,
    sides,
    wheels,
)


def estate() -> Mesh:
    """Return a low, long car whose roof goes on to the tail."""
    b = MeshBuilder()
    rings = [
        (-0.5, 0.43, 0.17, 0.44, 0.57, 0.40),
        (-0.46, 0.5, 0.12, 0.42, 0.64, 0.46),
        (0.14, 0.5, 0.12, 0.42, 0.64, 0.46),
        (0.42, 0.48, 0.12, 0.40, 0.54, 0.43),
        (0.5, 0.40, 0.16, 0.34, 0.42, 0.36),
    ]
    b.loft(hull(rings), Paint.BODY, (BODY, 0.0))
    sides(b, (-0.44, 0.42), 0.503, (0.30, 0.34), Paint.METAL)
    wheels(b, (-0.30, 0.31), 0.31)
    cabin(b, (-0.48, 0.2, 0.46), (-0.40, 0.0, 0.37), 0.63, ((0.06, 0.36), (0.40, 0.66), (0.70, 0.95)))
    front, rear = face_of_car(b, (0.44, 0.55))
    mirrors(b, 0.12, 0.63)
    return b.build(front, rear)


def coupe() -> Mesh:
    """Return a car of two doors whose roof falls towards the tail."""
    b = MeshBuilder()
    rings = [
        (-0.5, 0.46, 0.2, 0.5, 0.66, 0.42),
        (-0.44, 0.5, 0.12, 0.46, 0.72, 0.44),
        (0.0, 0.5, 0.12, 0.44, 0.64, 0.45),
        (0.36, 0.5, 0.11, 0.40, 0.54, 0.45),
        (0.5, 0.38, 0.16, 0.32, 0.40, 0.34),
    ]
    b.loft(hull(rings), Paint.BODY, (BODY, 0.0))
    wheels(b, (-0.30, 0.31), 0.33)
    cabin(b, (-0.42, 0.16, 0.45), (-0.10, 0.0, 0.33), 0.64, ((0.30, 0.88),))
    cross(b, -0.506, (-0.44, 0.44), (0.52, 0.58), Paint.TAILLAMP, (GLASS, 0.0))
    front, rear = face_of_car(b, (0.44, 0.52))
    mirrors(b, 0.08, 0.64)
    return b.build(front, rear)


def van() -> Mesh:
    """Return a closed van with a bonnet and no side windows behind the doors."""
    b = MeshBuilder()
    rings = [
        (-0.5, 0.47, 0.14, 0.5, 0.97, 0.45),
        (-0.49, 0.5, 0.11, 0.5, 0.995, 0.47),
        (0.16, 0.5, 0.11, 0.5, 0.995, 0.46),
        (0.30, 0.5, 0.11, 0.48, 0.56, 0.46),
        (0.47, 0.48, 0.12, 0.40, 0.47, 0.43),
        (0.5, 0.43, 0.16, 0.36, 0.42, 0.38),
    ]
    b.loft(hull(rings), Paint.BODY, (BODY, 0.0))
    screen = np.array([[0.30, -0.45, 0.56], [0.30, 0.45, 0.56], [0.16, 0.43, 0.98], [0.16, -0.43, 0.98]])
    b.face(decal(screen, (0.05, 0.95), (0.04, 0.82), (0.006, 0, 0.004)), Paint.GLASS, (GLASS, 0.0))
    for y in (-1, 1):
        pane = [[0.04, y * 0.504, 0.54], [0.24, y * 0.504, 0.54], [0.16, y * 0.47, 0.86]]
        b.face([*pane, [0.04, y * 0.475, 0.86]], Paint.GLASS, (GLASS, 0.0))
    sides(b, (-0.47, 0.0), 0.504, (0.48, 0.51), Paint.DARK)
    wheels(b, (-0.30, 0.33), 0.32)
    cross(b, -0.504, (-0.005, 0.005), (0.2, 0.95), Paint.DARK, (GLASS, 0.0))
    pairs(b, 0.504, (0.26, 0.42), (0.28, 0.34), Paint.HEADLAMP)
    cross(b, 0.504, (-0.3, 0.3), (0.22, 0.27), Paint.METAL)
    pairs(b, -0.504, (0.42, 0.48), (0.36, 0.62), Paint.TAILLAMP)
    mirrors(b, 0.26, 0.58)
    front = b.plate((0.505, 0, 0.17), PLATE_CAR_M, (LAMPS, 0.0), 1)
    rear = b.plate((-0.505, 0, 0.22), PLATE_CAR_M, (LAMPS, 0.0), -1)
    return b.build(front, rear)


def tanker() -> Mesh:
    """Return a bonneted lorry with a round tank."""
    b = MeshBuilder()
    b.box((-0.5, -0.40, 0.14), (0.40, 0.40, 0.26), Paint.DARK, (BODY, -0.9))
    wheels(b, (-0.36, -0.22, 0.36), 0.5)
    turn = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    ring = np.column_stack((np.zeros(10), 0.48 * np.cos(turn), 0.60 + 0.34 * np.sin(turn)))
    tank = np.stack((ring + np.array([-0.49, 0, 0]), ring + np.array([0.14, 0, 0])))
    b.loft(tank, Paint.METAL, (CABIN, -0.2))
    b.box((-0.30, -0.08, 0.94), (-0.05, 0.08, 0.98), Paint.DARK, (TOP, -0.2))
    return b.build(*_bonneted(b))


def skip_lorry() -> Mesh:
    """Return a bonneted lorry with a low skip whose ends slope."""
    b = MeshBuilder()
    b.box((-0.5, -0.40, 0.14), (0.40, 0.40, 0.26), Paint.DARK, (BODY, -0.9))
    wheels(b, (-0.32, 0.36), 0.46)
    low = np.array([[-0.40, -0.4, 0.28], [0.06, -0.4, 0.28], [0.06, 0.4, 0.28], [-0.40, 0.4, 0.28]])
    high = np.array([[-0.52, -0.5, 0.70], [0.14, -0.5, 0.70], [0.14, 0.5, 0.70], [-0.52, 0.5, 0.70]])
    b.loft(np.stack((low, high)), Paint.CARGO, (CABIN, -0.2))
    for y in (-0.46, 0.46):
        b.box((-0.02, y - 0.03, 0.3), (0.05, y + 0.03, 0.98), Paint.METAL, (CABIN, -0.1))
    return b.build(*_bonneted(b))


def _bonneted(b: MeshBuilder) -> tuple[int, int]:
    """Add a cab behind a bonnet, lamps and plates; return the plates."""
    rings = [
        (0.17, 0.46, 0.16, 0.5, 0.90, 0.40),
        (0.19, 0.48, 0.14, 0.5, 0.92, 0.42),
        (0.31, 0.48, 0.14, 0.5, 0.90, 0.42),
        (0.35, 0.47, 0.14, 0.46, 0.56, 0.42),
        (0.49, 0.40, 0.16, 0.42, 0.50, 0.36),
        (0.5, 0.38, 0.18, 0.40, 0.46, 0.34),
    ]
    b.loft(hull(rings), Paint.BODY, (CABIN, 0.4))
    screen = np.array([[0.352, -0.43, 0.57], [0.352, 0.43, 0.57], [0.315, 0.41, 0.88], [0.315, -0.41, 0.88]])
    b.face(decal(screen, (0.04, 0.96), (0.05, 0.95), (0.004, 0, 0.003)), Paint.GLASS, (CABIN, 0.42))
    for y in (-1, 1):
        pane = [[0.21, y * 0.484, 0.56], [0.32, y * 0.484, 0.56], [0.30, y * 0.43, 0.84]]
        b.face([*pane, [0.21, y * 0.44, 0.84]], Paint.GLASS, (CABIN, 0.41))
    at = (CABIN, 0.43)
    pairs(b, 0.504, (0.22, 0.34), (0.26, 0.34), Paint.HEADLAMP, at)
    cross(b, 0.504, (-0.18, 0.18), (0.24, 0.44), Paint.METAL, at)
    pairs(b, -0.505, (0.30, 0.42), (0.17, 0.23), Paint.TAILLAMP, (CABIN, -0.3))
    front = b.plate((0.506, 0, 0.19), PLATE_CAR_M, (CABIN, 0.44), 1)
    return front, b.plate((-0.506, 0, 0.20), PLATE_CAR_M, (CABIN, -0.31), -1)


def coach() -> Mesh:
    """Return a tall coach: a dark band of glass above a luggage deck, a sloped front."""
    b = MeshBuilder()
    rings = [
        (-0.5, 0.48, 0.10, 0.5, 0.97, 0.46),
        (-0.49, 0.5, 0.09, 0.5, 0.99, 0.48),
        (0.44, 0.5, 0.09, 0.5, 0.99, 0.48),
        (0.5, 0.48, 0.11, 0.5, 0.66, 0.46),
    ]
    b.loft(hull(rings), Paint.BODY, (BODY, 0.0))
    for y in (-0.5, 0.5):
        out = 0.006 if y > 0 else -0.006
        band = [[-0.47, y + out, 0.55], [0.45, y + out, 0.55], [0.43, y + out, 0.84], [-0.47, y + out, 0.84]]
        b.face(band, Paint.GLASS, (GLASS, 0.0))
    for x in (-0.16, -0.02, 0.12):
        sides(b, (x, x + 0.12), 0.504, (0.16, 0.36), Paint.METAL)
    screen = np.array([[0.5, -0.47, 0.44], [0.5, 0.47, 0.44], [0.446, 0.47, 0.98], [0.446, -0.47, 0.98]])
    b.face(decal(screen, (0.03, 0.97), (0.04, 0.90), (0.008, 0, 0.006)), Paint.GLASS, (GLASS, 0.0))
    wheels(b, (-0.34, -0.24, 0.32), 0.5)
    pairs(b, 0.504, (0.30, 0.44), (0.16, 0.22), Paint.HEADLAMP)
    pairs(b, -0.504, (0.40, 0.47), (0.20, 0.50), Paint.TAILLAMP)
    cross(b, -0.504, (-0.42, 0.42), (0.62, 0.90), Paint.GLASS)
    front = b.plate((0.507, 0, 0.14), PLATE_CAR_M, (LAMPS, 0.0), 1)
    return b.build(front, b.plate((-0.506, 0, 0.16), PLATE_CAR_M, (LAMPS, 0.0), -1))


def sports_motorcycle() -> Mesh:
    """Return a motorcycle with a fairing and a raised tail; its rider leans forward."""
    b = MeshBuilder()
    wheel(b, -0.36, 0.31)
    wheel(b, 0.36, 0.31)
    b.box((-0.2, -0.2, 0.16), (0.22, 0.2, 0.42), Paint.BODY, (CABIN, 0.0), 0.9)
    b.box((0.14, -0.22, 0.36), (0.42, 0.22, 0.60), Paint.BODY, (CABIN, 0.25), 0.6)
    b.box((-0.02, -0.16, 0.42), (0.18, 0.16, 0.58), Paint.BODY, (CABIN, 0.1), 0.8)
    b.box((-0.5, -0.10, 0.52), (-0.14, 0.10, 0.62), Paint.DARK, (CABIN, -0.4), 0.7)
    legs(b, -0.06, (CABIN, 0.0))
    sitter(b, 0.04, RIDER_PAINTS, (CABIN, -0.05))
    head(b, 0.10, RIDER_PAINTS, 0.1)
    cross(b, 0.424, (-0.14, 0.14), (0.42, 0.50), Paint.HEADLAMP, (CABIN, 0.3))
    pairs(b, -0.504, (0.0, 0.08), (0.54, 0.59), Paint.TAILLAMP, (CABIN, -0.45))
    front = b.plate((0.426, 0, 0.38), PLATE_MOTORCYCLE_M, (CABIN, 0.31), 1)
    return b.build(front, b.plate((-0.506, 0, 0.40), PLATE_MOTORCYCLE_M, (CABIN, -0.46), -1))


def tricycle() -> Mesh:
    """Return a motorcycle with a cargo bed on two wheels behind its rider."""
    b = MeshBuilder()
    wheel(b, 0.40, 0.25)
    wheels(b, (-0.32,), 0.24)
    b.box((-0.5, -0.5, 0.26), (-0.02, 0.5, 0.54), Paint.CARGO, (CABIN, -0.3))
    b.box((0.02, -0.2, 0.22), (0.34, 0.2, 0.46), Paint.BODY, (CABIN, 0.2), 0.8)
    legs(b, 0.12, (CABIN, 0.1))
    sitter(b, 0.10, RIDER_PAINTS, (CABIN, 0.05))
    head(b, 0.10, RIDER_PAINTS, 0.12)
    pairs(b, 0.36, (0.0, 0.10), (0.48, 0.56), Paint.HEADLAMP, (CABIN, 0.3))
    pairs(b, -0.504, (0.34, 0.46), (0.28, 0.34), Paint.TAILLAMP, (CABIN, -0.45))
    front = b.plate((0.345, 0, 0.36), PLATE_MOTORCYCLE_M, (CABIN, 0.31), 1)
    return b.build(front, b.plate((-0.506, 0, 0.40), PLATE_MOTORCYCLE_M, (CABIN, -0.46), -1))
