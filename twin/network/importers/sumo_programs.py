"""Programs of SUMO networks, fixed-time and actuated ones, as our signal plans.

Of an actuated program the limits of its greens and `max-gap` are kept; SUMO places its detectors by
itself, 2 s of driving before the line, and here they see from there to the line. Source:
sumo.dlr.de/docs, "Traffic Lights".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from twin.network.build import Layout
from twin.network.crossings import Move
from twin.network.model import Detector, Phase, PlanSource, SignalPlan

LIT, CHANGING, STOP_FIRST = "Gg", "yu", "s"
MAX_GAP_S, DETECTOR_GAP_S = 3.0, 2.0  # SUMO's defaults


@dataclass(frozen=True, slots=True)
class _Program:
    """The program of one junction: what each movement sees, a letter a stage, and how long stages last.

    `shortest_s` are their lengths where nobody comes, `gap_s` the passage time, 0 for a fixed program.
    """

    seen: dict[Move, str]
    lengths_s: tuple[float, ...]
    offset_s: float
    shortest_s: tuple[float, ...]
    gap_s: float


@dataclass(frozen=True, slots=True)
class Programs:
    """What the programs of a file come to: plans, groups of movements with a signal of their own.

    `idle` are junctions whose signals never stop anybody, as SUMO makes them where nothing conflicts;
    `on_red` movements that see SUMO's `s`: they may go on red after a stop.
    """

    plans: tuple[SignalPlan, ...]
    groups: Mapping[Move, str]
    idle: frozenset[str]
    on_red: frozenset[Move]

    @classmethod
    def of(cls, net: Any, layout: Layout) -> "Programs":
        """Return the programs of what sumolib read; one that fits no plan of ours is left out."""
        plans: list[SignalPlan] = []
        groups: dict[Move, str] = {}
        idle: set[str] = set()
        on_red: set[Move] = set()
        for junction, program in _programs(net, layout).items():
            if all(set(seen) <= set(LIT) for seen in program.seen.values()):
                idle.add(junction)
                continue
            named = _groups(program.seen)
            phases = _phases(program, named)
            if phases:
                plan = SignalPlan(junction, phases, program.offset_s, PlanSource.PUBLISHED)
                plans.append(replace(plan, detectors=_detectors(layout, plan)) if plan.actuated else plan)
                groups.update(named)
            on_red |= {move for move, seen in program.seen.items() if STOP_FIRST in seen}
        return cls(tuple(plans), groups, frozenset(idle), frozenset(on_red))

    def without_idle_signals(self, layout: Layout) -> Layout:
        """Return the layout with no signal where none ever stops anybody."""
        members = {
            key: [replace(node, signals=False) for node in nodes] if key in self.idle else nodes
            for key, nodes in layout.members.items()
        }
        return replace(layout, members=members)


def _programs(net: Any, layout: Layout) -> dict[str, _Program]:
    """Return the first program of each light, by junction."""
    end_of = {road.id: road.end for road in layout.roads}
    moves = set(layout.moves)
    found: dict[str, _Program] = {}
    for light in net.getTrafficLights():
        programs = list(light.getPrograms().values())
        if not programs:
            continue
        stages = programs[0].getPhases()
        gap_s = _gap_s(programs[0])
        lengths_s = tuple(
            float(stage.maxDur if gap_s and stage.maxDur > 0 else stage.duration) for stage in stages
        )
        shortest_s = tuple(float(stage.minDur if stage.minDur > 0 else stage.duration) for stage in stages)
        for lane, onto, link in light.getConnections():
            move = lane.getEdge().getID(), onto.getEdge().getID()
            if move in moves:
                program = _Program({}, lengths_s, float(programs[0].getOffset()), shortest_s, gap_s)
                kept = found.setdefault(end_of[move[0]], program)
                kept.seen[move] = "".join(stage.state[link] for stage in stages)
    return found


def _gap_s(program: Any) -> float:
    """Return the passage time of a program in seconds, 0 where its greens are fixed."""
    return float(program.getParam("max-gap", MAX_GAP_S)) if program.getType() == "actuated" else 0.0


def _detectors(layout: Layout, plan: SignalPlan) -> tuple[Detector, ...]:
    """Return a detector for each approach, as far before the line as one drives in 2 s."""
    served = {group.partition(">")[0] for phase in plan.phases for group in phase.groups}
    reach_m = {
        road.id: min(DETECTOR_GAP_S * road.speed_limit_mps, 0.9 * road.length_m)
        for road in layout.roads
        if road.id in served
    }
    return tuple(Detector(road, away_m, away_m) for road, away_m in reach_m.items())


def _groups(seen: Mapping[Move, str]) -> dict[Move, str]:
    """Return the groups of the movements that see another signal than most of their approach."""
    named: dict[Move, str] = {}
    for approach in {a for a, _ in seen}:
        own = {move: _told(states) for move, states in seen.items() if move[0] == approach}
        stopped = [states for states in own.values() if "r" in states]
        usual = max(sorted(set(stopped)), key=stopped.count) if stopped else ""
        for move, states in own.items():
            if "r" not in states:
                named[move] = ""
            elif states != usual:
                named[move] = ">".join(move)
    return named


def _told(states: str) -> str:
    """Return what a driver makes of the letters: go, the change from it, or stop."""
    return "".join("G" if s in LIT else "y" if s in CHANGING else "r" for s in states)


def _phases(program: _Program, named: Mapping[Move, str]) -> tuple[Phase, ...]:
    """Return the stages as our phases, () where they do not fit.

    A stage in which some group changes is the yellow of the phase before, one in which nobody goes on
    its all-red.
    """
    seen = {named.get(move, move[0]): _told(states) for move, states in program.seen.items()}
    seen.pop("", None)
    found: list[Phase] = []
    for number, length_s in enumerate(program.lengths_s):
        now = {group: states[number] for group, states in seen.items()}
        green = tuple(sorted(group for group, told in now.items() if told == "G"))
        changing = [group for group, told in now.items() if told == "y"]
        if changing and found and _goes_on(found[-1], green, changing):
            last = found[-1]
            found[-1] = replace(last, yellow_s=last.yellow_s + length_s)
        elif not green and not changing and found:
            last = found[-1]
            found[-1] = replace(last, all_red_s=last.all_red_s + length_s)
        elif green and not changing:
            shortest_s = program.shortest_s[number]
            stretched = program.gap_s > 0 and shortest_s < length_s
            more = {"min_green_s": shortest_s, "gap_s": program.gap_s} if stretched else {}
            found.append(Phase(green, length_s, 0.0, 0.0, **more))
        else:
            return ()
    served = {group for phase in found for group in phase.groups}
    return tuple(found) if served == set(seen) else ()


def _goes_on(phase: Phase, green: Iterable[str], changing: Iterable[str]) -> bool:
    """Return whether a stage only ends the green of some groups of a phase."""
    return {*green, *changing} == set(phase.groups)
