"""The exact truth of one frame: which vehicle shows where, and how much of it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import BoolArray, Float32Array, Float64Array
from detectors.datatypes.camera import PinholeCamera
from twin.rendering.fleet import in_place, placed
from twin.truth import Scene, VehicleStates

NEAR_M = 1.0
SMALLEST_PX = 3.0
SCALE = 2  # silhouettes are counted on a grid this much coarser than the frame
_CORNERS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (0.0, 1.0)])


@dataclass(frozen=True, slots=True, eq=False)
class FrameTruth:
    """N vehicles in view, nearest first.

    `vehicle_id`, `vehicle_class` (N,); `boxes_px` (N, 4) as x0, y0, x1, y1, clipped to the frame;
    `contact_px` (N, 2) the middle of the footprint, not clipped; `visible` (N,) the share of the
    silhouette that is inside the frame and hidden by nothing nearer; `plates` the texts.
    """

    vehicle_id: NDArray[np.int64]
    vehicle_class: NDArray[np.int8]
    boxes_px: NDArray[np.float64]
    contact_px: NDArray[np.float64]
    visible: NDArray[np.float64]
    plates: tuple[str, ...]


def frame_truth(scene: Scene, camera: PinholeCamera, upright_m: Float32Array | None = None) -> FrameTruth:
    """Return what `camera` has of the vehicles of a scene.

    `upright_m` (H, W) is the depth of what stands in the street, where the caller knows it.
    """
    vehicles = in_frame(camera, scene.vehicles)
    axis = camera.rotation_camera_world()[2]
    depth_m = (vehicles.position_m - camera.position_m) @ axis
    order = np.argsort(depth_m, kind="stable")
    vehicles, depth_m = vehicles.select(order), depth_m[order]
    outlines = _silhouettes(camera, vehicles)
    edge = np.array([camera.width_px - 1, camera.height_px - 1], dtype=np.float64)
    boxes = [
        np.concatenate((np.clip(one.min(axis=0), 0, edge), np.clip(one.max(axis=0), 0, edge)))
        for one in outlines
    ]
    contact, _ = camera.project(vehicles.position_m)
    visible = _visible(outlines, depth_m, camera, upright_m)
    return FrameTruth(
        vehicles.vehicle_id,
        vehicles.vehicle_class,
        np.array(boxes, dtype=np.float64).reshape(-1, 4),
        contact,
        visible,
        vehicles.plates,
    )


def in_frame(camera: PinholeCamera, vehicles: VehicleStates) -> VehicleStates:
    """Return the vehicles whose cuboid shows at least in part and is not too small."""
    if not len(vehicles):
        return vehicles
    flat, depth = camera.project(corners_m(vehicles).reshape(-1, 3))
    pixels = flat.reshape(-1, 8, 2)
    ahead: BoolArray = depth.reshape(-1, 8).min(axis=1) > NEAR_M
    low = np.where(ahead[:, None], pixels.min(axis=1), -1e6)
    high = np.where(ahead[:, None], pixels.max(axis=1), -1e6)
    shows = (high > 0).all(axis=1) & (low < [camera.width_px - 1, camera.height_px - 1]).all(axis=1)
    shows &= (high - low).max(axis=1) >= SMALLEST_PX
    return vehicles if shows.all() else vehicles.select(shows)


def corners_m(vehicles: VehicleStates) -> Float64Array:
    """Return the corners (N, 8, 3) of the cuboids around the vehicles; even ones are on the ground."""
    return placed(_CORNERS[None] * vehicles.size_m[:, None, :], vehicles)


def _silhouettes(camera: PinholeCamera, vehicles: VehicleStates) -> list[Float64Array]:
    """Return the convex outline (K, 2) of each vehicle in pixels."""
    found: list[Float64Array] = [np.empty((0, 2))] * len(vehicles)
    for _, rows, points in in_place(vehicles):
        flat, _ = camera.project(points.reshape(-1, 3))
        for row, pixels in zip(rows.tolist(), flat.reshape(*points.shape[:2], 2), strict=True):
            hull = cv2.convexHull(pixels.astype(np.float32))
            found[row] = np.asarray(hull, dtype=np.float64)[:, 0]
    return found


def _visible(
    outlines: list[Float64Array], depth_m: Float64Array, camera: PinholeCamera, upright_m: Float32Array | None
) -> NDArray[np.float64]:
    """Return the shares, the outlines being ordered from near to far."""
    size = (camera.height_px // SCALE + 1, camera.width_px // SCALE + 1)
    taken = np.zeros(size, dtype=np.uint8)
    standing = None if upright_m is None else upright_m[::SCALE, ::SCALE]
    shares = np.zeros(len(outlines))
    for row, outline in enumerate(outlines):
        low = np.maximum(outline.min(axis=0) / SCALE, 0).astype(int)
        high = np.minimum(outline.max(axis=0) / SCALE + 1, size[::-1]).astype(int)
        area = (slice(low[1], high[1]), slice(low[0], high[0]))
        own = np.zeros(taken[area].shape, dtype=np.uint8)
        if not own.size:
            continue  # out of the frame
        corners = np.round((outline / SCALE - low) * 16).astype(np.int32)
        cv2.fillConvexPoly(own, corners, 1, cv2.LINE_8, 4)
        free = (own > 0) & (taken[area] == 0)
        if standing is not None:
            part = standing[area]
            free[: part.shape[0], : part.shape[1]] &= part >= depth_m[row]
        shares[row] = free.sum() / max(int(own.sum()), 1) * _inside(outline, camera)
        taken[area] |= own
    return shares


def _inside(outline: Float64Array, camera: PinholeCamera) -> float:
    """Return the share of an outline that lies in the frame."""
    edge = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * [camera.width_px - 1, camera.height_px - 1]
    if (outline >= 0).all() and (outline <= edge[2]).all():
        return 1.0
    whole = cv2.contourArea(outline.astype(np.float32))
    common, _ = cv2.intersectConvexConvex(outline.astype(np.float32), edge.astype(np.float32))
    return float(np.clip(common / max(whole, 1e-6), 0.0, 1.0))
