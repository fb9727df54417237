"""The audit log: who did what with an archive, as records of its chain; nobody can change one unnoticed."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from detectors.archive.canonical import RecordError, canonical, restored
from detectors.archive.chain import HeldChain
from detectors.archive.records import Entry, RecordKind
from detectors.archive.schema import RECORDS
from detectors.privacy.roles import Action

NOBODY = "-"


@dataclass(frozen=True, slots=True)
class Access:
    """That somebody did something at an instant, or was refused it.

    `by` is ROLE:ID as he said it, NOBODY where he did not say; `subject` is the id of a case or ""; `detail`
    is what was taken, in words of the program. `simulated` says that the archive accuses nobody.
    """

    at_ns: int
    by: str
    action: Action
    subject: str
    refused: bool
    detail: str
    simulated: bool


def append(chain: HeldChain, access: Access) -> int:
    """Record an access and return its number in the log."""
    payload = {
        "by": access.by,
        "action": access.action.value,
        "refused": access.refused,
        "detail": access.detail,
    }
    kind = RecordKind.ACCESS
    return chain.append(Entry(access.at_ns, kind, access.subject, canonical(payload), "", access.simulated))


def accesses(connection: sa.Connection) -> tuple[Access, ...]:
    """Return the audit log, oldest first; RecordError where a record of it cannot be read."""
    c = RECORDS.c
    wanted = sa.select(c.at_ns, c.subject, c.payload, c.simulated).where(c.kind == RecordKind.ACCESS.value)
    return tuple(_access(*row) for row in connection.execute(wanted.order_by(c.seq)))


def _access(at_ns: int, subject: str, payload: str, simulated: bool) -> Access:  # noqa: FBT001 - a column
    try:
        said = json.loads(payload)
    except json.JSONDecodeError as error:
        msg = f"a record does not hold an access ({error})"
        raise RecordError(msg) from error
    known = {"at_ns": at_ns, "subject": subject, "simulated": bool(simulated)}
    return restored(Access, said | known if isinstance(said, dict) else said)
