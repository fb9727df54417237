"""What lists, case files and letters say of a case in the same words."""

from detectors.cases.law import UnknownSanction, sanction
from detectors.datatypes.cases import Case, CaseEvent
from scenarios.texts import Texts
from twin.clock import to_local

SIGNATURE = "needs a lawyer's signature"


def sanction_text(case: Case, texts: Texts) -> str:
    """Return the row of the law that would apply to the act if it were decided at its last step."""
    act_day, now = (to_local(at_ns).date() for at_ns in (case.offence_ns, case.history[-1].timestamp_ns))
    try:
        row = sanction(case.article, act_day, max(act_day, now))
    except UnknownSanction:
        return texts.text("UNDETERMINED: the table of the law has no row for it")
    fine = f"{row.max_fine_rp:,}".replace(",", ".")
    said = texts.text("at most Rp{fine}, row of {since}", fine=fine, since=row.valid_from.isoformat())
    return f"{said}; {texts.text(SIGNATURE)}" if row.needs_signature else said


def who_did(by: str, officer: str, texts: Texts) -> str:
    """Return role and id of whoever took a step, "" where they were not kept."""
    return " ".join(part for part in (texts.text(by), officer) if part)


def step_text(event: CaseEvent, texts: Texts) -> str:
    """Return the state that a step led to, its ground, and who took it."""
    who = who_did(event.by, event.officer, texts)
    ground = f": {texts.text(event.ground)}" if event.ground else ""
    return f"{texts.text(event.state)}{ground}" + (f" ({who})" if who else "")
