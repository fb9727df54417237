"""A road network: junctions, directed roads, turns between them, and signal plans."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import finite_array
from twin.network.hours import Windows, within


class NetworkError(ValueError):
    """A network, or the file of one, cannot be used; the message says what and where."""


class Provenance(StrEnum):
    """Where a geometry comes from."""

    SURVEYED = "surveyed"
    SYNTHETIC = "synthetic"
    IMPORTED = "imported"


class PlanSource(StrEnum):
    """Where a signal plan comes from."""

    PUBLISHED = "published"
    ASSUMED = "assumed"


class Control(StrEnum):
    """How a junction is controlled."""

    SIGNALS = "signals"
    PRIORITY = "priority"
    NONE = "none"  # a bend or a change of lanes: nothing to yield to
    BOUNDARY = "boundary"  # where traffic enters and leaves


class TurnKind(StrEnum):
    """The manoeuvre of a turn."""

    STRAIGHT = "straight"
    LEFT = "left"
    RIGHT = "right"
    UTURN = "uturn"


@dataclass(frozen=True, slots=True)
class Junction:
    """A node: position in metres in the frame of the network, and its control.

    `countdown` says that its signals show how many seconds are left, where these are known.
    """

    id: str
    position_m: tuple[float, float, float]
    control: Control = Control.PRIORITY
    name: str = ""
    countdown: bool = False


@dataclass(frozen=True)
class Road:
    """One directed carriageway from junction to junction.

    `centreline_m` (N >= 2, 3) is the middle of the driving lanes, in driving direction, already
    offset from the axis of a two-way street. Lane 0 is the kerb-side driving lane. `kerb_m` is
    the width of a strip beside lane 0 where motorcycles ride and vehicles stop (0: none).
    `priority` ranks approaches of an unsignalised junction (higher goes first). `zone` is the
    enforcement zone of the kerb (ktl name), "" for none. `reverse` is the opposite carriageway.
    `motorcycle_box_m` is the depth of the box for motorcycles (ruang henti khusus, RHK) before the
    stop line, 0 for none; in Bogor 8 to 12 m.
    """

    id: str
    name: str
    start: str
    end: str
    centreline_m: NDArray[np.float64]
    lanes: int
    speed_limit_mps: float
    lane_width_m: float = 3.5
    kerb_m: float = 0.0
    priority: int = 1
    highway: str = "unclassified"
    geometry: Provenance = Provenance.SYNTHETIC
    zone: str = ""
    median: bool = False
    reverse: str = ""
    stop_rate: float = 0.0  # parking generators along this road, a weight for kerb stops
    motorcycle_box_m: float = 0.0

    def __post_init__(self) -> None:
        line = finite_array(f"Road {self.id}: centreline_m", self.centreline_m, (None, 3))
        object.__setattr__(self, "centreline_m", line)
        if len(line) < 2 or self.lanes < 1 or not self.speed_limit_mps > 0:
            msg = (
                f"road {self.id}: expected >= 2 points, >= 1 lane and a positive speed limit, "
                f"got {len(line)}, {self.lanes} and {self.speed_limit_mps}"
            )
            raise NetworkError(msg)

    @cached_property
    def arc_m(self) -> NDArray[np.float64]:
        """Distance along the centreline (N,) at each of its points, on the map."""
        steps = np.hypot(*np.diff(self.centreline_m[:, :2], axis=0).T)
        return np.concatenate(([0.0], np.cumsum(steps)))

    @property
    def length_m(self) -> float:
        """Length on the map in metres."""
        return float(self.arc_m[-1])

    def point_at(self, along_m: float, offset_m: float = 0.0) -> tuple[float, float, float]:
        """Return the point `along_m` from the start, `offset_m` to the left of the centreline."""
        along = float(np.clip(along_m, 0.0, self.length_m))
        x, y, z = (float(np.interp(along, self.arc_m, self.centreline_m[:, i])) for i in range(3))
        heading = self.heading_at(along)
        return x - offset_m * float(np.sin(heading)), y + offset_m * float(np.cos(heading)), z

    def heading_at(self, along_m: float) -> float:
        """Return the heading in radians, anticlockwise from east, `along_m` from the start."""
        last = len(self.arc_m) - 2
        row = int(np.clip(np.searchsorted(self.arc_m, along_m, side="right") - 1, 0, last))
        step = self.centreline_m[row + 1] - self.centreline_m[row]
        return float(np.arctan2(step[1], step[0]))


@dataclass(frozen=True, slots=True)
class Turn:
    """A movement that can be driven from the end of one road to the start of another.

    `group` is the signal group that governs it, "" where none does (a free slip, a yield).
    Signal groups are named after the approach, the id of `from_road`; that of a turn with a signal of
    its own is `from_road>to_road`. `on_red`: a sign permits it while its group is red, after a stop and
    giving way to all; only for the turn that keeps to the kerb. In the local hours of `prohibited` a
    sign forbids it, although it can be driven; (0, 24) is the whole day.
    """

    from_road: str
    to_road: str
    kind: TurnKind
    group: str = ""
    on_red: bool = False
    prohibited: Windows = ()

    def prohibited_at(self, hour: float) -> bool:
        """Return whether a sign forbids it at an hour of the local day."""
        return within(hour, self.prohibited)


@dataclass(frozen=True, slots=True)
class Detector:
    """A virtual loop over all lanes of an approach, from `distance_m` before the stop line over `length_m`.

    As long as its distance, it sees who waits at the line too.
    """

    road: str
    distance_m: float = 30.0
    length_m: float = 30.0


@dataclass(frozen=True, slots=True)
class Phase:
    """One stage of a plan: these groups have green for `green_s`, then yellow, then all red.

    With a passage time `gap_s` > 0 it is actuated: its green ends after `min_green_s` as soon as nobody
    has been detected for `gap_s`, and at the latest after `green_s`.
    """

    groups: tuple[str, ...]
    green_s: float
    yellow_s: float = 3.0
    all_red_s: float = 2.0
    min_green_s: float = 0.0
    gap_s: float = 0.0

    @property
    def length_s(self) -> float:
        """Green, yellow and all-red together."""
        return self.green_s + self.yellow_s + self.all_red_s


@dataclass(frozen=True, slots=True)
class SignalPlan:
    """A plan; `offset_s` is when the first phase starts, counted from local midnight.

    It holds in `hours` of the local day; with none, at all hours at which no other plan of its junction
    does. Where phases are actuated it has no cycle and no offset, and `detectors` tell who comes; with
    `skip` a phase that nobody calls is left out.
    """

    junction: str
    phases: tuple[Phase, ...]
    offset_s: float = 0.0
    source: PlanSource = PlanSource.ASSUMED
    hours: Windows = ()
    detectors: tuple[Detector, ...] = ()
    skip: bool = False

    @property
    def actuated(self) -> bool:
        """Whether detectors have a say in the length of a green."""
        return any(phase.gap_s > 0 for phase in self.phases)

    @property
    def cycle_s(self) -> float:
        """Length of the cycle in seconds, the longest one of an actuated plan."""
        return sum(phase.length_s for phase in self.phases)


def plan_at(plans: Sequence[SignalPlan], hour: float) -> SignalPlan:
    """Return which plan of a junction holds: the one whose hours it is, else the one without hours."""
    timely = (plan for plan in plans if within(hour, plan.hours))
    return next(timely, next((plan for plan in plans if not plan.hours), plans[0]))


@dataclass(frozen=True, slots=True)
class Place:
    """A named point (a Dishub camera site, a landmark): lon, lat and position on the map."""

    name: str
    kind: str
    lonlat: tuple[float, float]
    position_m: tuple[float, float]


@dataclass(frozen=True)
class RoadNetwork:
    """A whole network in one local metric frame (UTM zone `epsg` minus the origin).

    `origin_lonlat` is (0, 0) of that frame. `left_hand` says on which side traffic drives.
    `source_counts` are counts as the imported file states them, for the importer's report.
    `restrictions` counts the turn restrictions that were applied.
    """

    name: str
    origin_lonlat: tuple[float, float]
    epsg: int
    left_hand: bool
    junctions: tuple[Junction, ...]
    roads: tuple[Road, ...]
    turns: tuple[Turn, ...]
    signal_plans: tuple[SignalPlan, ...] = ()
    places: tuple[Place, ...] = ()
    restrictions: int = 0
    attribution: str = ""
    source_counts: tuple[tuple[str, int | None], ...] = field(default=())

    @cached_property
    def junction_of(self) -> dict[str, Junction]:
        """Junctions by id."""
        return {junction.id: junction for junction in self.junctions}

    @cached_property
    def road_of(self) -> dict[str, Road]:
        """Roads by id."""
        return {road.id: road for road in self.roads}

    @cached_property
    def turns_from(self) -> dict[str, tuple[Turn, ...]]:
        """Turns by the road that they leave."""
        found: dict[str, list[Turn]] = {road.id: [] for road in self.roads}
        for turn in self.turns:
            found[turn.from_road].append(turn)
        return {road: tuple(turns) for road, turns in found.items()}

    @cached_property
    def plan_of(self) -> dict[str, SignalPlan]:
        """The signal plan of each junction that holds when no other one does."""
        return {plan.junction: plan for plan in self.signal_plans if not plan.hours}

    @cached_property
    def plans_of(self) -> dict[str, tuple[SignalPlan, ...]]:
        """All signal plans of each junction."""
        found: dict[str, tuple[SignalPlan, ...]] = {}
        for plan in self.signal_plans:
            found[plan.junction] = (*found.get(plan.junction, ()), plan)
        return found

    @property
    def near_turn(self) -> TurnKind:
        """The turn that keeps to the kerb."""
        return TurnKind.LEFT if self.left_hand else TurnKind.RIGHT
