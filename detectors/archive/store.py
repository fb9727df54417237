"""The case store: a Docket in a database, on a log of records that cannot be changed unnoticed."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlalchemy as sa

from detectors.archive.audit import Access, accesses, append
from detectors.archive.canonical import RecordError, canonical, restored
from detectors.archive.chain import HeldChain, accuses, ids_of, last_told, leading_id, records_of
from detectors.archive.database import connect, locate, plain_errors, prepare, reading, writing
from detectors.archive.erasures import check_not_erased
from detectors.archive.errors import HistoryError, SealError, StoreError
from detectors.archive.identity import combined, continues, told_onward
from detectors.archive.keys import PublicKey
from detectors.archive.pictures import jpeg_of, mp4_of
from detectors.archive.plate_sightings import PlateSightings
from detectors.archive.projection import case_of, project, same_violation
from detectors.archive.purge import Held, Order, Purged, planned, purge
from detectors.archive.records import Entry, RecordKind
from detectors.archive.schema import CASES, RECORDS
from detectors.archive.sealed import Sealing, sealing_of
from detectors.archive.seals import Sealer
from detectors.archive.shelves import DatabaseShelf, FolderShelf, Shelf, file_name, is_name
from detectors.archive.stored import StoredClip, StoredPicture, clip_payload, stored_clip, stored_picture
from detectors.archive.telling import Told, salt_for, told_of
from detectors.archive.verify import Terms, Verification, verify
from detectors.datatypes.cases import Case, CaseEvent, CaseState, EvidencePicture
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.evidence import EvidenceClip, EvidenceStatement

__all__ = ["CaseLine", "CaseStore", "HistoryError", "SealError", "StoreError", "StoredPicture"]


@dataclass(frozen=True, slots=True)
class CaseLine:
    """What a list says of a case."""

    case_id: str
    rule: str
    vehicle_class: VehicleClass
    plate: str | None
    place: str
    state: CaseState


class CaseStore:
    """Cases, their events and evidence, kept for good once `put` or `attach` has returned.

    `where` is a folder (the database is its cases.db), a database file, or a SQLAlchemy URL. Evidence goes
    to `folder`/evidence, else beside a database that is a file, else into the database. `create` False
    opens a store that must exist. `sealer` seals the log as it grows and at the end; without one it is
    chained, not signed. Several processes may write to one store.

    A violation that two views tell of, or that is told again, is one case (see `identity`): what is asked
    under any of its ids is answered with it.
    """

    def __init__(
        self,
        where: str | Path,
        *,
        folder: Path | None = None,
        create: bool = True,
        sealer: Sealer | None = None,
    ) -> None:
        place = locate(where, create=create)
        if sealer is not None:
            sealer.key.check(sealer.now_ns())
        self.name = place.name
        self._sealer = sealer
        self._beside = folder if folder is not None else place.beside
        self.shelf: Shelf = DatabaseShelf() if self._beside is None else FolderShelf(self._beside)
        self._engine = connect(place)
        try:
            with plain_errors(self.name):
                prepare(self._engine, self.name, create=create)
        except BaseException:
            self._engine.dispose()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(quietly=error is not None)

    def close(self, *, quietly: bool = False) -> None:
        """Seal the end of the log and let go of the database.

        SealError where the key does not hold any more: the records are kept, unsealed. `quietly` leaves
        the end unsealed.
        """
        try:
            if self._sealer is not None and not quietly:
                self.seal(self._sealer)
        finally:
            self._engine.dispose()

    def seal(self, sealer: Sealer) -> bool:
        """Seal what no seal covers; return whether there was any. SealError where the key does not hold."""
        with self._chain() as chain:
            due = chain.unsealed > 0
            if due:
                chain.seal(sealer)
        return due

    def put(self, case: Case) -> None:
        """Store a case or its next state in one transaction; HistoryError if history were rewritten.

        A state that is known already changes nothing.
        """
        _check_id(case.case_id)
        with self._chain() as chain:
            known = last_told(chain.connection, case.case_id)
            if known is not None and not _is_news(case, known.case):
                return
            if known is None:
                check_not_erased(chain.connection, case.case_id)
            self._tell(chain, case, known)

    def put_whole(self, case: Case) -> None:
        """Store the next state of a violation as all who told of it say together, as `case` gives it.

        What is new is told under the first id whose view has not ended its part. HistoryError where the case
        is not a state onward of what is stored, as when somebody else was faster.
        """
        _check_id(case.case_id)
        with self._chain() as chain:
            ids = ids_of(chain.connection, case.case_id)
            known = {one: told for one in ids if (told := last_told(chain.connection, one)) is not None}
            told_so_far = [one.case for one in known.values()]
            if not known:
                msg = f"{self.name}: no case {case.case_id!r}"
                raise StoreError(msg)
            if not _is_news(case, combined(told_so_far)):
                return
            after = told_onward(case, told_so_far)
            if after is None:
                msg = f"{case.case_id}: no view that told of it can take it there; {len(known)} told of it"
                raise HistoryError(msg)
            self._tell(chain, after, known[after.case_id])

    def _tell(self, chain: HeldChain, case: Case, known: Told | None) -> None:
        same_as = known.same_as if known else None
        told = Told(case, same_as or same_violation(chain.connection, case), salt_for(case))
        last_ns = case.history[-1].timestamp_ns
        entry = Entry(last_ns, RecordKind.CASE, case.case_id, told.payload, "", case.simulated)
        project(chain, told, chain.append(entry))
        self._seal_if_due(chain)

    def attach(self, picture: EvidencePicture) -> None:
        """Keep an evidence picture, then record it; StoreError where the case is unknown."""
        payload: dict[str, object] = {"kind": picture.kind.value, "taken_ns": picture.taken_ns}
        if picture.box_px is not None:
            payload["box_px"] = [float(edge) for edge in picture.box_px]
        if picture.others_px is not None:
            payload["others_px"] = [[float(edge) for edge in box] for box in picture.others_px]
        if picture.density_px_m is not None:
            payload["density_px_m"] = [float(one) for one in picture.density_px_m]
        entry = Entry(
            picture.taken_ns, RecordKind.PICTURE, picture.case_id, canonical(payload), "", picture.simulated
        )
        self._keep(entry, f"a {picture.kind} picture", picture.kind.value, (jpeg_of(picture), "jpg"))

    def attach_clip(self, clip: EvidenceClip) -> None:
        """Keep a clip, then record it; StoreError where the case is unknown."""
        payload = canonical(clip_payload(clip))
        entry = Entry(clip.times_ns[-1], RecordKind.CLIP, clip.case_id, payload, "", clip.simulated)
        self._keep(entry, "a clip", "clip", (mp4_of(clip), "mp4"))

    def attest(self, statement: EvidenceStatement) -> None:
        """Record what was measured, how well, and by what; StoreError where the case is unknown."""
        entry = Entry(
            statement.at_ns,
            RecordKind.STATEMENT,
            statement.case_id,
            canonical(statement),
            "",
            statement.simulated,
        )
        self._keep(entry, "a statement", "", None)

    def cases(self) -> tuple[Case, ...]:
        """Return every case as it stands, in the order of opening."""
        others = sa.select(CASES.c.same_as).where(CASES.c.same_as.is_not(None))
        wanted = sa.select(CASES.c.case_id, RECORDS.c.payload, CASES.c.case_id.in_(others).label("shared"))
        wanted = wanted.join(RECORDS, RECORDS.c.seq == CASES.c.seq).where(CASES.c.same_as.is_(None))
        with self._reading() as connection:
            rows = connection.execute(wanted.order_by(CASES.c.opened_ns, CASES.c.case_id)).all()
            return tuple(
                case_of(connection, row.case_id) if row.shared else told_of(row.payload).case for row in rows
            )

    def lines(self) -> tuple[CaseLine, ...]:
        """Return what a list says of every case, in the order of opening; without reading their records."""
        c = CASES.c
        wanted = sa.select(c.case_id, c.rule, c.vehicle_class, c.plate, c.place, c.state)
        with self._reading() as connection:
            rows = connection.execute(wanted.where(c.same_as.is_(None)).order_by(c.opened_ns, c.case_id))
            kinds, states = {k.value: k for k in VehicleClass}, {s.value: s for s in CaseState}
            return tuple(CaseLine(i, r, kinds[v], p, at, states[s]) for i, r, v, p, at, s in rows)

    def case(self, case_id: str) -> Case:
        """Return one case; StoreError where there is none of that id."""
        with self._reading() as connection:
            leading = leading_id(connection, case_id)
            if leading is None:
                msg = f"{self.name}: no case {case_id!r}"
                raise StoreError(msg)
            return case_of(connection, leading)

    def events(self, case_id: str) -> tuple[CaseEvent, ...]:
        """Return the events of a case, oldest first; none where it is unknown."""
        with self._reading() as connection:
            leading = leading_id(connection, case_id)
            return () if leading is None else case_of(connection, leading).history

    def pictures(self, case_id: str) -> tuple[StoredPicture, ...]:
        """Return the pictures of a case in the order in which they were attached."""
        with self._reading() as connection:
            leading = leading_id(connection, case_id)
            ids = () if leading is None else ids_of(connection, leading)
            found = records_of(connection, ids, (RecordKind.PICTURE.value,))
        return tuple(stored_picture(one) for one in found)

    def sealing(self, picture: StoredPicture, keys: Sequence[PublicKey] = ()) -> Sealing | None:
        """Return the seal that covers the record of a picture whose bytes hold; None where there is none.

        With `keys` only seals by one of them count.
        """
        with self._reading() as connection:
            return sealing_of(connection, picture.seq, self.shelf.content, keys)

    def picture_sealed(self, case_id: str, keys: Sequence[PublicKey] = ()) -> bool:
        """Return whether a picture of a case is covered by a seal of the archive and its bytes hold."""
        return any(self.sealing(one, keys) is not None for one in self.pictures(case_id))

    def clips(self, case_id: str) -> tuple[str, ...]:
        """Return the paths of the clips of a case, from the folder of the store."""
        return tuple(one.path for one in self.stored_clips(case_id))

    def stored_clips(self, case_id: str) -> tuple[StoredClip, ...]:
        """Return the clips of a case in the order in which they were attached."""
        with self._reading() as connection:
            ids = ids_of(connection, leading_id(connection, case_id) or case_id)
            found = records_of(connection, ids, (RecordKind.CLIP.value,))
        return tuple(stored_clip(one) for one in found)

    def statements(self, case_id: str) -> tuple[EvidenceStatement, ...]:
        """Return what was measured of a case."""
        with self._reading() as connection:
            ids = ids_of(connection, leading_id(connection, case_id) or case_id)
            found = records_of(connection, ids, (RecordKind.STATEMENT.value,))
        return tuple(restored(EvidenceStatement, json.loads(one.payload)) for one in found)

    def content(self, path: str) -> bytes:
        """Return an evidence file of the store; StoreError where it is not there."""
        with self._reading() as connection:
            found = self.shelf.content(connection, path)
        if found is None:
            msg = f"{self.name}: the evidence file {path} is not there"
            raise StoreError(msg)
        return found

    def verify(
        self, keys: Sequence[PublicKey] = (), head: tuple[int, str] | None = None, *, files: bool = True
    ) -> Verification:
        """Hold the archive against itself (see `verify`); without `files` evidence files are left out."""
        return verify(self._engine, Terms(keys, head, self.shelf.content if files else None))

    @property
    def sightings(self) -> PlateSightings:
        """The plates of those who did nothing, as keyed hashes."""
        return PlateSightings(self._engine, self.name)

    def accuses(self) -> bool | None:
        """Return whether a record is not simulated, so that it may accuse somebody; None of an empty log."""
        with self._reading() as connection:
            return accuses(connection)

    def note(self, access: Access) -> None:
        """Record who did what, or was refused it."""
        with self._chain() as chain:
            append(chain, access)
            self._seal_if_due(chain)

    def accesses(self) -> tuple[Access, ...]:
        """Return the audit log, oldest first."""
        with self._reading() as connection:
            return accesses(connection)

    def planned_purge(self, order: Order) -> Purged:
        """Return what a purge would erase."""
        with self._plain_errors():
            return planned(self._held(), order)

    def purge(self, order: Order) -> Purged:
        """Erase what may not be kept longer, and search the files of the store for it (see `purge`)."""
        with self._plain_errors():
            return purge(self._held(), order)

    def _held(self) -> Held:
        return Held(self._engine, self.shelf, self._beside, self._sealer)

    def _keep(self, entry: Entry, what: str, stem: str, file: tuple[bytes, str] | None) -> None:
        """Record evidence of a case, its file first; evidence that is there already changes nothing."""
        _check_id(entry.subject)
        with self._chain() as chain:
            if last_told(chain.connection, entry.subject) is None:
                msg = f"{entry.subject}: no such case, {what} belongs nowhere"
                raise StoreError(msg)
            name = file_name(entry.subject, stem, *file) if file else ""
            known = records_of(chain.connection, (entry.subject,), (entry.kind.value,))
            if any((one.payload, one.file) == (entry.payload, name) for one in known):
                return
            if file is not None:
                self._write(chain, name, file[0])
            said = (entry.at_ns, entry.kind, entry.subject, entry.payload)
            chain.append(Entry(*said, name, entry.simulated))
            self._seal_if_due(chain)

    def _write(self, chain: HeldChain, name: str, content: bytes) -> None:
        try:
            self.shelf.keep(chain.connection, name, content)
        except OSError as error:
            msg = f"{self.name}: the evidence file {name} could not be written ({error.strerror})"
            raise StoreError(msg) from error

    def _seal_if_due(self, chain: HeldChain) -> None:
        """Seal after so many records, with a key that holds; with another the end of the run tells."""
        sealer = self._sealer
        if sealer is None or chain.seq - chain.sealed <= sealer.every:
            return
        if sealer.key.public.holds(sealer.now_ns()):
            chain.seal(sealer)

    @contextmanager
    def _chain(self) -> Iterator[HeldChain]:
        with self._plain_errors(), writing(self._engine) as connection:
            yield HeldChain(connection)

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with self._plain_errors(), reading(self._engine) as connection:
            yield connection

    @contextmanager
    def _plain_errors(self) -> Iterator[None]:
        try:
            with plain_errors(self.name):
                yield
        except RecordError as error:
            msg = f"{self.name}: {error}"
            raise StoreError(msg) from error


def _check_id(case_id: str) -> None:
    """Raise StoreError where an id cannot name a folder."""
    if not is_name(case_id):
        msg = f"{case_id!r}: not the id of a case; expected letters, digits, -, _ and ."
        raise StoreError(msg)


def _is_news(case: Case, known: Case) -> bool:
    goes_on = continues(case, known)
    if goes_on is False:
        msg = f"{case.case_id}: the history given does not continue the {len(known.history)} events stored"
        raise HistoryError(msg)
    return goes_on is True and case != known
