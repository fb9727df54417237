"""What a rollout is: zones, dates, crews, cameras and drivers, and the runs that it is compared with."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from detectors.cases.policy import Phase, Policy
from detectors.cases.powers import towing_since
from twin.field.crews import Durations
from twin.people.attitudes import Attitudes, stated
from twin.traffic.demand import DemandSpec

FRIDAY = 4
WINDOWS = ("mon-thu", "fri-sun")  # patrols concentrate on Friday to Sunday (DOMAIN 1)


class Stage(StrEnum):
    """What a rollout goes through."""

    BEFORE = "before"
    SOCIALISATION = "socialisation"
    ENFORCEMENT = "enforcement"
    WITHDRAWAL = "withdrawal"


def window_of(day: date) -> int:
    """Return the number in WINDOWS of a day."""
    return int(day.weekday() >= FRIDAY)


@dataclass(frozen=True, slots=True)
class PhaseSpec:
    """What holds from a day on. `officers` by window; `publicity` 0..1 is a full campaign at 1."""

    stage: Stage
    since: date
    officers: tuple[int, int] = (0, 0)
    sticker_crews: int = 0
    tow_trucks: int = 0
    publicity: float = 0.0
    cameras: bool = False


@dataclass(frozen=True, slots=True)
class Raid:
    """So many officers more, in some zones, between two instants of one day, in seconds of it."""

    day: date
    zones: tuple[str, ...]
    officers: int
    from_s: int
    until_s: int


@dataclass(frozen=True, slots=True)
class Cameras:
    """How the engine is taken to see stands: not rendered and not calibrated (analytic).

    `coverage` is the share of the kerb in view by zone; a stand in view that lasts the least time is
    found with the chance `recall`.
    """

    coverage: tuple[float, ...]
    recall: float = stated(0.8, "stands in view that the engine finds", "[?]")
    loudspeakers: float = stated(0.5, "cameras with a loudspeaker", "[?]")
    least_stand_s: float = stated(60.0, "a stand counts from", "[?]", unit="s")
    delay_s: float = stated(10.0, "the engine opens the case after", "[?]", unit="s")
    review_s: float = stated(
        0.0, "an officer of the control room has accepted the case after", "[?]", unit="s"
    )


@dataclass(frozen=True, slots=True)
class Ladder:
    """When a case has earned the next step, in seconds stood; `towing_from` is when towing is in force."""

    sticker_after_s: float
    tow_after_s: float
    towing_from: date

    def policy(self, stage: Stage) -> Policy:
        """Return the policy of the engine's cases in a stage; nobody is simulated at the desk."""
        phase = Phase.ENFORCEMENT if stage is Stage.ENFORCEMENT else Phase.SOCIALISATION
        return Policy(
            phase,
            self.sticker_after_s,
            self.tow_after_s,
            powers=towing_since(self.towing_from),
            stand_in=True,
        )


@dataclass(frozen=True, slots=True)
class Rollout:
    """A rollout of some zones. `first_day` is the first that counts, after `lead_in_days` that do not."""

    name: str
    network: str
    zones: tuple[str, ...]
    demand: DemandSpec
    present: tuple[float, ...]
    hours_s: tuple[int, int]
    first_day: date
    lead_in_days: int
    phases: tuple[PhaseSpec, ...]
    raids: tuple[Raid, ...]
    cameras: Cameras
    ladder: Ladder
    threshold: float = 0.02  # a difference in compliance below this is of no practical account [?]
    attitudes: Attitudes = field(default_factory=Attitudes)
    durations: Durations = field(default_factory=Durations)

    def days(self, counted: int) -> tuple[date, ...]:
        """Return every day of the lead-in and of the `counted` days after it."""
        begin = self.first_day - timedelta(days=self.lead_in_days)
        return tuple(begin + timedelta(days=number) for number in range(self.lead_in_days + counted))

    def phase(self, day: date) -> PhaseSpec:
        """Return what holds on a day; before the first phase nothing is done."""
        begun = [phase for phase in self.phases if phase.since <= day]
        return begun[-1] if begun else PhaseSpec(Stage.BEFORE, day)

    def raid(self, day: date) -> Raid | None:
        """Return the raid of a day, if there is one."""
        return next((raid for raid in self.raids if raid.day == day), None)


def untouched(rollout: Rollout) -> Rollout:
    """Return the same city without a rollout."""
    return replace(rollout, phases=(), raids=())


def without_recall(rollout: Rollout) -> Rollout:
    """Return the same rollout with an engine that finds nothing."""
    return replace(rollout, cameras=replace(rollout.cameras, recall=0.0))


def without_enforcement(rollout: Rollout) -> Rollout:
    """Return the same dates with nobody and nothing to enforce, and no publicity."""
    nobody = tuple(PhaseSpec(phase.stage, phase.since) for phase in rollout.phases)
    return replace(without_recall(rollout), phases=nobody, raids=())
