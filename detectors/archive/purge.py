"""Erasing what may not be kept longer: evidence of cases that are over, hashes of plates, raw frames.

What was erased stands in tombstones of the same log (see `erasures`). They are committed first, files are
taken away after: where that is interrupted, verify says that something was not erased, and the next purge
ends it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from detectors.archive.chain import HeldChain, accuses, ids_of, last_told
from detectors.archive.database import reading, writing
from detectors.archive.erasures import ERASED, ErasedRecord, Tombstone, left_of, tombstones
from detectors.archive.plate_sightings import expired, forget
from detectors.archive.projection import case_of
from detectors.archive.records import Entry, RecordKind
from detectors.archive.schema import CASES, IDENTITIES, PLATE_HASHES, RECORDS
from detectors.archive.scrub import Proof, prove, scrub
from detectors.archive.seals import Sealer
from detectors.archive.shelves import EVIDENCE, Shelf
from detectors.privacy.retention import OVER, Keep, RetentionTerms, closed_ns, keep

OF_A_CASE = tuple(
    k.value for k in (RecordKind.CASE, RecordKind.PICTURE, RecordKind.CLIP, RecordKind.STATEMENT)
)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be purged: on which terms, by whom (ROLE:ID), at which instant (UTC)."""

    terms: RetentionTerms
    by: str
    now_ns: int


@dataclass(frozen=True, slots=True)
class Held:
    """The store that is purged; `folder` is that of its files, None where they lie in the database."""

    engine: sa.Engine
    shelf: Shelf
    folder: Path | None
    sealer: Sealer | None


@dataclass(frozen=True, slots=True)
class DueCase:
    """A violation whose evidence is due: all its ids, the leading one first, and its last step."""

    ids: tuple[str, ...]
    closed_ns: int
    plates: tuple[str, ...]
    simulated: bool


@dataclass(frozen=True, slots=True)
class Purged:
    """What is due, and what the search afterwards showed; `proof` None where nothing was erased yet.

    `kept` counts the violations that stay, by why.
    """

    cases: tuple[DueCase, ...]
    hashes: int
    raw_files: tuple[str, ...]
    kept: tuple[tuple[Keep, int], ...]
    proof: Proof | None = None


def planned(held: Held, order: Order) -> Purged:
    """Return what is due at an instant; nothing is changed."""
    with reading(held.engine) as connection:
        return _due(connection, held, order)


def purge(held: Held, order: Order) -> Purged:
    """Erase what is due, say so in the log, and search the files of the store for it."""
    with writing(held.engine) as connection:
        chain = HeldChain(connection)
        due = _due(connection, held, order)
        for case in due.cases:
            _erase(chain, case, order)
        _record_others(chain, due, order)
        if held.sealer is not None and chain.unsealed > 0:
            chain.seal(held.sealer)
    gone = _clear_files(held, due)
    why_not = scrub(held.engine)
    with reading(held.engine) as connection:
        kept_plates = set(connection.scalars(sa.select(CASES.c.plate)))
    plates = {plate for case in due.cases for plate in case.plates} - kept_plates
    proof = prove(held.engine, gone, sorted(plates), why_not)
    return Purged(due.cases, due.hashes, due.raw_files, due.kept, proof)


def _due(connection: sa.Connection, held: Held, order: Order) -> Purged:
    why: Counter[Keep] = Counter()
    cases = tuple(_violations(connection, order, why))
    old = sa.select(sa.func.count()).select_from(PLATE_HASHES)
    hashes = connection.scalar(old.where(expired(order.now_ns, order.terms.hash_ns))) or 0
    raw = tuple(_raw_files(held, order)) if held.folder is not None else ()
    return Purged(cases, hashes, raw, tuple(sorted((one, n) for one, n in why.items() if n)))


def _violations(connection: sa.Connection, order: Order, why: "Counter[Keep]") -> Iterator[DueCase]:
    c, over = CASES.c, [state.value for state in OVER]
    leading = sa.select(c.case_id).where(c.same_as.is_(None))
    still = sa.select(sa.func.count()).select_from(leading.where(c.state.not_in(over)).subquery())
    why[Keep.OPEN] += connection.scalar(still) or 0
    for case_id in connection.scalars(leading.where(c.state.in_(over)).order_by(c.case_id)).all():
        case, ids = case_of(connection, case_id), ids_of(connection, case_id)
        told = [one.case for one in (last_told(connection, other) for other in ids) if one is not None]
        verdict = keep(case, told, order.terms, order.now_ns)
        if verdict is not Keep.DUE:
            why[verdict] += 1
            continue
        plates = tuple(sorted({one.plate.text for one in told if one.plate is not None}))
        yield DueCase(ids, closed_ns((case, *told)), plates, case.simulated)


def _raw_files(held: Held, order: Order) -> Iterator[str]:
    """Yield raw files that were last written so long ago; never evidence, never the database, no links."""
    folder = held.folder or Path()
    database = Path(held.engine.url.database or "").name
    names: set[str] = set()
    for pattern in order.terms.raw_files:
        for path in folder.glob(pattern):
            inside = path.relative_to(folder)
            through_link = any((folder / part).is_symlink() for part in (inside, *inside.parents[:-1]))
            ours = inside.parts[0] == EVIDENCE or (database and path.name.startswith(database))
            if ours or through_link or not path.is_file():
                continue
            if path.stat().st_mtime_ns + order.terms.raw_ns <= order.now_ns:
                names.add(inside.as_posix())
    yield from sorted(names)


def _erase(chain: HeldChain, case: DueCase, order: Order) -> None:
    """Put a tombstone for a violation, empty its records, and take it out of the tables made of them."""
    connection, c = chain.connection, RECORDS.c
    of_case = sa.and_(c.subject.in_(case.ids), c.kind.in_(OF_A_CASE), c.payload != ERASED)
    left = sa.select(c.seq, c.at_ns, c.kind, c.subject, c.file, c.simulated, c.previous, c.digest)
    rows = connection.execute(left.where(of_case).order_by(c.seq)).all()
    records = tuple(ErasedRecord(row.seq, row.digest, left_of(tuple(row))) for row in rows)
    terms_ns = order.terms.appeal_ns
    stone = Tombstone(order.by, "evidence", terms_ns, case.closed_ns, case.ids, records)
    chain.append(Entry(order.now_ns, RecordKind.ERASURE, case.ids[0], stone.payload, "", case.simulated))
    connection.execute(sa.update(RECORDS).where(of_case).values(payload=ERASED))
    connection.execute(sa.delete(IDENTITIES).where(IDENTITIES.c.case_id.in_(case.ids)))
    connection.execute(sa.delete(CASES).where(CASES.c.case_id.in_(case.ids)))


def _record_others(chain: HeldChain, due: Purged, order: Order) -> None:
    """Delete the hashes that are due, and put tombstones for them and for raw files."""
    terms, now_ns = order.terms, order.now_ns
    stones = []
    if due.hashes:
        gone = forget(chain.connection, now_ns, terms.hash_ns)
        stones.append(Tombstone(order.by, "hashes", terms.hash_ns, now_ns - terms.hash_ns, hashes=gone))
    if due.raw_files:
        since_ns = now_ns - terms.raw_ns
        stones.append(Tombstone(order.by, "raw", terms.raw_ns, since_ns, files=due.raw_files))
    simulated = accuses(chain.connection) is False
    for stone in stones:
        chain.append(Entry(now_ns, RecordKind.ERASURE, "", stone.payload, "", simulated))


def _clear_files(held: Held, due: Purged) -> tuple[str, ...]:
    """Take away raw files, and the evidence of all that was ever erased; return the ids of the latter."""
    for name in due.raw_files:
        if held.folder is not None:
            (held.folder / name).unlink(missing_ok=True)
    with writing(held.engine) as connection:
        there = set(connection.scalars(sa.select(CASES.c.case_id)))  # whatever a tombstone may say of them
        named = (one for _, _, stone in tombstones(connection) for one in stone.cases)
        gone = tuple(one for one in named if one not in there)
        for case_id in gone:
            held.shelf.erase(connection, case_id)
    return gone
