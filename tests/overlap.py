"""Do footprints overlap? Oriented rectangles by the separating axis theorem."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from twin.truth import VehicleStates


def footprints(states: VehicleStates, shrink_m: float = 0.0) -> NDArray[np.float64]:
    """Corners (N, 4, 2), each side drawn in by `shrink_m`."""
    along = np.column_stack((np.cos(states.heading_rad), np.sin(states.heading_rad)))
    across = np.column_stack((-along[:, 1], along[:, 0]))
    half = states.size_m[:, :2] / 2 - shrink_m
    signs = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])
    corners: NDArray[np.float64] = (
        states.position_m[:, None, :2]
        + signs[None, :, :1] * (along * half[:, :1])[:, None]
        + signs[None, :, 1:] * (across * half[:, 1:])[:, None]
    )
    return corners


def overlaps(states: VehicleStates, shrink_m: float = 0.0) -> list[tuple[int, int]]:
    """Pairs (i, j) of vehicles whose footprints overlap by more than `shrink_m` on each side."""
    if len(states) < 2:
        return []
    corners = footprints(states, shrink_m)
    near = cKDTree(states.position_m[:, :2]).query_pairs(12.0, output_type="ndarray")
    near = near[np.lexsort((near[:, 1], near[:, 0]))]
    apart = np.zeros(len(near), bool)
    for which in range(2):
        heading = states.heading_rad[near[:, which]]
        for axis in (np.column_stack((np.cos(heading), np.sin(heading))),
                     np.column_stack((-np.sin(heading), np.cos(heading)))):  # fmt: skip
            a, b = (np.einsum("nij,nj->ni", corners[near[:, k]], axis) for k in range(2))
            apart |= (a.max(1) <= b.min(1)) | (b.max(1) <= a.min(1))
    return [(int(i), int(j)) for i, j in near[~apart]]
