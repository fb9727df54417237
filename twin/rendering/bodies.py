"""Vehicles as a camera sees them: meshes in place, shaded, with shadows, lamps and plates.

All vehicles of one body style go through each step together.
"""

from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float32Array, Float64Array, Int64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from twin.rendering.faces import Coat, Eye, Seen, Shine, room_for, see
from twin.rendering.fleet import in_place
from twin.rendering.light import Light
from twin.rendering.meshes import PLATE_CAR_M, Mesh, Paint
from twin.rendering.plates import TEXT_FROM_PX, paint_plate
from twin.rendering.raster import fill_faces, keep_nearer
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
LAMP_AT = 0.4  # the height of lamps as a share of that of the vehicle
HEADLAMP_BGR = np.array([222.0, 244.0, 255.0])
TAILLAMP_BGR = np.array([42.0, 36.0, 190.0])
BRAKE_BGR = np.array([70.0, 60.0, 255.0])


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """One vehicle ready to paint: faces (F, K, 2) in pixels and in order, `corners` (F,), colours (F, 3).

    `box_px` (4,) is x0, y0, x1, y1; `lamps_px` (L, 2) are the lamps that show, `lamp_bgr` their light;
    `lamp_drop_px` is how far below them a wet street mirrors them;
    `plate_px` (4, 2) is the plate if it shows: bottom left, bottom right, top right, top left.
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


def bodies(camera: PinholeCamera, vehicles: VehicleStates, light: Light) -> list[Body]:
    """Return the vehicles ready to paint, the farthest first."""
    found: list[Body] = []
    for shape, _, chosen, points in in_place(vehicles):
        found += _of_style(shape, points, camera, chosen, light)
    return sorted(found, key=lambda body: -body.depth_m)


def _of_style(
    shape: Mesh, points: Float64Array, camera: PinholeCamera, vehicles: VehicleStates, light: Light
) -> list[Body]:
    eye = Eye(camera.position_m, camera.rotation_camera_world(), np.array(camera.centre_px), camera.focal_px)
    shine = Shine(*(np.asarray(part, dtype=np.float64) for part in (
        light.sun, light.sun_bgr, light.sky_bgr, light.lamp_bgr, light.horizon_bgr,
    )))  # fmt: skip
    seen = room_for(len(vehicles), points.shape[1], shape.rows)
    ahead = _from_ahead(camera, vehicles)
    see(points, ahead, shape.rows, _coat(vehicles, light), eye, shine, seen)
    return _Style(shape, camera, vehicles, seen, ahead, light).bodies()


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


def _from_ahead(camera: PinholeCamera, vehicles: VehicleStates) -> BoolArray:
    """Return (N,) whether the camera looks at the front of each vehicle."""
    heading = vehicles.heading_rad
    toward = camera.position_m[:2] - vehicles.position_m[:, :2]
    return np.asarray(np.cos(heading) * toward[:, 0] + np.sin(heading) * toward[:, 1] > 0, dtype=np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class _Style:
    """N vehicles of one style, and what of them there is to paint."""

    shape: Mesh
    camera: PinholeCamera
    vehicles: VehicleStates
    seen: Seen
    ahead: BoolArray
    light: Light

    def bodies(self) -> list[Body]:
        """Return the vehicles of which anything is large enough to paint."""
        seen, lamps = self.seen, self._lamps_px()
        axis = self.camera.rotation_camera_world()[2]
        depth_m = (self.vehicles.position_m - self.camera.position_m) @ axis
        drop_px = lamp_drop_px(self.camera, LAMP_AT * self.vehicles.size_m[:, 2], depth_m)
        self._veil(depth_m)
        return [
            Body(
                depth_m=float(depth_m[row]),
                faces_px=seen.faces_px[seen.first[row] : seen.first[row + 1]],
                corners=seen.corners[seen.first[row] : seen.first[row + 1]],
                colours=seen.colours[seen.first[row] : seen.first[row + 1]],
                box_px=seen.box_px[row],
                lamps_px=lamps[bool(self.ahead[row])][1][row][lamps[bool(self.ahead[row])][0][row]],
                lamp_bgr=self._lamp_bgr(row, ahead=bool(self.ahead[row])),
                lamp_radius_px=self.camera.focal_px * LAMP_M / float(depth_m[row]),
                lamp_drop_px=float(drop_px[row]),
                plate_px=self._plate_px(row, float(depth_m[row]), ahead=bool(self.ahead[row])),
                plate=self.vehicles.plates[row],
            )
            for row in np.flatnonzero(np.diff(seen.first)).tolist()
        ]

    def _veil(self, depth_m: Float64Array) -> None:
        """Let the colours fade into the airlight: L = L0 T + A (1 - T), T = exp(-k d) (Koschmieder, 1924)."""
        if self.light.veil_per_m <= 0:
            return
        through = np.exp(-self.light.veil_per_m * np.maximum(depth_m, 0.0))
        share = np.repeat(through, np.diff(self.seen.first))[:, None]
        colours = self.seen.colours[: len(share)]
        colours[:] = colours * share + self.light.air_bgr * (1.0 - share)

    def _lamps_px(self) -> dict[bool, tuple[BoolArray, Float64Array]]:
        """Return, by whether one looks from ahead, which lamps show (N, L) and their pixels (N, L, 2)."""
        found = {}
        for ahead, paint in ((True, Paint.HEADLAMP), (False, Paint.TAILLAMP)):
            rows = np.flatnonzero(self.shape.paint == paint)
            corners = self.seen.pixels[:, self.shape.faces[rows, :4]]
            found[ahead] = (self.seen.shown[:, rows], corners.mean(axis=2))
        return found

    def _plate_px(self, row: int, depth_m: float, *, ahead: bool) -> Float64Array | None:
        """Return the corners of the plate, None where it does not show or is too small for letters."""
        plate = self.shape.front_plate if ahead else self.shape.rear_plate
        if self.camera.focal_px * sum(PLATE_CAR_M) < TEXT_FROM_PX * depth_m:
            return None
        return self.seen.pixels[row, self.shape.faces[plate, :4]] if self.seen.shown[row, plate] else None

    def _lamp_bgr(self, row: int, *, ahead: bool) -> Float64Array:
        if ahead:
            return HEADLAMP_BGR * self.light.lamps
        brakes = float(self.vehicles.braking[row])
        return BRAKE_BGR * max(0.5 * self.light.lamps, brakes * (0.2 + 0.8 * self.light.lamps))


def paint_bodies(canvas: UInt8Array, found: list[Body], still: UInt8Array, upright_m: Float32Array) -> None:
    """Paint bodies from far to near; things nearer in `upright_m` (H, W) stay as in `still`."""
    cover = np.zeros(canvas.shape[1])
    for body in found:
        fill_faces(canvas, body.faces_px, body.corners, body.colours, cover)
        if body.plate_px is not None:
            paint_plate(canvas, body.plate_px, body.plate)
        keep_nearer(canvas, still, upright_m, body.depth_m, body.box_px)
