"""What a road can carry by the Indonesian manual, and the flow that fills a share of it (PKJI 2023)."""

import numpy as np

from twin.network.model import Road, RoadNetwork, TurnKind

SATURATION_PCU_H_M = 600.0  # J = 600 x LE pcu/h of green, LE the width of the approach in m
LANE_PCU_H = 1650.0  # of a divided road of four lanes, where no signal is on the way
PCU = (0.2, 1.0, 1.3, 1.3)  # motorcycle, car, bus, truck at a protected signal
FARTHEST = 30  # roads to look ahead for a signal


def approach_ahead(network: RoadNetwork, road: Road) -> Road | None:
    """Return the first road with a signal at its end, straight on from `road`; None where none comes."""
    for _ in range(FARTHEST):
        if road.end in network.plan_of and _green_s(network, road) > 0:
            return road
        onward = {turn.kind: turn.to_road for turn in network.turns_from[road.id]}
        onto = onward.get(TurnKind.STRAIGHT) or next(
            (to for kind, to in onward.items() if kind is not TurnKind.UTURN), None
        )
        if onto is None or network.road_of[onto].priority > road.priority:
            return None  # the signal of a greater road is not there for those who join it
        road = network.road_of[onto]
    return None


def capacity_pcu_h(network: RoadNetwork, road: Road) -> float:
    """Return J g/c of the next signal ahead, or what the lanes of `road` carry where there is none."""
    approach = approach_ahead(network, road)
    if approach is None:
        return LANE_PCU_H * road.lanes
    cycle_s = network.plan_of[approach.end].cycle_s
    width_m = approach.lanes * approach.lane_width_m
    return SATURATION_PCU_H_M * width_m * _green_s(network, approach) / cycle_s


def vehicles_per_h(pcu_h: float, mix: tuple[float, float, float, float]) -> float:
    """Return the vehicles an hour of a mix that make so many passenger car units an hour."""
    return pcu_h * sum(mix) / float(np.dot(mix, PCU))


def _green_s(network: RoadNetwork, road: Road) -> float:
    """Return the green of an approach in a cycle, of any of its movements."""

    def serves(group: str) -> bool:
        return group.partition(">")[0] == road.id

    phases = network.plan_of[road.end].phases
    return sum(phase.green_s for phase in phases if any(map(serves, phase.groups)))
