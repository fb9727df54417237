"""The case store: a Docket in a database, with its evidence pictures beside it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from detectors.archive.pictures import write_picture
from detectors.datatypes.cases import Case, CaseEvent, CaseState, CaseTrack, EvidencePicture, PictureKind
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.plates import PlateReading, Unread

DATABASE = "cases.db"
EVIDENCE = "evidence"
BUSY_MS = 30_000
FORMER_STATES = {"opened": CaseState.CAPTURED, "review": CaseState.CAPTURED}  # stores of before 0020

METADATA = sa.MetaData()
CASES = sa.Table(
    "cases",
    METADATA,
    sa.Column("case_id", sa.String, primary_key=True),
    sa.Column("enforcement", sa.String, nullable=False),
    sa.Column("rule", sa.String, nullable=False),
    sa.Column("article", sa.String, nullable=False),
    sa.Column("view", sa.String, nullable=False),
    sa.Column("place", sa.String, nullable=False),
    sa.Column("track_id", sa.BigInteger, nullable=False),
    sa.Column("vehicle_class", sa.Integer, nullable=False),
    sa.Column("opened_ns", sa.BigInteger, nullable=False),
    sa.Column("offence_ns", sa.BigInteger, nullable=False),
    sa.Column("simulated", sa.Boolean, nullable=False),
    sa.Column("oracle", sa.Boolean, nullable=False),
    sa.Column("plate_text", sa.String),
    sa.Column("plate_confidence", sa.Float),
    sa.Column("plate_oracle", sa.Boolean),
    sa.Column("plate_unread", sa.String),
    sa.Column("extremum", sa.Float, nullable=False),
    sa.Column("unit", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),
)
EVENTS = sa.Table(
    "events",
    METADATA,
    sa.Column("case_id", sa.String, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("timestamp_ns", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("ground", sa.String, nullable=False),
)
PICTURES = sa.Table(
    "pictures",
    METADATA,
    sa.Column("case_id", sa.String, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("taken_ns", sa.BigInteger, nullable=False),
    sa.Column("path", sa.String, nullable=False),
    sa.Column("sha256", sa.String, nullable=False),
)


class StoreError(ValueError):
    """The store cannot be opened, or refuses what it is given; one line that says why."""


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """An evidence picture as kept: `path` from the folder of the store, `sha256` of the file."""

    case_id: str
    kind: PictureKind
    taken_ns: int
    path: str
    sha256: str


class CaseStore:
    """Cases, their events and pictures, kept for good once `put` or `attach` has returned.

    `where` is a folder (the database is its cases.db), a database file, or a SQLAlchemy URL;
    pictures go to `folder`/evidence, beside the database unless said otherwise. `create` False
    opens a store that must exist. Several processes may write to one store.
    """

    def __init__(self, where: str | Path, *, folder: Path | None = None, create: bool = True) -> None:
        url, beside = _locate(where, create=create)
        self._name = str(where)
        self._folder = folder if folder is not None else beside
        self._engine = sa.create_engine(url)
        if url.get_backend_name() == "sqlite":
            sa.event.listen(self._engine, "connect", _make_durable)
        try:
            with self._writing() as connection:
                _prepare(connection, self._name)
        except BaseException:
            self._engine.dispose()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def put(self, case: Case) -> None:
        """Store a case or its next state in one transaction; StoreError if history were rewritten."""
        with self._writing() as connection:
            known = _events(connection, case.case_id)
            if case.history[: len(known)] != known:
                msg = f"{case.case_id}: the history given does not continue the {len(known)} events stored"
                raise StoreError(msg)
            _upsert(connection, case, exists=bool(known))
            new = range(len(known), len(case.history))
            if new:
                connection.execute(sa.insert(EVENTS), [_event_row(case.history[n], n) for n in new])

    def attach(self, picture: EvidencePicture) -> None:
        """Write an evidence picture to its file, then record it; StoreError where the case is unknown."""
        with self._writing() as connection:
            if not _events(connection, picture.case_id):
                msg = f"{picture.case_id}: no such case, a {picture.kind} picture belongs nowhere"
                raise StoreError(msg)
            kinds = connection.scalars(_of(PICTURES, picture.case_id, PICTURES.c.kind)).all()
            again = kinds.count(picture.kind.value)
            file = f"{picture.kind.value}{f'-{again + 1}' if again else ''}.jpg"
            path = f"{EVIDENCE}/{picture.case_id}/{file}"
            row = {
                "case_id": picture.case_id,
                "number": len(kinds),
                "kind": picture.kind.value,
                "taken_ns": picture.taken_ns,
                "path": path,
                "sha256": write_picture(picture, self._folder / path),
            }
            connection.execute(sa.insert(PICTURES), row)

    def cases(self) -> tuple[Case, ...]:
        """Return every case as it stands, in the order of opening."""
        order = sa.select(CASES).order_by(CASES.c.opened_ns, CASES.c.case_id)
        with self._reading() as connection:
            return tuple(_case(row, _events(connection, row.case_id)) for row in connection.execute(order))

    def case(self, case_id: str) -> Case:
        """Return one case; StoreError where there is none of that id."""
        with self._reading() as connection:
            row = connection.execute(sa.select(CASES).where(CASES.c.case_id == case_id)).one_or_none()
            if row is None:
                msg = f"{self._name}: no case {case_id!r}"
                raise StoreError(msg)
            return _case(row, _events(connection, case_id))

    def events(self, case_id: str) -> tuple[CaseEvent, ...]:
        """Return the events of a case, oldest first."""
        with self._reading() as connection:
            return _events(connection, case_id)

    def pictures(self, case_id: str) -> tuple[StoredPicture, ...]:
        """Return the pictures of a case in the order in which they were attached."""
        with self._reading() as connection:
            rows: Sequence[sa.Row[Any]] = connection.execute(_of(PICTURES, case_id)).all()
        return tuple(
            StoredPicture(r.case_id, PictureKind(r.kind), r.taken_ns, r.path, r.sha256) for r in rows
        )

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with _plain_errors(self._name), self._engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # readers that turn writers would collide
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with _plain_errors(self._name), self._engine.connect() as connection:
            yield connection


@contextmanager
def _plain_errors(name: str) -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError as error:
        msg = f"{name}: not usable as a case store ({error.orig})"
        raise StoreError(msg) from error


def _locate(where: str | Path, *, create: bool) -> tuple[sa.URL, Path]:
    """Return the URL of the database and the folder beside it."""
    if isinstance(where, str) and "://" in where:
        url = sa.make_url(where)
        path = Path(url.database or DATABASE) if url.get_backend_name() == "sqlite" else Path(DATABASE)
        return url, path.parent
    path = Path(where)
    if path.is_dir() or (create and not path.suffix):
        path /= DATABASE
    if not create and not path.is_file():
        msg = f"{path}: there is no case store"
        raise StoreError(msg)
    path.parent.mkdir(parents=True, exist_ok=True)
    return sa.URL.create("sqlite", database=str(path)), path.parent


def _make_durable(connection: Any, _record: object) -> None:
    """Make SQLite keep what was committed through a crash or a power cut."""
    connection.isolation_level = None  # transactions begin where this module says so
    for pragma in (f"busy_timeout={BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _prepare(connection: sa.Connection, name: str) -> None:
    """Make the tables, unless the database belongs to somebody else."""
    found = set(sa.inspect(connection).get_table_names())
    if found and not found >= set(METADATA.tables):
        msg = f"{name}: a database, but not a case store (tables: {', '.join(sorted(found))})"
        raise StoreError(msg)
    for table in METADATA.sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))
    _extend(connection)


def _extend(connection: sa.Connection) -> None:
    """Add the column that a store of an earlier version lacks."""
    columns = {column["name"] for column in sa.inspect(connection).get_columns(CASES.name)}
    if CASES.c.plate_unread.name not in columns:
        kind = CASES.c.plate_unread.type.compile(connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {CASES.name} ADD COLUMN plate_unread {kind}")


def _of(table: sa.Table, case_id: str, *columns: sa.Column[Any]) -> sa.Select[Any]:
    wanted = sa.select(*columns) if columns else sa.select(table)
    return wanted.where(table.c.case_id == case_id).order_by(table.c.number)


def _events(connection: sa.Connection, case_id: str) -> tuple[CaseEvent, ...]:
    rows = connection.execute(_of(EVENTS, case_id)).all()
    return tuple(CaseEvent(r.case_id, r.timestamp_ns, _state(r.state), r.ground) for r in rows)


def _state(code: str) -> CaseState:
    return FORMER_STATES[code] if code in FORMER_STATES else CaseState(code)


def _event_row(event: CaseEvent, number: int) -> dict[str, Any]:
    return {
        "case_id": event.case_id,
        "number": number,
        "timestamp_ns": event.timestamp_ns,
        "state": event.state.value,
        "ground": event.ground,
    }


SAME_NAME = (
    "case_id", "rule", "article", "view", "place", "track_id", "opened_ns", "offence_ns", "simulated",
    "oracle", "extremum", "unit",
)  # fmt: skip


def _upsert(connection: sa.Connection, case: Case, *, exists: bool) -> None:
    row: dict[str, Any] = {name: getattr(case, name) for name in SAME_NAME}
    row |= {
        "enforcement": case.enforcement.value,
        "vehicle_class": int(case.vehicle_class),
        "plate_text": case.plate.text if case.plate else None,
        "plate_confidence": case.plate.confidence if case.plate else None,
        "plate_oracle": case.plate.oracle if case.plate else None,
        "plate_unread": case.unread.value if case.unread else None,
        "state": case.state.value,
    }
    if exists:
        connection.execute(sa.update(CASES).where(CASES.c.case_id == case.case_id).values(row))
    else:
        connection.execute(sa.insert(CASES).values(row))


def _case(row: sa.Row[Any], history: tuple[CaseEvent, ...]) -> Case:
    plate = None
    if row.plate_text is not None:
        plate = PlateReading(row.plate_text, row.plate_confidence, row.plate_oracle)
    return Case(
        **{name: getattr(row, name) for name in SAME_NAME},
        enforcement=CaseTrack(row.enforcement),
        vehicle_class=VehicleClass(row.vehicle_class),
        plate=plate,
        history=history,
        unread=Unread(row.plate_unread) if row.plate_unread else None,
    )
