"""Crews and what they are sent to do; their durations are parameters."""

from dataclasses import dataclass
from enum import StrEnum

from twin.field.travel import Spot
from twin.people.attitudes import stated


class CrewKind(StrEnum):
    """Who can be sent."""

    OFFICER = "patrol"  # police with Dishub: may warn, sticker and ticket
    STICKER = "sticker-crew"  # Dishub: may sticker
    TOW = "tow-truck"


class Outcome(StrEnum):
    """How a job ended; PENDING means that the evening did."""

    DONE = "done"
    GONE = "gone"  # the vehicle had left before the crew came
    NO_CREW = "no-crew"  # nobody of that kind is on duty
    PENDING = "pending"


class Activity(StrEnum):
    """What a crew is doing."""

    TRAVEL = "travel"
    WORK = "work"


@dataclass(frozen=True, slots=True)
class Durations:
    """How long things take in the field; nobody has measured them here. Raises ValueError below 0."""

    warn_s: float = stated(120.0, "an officer's warning or ticket takes", "[?]", unit="s")
    sticker_s: float = stated(240.0, "putting a sticker on takes", "[?]", unit="s")
    tow_s: float = stated(900.0, "hooking a vehicle on and bringing it away takes", "[?]", unit="s")
    post_s: float = stated(1200.0, "an officer stays at a post for", "[?]", unit="s")
    read_s: float = stated(30.0, "the control room looks at its cases every", "[?]", unit="s")
    heeded_s: float = stated(45.0, "who heeds a warning drives off after", "[?]", unit="s")
    heeds: float = stated(0.7, "drivers beside their vehicle who heed a warning", "[?]")
    passing_s: float = stated(
        60.0, "who drives by has a place in sight before and after for", "[?]", unit="s"
    )
    shown_s: float = stated(300.0, "a measure against another can be seen for", "[?]", unit="s")
    detour: float = stated(1.4, "road length of the straight line, where the network has no way", "[?]")
    slowdown: float = stated(2.0, "travel times in the evening, of those of free flow", "[?]")

    def __post_init__(self) -> None:
        for name in ("warn_s", "sticker_s", "tow_s", "heeded_s", "passing_s", "shown_s"):
            if not getattr(self, name) >= 0:
                msg = f"Durations.{name}: expected at least 0 s, got {getattr(self, name)}"
                raise ValueError(msg)
        for name in ("post_s", "read_s", "detour", "slowdown"):
            if not getattr(self, name) > 0:
                msg = f"Durations.{name}: expected more than 0, got {getattr(self, name)}"
                raise ValueError(msg)
        if not 0 <= self.heeds <= 1:
            msg = f"Durations.heeds: expected a share 0..1, got {self.heeds}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Crew:
    """A crew on duty between two instants, and where it begins."""

    name: str
    kind: CrewKind
    base: Spot
    from_ns: int
    until_ns: int


@dataclass(frozen=True, slots=True)
class Stint:
    """What one crew did between two instants, from one spot to another (work: the same one).

    Between its stints a crew stands where the last one ended.
    """

    crew: str
    activity: Activity
    start: Spot
    goal: Spot
    from_ns: int
    until_ns: int


@dataclass(frozen=True, slots=True)
class Job:
    """One order: for the vehicle of a row, what for, when it was asked, begun at the kerb and ended.

    `case_id` is "" where an officer saw for himself. Times that never came are None.
    """

    kind: CrewKind
    row: int
    case_id: str
    asked_ns: int
    crew: str | None = None
    sent_ns: int | None = None
    arrived_ns: int | None = None
    ended_ns: int | None = None
    outcome: Outcome = Outcome.PENDING
