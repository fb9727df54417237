"""What no choice can exceed: the linear bound, and the integer programme by HiGHS."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack

from detectors.datatypes.arrays import Float64Array, Int64Array
from twin.placement.instance import CoverInstance

WHOLE = 0.5  # a variable above it is chosen
RELATIVE_GAP = 1e-9
UNLIMITED_S = 1e7


@dataclass(frozen=True, slots=True)
class Exact:
    """What a programme found: a choice (None where it ended before one) and a bound on every choice."""

    chosen: tuple[int, ...] | None
    bound: float


def linear_bound(instance: CoverInstance) -> float:
    """Return the optimum of the programme with shares of candidates: no choice covers more."""
    return _solve(instance, whole=False, time_limit_s=None).bound


def solve(instance: CoverInstance, time_limit_s: float | None) -> Exact:
    """Return the choice and the bound of the integer programme after at most `time_limit_s`."""
    return _solve(instance, whole=True, time_limit_s=time_limit_s)


def _solve(instance: CoverInstance, *, whole: bool, time_limit_s: float | None) -> Exact:
    """Solve max w y, y_i <= sum of the x that cover i, x within budget and poles, 0 <= x, y <= 1.

    With x whole, y is whole by itself. Fixed candidates have x = 1.
    """
    count, points = instance.covers.shape
    if points == 0 or count == 0:
        return Exact((), 0.0)
    objective = np.concatenate((np.zeros(count), -instance.weights))
    lowest = np.concatenate((instance.fixed.astype(np.float64), np.zeros(points)))
    found = milp(
        objective,
        integrality=np.concatenate((np.full(count, int(whole)), np.zeros(points))),
        bounds=Bounds(lowest, np.ones(count + points)),
        constraints=LinearConstraint(*_limits(instance)),
        options={"mip_rel_gap": RELATIVE_GAP, "time_limit": time_limit_s or UNLIMITED_S},
    )
    dual = found.mip_dual_bound if whole else found.fun
    bound = instance.total if dual is None or not np.isfinite(dual) else min(-float(dual), instance.total)
    if found.x is None:
        return Exact(None, bound)
    rows: Int64Array = np.flatnonzero((found.x[:count] > WHOLE) & ~instance.fixed)
    return Exact(tuple(rows.tolist()), bound)


def _limits(instance: CoverInstance) -> tuple[csr_array, Float64Array, Float64Array]:
    """Return (A, low, high): each point is covered only through what is chosen; budget; poles."""
    count, points = instance.covers.shape
    free = ~instance.fixed
    through = hstack((-instance.covers.T.astype(np.float64), _identity(points)))
    costs = csr_array(np.where(free, instance.costs, 0.0)[None, :])
    poles, row = np.unique(instance.pole, return_inverse=True)
    crowd = coo_array((free.astype(np.float64), (row, np.arange(count))), shape=(len(poles), count))
    sides = vstack((costs, crowd))
    empty = coo_array((sides.shape[0], points), dtype=np.float64)
    matrix = csr_array(vstack((through, hstack((sides, empty)))))
    high = np.concatenate((np.zeros(points), [instance.budget], np.full(len(poles), instance.per_pole)))
    return matrix, np.full(len(high), -np.inf), high


def _identity(size: int) -> coo_array:
    rows = np.arange(size)
    return coo_array((np.ones(size), (rows, rows)), shape=(size, size))
