"""The fleet: one mesh a body style, built from the parts of `meshes`."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from detectors.datatypes.arrays import Float64Array, Int64Array
from detectors.datatypes.detections import VehicleClass
from twin.rendering.meshes import PLATE_CAR_M, PLATE_MOTORCYCLE_M, Mesh, MeshBuilder, Paint, Place
from twin.truth import VehicleStates

BODY, LAMPS, CABIN, GLASS, TOP = range(5)
TALL_CAR_M = 1.6
SIDE_M = np.array([0.0, 0.05, 0.0])  # half a motorcycle tyre
Span = tuple[float, float]


def body_style(vehicle_class: int, height_m: float) -> str:
    """Return the name of the mesh of a vehicle: the class, and for cars what the height suggests."""
    if vehicle_class == VehicleClass.CAR:
        return "mpv" if height_m >= TALL_CAR_M else "hatchback"
    named = {VehicleClass.MOTORCYCLE: "motorcycle", VehicleClass.BUS: "bus", VehicleClass.TRUCK: "truck"}
    return named.get(VehicleClass(vehicle_class), "hatchback")


@cache
def mesh(style: str) -> Mesh:
    """Return the mesh of a body style; built once, read-only."""
    return _BUILDERS[style]()


def by_style(vehicles: VehicleStates) -> list[tuple[Mesh, Int64Array]]:
    """Return for each body style that occurs its mesh and the rows of its vehicles."""
    kinds, heights = vehicles.vehicle_class.tolist(), vehicles.size_m[:, 2].tolist()
    rows: dict[str, list[int]] = {}
    for row, (kind, height) in enumerate(zip(kinds, heights, strict=True)):
        rows.setdefault(body_style(kind, height), []).append(row)
    return [(mesh(style), np.array(rows[style])) for style in sorted(rows)]


def in_place(vehicles: VehicleStates) -> list[tuple[Mesh, Int64Array, Float64Array]]:
    """Return for each body style its mesh, the rows of its vehicles, and their vertices (N, V, 3)."""
    found = []
    for shape, rows in by_style(vehicles):
        chosen = vehicles.select(rows)
        found.append((shape, rows, placed(shape.vertices_m(chosen.size_m), chosen)))
    return found


def placed(local_m: Float64Array, vehicles: VehicleStates) -> Float64Array:
    """Return points (N, V, 3) in the frames of N vehicles as points in the world."""
    cos, sin = np.cos(vehicles.heading_rad)[:, None], np.sin(vehicles.heading_rad)[:, None]
    x = cos * local_m[..., 0] - sin * local_m[..., 1]
    y = sin * local_m[..., 0] + cos * local_m[..., 1]
    z = local_m[..., 2] + local_m[..., 0] * np.tan(vehicles.pitch_rad)[:, None]
    world: Float64Array = np.stack((x, y, z), axis=-1) + vehicles.position_m[:, None, :]
    return world


def _hull(stations: ArrayLike) -> Float64Array:
    """Return rings (R, 6, 3) from rows x, half width, z bottom, z shoulder, z top, half top."""
    rows = np.asarray(stations, dtype=np.float64)
    x, half, low, mid, top, half_top = rows.T
    y = np.column_stack((half, half, half_top, -half_top, -half, -half))
    z = np.column_stack((low, mid, top, top, mid, low))
    return np.stack((np.broadcast_to(x[:, None], y.shape), y, z), axis=-1)


def _decal(
    quad: Float64Array, u: tuple[float, float], v: tuple[float, float], out: ArrayLike
) -> Float64Array:
    """Return the part u0..u1, v0..v1 of a quad (bottom left, bottom right, top right, top left)."""

    def at(s: float, t: float) -> Float64Array:
        low, high = quad[0] + s * (quad[1] - quad[0]), quad[3] + s * (quad[2] - quad[3])
        return np.asarray(low + t * (high - low) + np.asarray(out), dtype=np.float64)

    return np.array([at(u[0], v[0]), at(u[1], v[0]), at(u[1], v[1]), at(u[0], v[1])])


def _wheels(b: MeshBuilder, axles: tuple[float, ...], radius_m: float, half: float = 0.5) -> None:
    for x in axles:
        for y in (-half, half):
            b.disc(x, y, radius_m * 1.12, Paint.DARK, (LAMPS, 0.0), radius_m)
            b.disc(x, y, radius_m, Paint.DARK, (LAMPS, 0.0), radius_m)
            b.disc(x, y, radius_m * 0.6, Paint.METAL, (LAMPS, 0.0), radius_m)


def _cross(b: MeshBuilder, x: float, y: Span, z: Span, paint: Paint, at: Place = (LAMPS, 0.0)) -> int:
    """Add a decal across the vehicle at x."""
    corners = [[x, y[0], z[0]], [x, y[1], z[0]], [x, y[1], z[1]], [x, y[0], z[1]]]
    return b.face(corners, paint, at)


def _pairs(b: MeshBuilder, x: float, y: Span, z: Span, paint: Paint, at: Place = (LAMPS, 0.0)) -> None:
    _cross(b, x, y, z, paint, at)
    _cross(b, x, (-y[1], -y[0]), z, paint, at)


def _cabin(
    b: MeshBuilder, base: tuple[float, float, float], roof: tuple[float, float, float], belt: float
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
    for side, out in ((right, -0.006), (left, 0.006)):
        for u in ((0.05, 0.33), (0.36, 0.63), (0.66, 0.95)):
            b.face(_decal(side, u, (0.1, 0.9), (0, out, 0)), Paint.GLASS, (GLASS, 0.0))
    for pane, out in ((ahead, 0.004), (behind, -0.004)):
        b.face(_decal(pane, (0.06, 0.94), (0.07, 0.93), (out, 0, 0)), Paint.GLASS, (GLASS, 0.0))


def _mirrors(b: MeshBuilder, x: float, z: float) -> None:
    for side in (-1, 1):
        low, high = sorted((side * 0.49, side * 0.57))
        b.box((x, low, z), (x + 0.03, high, z + 0.09), Paint.BODY, (LAMPS, 0.0))


def _face_of_car(b: MeshBuilder, tail_z: tuple[float, float]) -> tuple[int, int]:
    """Add lamps, grille, bumpers and plates; return the rows of the plates."""
    _cross(b, 0.503, (-0.22, 0.22), (0.30, 0.39), Paint.DARK)
    _cross(b, 0.503, (-0.38, 0.38), (0.17, 0.24), Paint.DARK)
    _pairs(b, 0.504, (0.24, 0.40), (0.31, 0.40), Paint.HEADLAMP)
    _cross(b, -0.503, (-0.36, 0.36), (0.18, 0.26), Paint.DARK)
    _pairs(b, -0.504, (0.30, 0.42), tail_z, Paint.TAILLAMP)
    front = b.plate((0.505, 0, 0.27), PLATE_CAR_M, (LAMPS, 0.0), 1)
    rear = b.plate((-0.505, 0, 0.42), PLATE_CAR_M, (LAMPS, 0.0), -1)
    return front, rear


def _hatchback() -> Mesh:
    b = MeshBuilder()
    b.loft(
        _hull(
            [
                (-0.5, 0.44, 0.16, 0.44, 0.58, 0.40),
                (-0.46, 0.5, 0.12, 0.42, 0.63, 0.45),
                (0.18, 0.5, 0.12, 0.42, 0.63, 0.45),
                (0.34, 0.5, 0.12, 0.42, 0.57, 0.43),
                (0.46, 0.48, 0.12, 0.40, 0.49, 0.41),
                (0.5, 0.42, 0.15, 0.36, 0.43, 0.38),
            ]
        ),
        Paint.BODY,
        (BODY, 0.0),
    )
    _wheels(b, (-0.31, 0.31), 0.30)
    _cabin(b, (-0.46, 0.24, 0.46), (-0.36, 0.02, 0.37), 0.61)
    front, rear = _face_of_car(b, (0.44, 0.57))
    _mirrors(b, 0.17, 0.61)
    return b.build(front, rear)


def _mpv() -> Mesh:
    b = MeshBuilder()
    b.loft(
        _hull(
            [
                (-0.5, 0.45, 0.16, 0.44, 0.56, 0.42),
                (-0.47, 0.5, 0.12, 0.40, 0.58, 0.46),
                (0.24, 0.5, 0.12, 0.40, 0.58, 0.46),
                (0.38, 0.5, 0.12, 0.40, 0.53, 0.44),
                (0.47, 0.48, 0.12, 0.38, 0.47, 0.42),
                (0.5, 0.42, 0.15, 0.36, 0.42, 0.38),
            ]
        ),
        Paint.BODY,
        (BODY, 0.0),
    )
    _wheels(b, (-0.31, 0.32), 0.31)
    _cabin(b, (-0.485, 0.29, 0.465), (-0.45, 0.12, 0.385), 0.57)
    front, rear = _face_of_car(b, (0.44, 0.56))
    _mirrors(b, 0.23, 0.58)
    return b.build(front, rear)


def _bus() -> Mesh:
    b = MeshBuilder()
    rings = [
        (-0.5, 0.47, 0.13, 0.6, 0.96, 0.43),
        (-0.485, 0.5, 0.11, 0.6, 0.985, 0.45),
        (0.485, 0.5, 0.11, 0.6, 0.985, 0.45),
        (0.5, 0.47, 0.13, 0.6, 0.95, 0.43),
    ]
    b.loft(_hull(rings), Paint.BODY, (BODY, 0.0))
    for y in (-0.5, 0.5):
        out = 0.004 if y > 0 else -0.004
        side = np.array([[-0.485, y, 0.11], [0.485, y, 0.11], [0.485, y, 0.6], [-0.485, y, 0.6]])
        upper = np.array(
            [[-0.485, y, 0.6], [0.485, y, 0.6], [0.485, 0.9 * y, 0.985], [-0.485, 0.9 * y, 0.985]]
        )
        b.face(_decal(side, (0.0, 1.0), (0.34, 0.60), (0, out, 0)), Paint.STRIPE, (LAMPS, 0.0))
        for k in range(7):
            pane = (0.02 + k * 0.138, 0.145 + k * 0.138)
            b.face(_decal(upper, pane, (-0.12, 0.72), (0, 2 * out, 0)), Paint.GLASS, (GLASS, 0.0))
    _wheels(b, (-0.27, 0.32), 0.48)
    _cross(b, 0.503, (-0.44, 0.44), (0.42, 0.86), Paint.GLASS)
    _cross(b, 0.503, (-0.36, 0.36), (0.87, 0.94), Paint.DARK)
    _cross(b, -0.503, (-0.38, 0.38), (0.55, 0.86), Paint.GLASS)
    _pairs(b, 0.504, (0.28, 0.43), (0.22, 0.29), Paint.HEADLAMP)
    _pairs(b, -0.504, (0.36, 0.45), (0.26, 0.42), Paint.TAILLAMP)
    front = b.plate((0.505, 0, 0.2), PLATE_CAR_M, (LAMPS, 0.0), 1)
    rear = b.plate((-0.505, 0, 0.24), PLATE_CAR_M, (LAMPS, 0.0), -1)
    b.box((-0.2, -0.3, 0.98), (0.12, 0.3, 1.04), Paint.METAL, (TOP, 0.0), 0.9)
    return b.build(front, rear)


def _truck() -> Mesh:
    b = MeshBuilder()
    b.box((-0.5, -0.42, 0.14), (0.46, 0.42, 0.3), Paint.DARK, (BODY, -0.9))
    _wheels(b, (-0.3, 0.36), 0.45, 0.47)
    b.box((-0.5, -0.5, 0.3), (0.2, 0.5, 1.0), Paint.CARGO, (CABIN, -0.2))
    for y in (-0.504, 0.504):
        side = np.array([[-0.5, y, 0.3], [0.2, y, 0.3], [0.2, y, 1.0], [-0.5, y, 1.0]])
        b.face(_decal(side, (0, 1), (0.12, 0.3), 0.0), Paint.STRIPE, (CABIN, -0.19))
    cab = [
        (0.22, 0.48, 0.16, 0.45, 0.76, 0.42),
        (0.24, 0.48, 0.16, 0.45, 0.79, 0.43),
        (0.42, 0.48, 0.16, 0.45, 0.79, 0.41),
        (0.49, 0.48, 0.16, 0.45, 0.50, 0.46),
        (0.5, 0.46, 0.18, 0.42, 0.47, 0.44),
    ]
    b.loft(_hull(cab), Paint.BODY, (CABIN, 0.4))
    screen = np.array([[0.49, -0.46, 0.5], [0.49, 0.46, 0.5], [0.42, 0.41, 0.79], [0.42, -0.41, 0.79]])
    b.face(_decal(screen, (0.06, 0.94), (0.08, 0.92), (0.004, 0, 0)), Paint.GLASS, (CABIN, 0.41))
    for y in (-1, 1):
        pane = [
            [0.28, y * 0.475, 0.5],
            [0.45, y * 0.475, 0.5],
            [0.41, y * 0.435, 0.75],
            [0.28, y * 0.435, 0.75],
        ]
        b.face(pane, Paint.GLASS, (CABIN, 0.41))
    _pairs(b, 0.505, (0.28, 0.44), (0.22, 0.29), Paint.HEADLAMP, (CABIN, 0.43))
    _pairs(b, -0.505, (0.28, 0.42), (0.2, 0.27), Paint.TAILLAMP, (CABIN, -0.3))
    front = b.plate((0.505, 0, 0.22), PLATE_CAR_M, (CABIN, 0.44), 1)
    rear = b.plate((-0.505, 0, 0.23), PLATE_CAR_M, (CABIN, -0.31), -1)
    return b.build(front, rear)


def _bike_wheel(b: MeshBuilder, x: float) -> None:
    turn = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    rim = np.column_stack((np.cos(turn) * 0.29, np.zeros(8), np.sin(turn) * 0.29 + 0.29))
    b.loft(np.tile([x, 0.0, 0.0], (2, 8, 1)), Paint.DARK, (BODY, x), np.stack((rim - SIDE_M, rim + SIDE_M)))


def _motorcycle() -> Mesh:
    b = MeshBuilder()
    _bike_wheel(b, -0.34)
    _bike_wheel(b, 0.35)
    b.box((-0.26, -0.13, 0.17), (0.2, 0.13, 0.36), Paint.METAL, (LAMPS, -0.02))
    b.box((-0.48, -0.15, 0.34), (-0.1, 0.15, 0.5), Paint.BODY, (CABIN, -0.4), 0.86)
    b.box((-0.30, -0.15, 0.49), (0.04, 0.15, 0.53), Paint.DARK, (CABIN, -0.36), 0.9)
    for side in (-1, 1):
        low, high = sorted((side * 0.16, side * 0.38))
        b.box((-0.06, low, 0.22), (0.12, high, 0.52), Paint.LEGS, (CABIN, 0.0), 0.9)
        low, high = sorted((side * 0.30, side * 0.46))
        b.box((-0.04, low, 0.62), (0.22, high, 0.70), Paint.CLOTH, (CABIN, 0.1), 0.9)
    torso = np.array([
        [[-0.17, -0.26, 0.5], [0.0, -0.26, 0.5], [0.0, 0.26, 0.5], [-0.17, 0.26, 0.5]],
        [[-0.14, -0.36, 0.78], [0.05, -0.36, 0.78], [0.05, 0.36, 0.78], [-0.14, 0.36, 0.78]],
        [[-0.09, -0.2, 0.85], [0.03, -0.2, 0.85], [0.03, 0.2, 0.85], [-0.09, 0.2, 0.85]],
    ])  # fmt: skip
    b.loft(torso, Paint.CLOTH, (CABIN, -0.05))
    b.box((0.18, -0.2, 0.24), (0.28, 0.2, 0.60), Paint.BODY, (CABIN, 0.25), 0.8)
    b.box((0.17, -0.48, 0.60), (0.24, 0.48, 0.66), Paint.DARK, (CABIN, 0.26))
    _pairs(b, 0.285, (0.0, 0.12), (0.50, 0.59), Paint.HEADLAMP, (CABIN, 0.3))
    _pairs(b, -0.485, (0.0, 0.12), (0.42, 0.48), Paint.TAILLAMP, (CABIN, -0.45))
    _helmet(b)
    front = b.plate((0.285, 0, 0.42), PLATE_MOTORCYCLE_M, (CABIN, 0.31), 1)
    rear = b.plate((-0.49, 0, 0.36), PLATE_MOTORCYCLE_M, (CABIN, -0.46), -1)
    return b.build(front, rear)


def _helmet(b: MeshBuilder) -> None:
    turn = np.linspace(0, 2 * np.pi, 6, endpoint=False) + np.pi / 6
    rings = [
        np.column_stack((np.cos(turn) * r, np.sin(turn) * r, np.full(6, z)))
        for r, z in ((0.10, -0.15), (0.145, -0.02), (0.07, 0.12))
    ]
    head = np.tile([-0.01, 0.0, 0.915], (3, 6, 1))
    b.loft(head, Paint.HELMET, (TOP, 0.0), np.array(rings))
    ahead = [5, 0]
    visor = np.vstack((rings[0][ahead], rings[1][ahead[::-1]])) * [1.06, 1.06, 1.0]
    b.face(head[0, :4], Paint.GLASS, (TOP, 0.1), visor)


_BUILDERS: dict[str, Callable[[], Mesh]] = {
    "hatchback": _hatchback,
    "mpv": _mpv,
    "bus": _bus,
    "truck": _truck,
    "motorcycle": _motorcycle,
}
