"""Vehicles as a camera sees them: meshes in place, shaded, with shadows, lamps and plates.

All vehicles of one body style go through each step together.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from twin.rendering.faces import Coat, Eye, Seen, Shine, Stand, room_for, see
from twin.rendering.fleet import by_style
from twin.rendering.light import Light
from twin.rendering.meshes import PLATE_CAR_M, Mesh, Paint
from twin.rendering.plates import TEXT_FROM_PX, paint_plate
from twin.rendering.raster import Upright, fill_faces, keep_nearer, scratch
from twin.rendering.wet import lamp_drop_px
from twin.truth import VehicleStates

ALBEDO = np.array([
    (0.0, 0.0, 0.0), (0.17, 0.15, 0.13), (0.085, 0.083, 0.082), (0.52, 0.52, 0.52), (0.80, 0.82, 0.82),
    (0.13, 0.11, 0.55), (0.84, 0.86, 0.86), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.24, 0.20, 0.18),
    (0.0, 0.0, 0.0), (0.70, 0.68, 0.66),
])  # fmt: skip
CLOTHS = np.array([
    (0.20, 0.20, 0.22), (0.55, 0.36, 0.18), (0.18, 0.18, 0.52), (0.30, 0.42, 0.22), (0.62, 0.62, 0.62),
    (0.22, 0.48, 0.62), (0.40, 0.24, 0.34),
])  # fmt: skip
HELMETS = np.array([(0.10, 0.10, 0.11), (0.72, 0.73, 0.74), (0.14, 0.12, 0.52), (0.50, 0.30, 0.12)])
CARGOES = np.array([(0.72, 0.74, 0.74), (0.60, 0.46, 0.30), (0.30, 0.42, 0.34), (0.34, 0.44, 0.62)])
GLOSS = np.zeros(len(Paint))
GLOSS[Paint.GLASS], GLOSS[Paint.BODY] = 0.26, 0.08
LAMP_M = 0.16
DIM = 25.0  # lamps darker than this do not dazzle
LAMP_AT = 0.4  # the height of lamps as a share of that of the vehicle
HEADLAMP_BGR = np.array([222.0, 244.0, 255.0])
TAILLAMP_BGR = np.array([42.0, 36.0, 190.0])
BRAKE_BGR = np.array([70.0, 60.0, 255.0])


class Body(NamedTuple):
    """One vehicle ready to paint: faces (F, K, 2) in pixels and in order, `corners` (F,), colours (F, 3).

    `box_px` (4,) is x0, y0, x1, y1; `lamps_px` (L, 2) are the lamps that show, `lamp_bgr` their light;
    `lamp_drop_px` is how far below them a wet street mirrors them;
    `plate_px` (4, 2) is the plate if it shows: bottom left, bottom right, top right, top left;
    `veil` 0..1 is how much of its contrast the air takes.
    """

    depth_m: float
    faces_px: Float64Array
    corners: Int64Array
    colours: Float64Array
    box_px: Int64Array
    lamps_px: Float64Array
    lamp_bgr: Float64Array
    lamp_radius_px: float
    lamp_drop_px: float
    plate_px: Float64Array | None
    plate: str
    veil: float


NO_LAMPS = np.empty((0, 2))


def bodies(camera: PinholeCamera, vehicles: VehicleStates, light: Light) -> list[Body]:
    """Return the vehicles ready to paint, the farthest first."""
    every = _Traffic.of(camera, vehicles, light)
    found = [body for shape, rows in by_style(vehicles) for body in every.of_style(shape, rows)]
    return sorted(found, key=lambda body: -body.depth_m)


@dataclass(frozen=True, slots=True, eq=False)
class _Traffic:
    """N vehicles before a camera: what all styles need, worked out once."""

    camera: PinholeCamera
    vehicles: VehicleStates
    light: Light
    eye: Eye
    shine: Shine
    stand: Stand
    coat: Coat
    ahead: BoolArray
    depth_m: Float64Array
    through: Float64Array
    drop_px: Float64Array
    lamp_bgr: Float64Array
    shines: list[bool]

    @classmethod
    def of(cls, camera: PinholeCamera, vehicles: VehicleStates, light: Light) -> Self:
        """Return what there is to know of vehicles before each is seen."""
        axes, heading = camera.rotation_camera_world(), vehicles.heading_rad
        turn = np.column_stack((np.cos(heading), np.sin(heading), np.tan(vehicles.pitch_rad)))
        offset = camera.position_m - vehicles.position_m
        ahead = turn[:, 0] * offset[:, 0] + turn[:, 1] * offset[:, 1] > 0
        depth_m = -offset @ axes[2]
        through = np.exp(-light.veil_per_m * np.maximum(depth_m, 0.0))
        brakes = vehicles.braking * (0.2 + 0.8 * light.lamps)
        behind = BRAKE_BGR * np.maximum(0.5 * light.lamps, brakes)[:, None]
        own = np.where(ahead[:, None], HEADLAMP_BGR * light.lamps, behind)
        return cls(
            camera, vehicles, light,
            Eye(camera.position_m, axes, np.array(camera.centre_px), camera.focal_px),
            Shine(light.sun, light.sun_bgr, light.sky_bgr, light.lamp_bgr, light.horizon_bgr),
            Stand(vehicles.position_m, vehicles.size_m, turn),
            _coat(vehicles, light), ahead, depth_m, through,
            lamp_drop_px(camera, LAMP_AT * vehicles.size_m[:, 2], depth_m),
            own * through[:, None], ((own * through[:, None]).max(axis=1, initial=0.0) > DIM).tolist(),
        )  # fmt: skip

    def of_style(self, shape: Mesh, rows: Int64Array) -> Iterator[Body]:
        """Yield the vehicles of one style of which anything is large enough to paint."""
        seen = room_for(len(rows), shape.rows)
        stand = Stand(self.stand.position_m[rows], self.stand.size_m[rows], self.stand.turn[rows])
        coat = Coat(self.coat.albedo[rows], self.coat.own[rows], self.coat.gloss)
        see(stand, self.ahead[rows], shape.rows, coat, self.eye, self.shine, seen)
        self._veil(seen, rows)
        first = seen.first.tolist()
        for n, row in enumerate(rows.tolist()):
            if first[n + 1] > first[n]:
                yield self._body(shape, seen, n, row, slice(first[n], first[n + 1]))

    def _body(self, shape: Mesh, seen: Seen, n: int, row: int, faces: slice) -> Body:
        depth_m, ahead = float(self.depth_m[row]), bool(self.ahead[row])
        return Body(
            depth_m=depth_m,
            faces_px=seen.faces_px[faces],
            corners=seen.corners[faces],
            colours=seen.colours[faces],
            box_px=seen.box_px[n],
            lamps_px=self._lamps_px(shape, seen, n, row),
            lamp_bgr=self.lamp_bgr[row],
            lamp_radius_px=self.camera.focal_px * LAMP_M / depth_m,
            lamp_drop_px=float(self.drop_px[row]),
            plate_px=self._plate_px(shape, seen, n, depth_m, ahead=ahead),
            plate=self.vehicles.plates[row],
            veil=1.0 - float(self.through[row]),
        )

    def _veil(self, seen: Seen, rows: Int64Array) -> None:
        """Let the colours fade into the airlight: L = L0 T + A (1 - T), T = exp(-k d) (Koschmieder, 1924)."""
        if self.light.veil_per_m <= 0:
            return
        share = np.repeat(self.through[rows], np.diff(seen.first))[:, None]
        colours = seen.colours[: len(share)]
        colours[:] = colours * share + self.light.air_bgr * (1.0 - share)

    def _lamps_px(self, shape: Mesh, seen: Seen, n: int, row: int) -> Float64Array:
        """Return the pixels (L, 2) of the lamps that show, none where they do not shine."""
        if not self.shines[row]:
            return NO_LAMPS
        lamps = shape.lamps[bool(self.ahead[row])]
        shown = lamps[seen.shown[n, lamps]]
        return np.asarray(0.25 * seen.pixels[n][shape.faces[shown, :4]].sum(axis=1), dtype=np.float64)

    def _plate_px(
        self, shape: Mesh, seen: Seen, n: int, depth_m: float, *, ahead: bool
    ) -> Float64Array | None:
        """Return the corners of the plate, None where it does not show or is too small for letters."""
        if self.camera.focal_px * sum(PLATE_CAR_M) < TEXT_FROM_PX * depth_m:
            return None
        plate = shape.front_plate if ahead else shape.rear_plate
        return seen.pixels[n, shape.faces[plate, :4]] if seen.shown[n, plate] else None


def _coat(vehicles: VehicleStates, light: Light) -> Coat:
    """Return the colours of vehicles, and the light of their own lamps."""
    table = np.repeat(ALBEDO[None], len(vehicles), axis=0)
    key = vehicles.vehicle_id
    table[:, Paint.BODY] = np.clip(vehicles.colour_bgr / 255.0 * 0.86, 0.06, 1.0)
    table[:, Paint.CLOTH] = CLOTHS[key * 7 % len(CLOTHS)]
    table[:, Paint.HELMET] = HELMETS[key * 5 % len(HELMETS)]
    table[:, Paint.CARGO] = CARGOES[key * 3 % len(CARGOES)]
    own = np.zeros_like(table)
    own[:, Paint.TAILLAMP] = np.where(vehicles.braking[:, None], BRAKE_BGR, light.lamps * TAILLAMP_BGR)
    own[:, Paint.HEADLAMP] = light.lamps * HEADLAMP_BGR
    return Coat(table, own, GLOSS)


def paint_bodies(canvas: UInt8Array, found: list[Body], still: UInt8Array, upright: Upright) -> None:
    """Paint bodies from far to near; things nearer in `upright` stay as in `still`."""
    room = scratch(canvas)
    for body in found:
        fill_faces(canvas, body.faces_px, body.corners, body.colours, room)
        if body.plate_px is not None:
            paint_plate(canvas, body.plate_px, body.plate, body.veil)
        keep_nearer(canvas, still, upright, body.depth_m, body.box_px)
