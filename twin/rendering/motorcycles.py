"""Motorcycles with who sits on them: scooter and underbone, one or two riders, a courier's box."""

import numpy as np

from twin.rendering.meshes import PLATE_MOTORCYCLE_M, Mesh, MeshBuilder, Paint
from twin.rendering.parts import BODY, CABIN, LAMPS, TOP, pairs

SIDE_M = np.array([0.0, 0.05, 0.0])  # half a tyre
PILLION = -0.2  # how far behind the rider who sits behind sits, of the length
RIDER_PAINTS = (Paint.CLOTH, Paint.HELMET, Paint.CHIN, Paint.FACE)
BEHIND_PAINTS = (Paint.CLOTH_BEHIND, Paint.HELMET_BEHIND, Paint.CHIN_BEHIND, Paint.FACE_BEHIND)


def scooter(*, two: bool = False, box: bool = False) -> Mesh:
    """Return a scooter (matic): small wheels, a leg shield, covered flanks."""
    b = MeshBuilder()
    wheel(b, -0.34, 0.25)
    wheel(b, 0.36, 0.25)
    b.box((-0.48, -0.2, 0.26), (-0.06, 0.2, 0.5), Paint.BODY, (CABIN, -0.4), 0.82)
    b.box((-0.1, -0.18, 0.16), (0.24, 0.18, 0.23), Paint.DARK, (LAMPS, -0.02))
    b.box((0.2, -0.27, 0.2), (0.27, 0.27, 0.6), Paint.BODY, (CABIN, 0.25), 0.8)
    return _ridden(b, two=two, box=box)


def underbone(*, two: bool = False, box: bool = False) -> Mesh:
    """Return a motorcycle (bebek) with larger wheels and its engine in the open."""
    b = MeshBuilder()
    wheel(b, -0.34, 0.29)
    wheel(b, 0.36, 0.29)
    b.box((-0.24, -0.13, 0.17), (0.2, 0.13, 0.36), Paint.METAL, (LAMPS, -0.02))
    b.box((-0.48, -0.14, 0.37), (-0.1, 0.14, 0.5), Paint.BODY, (CABIN, -0.4), 0.8)
    b.box((0.18, -0.18, 0.26), (0.26, 0.18, 0.60), Paint.BODY, (CABIN, 0.25), 0.8)
    return _ridden(b, two=two, box=box)


def _ridden(b: MeshBuilder, *, two: bool, box: bool) -> Mesh:
    b.box((-0.42, -0.16, 0.49), (0.04, 0.16, 0.53), Paint.DARK, (CABIN, -0.36), 0.9)
    if two:
        sitter(b, PILLION, BEHIND_PAINTS, (CABIN, -0.3))
        legs(b, PILLION + 0.02, (CABIN, -0.29))
        head(b, PILLION - 0.01, BEHIND_PAINTS, -0.2)
    elif box:
        b.box((-0.5, -0.32, 0.53), (-0.25, 0.32, 0.82), Paint.CARGO, (CABIN, -0.3))
    legs(b, 0.0, (CABIN, 0.0))
    sitter(b, 0.0, RIDER_PAINTS, (CABIN, -0.05))
    for side in (-1, 1):
        low, high = sorted((side * 0.30, side * 0.46))
        b.box((-0.04, low, 0.62), (0.22, high, 0.70), Paint.CLOTH, (CABIN, 0.1), 0.9)
    b.box((0.17, -0.48, 0.60), (0.24, 0.48, 0.66), Paint.DARK, (CABIN, 0.26))
    pairs(b, 0.285, (0.0, 0.12), (0.50, 0.59), Paint.HEADLAMP, (CABIN, 0.3))
    pairs(b, 0.286, (0.14, 0.22), (0.50, 0.55), Paint.INDICATOR, (CABIN, 0.3))
    pairs(b, -0.485, (0.0, 0.12), (0.42, 0.48), Paint.TAILLAMP, (CABIN, -0.45))
    pairs(b, -0.485, (0.13, 0.2), (0.42, 0.47), Paint.INDICATOR, (CABIN, -0.45))
    head(b, -0.01, RIDER_PAINTS, 0.1)
    front = b.plate((0.285, 0, 0.42), PLATE_MOTORCYCLE_M, (CABIN, 0.31), 1)
    rear = b.plate((-0.49, 0, 0.36), PLATE_MOTORCYCLE_M, (CABIN, -0.46), -1)
    return b.build(front, rear)


def wheel(b: MeshBuilder, x: float, radius_m: float) -> None:
    """Add a wheel at a share of the length."""
    turn = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    rim = np.column_stack((np.cos(turn) * radius_m, np.zeros(8), np.sin(turn) * radius_m + radius_m))
    b.loft(np.tile([x, 0.0, 0.0], (2, 8, 1)), Paint.DARK, (BODY, x), np.stack((rim - SIDE_M, rim + SIDE_M)))


def legs(b: MeshBuilder, x: float, at: tuple[int, float]) -> None:
    """Add the legs of who sits at x."""
    for side in (-1, 1):
        low, high = sorted((side * 0.16, side * 0.38))
        b.box((x - 0.06, low, 0.22), (x + 0.12, high, 0.52), Paint.LEGS, at, 0.9)


def sitter(b: MeshBuilder, x: float, paints: tuple[Paint, ...], at: tuple[int, float]) -> None:
    """Add the torso of who sits at x."""
    torso = np.array([
        [[-0.17, -0.26, 0.5], [0.0, -0.26, 0.5], [0.0, 0.26, 0.5], [-0.17, 0.26, 0.5]],
        [[-0.14, -0.36, 0.78], [0.05, -0.36, 0.78], [0.05, 0.36, 0.78], [-0.14, 0.36, 0.78]],
        [[-0.09, -0.2, 0.85], [0.03, -0.2, 0.85], [0.03, 0.2, 0.85], [-0.09, 0.2, 0.85]],
    ])  # fmt: skip
    b.loft(torso + np.array([x, 0.0, 0.0]), paints[0], at)


def head(b: MeshBuilder, x: float, paints: tuple[Paint, ...], place: float) -> None:
    """Add a head: a crown (helmet, hair, cap), below it a chin (its lower half), ahead of it a face."""
    _, crown, chin, face = paints
    turn = np.linspace(0, 2 * np.pi, 6, endpoint=False) + np.pi / 6
    rings = np.array([
        np.column_stack((np.cos(turn) * r, np.sin(turn) * r, np.full(6, z)))
        for r, z in ((0.10, -0.15), (0.145, -0.02), (0.07, 0.12))
    ])  # fmt: skip
    at = np.tile([x, 0.0, 0.915], (2, 6, 1))
    b.loft(at, chin, (TOP, place), rings[:2])
    b.loft(at, crown, (TOP, place + 0.01), rings[1:])
    ahead = [5, 0]
    visor = np.vstack((rings[0][ahead], rings[1][ahead[::-1]])) * [1.06, 1.06, 1.0]
    b.face(at[0, :4], face, (TOP, place + 0.02), visor, centre=(x, 0.0, 0.915))
