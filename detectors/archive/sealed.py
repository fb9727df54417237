"""Whether one evidence file is sealed: its record, the chain up to the next seal, that seal, its bytes."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import sqlalchemy as sa

from detectors.archive.canonical import restored
from detectors.archive.keys import PublicKey
from detectors.archive.records import Record, RecordKind, digest_of
from detectors.archive.schema import RECORDS
from detectors.archive.seals import Covered, Seal, read_seal
from detectors.archive.shelves import named_sha256

Content = Callable[[sa.Connection, str], bytes | None]


@dataclass(frozen=True, slots=True)
class Sealing:
    """What seals an evidence file: the number of its record and of the seal, whose key, and when (ns)."""

    seq: int
    seal_seq: int
    key: str
    at_ns: int


def sealing_of(
    connection: sa.Connection, seq: int, content: Content, keys: Sequence[PublicKey] = ()
) -> Sealing | None:
    """Return what seals the evidence file of record `seq`; None where anything of it does not hold.

    The seal is the next one in the log. It signs the digest of the record before it, and that one holds
    all before: the records from its first on are chained again, so that none of them may have changed.
    """
    seal_seq = connection.scalar(
        sa.select(sa.func.min(RECORDS.c.seq)).where(
            RECORDS.c.seq > seq, RECORDS.c.kind == RecordKind.SEAL.value
        )
    )
    if seal_seq is None:
        return None
    seal_record = _record(connection, seal_seq)
    seal = read_seal(seal_record.payload)
    if seal is None or not seal.covered.first <= seq <= seal.covered.last == seal_seq - 1:
        return None
    if not _is_trusted(seal, keys) or not _covers(connection, seal.covered) or not seal.is_signed:
        return None
    file = _record(connection, seq).file
    held = content(connection, file) if file else None
    if held is None or hashlib.sha256(held).hexdigest() != named_sha256(file):
        return None
    return Sealing(seq, seal_seq, seal.key, seal.at_ns)


def _is_trusted(seal: Seal, keys: Sequence[PublicKey]) -> bool:
    if not keys:
        return True
    return any(key.text == seal.key and key.holds(seal.at_ns) for key in keys)


def _covers(connection: sa.Connection, covered: Covered) -> bool:
    """Return whether the records that a seal names are those that lead to its digest."""
    between = RECORDS.c.seq.between(covered.first, covered.last)
    rows = connection.execute(sa.select(RECORDS).where(between).order_by(RECORDS.c.seq)).mappings().all()
    records = [restored(Record, {**row, "simulated": bool(row["simulated"])}) for row in rows]
    if [one.seq for one in records] != list(range(covered.first, covered.last + 1)):
        return False
    chained = all(later.previous == one.digest for one, later in pairwise(records))
    whole = all(digest_of(*_said(one)) == one.digest for one in records)
    counted = sum(one.simulated for one in records) == covered.simulated
    return chained and whole and counted and records[-1].digest == covered.digest


def _said(one: Record) -> tuple[object, ...]:
    return (one.seq, one.at_ns, one.kind, one.subject, one.payload, one.file, one.simulated, one.previous)


def _record(connection: sa.Connection, seq: int) -> Record:
    row = connection.execute(sa.select(RECORDS).where(RECORDS.c.seq == seq)).mappings().one()
    return restored(Record, dict(row))
