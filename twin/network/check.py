"""Proof that traffic can flow: what holds for every network, built in, imported or saved."""

import math
from collections import Counter
from collections.abc import Iterator

from twin.network.crossings import useful_roads
from twin.network.hours import edges_h, unusable, within
from twin.network.model import Control, NetworkError, RoadNetwork, SignalPlan

DEEPEST_BOX_M = 30.0
LONGEST_GAP_S = 30.0


def check_network(network: RoadNetwork) -> None:
    """Raise NetworkError that names the first thing that would lose or trap a vehicle.

    Checked: ids are unique and known; a turn joins roads that meet; every road is reached from an
    entry and reaches an exit, at every hour of the day without the turns that a sign then prohibits; each
    signal group has green in some phase of every plan of its junction; the plans of a junction share the
    day; only a kerb-side turn with a signal goes on red; boxes for motorcycles lie before a signal.
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
    yield from _bad_signs(network)
    for hour in (None, *edges_h(window for turn in network.turns for window in turn.prohibited)):
        yield from _traps(network, hour)
    yield from _bad_plans(network)
    yield from _bad_days(network)


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


def _bad_signs(network: RoadNetwork) -> Iterator[str]:
    """Yield what no sign or marking can mean."""
    for turn in network.turns:
        name = f"turn {turn.from_road} to {turn.to_road}"
        if turn.on_red and not (turn.group and turn.kind is network.near_turn):
            got = f"a turn {turn.kind.value} of group {turn.group!r}"
            yield f"{name}: expected a {network.near_turn.value} turn with a signal to go on red, got {got}"
        for window in unusable(turn.prohibited):
            yield f"{name}: expected prohibited hours from 0 to 24, got {window}"
    for road in network.roads:
        box_m, control = road.motorcycle_box_m, network.junction_of[road.end].control
        if not 0 <= box_m < min(DEEPEST_BOX_M, road.length_m) or (box_m and control is not Control.SIGNALS):
            got = f"{box_m} m before a junction by {control.value}"
            yield f"road {road.id}: expected a motorcycle box of at most 30 m at a signal, got {got}"


def _traps(network: RoadNetwork, hour: float | None) -> Iterator[str]:
    """Yield the roads that no vehicle can reach or leave, at an hour or by all turns there are."""
    open_turns = [turn for turn in network.turns if hour is None or not turn.prohibited_at(hour)]
    when = "" if hour is None else f" at {hour:g} h"
    edge = {junction.id for junction in network.junctions if junction.control is Control.BOUNDARY}
    if not edge:
        return
    useful = useful_roads(
        network.road_of,
        [(turn.from_road, turn.to_road) for turn in open_turns],
        [road.id for road in network.roads if road.start in edge],
        [road.id for road in network.roads if road.end in edge],
    )
    for road in network.roads:
        if road.id not in useful:
            yield f"road {road.id}: expected a way from an entry and to an exit{when}, got none"
        if not network.turns_from[road.id] and road.end not in edge:
            yield f"road {road.id}: expected a turn at its end or the boundary, got neither"


def _bad_plans(network: RoadNetwork) -> Iterator[str]:
    signals = {j.id for j in network.junctions if j.control is Control.SIGNALS}
    always = Counter(plan.junction for plan in network.signal_plans if not plan.hours)
    if signals != set(network.plans_of) or set(always) != signals or max(always.values(), default=1) > 1:
        odd = sorted({*(signals ^ set(always)), *(key for key, times in always.items() if times > 1)})
        yield f"expected one plan for each junction with signals, got a mismatch at {odd}"
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


def _bad_days(network: RoadNetwork) -> Iterator[str]:
    """Yield plans that hold at the same hour, and actuated ones that cannot work."""
    for key, plans in network.plans_of.items():
        windows = [window for plan in plans for window in plan.hours]
        for window in unusable(windows):
            yield f"signal plan of {key}: expected hours from 0 to 24, got {window}"
        for hour in edges_h(windows):
            if sum(within(hour, plan.hours) for plan in plans) > 1:
                yield f"signal plans of {key}: expected one plan at each hour, got more at {hour:g} h"
    for plan in network.signal_plans:
        yield from _bad_actuation(network, plan)


def _bad_actuation(network: RoadNetwork, plan: SignalPlan) -> Iterator[str]:
    said = f"signal plan of {plan.junction}: expected"
    seen = {detector.road for detector in plan.detectors}
    for phase in plan.phases:
        blind = {group.partition(">")[0] for group in phase.groups} - seen
        if phase.gap_s > 0 and blind:
            yield f"{said} a detector on each actuated approach, got none on {min(blind)}"
        if not 0 <= phase.min_green_s <= phase.green_s or not 0 <= phase.gap_s < LONGEST_GAP_S:
            got = f"{phase.min_green_s}, {phase.green_s} and {phase.gap_s} s"
            yield f"{said} min green <= green and a short gap, got {got}"
    for detector in plan.detectors:
        road = network.road_of.get(detector.road)
        fits = 0 < detector.length_m <= detector.distance_m
        if road is None or road.end != plan.junction or not (fits and detector.distance_m < road.length_m):
            yield f"{said} detectors on its approaches, 0 < length <= distance, got {detector}"
