"""Demand from counts: the OD nearest to a prior one whose flows on the counted roads are those counted.

Generalised least squares with non-negative flows (Cascetta 1984, "Estimation of trip matrices from
traffic counts and survey data: a generalized least squares estimator", Transportation Research B 18).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import lsq_linear
from scipy.sparse import coo_array, csr_array, identity, vstack
from scipy.sparse import hstack as beside

from twin.traffic.kernel.arrays import Floats

DENSE = 1500  # unknowns up to which the exact solver is the quicker one


@dataclass(frozen=True, slots=True)
class Trust:
    """How far what is found may lie from the prior, as standard errors relative to it; all [?].

    All flows of a gate together by `entry`, all to an exit by `exit`, each pair of them by `pair`. A count
    errs like a Poisson number and by `count` of itself: days differ, and vehicles are on the way.
    """

    entry: float = 0.5
    exit: float = 0.5
    pair: float = 0.3
    count: float = 0.05

    def spread(self, factor: float) -> "Trust":
        """Return the trust with the flows `factor` times as free."""
        return Trust(self.entry * factor, self.exit * factor, self.pair * factor, self.count)


def geh(modelled: Floats, counted: Floats) -> Floats:
    """Return the GEH statistic of hourly flows, sqrt(2 (m - c)^2 / (m + c)) (UK DMRB 12.2.1)."""
    total = np.maximum(modelled + counted, 1e-12)
    statistic: Floats = np.sqrt(2.0 * (modelled - counted) ** 2 / total)
    return statistic


def fit_od(ways: csr_array, counts: Floats, prior: Floats, trust: Trust) -> Floats:
    """Return the OD (E, D) that fits `counts` (L,) and lies near `prior` (E, D), in vehicles an hour.

    `ways` (L, E x D) says which pairs pass each counted road. A flow that is 0 in the prior stays 0. The
    unknowns are the flows as multiples of the prior, a factor by gate and one by exit about which they
    scatter; pairs that pass no counted road follow these factors.
    """
    entries, exits = prior.shape
    flat = prior.ravel()
    passing = np.flatnonzero((np.asarray(ways.sum(axis=0)).ravel() > 0) & (flat > 0))
    if not len(passing):
        return prior.copy()
    counted = csr_array(ways[:, passing].multiply(flat[passing]))
    error = np.sqrt(np.maximum(counts, 1.0) + (trust.count * counts) ** 2)
    rows, target = _system(
        _by_row(counted, 1.0 / error), counts / error, passing.astype(np.int64), (entries, exits), trust
    )
    lower = np.concatenate((np.zeros(len(passing)), np.full(entries + exits, -np.inf)))
    exact = rows.shape[1] <= DENSE
    found = lsq_linear(rows.toarray() if exact else rows, target, bounds=(lower, np.inf), max_iter=200)
    multiple = 1.0 + found.x[len(passing) :][:entries, None] + found.x[len(passing) + entries :][None, :]
    fitted = np.maximum(multiple, 0.0).ravel()
    fitted[passing] = np.maximum(found.x[: len(passing)], 0.0)
    od: Floats = (fitted * flat).reshape(prior.shape)
    return od


def _by_row(rows: csr_array, factor: Floats) -> csr_array:
    """Return rows, each times its factor."""
    return csr_array(rows.multiply(factor[:, None]))


def _system(
    counted: csr_array, target: Floats, passing: NDArray[np.int64], shape: tuple[int, int], trust: Trust
) -> tuple[csr_array, Floats]:
    """Return the rows of the least squares, each by its standard error, and what they should be."""
    (entries, exits), n = shape, len(passing)
    about = np.arange(n)
    of_gate = coo_array((np.ones(n), (about, passing // exits)), shape=(n, entries))
    of_exit = coo_array((np.ones(n), (about, passing % exits)), shape=(n, exits))
    unknown = n + entries + exits
    scatter = csr_array(beside([identity(n), -of_gate, -of_exit])) * (1.0 / trust.pair)
    gates = coo_array(
        (np.full(entries, 1 / trust.entry), (range(entries), range(n, n + entries))), (entries, unknown)
    )
    leaves = coo_array(
        (np.full(exits, 1 / trust.exit), (range(exits), range(n + entries, unknown))), (exits, unknown)
    )
    blank = csr_array((counted.shape[0], entries + exits))
    rows = csr_array(vstack([beside([counted, blank]), scatter, gates, leaves]))
    return rows, np.concatenate((target, np.full(n, 1 / trust.pair), np.zeros(entries + exits)))
