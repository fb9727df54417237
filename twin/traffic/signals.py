"""Signals: simpy processes write what the groups of each junction show."""

from collections.abc import Callable, Generator, Sequence
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from detectors.datatypes.signals import Aspect, SignalState
from twin.clock import DAY_NS, NS_PER_S, seconds
from twin.compiled import as_rows
from twin.network.model import RoadNetwork, SignalPlan
from twin.traffic.actuated import ActuatedPlan, Occupied
from twin.traffic.kernel.arrays import GREEN, RED, SIGNAL, YELLOW, Floats, Rows
from twin.traffic.schedules import changes, cycle_ns, cycle_position_ns, plan_due, stages

ASPECTS = {GREEN: Aspect.GREEN, YELLOW: Aspect.YELLOW, RED: Aspect.RED}


def switching_times(plan: SignalPlan, group: str) -> list[tuple[int, int]]:
    """Return when in the cycle (ns) a group changes and to which state, in order of time."""
    changes: list[tuple[int, int]] = []
    begin_ns = 0
    for i, phase in enumerate(plan.phases):
        if group in phase.groups:
            if group not in plan.phases[i - 1].groups or len(plan.phases) == 1:
                changes.append((begin_ns, GREEN))
            if group not in plan.phases[(i + 1) % len(plan.phases)].groups or len(plan.phases) == 1:
                yellow_ns = begin_ns + seconds(phase.green_s)
                changes += [(yellow_ns, YELLOW), (yellow_ns + seconds(phase.yellow_s), RED)]
        begin_ns += seconds(phase.length_s)
    return changes


def state_at(plan: SignalPlan, group: str, now_ns: int) -> tuple[int, int, int]:
    """Return the state of a group of a fixed-time plan, since when and until when, both in ns.

    A group that no phase stops, or that has none, shows the same for ever.
    """
    changes = switching_times(plan, group)
    if not changes:
        lit = any(group in phase.groups for phase in plan.phases)
        return GREEN if lit else RED, now_ns, now_ns + DAY_NS
    whole_ns, here_ns = cycle_ns(plan), cycle_position_ns(plan, now_ns)
    last = max((c for c in changes if c[0] <= here_ns), default=(changes[-1][0] - whole_ns, changes[-1][1]))
    following = min((c[0] for c in changes if c[0] > here_ns), default=changes[0][0] + whole_ns)
    return last[1], now_ns - (here_ns - last[0]), now_ns + (following - here_ns)


class SignalBoard:
    """What every signal group shows now; `rows` is the kernel's copy, in seconds since `start_ns`.

    By group: `countdown` says that a display shows the seconds left; `to_change_s` are the seconds to
    the next change as of the last `refresh`, NaN where nobody can know (an actuated green has no end
    yet). `next_green_s` of such a group is infinite.
    """

    def __init__(self, network: RoadNetwork, groups: tuple[str, ...], start_ns: int) -> None:
        self.groups = groups
        self._start_ns = start_ns
        self._since_ns = [start_ns] * len(groups)
        self._row = {group: row for row, group in enumerate(groups)}
        self.rows: Rows = as_rows(np.zeros(len(groups), SIGNAL))
        self._until_s: Floats = np.full(len(groups), np.nan)
        self.to_change_s: Floats = np.full(len(groups), np.nan)
        self._plans = tuple(network.plans_of.values())
        self.countdown: NDArray[np.bool_] = np.array([_counts_down(network, g) for g in groups], np.bool_)
        for plans in self._plans:
            due = plan_due(plans, start_ns)
            for group in self._groups_of(plans):
                if due.actuated:
                    self._show(group, RED, start_ns, None)
                else:
                    self._show(group, *state_at(due, group, start_ns))
        self.refresh(start_ns)

    def _groups_of(self, plans: Sequence[SignalPlan]) -> list[str]:
        """Return the groups that some plan of a junction has, in the order of the board."""
        served = {group for plan in plans for phase in plan.phases for group in phase.groups}
        return [group for group in self.groups if group in served]

    def start(
        self, env: simpy.Environment, now_ns: Callable[[], int], occupied: Occupied | None = None
    ) -> None:
        """Begin the processes; the environment counts nanoseconds.

        `occupied` reads the detectors; without it all of them are taken to be occupied, so that an
        actuated plan runs its longest greens, as on the street when detectors fail.
        """
        for plans in self._plans:
            env.process(self._run(env, now_ns, plans, occupied or (lambda _road: True)))

    def refresh(self, now_ns: int) -> None:
        """Count `to_change_s` down to an instant."""
        np.subtract(self._until_s, (now_ns - self._start_ns) / NS_PER_S, out=self.to_change_s)

    def _run(
        self,
        env: simpy.Environment,
        now_ns: Callable[[], int],
        plans: Sequence[SignalPlan],
        occupied: Occupied,
    ) -> Generator[Any, Any, None]:
        """Run the plans of one junction, fixed-time and actuated ones in turn."""
        running = True
        while True:
            due = plan_due(plans, now_ns())
            if due.actuated:
                told = ActuatedPlan(due, occupied, self._show, lambda at_ns: plan_due(plans, at_ns) is due)  # noqa: B023 - ends before `due` changes
                yield from told.run(env, now_ns)
            else:
                parts = [self._follow(env, now_ns, plans, g, running=running) for g in self._groups_of(plans)]
                if any(plan.actuated for plan in plans):
                    parts.append(self._pass(env, now_ns, plans, running=running))
                yield env.all_of([env.process(part) for part in parts])
            running = False

    def _follow(
        self,
        env: simpy.Environment,
        now_ns: Callable[[], int],
        plans: Sequence[SignalPlan],
        group: str,
        *,
        running: bool,
    ) -> Generator[Any, Any, None]:
        """Show what fixed-time plans lay down for a group until an actuated one takes over."""
        state, since_ns = RED, self._since_ns[self._row[group]]
        for until_ns, following in changes(stages(plans, now_ns(), running=running), group):
            if until_ns > now_ns():
                self._show(group, state, since_ns, until_ns)
                yield env.timeout(until_ns - now_ns())
            if following != state:
                state, since_ns = following, until_ns
        self._show(group, state, since_ns, None)

    def _pass(
        self, env: simpy.Environment, now_ns: Callable[[], int], plans: Sequence[SignalPlan], *, running: bool
    ) -> Generator[Any, Any, None]:
        """Wait for the end of the last stage before an actuated plan takes over."""
        for stage in stages(plans, now_ns(), running=running):
            end_ns = stage.begin_ns + seconds(stage.phase.length_s)
            if end_ns > now_ns():
                yield env.timeout(end_ns - now_ns())

    def _show(self, group: str, state: int, since_ns: int | None, until_ns: int | None) -> None:
        row = self._row.get(group)
        if row is None:
            return
        if since_ns is not None:
            self._since_ns[row] = since_ns
        until_s = np.nan if until_ns is None else (until_ns - self._start_ns) / NS_PER_S
        self._until_s[row] = until_s
        self.rows["state"][row] = state
        self.rows["since_s"][row] = (self._since_ns[row] - self._start_ns) / NS_PER_S
        self.rows["next_green_s"][row] = np.inf if until_ns is None else until_s

    def state(self, row: int) -> SignalState:
        """Return what one group shows and since when; without a plan it is dark, hence green."""
        return SignalState(self.groups[row], ASPECTS[int(self.rows["state"][row])], self._since_ns[row])

    def left_s(self, row: int, now_ns: int) -> float | None:
        """Return how long one group goes on showing what it shows, s; None where nobody can know."""
        until_s = float(self._until_s[row])
        return None if np.isnan(until_s) else until_s - (now_ns - self._start_ns) / NS_PER_S


def _counts_down(network: RoadNetwork, group: str) -> bool:
    """Return whether the signal of a group has a display of the seconds left."""
    road = network.road_of.get(group.partition(">")[0])
    return road is not None and network.junction_of[road.end].countdown
