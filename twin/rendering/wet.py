"""A wet street: the camera below it that sees what it mirrors, and what vehicles do to the reflection."""

from dataclasses import replace

import cv2
import numpy as np

from detectors.datatypes.arrays import Float32Array, Float64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.geometry import GroundPlane
from twin.rendering.canvas import SHIFT, fixed
from twin.rendering.glare import STREAKS_PX, coarse
from twin.rendering.light import Light
from twin.rendering.raster import take_share
from twin.rendering.truth_boxes import NEAR_M, corners_m
from twin.truth import VehicleStates

DARKER = 0.45  # how much a film of water takes from the albedo of asphalt (Lekner and Dorf, 1988)
BY_DAY = 110.0  # a darker sky has nothing to be mirrored
PUDDLES_M = 11.0  # the period of the pattern of thick and thin films


def mirrored(camera: PinholeCamera, ground: GroundPlane) -> PinholeCamera:
    """Return the camera behind the mirror: its picture, upside down, is what the ground reflects.

    Mirrors position and axes in the plane; the down axis is turned round to keep a right-handed frame.
    """
    normal = np.array([-ground.slope_x, -ground.slope_y, 1.0])
    length = float(np.linalg.norm(normal))
    height_m = (float(normal @ camera.position_m) - ground.z0_m) / length
    unit = normal / length
    right, _, forward = (axis - 2.0 * (axis @ unit) * unit for axis in camera.rotation_camera_world())
    yaw_rad = float(np.arctan2(forward[1], forward[0]))
    tilt_rad = float(np.arcsin(np.clip(-forward[2], -1.0, 1.0)))
    level = replace(camera, yaw_rad=yaw_rad, tilt_rad=tilt_rad, roll_rad=0.0).rotation_camera_world()
    roll_rad = float(np.arctan2(right @ level[1], right @ level[0]))
    place_m = camera.position_m - 2.0 * height_m * unit
    return replace(camera, position_m=place_m, yaw_rad=yaw_rad, tilt_rad=tilt_rad, roll_rad=roll_rad)


def rippled(mirror: Float32Array) -> Float32Array:
    """Return a mirrored picture (H, W, 3) as drops that fall on the water leave it: drawn out downwards."""
    height = mirror.shape[0]
    long, short = (cv2.blur(mirror, (3, 2 * max(1, height // part) + 1)) for part in (18, 60))
    return np.asarray(0.65 * long + 0.35 * short, dtype=np.float32)


def dim_reflections(
    canvas: UInt8Array, camera: PinholeCamera, vehicles: VehicleStates, light: Light, gloss: UInt8Array
) -> None:
    """Take from the street the light of the sky that the mirror images of vehicles keep from it."""
    sky = light.horizon_bgr
    if not len(vehicles) or sky.mean() < BY_DAY:
        return
    points = corners_m(vehicles).copy()
    points[..., 2] = 2.0 * vehicles.position_m[:, None, 2] - points[..., 2]
    scale, flat = coarse(canvas.shape, STREAKS_PX)
    picture = np.zeros((*flat.shape, 3), dtype=np.uint8)
    pixels, depth = camera.project(points.reshape(-1, 3))
    outlines = np.clip(np.nan_to_num(pixels), -9000, 9000).reshape(-1, 8, 2) * scale
    ahead = depth.reshape(-1, 8).min(axis=1) > NEAR_M
    lost = np.clip(sky - 0.8 * vehicles.colour_bgr * light.sky_bgr, 0.0, 255.0)
    for outline, bgr in zip(fixed(outlines[ahead]), lost[ahead].tolist(), strict=True):
        cv2.fillConvexPoly(picture, cv2.convexHull(outline), bgr, cv2.LINE_AA, SHIFT)
    soft = cv2.blur(picture, (3, 9))
    full = cv2.resize(soft, (canvas.shape[1], canvas.shape[0]), interpolation=cv2.INTER_LINEAR)
    take_share(canvas, np.asarray(full, dtype=np.uint8), gloss)


def lamp_drop_px(camera: PinholeCamera, height_m: Float64Array, depth_m: Float64Array) -> Float64Array:
    """Return how far below a lamp its mirror image lies in the picture (N,): twice its height, as seen."""
    return np.asarray(
        2.0 * height_m * camera.focal_px * np.cos(camera.tilt_rad) / np.maximum(depth_m, NEAR_M),
        dtype=np.float64,
    )
