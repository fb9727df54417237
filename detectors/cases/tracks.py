"""The two tracks of enforcement as tables: (state, step) -> state, and what the step needs (DOMAIN 1, 3).

What is not in a table is refused. Review stands before both tracks; from the ticket on they are one.
"""

from dataclasses import dataclass

from detectors.cases.deeds import CaseStep
from detectors.cases.needs import Need
from detectors.datatypes.cases import CaseState, CaseTrack

S, E, N = CaseState, CaseStep, Need


@dataclass(frozen=True, slots=True)
class Transition:
    """Where a step leads, and all that has to hold for it."""

    to: CaseState
    needs: tuple[Need, ...] = ()


Table = dict[tuple[CaseState, CaseStep], Transition]

FINAL = (S.REJECTED, S.CLOSED)
TICKET = (N.REVIEW_ACCEPTED, N.PLATE_READABLE, N.PICTURE_SEALED, N.SANCTION_KNOWN, N.ENFORCEMENT_PHASE)
ON_THE_SPOT = (*TICKET, N.VEHICLE_STANDS, N.DRIVER_PRESENT, N.POLICE_IN_CREW)
AT_THE_KERB = (N.VEHICLE_STANDS, N.ENFORCEMENT_PHASE)

REVIEW: Table = {
    (S.CAPTURED, E.ACCEPT): Transition(S.ACCEPTED),
    (S.CAPTURED, E.REJECT): Transition(S.REJECTED, (N.REASON_GIVEN,)),
    (S.CAPTURED, E.ASK_PICTURE): Transition(S.PICTURE_ASKED),
    (S.PICTURE_ASKED, E.ADD_PICTURE): Transition(S.CAPTURED),
    (S.PICTURE_ASKED, E.ACCEPT): Transition(S.ACCEPTED),  # the picture may never come
    (S.PICTURE_ASKED, E.REJECT): Transition(S.REJECTED, (N.REASON_GIVEN,)),
}
AFTER_THE_TICKET: Table = {
    (S.TILANG, E.PAY): Transition(S.PAID),
    (S.TILANG, E.APPEAL): Transition(S.APPEALED, (N.NEVER_APPEALED,)),
    (S.TILANG, E.BLOCK): Transition(S.BLOCKED, (N.PAYMENT_OVERDUE,)),
    (S.APPEALED, E.UPHOLD): Transition(S.TILANG),
    (S.APPEALED, E.ANNUL): Transition(S.CANCELLED),
    (S.BLOCKED, E.PAY): Transition(S.PAID, (N.EVER_TICKETED,)),
    (S.BLOCKED, E.APPEAL): Transition(S.APPEALED, (N.EVER_TICKETED, N.NEVER_APPEALED)),
    (S.PAID, E.RELEASE): Transition(S.RELEASED, (N.EVER_BLOCKED,)),
    (S.PAID, E.CLOSE): Transition(S.CLOSED, (N.NEVER_BLOCKED,)),
    (S.CANCELLED, E.RELEASE): Transition(S.RELEASED, (N.EVER_BLOCKED,)),
    (S.CANCELLED, E.CLOSE): Transition(S.CLOSED, (N.NEVER_BLOCKED,)),
    (S.RELEASED, E.CLOSE): Transition(S.CLOSED),
    (S.WARNING_LETTER, E.CLOSE): Transition(S.CLOSED),
}
STANDING: Table = {
    **REVIEW,
    (S.ACCEPTED, E.ANNOUNCE): Transition(S.TEGURAN, (N.VEHICLE_STANDS,)),
    (S.ACCEPTED, E.WARN): Transition(S.TEGURAN, (N.VEHICLE_STANDS,)),
    (S.ACCEPTED, E.SEND_WARNING): Transition(S.WARNING_LETTER, (N.PLATE_READABLE,)),
    (S.TEGURAN, E.STICKER): Transition(S.STIKER, AT_THE_KERB),
    (S.STIKER, E.DEFLATE): Transition(S.PENGGEMBOSAN, (*AT_THE_KERB, N.DRIVER_ABSENT)),
    (S.TEGURAN, E.TICKET): Transition(S.TILANG, ON_THE_SPOT),
    (S.STIKER, E.TICKET): Transition(S.TILANG, ON_THE_SPOT),
    (S.PENGGEMBOSAN, E.TICKET): Transition(S.TILANG, ON_THE_SPOT),
    (S.STIKER, E.TOW): Transition(S.PENDEREKAN, AT_THE_KERB),
    (S.PENGGEMBOSAN, E.TOW): Transition(S.PENDEREKAN, AT_THE_KERB),
    (S.TILANG, E.TOW): Transition(S.PENDEREKAN, AT_THE_KERB),
    **AFTER_THE_TICKET,
    (S.PENDEREKAN, E.PAY): Transition(S.PAID, (N.EVER_TICKETED,)),
    (S.PENDEREKAN, E.APPEAL): Transition(S.APPEALED, (N.EVER_TICKETED, N.NEVER_APPEALED)),
    (S.PENDEREKAN, E.BLOCK): Transition(S.BLOCKED, (N.EVER_TICKETED, N.PAYMENT_OVERDUE)),
    (S.PENDEREKAN, E.CLOSE): Transition(S.CLOSED, (N.NEVER_TICKETED,)),
    (S.ACCEPTED, E.CLOSE): Transition(S.CLOSED),
    (S.TEGURAN, E.CLOSE): Transition(S.CLOSED),
    (S.STIKER, E.CLOSE): Transition(S.CLOSED),
    (S.PENGGEMBOSAN, E.CLOSE): Transition(S.CLOSED),
}
LETTER = (N.PLATE_READABLE, N.PICTURE_SEALED, N.ENFORCEMENT_PHASE, N.LETTER_IN_TIME)
UNANSWERED = (N.NEVER_TICKETED,)  # blocked for want of an answer, which may still come
MOVING: Table = {
    **REVIEW,
    (S.ACCEPTED, E.SEND_LETTER): Transition(S.LETTER, LETTER),
    (S.ACCEPTED, E.SEND_WARNING): Transition(S.WARNING_LETTER, (N.PLATE_READABLE,)),
    (S.ACCEPTED, E.CANCEL): Transition(S.CANCELLED, (N.REASON_GIVEN,)),
    (S.LETTER, E.CONFIRM): Transition(S.CONFIRMED),
    (S.LETTER, E.DISOWN): Transition(S.DISOWNED),
    (S.LETTER, E.REPORT_CLONE): Transition(S.CLONE_REPORTED),
    (S.LETTER, E.BLOCK): Transition(S.BLOCKED, (N.ANSWER_OVERDUE,)),
    (S.LETTER, E.CANCEL): Transition(S.CANCELLED, (N.REASON_GIVEN,)),
    (S.BLOCKED, E.CONFIRM): Transition(S.CONFIRMED, UNANSWERED),
    (S.BLOCKED, E.DISOWN): Transition(S.DISOWNED, UNANSWERED),
    (S.BLOCKED, E.REPORT_CLONE): Transition(S.CLONE_REPORTED, UNANSWERED),
    (S.BLOCKED, E.CANCEL): Transition(S.CANCELLED, (*UNANSWERED, N.REASON_GIVEN)),
    (S.DISOWNED, E.READDRESS): Transition(S.LETTER),
    (S.DISOWNED, E.HOLD): Transition(S.CONFIRMED, (N.REASON_GIVEN,)),
    (S.DISOWNED, E.CANCEL): Transition(S.CANCELLED, (N.REASON_GIVEN,)),
    (S.CLONE_REPORTED, E.HOLD): Transition(S.CONFIRMED, (N.REASON_GIVEN,)),
    (S.CLONE_REPORTED, E.CANCEL): Transition(S.CANCELLED, (N.REASON_GIVEN,)),
    (S.CONFIRMED, E.TICKET): Transition(S.TILANG, TICKET),
    (S.CONFIRMED, E.CANCEL): Transition(S.CANCELLED, (N.REASON_GIVEN,)),
    **AFTER_THE_TICKET,
}
TRACKS: dict[CaseTrack, Table] = {CaseTrack.STANDING: STANDING, CaseTrack.MOVING: MOVING}
