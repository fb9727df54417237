"""The exact truth of one frame: which vehicle shows where, and how much of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.camera import NEAR_M, PinholeCamera
from twin.truth import Scene, VehicleStates

_CORNERS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (0.0, 1.0)])
SCALE = 4  # the pictures of vehicles are counted on a grid this much coarser than the frame


@dataclass(frozen=True, slots=True, eq=False)
class FrameTruth:
    """N vehicles in view, nearest first.

    `vehicle_id`, `vehicle_class` (N,); `boxes_px` (N, 4) clipped to the frame; `contact_px` (N, 2)
    the middle of the footprint; `visible` (N,) the share of the box that no nearer box hides.
    """

    vehicle_id: NDArray[np.int64]
    vehicle_class: NDArray[np.int8]
    boxes_px: NDArray[np.float64]
    contact_px: NDArray[np.float64]
    visible: NDArray[np.float64]
    plates: tuple[str, ...]


def frame_truth(scene: Scene, camera: PinholeCamera) -> FrameTruth:
    """Return what `camera` has of the vehicles of a scene."""
    vehicles = scene.vehicles
    pixels, depth = camera.project(corners_m(vehicles).reshape(-1, 3))
    pixels, depth = pixels.reshape(-1, 8, 2), depth.reshape(-1, 8)
    ahead = depth.min(axis=1) > NEAR_M
    low = np.where(ahead[:, None], pixels.min(axis=1), -1.0)
    high = np.where(ahead[:, None], pixels.max(axis=1), -1.0)
    edge = np.array([camera.width_px - 1, camera.height_px - 1])
    boxes = np.concatenate((np.clip(low, 0, edge), np.clip(high, 0, edge)), axis=1)
    whole = np.maximum(np.prod(high - low, axis=1), 1e-9)
    inside = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    seen = np.flatnonzero(ahead & (inside >= 9.0) & (inside >= 0.2 * whole))
    seen = seen[np.argsort(depth[seen].mean(axis=1), kind="stable")]
    contact, _ = camera.project(vehicles.position_m[seen])
    return FrameTruth(
        vehicles.vehicle_id[seen],
        vehicles.vehicle_class[seen],
        boxes[seen],
        contact,
        _visible(boxes[seen], camera),
        tuple(vehicles.plates[row] for row in seen),
    )


def corners_m(vehicles: VehicleStates) -> NDArray[np.float64]:
    """Return the corners (N, 8, 3) of the cuboids around the vehicles."""
    local = _CORNERS[None] * vehicles.size_m[:, None, :]
    cos, sin = np.cos(vehicles.heading_rad)[:, None], np.sin(vehicles.heading_rad)[:, None]
    x = cos * local[..., 0] - sin * local[..., 1]
    y = sin * local[..., 0] + cos * local[..., 1]
    z = local[..., 2] + local[..., 0] * np.tan(vehicles.pitch_rad)[:, None]
    corners: NDArray[np.float64] = np.stack((x, y, z), axis=-1) + vehicles.position_m[:, None, :]
    return corners


def _visible(boxes_px: NDArray[np.float64], camera: PinholeCamera) -> NDArray[np.float64]:
    taken = np.zeros((camera.height_px // SCALE + 1, camera.width_px // SCALE + 1), dtype=bool)
    shares = np.ones(len(boxes_px))
    for row, box in enumerate(boxes_px):
        u0, v0 = (int(n) for n in box[:2] // SCALE)
        u1, v1 = (int(n) + 1 for n in box[2:] // SCALE)
        patch = taken[v0:v1, u0:u1]
        shares[row] = 1.0 - patch.mean()
        patch[:] = True
    return shares
