"""Vehicles as a camera sees them: their meshes in place, shaded, with lamps, plates and shadows."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import Float64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from twin.rendering.fleet import body_style, mesh
from twin.rendering.light import Light
from twin.rendering.meshes import Mesh, Paint
from twin.rendering.scenery import SHIFT
from twin.rendering.truth_boxes import corners_m
from twin.truth import VehicleStates

ALBEDO = np.zeros((len(Paint), 3))
ALBEDO[Paint.GLASS] = (0.20, 0.17, 0.15)
ALBEDO[Paint.DARK] = (0.07, 0.07, 0.07)
ALBEDO[Paint.METAL] = (0.55, 0.55, 0.55)
ALBEDO[Paint.HEADLAMP] = (0.90, 0.92, 0.92)
ALBEDO[Paint.TAILLAMP] = (0.10, 0.10, 0.60)
ALBEDO[Paint.PLATE] = (0.86, 0.88, 0.88)
ALBEDO[Paint.CLOTH] = (0.35, 0.30, 0.28)
ALBEDO[Paint.HELMET] = (0.20, 0.20, 0.22)
ALBEDO[Paint.LEGS] = (0.22, 0.20, 0.20)
ALBEDO[Paint.CARGO] = (0.55, 0.58, 0.60)
ALBEDO[Paint.STRIPE] = (0.75, 0.72, 0.70)
ALBEDO[Paint.SHINE] = (0.85, 0.85, 0.85)
SMALLEST_PX = 3.0
TEXT_FROM_PX = 7.0
SHADE = 0.52


@dataclass(frozen=True, slots=True, eq=False)
class _Body:
    """One vehicle ready to paint: faces in order as pixels (F, C, 2), colours (F, 3)."""

    depth_m: float
    faces_px: NDArray[np.int32]
    colours: Float64Array
    plate_px: Float64Array | None
    plate: str
    lamps_px: Float64Array
    lamp_bgr: Float64Array
    lamp_radius_px: float


def in_frame(camera: PinholeCamera, vehicles: VehicleStates) -> VehicleStates:
    """Return the vehicles whose cuboid shows at least in part and is not too small."""
    if not len(vehicles):
        return vehicles
    pixels, depth = camera.project(corners_m(vehicles).reshape(-1, 3))
    pixels, depth = pixels.reshape(-1, 8, 2), depth.reshape(-1, 8)
    ahead = depth.min(axis=1) > 1.0
    low = np.where(ahead[:, None], pixels.min(axis=1), -1e6)
    high = np.where(ahead[:, None], pixels.max(axis=1), -1e6)
    shows = (high > 0).all(axis=1) & (low < [camera.width_px, camera.height_px]).all(axis=1)
    return vehicles.select(shows & ((high - low).max(axis=1) >= SMALLEST_PX) & ahead)


def paint_shadows(canvas: UInt8Array, camera: PinholeCamera, vehicles: VehicleStates, light: Light) -> None:
    """Darken the ground that the vehicles keep the sun from, and the ground under them."""
    mask = np.zeros(canvas.shape[:2], dtype=np.uint8)
    corners = corners_m(vehicles)
    for row in range(len(vehicles)):
        ground = corners[row, ::2]
        cast = ground
        if light.casts_shadows:
            reach = vehicles.size_m[row, 2] / max(float(light.sun[2]), 0.18)
            fall = ground - np.append(light.sun[:2], 0.0) * reach * 0.9
            cast = np.concatenate((ground, fall))
        pixels, depth = camera.project(cast)
        if depth.min() > 1.0:
            hull = cv2.convexHull(np.clip(pixels, -9000, 9000).astype(np.float32))
            cv2.fillConvexPoly(mask, (hull * 2**SHIFT).astype(np.int32), 255, shift=SHIFT)
    u, v, w, h = cv2.boundingRect(mask)
    if w and h:
        part = canvas[v : v + h, u : u + w]
        cv2.copyTo(cv2.convertScaleAbs(part, alpha=SHADE), mask[v : v + h, u : u + w], part)


def paint_vehicles(canvas: UInt8Array, camera: PinholeCamera, vehicles: VehicleStates, light: Light) -> None:
    """Paint the vehicles, the farthest first."""
    bodies: list[_Body] = []
    styles = [
        body_style(int(kind), float(size[2]))
        for kind, size in zip(vehicles.vehicle_class, vehicles.size_m, strict=True)
    ]
    for style in sorted(set(styles)):
        rows = np.array([row for row, name in enumerate(styles) if name == style])
        bodies.extend(_bodies(mesh(style), camera, vehicles.select(rows), light))
    for body in sorted(bodies, key=lambda one: -one.depth_m):
        _paint(canvas, body)


def _bodies(shape: Mesh, camera: PinholeCamera, vehicles: VehicleStates, light: Light) -> list[_Body]:
    points = _in_place(shape.vertices_m(vehicles.size_m), vehicles)
    pixels, depth = camera.project(points.reshape(-1, 3))
    pixels = pixels.reshape(*points.shape[:2], 2)
    depth = depth.reshape(points.shape[:2])
    faces = points[:, shape.faces[:, :3]]
    normals = np.cross(faces[:, :, 1] - faces[:, :, 0], faces[:, :, 2] - faces[:, :, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-9)
    toward = camera.position_m - faces[:, :, 0]
    facing = np.einsum("nfi,nfi->nf", normals, toward)
    normals = np.where((facing < 0)[..., None] & shape.two_sided[None, :, None], -normals, normals)
    colours = _colours(shape, vehicles, normals, light)
    return [
        _body(shape, row, vehicles, (pixels, depth, facing), colours[row], light, camera)
        for row in range(len(vehicles))
    ]


def _in_place(local: Float64Array, vehicles: VehicleStates) -> Float64Array:
    cos, sin = np.cos(vehicles.heading_rad)[:, None], np.sin(vehicles.heading_rad)[:, None]
    x = cos * local[..., 0] - sin * local[..., 1]
    y = sin * local[..., 0] + cos * local[..., 1]
    z = local[..., 2] + local[..., 0] * np.tan(vehicles.pitch_rad)[:, None]
    placed: Float64Array = np.stack((x, y, z), axis=-1) + vehicles.position_m[:, None, :]
    return placed


def _colours(shape: Mesh, vehicles: VehicleStates, normals: Float64Array, light: Light) -> Float64Array:
    albedo = np.repeat(ALBEDO[None, shape.paint], len(vehicles), axis=0)
    body = vehicles.colour_bgr[:, None, :] / 255.0 * 0.9
    albedo = np.where((shape.paint == Paint.BODY)[None, :, None], body, albedo)
    sun = np.maximum(normals @ light.sun, 0.0)[..., None] * light.sun_bgr
    sky = light.sky_bgr * (0.72 + 0.28 * normals[..., 2:])
    colours = albedo * (sky + sun + 0.4 * light.lamp_bgr) * 255
    shine = (shape.paint == Paint.GLASS)[None, :, None] * np.clip(normals[..., 2:], 0, 1)
    colours = colours + shine * 0.35 * light.horizon_bgr
    tail = (shape.paint == Paint.TAILLAMP)[None, :, None]
    lit = np.where(vehicles.braking[:, None, None], 1.0, 0.55 * light.lamps)
    colours = np.where(tail, np.maximum(colours, lit * np.array([40.0, 40.0, 255.0])), colours)
    head = (shape.paint == Paint.HEADLAMP)[None, :, None]
    colours = np.where(head, np.maximum(colours, light.lamps * np.array([225.0, 245.0, 255.0])), colours)
    shaded: Float64Array = np.clip(colours, 0, 255)
    return shaded


def _body(
    shape: Mesh,
    row: int,
    vehicles: VehicleStates,
    seen: tuple[Float64Array, Float64Array, Float64Array],
    colours: Float64Array,
    light: Light,
    camera: PinholeCamera,
) -> _Body:
    pixels, depth, facing = seen[0][row], float(seen[1][row].mean()), seen[2][row]
    ahead = np.array([np.cos(vehicles.heading_rad[row]), np.sin(vehicles.heading_rad[row])])
    from_ahead = float(ahead @ (camera.position_m[:2] - vehicles.position_m[row, :2])) > 0
    order = shape.from_ahead if from_ahead else shape.from_behind
    shown = order[(facing[order] > 0) | shape.two_sided[order]]
    corners = np.clip(pixels[shape.faces[shown]] * 2**SHIFT, -3e5, 3e5).astype(np.int32)
    plate_row = shape.front_plate if from_ahead else shape.rear_plate
    plate_px = pixels[shape.faces[plate_row, :4]] if plate_row in shown else None
    lamp = Paint.HEADLAMP if from_ahead else Paint.TAILLAMP
    lamp_rows = shown[shape.paint[shown] == lamp]
    glow = np.array([200.0, 230.0, 255.0]) if from_ahead else np.array([20.0, 20.0, 130.0])
    strength = light.lamps * (1.0 if from_ahead or not vehicles.braking[row] else 1.6)
    return _Body(
        depth,
        corners,
        colours[shown],
        plate_px,
        vehicles.plates[row],
        pixels[shape.faces[lamp_rows]].mean(axis=1),
        np.clip(glow * strength, 0, 255),
        camera.focal_px * (0.45 if from_ahead else 0.25) / depth,
    )


def _paint(canvas: UInt8Array, body: _Body) -> None:
    for face, colour in zip(body.faces_px, body.colours.tolist(), strict=True):
        cv2.fillConvexPoly(canvas, face, colour, shift=SHIFT)
    if body.plate_px is not None:
        _plate_text(canvas, body.plate_px, body.plate)
    if body.lamp_bgr.max() > 12:
        for spot in body.lamps_px:
            _glow(canvas, spot, body.lamp_radius_px, body.lamp_bgr)


def _plate_text(canvas: UInt8Array, corners_px: Float64Array, text: str) -> None:
    """Write the plate where it is large enough for letters, in the perspective of its face."""
    low, high = corners_px.min(axis=0), corners_px.max(axis=0)
    height, width = canvas.shape[:2]
    if high[1] - low[1] < TEXT_FROM_PX or (low < 0).any() or high[0] >= width or high[1] >= height:
        return
    u0, v0, u1, v1 = (int(n) for n in (*low, *(high + 1)))
    face = np.full((54, 172, 3), 225, dtype=np.uint8)
    scale = 1.1 * 160 / max(cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, 1.1, 2)[0][0], 1)
    cv2.putText(face, text, (6, 40), cv2.FONT_HERSHEY_DUPLEX, scale, (25, 25, 25), 2, cv2.LINE_AA)
    source = np.array([[0, 54], [172, 54], [172, 0], [0, 0]], dtype=np.float32)
    target = upright(corners_px) - np.array([u0, v0])
    warp = cv2.getPerspectiveTransform(source, target.astype(np.float32))
    size = (u1 - u0 + 1, v1 - v0 + 1)
    picture = cv2.warpPerspective(face, warp, size, flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full(face.shape[:2], 255, np.uint8), warp, size)
    part = canvas[v0 : v1 + 1, u0 : u1 + 1]
    bright = float(part.reshape(-1, 3).mean()) / 200
    shaded = cv2.convertScaleAbs(picture, alpha=min(1.0, max(bright, 0.35)))
    cv2.copyTo(shaded[: part.shape[0], : part.shape[1]], mask[: part.shape[0], : part.shape[1]], part)


def upright(corners_px: Float64Array) -> Float64Array:
    """Return a quad (4, 2) as bottom left, bottom right, top right, top left in the picture."""
    by_height = corners_px[np.argsort(-corners_px[:, 1], kind="stable")]
    bottom, top = by_height[:2], by_height[2:]
    bottom, top = bottom[np.argsort(bottom[:, 0])], top[np.argsort(top[:, 0])]
    return np.stack((bottom[0], bottom[1], top[1], top[0]))


def _glow(canvas: UInt8Array, spot: Float64Array, radius_px: float, bgr: Float64Array) -> None:
    reach = int(np.clip(radius_px * 2.2, 2, 40))
    u, v = round(float(spot[0])), round(float(spot[1]))
    u0, v0 = max(u - reach, 0), max(v - reach, 0)
    u1, v1 = min(u + reach + 1, canvas.shape[1]), min(v + reach + 1, canvas.shape[0])
    if u0 >= u1 or v0 >= v1:
        return
    dv, du = np.ogrid[v0 - v : v1 - v, u0 - u : u1 - u]
    fade = np.exp(-(du * du + dv * dv) / (0.5 * (reach / 2) ** 2))[..., None]
    part = canvas[v0:v1, u0:u1]
    part[:] = np.minimum(part + fade * bgr, 255).astype(np.uint8)
