"""What a step needs: named predicates over a case, a deed and what is known of the street."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from detectors.cases.deadlines import answer_due, letter_due, payment_due
from detectors.cases.deeds import Deed
from detectors.cases.law import UnknownSanction, sanction
from detectors.cases.policy import Phase, Policy
from detectors.datatypes.cases import Case, CaseState
from detectors.datatypes.frame import NS_PER_S
from detectors.datatypes.site import WITA_OFFSET_S


class Need(StrEnum):
    """The guards by name."""

    REASON_GIVEN = "reason-given"
    REVIEW_ACCEPTED = "review-accepted"
    PLATE_READABLE = "plate-readable"
    PICTURE_SEALED = "picture-sealed"
    SANCTION_KNOWN = "sanction-known"
    ENFORCEMENT_PHASE = "enforcement-phase"
    VEHICLE_STANDS = "vehicle-stands"
    DRIVER_PRESENT = "driver-present"
    DRIVER_ABSENT = "driver-absent"
    POLICE_IN_CREW = "police-in-crew"
    LETTER_IN_TIME = "letter-in-time"
    ANSWER_OVERDUE = "answer-overdue"
    PAYMENT_OVERDUE = "payment-overdue"
    EVER_TICKETED = "ever-ticketed"
    NEVER_TICKETED = "never-ticketed"
    NEVER_APPEALED = "never-appealed"
    EVER_BLOCKED = "ever-blocked"
    NEVER_BLOCKED = "never-blocked"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the case when a step is tried; None means that nobody knows.

    `dated` says whether timestamps count from a known day, `utc_offset_s` where local days begin.
    `picture_sealed` says that a picture of the case lies sealed in the archive, `phase_known` that the
    phase of `policy` is the one that the zone is in.
    """

    policy: Policy = field(default_factory=Policy)
    dated: bool = True
    utc_offset_s: int = WITA_OFFSET_S
    standing: bool | None = None
    driver_present: bool | None = None
    police_in_crew: bool | None = None
    picture_sealed: bool | None = None
    phase_known: bool = True

    def day(self, timestamp_ns: int) -> date | None:
        """Return the local day of an instant, None where days are not known."""
        if not self.dated:
            return None
        at = datetime.fromtimestamp(timestamp_ns // NS_PER_S, UTC) + timedelta(seconds=self.utc_offset_s)
        return at.date()


Predicate = Callable[[Case, Deed, Facts], bool | None]


def reached(case: Case, state: CaseState) -> bool:
    """Return whether a case ever was in a state."""
    return any(event.state is state for event in case.history)


def _reason_given(_case: Case, deed: Deed, _facts: Facts) -> bool:
    return bool(deed.ground.strip())


def _not(value: bool | None) -> bool | None:  # noqa: FBT001 - three values
    return None if value is None else not value


def _sanction_known(case: Case, deed: Deed, facts: Facts) -> bool | None:
    """Return True; a paragraph that is not in the table leaves the sanction undetermined, not absent."""
    act_day, decision_day = facts.day(case.offence_ns), facts.day(deed.timestamp_ns)
    if act_day is None or decision_day is None:
        return None
    try:
        sanction(case.article, act_day, decision_day)
    except UnknownSanction:
        return None
    return True


def _letter_in_time(case: Case, deed: Deed, facts: Facts) -> bool | None:
    return _not(_over(letter_due(case, facts.policy.days, facts.day), deed, facts))


def _answer_overdue(case: Case, deed: Deed, facts: Facts) -> bool | None:
    return _over(answer_due(case, facts.policy.days, facts.day), deed, facts)


def _payment_overdue(case: Case, deed: Deed, facts: Facts) -> bool | None:
    return _over(payment_due(case, facts.policy.days, facts.day), deed, facts)


def _over(due: date | None, deed: Deed, facts: Facts) -> bool | None:
    """Return whether the day of a deed is later than a due day; None where either is not known."""
    today = facts.day(deed.timestamp_ns)
    return None if due is None or today is None else today > due


def _enforcement_phase(_case: Case, _deed: Deed, facts: Facts) -> bool | None:
    return facts.policy.phase == Phase.ENFORCEMENT if facts.phase_known else None


PREDICATES: dict[Need, Predicate] = {
    Need.REASON_GIVEN: _reason_given,
    Need.REVIEW_ACCEPTED: lambda case, _deed, _facts: reached(case, CaseState.ACCEPTED),
    Need.PLATE_READABLE: lambda case, _deed, _facts: case.plate is not None,
    Need.PICTURE_SEALED: lambda _case, _deed, facts: facts.picture_sealed,
    Need.SANCTION_KNOWN: _sanction_known,
    Need.ENFORCEMENT_PHASE: _enforcement_phase,
    Need.VEHICLE_STANDS: lambda _case, _deed, facts: facts.standing,
    Need.DRIVER_PRESENT: lambda _case, _deed, facts: facts.driver_present,
    Need.DRIVER_ABSENT: lambda _case, _deed, facts: _not(facts.driver_present),
    Need.POLICE_IN_CREW: lambda _case, _deed, facts: facts.police_in_crew,
    Need.LETTER_IN_TIME: _letter_in_time,
    Need.ANSWER_OVERDUE: _answer_overdue,
    Need.PAYMENT_OVERDUE: _payment_overdue,
    Need.EVER_TICKETED: lambda case, _deed, _facts: reached(case, CaseState.TILANG),
    Need.NEVER_TICKETED: lambda case, _deed, _facts: not reached(case, CaseState.TILANG),
    Need.NEVER_APPEALED: lambda case, _deed, _facts: not reached(case, CaseState.APPEALED),
    Need.EVER_BLOCKED: lambda case, _deed, _facts: reached(case, CaseState.BLOCKED),
    Need.NEVER_BLOCKED: lambda case, _deed, _facts: not reached(case, CaseState.BLOCKED),
}
