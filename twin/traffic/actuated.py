"""Vehicle-actuated signals: detectors stretch a green up to its maximum, and call the phases."""

from collections.abc import Callable, Generator
from typing import Any

import simpy

from twin.clock import seconds
from twin.network.model import Phase, SignalPlan
from twin.traffic.kernel.arrays import GREEN, RED, YELLOW

TICK_NS = seconds(0.2)  # how often detectors are read

Occupied = Callable[[str], bool]  # whether the detector of a road sees a vehicle now
Show = Callable[[str, int, int | None, int | None], None]  # group, state, since (None: as it was), until (ns)


class ActuatedPlan:
    """One actuated plan at work; it begins with its first phase and everything red.

    A green ends after its minimum when the detectors of the groups that would stop have been free for
    its passage time, or at its maximum, which counts from when somebody else wants to go. Who came over
    a detector while its group was not green has called, and so has who was cut off by a maximum. Without
    `skip` every phase is always called; with it the green rests where nobody calls.
    """

    def __init__(
        self, plan: SignalPlan, occupied: Occupied, show: Show, is_due: Callable[[int], bool]
    ) -> None:
        self._phases, self._skip = plan.phases, plan.skip
        self._occupied, self._show, self._is_due = occupied, show, is_due
        self._road = {group: group.partition(">")[0] for phase in plan.phases for group in phase.groups}
        self._green: frozenset[str] = frozenset()
        self._calls: set[str] = set()
        self._seen_ns: dict[str, int] = {}

    def run(self, env: simpy.Environment, now_ns: Callable[[], int]) -> Generator[Any, Any, None]:
        """Go on until another plan is due at the end of a cycle; then everything is red again."""
        self._listen(now_ns())
        number, last = 0, False
        while not last:
            phase, began_ns = self._phases[number], now_ns()
            for group in phase.groups:
                if group not in self._green:
                    self._show(group, GREEN, began_ns, None)
            self._green = frozenset(phase.groups)
            self._calls -= self._green
            yield from self._hold(env, now_ns, number)
            following = self._following(number)
            last = following <= number and not self._is_due(now_ns())
            onward = () if last else self._phases[following].groups
            yield from self._clear(env, now_ns, phase, onward, stay=following != number)
            number = following

    def _hold(
        self, env: simpy.Environment, now_ns: Callable[[], int], number: int
    ) -> Generator[Any, Any, None]:
        """Keep a phase green for as long as its plan says."""
        phase, began_ns = self._phases[number], now_ns()
        if phase.gap_s <= 0:
            yield from self._wait(env, now_ns, began_ns + seconds(phase.green_s))
            return
        earliest_ns, latest_ns = began_ns + seconds(phase.min_green_s), None
        while True:
            at_ns = now_ns()
            if latest_ns is None and (self._wanted(number) or not self._is_due(at_ns)):
                latest_ns = max(at_ns + seconds(phase.green_s), earliest_ns)
            if latest_ns is not None and at_ns >= earliest_ns:
                going = self._going(number, began_ns, at_ns)
                if not going or at_ns >= latest_ns:
                    self._calls |= going
                    return
            ends = [end_ns for end_ns in (earliest_ns, latest_ns) if end_ns is not None and end_ns > at_ns]
            yield from self._wait(env, now_ns, min([at_ns + TICK_NS, *ends]))

    def _clear(
        self,
        env: simpy.Environment,
        now_ns: Callable[[], int],
        phase: Phase,
        onward: tuple[str, ...],
        *,
        stay: bool,
    ) -> Generator[Any, Any, None]:
        """Show yellow and red to those who stop, and say when those who come next will have green."""
        at_ns = now_ns()
        red_ns = at_ns + seconds(phase.yellow_s)
        clear_ns = red_ns + seconds(phase.all_red_s)
        stopping = [group for group in phase.groups if not (stay and group in onward)]
        for group in stopping:
            self._show(group, YELLOW, at_ns, red_ns)
        for group in onward:
            if group not in self._green:
                self._show(group, RED, None, clear_ns)
        self._green = frozenset(phase.groups) - frozenset(stopping)
        yield from self._wait(env, now_ns, red_ns)
        for group in stopping:
            self._show(group, RED, red_ns, clear_ns if group in onward else None)
        yield from self._wait(env, now_ns, clear_ns)

    def _wait(
        self, env: simpy.Environment, now_ns: Callable[[], int], until_ns: int
    ) -> Generator[Any, Any, None]:
        """Wait and read the detectors meanwhile."""
        while now_ns() < until_ns:
            yield env.timeout(min(TICK_NS, until_ns - now_ns()))
            self._listen(now_ns())

    def _listen(self, at_ns: int) -> None:
        for group, road in self._road.items():
            if self._occupied(road):
                self._seen_ns[group] = at_ns
                if group not in self._green:
                    self._calls.add(group)

    def _going(self, number: int, began_ns: int, at_ns: int) -> set[str]:
        """Return the groups that would stop and whose detectors saw somebody within the passage time."""
        phase, following = self._phases[number], self._following(number)
        onward = self._phases[following].groups if following != number else ()
        gap_ns = seconds(phase.gap_s)
        return {
            group
            for group in phase.groups
            if group not in onward and at_ns - max(began_ns, self._seen_ns.get(group, began_ns)) < gap_ns
        }

    def _called(self, number: int) -> bool:
        phase = self._phases[number]
        return not self._skip or phase.gap_s <= 0 or not self._calls.isdisjoint(phase.groups)

    def _wanted(self, number: int) -> bool:
        """Return whether any other phase is called; where there is no other, people cross."""
        others = [other for other in range(len(self._phases)) if other != number]
        return not others or any(self._called(other) for other in others)

    def _following(self, number: int) -> int:
        """Return the next phase that is called, the present one where none is."""
        count = len(self._phases)
        later = ((number + step) % count for step in range(1, count))
        return next((other for other in later if self._called(other)), number)
