"""The picture of a view without its traffic: sky, ground, markings, houses, plants and masts."""

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import Float64Array, UInt8Array
from detectors.datatypes.camera import NEAR_M, PinholeCamera
from twin.cameras.survey import roads_near
from twin.environment.furniture import Building, Furniture, Mast, MastKind, Plant, furnish
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.rendering.light import Light
from twin.rendering.street import Surface, lay_street

REACH_M = 220.0
CLEAR_VIEW_M = 30.0  # whoever mounted the camera chose a place that no mast hides
SHIFT = 4  # sub-pixel bits of OpenCV's polygons
ALBEDO = {
    Surface.GRASS: (0.16, 0.34, 0.25),
    Surface.PAVEMENT: (0.52, 0.55, 0.57),
    Surface.FORECOURT: (0.44, 0.47, 0.50),
    Surface.ASPHALT: (0.27, 0.27, 0.27),
    Surface.MARKING: (0.88, 0.90, 0.90),
    Surface.KERB_LIGHT: (0.80, 0.82, 0.82),
    Surface.KERB_DARK: (0.16, 0.16, 0.16),
    Surface.PLANTED: (0.12, 0.36, 0.22),
    Surface.WORN: (0.24, 0.24, 0.24),
}
WALLS = ((0.62, 0.70, 0.76), (0.70, 0.74, 0.72), (0.50, 0.62, 0.74), (0.66, 0.66, 0.70), (0.55, 0.68, 0.62))
LEAVES = (0.10, 0.33, 0.20)


class Scenery:
    """What stands still around one view; `paint` gives its picture in a light."""

    def __init__(self, network: RoadNetwork, camera: PinholeCamera, aim_m: Float64Array, seed: Seed) -> None:
        roads = roads_near(network, camera, REACH_M)
        self._patches = lay_street(network, roads, (camera.position_m[:2], REACH_M))
        sight = (camera.position_m, aim_m)
        self.furniture: Furniture = furnish(network, roads, sight, seed.child("furniture"))

    def paint(self, camera: PinholeCamera, light: Light) -> UInt8Array:
        """Return the picture (h, w, 3) uint8 without traffic."""
        canvas = _sky(camera, light)
        _fill_far_ground(canvas, camera, light)
        for patch in self._patches:
            fill(canvas, camera, patch.outline_m, flat_colour(ALBEDO[patch.surface], light))
        _grain(canvas, camera)
        for thing in self._by_distance(camera):
            if isinstance(thing, Building):
                _building(canvas, camera, thing, light)
            elif isinstance(thing, Plant):
                _plant(canvas, camera, thing, light)
            else:
                _mast(canvas, camera, thing, light)
        return canvas

    def _by_distance(self, camera: PinholeCamera) -> list[Building | Plant | Mast]:
        eye = camera.position_m[:2]

        def distance_m(thing: Building | Plant | Mast) -> float:
            place = thing.corners_m.mean(axis=0) if isinstance(thing, Building) else thing.position_m[:2]
            return float(np.hypot(*(np.asarray(place) - eye)))

        masts = (mast for mast in self.furniture.masts if distance_m(mast) > CLEAR_VIEW_M)
        things: list[Building | Plant | Mast] = [*self.furniture.buildings, *self.furniture.plants, *masts]
        return sorted(things, key=distance_m, reverse=True)


def flat_colour(albedo: tuple[float, float, float], light: Light, facing: float = 1.0) -> Float64Array:
    """Return the colour (3,) 0..255 of level ground; `facing` scales the sun."""
    sun = light.sun_bgr * max(float(light.sun[2]), 0.0) * facing
    colour: Float64Array = np.asarray(albedo) * (light.sky_bgr + sun + 0.55 * light.lamp_bgr) * 255
    return np.minimum(colour, 255.0)


def wall_colour(albedo: tuple[float, float, float], normal: Float64Array, light: Light) -> Float64Array:
    """Return the colour (3,) 0..255 of a surface that faces `normal` (3,)."""
    sun = light.sun_bgr * max(float(normal @ light.sun), 0.0)
    sky = light.sky_bgr * (0.75 + 0.25 * normal[2])
    colour: Float64Array = np.asarray(albedo) * (sky + sun + 0.35 * light.lamp_bgr) * 255
    return np.minimum(colour, 255.0)


def fill(canvas: UInt8Array, camera: PinholeCamera, outline_m: Float64Array, bgr: Float64Array) -> None:
    """Fill a convex outline (N, 3) in space; what lies behind the lens is cut off."""
    ahead = clipped(camera, outline_m)
    if len(ahead) >= 3:
        pixels, _ = camera.project(ahead)
        fill_px(canvas, pixels, bgr)


def fill_px(canvas: UInt8Array, pixels: Float64Array, bgr: Float64Array) -> None:
    """Fill a convex polygon (N, 2) of pixels."""
    corners = np.clip(pixels * 2**SHIFT, -4e5, 4e5).astype(np.int32)
    cv2.fillConvexPoly(canvas, corners, bgr.tolist(), lineType=cv2.LINE_AA, shift=SHIFT)


def clipped(camera: PinholeCamera, outline_m: Float64Array) -> Float64Array:
    """Return the part of an outline (N, 3) in front of the lens (Sutherland and Hodgman 1974)."""
    forward = camera.rotation_camera_world()[2]
    depth = (outline_m - camera.position_m) @ forward - 3 * NEAR_M
    if (depth > 0).all():
        return outline_m
    kept: list[Float64Array] = []
    for here, there, a, b in zip(
        outline_m, np.roll(outline_m, -1, 0), depth, np.roll(depth, -1), strict=True
    ):
        if a > 0:
            kept.append(here)
        if (a > 0) != (b > 0):
            kept.append(here + (there - here) * (a / (a - b)))
    return np.array(kept).reshape(-1, 3)


def _sky(camera: PinholeCamera, light: Light) -> UInt8Array:
    rays = camera.rays(
        np.column_stack((np.full(camera.height_px, camera.centre_px[0]), np.arange(camera.height_px)))
    )
    height = np.clip(rays[:, 2] / np.linalg.norm(rays, axis=1) / 0.5, 0, 1)[:, None]
    column = light.horizon_bgr + height**0.7 * (light.zenith_bgr - light.horizon_bgr)
    return np.repeat(column[:, None, :], camera.width_px, axis=1).astype(np.uint8)


def _fill_far_ground(canvas: UInt8Array, camera: PinholeCamera, light: Light) -> None:
    middle = np.column_stack((np.full(camera.height_px, camera.centre_px[0]), np.arange(camera.height_px)))
    rays = camera.rays(middle)
    below = rays[:, 2] < 0
    haze = np.clip(1 + rays[:, 2] / np.linalg.norm(rays, axis=1) * 12, 0, 1)[:, None]
    ground = flat_colour(ALBEDO[Surface.GRASS], light)
    rows = ground + haze * 0.8 * (light.horizon_bgr - ground)
    canvas[below] = rows[below][:, None, :].astype(np.uint8)


def _grain(canvas: UInt8Array, camera: PinholeCamera) -> None:
    """Give the ground a texture that stays where it is."""
    noise = Seed(7).generator("grain").normal(0, 1, canvas.shape[:2]).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 1.1) * 7
    rays = camera.rays(
        np.column_stack((np.full(camera.height_px, camera.centre_px[0]), np.arange(camera.height_px)))
    )
    soft[rays[:, 2] >= -0.02] = 0
    share = 1 + soft[..., None] / 100
    canvas[:] = np.clip(canvas * share, 0, 255).astype(np.uint8)


def _building(canvas: UInt8Array, camera: PinholeCamera, house: Building, light: Light) -> None:
    base, top = house.base_m, house.base_m + house.height_m
    albedo = WALLS[house.key % len(WALLS)]
    corners = house.corners_m
    centre = corners.mean(axis=0)
    walls = []
    for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        outward = np.array([b[1] - a[1], a[0] - b[0], 0.0])
        outward *= np.sign(outward[:2] @ ((a + b) / 2 - centre)) / max(np.hypot(*outward[:2]), 1e-9)
        if outward[:2] @ (camera.position_m[:2] - a) > 0:
            walls.append((float(np.hypot(*((a + b) / 2 - camera.position_m[:2]))), a, b, outward))
    for _, a, b, outward in sorted(walls, key=lambda wall: -wall[0]):
        colour = wall_colour(albedo, outward, light)
        fill(canvas, camera, _wall(a, b, base, top), colour)
        _windows(canvas, camera, (a, b), (base, top), colour, light)


def _wall(a: Float64Array, b: Float64Array, low_m: float, high_m: float) -> Float64Array:
    return np.array([[*a, low_m], [*b, low_m], [*b, high_m], [*a, high_m]])


def _windows(
    canvas: UInt8Array,
    camera: PinholeCamera,
    ends: tuple[Float64Array, Float64Array],
    levels: tuple[float, float],
    wall: Float64Array,
    light: Light,
) -> None:
    a, b = ends
    glow = np.array([120.0, 190.0, 235.0]) * light.lamps
    glass = np.clip(wall * 0.45 + 0.7 * glow, 0, 255)
    columns = max(1, round(float(np.hypot(*(b - a))) / 3.5))
    floors = max(1, round((levels[1] - levels[0]) / 3.4))
    for floor in range(floors):
        low = levels[0] + floor * 3.4 + (0.2 if floor == 0 else 1.0)
        high = levels[0] + floor * 3.4 + 2.5
        for column in range(columns):
            s, t = (column + 0.15) / columns, (column + 0.85) / columns
            fill(canvas, camera, _wall(a + s * (b - a), a + t * (b - a), low, high), glass)


def _plant(canvas: UInt8Array, camera: PinholeCamera, plant: Plant, light: Light) -> None:
    foot = np.array(plant.position_m)
    crown_z = max(plant.height_m - plant.radius_m, plant.radius_m * 0.6)
    pixels, depth = camera.project(np.array([foot, foot + np.array([0, 0, crown_z])]))
    if depth.min() < 2.0:
        return
    radius = camera.focal_px * plant.radius_m / float(depth[1])
    draw = Seed(plant.key).generator("crown")
    if plant.height_m > 2:
        trunk = wall_colour((0.18, 0.24, 0.30), np.array([0.0, 0.0, 0.2]), light).tolist()
        cv2.line(
            canvas, _point(pixels[0]), _point(pixels[1]), trunk, max(1, round(radius * 0.16)), cv2.LINE_AA
        )
    for ring in range(14):
        turn, reach = draw.uniform(0, 2 * np.pi), draw.uniform(0, 0.7)
        spot = pixels[1] + radius * reach * np.array([np.cos(turn), np.sin(turn)])
        bright = 0.75 + 0.45 * ring / 14 - 0.25 * np.sin(turn)
        colour = flat_colour(LEAVES, light) * bright
        cv2.circle(canvas, _point(spot), max(1, round(radius * 0.45)), colour.tolist(), -1, cv2.LINE_AA)


def _mast(canvas: UInt8Array, camera: PinholeCamera, mast: Mast, light: Light) -> None:
    if mast.kind is MastKind.SIGNAL:
        return  # signal heads are painted with each frame
    foot = np.array(mast.position_m)
    top = foot + np.array([0, 0, mast.height_m])
    arm = top + mast.arm_m * np.array([np.cos(mast.toward_rad), np.sin(mast.toward_rad), 0.05])
    pixels, depth = camera.project(np.array([foot, top, arm]))
    if depth.min() < 2.0:
        return
    grey = wall_colour((0.42, 0.42, 0.42), np.array([0.0, 0.0, 0.3]), light).tolist()
    width = max(1, round(camera.focal_px * 0.14 / float(depth[0])))
    cv2.line(canvas, _point(pixels[0]), _point(pixels[1]), grey, width, cv2.LINE_AA)
    if mast.arm_m > 0:
        cv2.line(canvas, _point(pixels[1]), _point(pixels[2]), grey, max(1, width - 1), cv2.LINE_AA)
    if mast.kind is MastKind.LAMP and light.lamps > 0.1:
        glow = (np.array([170.0, 220.0, 255.0]) * light.lamps).tolist()
        cv2.circle(canvas, _point(pixels[2]), max(1, width), glow, -1, cv2.LINE_AA)


def _point(pixel: NDArray[np.float64]) -> tuple[int, int]:
    u, v = np.clip(pixel, -20000, 20000)
    return round(float(u)), round(float(v))
