"""The letter to the owner: a warning for a vehicle that stood, a request to confirm for a moving offence."""

from detectors.cases.deadlines import answer_due
from detectors.datatypes.cases import CaseState, CaseTrack
from scenarios.desk import parts
from scenarios.desk.case_file import footer, rights
from scenarios.desk.documents import Document, Facts, Paragraph, Section
from scenarios.desk.dossier import Dossier, local_day
from scenarios.errors import InputError
from scenarios.reports.wording import Words

SENT = {CaseState.LETTER, CaseState.WARNING_LETTER}


class NoLetter(InputError):  # noqa: N818 - reads as what happened
    """There is no letter of this case, and why."""


def letter(told: Dossier, words: Words) -> Document:
    """Return the letter of a case; raises NoLetter where no officer accepted it or nobody is named."""
    case = told.case
    if not told.accepted:
        msg = f"{case.case_id}: no letter before an officer has accepted the case"
        raise NoLetter(msg)
    if case.plate is None:
        msg = f"{case.case_id}: no letter, its plate is not readable"
        raise NoLetter(msg)
    warns = case.enforcement is CaseTrack.STANDING or case.state is CaseState.WARNING_LETTER
    title = words.text(
        "Warning letter (surat teguran)" if warns else "Confirmation letter (surat konfirmasi)"
    )
    return Document(
        language=words.language,
        title=title,
        subtitle=case.case_id,
        mark=parts.mark(case, words),
        sections=(
            Section(words.text("To"), (Facts(_head(told, words)), Paragraph(_why(words, warns=warns)))),
            parts.offence(told, words),
            parts.pictures(told, words),
            rights(told, words),
            parts.instruments(told, words),
            parts.proof(told, words),
        ),
        footer=footer(words),
    )


def _head(told: Dossier, words: Words) -> tuple[tuple[str, str], ...]:
    """Return to whom, of which day, and by when an answer is due: H is the day of the last letter."""
    case = told.case
    sent = [event.timestamp_ns for event in case.history if event.state in SENT]
    day = words.day(local_day(sent[-1])) if sent else words.text("not sent yet: a draft")
    plate = case.plate.text if case.plate else ""
    rows = [
        (words.text("Addressee"), words.text("who is registered for {plate}", plate=plate)),
        (words.text("Date"), day),
    ]
    due = answer_due(case, told.days, local_day)
    if due is not None:
        rows.append((words.text("Answer of the owner by"), words.day(due)))
    return tuple(rows)


def _why(words: Words, *, warns: bool) -> str:
    if warns:
        return words.text(
            "A camera recorded your vehicle as stated below, and an officer has looked at it. This is a "
            "warning: there is nothing to pay and nothing to answer."
        )
    return words.text(
        "A camera recorded a vehicle with your plate as stated below, and an officer has looked at it. "
        "Please confirm who drove it, or say that it was not yours. This is not a ticket yet."
    )
