"""How far enforcement goes, by phase: parameters, never constants of the engine."""

from dataclasses import dataclass
from enum import StrEnum

from detectors.cases.ladder import CaseStep


class Phase(StrEnum):
    """A zone is first educated, then enforced."""

    SOCIALISATION = "socialisation"
    ENFORCEMENT = "enforcement"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the city decided; every default marked [?] is a judgement, not a rule.

    `phase` is a Phase or its value. `sticker_after_s` and `tow_after_s` count seconds stood in
    violation. `tow_fee_rp` is reported per day; its legal basis was not found, and whoever prints
    it says so.
    """

    phase: str = Phase.ENFORCEMENT
    sticker_after_s: float = 600.0  # [?]
    tow_after_s: float = 1800.0  # [?]
    tow_fee_rp: int = 500_000  # [?]

    def __post_init__(self) -> None:
        object.__setattr__(self, "phase", Phase(self.phase))
        if not 0 <= self.sticker_after_s <= self.tow_after_s:
            msg = f"Policy: expected 0 <= sticker <= tow, got {self.sticker_after_s} and {self.tow_after_s} s"
            raise ValueError(msg)

    def due(self, stood_s: float) -> tuple[tuple[CaseStep, str], ...]:
        """Return the steps, each with its ground, that a vehicle that stood so long has earned."""
        if self.phase == Phase.SOCIALISATION:
            return ()
        sticker = ((CaseStep.STICKER, "stood-on-after-teguran"),) if stood_s >= self.sticker_after_s else ()
        tow = ((CaseStep.TOW, "stood-on-after-stiker"),) if stood_s >= self.tow_after_s else ()
        return sticker + tow

    @property
    def letter_ground(self) -> str:
        """The kind of letter that a moving offence gets."""
        return "warning-letter" if self.phase == Phase.SOCIALISATION else "confirmation-letter"
