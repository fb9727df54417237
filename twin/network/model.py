"""A road network: junctions, directed roads, turns between them, and signal plans."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detectors.datatypes.arrays import finite_array


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
    """A node: position in metres in the frame of the network, and its control."""

    id: str
    position_m: tuple[float, float, float]
    control: Control = Control.PRIORITY
    name: str = ""


@dataclass(frozen=True)
class Road:
    """One directed carriageway from junction to junction.

    `centreline_m` (N >= 2, 3) is the middle of the driving lanes, in driving direction, already
    offset from the axis of a two-way street. Lane 0 is the kerb-side driving lane. `kerb_m` is
    the width of a strip beside lane 0 where motorcycles ride and vehicles stop (0: none).
    `priority` ranks approaches of an unsignalised junction (higher goes first). `zone` is the
    enforcement zone of the kerb (ktl name), "" for none. `reverse` is the opposite carriageway.
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
    """A permitted movement from the end of one road to the start of another.

    `group` is the signal group that governs it, "" where none does (a free slip, a yield).
    Signal groups are named after the approach, the id of `from_road`; that of a turn with a signal of
    its own is `from_road>to_road`.
    """

    from_road: str
    to_road: str
    kind: TurnKind
    group: str = ""


@dataclass(frozen=True, slots=True)
class Phase:
    """One stage of a plan: these groups have green for `green_s`, then yellow, then all red."""

    groups: tuple[str, ...]
    green_s: float
    yellow_s: float = 3.0
    all_red_s: float = 2.0

    @property
    def length_s(self) -> float:
        """Green, yellow and all-red together."""
        return self.green_s + self.yellow_s + self.all_red_s


@dataclass(frozen=True, slots=True)
class SignalPlan:
    """A fixed-time plan; `offset_s` is when the first phase starts, counted from local midnight."""

    junction: str
    phases: tuple[Phase, ...]
    offset_s: float = 0.0
    source: PlanSource = PlanSource.ASSUMED

    @property
    def cycle_s(self) -> float:
        """Length of the cycle in seconds."""
        return sum(phase.length_s for phase in self.phases)


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
        """Signal plans by junction."""
        return {plan.junction: plan for plan in self.signal_plans}
