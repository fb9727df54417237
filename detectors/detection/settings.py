"""A detector with settings of its own, as people write it: `twin@size=1280x720,score=0.3`.

`score` is how sure it has to be of what it reports (0..1), `size` the pixels that a picture is scaled to
fit. A detector takes those settings whose attribute it has (`least_score`, `size_px`).
"""

import math
from dataclasses import dataclass

from detectors.detection.errors import SettingError

SCORE, SIZE = "score", "size"
ATTRIBUTES = {SCORE: "least_score", SIZE: "size_px"}
LEAST_PX, MOST_PX = 32, 8192


@dataclass(frozen=True, slots=True)
class Settings:
    """The name before the @ and what stands after it; None leaves the detector as it is."""

    name: str
    score: float | None = None
    size_px: tuple[int, int] | None = None

    def apply(self, detector: object) -> None:
        """Set what was asked for; raises SettingError for what the detector has not."""
        asked = {SCORE: self.score, SIZE: self.size_px}
        takes = [option for option, attribute in ATTRIBUTES.items() if hasattr(detector, attribute)]
        for option, value in asked.items():
            if value is None:
                continue
            if option not in takes:
                msg = (
                    f"detector {self.name}: has no setting '{option}'; it takes: {', '.join(takes) or 'none'}"
                )
                raise SettingError(msg)
            setattr(detector, ATTRIBUTES[option], value)


def read_settings(text: str) -> Settings:
    """Return the settings in `NAME` or `NAME@key=value,key=value`; raises SettingError."""
    name, at, told = text.partition("@")
    if not at:
        return Settings(text)
    found: dict[str, str] = {}
    for part in told.split(","):
        key, equals, value = part.strip().partition("=")
        if key not in ATTRIBUTES or not equals or key in found:
            wanted = f"{SCORE}=0..1 or {SIZE}=WIDTHxHEIGHT after the @, each once"
            msg = f"detector {text}: expected {wanted}, got '{part}'"
            raise SettingError(msg)
        found[key] = value
    score = _score(text, found[SCORE]) if SCORE in found else None
    return Settings(name, score, read_size(f"detector {text}: ", found[SIZE]) if SIZE in found else None)


def _score(text: str, said: str) -> float:
    try:
        value = float(said)
    except ValueError:
        value = math.nan
    if not 0.0 <= value <= 1.0:
        msg = f"detector {text}: {SCORE}: expected a number from 0 to 1, got '{said}'"
        raise SettingError(msg)
    return value


def read_size(where: str, said: str) -> tuple[int, int]:
    """Return width and height of a text like `960x544`; raises SettingError that begins with `where`."""
    sides = said.lower().split("x")
    if len(sides) != 2 or not all(side.isdecimal() and LEAST_PX <= int(side) <= MOST_PX for side in sides):
        msg = f"{where}{SIZE}: expected {LEAST_PX} to {MOST_PX} px like 960x544, got '{said}'"
        raise SettingError(msg)
    return int(sides[0]), int(sides[1])
