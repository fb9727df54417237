"""How far enforcement goes, by phase: parameters, never constants of the engine."""

from dataclasses import dataclass
from enum import StrEnum

from detectors.cases.deeds import CaseStep
from detectors.cases.powers import POWERS, Powers
from detectors.datatypes.plates import PlateReading

STAND_IN = "stand-in-accepted"  # the ground of a review without an officer


class Phase(StrEnum):
    """A zone is first educated, then enforced."""

    SOCIALISATION = "socialisation"
    ENFORCEMENT = "enforcement"


@dataclass(frozen=True, slots=True)
class ProcedureDays:
    """The days of the national ETLE procedure (DOMAIN 3), which differ by region.

    H is the day of the last letter. A letter goes out `letter_within` days after the offence at the
    latest, its owner answers by H + `answer_by`, pays `pay_within` days after the ticket and not before
    H + `unpaid_by` is over. What is due on a day is overdue from the next one on.
    """

    letter_within: int = 3
    answer_by: int = 8
    pay_within: int = 7
    unpaid_by: int = 15

    def __post_init__(self) -> None:
        days = (self.letter_within, self.answer_by, self.pay_within, self.unpaid_by)
        if min(days) < 0 or self.answer_by > self.unpaid_by:
            msg = f"ProcedureDays: expected days from 0 on and answer_by <= unpaid_by, got {days}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the city decided; every default marked [?] is a judgement, not a rule.

    `phase` is a Phase or its value. `sticker_after_s` and `tow_after_s` count seconds stood in
    violation. `tow_fee_rp` is reported per day; its legal basis was not found, and whoever prints
    it says so. `powers` is who may do what. `stand_in` lets simulated standing cases be accepted as they
    are opened, where no officer is: a run of the twin has nobody at the desk. It never accepts a case
    that is not simulated, nor one of a moving offence. `exempt_plates` are those of emergency vehicles that
    the city told of (287(4) gives them way): no case is opened against a vehicle that is seen to bear one.
    """

    phase: str = Phase.ENFORCEMENT
    sticker_after_s: float = 600.0  # [?]
    tow_after_s: float = 1800.0  # [?]
    tow_fee_rp: int = 500_000  # [?]
    days: ProcedureDays = ProcedureDays()
    powers: Powers = POWERS
    stand_in: bool = False
    exempt_plates: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "phase", Phase(self.phase))
        if not 0 <= self.sticker_after_s <= self.tow_after_s:
            msg = f"Policy: expected 0 <= sticker <= tow, got {self.sticker_after_s} and {self.tow_after_s} s"
            raise ValueError(msg)

    def exempts(self, plate: PlateReading | None) -> bool:
        """Return whether a plate is one of an emergency vehicle."""
        if plate is None:
            return False
        return _bare(plate.text) in {_bare(text) for text in self.exempt_plates}

    def due(self, stood_s: float) -> tuple[tuple[CaseStep, str], ...]:
        """Return the steps, each with its ground, that a vehicle that stood so long has earned."""
        if self.phase == Phase.SOCIALISATION:
            return ()
        sticker = ((CaseStep.STICKER, "stood-on-after-teguran"),) if stood_s >= self.sticker_after_s else ()
        tow = ((CaseStep.TOW, "stood-on-after-stiker"),) if stood_s >= self.tow_after_s else ()
        return sticker + tow


def _bare(plate: str) -> str:
    return plate.replace(" ", "").upper()
