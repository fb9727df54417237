"""Vehicle bodies: convex parts in an order in which a painter can paint them.

A vertex is `unit * size + metric`: `unit` stretches with the vehicle (x forward, y left, both in
-0.5..0.5, z up in 0..1), `metric` does not (wheels and plates keep their size). Faces are ordered
so that, seen from above the street, later faces of a mesh hide earlier ones; one order serves
viewers ahead of the vehicle and another viewers behind it.
"""

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from detectors.datatypes.arrays import BoolArray, Float64Array, Int8Array, Int64Array

CORNERS = 10  # every face is padded to this many corners by repeating its last one
PLATE_CAR_M = (0.43, 0.135)
PLATE_MOTORCYCLE_M = (0.275, 0.11)
Place = tuple[int, float]


class Paint(IntEnum):
    """What a face is made of; the painter gives each a colour."""

    BODY = 0
    GLASS = 1
    DARK = 2
    METAL = 3
    HEADLAMP = 4
    TAILLAMP = 5
    PLATE = 6
    CLOTH = 7
    HELMET = 8
    LEGS = 9
    CARGO = 10
    STRIPE = 11
    WELL = 12
    INDICATOR = 13
    FACE = 14
    CHIN = 15
    CLOTH_BEHIND = 16
    HELMET_BEHIND = 17
    FACE_BEHIND = 18
    CHIN_BEHIND = 19
    INDICATOR_RIGHT = 20


@dataclass(frozen=True, eq=False)
class Mesh:
    """V vertices and F faces: `unit`, `metric` (V, 3), `faces` (F, CORNERS), `paint` (F,).

    `two_sided` (F,) faces are never culled. `from_ahead`, `from_behind` (F,) are painting orders.
    `front_plate`, `rear_plate` are rows of `faces`, -1 where there is none.
    """

    unit: Float64Array
    metric: Float64Array
    faces: Int64Array
    paint: Int8Array
    two_sided: BoolArray
    from_ahead: Int64Array
    from_behind: Int64Array
    front_plate: int = -1
    rear_plate: int = -1

    @cached_property
    def lamps(self) -> dict[bool, Int64Array]:
        """The rows of the lamps that one sees from ahead (True) and from behind."""
        pairs = ((True, Paint.HEADLAMP), (False, Paint.TAILLAMP))
        return {ahead: np.flatnonzero(self.paint == paint) for ahead, paint in pairs}

    def vertices_m(self, sizes_m: Float64Array) -> Float64Array:
        """Return vertices (N, V, 3) of N vehicles of sizes (N, 3), in the frame of the vehicle."""
        return self.unit[None] * sizes_m[:, None, :] + self.metric[None]


CENTRE = (0.0, 0.0, 0.45)  # faces that belong to no part look away from here
SHAPE_M = np.array([4.0, 1.8, 1.6])  # any size tells outside from inside


@dataclass(slots=True)
class MeshBuilder:
    """Collects convex parts. `at` is the tier of a part (painted low to high) and its place along x."""

    unit: list[Float64Array] = field(default_factory=list)
    metric: list[Float64Array] = field(default_factory=list)
    faces: list[list[int]] = field(default_factory=list)
    paint: list[int] = field(default_factory=list)
    two_sided: list[bool] = field(default_factory=list)
    keys: list[Place] = field(default_factory=list)

    def face(
        self,
        corners: ArrayLike,
        paint: Paint,
        at: Place,
        metric: ArrayLike = 0.0,
        centre: ArrayLike = CENTRE,
    ) -> int:
        """Add a face with corners (K, 3) in either turn; it looks away from `centre`. Return its row."""
        points = np.asarray(corners, dtype=np.float64)
        offsets = np.broadcast_to(np.asarray(metric, dtype=np.float64), points.shape)
        shape = points * SHAPE_M + offsets
        normal = np.cross(shape[1] - shape[0], shape[2] - shape[0])
        turn = -1 if normal @ (shape.mean(axis=0) - np.asarray(centre) * SHAPE_M) < 0 else 1
        return self._add(points[::turn], offsets[::turn], paint, at)

    def _add(self, points: Float64Array, offsets: Float64Array, paint: Paint, at: Place) -> int:
        first = sum(map(len, self.unit))
        rows = list(range(first, first + len(points)))
        self.unit.append(points)
        self.metric.append(offsets)
        self.faces.append(rows + rows[-1:] * (CORNERS - len(rows)))
        self.paint.append(int(paint))
        self.two_sided.append(False)
        self.keys.append(at)
        return len(self.faces) - 1

    def sheet(self, corners: ArrayLike, paint: Paint, at: Place, metric: ArrayLike = 0.0) -> int:
        """Add a face that is seen from both sides."""
        row = self.face(corners, paint, at, metric)
        self.two_sided[row] = True
        return row

    def loft(self, rings: ArrayLike, paint: Paint, at: Place, metric: ArrayLike = 0.0) -> None:
        """Add a closed convex skin over rings (R, K, 3); `metric` (R, K, 3) or 0."""
        stack = np.asarray(rings, dtype=np.float64)
        offset = np.broadcast_to(np.asarray(metric, dtype=np.float64), stack.shape)
        centre = (stack + offset / SHAPE_M).reshape(-1, 3).mean(axis=0)
        count = stack.shape[1]
        for low in range(len(stack) - 1):
            for k in range(count):
                ring, side = [low, low, low + 1, low + 1], [k, (k + 1) % count, (k + 1) % count, k]
                self.face(stack[ring, side], paint, at, offset[ring, side], centre)
        for end in (0, -1):
            self.face(stack[end], paint, at, offset[end], centre)

    def box(self, low: ArrayLike, high: ArrayLike, paint: Paint, at: Place, taper: float = 1.0) -> None:
        """Add an upright box between two unit corners; `taper` narrows its top."""
        (x0, y0, z0), (x1, y1, z1) = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
        base = np.array([[x0, y0, z0], [x1, y0, z0], [x1, y1, z0], [x0, y1, z0]])
        top = base.copy()
        middle = top[:, :2].mean(axis=0)
        top[:, :2] = middle + taper * (top[:, :2] - middle)
        top[:, 2] = z1
        self.loft([base, top], paint, at)

    def disc(self, x: float, y: float, radius_m: float, paint: Paint, at: Place, hub_m: float) -> None:
        """Add a wheel disc at a side of the vehicle, its hub `hub_m` above ground."""
        turn = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
        ring = np.column_stack((np.cos(turn), np.zeros(CORNERS), np.sin(turn))) * radius_m
        ring += [0.0, 0.012 * np.sign(y), hub_m]
        self.face(np.tile([x, y, 0.0], (CORNERS, 1)), paint, at, ring)

    def plate(self, at_unit: ArrayLike, size_m: tuple[float, float], at: Place, facing: int) -> int:
        """Add a plate centred on a unit point; `facing` +1 looks ahead, -1 back. Return its row.

        Its corners are bottom left, bottom right, top right, top left for who reads it.
        """
        width, height = facing * size_m[0] / 2, size_m[1] / 2
        offsets = np.array(
            [[0, -width, -height], [0, width, -height], [0, width, height], [0, -width, height]]
        )
        offsets[:, 0] = 0.02 * facing
        return self._add(np.tile(np.asarray(at_unit, dtype=np.float64), (4, 1)), offsets, Paint.PLATE, at)

    def build(self, front_plate: int = -1, rear_plate: int = -1) -> Mesh:
        """Return the mesh with both painting orders."""
        rows = range(len(self.faces))
        ahead = sorted(rows, key=lambda row: (self.keys[row][0], self.keys[row][1], row))
        behind = sorted(rows, key=lambda row: (self.keys[row][0], -self.keys[row][1], row))
        return Mesh(
            unit=np.vstack(self.unit),
            metric=np.vstack(self.metric),
            faces=np.array(self.faces, dtype=np.int64),
            paint=np.array(self.paint, dtype=np.int8),
            two_sided=np.array(self.two_sided),
            from_ahead=np.array(ahead, dtype=np.int64),
            from_behind=np.array(behind, dtype=np.int64),
            front_plate=front_plate,
            rear_plate=rear_plate,
        )
