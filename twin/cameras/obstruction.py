"""What fixed things keep from a camera: sight lines against houses, plants and masts."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array
from twin.environment.furniture import (
    BEFORE_EYE_M,
    SIGHT_M,
    Building,
    Furniture,
    Mast,
    MastKind,
    Plant,
    PlantKind,
    before_eye,
    sight_gap_m,
)

MAST_M, TRUNK_M = 0.09, 0.1  # radii, as they are painted
FULL = 0.9  # a crown is not full to its edge
AT_EYE_M = 1.0  # what stands so near to the lens carries it
TREE_M, HOUSE_M = 2.0, 3.0  # how much wider than SIGHT_M the way is kept clear of them
FURTHER_M = 5.0  # a crown this much farther than what is looked at still hides it
ALWAYS, PLANTED, RAISED = range(3)  # what is left out of an eye's way: nothing, trees, masts


@dataclass(frozen=True, slots=True, eq=False)
class Obstacles:
    """What bars the sight: houses, and upright cylinders (M, 5) of x, y, radius, foot and top in metres.

    `yields` (M,) says which of them nobody leaves in the way of a camera, `within_m` (M,) how near.
    """

    houses: tuple[Building, ...]
    uprights: Float64Array
    yields: Int64Array
    within_m: Float64Array

    @classmethod
    def of(cls, furniture: Furniture) -> Self:
        """Return the obstacles among things that stand beside a street."""
        rows = [row for plant in furniture.plants for row in _of_plant(plant)]
        rows += [_of_mast(mast) for mast in furniture.masts]
        table = np.array(rows, dtype=np.float64).reshape(-1, 7)
        return cls(furniture.buildings, table[:, :5], table[:, 5].astype(np.int64), table[:, 6])

    def before(self, eye_m: Float64Array, aim_m: Float64Array, reach_m: float) -> Self:
        """Return those within `reach_m` of an eye (3,) that whoever planned its place left standing.

        The same rule puts up the street that is rendered: masts and trees close before a lens, and
        houses and trees on the line to its aim, would not have been planned so.
        """
        eye, aim = eye_m[:2], aim_m[:2]
        gaps_m = np.hypot(*(self.uprights[:, :2] - eye).T)
        near = np.flatnonzero((gaps_m > AT_EYE_M) & (gaps_m <= reach_m + FURTHER_M))
        at_m, yields = self.uprights[near, :2], self.yields[near]
        gone = (yields != ALWAYS) & before_eye(eye, aim, at_m, self.within_m[near])
        gone |= (yields == PLANTED) & (sight_gap_m(eye, aim, at_m) <= TREE_M + SIGHT_M)
        kept = near[~gone]
        houses = tuple(house for house in self.houses if _stands(house, eye, aim, reach_m))
        return replace(
            self,
            houses=houses,
            uprights=self.uprights[kept],
            yields=self.yields[kept],
            within_m=self.within_m[kept],
        )

    def hide(self, eye_m: Float64Array, points_m: Float64Array) -> BoolArray:
        """Return (N,): to which points (N, 3) one of them bars the sight from `eye_m` (3,)."""
        found = np.zeros(len(points_m), dtype=np.bool_)
        for house in self.houses:
            found |= _behind_block(eye_m, points_m, house)
        if len(self.uprights) and len(points_m):
            found |= _behind_cylinders(eye_m, points_m, self.uprights)
        return found


def _stands(house: Building, eye: Float64Array, aim: Float64Array, reach_m: float) -> bool:
    near = float(np.hypot(*(house.corners_m - eye).T).min()) <= reach_m
    return near and bool((sight_gap_m(eye, aim, house.corners_m) > HOUSE_M + SIGHT_M).all())


def _of_plant(plant: Plant) -> list[tuple[float, ...]]:
    x, y, z = plant.position_m
    top_m = z + plant.height_m
    if plant.kind is PlantKind.SHRUB:
        return [(x, y, FULL * plant.radius_m, z, top_m, ALWAYS, 0.0)]
    crown_m = max(z, top_m - 2 * plant.radius_m)
    rule = PLANTED, BEFORE_EYE_M * (2 if plant.kind is PlantKind.PALM else 1)
    return [(x, y, TRUNK_M, z, crown_m, *rule), (x, y, FULL * plant.radius_m, crown_m, top_m, *rule)]


def _of_mast(mast: Mast) -> tuple[float, ...]:
    x, y, z = mast.position_m
    rule = ALWAYS if mast.kind is MastKind.SIGNAL else RAISED
    return x, y, MAST_M, z, z + mast.height_m, rule, BEFORE_EYE_M


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
