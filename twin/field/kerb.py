"""Who really stands at the kerb during one evening, and what was done about it."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from twin.field.travel import Spot
from twin.people.draws import Bools, Floats, Ints


class Measure(StrEnum):
    """What was done about a standing vehicle."""

    ANNOUNCEMENT = "announcement"  # by the loudspeaker of a camera
    WARNING = "warning"  # by an officer
    TICKET = "ticket"
    STICKER = "sticker"
    TOWING = "towing"


SANCTIONS = (Measure.TICKET, Measure.STICKER, Measure.TOWING)


@dataclass(frozen=True, slots=True)
class Act:
    """One measure against the vehicle of a row; `by_camera` says that a case of the engine led to it."""

    row: int
    measure: Measure
    at_ns: int
    by_camera: bool


class Kerb:
    """R possible stands: `begin` makes one real, acts may end it early. One instance an evening.

    `spot_m` (R, 2) is where each would stand, `at_ns` and `dwell_ns` (R,) when and how long.
    """

    def __init__(self, road: Ints, along_m: Floats, spot_m: Floats, at_ns: Ints, dwell_ns: Ints) -> None:
        self._road, self._along_m = road, along_m
        self.spot_m = spot_m
        self.at_ns = at_ns
        self.stood: Bools = np.zeros(len(at_ns), np.bool_)
        self.left_ns: Ints = at_ns + dwell_ns
        self.begun: list[int] = []  # rows, in the order in which they began
        self.acts: list[Act] = []

    def begin(self, row: int) -> None:
        """Let the vehicle of a row stop."""
        self.stood[row] = True
        self.begun.append(row)

    def spot(self, row: int) -> Spot:
        """Return where a row stands."""
        return Spot(int(self._road[row]), float(self._along_m[row]))

    def stands(self, row: int, now_ns: int) -> bool:
        """Return whether the vehicle of a row stands there now."""
        return bool(self.stood[row] and self.at_ns[row] <= now_ns < self.left_ns[row])

    def standing(self, now_ns: int) -> Ints:
        """Return the rows that stand there now."""
        return np.flatnonzero(self.stood & (self.at_ns <= now_ns) & (now_ns < self.left_ns))

    def act(self, act: Act, leaves_ns: int | None = None) -> None:
        """Note a measure, and from when on the vehicle is gone where it made it leave."""
        self.acts.append(act)
        if leaves_ns is not None:
            self.left_ns[act.row] = min(int(self.left_ns[act.row]), leaves_ns)
