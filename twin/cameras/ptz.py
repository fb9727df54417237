"""How a camera turns: the time that it takes, and the guard tour as a pure function of time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import pi, radians, remainder, sqrt

from twin.clock import seconds


@dataclass(frozen=True, slots=True)
class Aim:
    """Where a head points: anticlockwise from east on the map, and down from the horizontal."""

    pan_rad: float = 0.0
    tilt_rad: float = 0.0


AHEAD = Aim()


@dataclass(frozen=True, slots=True)
class Drive:
    """What turns a head; rates and settling are usual figures of data sheets, the acceleration is not [?].

    Pan and tilt turn at once, each with constant acceleration up to its rate and down again; after
    a turn the picture is of use once it has settled and focused, `settle_ns` later.
    """

    pan_rad_per_s: float = radians(80)
    tilt_rad_per_s: float = radians(80)
    accel_rad_per_s2: float = radians(400)
    settle_ns: int = 1_000_000_000

    def move_ns(self, before: Aim, after: Aim) -> int:
        """Return how long it takes from one direction to a picture in another, the short way round."""
        pan_rad = abs(remainder(after.pan_rad - before.pan_rad, 2 * pi))
        tilt_rad = abs(after.tilt_rad - before.tilt_rad)
        turn_s = max(self._turn_s(pan_rad, self.pan_rad_per_s), self._turn_s(tilt_rad, self.tilt_rad_per_s))
        return seconds(turn_s) + self.settle_ns

    def _turn_s(self, angle_rad: float, rate_rad_per_s: float) -> float:
        """Return the time of a turn from rest to rest: a trapezium of speed, a triangle if it is short."""
        ramps_rad = rate_rad_per_s**2 / self.accel_rad_per_s2  # both of them
        if angle_rad < ramps_rad:
            return 2.0 * sqrt(angle_rad / self.accel_rad_per_s2)
        return angle_rad / rate_rad_per_s + rate_rad_per_s / self.accel_rad_per_s2


@dataclass(frozen=True, slots=True)
class Look:
    """One stop of a tour: the camera turns to `view` for `move_ns`, then looks that way for `dwell_ns`."""

    view: str
    move_ns: int
    dwell_ns: int
    aim: Aim = AHEAD


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
        look, since_ns = self.stop_at(timestamp_ns)
        return look.view if since_ns <= timestamp_ns else None

    def stop_at(self, timestamp_ns: int) -> tuple[Look, int]:
        """Return the stop that the tour is at or turns to, and since (or from) when it looks there."""
        into_ns = (timestamp_ns - self.begins_ns) % self.period_ns
        before_ns = timestamp_ns - into_ns
        for look in self.looks:
            looks_ns = before_ns + look.move_ns
            before_ns = looks_ns + look.dwell_ns
            if timestamp_ns < before_ns:
                return look, looks_ns
        return self.looks[-1], looks_ns  # pragma: no cover - a remainder is less than its divisor

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


def guard_tour(stops: Sequence[tuple[str, int]], aims: Mapping[str, Aim], drive: Drive) -> GuardTour:
    """Return the tour over `stops` (view, dwell in ns), with the time that each move takes."""
    looks = []
    for (before, _), (view, dwell_ns) in zip((*stops[-1:], *stops[:-1]), stops, strict=True):
        move_ns = 0 if before == view else drive.move_ns(aims[before], aims[view])
        looks.append(Look(view, move_ns, dwell_ns, aims[view]))
    return GuardTour(tuple(looks))
