"""Vehicles as a camera sees them: meshes in place, shaded, with shadows, lamps and plates.

All vehicles of one body style go through each step together; only the painting itself is a loop.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import BoolArray, Float32Array, Float64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from twin.rendering.canvas import SHIFT
from twin.rendering.fleet import in_place
from twin.rendering.light import Light
from twin.rendering.meshes import Mesh, Paint
from twin.rendering.plates import paint_plate
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
LEAST_FACE_PX2 = 1.0
LAMP_M = 0.16
FINE_FROM_PX = 22.0  # vehicles smaller than this are painted without smoothed edges
HEADLAMP_BGR = np.array([222.0, 244.0, 255.0])
TAILLAMP_BGR = np.array([42.0, 36.0, 190.0])
BRAKE_BGR = np.array([70.0, 60.0, 255.0])


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """One vehicle ready to paint: faces (F, K, 2) in fixed-point pixels and in order, colours (F, 3).

    `box_px` is x0, y0, x1, y1; `lamps_px` (L, 2) are the lamps that show, `lamp_bgr` their light;
    `plate_px` (4, 2) is the plate that shows: bottom left, bottom right, top right, top left.
    """

    depth_m: float
    faces: NDArray[np.int32]
    colours: Float64Array
    box_px: tuple[int, int, int, int]
    lamps_px: Float64Array
    lamp_bgr: Float64Array
    lamp_radius_px: float
    plate_px: Float64Array | None
    plate: str


def bodies(camera: PinholeCamera, vehicles: VehicleStates, light: Light) -> list[Body]:
    """Return the vehicles ready to paint, the farthest first."""
    found: list[Body] = []
    for shape, rows, points in in_place(vehicles):
        found += _of_style(shape, points, camera, vehicles.select(rows), light)
    return sorted(found, key=lambda body: -body.depth_m)


def _of_style(
    shape: Mesh, points: Float64Array, camera: PinholeCamera, vehicles: VehicleStates, light: Light
) -> list[Body]:
    flat, _ = camera.project(points.reshape(-1, 3))
    pixels = flat.reshape(*points.shape[:2], 2)
    first, second, third = (points[:, shape.faces[:, corner]] for corner in range(3))
    normals = _cross(second - first, third - first)
    normals /= np.maximum(np.sqrt(np.einsum("nfi,nfi->nf", normals, normals)), 1e-9)[..., None]
    facing = np.einsum("nfi,nfi->nf", normals, camera.position_m - first)
    normals = np.where((facing < 0)[..., None] & shape.two_sided[None, :, None], -normals, normals)
    shown = (facing > 0) | shape.two_sided
    colours = _colours(shape, vehicles, normals, light)
    return _Seen(shape, camera, vehicles, pixels, shown, colours, light).bodies()


def _cross(a: Float64Array, b: Float64Array) -> Float64Array:
    """Return the cross products of vectors (..., 3); numpy's own is three times slower here."""
    x = a[..., 1] * b[..., 2] - a[..., 2] * b[..., 1]
    y = a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2]
    z = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return np.stack((x, y, z), axis=-1)


def _albedo(shape: Mesh, vehicles: VehicleStates) -> Float64Array:
    """Return the colour (N, F, 3), 0..1, of each face of each vehicle."""
    table = np.repeat(ALBEDO[None], len(vehicles), axis=0)
    key = vehicles.vehicle_id
    table[:, Paint.BODY] = np.clip(vehicles.colour_bgr / 255.0 * 0.86, 0.06, 1.0)
    table[:, Paint.CLOTH] = CLOTHS[key * 7 % len(CLOTHS)]
    table[:, Paint.HELMET] = HELMETS[key * 5 % len(HELMETS)]
    table[:, Paint.CARGO] = CARGOES[key * 3 % len(CARGOES)]
    return np.asarray(table[:, shape.paint], dtype=np.float64)


def _colours(shape: Mesh, vehicles: VehicleStates, normals: Float64Array, light: Light) -> Float64Array:
    """Return the shaded colour (N, F, 3), 0..255: Lambert's sun, a sky above, a glossy coat, own lamps."""
    sun = np.maximum(normals @ light.sun, 0.0)[..., None] * light.sun_bgr
    up = normals[..., 2:]
    sky = light.sky_bgr * (0.66 + 0.34 * up)
    colours = _albedo(shape, vehicles) * (sky + sun + (0.58 + 0.14 * up) * light.lamp_bgr) * 255
    gloss = np.select([shape.paint == Paint.GLASS, shape.paint == Paint.BODY], [0.26, 0.08], 0.0)
    colours += gloss[None, :, None] * np.clip(0.35 + 0.65 * up, 0, 1) * light.horizon_bgr
    tail, head = shape.paint == Paint.TAILLAMP, shape.paint == Paint.HEADLAMP
    braking = vehicles.braking[:, None]
    colours[:, tail] = np.maximum(colours[:, tail], light.lamps * TAILLAMP_BGR)
    colours[:, tail] = np.where(braking[..., None], BRAKE_BGR, colours[:, tail])
    colours[:, head] = np.maximum(colours[:, head], light.lamps * HEADLAMP_BGR)
    return np.clip(colours, 0, 255)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """N vehicles of one style after projection: `pixels` (N, V, 2), `shown` (N, F), `colours` (N, F, 3)."""

    shape: Mesh
    camera: PinholeCamera
    vehicles: VehicleStates
    pixels: Float64Array
    shown: BoolArray
    colours: Float64Array
    light: Light

    def bodies(self) -> list[Body]:
        """Return the vehicles of which anything is large enough to paint."""
        shape, rows, lamps = self.shape, np.arange(len(self.vehicles)), self._lamps_px()
        ahead, depth_m = self._from_ahead(), self._depth_m()
        order = np.where(ahead[:, None], shape.from_ahead, shape.from_behind)
        corners = self.pixels[rows[:, None, None], shape.faces[order]]
        keep = np.take_along_axis(self.shown, order, axis=1) & (_area_px2(corners) >= LEAST_FACE_PX2)
        faces = np.round(corners * (1 << SHIFT)).astype(np.int32)
        colours = np.take_along_axis(self.colours, order[..., None], axis=1)
        boxes = np.concatenate((self.pixels.min(axis=1) - 1, self.pixels.max(axis=1) + 2), axis=1).astype(int)
        return [
            Body(
                depth_m=float(depth_m[row]),
                faces=faces[row, keep[row]],
                colours=colours[row, keep[row]],
                box_px=tuple(boxes[row].tolist()),
                lamps_px=lamps[bool(ahead[row])][1][row][lamps[bool(ahead[row])][0][row]],
                lamp_bgr=self._lamp_bgr(row, ahead=bool(ahead[row])),
                lamp_radius_px=self.camera.focal_px * LAMP_M / float(depth_m[row]),
                plate_px=self._plate_px(row, ahead=bool(ahead[row])),
                plate=self.vehicles.plates[row],
            )
            for row in np.flatnonzero(keep.any(axis=1)).tolist()
        ]

    def _from_ahead(self) -> BoolArray:
        heading = self.vehicles.heading_rad
        toward = self.camera.position_m[:2] - self.vehicles.position_m[:, :2]
        return np.asarray(np.cos(heading) * toward[:, 0] + np.sin(heading) * toward[:, 1] > 0, dtype=np.bool_)

    def _depth_m(self) -> Float64Array:
        axis = self.camera.rotation_camera_world()[2]
        return np.asarray((self.vehicles.position_m - self.camera.position_m) @ axis, dtype=np.float64)

    def _lamps_px(self) -> dict[bool, tuple[BoolArray, Float64Array]]:
        """Return, by whether one looks from ahead, which lamps show (N, L) and their pixels (N, L, 2)."""
        found = {}
        for ahead, paint in ((True, Paint.HEADLAMP), (False, Paint.TAILLAMP)):
            rows = np.flatnonzero(self.shape.paint == paint)
            found[ahead] = (self.shown[:, rows], self.pixels[:, self.shape.faces[rows, :4]].mean(axis=2))
        return found

    def _plate_px(self, row: int, *, ahead: bool) -> Float64Array | None:
        plate = self.shape.front_plate if ahead else self.shape.rear_plate
        return self.pixels[row, self.shape.faces[plate, :4]] if self.shown[row, plate] else None

    def _lamp_bgr(self, row: int, *, ahead: bool) -> Float64Array:
        if ahead:
            return HEADLAMP_BGR * self.light.lamps
        brakes = float(self.vehicles.braking[row])
        return BRAKE_BGR * max(0.5 * self.light.lamps, brakes * (0.2 + 0.8 * self.light.lamps))


def _area_px2(corners: Float64Array) -> Float64Array:
    """Return the areas (N, F) of polygons (N, F, K, 2) by the shoelace formula."""
    x, y = corners[..., 0], corners[..., 1]
    twice = np.einsum("nfk,nfk->nf", x[..., :-1], y[..., 1:]) - np.einsum(
        "nfk,nfk->nf", x[..., 1:], y[..., :-1]
    )
    twice += x[..., -1] * y[..., 0] - x[..., 0] * y[..., -1]
    return np.asarray(np.abs(twice) / 2, dtype=np.float64)


def paint_bodies(canvas: UInt8Array, found: list[Body], still: UInt8Array, upright_m: Float32Array) -> None:
    """Paint bodies from far to near; things nearer in `upright_m` (H, W) stay as in `still`."""
    height, width = canvas.shape[:2]
    for body in found:
        smooth = body.box_px[3] - body.box_px[1] > FINE_FROM_PX
        line = cv2.LINE_AA if smooth else cv2.LINE_8
        for face, colour in zip(body.faces, body.colours.tolist(), strict=True):
            cv2.fillConvexPoly(canvas, face, colour, line, SHIFT)
        if body.plate_px is not None:
            paint_plate(canvas, body.plate_px, body.plate)
        x0, y0, x1, y1 = body.box_px
        area = (slice(max(0, y0), min(height, y1)), slice(max(0, x0), min(width, x1)))
        hidden = upright_m[area] < body.depth_m
        if hidden.any():
            canvas[area][hidden] = still[area][hidden]
