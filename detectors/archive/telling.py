"""What a record of a case says: the case as somebody told it, and which other case it turned out to be."""

import json
from dataclasses import dataclass

from detectors.archive.canonical import RecordError, canonical, restored
from detectors.datatypes.cases import Case


@dataclass(frozen=True, slots=True)
class Told:
    """A case as it was told, and the id of the case that it is the same violation as, if any."""

    case: Case
    same_as: str | None

    @property
    def payload(self) -> str:
        """The text that is recorded."""
        return canonical({"case": self.case, "same_as": self.same_as})


def told_of(payload: str) -> Told:
    """Return what a payload says; RecordError where it is none of a case."""
    try:
        return restored(Told, json.loads(payload))
    except json.JSONDecodeError as error:
        msg = f"a record does not hold a case ({error})"
        raise RecordError(msg) from error
