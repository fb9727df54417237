"""Bodies of cars: sedan, hatchback, MPV, SUV, and the angkot, a minibus with a door that stays open."""

import numpy as np

from twin.rendering.meshes import PLATE_CAR_M, Mesh, MeshBuilder, Paint
from twin.rendering.parts import (
    BODY,
    CABIN,
    GLASS,
    LAMPS,
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


def hatchback() -> Mesh:
    """Return a small car with a short bonnet and no boot."""
    b = MeshBuilder()
    rings = [
        (-0.5, 0.44, 0.16, 0.44, 0.58, 0.40),
        (-0.46, 0.5, 0.12, 0.42, 0.63, 0.45),
        (0.18, 0.5, 0.12, 0.42, 0.63, 0.45),
        (0.34, 0.5, 0.12, 0.42, 0.57, 0.43),
        (0.46, 0.48, 0.12, 0.40, 0.49, 0.41),
        (0.5, 0.42, 0.15, 0.36, 0.43, 0.38),
    ]
    b.loft(hull(rings), Paint.BODY, (BODY, 0.0))
    sides(b, (-0.2, 0.2), 0.502, (0.115, 0.17), Paint.DARK)
    wheels(b, (-0.31, 0.31), 0.29)
    cabin(b, (-0.46, 0.24, 0.46), (-0.36, 0.02, 0.37), 0.61, ((0.14, 0.46), (0.5, 0.88)))
    front, rear = face_of_car(b, (0.42, 0.57))
    mirrors(b, 0.17, 0.61)
    return b.build(front, rear)


def sedan() -> Mesh:
    """Return a car of three boxes."""
    b = MeshBuilder()
    rings = [
        (-0.5, 0.44, 0.17, 0.44, 0.60, 0.41),
        (-0.47, 0.5, 0.12, 0.42, 0.66, 0.44),
        (-0.27, 0.5, 0.12, 0.42, 0.67, 0.45),
        (0.2, 0.5, 0.12, 0.42, 0.64, 0.45),
        (0.45, 0.48, 0.12, 0.40, 0.52, 0.42),
        (0.5, 0.42, 0.15, 0.36, 0.44, 0.38),
    ]
    b.loft(hull(rings), Paint.BODY, (BODY, 0.0))
    sides(b, (-0.2, 0.2), 0.502, (0.115, 0.16), Paint.DARK)
    wheels(b, (-0.29, 0.32), 0.30)
    cabin(b, (-0.36, 0.22, 0.455), (-0.22, 0.03, 0.36), 0.645, ((0.18, 0.48), (0.51, 0.86)))
    front, rear = face_of_car(b, (0.46, 0.60))
    mirrors(b, 0.14, 0.62)
    return b.build(front, rear)


def mpv() -> Mesh:
    """Return a family car with three rows of seats, the commonest car of the country."""
    b = MeshBuilder()
    rings = [
        (-0.5, 0.45, 0.16, 0.44, 0.56, 0.42),
        (-0.47, 0.5, 0.12, 0.40, 0.58, 0.46),
        (0.24, 0.5, 0.12, 0.40, 0.58, 0.46),
        (0.38, 0.5, 0.12, 0.40, 0.53, 0.44),
        (0.47, 0.48, 0.12, 0.38, 0.47, 0.42),
        (0.5, 0.42, 0.15, 0.36, 0.42, 0.38),
    ]
    b.loft(hull(rings), Paint.BODY, (BODY, 0.0))
    sides(b, (-0.2, 0.21), 0.502, (0.115, 0.165), Paint.DARK)
    wheels(b, (-0.31, 0.32), 0.31)
    cabin(b, (-0.485, 0.29, 0.465), (-0.45, 0.12, 0.385), 0.57)
    front, rear = face_of_car(b, (0.42, 0.56))
    mirrors(b, 0.23, 0.58)
    return b.build(front, rear)


def suv() -> Mesh:
    """Return a tall car with a high, level bonnet, dark cladding and rails on its roof."""
    b = MeshBuilder()
    rings = [
        (-0.5, 0.46, 0.22, 0.46, 0.60, 0.43),
        (-0.475, 0.5, 0.18, 0.42, 0.61, 0.46),
        (0.2, 0.5, 0.18, 0.42, 0.61, 0.46),
        (0.4, 0.5, 0.18, 0.42, 0.58, 0.45),
        (0.48, 0.49, 0.18, 0.40, 0.55, 0.44),
        (0.5, 0.45, 0.20, 0.38, 0.50, 0.42),
    ]
    b.loft(hull(rings), Paint.BODY, (BODY, 0.0))
    sides(b, (-0.47, 0.47), 0.503, (0.175, 0.25), Paint.DARK)
    wheels(b, (-0.31, 0.33), 0.37)
    cabin(b, (-0.485, 0.22, 0.465), (-0.455, 0.08, 0.39), 0.60)
    for y in (-0.33, 0.33):
        rail = [[-0.42, y - 0.02, 1.005], [0.04, y - 0.02, 1.005], [0.04, y + 0.02, 1.005]]
        b.face([*rail, [-0.42, y + 0.02, 1.005]], Paint.METAL, (GLASS, 0.0))
    front, rear = face_of_car(b, (0.42, 0.58), (0.38, 0.48))
    mirrors(b, 0.17, 0.6)
    return b.build(front, rear)


def angkot() -> Mesh:
    """Return a minibus for passengers: short nose, benches along its sides, the left door slid open."""
    b = MeshBuilder()
    rings = [
        (-0.5, 0.46, 0.14, 0.5, 0.93, 0.42),
        (-0.48, 0.5, 0.11, 0.5, 0.985, 0.44),
        (0.32, 0.5, 0.11, 0.5, 0.985, 0.43),
        (0.46, 0.49, 0.11, 0.46, 0.56, 0.45),
        (0.5, 0.46, 0.15, 0.42, 0.50, 0.43),
    ]
    b.loft(hull(rings), Paint.BODY, (BODY, 0.0))
    for y, gaps in ((-0.5, ((0.03, 0.30), (0.34, 0.64), (0.68, 0.97))), (0.5, ((0.03, 0.42), (0.78, 0.97)))):
        out = 0.006 if y > 0 else -0.006
        upper = np.array([[-0.48, y, 0.5], [0.32, y, 0.5], [0.32, 0.87 * y, 0.985], [-0.48, 0.87 * y, 0.985]])
        for u in gaps:
            b.face(decal(upper, u, (0.14, 0.80), (0, out, 0)), Paint.GLASS, (GLASS, 0.0))
    door = [[-0.1, 0.504, 0.17], [0.12, 0.504, 0.17], [0.12, 0.452, 0.9], [-0.1, 0.452, 0.9]]
    b.face(door, Paint.WELL, (GLASS, 0.0), [0.0, 0.012, 0.0])
    screen = np.array([[0.46, -0.46, 0.56], [0.46, 0.46, 0.56], [0.32, 0.42, 0.975], [0.32, -0.42, 0.975]])
    b.face(decal(screen, (0.05, 0.95), (0.05, 0.78), (0.006, 0, 0.004)), Paint.GLASS, (GLASS, 0.0))
    b.face(decal(screen, (0.25, 0.75), (0.82, 0.96), (0.007, 0, 0.004)), Paint.STRIPE, (GLASS, 0.0))
    cross(b, -0.503, (-0.36, 0.36), (0.58, 0.86), Paint.GLASS, (GLASS, 0.0))
    sides(b, (-0.48, 0.46), 0.503, (0.36, 0.43), Paint.STRIPE)
    wheels(b, (-0.3, 0.31), 0.28)
    pairs(b, 0.504, (0.26, 0.40), (0.29, 0.37), Paint.HEADLAMP)
    pairs(b, 0.504, (0.405, 0.45), (0.29, 0.37), Paint.INDICATOR)
    cross(b, 0.504, (-0.42, 0.42), (0.13, 0.19), Paint.DARK)
    pairs(b, -0.504, (0.35, 0.44), (0.24, 0.36), Paint.TAILLAMP)
    pairs(b, -0.504, (0.35, 0.44), (0.37, 0.43), Paint.INDICATOR)
    mirrors(b, 0.36, 0.58)
    front = b.plate((0.505, 0, 0.245), PLATE_CAR_M, (LAMPS, 0.0), 1)
    rear = b.plate((-0.505, 0, 0.26), PLATE_CAR_M, (LAMPS, 0.0), -1)
    return b.build(front, rear)


def pickup(load: bool = False) -> Mesh:  # noqa: FBT001, FBT002 - one of two bodies
    """Return a small lorry with its cabin over the front wheels and an open bed, empty or loaded."""
    b = MeshBuilder()
    b.box((-0.5, -0.42, 0.14), (0.46, 0.42, 0.32), Paint.DARK, (BODY, -0.9))
    wheels(b, (-0.28, 0.33), 0.28)
    b.box((-0.5, -0.5, 0.32), (0.12, 0.5, 0.52), Paint.BODY, (CABIN, -0.2))
    floor = [[-0.48, -0.46, 0.525], [0.1, -0.46, 0.525], [0.1, 0.46, 0.525], [-0.48, 0.46, 0.525]]
    b.face(floor, Paint.WELL, (CABIN, -0.2))
    if load:
        b.box((-0.47, -0.45, 0.5), (0.08, 0.45, 0.93), Paint.CARGO, (CABIN, -0.2), 0.72)
    rings = [
        (0.13, 0.48, 0.14, 0.5, 0.96, 0.42),
        (0.15, 0.5, 0.12, 0.5, 0.995, 0.43),
        (0.33, 0.5, 0.12, 0.5, 0.995, 0.42),
        (0.47, 0.49, 0.12, 0.46, 0.56, 0.45),
        (0.5, 0.46, 0.15, 0.42, 0.50, 0.43),
    ]
    b.loft(hull(rings), Paint.BODY, (CABIN, 0.4))
    screen = np.array([[0.47, -0.46, 0.56], [0.47, 0.46, 0.56], [0.33, 0.42, 0.99], [0.33, -0.42, 0.99]])
    b.face(decal(screen, (0.05, 0.95), (0.06, 0.9), (0.006, 0, 0.004)), Paint.GLASS, (CABIN, 0.4))
    back = np.array([[0.128, -0.46, 0.56], [0.128, 0.46, 0.56], [0.128, 0.42, 0.94], [0.128, -0.42, 0.94]])
    b.face(decal(back, (0.12, 0.88), (0.1, 0.9), (0, 0, 0)), Paint.GLASS, (CABIN, 0.4), centre=(0.3, 0, 0.7))
    for y in (-1, 1):
        pane = [[0.17, y * 0.503, 0.54], [0.38, y * 0.492, 0.54], [0.33, y * 0.445, 0.92]]
        b.face([*pane, [0.17, y * 0.45, 0.92]], Paint.GLASS, (CABIN, 0.4))
    at = (CABIN, 0.43)
    pairs(b, 0.504, (0.26, 0.40), (0.30, 0.38), Paint.HEADLAMP, at)
    pairs(b, 0.504, (0.405, 0.45), (0.30, 0.38), Paint.INDICATOR, at)
    cross(b, 0.504, (-0.42, 0.42), (0.13, 0.20), Paint.DARK, at)
    pairs(b, -0.505, (0.34, 0.46), (0.24, 0.31), Paint.TAILLAMP, (CABIN, -0.3))
    pairs(b, -0.505, (0.27, 0.335), (0.24, 0.31), Paint.INDICATOR, (CABIN, -0.3))
    front = b.plate((0.505, 0, 0.25), PLATE_CAR_M, (CABIN, 0.44), 1)
    rear = b.plate((-0.505, 0, 0.27), PLATE_CAR_M, (CABIN, -0.31), -1)
    return b.build(front, rear)
