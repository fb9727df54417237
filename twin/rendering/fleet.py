"""The fleet: the mesh of each body style, and all of them as one table for compiled loops."""

from collections.abc import Callable, Sequence
from functools import cache, partial

import numpy as np

from detectors.datatypes.arrays import Float64Array, Int64Array
from twin.rendering import cars, heavies, motorcycles, visitors
from twin.rendering.faces import Shapes
from twin.rendering.looks import Look, looks
from twin.rendering.meshes import Mesh
from twin.truth import VehicleStates

BUILDERS: dict[str, Callable[[], Mesh]] = {
    "hatchback": cars.hatchback,
    "sedan": cars.sedan,
    "mpv": cars.mpv,
    "suv": cars.suv,
    "angkot": cars.angkot,
    "pickup": cars.pickup,
    "pickup-loaded": partial(cars.pickup, load=True),
    "box-truck": heavies.box_truck,
    "open-truck": heavies.open_truck,
    "open-truck-loaded": partial(heavies.open_truck, load=True),
    "bus": heavies.bus,
    "medium-bus": partial(heavies.bus, 5, 0.40),
    "scooter": motorcycles.scooter,
    "scooter-two": partial(motorcycles.scooter, two=True),
    "scooter-box": partial(motorcycles.scooter, box=True),
    "underbone": motorcycles.underbone,
    "underbone-two": partial(motorcycles.underbone, two=True),
    "underbone-box": partial(motorcycles.underbone, box=True),
    "estate": visitors.estate,
    "coupe": visitors.coupe,
    "van": visitors.van,
    "tanker": visitors.tanker,
    "skip-lorry": visitors.skip_lorry,
    "coach": visitors.coach,
    "sports-motorcycle": visitors.sports_motorcycle,
    "tricycle": visitors.tricycle,
}
STYLES = tuple(BUILDERS)
ROW_OF = {style: row for row, style in enumerate(STYLES)}


@cache
def mesh(style: str) -> Mesh:
    """Return the mesh of a body style; built once, read-only."""
    return BUILDERS[style]()


@cache
def all_shapes() -> Shapes:
    """Return the meshes of all styles, in the order of STYLES, as one table."""
    meshes = [mesh(style) for style in STYLES]
    return Shapes(
        np.cumsum([0, *(len(one.unit) for one in meshes)]),
        np.cumsum([0, *(len(one.faces) for one in meshes)]),
        np.vstack([one.unit for one in meshes]),
        np.vstack([one.metric for one in meshes]),
        np.vstack([one.faces for one in meshes]),
        np.concatenate([1 + (np.diff(one.faces, axis=1) != 0).sum(axis=1) for one in meshes]),
        np.concatenate([one.paint for one in meshes]),
        np.concatenate([one.two_sided for one in meshes]),
        np.concatenate([one.from_ahead for one in meshes]),
        np.concatenate([one.from_behind for one in meshes]),
    )


def style_rows(found: Sequence[Look]) -> Int64Array:
    """Return the row (N,) of STYLES of each look."""
    return np.array([ROW_OF[look.style] for look in found], dtype=np.int64)


def in_place(vehicles: VehicleStates) -> list[tuple[Mesh, Int64Array, Float64Array]]:
    """Return for each body style its mesh, the rows of its vehicles, and their vertices (N, V, 3)."""
    rows: dict[str, list[int]] = {}
    for row, style in enumerate(look.style for look in looks(vehicles)):
        rows.setdefault(style, []).append(row)
    found = []
    for style in sorted(rows):
        shape, at = mesh(style), np.array(rows[style])
        chosen = vehicles.select(at)
        found.append((shape, at, placed(shape.vertices_m(chosen.size_m), chosen)))
    return found


def placed(local_m: Float64Array, vehicles: VehicleStates) -> Float64Array:
    """Return points (N, V, 3) in the frames of N vehicles as points in the world."""
    cos, sin = np.cos(vehicles.heading_rad)[:, None], np.sin(vehicles.heading_rad)[:, None]
    x = cos * local_m[..., 0] - sin * local_m[..., 1]
    y = sin * local_m[..., 0] + cos * local_m[..., 1]
    z = local_m[..., 2] + local_m[..., 0] * np.tan(vehicles.pitch_rad)[:, None]
    world: Float64Array = np.stack((x, y, z), axis=-1) + vehicles.position_m[:, None, :]
    return world
