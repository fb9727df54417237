"""What a plate reader, or an oracle, says a plate shows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlateReading:
    """A plate text with its confidence 0..1; `oracle` is true where it was not read but told."""

    text: str
    confidence: float
    oracle: bool = False
