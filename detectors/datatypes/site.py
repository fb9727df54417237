"""SitePlan: all that the engine knows of one view's place. An installer could write it."""

from dataclasses import dataclass, field
from enum import StrEnum

from detectors.datatypes.arrays import ShapeError
from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.geometry import LineSegment, Polygon
from detectors.datatypes.ground import Ground
from detectors.datatypes.survey import Gate, SpeedSection, SurveyErrors

WITA_OFFSET_S = 8 * 3600
DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class DailyWindow:
    """A time of day, local seconds after midnight, start included, end excluded."""

    start_s: int
    end_s: int

    def __post_init__(self) -> None:
        if not 0 <= self.start_s < self.end_s <= DAY_S:
            msg = f"DailyWindow: expected 0 <= start < end <= {DAY_S} s, got {self.start_s}..{self.end_s}"
            raise ShapeError(msg)

    def contains(self, second_of_day: float) -> bool:
        """Return whether a local second of the day lies in the window."""
        return self.start_s <= second_of_day < self.end_s


class Ban(StrEnum):
    """Why nobody may stand in a zone: a sign says so, or the manner of standing is forbidden anywhere."""

    SIGN = "sign"
    JUNCTION = "junction"  # within a junction
    CROSSING = "crossing"  # on a pedestrian crossing
    SECOND_ROW = "second-row"  # beside those who stand at the kerb: double parking


@dataclass(frozen=True, slots=True)
class NoParkingZone:
    """A strip where stopping is forbidden, by a sign or by its manner; `window` None means at all times.

    `minimum_stand_s` is how long a vehicle must stand before it counts as parked there. `drop_off_s` comes on
    top where one may let passengers in or out: whoever leaves within it did no more than that.
    """

    name: str
    area: Polygon
    window: DailyWindow | None
    minimum_stand_s: float = 60.0
    ban: Ban = Ban.SIGN
    drop_off_s: float = 0.0

    @property
    def tolerated_s(self) -> float:
        """How long a vehicle may stand there before it is held against it."""
        return self.minimum_stand_s + self.drop_off_s


@dataclass(frozen=True, slots=True)
class StopLine:
    """A stop line of one approach and the signal group that governs it.

    `line` runs so that approaching traffic comes from its right and crosses to its left
    (`LineSegment.offset_m` < 0 before the line, > 0 after). `junction` is the area behind it.
    `left_on_red` says that a sign permits turning left on red; a track that leaves through
    `left_exit` is then CLEAR. `motorcycle_box_m` is the depth of the box for motorcycles (ruang henti
    khusus, RHK) before the line: they wait up to the line, others up to the box. `sigma_m` is the
    standard error with which a place near the line is known.
    """

    name: str
    group: str
    line: LineSegment
    junction: Polygon
    left_on_red: bool = False
    left_exit: Polygon | None = None
    motorcycle_box_m: float = 0.0
    sigma_m: float = 0.3


@dataclass(frozen=True, slots=True)
class Carriageway:
    """A stretch of road in view with the direction in which traffic moves on it.

    `speed_limit_mps` is what a sign or the law says there; None: nobody wrote it down.
    """

    name: str
    area: Polygon
    heading_rad: float
    speed_limit_mps: float | None = None

    def __post_init__(self) -> None:
        if self.speed_limit_mps is not None and not self.speed_limit_mps > 0:
            msg = f"Carriageway {self.name}: expected a speed limit above 0, got {self.speed_limit_mps} m/s"
            raise ShapeError(msg)


@dataclass(frozen=True, slots=True)
class OneWay:
    """A stretch on which a sign prescribes the direction, up to the edge of the pavement where riders go.

    Pieces of one road have one `name`. `sigma_m` is the standard error with which a place there is known.
    """

    name: str
    area: Polygon
    heading_rad: float
    sigma_m: float = 0.5


@dataclass(frozen=True, slots=True)
class ProhibitedTurn:
    """A turn that a sign forbids in `windows`, or at all times where there is none.

    `entry` and `exit` are the gates that who makes it drives through; both run so that traffic comes from
    their right and crosses to their left. `sigma_m` is the standard error with which a place there is known.
    """

    name: str
    entry: LineSegment
    exit: LineSegment
    windows: tuple[DailyWindow, ...] = ()
    sigma_m: float = 0.3


@dataclass(frozen=True, slots=True)
class SitePlan:
    """One view as surveyed: camera, ground, and what the signs and signals there mean.

    Everything is in metres in one local frame whose origin is `origin_lonlat` (WGS84), x east,
    y north. Detections outside every carriageway and zone, `one_way` being zones too, belong to nobody's
    traffic and are dropped where `carriageways` is not empty. `ignore` cuts areas out (private drives).
    `revisit_s` is the longest time for which the guard tour of the camera leaves this view unseen,
    0 for a camera that stays. A change of the signals may be told up to `signal_lag_s` late, and the
    clock of the signal log and that of the camera differ by `signal_offset_s` at most. `survey` is how wrong
    all of it may be; None: nobody says, and no speed is judged. `sections` end at a gate of this view.
    """

    view: str
    origin_lonlat: tuple[float, float]
    camera: PinholeCamera
    ground: Ground
    no_parking: tuple[NoParkingZone, ...] = ()
    stop_lines: tuple[StopLine, ...] = ()
    carriageways: tuple[Carriageway, ...] = ()
    ignore: tuple[Polygon, ...] = ()
    utc_offset_s: int = WITA_OFFSET_S
    simulated: bool = field(default=False)
    revisit_s: float = 0.0
    one_way: tuple[OneWay, ...] = ()
    prohibited_turns: tuple[ProhibitedTurn, ...] = ()
    signal_lag_s: float = 0.2
    signal_offset_s: float = 0.0
    survey: SurveyErrors | None = None
    gates: tuple[Gate, ...] = ()
    sections: tuple[SpeedSection, ...] = ()

    def second_of_day(self, timestamp_ns: int) -> float:
        """Return the local second of the day of a UTC timestamp."""
        return (timestamp_ns // 1_000_000 / 1000 + self.utc_offset_s) % DAY_S
