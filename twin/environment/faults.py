"""What goes wrong with a camera, as a schedule: which fault, between which local times, how badly."""

from dataclasses import dataclass
from enum import StrEnum

from twin.clock import NS_PER_S, since_midnight_ns

DAY_S = 24 * 3600


class FaultKind(StrEnum):
    """The faults that operators tell of (DOMAIN 1)."""

    DIRT = "dirt"
    DEFOCUS = "defocus"
    KNOCKED = "knocked"
    FOLIAGE = "foliage"
    FROZEN = "frozen"
    BANDING = "banding"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault from `from_s` to `until_s` of every local day, over midnight where that is earlier.

    `strength` 0..1 is how bad it is. Raises ValueError for times off the day or another strength.
    """

    kind: FaultKind
    from_s: float = 0.0
    until_s: float = DAY_S
    strength: float = 0.5

    def __post_init__(self) -> None:
        if not (0 <= self.from_s <= DAY_S and 0 <= self.until_s <= DAY_S):
            msg = (
                f"fault {self.kind.value}: expected seconds of the day, got {self.from_s:g}, {self.until_s:g}"
            )
            raise ValueError(msg)
        if not 0 < self.strength <= 1:
            msg = f"fault {self.kind.value}: expected a strength above 0, 1 at most, got {self.strength:g}"
            raise ValueError(msg)

    def lasts(self, timestamp_ns: int) -> bool:
        """Return whether it is there at a timestamp."""
        now_s = since_midnight_ns(timestamp_ns) / NS_PER_S
        if self.from_s <= self.until_s:
            return self.from_s <= now_s < self.until_s
        return now_s >= self.from_s or now_s < self.until_s


def worst(faults: tuple[Fault, ...], kind: FaultKind, timestamp_ns: int) -> float:
    """Return how bad a kind of fault is at a timestamp, 0 where there is none."""
    return max((one.strength for one in faults if one.kind is kind and one.lasts(timestamp_ns)), default=0.0)
