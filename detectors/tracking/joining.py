"""Which detection is whose: who stands claims what is in his place, then all others compete.

A stander can wait: he is covered now and then, and loses nothing by not being seen. So he takes what lies in
his place before anybody else may, and nothing that fits a moving vehicle better or is of another size. A pair
is made only where it gains something over a target that is not seen and a detection that begins a new one.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array
from detectors.tracking.looks import SAME_SIZE, unlike

GATE = 13.8  # chi-squared with two degrees of freedom, 99.9 %
IMAGE = 12.0  # what no overlap in the picture costs, in the unit of a squared Mahalanobis distance
DOUBT = 8.0  # nobody is held to know less than this
STILL_GATE = 3.0  # what stands is told by its box: its place counts so much at most
CLASS = 4.0  # what another class than a target was mostly taken for costs
WORTH = 22.0  # a pair that costs more than this is none
WORTH_NEW = GATE + DOUBT + IMAGE  # of who is new: how fast nobody knows, so that no overlap says nothing
SAME_IOU = 0.5  # a box that overlaps another by so much is in its place
SLACK_PX = 3.0  # so near lie the sides of who was unseen for long and is in his place, however small
PART_IOU, PART_INSIDE = 0.3, 0.5  # what shows of who is partly covered overlaps so much, and lies within
LAST = 1e-3  # what is gained by who leaves a detection to one who moves, if that one does not want it
LEAVES_IOU = 0.2  # so much overlaps who drives off, from one sight to the next


@dataclass(frozen=True, slots=True, eq=False)
class Who:
    """Of N targets: `still` who stands, `loose` who of them was hardly there when last seen.

    `away` were unseen for long and are known again only in their place, and where nobody who moves may be the
    one that is seen; `missed` were not seen in the last frame; `passing` surely move; `new` were seen too
    seldom for that.
    """

    still: BoolArray
    loose: BoolArray
    away: BoolArray
    missed: BoolArray
    passing: BoolArray
    new: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """Of N targets and M detections (N, M): on the ground as `Motion.distances` tells, and in the picture.

    `alike` is the overlap with the kept box, `lately` that with the kept or, if it is more, the last box of
    who stands; `other` says whether the classes are known and differ, `stirs` whether who stands was beyond
    his place when last seen and is again if the detection is his: it may as well be the next who comes.
    """

    squared: Float64Array
    distance: Float64Array
    doubt: Float64Array
    alike: Float64Array
    lately: Float64Array
    other: BoolArray
    stirs: BoolArray


def pairs(
    like: Likeness, who: Who, kept: Float64Array, boxes_px: Float64Array, reach: float
) -> tuple[Int64Array, Int64Array]:
    """Return targets (K,) and rows (K,) of detections that belong together.

    `kept` (N, 4) are the boxes that targets should have now, `boxes_px` (M, 4) those of detections; who moves
    is looked for within `reach` at least.
    """
    alike, rows = like.alike, np.flatnonzero(who.still)
    allowed = (like.squared < GATE) | (like.distance < reach) | (alike >= SAME_IOU)
    ground = np.minimum(like.squared, GATE)
    sure = np.zeros(0)
    comes = _comes(like, who, allowed)
    if len(rows):
        near, firm = allowed.copy(), rows[~who.loose[rows]]
        there, leaves = _of_standers(like, near, who, (kept, boxes_px))
        allowed[rows] = there | leaves
        ground[firm] = np.minimum(ground[firm], STILL_GATE)
        clear = there & ((alike[rows] >= SAME_IOU) | ~like.other[rows])
        sure = np.where(clear & ~comes[rows], alike[rows] - CLASS / IMAGE * like.other[rows], 0.0)
    cost = ground + np.minimum(like.doubt, DOUBT) + IMAGE * (1.0 - like.lately) + CLASS * like.other
    worth = np.where(who.new & ~who.still, WORTH_NEW, WORTH)[:, None]
    gain = np.where(allowed, worth - cost, 0.0)
    gain[comes] = np.minimum(gain[comes], LAST)
    first, second = _best(sure)
    first = rows[first]
    gain[first], gain[:, second] = 0.0, 0.0
    targets, others = _best(gain)
    return np.concatenate((first, targets)), np.concatenate((second, others))


def _comes(like: Likeness, who: Who, allowed: BoolArray) -> BoolArray:
    """Return (N, M) which detections who stands leaves to a track on the move that each may be.

    All, where he was unseen for long. Where he had begun to leave, those that lie beyond his place as well:
    to one that is nearer to where it is expected, and to any once he himself has been missed.
    """
    known = ~(who.still | who.new)
    any_moves = allowed[known].any(axis=0)
    nearest = np.where(allowed[known], like.squared[known], np.inf).min(axis=0, initial=np.inf)
    leaves = like.stirs & ((nearest < like.squared) | (who.missed[:, None] & any_moves))
    return np.asarray(who.still[:, None] & ((who.away[:, None] & any_moves) | leaves))


def _of_standers(
    like: Likeness, near: BoolArray, who: Who, boxes: tuple[Float64Array, Float64Array]
) -> tuple[BoolArray, BoolArray]:
    """Return (S, M) what is in the place of who stands, all or a part of him, and what he may be leaving.

    `boxes` are (N, 4) the kept ones and (M, 4) those of detections. Nobody is taken to drive off where
    somebody passes who may be the one that is seen.
    """
    kept, boxes_px = boxes[0][who.still], boxes[1]
    alike, lately = like.alike[who.still], like.lately[who.still]
    loose, here = who.loose[who.still][:, None], ~who.away[who.still][:, None]
    areas = (boxes_px[:, 2:] - boxes_px[:, :2]).prod(axis=1)
    common = alike / (1.0 + alike) * ((kept[:, 2:] - kept[:, :2]).prod(axis=1)[:, None] + areas)
    part = (alike >= PART_IOU) & (common >= PART_INSIDE * areas)
    leaves = (lately >= LEAVES_IOU) | (loose & near[who.still])
    leaves &= (unlike(kept, boxes_px) < SAME_SIZE) & ~near[who.passing].any(axis=0)
    close = np.abs(kept[:, None] - boxes_px[None]).max(axis=2) <= SLACK_PX
    there = (alike >= SAME_IOU) | (~here & close) | (here & part)
    return np.asarray(there), np.asarray(here & ((lately >= SAME_IOU) | leaves))


def _best(gain: Float64Array) -> tuple[Int64Array, Int64Array]:
    """Return the pairs whose gains (N, M) add up to most, those without gain left out."""
    if not (gain > 0.0).any():
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    targets, rows = linear_sum_assignment(np.maximum(gain, 0.0), maximize=True)
    good = gain[targets, rows] > 0.0
    return targets[good], rows[good]
