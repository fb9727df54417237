"""Fixed-time signals: a simpy process a junction writes what its groups show."""

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import simpy

from detectors.datatypes.signals import Aspect, SignalState
from twin.clock import NS_PER_S, seconds
from twin.network.model import RoadNetwork, SignalPlan
from twin.traffic.kernel.arrays import GREEN, RED, SIGNAL, YELLOW, Rows

DAY_NS = 86_400 * NS_PER_S
WITA_NS = 8 * 3600 * NS_PER_S
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


def cycle_position_ns(plan: SignalPlan, now_ns: int) -> int:
    """Return how far into its cycle a plan is at `now_ns` (the first phase starts at `offset_s`)."""
    local_ns = (now_ns + WITA_NS) % DAY_NS
    return (local_ns - seconds(plan.offset_s)) % seconds(plan.cycle_s)


def state_at(plan: SignalPlan, group: str, now_ns: int) -> tuple[int, int, int]:
    """Return the state of a group, since when and until when, both in ns; red for ever if it has no phase."""
    changes = switching_times(plan, group)
    if not changes:
        return RED, now_ns, now_ns + DAY_NS
    cycle_ns, here_ns = seconds(plan.cycle_s), cycle_position_ns(plan, now_ns)
    last = max((c for c in changes if c[0] <= here_ns), default=(changes[-1][0] - cycle_ns, changes[-1][1]))
    following = min((c[0] for c in changes if c[0] > here_ns), default=changes[0][0] + cycle_ns)
    return last[1], now_ns - (here_ns - last[0]), now_ns + (following - here_ns)


class SignalBoard:
    """What every signal group shows now; `rows` is the kernel's copy, in seconds since `start_ns`."""

    def __init__(self, network: RoadNetwork, groups: tuple[str, ...], start_ns: int) -> None:
        self.groups = groups
        self._start_ns = start_ns
        self._since_ns = [start_ns] * len(groups)
        self.rows: Rows = np.zeros(len(groups), SIGNAL)
        self._plan: dict[str, SignalPlan] = {
            group: plan for plan in network.signal_plans for phase in plan.phases for group in phase.groups
        }
        for row, group in enumerate(groups):
            if group in self._plan:
                self._show(row, *state_at(self._plan[group], group, start_ns))

    def start(self, env: simpy.Environment, now_ns: Callable[[], int]) -> None:
        """Begin the processes; the environment counts nanoseconds."""
        for row, group in enumerate(self.groups):
            if group in self._plan:
                env.process(self._run(env, now_ns, row, self._plan[group]))

    def _run(
        self, env: simpy.Environment, now_ns: Callable[[], int], row: int, plan: SignalPlan
    ) -> Generator[Any, Any, None]:
        while True:
            state, since_ns, until_ns = state_at(plan, self.groups[row], now_ns())
            self._show(row, state, since_ns, until_ns)
            yield env.timeout(until_ns - now_ns())

    def _show(self, row: int, state: int, since_ns: int, until_ns: int) -> None:
        self._since_ns[row] = since_ns
        self.rows["state"][row] = state
        self.rows["since_s"][row] = (since_ns - self._start_ns) / NS_PER_S
        self.rows["next_green_s"][row] = (until_ns - self._start_ns) / NS_PER_S

    def state(self, row: int) -> SignalState:
        """Return what one group shows and since when; without a plan it is dark, hence green."""
        return SignalState(self.groups[row], ASPECTS[int(self.rows["state"][row])], self._since_ns[row])
