"""Fixed-time programs of SUMO networks as our signal plans."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from twin.network.build import Layout
from twin.network.crossings import Move
from twin.network.model import Phase, PlanSource, SignalPlan

LIT, CHANGING, STOP_FIRST = "Gg", "yu", "s"


@dataclass(frozen=True, slots=True)
class _Program:
    """The program of one junction: what each movement sees, a letter a stage, and how long stages last."""

    seen: dict[Move, str]
    lengths_s: tuple[float, ...]
    offset_s: float


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
                plans.append(SignalPlan(junction, phases, program.offset_s, PlanSource.PUBLISHED))
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
        lengths_s = tuple(float(stage.duration) for stage in stages)
        for lane, onto, link in light.getConnections():
            move = lane.getEdge().getID(), onto.getEdge().getID()
            if move in moves:
                program = _Program({}, lengths_s, float(programs[0].getOffset()))
                kept = found.setdefault(end_of[move[0]], program)
                kept.seen[move] = "".join(stage.state[link] for stage in stages)
    return found


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
            found[-1] = Phase(last.groups, last.green_s, last.yellow_s + length_s, last.all_red_s)
        elif not green and not changing and found:
            last = found[-1]
            found[-1] = Phase(last.groups, last.green_s, last.yellow_s, last.all_red_s + length_s)
        elif green and not changing:
            found.append(Phase(green, length_s, 0.0, 0.0))
        else:
            return ()
    served = {group for phase in found for group in phase.groups}
    return tuple(found) if served == set(seen) else ()


def _goes_on(phase: Phase, green: Iterable[str], changing: Iterable[str]) -> bool:
    """Return whether a stage only ends the green of some groups of a phase."""
    return {*green, *changing} == set(phase.groups)
