"""Coordination of fixed-time plans: offsets for a green wave, and the band that it leaves.

A platoon that leaves the first stop line as its green begins, and drives at the progression speed,
meets every next green as it begins. Source: Highway Capacity Manual, "Coordinated signals": offsets
by distance over speed, the band being what all greens leave open at that speed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from twin.network.model import NetworkError, RoadNetwork, SignalPlan, plan_at


@dataclass(frozen=True, slots=True)
class StopLine:
    """A stop line on the way of a wave: its plan, its group and how far it is from the first one, m."""

    plan: SignalPlan
    group: str
    along_m: float


def stop_lines(network: RoadNetwork, way: Sequence[str], hour: float = 12.0) -> tuple[StopLine, ...]:
    """Return the stop lines with a fixed-time plan on a way, given as the roads that follow one another.

    `hour` says whose plans. Raises NetworkError where the roads do not follow or nothing stops them.
    """
    found: list[StopLine] = []
    along_m = 0.0
    for number, (here, onward) in enumerate(pairwise(way)):
        turns = [turn for turn in network.turns_from.get(here, ()) if turn.to_road == onward]
        if not turns:
            msg = f"{network.name}: expected a way from road {here} to {onward}, got none"
            raise NetworkError(msg)
        road, after = network.road_of[here], network.road_of[onward]
        along_m += road.length_m if number else 0.0
        plans = network.plans_of.get(road.end)
        if plans and turns[0].group and not plan_at(plans, hour).actuated:
            found.append(StopLine(plan_at(plans, hour), turns[0].group, along_m))
        along_m += float(np.hypot(*(after.centreline_m[0] - road.centreline_m[-1])[:2]))
    if not found:
        msg = f"{network.name}: expected signals with fixed times on the way from {way[0]}, got none"
        raise NetworkError(msg)
    first_m = found[0].along_m
    return tuple(replace(line, along_m=line.along_m - first_m) for line in found)


def green_s(line: StopLine) -> tuple[float, float]:
    """Return when in the cycle the longest green of a stop line begins, and how long it lasts."""
    phases = line.plan.phases
    lit = [line.group in phase.groups for phase in phases]
    begins = np.cumsum([0.0, *(phase.length_s for phase in phases)])
    if all(lit) and len(phases) > 1:
        return 0.0, line.plan.cycle_s
    spells = []
    for first in (i for i, on in enumerate(lit) if on and not (lit[i - 1] and len(lit) > 1)):
        last = first
        while lit[(last + 1) % len(lit)] and len(lit) > 1:
            last += 1
        inner = sum(phases[i % len(phases)].length_s for i in range(first, last))
        spells.append((inner + phases[last % len(phases)].green_s, float(begins[first])))
    lasts_s, begin_s = max(spells, default=(0.0, 0.0))
    return begin_s, lasts_s


def wave_offsets_s(lines: Sequence[StopLine], speed_mps: float, lead_s: float = 0.0) -> tuple[float, ...]:
    """Return the offset of each plan so that greens begin `lead_s` before the head of the platoon comes.

    The first plan keeps its own. Raises NetworkError where the cycles differ.
    """
    cycle_s = _common_cycle_s(lines)
    leaves_s = lines[0].plan.offset_s + green_s(lines[0])[0]
    return (
        lines[0].plan.offset_s,
        *((leaves_s + line.along_m / speed_mps - lead_s - green_s(line)[0]) % cycle_s for line in lines[1:]),
    )


def bandwidth_s(lines: Sequence[StopLine], speed_mps: float) -> float:
    """Return for how long in each cycle one can set out and meet nothing but green at this speed."""
    cycle_s = _common_cycle_s(lines)
    windows = [
        (line.plan.offset_s + green_s(line)[0] - line.along_m / speed_mps, green_s(line)[1]) for line in lines
    ]

    def left_s(start_s: float) -> float:
        """Return how long all greens go on for who sets out at a moment."""
        into = [((start_s - begin_s + 1e-9) % cycle_s, lasts_s) for begin_s, lasts_s in windows]
        return min(max(0.0, lasts_s - into_s) for into_s, lasts_s in into)

    return max(left_s(begin_s) for begin_s, _ in windows)


def coordinated(
    network: RoadNetwork, way: Sequence[str], speed_mps: float, *, lead_s: float = 0.0, hour: float = 12.0
) -> RoadNetwork:
    """Return the network with a green wave along a way; greens stay as they are, only offsets move."""
    lines = stop_lines(network, way, hour)
    offsets_s = wave_offsets_s(lines, speed_mps, lead_s)
    moved = {
        id(line.plan): replace(line.plan, offset_s=offset_s)
        for line, offset_s in zip(lines, offsets_s, strict=True)
    }
    return replace(network, signal_plans=tuple(moved.get(id(p), p) for p in network.signal_plans))


def with_cycle(plan: SignalPlan, cycle_s: float) -> SignalPlan:
    """Return a plan of another cycle: its greens in proportion, yellow and all-red as they were.

    Raises NetworkError where no time is left for green.
    """
    lit_s = sum(phase.green_s for phase in plan.phases)
    lost_s = plan.cycle_s - lit_s
    share = (cycle_s - lost_s) / lit_s
    if not share > 0:
        msg = f"signal plan of {plan.junction}: expected a cycle above {lost_s:g} s, got {cycle_s:g}"
        raise NetworkError(msg)
    return replace(plan, phases=tuple(replace(p, green_s=p.green_s * share) for p in plan.phases))


def _common_cycle_s(lines: Sequence[StopLine]) -> float:
    """Return the cycle that all plans share."""
    cycles_s = {round(line.plan.cycle_s, 6) for line in lines}
    if len(cycles_s) > 1:
        named = ", ".join(f"{line.plan.junction} {line.plan.cycle_s:g} s" for line in lines)
        msg = f"green wave: expected one cycle for all, got {named}; give them one first"
        raise NetworkError(msg)
    return cycles_s.pop()
