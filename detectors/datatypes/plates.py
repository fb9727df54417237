"""What a plate reader, or an oracle, says a plate shows."""

from dataclasses import dataclass
from enum import StrEnum


class Unread(StrEnum):
    """Why a plate is unreadable."""

    NO_LOOK = "no-look"  # no picture shows the vehicle where it stood
    NOT_SEEN = "not-seen"  # no plate was found, or several of which it cannot be said whose they are
    TOO_SMALL = "too-small"  # its characters are lower than can be told
    DOUBTFUL = "doubtful"  # what was made out is not sure enough, or may be a part of a number
    OTHER_VEHICLE = "other-vehicle"  # it may belong to a vehicle before this one, or its class is another
    DISAGREE = "looks-disagree"  # one look shows another number than the next
    ALONE = "one-look"  # one frame showed a number, and no other confirmed it


@dataclass(frozen=True, slots=True)
class PlateReading:
    """A plate text with its confidence 0..1; `oracle` is true where it was not read but told."""

    text: str
    confidence: float
    oracle: bool = False


@dataclass(frozen=True, slots=True)
class PlateSight:
    """What a reader made of one picture: `reading` None where the plate is unreadable.

    `at_px` x0, y0, x1, y1 is where its number stands, None where no plate was found, or several of which
    it cannot be said whose they are. `doubtful` is what it seems to show where that is not to be believed:
    it names nobody, but may speak against another look. `why` counts where `reading` is None.
    """

    reading: PlateReading | None = None
    at_px: tuple[float, float, float, float] | None = None
    doubtful: PlateReading | None = None
    why: Unread = Unread.NOT_SEEN
