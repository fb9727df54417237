"""The shadows that houses, trees and masts throw on the ground."""

import cv2
import numpy as np

from detectors.datatypes.arrays import Float64Array, Int64Array, UInt8Array
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.geometry import GroundPlane
from twin.environment.furniture import Furniture, PlantKind
from twin.rendering.canvas import NEAR_M, SHIFT, clipped_px, fixed

RING = np.array([[np.cos(t), np.sin(t)] for t in np.linspace(0, 2 * np.pi, 12, endpoint=False)])
SHORTEST_SUN = 0.16  # sine of the elevation below which shadows grow no longer


def fall_of(sun: Float64Array) -> Float64Array:
    """Return how far (2,) the shadow of a thing reaches, by its height; `sun` (3,) points to the sun."""
    return np.asarray(-sun[:2] / max(float(sun[2]), SHORTEST_SUN), dtype=np.float64)


class CastShadows:
    """The shadows of what stands in a street; their outlines are kept as long as the sun stays."""

    def __init__(self, furniture: Furniture, ground: GroundPlane) -> None:
        self._furniture, self._ground = furniture, ground
        self._sun: Float64Array = np.zeros(3)
        self._points_m, self._ends = np.empty((0, 3)), np.empty(0, dtype=np.int64)

    def mask(self, camera: PinholeCamera, sun: Float64Array, finer: int) -> UInt8Array:
        """Return how much sun things keep from the ground (H, W), of 255, with soft edges.

        `finer` is by how much the picture is finer than the one that is shown.
        """
        mask: UInt8Array = np.zeros((camera.height_px, camera.width_px), dtype=np.uint8)
        if not np.array_equal(self._sun, sun):
            outlines = shadow_outlines(self._furniture, fall_of(sun))
            flat = np.vstack([np.empty((0, 2)), *outlines])
            self._points_m = np.column_stack((flat, self._ground.height_m(flat)))
            self._ends = np.cumsum([len(outline) for outline in outlines], dtype=np.int64)
            self._sun = sun
        starts = np.concatenate(([0], self._ends[:-1]))[: len(self._ends)]
        for row in _shown(camera, self._points_m, starts):
            pixels = clipped_px(camera, self._points_m[starts[row] : self._ends[row]])
            if pixels is not None:
                hull = np.asarray(cv2.convexHull(pixels.astype(np.float32)), dtype=np.float64)[:, 0]
                cv2.fillConvexPoly(mask, fixed(hull), 255, cv2.LINE_AA, SHIFT)
        return np.asarray(cv2.blur(mask, (4 * finer + 1, 2 * finer + 1)), dtype=np.uint8)


def _shown(camera: PinholeCamera, points_m: Float64Array, starts: Int64Array) -> Int64Array:
    """Return the rows of the outlines, points (N, 3) from `starts` on, that are not wholly out of view."""
    if not len(starts):
        return starts
    x, y, depth = ((points_m - camera.position_m) @ camera.rotation_camera_world().T).T
    across, down = (side / 2 / camera.focal_px for side in (camera.width_px, camera.height_px))
    shown = np.ones(len(starts), dtype=np.bool_)
    for inside in (
        depth - NEAR_M,
        across * depth - x,
        across * depth + x,
        down * depth - y,
        down * depth + y,
    ):
        shown &= np.maximum.reduceat(inside, starts) > 0.0
    return np.asarray(np.flatnonzero(shown), dtype=np.int64)


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
