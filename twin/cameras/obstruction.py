"""What fixed things keep from a camera: sight lines against houses, plants and masts."""

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array
from twin.environment.furniture import Building, Furniture, Mast, Plant, PlantKind

MAST_M, TRUNK_M = 0.09, 0.1  # radii, as they are painted
FULL = 0.9  # a crown is not full to its edge
AT_EYE_M = 1.0  # what stands so near to the lens carries it
CHUNK = 4096


def hidden(eye_m: Float64Array, points_m: Float64Array, furniture: Furniture) -> BoolArray:
    """Return (N,): to which points (N, 3) something that stands still bars the sight from `eye_m` (3,).

    Houses are blocks, crowns and shrubs upright cylinders, trunks and masts thin ones.
    """
    found = np.zeros(len(points_m), dtype=np.bool_)
    if not len(points_m):
        return found
    reach_m = float(np.hypot(*(points_m[:, :2] - eye_m[:2]).T).max())
    for building in furniture.buildings:
        if np.hypot(*(building.corners_m - eye_m[:2]).T).min() <= reach_m:
            found |= _behind_block(eye_m, points_m, building)
    uprights = _uprights(furniture)
    gaps_m = np.hypot(*(uprights[:, :2] - eye_m[:2]).T)
    near = uprights[(gaps_m > AT_EYE_M) & (gaps_m <= reach_m + 5.0)]
    for first in range(0, len(near), CHUNK):
        found |= _behind_cylinders(eye_m, points_m, near[first : first + CHUNK])
    return found


def _uprights(furniture: Furniture) -> Float64Array:
    """Return upright cylinders (M, 5): x, y, radius, foot and top."""
    rows = [row for plant in furniture.plants for row in _of_plant(plant)]
    rows += [_of_mast(mast) for mast in furniture.masts]
    return np.array(rows, dtype=np.float64).reshape(-1, 5)


def _of_plant(plant: Plant) -> list[tuple[float, float, float, float, float]]:
    x, y, z = plant.position_m
    top_m = z + plant.height_m
    if plant.kind is PlantKind.SHRUB:
        return [(x, y, FULL * plant.radius_m, z, top_m)]
    crown_m = max(z, top_m - 2 * plant.radius_m)
    return [(x, y, TRUNK_M, z, crown_m), (x, y, FULL * plant.radius_m, crown_m, top_m)]


def _of_mast(mast: Mast) -> tuple[float, float, float, float, float]:
    x, y, z = mast.position_m
    return x, y, MAST_M, z, z + mast.height_m


def _behind_cylinders(eye_m: Float64Array, points_m: Float64Array, uprights: Float64Array) -> BoolArray:
    """Return (N,): which sight lines pass through one of the cylinders (M, 5)."""
    ray = points_m - eye_m
    to_axis = uprights[:, :2] - eye_m[:2]
    flat = np.maximum(np.einsum("ij,ij->i", ray[:, :2], ray[:, :2]), 1e-12)[:, None]
    middle = (ray[:, :2] @ to_axis.T) / flat
    off_sq = np.einsum("ij,ij->i", to_axis, to_axis)[None] - middle**2 * flat
    half = np.sqrt(np.maximum(uprights[:, 2] ** 2 - off_sq, 0.0) / flat)
    enters, leaves = np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)
    ends = np.stack((eye_m[2] + enters * ray[:, 2:], eye_m[2] + leaves * ray[:, 2:]))
    tall = (ends.min(axis=0) < uprights[:, 4]) & (ends.max(axis=0) > uprights[:, 3])
    inside = (off_sq < uprights[:, 2] ** 2) & (enters < leaves) & tall
    return np.asarray(inside.any(axis=1), dtype=np.bool_)


def _behind_block(eye_m: Float64Array, points_m: Float64Array, building: Building) -> BoolArray:
    """Return (N,): which sight lines pass through a block, by clipping them to its four sides."""
    ray, middle = points_m - eye_m, building.corners_m.mean(axis=0)
    enters, leaves = np.zeros(len(ray)), np.ones(len(ray))
    for row in range(4):
        a, b = building.corners_m[row], building.corners_m[(row + 1) % 4]
        out = np.array([b[1] - a[1], a[0] - b[0]])
        out = out if out @ (a - middle) > 0 else -out
        gap, along = float(out @ (a - eye_m[:2])), ray[:, :2] @ out
        with np.errstate(divide="ignore", invalid="ignore"):
            at = gap / along
        enters = np.where(along < 0, np.maximum(enters, at), enters)
        leaves = np.where(along > 0, np.minimum(leaves, at), leaves)
        if gap < 0:
            leaves = np.where(along == 0, -1.0, leaves)
    lowest_m = eye_m[2] + np.minimum(enters * ray[:, 2], leaves * ray[:, 2])
    return np.asarray((enters < leaves) & (lowest_m < building.base_m + building.height_m), dtype=np.bool_)
