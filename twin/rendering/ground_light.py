"""What vehicles do to the light on the ground: shadows by day, beams and halos by night."""

import cv2
import numpy as np

from detectors.datatypes.arrays import Float64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.detections import VehicleClass
from twin.rendering.backdrop import CONTACT
from twin.rendering.bodies import Body
from twin.rendering.canvas import SHIFT, fixed
from twin.rendering.glare import Spot, coarse
from twin.rendering.light import Light
from twin.rendering.raster import fill_hulls
from twin.rendering.sunlight import fall_of
from twin.rendering.truth_boxes import NEAR_M, corners_m
from twin.truth import VehicleStates

UNDER = 255  # how dark it is under a vehicle, of 255
IN_SHADOW = 0.25  # of the sky that a vehicle keeps from its shadow [?]
ROOF, RIDER = 0.8, 0.4  # how much narrower the top of a vehicle is than its footprint
LEAST_LAMPS = 0.05  # dimmer ones light nothing
BEAM = 1.15  # how bright a beam is on the road
WET_TAKES = 0.5  # of it goes on ahead from a wet road, away from the driver and most cameras [?]
BEAM_M = ((0.0, 0.75), (3.0, 1.3), (13.0, 3.0))  # metres ahead of the bumper, half width of the beam


def shadow_cover(
    camera: PinholeCamera, vehicles: VehicleStates, light: Light, size_px: tuple[int, int]
) -> tuple[UInt8Array, tuple[slice, slice]]:
    """Return how far vehicles keep the light from the ground, of 255, in a picture of (height, width).

    Beside it the rows and columns beyond which there is no shadow.
    """
    mask: UInt8Array = np.zeros(size_px, dtype=np.uint8)
    found = []
    for points, value in zip(_shadow_points(vehicles, light), (UNDER, _sunless(light)), strict=True):
        if points is None:
            continue
        flat, depth = camera.project(points.reshape(-1, 3))
        ahead = depth.reshape(points.shape[:2]).min(axis=1) > NEAR_M
        found.append((np.clip(flat.reshape(*points.shape[:2], 2)[ahead], -9000, 9000), value))
    for pixels, value in reversed(found):
        fill_hulls(mask, pixels, value, np.empty((2 * pixels.shape[1] + 2, 2)))
    area = _around(np.concatenate([pixels.reshape(-1, 2) for pixels, _ in found]), size_px)
    mask[area] = cv2.blur(mask[area], (3, 3))
    return mask, area


def _around(pixels: Float64Array, size_px: tuple[int, int]) -> tuple[slice, slice]:
    """Return the rows and columns of a picture of (height, width) that pixels (N, 2) and a blur touch."""
    if not len(pixels):
        return slice(0, 1), slice(0, 1)
    edge = np.array(size_px[::-1]) - 1
    (x0, y0), (x1, y1) = (np.clip(at(axis=0), 0, edge).astype(int) for at in (pixels.min, pixels.max))
    return slice(max(y0 - 2, 0), y1 + 3), slice(max(x0 - 2, 0), x1 + 3)


def _sunless(light: Light) -> int:
    """Return how dark a shadow is, of what it is under a vehicle: only the sky shines into it."""
    sun = float(light.sun_bgr.mean()) * max(float(light.sun[2]), 0.0)
    sky = float(light.sky_bgr.mean())
    return round(UNDER * (sun + IN_SHADOW * sky) / max(sun + (1.0 - CONTACT) * sky, 1e-9))


def _shadow_points(vehicles: VehicleStates, light: Light) -> tuple[Float64Array, Float64Array | None]:
    """Return points (N, K, 3) on the ground around the footprint, and around the shadow in the sun."""
    corners = corners_m(vehicles)
    ground = corners[:, ::2]
    if not light.casts_shadows:
        return ground, None
    fall = fall_of(light.sun)
    middle = ground.mean(axis=1, keepdims=True)
    narrow = np.where(vehicles.vehicle_class == VehicleClass.MOTORCYCLE, RIDER, ROOF)[:, None, None]
    roof = middle + narrow * (ground - middle)
    reach = np.append(fall, 0.0) * vehicles.size_m[:, 2, None, None]
    belt = middle + np.sqrt(narrow) * (ground - middle) + 0.5 * reach
    return ground, np.concatenate((ground, belt, roof + reach), axis=1)


def beam_cover(
    camera: PinholeCamera, vehicles: VehicleStates, light: Light, size_px: tuple[int, int]
) -> UInt8Array:
    """Return how much headlamps light the road ahead of vehicles, of 255, in a picture of (height, width).

    An array of no pixels where none is on.
    """
    if light.lamps < LEAST_LAMPS or not len(vehicles):
        return np.zeros((0, 0), dtype=np.uint8)
    scale, flat = coarse(size_px)
    points = _beam_points(vehicles)
    seen, depth = camera.project(points.reshape(-1, 3))
    pixels = np.nan_to_num(seen, nan=0.0).reshape(*points.shape[:2], 2) * scale
    ahead = depth.reshape(points.shape[:2]).min(axis=1) > NEAR_M
    outlines = fixed(np.clip(pixels[ahead], -9000, 9000))
    for value, corners in ((55, slice(None)), (105, [0, 1, 4, 5])):
        for outline in np.ascontiguousarray(outlines[:, corners]):
            cv2.fillConvexPoly(flat, outline, value, cv2.LINE_AA, SHIFT)
    metre_px = camera.focal_px * scale / max(float(np.median(depth)), NEAR_M)
    soft = cv2.GaussianBlur(flat, (0, 0), max(1.6, 0.35 * metre_px))
    bright = cv2.convertScaleAbs(soft, alpha=BEAM * light.lamps * (1.0 - WET_TAKES * light.wet))
    share = cv2.resize(bright, size_px[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(share, dtype=np.uint8)


def _beam_points(vehicles: VehicleStates) -> Float64Array:
    """Return the outline (N, 6, 3) of each beam on the ground: left side out, right side back."""
    heading = vehicles.heading_rad[:, None]
    reach = np.array([along for along, _ in BEAM_M] + [along for along, _ in BEAM_M[::-1]])
    half = np.array([wide for _, wide in BEAM_M] + [-wide for _, wide in BEAM_M[::-1]])
    along = vehicles.size_m[:, :1] / 2 + reach
    x = np.cos(heading) * along - np.sin(heading) * half
    y = np.sin(heading) * along + np.cos(heading) * half
    z = along * np.tan(vehicles.pitch_rad)[:, None]
    outline: Float64Array = np.stack((x, y, z), axis=-1) + vehicles.position_m[:, None, :]
    return outline


def lamp_spots(found: list[Body]) -> list[Spot]:
    """Return the lamps of bodies that shine towards the camera."""
    return [
        Spot(lamp, body.lamp_radius_px, body.lamp_bgr, body.lamp_drop_px)
        for body in found
        for lamp in body.lamps_px
    ]
