"""How traffic goes up and down: a factor by hour of the local day, one row a kind of day."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

HOURS = 24
Hours = tuple[float, ...]


class DayKind(StrEnum):
    """Days that differ in traffic: Friday has its prayer, Saturday and Sunday no rush of workers."""

    WEEKDAY = "weekday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


LATE_WEEK = {4: DayKind.FRIDAY, 5: DayKind.SATURDAY, 6: DayKind.SUNDAY}


def day_kind(day: date) -> DayKind:
    """Return the kind of a local date; public holidays are not known."""
    return LATE_WEEK.get(day.weekday(), DayKind.WEEKDAY)


@dataclass(frozen=True, slots=True)
class DayProfiles:
    """Factors of a flow by local hour (24,); a day that is left empty is as a weekday.

    Raises ValueError where a day has not 24 factors of at least 0.
    """

    weekday: Hours
    friday: Hours = ()
    saturday: Hours = ()
    sunday: Hours = ()

    def __post_init__(self) -> None:
        for kind in DayKind:
            row = getattr(self, kind.value)
            if (row or kind is DayKind.WEEKDAY) and (len(row) != HOURS or not all(f >= 0 for f in row)):
                msg = f"{kind.value}: expected {HOURS} factors of at least 0, got {len(row)}"
                raise ValueError(msg)

    def of(self, kind: DayKind) -> Hours:
        """Return the factors (24,) of a kind of day."""
        return getattr(self, kind.value) or self.weekday

    def at(self, moment: datetime) -> float:
        """Return the factor at a local date and time."""
        return self.of(day_kind(moment.date()))[moment.hour]

    @property
    def highest(self) -> float:
        """The highest factor of any hour."""
        return max(max(self.of(kind)) for kind in DayKind)


FLAT = DayProfiles((1.0,) * HOURS)
_NIGHT, _LATE = (0.12, 0.08, 0.06, 0.06, 0.12, 0.35), (0.6, 0.45, 0.3, 0.2)
_EVENING = (0.85, 0.95, 1.1, 0.95, 0.8)  # 15 to 20 h
# [?] in DOMAIN 4 but for the peak from 17 to 18 h: parameters, not findings.
TRAFFIC = DayProfiles(
    weekday=(*_NIGHT, 0.8, 1.05, 0.95, 0.85, 0.85, 0.9, 0.9, 0.85, 0.85, *_EVENING, *_LATE),
    friday=(*_NIGHT, 0.8, 1.05, 0.95, 0.85, 0.85, 0.95, 0.6, 0.95, 0.85, *_EVENING, *_LATE),
    saturday=(
        *(0.18, 0.12, 0.08, 0.07, 0.1, 0.25),
        *(0.5, 0.65, 0.7, 0.75, 0.8, 0.85, 0.85, 0.8, 0.8),
        *(0.85, 0.95, 1.05, 1.0, 0.95),
        *(0.8, 0.6, 0.4, 0.28),
    ),
    sunday=(
        *(0.2, 0.14, 0.09, 0.07, 0.1, 0.25),
        *(0.45, 0.5, 0.55, 0.65, 0.7, 0.75, 0.75, 0.7, 0.7),
        *(0.75, 0.85, 0.95, 0.9, 0.8),
        *(0.6, 0.4, 0.25, 0.15),
    ),
)
