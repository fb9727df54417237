"""Traffic signals (APILL) as the engine is told of them."""

from dataclasses import dataclass
from enum import StrEnum


class Aspect(StrEnum):
    """What a signal head shows; UNKNOWN is what an engine without a feed must say."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SignalState:
    """The aspect of one signal group and the time since which it shows."""

    group: str
    aspect: Aspect
    since_ns: int


@dataclass(frozen=True, slots=True)
class SignalStates:
    """All groups that a view can be told of at one instant."""

    states: tuple[SignalState, ...] = ()

    def of(self, group: str) -> SignalState:
        """Return the state of `group`, UNKNOWN since 0 where nothing is known of it."""
        for state in self.states:
            if state.group == group:
                return state
        return SignalState(group, Aspect.UNKNOWN, 0)
