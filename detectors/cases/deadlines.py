"""The days of the procedure as dates: by when a letter, an answer and a payment are due (DOMAIN 3)."""

from collections.abc import Callable
from datetime import date, timedelta

from detectors.cases.policy import ProcedureDays
from detectors.datatypes.cases import Case, CaseState

DayOf = Callable[[int], date | None]


def letter_due(case: Case, days: ProcedureDays, day_of: DayOf) -> date | None:
    """Return the last day on which the letter may go out; None where days are not known."""
    return _later(day_of(case.offence_ns), days.letter_within)


def answer_due(case: Case, days: ProcedureDays, day_of: DayOf) -> date | None:
    """Return the last day on which the owner answers in time; None where no letter was sent."""
    return _later(_last_day(case, CaseState.LETTER, day_of), days.answer_by)


def payment_due(case: Case, days: ProcedureDays, day_of: DayOf) -> date | None:
    """Return the last day on which a ticket is paid in time; None where there is none.

    Days after the ticket and after the last letter both have to be over.
    """
    after_ticket = _later(_last_day(case, CaseState.TILANG, day_of), days.pay_within)
    after_letter = _later(_last_day(case, CaseState.LETTER, day_of), days.unpaid_by)
    if after_ticket is None or after_letter is None:
        return after_ticket
    return max(after_ticket, after_letter)


def _last_day(case: Case, state: CaseState, day_of: DayOf) -> date | None:
    times = [event.timestamp_ns for event in case.history if event.state is state]
    return day_of(times[-1]) if times else None


def _later(day: date | None, days: int) -> date | None:
    return None if day is None else day + timedelta(days=days)
