"""Fixed-time plans for junctions whose real plan is not known."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

import numpy as np

from twin.network.crossings import Move, conflicting, course_rad
from twin.network.model import Phase, PlanSource, Road, SignalPlan

OPPOSING_RAD = np.radians(35)
WIDE_LANES = 2
CROSSING_GREEN_S = 40.0  # a signal on one street alone is a pedestrian crossing
CROSSING_RED_S = 15.0


def assumed_plan(
    junction: str, approaches: Sequence[Road], roads: Mapping[str, Road], moves: Iterable[Move]
) -> SignalPlan:
    """Return a plan: who is in nobody's way goes together, 15 s and 7 s a lane.

    Every approach has green in exactly one phase. Facing approaches share one, and who turns across
    gives way, unless both are wide and cross each other's way: then each has its own, as in every plan
    that Dishub has published. With a single stage the rest of the cycle is red for all: people cross.
    """
    through: dict[str, list[Move]] = {road.id: [] for road in approaches}
    for move in moves:
        if move[0] in through:
            through[move[0]].append(move)

    def together(one: Road, other: Road) -> bool:
        pairs = product(through[one.id], through[other.id])
        narrow = min(one.lanes, other.lanes) < WIDE_LANES
        return (narrow and _opposing(one, other)) or not any(conflicting(roads, *pair) for pair in pairs)

    stages: list[list[Road]] = []
    for road in sorted(approaches, key=lambda road: (-road.priority, -road.lanes, road.id)):
        fitting = [stage for stage in stages if all(together(road, there) for there in stage)]
        if fitting:
            fitting[0].append(road)
        else:
            stages.append([road])
    if len(stages) == 1:
        groups = tuple(road.id for road in stages[0])
        crossing = Phase(groups, CROSSING_GREEN_S, all_red_s=CROSSING_RED_S)
        return SignalPlan(junction, (crossing,), source=PlanSource.ASSUMED)
    phases = tuple(
        Phase(tuple(road.id for road in stage), 15.0 + 7.0 * min(3, max(road.lanes for road in stage)))
        for stage in stages
    )
    return SignalPlan(junction, phases, source=PlanSource.ASSUMED)


def _opposing(one: Road, other: Road) -> bool:
    """Return whether two approaches face each other."""
    change = course_rad(one.centreline_m, at_end=True) - course_rad(other.centreline_m, at_end=True)
    return bool(abs(abs((change + np.pi) % (2 * np.pi) - np.pi) - np.pi) <= OPPOSING_RAD)
