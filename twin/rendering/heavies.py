"""Bodies of buses and lorries."""

import numpy as np

from twin.rendering.meshes import PLATE_CAR_M, Mesh, MeshBuilder, Paint
from twin.rendering.parts import BODY, CABIN, GLASS, LAMPS, TOP, cross, decal, hull, pairs, sides, wheels


def bus(panes: int = 7, wheel_m: float = 0.48) -> Mesh:
    """Return a bus with so many windows a side: 7 for a large one, 5 for a medium one."""
    b = MeshBuilder()
    rings = [
        (-0.5, 0.47, 0.13, 0.6, 0.96, 0.43),
        (-0.485, 0.5, 0.11, 0.6, 0.985, 0.45),
        (0.485, 0.5, 0.11, 0.6, 0.985, 0.45),
        (0.5, 0.47, 0.13, 0.6, 0.95, 0.43),
    ]
    b.loft(hull(rings), Paint.BODY, (BODY, 0.0))
    step = 0.97 / panes
    for y in (-0.5, 0.5):
        out = 0.004 if y > 0 else -0.004
        side = np.array([[-0.485, y, 0.11], [0.485, y, 0.11], [0.485, y, 0.6], [-0.485, y, 0.6]])
        upper = np.array(
            [[-0.485, y, 0.6], [0.485, y, 0.6], [0.485, 0.9 * y, 0.985], [-0.485, 0.9 * y, 0.985]]
        )
        b.face(decal(side, (0.0, 1.0), (0.30, 0.56), (0, out, 0)), Paint.STRIPE, (LAMPS, 0.0))
        for k in range(panes):
            pane = (0.02 + k * step, 0.02 + k * step + 0.9 * step)
            b.face(decal(upper, pane, (-0.12, 0.72), (0, 2 * out, 0)), Paint.GLASS, (GLASS, 0.0))
    sides(b, (-0.485, 0.485), 0.503, (0.105, 0.16), Paint.DARK)
    door = [[0.36, 0.508, 0.13], [0.45, 0.508, 0.13], [0.45, 0.475, 0.82], [0.36, 0.475, 0.82]]
    b.face(door, Paint.DARK, (GLASS, 0.0), [0.0, 0.02, 0.0])
    wheels(b, (-0.27, 0.29), wheel_m)
    cross(b, 0.503, (-0.44, 0.44), (0.42, 0.86), Paint.GLASS)
    cross(b, 0.503, (-0.36, 0.36), (0.87, 0.94), Paint.DARK)
    cross(b, 0.503, (-0.46, 0.46), (0.12, 0.18), Paint.DARK)
    cross(b, -0.503, (-0.38, 0.38), (0.55, 0.86), Paint.GLASS)
    cross(b, -0.503, (-0.46, 0.46), (0.12, 0.18), Paint.DARK)
    pairs(b, 0.504, (0.28, 0.40), (0.22, 0.29), Paint.HEADLAMP)
    pairs(b, 0.504, (0.405, 0.45), (0.22, 0.29), Paint.INDICATOR)
    pairs(b, -0.504, (0.36, 0.45), (0.26, 0.38), Paint.TAILLAMP)
    pairs(b, -0.504, (0.36, 0.45), (0.39, 0.45), Paint.INDICATOR)
    front = b.plate((0.505, 0, 0.2), PLATE_CAR_M, (LAMPS, 0.0), 1)
    rear = b.plate((-0.505, 0, 0.24), PLATE_CAR_M, (LAMPS, 0.0), -1)
    b.box((-0.2, -0.3, 0.98), (0.12, 0.3, 1.04), Paint.METAL, (TOP, 0.0), 0.9)
    return b.build(front, rear)


def box_truck() -> Mesh:
    """Return a lorry with a closed box."""
    b = MeshBuilder()
    _chassis(b)
    b.box((-0.5, -0.5, 0.3), (0.2, 0.5, 1.0), Paint.CARGO, (CABIN, -0.2))
    sides(b, (-0.5, 0.2), 0.504, (0.42, 0.56), Paint.STRIPE, (CABIN, -0.2))
    cross(b, -0.503, (-0.01, 0.01), (0.32, 0.98), Paint.DARK, (CABIN, -0.2))
    return b.build(*_cab(b, 0.79))


def open_truck(load: bool = False) -> Mesh:  # noqa: FBT001, FBT002 - one of two bodies
    """Return a lorry with high boards around an open bed, as haulers of sand and goods have; or loaded."""
    b = MeshBuilder()
    _chassis(b)
    b.box((-0.5, -0.5, 0.3), (0.2, 0.5, 0.74), Paint.STRIPE, (CABIN, -0.2))
    for x in (-0.38, -0.26, -0.14, -0.02, 0.1):
        sides(b, (x, x + 0.02), 0.505, (0.3, 0.74), Paint.BODY, (CABIN, -0.2))
    floor = [[-0.485, -0.46, 0.745], [0.185, -0.46, 0.745], [0.185, 0.46, 0.745], [-0.485, 0.46, 0.745]]
    b.face(floor, Paint.WELL, (CABIN, -0.2))
    if load:
        b.box((-0.48, -0.46, 0.72), (0.18, 0.46, 1.0), Paint.CARGO, (CABIN, -0.2), 0.7)
    return b.build(*_cab(b, 0.96))


def _chassis(b: MeshBuilder) -> None:
    b.box((-0.5, -0.42, 0.14), (0.46, 0.42, 0.3), Paint.DARK, (BODY, -0.9))
    wheels(b, (-0.3, 0.36), 0.45, 0.47)


def _cab(b: MeshBuilder, top: float) -> tuple[int, int]:
    """Add a cabin over the front axle, lamps and plates; return the rows of the plates."""
    sill = 0.5
    rings = [
        (0.22, 0.48, 0.16, 0.45, top - 0.03, 0.42),
        (0.24, 0.48, 0.16, 0.45, top, 0.43),
        (0.42, 0.48, 0.16, 0.45, top, 0.41),
        (0.49, 0.48, 0.16, 0.45, sill, 0.46),
        (0.5, 0.46, 0.18, 0.42, 0.47, 0.44),
    ]
    b.loft(hull(rings), Paint.BODY, (CABIN, 0.4))
    screen = np.array([[0.49, -0.46, sill], [0.49, 0.46, sill], [0.42, 0.41, top], [0.42, -0.41, top]])
    b.face(decal(screen, (0.06, 0.94), (0.08, 0.92), (0.004, 0, 0)), Paint.GLASS, (CABIN, 0.4))
    for y in (-1, 1):
        high = top - 0.04
        pane = [[0.28, y * 0.475, sill], [0.45, y * 0.475, sill], [0.41, y * 0.435, high]]
        b.face([*pane, [0.28, y * 0.435, high]], Paint.GLASS, (CABIN, 0.4))
    cross(b, 0.504, (-0.3, 0.3), (0.32, 0.42), Paint.DARK, (CABIN, 0.42))
    cross(b, 0.504, (-0.46, 0.46), (0.15, 0.2), Paint.DARK, (CABIN, 0.42))
    pairs(b, 0.505, (0.28, 0.41), (0.22, 0.29), Paint.HEADLAMP, (CABIN, 0.43))
    pairs(b, 0.505, (0.415, 0.46), (0.22, 0.29), Paint.INDICATOR, (CABIN, 0.43))
    pairs(b, -0.505, (0.31, 0.42), (0.2, 0.27), Paint.TAILLAMP, (CABIN, -0.3))
    pairs(b, -0.505, (0.24, 0.305), (0.2, 0.27), Paint.INDICATOR, (CABIN, -0.3))
    front = b.plate((0.505, 0, 0.22), PLATE_CAR_M, (CABIN, 0.44), 1)
    rear = b.plate((-0.505, 0, 0.23), PLATE_CAR_M, (CABIN, -0.31), -1)
    return front, rear
