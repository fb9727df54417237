"""The log as its writers and readers see it: one writer at a time holds the head."""

from dataclasses import asdict

import sqlalchemy as sa

from detectors.archive.canonical import restored
from detectors.archive.records import Entry, Record, RecordKind, chained
from detectors.archive.schema import CASES, HEAD, RECORDS
from detectors.archive.seals import Covered, Sealer
from detectors.archive.telling import Told, told_of


class HeldChain:
    """The head of the log, held from here to the end of the transaction of `connection`."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        head = connection.execute(sa.select(HEAD).with_for_update()).one()
        self.seq: int = head.seq
        self.sealed: int = head.sealed
        self._digest: str = head.digest

    def append(self, entry: Entry) -> int:
        """Add a record and return its number."""
        record = chained(entry, self.seq + 1, self._digest)
        self.connection.execute(sa.insert(RECORDS), asdict(record))
        self.seq, self._digest = record.seq, record.digest
        self.connection.execute(sa.update(HEAD).values(seq=self.seq, digest=self._digest))
        return self.seq

    @property
    def unsealed(self) -> int:
        """How many records no seal covers; a seal at the end does not count itself."""
        since = self.sealed + 1
        last_is_seal = self.connection.scalar(
            sa.select(RECORDS.c.kind == RecordKind.SEAL.value).where(RECORDS.c.seq == self.seq)
        )
        return self.seq - since + (0 if last_is_seal else 1)

    def seal(self, sealer: Sealer) -> None:
        """Seal what is not sealed yet; SealError where the key does not hold."""
        first = self.sealed + 1
        simulated = sa.select(sa.func.count()).where(RECORDS.c.seq >= first, RECORDS.c.simulated)
        covered = Covered(first, self.seq, self._digest, self.connection.scalar(simulated) or 0)
        self.append(sealer.seal(covered))
        self.sealed = covered.last
        self.connection.execute(sa.update(HEAD).values(sealed=covered.last))


NOT_EVIDENCE = (RecordKind.SEAL.value, RecordKind.ACCESS.value, RecordKind.ERASURE.value)


def accuses(connection: sa.Connection) -> bool | None:
    """Return whether a record is not simulated, so that it may accuse somebody; None where none tells."""
    c = RECORDS.c
    found = connection.scalars(sa.select(c.simulated).where(c.kind.not_in(NOT_EVIDENCE)).distinct()).all()
    return None if not found else not all(found)


def last_told(connection: sa.Connection, case_id: str) -> Told | None:
    """Return what was last recorded under a case id, None where there is nothing."""
    wanted = sa.select(RECORDS.c.payload).join(CASES, CASES.c.seq == RECORDS.c.seq)
    payload = connection.scalar(wanted.where(CASES.c.case_id == case_id))
    return None if payload is None else told_of(payload)


def records_of(connection: sa.Connection, case_ids: tuple[str, ...], kinds: tuple[str, ...]) -> list[Record]:
    """Return the records of some kinds of cases, in the order in which they were made."""
    wanted = sa.select(RECORDS).where(RECORDS.c.subject.in_(case_ids), RECORDS.c.kind.in_(kinds))
    rows = connection.execute(wanted.order_by(RECORDS.c.seq)).mappings()
    return [restored(Record, dict(row)) for row in rows]


def leading_id(connection: sa.Connection, case_id: str) -> str | None:
    """Return the id under which the violation of a case is kept, None where the case is unknown."""
    at: str | None = case_id
    known = None
    while at is not None:
        row = connection.execute(sa.select(CASES.c.case_id, CASES.c.same_as).where(CASES.c.case_id == at))
        found = row.one_or_none()
        known, at = (known, None) if found is None else (found.case_id, found.same_as)
    return known


def ids_of(connection: sa.Connection, leading: str) -> tuple[str, ...]:
    """Return all ids of one violation, the leading one first, then in the order in which they came."""
    ids, at = [leading], 0
    while at < len(ids):
        wanted = sa.select(CASES.c.case_id).where(CASES.c.same_as == ids[at]).order_by(CASES.c.seq)
        ids += connection.scalars(wanted).all()
        at += 1
    return tuple(ids)
