"""The guard tour of a turning camera: which preset it looks at, as a pure function of time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import pi, remainder

from twin.clock import seconds


@dataclass(frozen=True, slots=True)
class Look:
    """One stop of a tour: the camera turns to `view` for `move_ns`, then looks for `dwell_ns`."""

    view: str
    move_ns: int
    dwell_ns: int


@dataclass(frozen=True, slots=True)
class GuardTour:
    """Stops in their order, over and over; the first move begins at `begins_ns` (and at every period).

    Raises ValueError where it has no stop, or a stop that nobody would see.
    """

    looks: tuple[Look, ...]
    begins_ns: int = 0

    def __post_init__(self) -> None:
        if not self.looks or any(look.dwell_ns <= 0 or look.move_ns < 0 for look in self.looks):
            msg = f"guard tour: expected stops with dwell > 0 and move >= 0, got {self.looks}"
            raise ValueError(msg)

    @property
    def period_ns(self) -> int:
        """The length of one round."""
        return sum(look.move_ns + look.dwell_ns for look in self.looks)

    def looked_at(self, timestamp_ns: int) -> str | None:
        """Return the view that is looked at, None while the camera turns."""
        into_ns = (timestamp_ns - self.begins_ns) % self.period_ns
        for look in self.looks:
            into_ns -= look.move_ns
            if into_ns < 0:
                return None
            into_ns -= look.dwell_ns
            if into_ns < 0:
                return look.view
        return None  # pragma: no cover - the remainder of a division is less than the divisor

    def duty(self, view: str) -> float:
        """Return the share of time in which `view` is looked at, 0..1."""
        return sum(look.dwell_ns for look in self.looks if look.view == view) / self.period_ns

    def longest_gap_ns(self, view: str) -> int:
        """Return the longest time for which `view` is not looked at; 0 for one that always is.

        Raises ValueError for a view that the tour never looks at.
        """
        rows = [row for row, look in enumerate(self.looks) if look.view == view]
        if not rows:
            msg = f"guard tour: it never looks at {view!r}"
            raise ValueError(msg)
        return max(
            self._between_ns(row, after) for row, after in zip(rows, (*rows[1:], rows[0]), strict=True)
        )

    def _between_ns(self, row: int, after: int) -> int:
        """Return the time from the end of stop `row` to the beginning of stop `after`, going round."""
        count = len(self.looks)
        passed = range(row + 1, row + 1 + (after - row - 1) % count)
        away_ns = sum(self.looks[i % count].move_ns + self.looks[i % count].dwell_ns for i in passed)
        return away_ns + self.looks[after].move_ns


def guard_tour(
    stops: Sequence[tuple[str, int]],
    aims: Mapping[str, tuple[float, float]],
    slew_rad_per_s: float,
    settle_ns: int,
) -> GuardTour:
    """Return the tour over `stops` (view, dwell in ns), with the time that each move takes.

    `aims` are (yaw, tilt) in radians by view. Pan and tilt turn at once, at `slew_rad_per_s` each;
    after a turn the picture is of use once it has settled and focused, `settle_ns` later.
    """
    looks = []
    for (before, _), (view, dwell_ns) in zip((*stops[-1:], *stops[:-1]), stops, strict=True):
        turn_rad = _turn_rad(aims[before], aims[view])
        move_ns = 0 if before == view else seconds(turn_rad / slew_rad_per_s) + settle_ns
        looks.append(Look(view, move_ns, dwell_ns))
    return GuardTour(tuple(looks))


def _turn_rad(before: tuple[float, float], after: tuple[float, float]) -> float:
    return max(abs(remainder(after[0] - before[0], 2 * pi)), abs(after[1] - before[1]))
