"""The record log: each record names the hash of the one before it, so that none can be changed alone."""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

NOTHING_BEFORE = "0" * 64


class RecordKind(StrEnum):
    """What a record tells."""

    CASE = "case"  # a case as one view told it
    PICTURE = "picture"
    CLIP = "clip"
    STATEMENT = "statement"  # what was measured, how well, and by what
    SEAL = "seal"
    ACCESS = "access"  # who looked at, exported, decided or purged, or was refused
    ERASURE = "erasure"  # the tombstone of what a purge erased


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be recorded. `subject` is the id of its case, `file` the name of its picture or ""."""

    at_ns: int
    kind: RecordKind
    subject: str
    payload: str
    file: str
    simulated: bool


@dataclass(frozen=True, slots=True)
class Record:
    """An entry with its place in the chain; `digest` is over everything else here, `previous` included."""

    seq: int
    at_ns: int
    kind: str
    subject: str
    payload: str
    file: str
    simulated: bool
    previous: str
    digest: str


def chained(entry: Entry, seq: int, previous: str) -> Record:
    """Return the record of an entry that follows the one with digest `previous`."""
    said = (seq, entry.at_ns, entry.kind.value, entry.subject, entry.payload, entry.file, entry.simulated)
    return Record(*said, previous, digest_of(*said, previous))


def digest_of(*said: object) -> str:
    """Return the SHA-256, hexadecimal, of what a record says but for its digest, in the order of `Record`.

    It is taken over a JSON list: no two contents give the same text, wherever one field ends.
    """
    text = json.dumps(said, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()
