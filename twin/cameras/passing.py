"""How often passing traffic hides what a camera looks at, in closed form.

A vehicle hides a point while its box is on the line of sight. Vehicles that pass at random (Poisson),
`vph` an hour at one speed, are found on a metre of a lane with the rate vph / 3600 / speed; so many of
them hide the point at a time as the lane has metres on which they would, and the point is hidden unless
there is none: 1 - exp(-expected number). What queues or platoons do is not in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array
from twin.network.model import Road, RoadNetwork
from twin.network.roadside import section

Block = tuple[float, float, float]

STEP_M = 0.5
OWN_M = 7.0, 1.5  # along and across: so near to a point in a lane nobody passes, its own vehicle is there
ASIDE_M = 5.5  # of its middle reaches no vehicle
LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class PassingTraffic:
    """What passes on each lane: judgement [?], the flow and the mix those of the usual demand.

    `mix` are shares of motorcycles, cars, buses and trucks; `parts_m` the blocks, of length, width and
    height, that each amounts to: a car is lower before and behind its cabin, a rider shorter than what he
    rides.
    """

    vph_per_lane: float = 360.0
    speed_mps: float = 30.0 / 3.6
    mix: tuple[float, ...] = (0.62, 0.34, 0.01, 0.03)
    parts_m: tuple[tuple[Block, ...], ...] = (
        ((1.9, 0.6, 0.9), (0.6, 0.45, 1.4)),
        ((4.4, 1.7, 1.0), (2.8, 1.5, 1.55)),
        ((10.0, 2.5, 3.0),),
        ((6.8, 2.1, 1.9), (4.8, 2.1, 2.7)),
    )

    @property
    def per_metre(self) -> float:
        """How many vehicles there are on a metre of lane."""
        return self.vph_per_lane / 3600.0 / self.speed_mps


USUAL_TRAFFIC = PassingTraffic()


@dataclass(frozen=True, slots=True, eq=False)
class LaneSteps:
    """The middles of lanes on the ground every STEP_M: points (M, 3) and headings (M,)."""

    points_m: Float64Array
    headings_rad: Float64Array

    @classmethod
    def of(cls, network: RoadNetwork, roads: Iterable[Road]) -> Self:
        """Return those of all lanes of roads."""
        points, headings = [np.zeros((0, 3))], [np.zeros(0)]
        for road in roads:
            cut = section(network, road)
            along = np.arange(STEP_M / 2, road.length_m, STEP_M)
            for lane in range(road.lanes):
                points.append(cut.points_m(along, cut.lane_edge_m - (lane + 0.5) * road.lane_width_m))
                headings.append(cut.headings_rad(along))
        return cls(np.vstack(points), np.concatenate(headings))

    def between(self, eye_m: Float64Array, points_m: Float64Array) -> Self:
        """Return those so near to a line of sight that a vehicle there could be on it."""
        way = points_m[:, None, :2] - eye_m[None, None, :2]
        offset = self.points_m[None, :, :2] - eye_m[None, None, :2]
        share = np.clip((way * offset).sum(-1) / np.maximum((way * way).sum(-1), LEAST), 0.0, 1.0)
        near = np.hypot(*np.moveaxis(offset - share[..., None] * way, -1, 0)) <= ASIDE_M
        rows = near.any(axis=0)
        return type(self)(self.points_m[rows], self.headings_rad[rows])

    def near(self, at_m: Float64Array, within_m: float) -> Self:
        """Return those within a distance of a point."""
        rows = np.hypot(*(self.points_m[:, :2] - at_m[:2]).T) <= within_m
        return type(self)(self.points_m[rows], self.headings_rad[rows])


def passing_share(
    eye_m: Float64Array, points_m: Float64Array, lanes: LaneSteps, traffic: PassingTraffic = USUAL_TRAFFIC
) -> Float64Array:
    """Return for what share of the time (N,) traffic bars the sight from an eye (3,) to points (N, 3)."""
    near = lanes.between(eye_m, points_m)
    own = own_places(points_m, near)
    expected = np.zeros(len(points_m))
    for share, parts_m in zip(traffic.mix, traffic.parts_m, strict=True):
        if not share:
            continue
        hides = np.any([_hides(eye_m, points_m, near, part_m) for part_m in parts_m], axis=0) & ~own
        expected += traffic.per_metre * share * STEP_M * hides.sum(axis=1)
    return np.asarray(1.0 - np.exp(-expected))


def _turned(offset_m: Float64Array, lanes: LaneSteps) -> Float64Array:
    """Return offsets (..., M, 2) as metres along and across the lanes."""
    cos, sin = np.cos(lanes.headings_rad), np.sin(lanes.headings_rad)
    x, y = offset_m[..., 0], offset_m[..., 1]
    return np.stack((cos * x + sin * y, cos * y - sin * x), axis=-1)


def own_places(points_m: Float64Array, lanes: LaneSteps) -> BoolArray:
    """Return (N, M): where the vehicle of a point in a lane is itself."""
    apart = np.abs(_turned(points_m[:, None, :2] - lanes.points_m[None, :, :2], lanes))
    return np.asarray((apart[..., 0] < OWN_M[0]) & (apart[..., 1] < OWN_M[1]))


def _hides(eye_m: Float64Array, points_m: Float64Array, lanes: LaneSteps, size_m: Block) -> BoolArray:
    """Return (N, M): whether a block in the middle of each step would be on each line of sight."""
    start = _turned(eye_m[None, :2] - lanes.points_m[:, :2], lanes)[None]
    ends = _turned(points_m[:, None, :2] - lanes.points_m[None, :, :2], lanes)
    eye_z = eye_m[2] - lanes.points_m[None, :, 2]
    end_z = points_m[:, None, 2] - lanes.points_m[None, :, 2]
    enters, leaves = np.zeros(ends.shape[:2]), np.ones(ends.shape[:2])
    slabs = (
        (start[..., 0], ends[..., 0], -size_m[0] / 2, size_m[0] / 2),
        (start[..., 1], ends[..., 1], -size_m[1] / 2, size_m[1] / 2),
        (eye_z, end_z, 0.0, size_m[2]),
    )
    for begin, end, low, high in slabs:
        way = end - begin
        way = np.where(np.abs(way) < LEAST, LEAST, way)
        one, other = (low - begin) / way, (high - begin) / way
        enters = np.maximum(enters, np.minimum(one, other))
        leaves = np.minimum(leaves, np.maximum(one, other))
    return np.asarray(enters < leaves)
