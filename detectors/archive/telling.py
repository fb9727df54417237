"""What a record of a case says: the case as somebody told it, and which other case it turned out to be."""

import json
import secrets
from dataclasses import dataclass

from detectors.archive.canonical import RecordError, canonical, restored
from detectors.datatypes.cases import Case


@dataclass(frozen=True, slots=True)
class Told:
    """A case as it was told, and the id of the case that it is the same violation as, if any.

    `salt` makes the digest of the record say nothing to whoever guesses at the case; "" where that accuses
    nobody, and of records of before.
    """

    case: Case
    same_as: str | None
    salt: str = ""

    @property
    def payload(self) -> str:
        """The text that is recorded."""
        said = {"case": self.case, "same_as": self.same_as}
        return canonical(said | {"salt": self.salt} if self.salt else said)


def told_of(payload: str) -> Told:
    """Return what a payload says; RecordError where it is none of a case."""
    try:
        return restored(Told, json.loads(payload))
    except json.JSONDecodeError as error:
        msg = f"a record does not hold a case ({error})"
        raise RecordError(msg) from error


def salt_for(case: Case) -> str:
    """Return what makes the digest of a record unlike that of any guess at it.

    The digest outlives the content, and there are only so many plates. A simulated case accuses nobody,
    and the same run writes the same records.
    """
    return "" if case.simulated else secrets.token_hex(16)
