"""The tables of GMNS about signals: plans, when they hold, phases, detectors.

A plan of ours that holds in several windows, or when no other one does, becomes a timing plan a window:
`part_of` says to which one it belongs, `otherwise` that its hours are those that others leave.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from twin.network.hours import others
from twin.network.importers.gmns_times import ALL_DAY, time_day
from twin.network.model import RoadNetwork, SignalPlan, Turn

Cells = Mapping[str, object]
COLUMNS = {
    "signal_controller": "controller_id",
    "signal_timing_plan": "timing_plan_id controller_id timeday_id time_day cycle_length source part_of "
    "otherwise skip",
    "signal_coordination": "coordination_id timing_plan_id controller_id coord_contr_id coord_phase "
    "coord_ref_to offset",
    "signal_timing_phase": "timing_phase_id timing_plan_id signal_phase_num min_green max_green extension "
    "clearance walk_time ped_clearance ring barrier position yellow_s",
    "signal_phase_mvmt": "signal_phase_mvmt_id timing_phase_id mvmt_id link_id protection",
    "signal_detector": "detector_id controller_id signal_phase_num link_id start_lane end_lane ref_node_id "
    "det_zone_lr det_zone_front det_zone_back det_type timing_plan_id",
}


@dataclass(frozen=True, slots=True)
class _Timing:
    """A row of signal_timing_plan: its id, the plan, when it holds, the first row of the same plan."""

    id: str
    plan: SignalPlan
    time_day: str
    first: str


def signal_tables(
    network: RoadNetwork, number_of: Mapping[int, str]
) -> Iterator[tuple[str, Iterable[Cells]]]:
    """Yield the tables; `number_of` are the mvmt_id of turns by their identity."""
    timings = tuple(_timings(network))
    yield "signal_controller", ({"controller_id": junction} for junction in network.plans_of)
    yield "signal_timing_plan", map(_timing_plan, timings)
    yield "signal_coordination", (_coordination(t) for t in timings if t.plan.offset_s or not t.plan.actuated)
    yield "signal_timing_phase", (row for timing in timings for row in _phases(timing))
    yield "signal_phase_mvmt", _phase_movements(network, timings, number_of)
    yield "signal_detector", (row for t in timings if t.id == t.first for row in _detectors(network, t))


def _timings(network: RoadNetwork) -> Iterator[_Timing]:
    number = 0
    for plans in network.plans_of.values():
        rest = others(window for plan in plans for window in plan.hours)
        for plan in plans:
            first = str(number + 1)
            for window in plan.hours or rest or (ALL_DAY,):
                number += 1
                yield _Timing(str(number), plan, time_day(window), first)


def _timing_plan(timing: _Timing) -> Cells:
    plan = timing.plan
    return {
        "timing_plan_id": timing.id,
        "controller_id": plan.junction,
        "time_day": timing.time_day,
        "cycle_length": _number(plan.cycle_s),
        "source": plan.source.value,
        "part_of": timing.first,
        "otherwise": "false" if plan.hours else "true",
        "skip": "true" if plan.skip else "false",
    }


def _coordination(timing: _Timing) -> Cells:
    plan = timing.plan
    return {
        "coordination_id": timing.id,
        "timing_plan_id": timing.id,
        "controller_id": plan.junction,
        "coord_phase": 1,
        "coord_ref_to": "begin_of_green",
        "offset": _number(plan.offset_s % plan.cycle_s),
    }


def _phases(timing: _Timing) -> Iterator[Cells]:
    for number, phase in enumerate(timing.plan.phases, 1):
        yield {
            "timing_phase_id": f"{timing.id}/{number}",
            "timing_plan_id": timing.id,
            "signal_phase_num": number,
            "min_green": _number(phase.min_green_s if phase.gap_s > 0 else phase.green_s),
            "max_green": _number(phase.green_s),
            "extension": _number(phase.gap_s) if phase.gap_s > 0 else "",
            "clearance": _number(phase.yellow_s + phase.all_red_s),
            "ring": 1,
            "barrier": 1,
            "position": number,
            "yellow_s": _number(phase.yellow_s),
        }


def _phase_movements(
    network: RoadNetwork, timings: Sequence[_Timing], number_of: Mapping[int, str]
) -> Iterator[Cells]:
    by_group: dict[str, list[Turn]] = {}
    for turn in network.turns:
        by_group.setdefault(turn.group, []).append(turn)
    for timing in timings:
        for number, phase in enumerate(timing.plan.phases, 1):
            for turn in (turn for group in phase.groups for turn in by_group.get(group, ())):
                key = f"{timing.id}/{number}"
                yield {
                    "signal_phase_mvmt_id": f"{key}/{number_of[id(turn)]}",
                    "timing_phase_id": key,
                    "mvmt_id": number_of[id(turn)],
                    "protection": "permitted",
                }


def _detectors(network: RoadNetwork, timing: _Timing) -> Iterator[Cells]:
    """Yield the loops of a plan: `det_zone_front` is nearest to the stop line, as `det_zone_lr` is."""
    phase_of: dict[str, int] = {}
    for number, phase in enumerate(timing.plan.phases, 1):
        for group in phase.groups:
            phase_of.setdefault(group.partition(">")[0], number)
    for number, loop in enumerate(timing.plan.detectors, 1):
        near_m = _number(loop.distance_m - loop.length_m)
        yield {
            "detector_id": f"{timing.id}/{number}",
            "controller_id": timing.plan.junction,
            "signal_phase_num": phase_of.get(loop.road, 0),
            "link_id": loop.road,
            "start_lane": 1,
            "end_lane": network.road_of[loop.road].lanes,
            "ref_node_id": timing.plan.junction,
            "det_zone_lr": near_m,
            "det_zone_front": near_m,
            "det_zone_back": _number(loop.distance_m),
            "det_type": "presence",
            "timing_plan_id": timing.id,
        }


def _number(value: float) -> str:
    return f"{value:.10g}"
