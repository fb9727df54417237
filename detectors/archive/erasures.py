"""Tombstones: what was erased, when, on which rule and by whom. The digest stays, the content goes.

An erased record keeps its number, time, kind, case, file name and digest; its payload is empty, its file is
gone. The records around it still chain by that digest. Its own digest cannot be taken again, so that the
tombstone, itself a record of the chain, holds another one over what stayed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from detectors.archive.canonical import RecordError, canonical, restored
from detectors.archive.errors import StoreError
from detectors.archive.records import Record, RecordKind, digest_of
from detectors.archive.schema import RECORDS

ERASED = ""  # what an erased record says: no other record says nothing


@dataclass(frozen=True, slots=True)
class ErasedRecord:
    """One erased record: its number, the digest that it had, and that of what stayed of it."""

    seq: int
    digest: str
    left: str


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What one record of kind `erasure` says.

    `rule` is a code (evidence, hashes, raw), `kept_ns` how long that rule keeps things, `since_ns` from
    when on that counted: of evidence the last step of the case. `records` were erased for `cases` (all ids
    of one violation), `hashes` is how many hashes of plates, `files` the names of raw files.
    """

    by: str
    rule: str
    kept_ns: int
    since_ns: int
    cases: tuple[str, ...] = ()
    records: tuple[ErasedRecord, ...] = ()
    hashes: int = 0
    files: tuple[str, ...] = ()

    @property
    def payload(self) -> str:
        """The text that is recorded."""
        return canonical(self)


def left_of(row: Sequence[object] | Record) -> str:
    """Return the digest of what stays of a record: all but its payload."""
    if isinstance(row, Record):
        row = (row.seq, row.at_ns, row.kind, row.subject, row.file, row.simulated, row.previous, row.digest)
    return digest_of(*row)


def tombstone_of(payload: str) -> Tombstone:
    """Return what a payload says; RecordError where it is no tombstone."""
    try:
        return restored(Tombstone, json.loads(payload))
    except json.JSONDecodeError as error:
        msg = f"a record does not hold a tombstone ({error})"
        raise RecordError(msg) from error


def tombstones(connection: sa.Connection) -> tuple[tuple[int, int, Tombstone], ...]:
    """Return number, time and content of every tombstone, oldest first; one that cannot be read is none."""
    c = RECORDS.c
    wanted = sa.select(c.seq, c.at_ns, c.payload).where(c.kind == RecordKind.ERASURE.value).order_by(c.seq)
    found = []
    for seq, at_ns, payload in connection.execute(wanted):
        try:
            found.append((seq, at_ns, tombstone_of(payload)))
        except RecordError:  # verify says of each of its records that it was changed
            continue
    return tuple(found)


def check_not_erased(connection: sa.Connection, case_id: str) -> None:
    """Raise StoreError where a case was erased: what is told again would bring it back."""
    c = RECORDS.c
    wanted = sa.select(c.seq).where(
        c.subject == case_id, c.kind == RecordKind.CASE.value, c.payload == ERASED
    )
    if connection.scalar(wanted.limit(1)) is not None:
        msg = f"{case_id}: was erased when its time was over; it is not kept again"
        raise StoreError(msg)
