"""What a plate reader, or an oracle, says a plate shows."""

from dataclasses import dataclass


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
    it cannot be said whose they are.
    """

    reading: PlateReading | None = None
    at_px: tuple[float, float, float, float] | None = None
