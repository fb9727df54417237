"""What years leave on asphalt and what is painted on it before a signal: patches, cracks, arrows."""

import numpy as np

from detectors.datatypes.arrays import Float64Array
from twin.network.model import TurnKind
from twin.network.roadside import Section
from twin.randomness import Seed

TAR_EVERY_M, CRACK_EVERY_M = 21.0, 9.0  # mean distances on a carriageway [?]
TAR_M = ((0.8, 4.5), (0.5, 1.6))  # length and width of a patch where the road was opened [?]
CRACK_M = (0.03, 0.06)  # width of a crack, filled or not [?]
ARROW_FROM_LINE_M, ARROW_M, HEAD_M = 13.0, 5.0, 1.6  # PM 34/2014 asks for 5 m in towns
SHAFT_M, HEAD_HALF_M = 0.15, 0.45


def tar_patches(cut: Section) -> list[Float64Array]:
    """Return outlines (4, 3) of the places where a road was opened and closed again."""
    draw = Seed(0, ("road wear",)).generator("tar", cut.road.id)
    flat = []
    for _ in range(int(cut.road.length_m / TAR_EVERY_M)):
        long, wide = (float(draw.uniform(*limits)) for limits in TAR_M)
        along = float(draw.uniform(0.0, max(cut.road.length_m - long, 0.1)))
        offset = float(draw.uniform(-cut.lane_edge_m + 0.3, cut.kerb_edge_m - wide - 0.3))
        flat.append(_rectangle(along, along + long, offset, offset + wide))
    return _laid(cut, flat)


def cracks(cut: Section) -> list[Float64Array]:
    """Return outlines (4, 3) of the pieces of cracks, each a crooked line along or across the road."""
    draw = Seed(0, ("road wear",)).generator("cracks", cut.road.id)
    low, high = -cut.lane_edge_m + 0.2, cut.kerb_edge_m - 0.2
    flat = []
    for _ in range(int(cut.road.length_m / CRACK_EVERY_M)):
        across = draw.random() < 0.35
        count = int(draw.integers(3, 8))
        step = np.array([0.15, 0.75] if across else [0.8, 0.12]) * draw.choice([-1.0, 1.0], 2)
        walk = np.cumsum(step + draw.normal(0.0, 0.22, (count, 2)), axis=0)
        walk += (draw.uniform(0.0, cut.road.length_m), draw.uniform(low, high))
        along, offset = walk[:, 0], np.clip(walk[:, 1], low, high)
        half = float(draw.uniform(*CRACK_M)) / 2
        skew = np.array([half, 0.0]) if across else np.array([0.0, half])
        for i in range(count - 1):
            ends = [(along[i], offset[i]), (along[i + 1], offset[i + 1])]
            corners = [*(np.array(end) - skew for end in ends), *(np.array(end) + skew for end in ends[::-1])]
            flat.append(np.array(corners))
    return _laid(cut, flat)


def _rectangle(from_m: float, to_m: float, inner_m: float, outer_m: float) -> Float64Array:
    return np.array([[from_m, inner_m], [to_m, inner_m], [to_m, outer_m], [from_m, outer_m]])


def _laid(cut: Section, flat: list[Float64Array]) -> list[Float64Array]:
    """Return outlines (4, 3) on the road of outlines (4, 2) along and across it, all in one go."""
    rows = np.concatenate([np.empty((0, 2)), *flat])
    return list(cut.points_m(rows[:, 0], rows[:, 1]).reshape(-1, 4, 3))


def arrows(cut: Section, kinds: frozenset[TurnKind]) -> list[Float64Array]:
    """Return outlines (K, 3) of the arrows before the stop line: one a lane, for what may be done from it."""
    road = cut.road
    tip = road.length_m - ARROW_FROM_LINE_M - road.motorcycle_box_m
    if tip - ARROW_M < 10.0:
        return []
    found = []
    for lane in range(road.lanes):
        middle = cut.lane_edge_m - (lane + 0.5) * road.lane_width_m
        if TurnKind.STRAIGHT in kinds:
            found += _straight(cut, tip, middle)
        for side, kind in ((1, TurnKind.LEFT), (-1, TurnKind.RIGHT)):
            outermost = lane == (0 if side == cut.kerb_sign else road.lanes - 1)
            if kind in kinds and (outermost or TurnKind.STRAIGHT not in kinds):
                found += _branch(cut, tip - 1.0, middle, side * cut.kerb_sign)
    return found


def _straight(cut: Section, tip_m: float, middle_m: float) -> list[Float64Array]:
    neck = tip_m - HEAD_M
    shaft = cut.band_m(np.array([tip_m - ARROW_M, neck]), middle_m - SHAFT_M / 2, middle_m + SHAFT_M / 2)
    head = cut.points_m([neck, neck, tip_m], [middle_m - HEAD_HALF_M, middle_m + HEAD_HALF_M, middle_m])
    return [shaft, head]


def _branch(cut: Section, tip_m: float, middle_m: float, side: int) -> list[Float64Array]:
    """Return shaft, bar and head of an arrow that turns to a side, +1 being the kerb."""
    out, bar = middle_m + side * 0.55, tip_m - 1.2
    shaft = cut.band_m(np.array([tip_m - ARROW_M + 1.0, bar]), middle_m - SHAFT_M / 2, middle_m + SHAFT_M / 2)
    across = cut.points_m([bar - 0.3, bar, tip_m - 0.75, tip_m - 1.05], [middle_m, middle_m, out, out])
    head = cut.points_m([tip_m - 1.9, tip_m, tip_m - 0.9], [out, out, out + side * 0.5])
    return [shaft, across, head]
