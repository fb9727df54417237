"""Who may do what with an archive: asked before it is done, and written to its audit log, refusals too."""

from collections.abc import Mapping

from detectors.archive.audit import NOBODY, Access
from detectors.archive.store import CaseStore
from detectors.privacy.roles import Action, Person, UnknownPerson, may, person_of, roles_for
from hardware_adapters.clock import utc_ns
from scenarios.errors import InputError

VARIABLE = "BCONNECT_ACTOR"
ASKED_OF_ALL = frozenset({Action.DECIDE, Action.EXPORT_UNREDACTED, Action.PURGE, Action.READ_AUDIT})


class NotPermittedError(InputError):
    """Somebody may not do what he asked for; it stands in the audit log."""


def person(argument: str | None, environ: Mapping[str, str]) -> Person | None:
    """Return who acts: as told, else as BCONNECT_ACTOR says (ROLE:ID), None where nobody says.

    Nothing here proves it: who may run this program as whom is for the operating system, and who may reach
    the database for the database (decision 0027).
    """
    said = argument or environ.get(VARIABLE)
    if not said:
        return None
    try:
        return person_of(said)
    except UnknownPerson as error:
        raise InputError(str(error)) from error


def allow(store: CaseStore, action: Action, who: Person | None, subject: str = "", detail: str = "") -> None:
    """Write to the audit log that somebody does something, or is refused it.

    `subject` is the id of a case, `detail` what of it. An archive that is simulated throughout accuses
    nobody: whoever does not say who he is may list, look and export there, and no line is written.

    Raises NotPermittedError where he may not, StoreError where the log cannot be written: then nothing is
    to be done either.
    """
    accuses = store.accuses()
    if who is None and not accuses and action not in ASKED_OF_ALL:
        return
    allowed = may(who, action)
    by = NOBODY if who is None else who.text
    said = (utc_ns(), by, action, subject, not allowed, detail)
    store.note(Access(*said, simulated=accuses is False))
    if not allowed:
        roles = ", ".join(role.value for role in roles_for(action))
        msg = f"{store.name}: {action.value} is for {roles}, not for {by}; say who you are with --as ROLE:ID"
        raise NotPermittedError(msg)


def decided(store: CaseStore, by: str, case_id: str, step: str, *, refused: bool = False) -> None:
    """Write to the audit log that somebody (ROLE:ID) took a step of a case, or was refused it.

    Who may take which step is for `detectors.cases.powers`. An archive that is simulated throughout accuses
    nobody: there the history of its cases says enough.
    """
    if store.accuses():
        store.note(Access(utc_ns(), by, Action.DECIDE, case_id, refused, step, simulated=False))


def sees_plates(store: CaseStore, who: Person | None) -> bool:
    """Return whether somebody sees plates in a list of cases."""
    return may(who, Action.LOOK) or (who is None and not store.accuses())
