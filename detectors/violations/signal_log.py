"""What the signal groups showed lately, so that a crossing can be judged after it happened."""

from collections import deque

from detectors.datatypes.signals import Aspect, SignalState, SignalStates

CHANGES_KEPT = 16


class SignalLog:
    """The last changes of each signal group, as they were reported."""

    def __init__(self) -> None:
        self._changes: dict[str, deque[SignalState]] = {}

    def note(self, group: str, states: SignalStates) -> None:
        """Remember what `group` shows now."""
        changes = self._changes.setdefault(group, deque(maxlen=CHANGES_KEPT))
        state = states.of(group)
        if not changes or changes[-1] != state:
            changes.append(state)

    def at(self, group: str, timestamp_ns: int) -> SignalState:
        """Return what `group` showed at an instant, UNKNOWN before its first report."""
        for state in reversed(self._changes.get(group, ())):
            if state.since_ns <= timestamp_ns:
                return state
        return SignalState(group, Aspect.UNKNOWN, 0)

    def shown(self, group: str, from_ns: int, to_ns: int) -> frozenset[Aspect]:
        """Return every aspect that `group` showed between two instants, both included."""
        changes = self._changes.get(group, ())
        during = {state.aspect for state in changes if from_ns < state.since_ns <= to_ns}
        return frozenset(during | {self.at(group, from_ns).aspect})

    def last_since(self, group: str, aspect: Aspect, timestamp_ns: int) -> int | None:
        """Return since when `group` showed an aspect the last time up to an instant, None if it never did."""
        for state in reversed(self._changes.get(group, ())):
            if state.since_ns <= timestamp_ns and state.aspect is aspect:
                return state.since_ns
        return None

    def left(self, group: str, aspect: Aspect, from_ns: int, to_ns: int) -> int | None:
        """Return when `group` showed another aspect first, after one instant and up to another; or None."""
        for state in self._changes.get(group, ()):
            if from_ns < state.since_ns <= to_ns and state.aspect not in (aspect, Aspect.UNKNOWN):
                return state.since_ns
        return None
