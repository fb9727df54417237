"""The case file: all that is stated of one case, by what, its steps, and what the citizen can do."""

from detectors.cases.deadlines import answer_due, letter_due, payment_due
from detectors.datatypes.cases import CaseState, CaseTrack
from scenarios.desk import parts
from scenarios.desk.documents import Document, Facts, Listing, Section
from scenarios.desk.dossier import Dossier, local_day
from scenarios.desk.saying import step_text
from scenarios.reports.wording import NOTHING, Words
from scenarios.texts import Texts

APPEALABLE = (CaseState.TILANG, CaseState.BLOCKED, CaseState.PENDEREKAN)


def case_file(told: Dossier, words: Words) -> Document:
    """Return the case file of a case."""
    case = told.case
    texts = Texts(words.language)
    steps = tuple(
        (parts.moment(event.timestamp_ns, words), step_text(event, texts)) for event in case.history
    )
    return Document(
        language=words.language,
        title=words.text("Case file"),
        subtitle=case.case_id,
        mark=parts.mark(case, words),
        sections=(
            parts.offence(told, words),
            parts.pictures(told, words),
            parts.instruments(told, words),
            Section(words.text("Steps of the case"), (Facts(steps),)),
            days(told, words),
            rights(told, words),
            parts.proof(told, words),
        ),
        footer=footer(words),
    )


def footer(words: Words) -> str:
    """Return what stands below every page."""
    return words.text("B-Connect Twin. Texts of the law and days of the procedure need a lawyer's signature.")


def days(told: Dossier, words: Words) -> Section:
    """Return by when what is due; what does not apply yet has no day."""
    case, of = told.case, told.days
    rows = [(words.text("Payment of the ticket by"), payment_due(case, of, local_day))]
    if case.enforcement is CaseTrack.MOVING:
        rows = [
            (words.text("Letter sent by"), letter_due(case, of, local_day)),
            (words.text("Answer of the owner by"), answer_due(case, of, local_day)),
            *rows,
        ]
    said = tuple((what, NOTHING if day is None else words.day(day)) for what, day in rows)
    return Section(words.text("Days"), (Facts(said),))


def rights(told: Dossier, words: Words) -> Section:
    """Return what the citizen can do, by track, with the days that he has for it."""
    of, moving = told.days, told.case.enforcement is CaseTrack.MOVING
    answers = (
        words.text(
            "Answer within {days} days of the letter: confirm who drove, or say that it was not you.",
            days=of.answer_by,
        ),
        words.text("Not mine, or sold: say so in the answer; the letter then goes to who owns it now."),
        words.text(
            "If your plate is on another vehicle too, report it: the case stops until it is looked into."
        ),
        words.text(
            "Without an answer the registration is blocked after day {days}; answering ends that.",
            days=of.answer_by,
        ),
    )
    ticket = (
        words.text("A ticket is paid within {days} days; then the case is closed.", days=of.pay_within),
        words.text(
            "You may appeal against a ticket once; a court decides, and an appeal that is won ends it."
        ),
        words.text("You may see the pictures and the record, and have the record verified as below."),
    )
    standing = (
        words.text("A teguran or a warning letter costs nothing and asks for nothing but to drive away."),
    )
    return Section(words.text("What you can do"), (Listing((answers if moving else standing) + ticket),))
