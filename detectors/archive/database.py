"""The database under a case store: where it lies, how it is kept durable, that it is one of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from detectors.archive.errors import StoreError
from detectors.archive.schema import FIRST_TABLES, METADATA

DATABASE = "cases.db"
BUSY_MS = 30_000
MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = "0002"
VERSIONS = "alembic_version"
SETTING_UP = 0x62637473  # a number of ours for the advisory lock of PostgreSQL


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database is. `beside` is its folder, None where it is not a file; `name` hides passwords."""

    url: sa.URL
    name: str
    beside: Path | None


def locate(where: str | Path, *, create: bool) -> Place:
    """Return where a store is: a folder (its cases.db), a database file, or a SQLAlchemy URL.

    Raises StoreError where it must exist and is not there, or the URL cannot be used.
    """
    if isinstance(where, str) and "://" in where:
        return _by_url(where, create=create)
    path = Path(where)
    if path.is_dir() or (create and not path.suffix):
        path /= DATABASE
    return _by_file(path, create=create)


def _by_url(where: str, *, create: bool) -> Place:
    try:
        url = sa.make_url(where)
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        url.get_dialect().import_dbapi()
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError) as error:
        msg = f"{where.partition('://')[0]}://...: not the URL of a database that is known here ({error})"
        raise StoreError(" ".join(msg.split())) from error
    except ImportError as error:
        msg = f"{where.partition('://')[0]}://...: needs a driver: pip install 'bconnect-twin[postgresql]'"
        raise StoreError(msg) from error
    name = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and url.database:
        return _by_file(Path(url.database), create=create)
    return Place(url, name, None)


def _by_file(path: Path, *, create: bool) -> Place:
    if not create and not path.is_file():
        msg = f"{path}: there is no case store"
        raise StoreError(msg)
    path.parent.mkdir(parents=True, exist_ok=True)
    return Place(sa.URL.create("sqlite", database=str(path)), str(path), path.parent)


def connect(place: Place) -> sa.Engine:
    """Return the engine of a database; a connection that was lost is made anew when it is next needed."""
    engine = sa.create_engine(place.url, pool_pre_ping=place.url.get_backend_name() != "sqlite")
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _make_durable)
    return engine


def _make_durable(connection: Any, _record: object) -> None:
    """Make SQLite keep what was committed through a crash or a power cut, and nothing that was deleted.

    A database of somebody else is left as it is: the mode of its journal is written into the file.
    """
    connection.isolation_level = None  # transactions begin where this module says so
    connection.execute(f"PRAGMA busy_timeout={BUSY_MS}").close()
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    journal = () if tables and VERSIONS not in tables else ("journal_mode=WAL",)
    for pragma in (*journal, "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


@contextmanager
def plain_errors(name: str) -> Iterator[None]:
    """Turn what a database says into a StoreError of one line."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        msg = " ".join(f"{name}: not usable as a case store ({error.orig})".split())
        raise StoreError(msg) from error


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection in a transaction that may write: all of it is kept, or nothing."""
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # readers that turn writers would collide
        yield connection


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection that sees the database as it is at one instant, whoever writes meanwhile."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        else:
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def prepare(engine: sa.Engine, name: str, *, create: bool) -> None:
    """Make the tables or bring them up to date; StoreError where the database is somebody else's.

    `create` False makes none where there are none.
    """
    with engine.connect() as connection:
        if _version(connection) == NEWEST:
            return
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(SETTING_UP)))
        found = set(sa.inspect(connection).get_table_names())
        _check(found, _version(connection), name, create=create)
        if _version(connection) != NEWEST:
            _upgrade(connection)


def _check(found: set[str], version: str | None, name: str, *, create: bool) -> None:
    if not found and not create:
        msg = f"{name}: there is no case store in this database; name one in which a run kept its cases"
        raise StoreError(msg)
    if {"cases", "events", "pictures"} <= found and "records" not in found:
        msg = f"{name}: a case store without a record log, of an earlier version; begin a new one beside it"
        raise StoreError(msg)
    expected = FIRST_TABLES if version is not None and version < NEWEST else {*METADATA.tables}
    if found and not found >= {*expected, VERSIONS}:
        theirs = f"not a case store (tables: {', '.join(sorted(found))})"
        msg = f"{name}: a database, but {theirs}; name one that bconnect made, or an empty one to begin with"
        raise StoreError(msg)
    if version is not None and version > NEWEST:
        msg = f"{name}: a case store of version {version}, this program knows them up to {NEWEST}; update it"
        raise StoreError(msg)


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(VERSIONS):
        return None
    version: str | None = connection.scalar(
        sa.select(sa.column("version_num")).select_from(sa.table(VERSIONS))
    )
    return version


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command  # noqa: PLC0415 - a store that is up to date does not need it
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
