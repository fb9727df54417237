"""The whole archive held against itself: every record, file, seal, and the table of cases."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from detectors.archive.canonical import RecordError
from detectors.archive.database import reading
from detectors.archive.erased import ErasedSeen
from detectors.archive.erasures import ERASED
from detectors.archive.errors import StoreError
from detectors.archive.identity import identities
from detectors.archive.keys import PublicKey
from detectors.archive.projection import case_of, row_of
from detectors.archive.records import NOTHING_BEFORE, RecordKind, digest_of
from detectors.archive.schema import CASES, HEAD, IDENTITIES, RECORDS
from detectors.archive.seals import Covered, Seal, read_seal
from detectors.archive.shelves import named_sha256
from detectors.archive.telling import told_of

BATCH = 2000
MOST_TOLD = 100
Content = Callable[[sa.Connection, str], bytes | None]


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not hold (a code), at which record or case, with what was expected and found."""

    code: str
    where: str
    detail: str = ""


@dataclass(slots=True)
class Verification:
    """What was checked, and what does not hold; of many faults the first are kept, all are counted."""

    records: int = 0
    cases: int = 0
    files: int = 0
    seals: int = 0
    sealed: int = 0  # the last record that a good seal covers
    simulated: int = 0
    erased: int = 0  # records whose content a tombstone says was erased
    tombstones: int = 0
    accesses: int = 0  # records of the audit log
    digest: str = NOTHING_BEFORE
    keys: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    found: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return self.found == 0

    def fault(self, code: str, where: object, detail: str = "") -> None:
        """Note what does not hold."""
        self.found += 1
        if len(self.faults) < MOST_TOLD:
            self.faults.append(Fault(code, str(where), detail))


@dataclass(frozen=True, slots=True)
class Terms:
    """What an archive is held against besides itself.

    `keys` are those that may seal; with any, the log has to be sealed by one of them. `head` is the number
    and the digest of a record that was noted earlier: nothing before it may have changed since, and it
    has to be there. `content` gives evidence files, None leaves them out.
    """

    keys: Sequence[PublicKey] = ()
    head: tuple[int, str] | None = None
    content: Content | None = None


def verify(engine: sa.Engine, terms: Terms) -> Verification:
    """Check an archive in the order of its log, in bounded memory, at one instant of the database."""
    made = Verification()
    try:
        with reading(engine) as connection:
            _Reader(connection, terms, made).read()
            _check_head(connection, made)
            _check_cases(connection, made)
            _check_identities(connection, made)
            _check_pages(connection, made)
    except (sa.exc.DBAPIError, RecordError, StoreError) as error:
        made.fault("damaged-database", made.records + 1, " ".join(str(getattr(error, "orig", error)).split()))
    if terms.keys and made.records and not made.seals:
        made.fault("not-sealed", made.records)
    return made


class _Reader:
    """Goes along the log and keeps what the next record has to fit to."""

    def __init__(self, connection: sa.Connection, terms: Terms, made: Verification) -> None:
        self._connection, self._terms, self._made = connection, terms, made
        self._trusted = {key.text: key for key in terms.keys}
        self._since_seal = 0  # simulated records that no seal covers yet
        self._noted = terms.head is None
        self._erased = ErasedSeen.of(connection)

    def read(self) -> None:
        """Check every record."""
        for row in _rows(self._connection):
            self._check(row)
        last_sealed = self._made.sealed if self._trusted else self._made.records
        for code, where, detail in self._erased.at_the_end(last_sealed):
            self._made.fault(code, where, detail)
        if not self._noted:
            self._made.fault("head-missing", self._terms.head[0] if self._terms.head else "")

    def _check(self, row: Any) -> None:
        made = self._made
        made.records += 1
        if row.seq != made.records:
            made.fault("out-of-sequence", row.seq, f"expected {made.records}")
            made.records = row.seq if isinstance(row.seq, int) else made.records
        if row.previous != made.digest:
            made.fault("broken-chain", row.seq, "the record before it is another one")
        simulated = bool(row.simulated)
        said = (row.seq, row.at_ns, row.kind, row.subject, row.payload, row.file, simulated, row.previous)
        if self._erased.says(row.seq):
            self._check_erased(row, simulated=simulated)
        elif row.simulated not in (0, 1) or _digest(said) != row.digest:
            made.fault("changed-record", row.seq, f"{row.kind} {row.subject}")
        elif row.file and self._terms.content is not None:
            self._check_file(row, self._terms.content)
        if row.kind == RecordKind.SEAL:
            self._check_seal(row)
        made.tombstones += row.kind == RecordKind.ERASURE
        made.accesses += row.kind == RecordKind.ACCESS
        made.digest = row.digest
        made.simulated += simulated
        self._since_seal += simulated
        if (row.seq, row.digest) == self._terms.head:
            self._noted = True

    def _check_erased(self, row: Any, *, simulated: bool) -> None:
        """Hold what stayed of a record against its tombstone; its content has to be gone."""
        self._made.erased += 1
        left = (row.seq, row.at_ns, row.kind, row.subject, row.file, simulated, row.previous, row.digest)
        if row.simulated not in (0, 1) or not self._erased.holds(row, _digest(left)):
            self._made.fault("changed-erased", row.seq, f"{row.kind} {row.subject}")
        if row.payload != ERASED:
            self._made.fault("not-erased", row.seq, f"{row.kind} {row.subject}")
        elif row.file and self._terms.content is not None:
            try:
                held = self._terms.content(self._connection, row.file)
            except OSError:
                held = b""
            if held is not None:
                self._made.fault("not-erased", row.seq, row.file)

    def _check_file(self, row: Any, content: Content) -> None:
        self._made.files += 1
        try:
            held = content(self._connection, row.file)
        except OSError as error:
            self._made.fault("unreadable-file", row.seq, f"{row.file} ({error.strerror})")
            return
        if held is None:
            self._made.fault("missing-file", row.seq, row.file)
        elif hashlib.sha256(held).hexdigest() != named_sha256(row.file):
            self._made.fault("changed-file", row.seq, row.file)

    def _check_seal(self, row: Any) -> None:
        made, seal = self._made, read_seal(row.payload)
        covers = Covered(made.sealed + 1, row.seq - 1, made.digest, self._since_seal)
        if (
            seal is None
            or seal.covered != covers
            or not seal.is_signed
            or bool(row.simulated) is not (covers.simulated > 0)
        ):
            made.fault("broken-seal", row.seq)
            return
        wrong = self._wrong_key(seal)
        if wrong:
            made.fault(wrong, row.seq, seal.key)
            return
        made.seals += 1
        made.sealed = row.seq - 1
        made.keys.add(seal.key)
        self._since_seal = 0

    def _wrong_key(self, seal: Seal) -> str:
        if not self._trusted:
            return ""
        key = self._trusted.get(seal.key)
        if key is None:
            return "foreign-key"
        return "" if key.holds(seal.at_ns) else "expired-key"


def _rows(connection: sa.Connection) -> Iterator[Any]:
    """Yield the records in their order, simulated as a number: what a database holds need not be a truth."""
    columns = [sa.cast(c, sa.Integer).label(c.name) if c.name == "simulated" else c for c in RECORDS.c]
    wanted = sa.select(*columns).order_by(RECORDS.c.seq).execution_options(yield_per=BATCH)
    yield from connection.execute(wanted)


def _digest(said: tuple[object, ...]) -> str:
    try:
        return digest_of(*said)
    except TypeError:  # a column that holds bytes
        return ""


def _check_head(connection: sa.Connection, made: Verification) -> None:
    heads = connection.execute(sa.select(HEAD)).all()
    told = [(head.one, head.seq, head.digest) for head in heads]
    if told != [(1, made.records, made.digest)]:
        expected = told[0][1] if told else "none"
        made.fault("missing-end", made.records, f"the log should end with record {expected}")
    if made.holds and heads[0].sealed != made.sealed:
        made.fault("missing-seal", heads[0].sealed)


def _check_cases(connection: sa.Connection, made: Verification) -> None:
    """Hold the table of cases against the last record of each."""
    last = (
        sa.select(RECORDS.c.subject, sa.func.max(RECORDS.c.seq).label("seq"))
        .where(RECORDS.c.kind == RecordKind.CASE.value, RECORDS.c.payload != ERASED)
        .group_by(RECORDS.c.subject)
        .subquery()
    )
    absent = sa.select(last.c.subject).where(last.c.subject.not_in(sa.select(CASES.c.case_id)))
    for case_id in connection.scalars(absent).all():
        made.fault("missing-case", case_id)
    shared = sa.select(CASES.c.same_as).where(CASES.c.same_as.is_not(None))
    columns = [sa.cast(c, sa.Integer).label(c.name) if c.name == "simulated" else c for c in CASES.c]
    wanted = (
        sa.select(
            *columns, RECORDS.c.payload, last.c.seq.label("last"), CASES.c.case_id.in_(shared).label("shared")
        )
        .outerjoin(last, last.c.subject == CASES.c.case_id)
        .outerjoin(RECORDS, RECORDS.c.seq == last.c.seq)
        .execution_options(yield_per=BATCH)
    )
    for row in connection.execute(wanted):
        _check_case(connection, row, made)


def _check_case(connection: sa.Connection, row: Any, made: Verification) -> None:
    made.cases += row.same_as is None
    if row.payload is None:
        made.fault("unknown-case", row.case_id)
        return
    told = told_of(row.payload)
    said = row_of(case_of(connection, row.case_id) if row.shared and row.same_as is None else told.case)
    expected = said | {"seq": row.last, "same_as": told.same_as, "case_id": told.case.case_id}
    wrong = [name for name, value in expected.items() if getattr(row, name) != value]
    if wrong:
        made.fault("changed-case", row.case_id, ", ".join(sorted(wrong)))


def _check_identities(connection: sa.Connection, made: Verification) -> None:
    """Hold every name of a violation against the case that it points to."""
    columns = [sa.cast(c, sa.Integer).label(c.name) if c.name == "simulated" else c for c in IDENTITIES.c]
    wanted = (
        sa.select(*columns, RECORDS.c.payload)
        .outerjoin(CASES, CASES.c.case_id == IDENTITIES.c.case_id)
        .outerjoin(RECORDS, RECORDS.c.seq == CASES.c.seq)
        .execution_options(yield_per=BATCH)
    )
    for row in connection.execute(wanted):
        name = (row.rule, row.place, row.vehicle, row.simulated, row.start_ns)
        payloads = [] if row.payload is None else [row.payload]
        if name not in _names(payloads) and name not in _names(_all_told(connection, row.case_id)):
            made.fault("changed-identity", row.case_id, f"{row.rule} {row.place} {row.vehicle}")


def _all_told(connection: sa.Connection, case_id: str) -> Sequence[str]:
    """Return all that was told of a case: a plate may have been read anew."""
    c = RECORDS.c
    of_case = sa.and_(c.subject == case_id, c.kind == RecordKind.CASE.value, c.payload != ERASED)
    return connection.scalars(sa.select(c.payload).where(of_case)).all()


def _names(payloads: Sequence[str]) -> set[tuple[object, ...]]:
    told = (one for payload in payloads for one in identities(told_of(payload).case))
    return {(one.rule, one.place, one.vehicle, one.simulated, one.start_ns) for one in told}


def _check_pages(connection: sa.Connection, made: Verification) -> None:
    """Let SQLite check its own pages: an index that lies hides records from whoever looks one up."""
    if connection.dialect.name == "sqlite":
        for said in connection.exec_driver_sql("PRAGMA integrity_check(10)").scalars():
            if said != "ok":
                made.fault("damaged-database", "", " ".join(str(said).split()))
