"""The plain problem: weighted points, what each candidate covers, and what may be chosen."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array, csr_array
from scipy.spatial import cKDTree

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array, finite_array, frozen_array

SLACK = 1e-9  # of a sum of costs


class InstanceError(ValueError):
    """An instance that cannot be solved; the message says what was expected and what was given."""


@dataclass(frozen=True, slots=True, eq=False)
class CoverInstance:
    """Maximal covering with costs: choose candidates so that the weight of the covered points is largest.

    `covers` (C, N) boolean CSR says which candidate covers which point, `weights` (N,) >= 0 what a
    point is worth, `costs` (C,) > 0 what a candidate takes of `budget`. `fixed` (C,) are there
    already: always chosen, at no cost. Of the free candidates with the same `pole` (C,) at most
    `per_pole` may be chosen, fixed ones not counted. Source: Church and ReVelle, Papers of the
    Regional Science Association 32 (1974).
    """

    weights: Float64Array
    covers: csr_array
    costs: Float64Array
    budget: float
    fixed: BoolArray
    pole: Int64Array
    per_pole: int

    def __post_init__(self) -> None:
        count, points = self.covers.shape
        for name, size in (("weights", points), ("costs", count)):
            array = finite_array(f"CoverInstance.{name}", getattr(self, name), (size,))
            object.__setattr__(self, name, array)
        object.__setattr__(self, "fixed", frozen_array("CoverInstance.fixed", self.fixed, (count,), np.bool_))
        object.__setattr__(self, "pole", frozen_array("CoverInstance.pole", self.pole, (count,), np.int64))
        if (self.weights < 0).any() or (self.costs <= 0).any() or self.budget < 0 or self.per_pole < 1:
            msg = (
                "CoverInstance: expected weights >= 0, costs > 0, a budget >= 0 and at least 1 a pole, got "
                f"{self.weights.min(initial=0):g}, {self.costs.min(initial=1):g}, {self.budget:g} "
                f"and {self.per_pole}"
            )
            raise InstanceError(msg)

    @property
    def size(self) -> int:
        """How many candidates there are, fixed ones included."""
        return int(self.covers.shape[0])

    @property
    def total(self) -> float:
        """The weight of all points."""
        return float(self.weights.sum())

    def points_of(self, candidate: int) -> Int64Array:
        """Return the points that a candidate covers."""
        ends = self.covers.indptr
        return np.asarray(self.covers.indices[ends[candidate] : ends[candidate + 1]], dtype=np.int64)

    def depth(self, chosen: ArrayLike) -> Int64Array:
        """Return (N,): how many of the chosen and the fixed candidates cover each point."""
        mask = self.fixed.copy()
        mask[np.asarray(chosen, dtype=np.int64)] = True
        return np.asarray(mask.astype(np.int64) @ self.covers.astype(np.int64), dtype=np.int64)

    def value(self, chosen: ArrayLike) -> float:
        """Return the weight of the points that the chosen and the fixed candidates cover."""
        return float(self.weights[self.depth(chosen) > 0].sum())

    def feasible(self, chosen: ArrayLike) -> bool:
        """Return whether a choice of free candidates keeps to the budget and to the poles."""
        rows = np.asarray(chosen, dtype=np.int64)
        if len(np.unique(rows)) < len(rows) or self.fixed[rows].any():
            return False
        _, crowd = np.unique(self.pole[rows], return_counts=True)
        cheap = float(self.costs[rows].sum()) <= self.budget * (1 + SLACK) + SLACK
        return cheap and bool(crowd.max(initial=0) <= self.per_pole)

    def merged(self) -> "CoverInstance":
        """Return the same problem with the points of identical cover made one (exact)."""
        columns = self.covers.tocsc()
        columns.sort_indices()
        keys: dict[bytes, int] = {}
        group = np.empty(columns.shape[1], dtype=np.int64)
        for point in range(columns.shape[1]):
            rows = columns.indices[columns.indptr[point] : columns.indptr[point + 1]]
            group[point] = keys.setdefault(rows.tobytes(), len(keys))
        first = np.unique(group, return_index=True)[1]
        weights = np.bincount(group, self.weights, len(keys)).astype(np.float64)
        return replace(self, weights=weights, covers=csr_array(columns[:, first]))


def cover_instance(
    weights: ArrayLike,
    covers: csr_array | coo_array | BoolArray,
    budget: float,
    *,
    costs: ArrayLike | None = None,
    fixed: ArrayLike = (),
    pole: ArrayLike | None = None,
    per_pole: int = 1,
) -> CoverInstance:
    """Return an instance; without `costs` each candidate costs 1, without `pole` each has its own.

    `fixed` are rows of `covers`.
    """
    given: Any = covers  # the stubs of scipy list every type of an entry but this one
    matrix: csr_array = csr_array(given, dtype=np.bool_)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    count = matrix.shape[0]
    mask = np.zeros(count, dtype=np.bool_)
    mask[np.asarray(fixed, dtype=np.int64)] = True
    return CoverInstance(
        weights=np.asarray(weights, dtype=np.float64),
        covers=matrix,
        costs=np.ones(count) if costs is None else np.asarray(costs, dtype=np.float64),
        budget=float(budget),
        fixed=mask,
        pole=np.arange(count) if pole is None else np.asarray(pole, dtype=np.int64),
        per_pole=per_pole,
    )


def within_radius(
    points_m: ArrayLike, demand: ArrayLike, candidates_m: ArrayLike, radius_m: float, p: int
) -> CoverInstance:
    """Return the textbook instance: `p` of the candidates (C, 2) cover the points (N, 2) within a radius."""
    points, sites = np.asarray(points_m, dtype=np.float64), np.asarray(candidates_m, dtype=np.float64)
    near = [cKDTree(points).query_ball_point(site, radius_m) for site in sites]
    rows = np.repeat(np.arange(len(sites)), [len(found) for found in near])
    columns = np.array([point for found in near for point in found], dtype=np.int64)
    ones = np.ones(len(rows), dtype=np.bool_)
    return cover_instance(demand, csr_array((ones, (rows, columns)), shape=(len(sites), len(points))), p)
