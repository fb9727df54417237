"""What a scenario is, and what a run of it leaves behind: the arrow from run to score to report."""

from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path

from detectors.datatypes.cases import Case, CaseEvent
from detectors.datatypes.site import SitePlan
from scenarios.shown_speeds import ShownSpeed
from twin.cameras.plans import CameraPlan
from twin.environment.weather import CLEAR, Weather
from twin.network.model import RoadNetwork
from twin.traffic.demand import DemandSpec
from twin.truth import TrueViolation


@dataclass(frozen=True, slots=True)
class SectionWanted:
    """A section over which speeds are measured, between two views of the plan.

    `name` "" is that of its stretch and views, `limit_kmh` None the limit of its roads.
    """

    from_view: str
    to_view: str
    name: str = ""
    limit_kmh: float | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A zone and a time. `network` and `plan` are names or paths.

    `short_start`..`short_end` is the excerpt that `--short` runs, `warmup_s` the traffic before
    it that no camera sees. `phase` is "socialisation" or "enforcement". `gates` are the least
    recall and precision by rule for which the run counts as passed. `plates` says whether plates are
    read in snapshots, and at the gates of `sections`.
    """

    name: str
    zone: str
    network: str
    plan: str
    day: date
    start: time
    end: time
    short_start: time
    short_end: time
    warmup_s: float
    phase: str
    detector: str
    demand: DemandSpec
    weather: Weather = CLEAR
    gates: tuple[tuple[str, float, float], ...] = ()  # (rule, least recall, least precision)
    plates: bool = True
    sections: tuple[SectionWanted, ...] = ()


@dataclass(frozen=True, slots=True)
class TrueCrossing:
    """That a vehicle truly passed a gate of a view, for the score only."""

    vehicle_id: int
    vehicle_class: int
    plate: str
    view: str
    gate: str
    position_m: tuple[float, float]
    at_ns: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """Which true vehicle stood behind a case's track when the case was opened (None: nobody)."""

    case_id: str
    vehicle_id: int | None
    iou: float


@dataclass(frozen=True, slots=True, eq=False)
class ViewResult:
    """One view of one run. `pictures` are (caption code, JPEG bytes) of what the camera showed.

    `crossings` are truth, of the gates at which sections begin or end.
    `speeds` is truth, for the score only: who was too fast where the view measures.
    """

    view: str
    site: SitePlan
    detector: str
    oracle: bool
    frames: int
    cases: tuple[Case, ...]
    events: tuple[CaseEvent, ...]
    attributions: tuple[Attribution, ...]
    pictures: tuple[tuple[str, bytes], ...] = ()
    cpu_s: float = 0.0
    crossings: tuple[TrueCrossing, ...] = ()
    speeds: tuple[ShownSpeed, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class RunResult:
    """One run of one scenario with one seed. `violations` is truth, for the score only.

    `stand_in` says that standing cases were accepted without an officer.
    """

    scenario: Scenario
    plan: CameraPlan
    network: RoadNetwork
    seed: int
    short: bool
    start_ns: int
    end_ns: int
    views: tuple[ViewResult, ...]
    violations: tuple[TrueViolation, ...]
    census: tuple[tuple[str, int], ...]
    out: Path
    versions: tuple[tuple[str, str], ...] = field(default=())
    stand_in: bool = True
