"""Where the numbers on a map go: near what they number, and not upon each other."""

import numpy as np

from detectors.datatypes.arrays import Float64Array

BOX_PT = (14.0, 11.0)  # a number of two digits with its frame
MARK_PT = 5.0  # half of the side of a mark
RADII_PT = (13.0, 18.0, 25.0, 33.0, 43.0, 55.0)
DIRECTIONS = 16
MARGIN_PT = 8.0


def free_places(
    anchors_pt: Float64Array, marks_pt: Float64Array, limits_pt: tuple[float, float]
) -> Float64Array:
    """Return the middles (N, 2) of the labels of `anchors_pt` (N, 2), in points from the lower left.

    Each goes to the nearest place at which it covers no label before it and none of `marks_pt` (M, 2),
    or to the one with the fewest where none is free. Limits are the width and height of the map.
    """
    placed: list[Float64Array] = []
    for anchor in anchors_pt:
        places = anchor + _offsets()
        inside = (places >= MARGIN_PT).all(axis=1) & (places <= np.array(limits_pt) - MARGIN_PT).all(axis=1)
        cost = 100.0 * ~inside + _covered(
            places, marks_pt, (BOX_PT[0] / 2 + MARK_PT, BOX_PT[1] / 2 + MARK_PT)
        )
        if placed:
            cost = cost + 3.0 * _covered(places, np.array(placed), BOX_PT)
        placed.append(places[int(np.argmin(cost))])
    return np.array(placed).reshape(-1, 2)


def _offsets() -> Float64Array:
    """Return (K, 2) offsets to try, the nearest first."""
    angles = np.pi / 4 + np.arange(DIRECTIONS) * 2 * np.pi / DIRECTIONS
    ring = np.column_stack((np.cos(angles), np.sin(angles)))
    return np.concatenate([radius * ring for radius in RADII_PT])


def _covered(places: Float64Array, others: Float64Array, reach_pt: tuple[float, float]) -> Float64Array:
    """Return (K,): how many of `others` (M, 2) are nearer to each place (K, 2) than `reach_pt` both ways."""
    apart = np.abs(places[:, None] - others[None])
    return np.asarray((apart < np.array(reach_pt)).all(axis=2).sum(axis=1), dtype=np.float64)
