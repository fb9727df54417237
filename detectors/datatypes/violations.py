"""What a rule concluded about one vehicle: three verdicts, never a silent guess."""

from dataclasses import dataclass
from enum import StrEnum

from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.plates import PlateReading


class VerdictKind(StrEnum):
    """Clear, violating, or not to be said."""

    CLEAR = "clear"
    VIOLATION = "violation"
    UNDETERMINED = "undetermined"


class WindowPhase(StrEnum):
    """Where a verdict stands in the window that its rule opened."""

    OPENED = "opened"
    EXTENDED = "extended"
    CLOSED = "closed"


class Reason(StrEnum):
    """Why a verdict is UNDETERMINED; texts live in scenarios/locale."""

    TIME_OF_DAY_UNKNOWN = "time-of-day-unknown"
    SIGNAL_UNKNOWN = "signal-unknown"
    NOT_OBSERVED = "not-observed"
    NEAR_SIGNAL_CHANGE = "near-signal-change"
    TRACK_BEGAN_AT_LINE = "track-began-at-line"
    TRACK_BEGAN_PAST_LINE = "track-began-past-line"
    PLACE_UNCERTAIN = "place-uncertain"
    CLASS_UNKNOWN = "class-unknown"
    MAY_TURN_LEFT = "may-turn-left"
    MAY_REVERSE = "may-reverse"
    TRACK_LEAPS = "track-leaps"
    NEAR_SIGN_HOURS = "near-sign-hours"
    STAND_NEAR_LIMIT = "stand-near-limit"
    # measured speed
    SPEED_NEAR_LIMIT = "speed-near-limit"
    SPEED_LIMIT_UNKNOWN = "speed-limit-unknown"
    SURVEY_UNKNOWN = "survey-unknown"
    TRACK_UNEVEN = "track-uneven"
    IMPOSSIBLE_SPEED = "impossible-speed"
    CLOCK_UNKNOWN = "clock-unknown"
    PLATE_UNREAD = "plate-unread"
    PLATE_UNSURE = "plate-unsure"
    PLATE_SEEN_TWICE = "plate-seen-twice"
    PLATE_AT_TWO_PLACES = "plate-at-two-places"
    PLATE_LIKE_ANOTHER = "plate-like-another"
    CLASS_DIFFERS = "class-differs"
    GROUP_SEEN_TOO_SHORT = "group-seen-too-short"
    NO_TRAFFIC_TO_COMPARE = "no-traffic-to-compare"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule on one track at `updated_ns`.

    `opened_ns` is when the conduct began, `extremum` its largest value in `unit` (seconds stood,
    seconds into red, km/h), `evidence_times_ns` the instants that prove it. `place` names the zone or
    the stop line. `article` is the paragraph of UU 22/2009, e.g. "287(1)". `uncertainty` is by how much
    `extremum` is wrong at most, in its unit, where the rule has measured that.
    """

    rule: str
    article: str
    view: str
    place: str
    track_id: int
    vehicle_class: VehicleClass
    kind: VerdictKind
    phase: WindowPhase
    opened_ns: int
    updated_ns: int
    extremum: float
    unit: str
    evidence_times_ns: tuple[int, ...] = ()
    reason: Reason | None = None
    plate: PlateReading | None = None
    uncertainty: float | None = None

    @property
    def key(self) -> str:
        """What stays the same while the window is opened, extended and closed."""
        return f"{self.view}/{self.rule}/{self.place}/{self.track_id}/{self.opened_ns}"

    @property
    def duration_s(self) -> float:
        """Seconds between opening and the last update."""
        return (self.updated_ns - self.opened_ns) / 1e9
