"""Why a case is rejected, cancelled or held: codes with texts, so that they are counted and name nobody."""

from detectors.cases.deeds import CaseStep
from scenarios.errors import unknown_name

WRONG = (
    "plate-misread",
    "other-vehicle-shown",
    "no-offence",
    "exempt-vehicle",
    "outside-hours",
    "cloned-plate",
)
REASONS: dict[CaseStep, tuple[str, ...]] = {
    CaseStep.REJECT: (*WRONG, "picture-unclear"),
    CaseStep.CANCEL: (*WRONG, "not-the-owner", "too-late"),
    CaseStep.HOLD: ("answer-not-proved", "plate-holds"),
    CaseStep.ANNUL: (*WRONG, "not-the-owner", "evidence-does-not-hold"),
}


def reason(step: CaseStep, code: str) -> str:
    """Return a reason that a step knows, or "" for none; InputError that lists the known ones otherwise."""
    known = REASONS.get(step, ())
    if code and code not in known:
        raise unknown_name(code, known, what=f"reason to {step}")
    return code
