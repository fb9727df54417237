"""The shadows that houses, trees and masts throw on the ground."""

import cv2
import numpy as np

from detectors.datatypes.arrays import Float64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.geometry import GroundPlane
from twin.environment.furniture import Furniture, PlantKind
from twin.rendering.canvas import NEAR_M, SHIFT, clipped_px, fixed

RING = np.array([[np.cos(t), np.sin(t)] for t in np.linspace(0, 2 * np.pi, 12, endpoint=False)])
SHORTEST_SUN = 0.16  # sine of the elevation below which shadows grow no longer


def fall_of(sun: Float64Array) -> Float64Array:
    """Return how far (2,) the shadow of a thing reaches, by its height; `sun` (3,) points to the sun."""
    return np.asarray(-sun[:2] / max(float(sun[2]), SHORTEST_SUN), dtype=np.float64)


def shadow_mask(
    camera: PinholeCamera, ground: GroundPlane, furniture: Furniture, sun: Float64Array
) -> UInt8Array:
    """Return how much sun things keep from the ground (H, W), of 255, with soft edges."""
    mask: UInt8Array = np.zeros((camera.height_px, camera.width_px), dtype=np.uint8)
    outlines = shadow_outlines(furniture, fall_of(sun))
    flat = np.vstack(outlines) if outlines else np.empty((0, 2))
    points = np.column_stack((flat, ground.height_m(flat)))
    in_camera = (points - camera.position_m) @ camera.rotation_camera_world().T
    starts = np.concatenate(([0], np.cumsum([len(outline) for outline in outlines])[:-1])).astype(np.int64)
    for row in _shown(camera, in_camera, starts).tolist():
        end = starts[row] + len(outlines[row])
        pixels = clipped_px(camera, points[starts[row] : end])
        if pixels is not None:
            hull = np.asarray(cv2.convexHull(pixels.astype(np.float32)), dtype=np.float64)[:, 0]
            cv2.fillConvexPoly(mask, fixed(hull), 255, cv2.LINE_AA, SHIFT)
    wide = max(1, camera.width_px // 640)
    return np.asarray(cv2.blur(mask, (4 * wide + 1, 2 * wide + 1)), dtype=np.uint8)


def _shown(camera: PinholeCamera, in_camera: Float64Array, starts: Float64Array) -> Float64Array:
    """Return the rows of the outlines, points (N, 3) from `starts` on, that are not wholly out of view."""
    if not len(starts):
        return starts
    x, y, depth = in_camera.T
    out = np.ones(len(starts), dtype=np.bool_)
    across, down = (side / 2 / camera.focal_px for side in (camera.width_px, camera.height_px))
    for beyond in (depth - NEAR_M, across * depth - x, across * depth + x, down * depth - y, down * depth + y):
        out &= np.maximum.reduceat(beyond, starts) > 0.0
    return np.flatnonzero(out)


def shadow_outlines(furniture: Furniture, fall: Float64Array) -> list[Float64Array]:
    """Return points (N, 2) on the ground whose hull is a shadow; `fall` is its length by height."""
    outlines = [
        np.vstack((one.corners_m, one.corners_m + fall * one.height_m)) for one in furniture.buildings
    ]
    for mast in furniture.masts:
        foot = np.array(mast.position_m[:2])
        outlines.append(np.vstack((foot + 0.09 * RING, foot + fall * mast.height_m + 0.09 * RING)))
    stretch = RING + np.outer(RING @ fall, fall) * 0.5 / max(1.0, float(np.hypot(*fall)))
    for plant in furniture.plants:
        foot, tip = np.array(plant.position_m[:2]), fall * plant.height_m
        if plant.kind is PlantKind.SHRUB:
            outlines.append(np.vstack((foot + 0.5 * RING, foot + tip + 0.3 * RING)))
        else:
            outlines.append(np.vstack((foot + 0.1 * RING, foot + 0.5 * tip + 0.05 * RING)))
            crown = foot + tip - fall * plant.radius_m
            outlines.append(crown + 0.9 * plant.radius_m * stretch)
    return outlines


