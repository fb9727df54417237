"""Proof that traffic can flow: what holds for every network, built in, imported or saved."""

import math
from collections import Counter
from collections.abc import Iterator

from twin.network.crossings import useful_roads
from twin.network.model import Control, NetworkError, RoadNetwork


def check_network(network: RoadNetwork) -> None:
    """Raise NetworkError that names the first thing that would lose or trap a vehicle.

    Checked: ids are unique and known; a turn joins roads that meet; every road is reached from an
    entry and reaches an exit; each signal group has green in some phase of the plan of its junction.
    A closed network, which no vehicle comes into but by a trip that begins in it, has no entry.
    """
    fault = next(_faults(network), None)
    if fault:
        msg = f"{network.name}: {fault}"
        raise NetworkError(msg)


def _faults(network: RoadNetwork) -> Iterator[str]:
    """Yield what is wrong, the groundwork first: later checks rely on earlier ones."""
    yield from _unknown_ids(network)
    yield from _bad_turns(network)
    yield from _traps(network)
    yield from _bad_plans(network)


def _unknown_ids(network: RoadNetwork) -> Iterator[str]:
    if not network.roads:
        yield "expected roads, got none"
    for what, items in (("junction", network.junctions), ("road", network.roads)):
        twice = [key for key, times in Counter(item.id for item in items).items() if times > 1]
        yield from (f"{what} {key}: expected a unique id, got it twice" for key in twice)
    for road in network.roads:
        if not (0 < road.speed_limit_mps < 100 and 0 < road.lane_width_m < 20 and road.length_m > 0):
            got = f"{road.speed_limit_mps} m/s, {road.lane_width_m} m and {road.length_m} m"
            yield f"road {road.id}: expected a speed, lane width and length of streets, got {got}"
        for end in (road.start, road.end):
            if end not in network.junction_of:
                yield f"road {road.id}: expected a known junction, got {end}"
    for turn in network.turns:
        for key in (turn.from_road, turn.to_road):
            if key not in network.road_of:
                yield f"turn {turn.from_road} to {turn.to_road}: expected a known road, got {key}"


def _bad_turns(network: RoadNetwork) -> Iterator[str]:
    for turn in network.turns:
        into, out = network.road_of[turn.from_road], network.road_of[turn.to_road]
        if into.end != out.start:
            yield f"turn {into.id} to {out.id}: expected roads that meet, got {into.end} and {out.start}"
        if turn.group not in ("", into.id, f"{into.id}>{out.id}"):
            yield f"turn {into.id} to {out.id}: expected group {into.id}, its own or none, got {turn.group}"


def _traps(network: RoadNetwork) -> Iterator[str]:
    """Yield the roads that no vehicle can reach or leave."""
    edge = {junction.id for junction in network.junctions if junction.control is Control.BOUNDARY}
    if not edge:
        return
    useful = useful_roads(
        network.road_of,
        [(turn.from_road, turn.to_road) for turn in network.turns],
        [road.id for road in network.roads if road.start in edge],
        [road.id for road in network.roads if road.end in edge],
    )
    for road in network.roads:
        if road.id not in useful:
            yield f"road {road.id}: expected a way from an entry and to an exit, got none"
        if not network.turns_from[road.id] and road.end not in edge:
            yield f"road {road.id}: expected a turn at its end or the boundary, got neither"


def _bad_plans(network: RoadNetwork) -> Iterator[str]:
    signals = {j.id for j in network.junctions if j.control is Control.SIGNALS}
    if signals != set(network.plan_of) or len(network.signal_plans) != len(network.plan_of):
        odd = sorted(signals ^ set(network.plan_of))
        yield f"expected one plan for each junction with signals, got a mismatch at {odd or 'a plan twice'}"
    met: dict[str, set[str]] = {}
    for road in network.roads:
        met.setdefault(road.end, set()).add(road.id)
    for plan in network.signal_plans:
        served = {group for phase in plan.phases for group in phase.groups}
        approaches = met.get(plan.junction, set())
        turns = (turn for key in approaches for turn in network.turns_from[key])
        needed = {turn.group for turn in turns if turn.group}
        if not needed <= served or not {group.partition(">")[0] for group in served} <= approaches:
            got = ", ".join(sorted(served)) or "none"
            yield f"signal plan of {plan.junction}: expected each of {sorted(needed)} in a phase, got {got}"
        times_s = [t for phase in plan.phases for t in (phase.green_s, phase.yellow_s, phase.all_red_s)]
        if min(times_s, default=0) < 0 or not 0 < plan.cycle_s < 3600 or not math.isfinite(plan.offset_s):
            yield f"signal plan of {plan.junction}: expected times >= 0 and a cycle below an hour"
