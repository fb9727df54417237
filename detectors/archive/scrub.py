"""That what was deleted from a database is in no file of it any more, as far as that can be shown."""

import json
import mmap
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

NAMED = re.compile(rb'"case_id":"((?:[^"\\]|\\.)*)"')  # as records of cases and of measurements say it
READ = re.compile(rb'"text":"((?:[^"\\]|\\.)*)"')  # and what was read of a plate
BESIDE = ("", "-wal", "-shm", "-journal")
IN_USE, ON_SERVER, IN_MEMORY = "proof-in-use", "proof-on-server", "proof-in-memory"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was searched for erased content: `files` of the database, `size` bytes in all.

    `found` names what was found, "" in `why_not` says that the search covers every file of the store;
    else it is a code of what it does not cover.
    """

    files: int
    size: int
    found: tuple[str, ...]
    why_not: str

    @property
    def holds(self) -> bool:
        """Whether nothing was found, and nothing left out."""
        return not self.found and not self.why_not


def scrub(engine: sa.Engine) -> str:
    """Write a database anew without what was deleted; return "" or the code of why that shows too little.

    SQLite: VACUUM leaves live content only, then the write-ahead log is emptied; both wait for who reads
    and writes (see `BUSY_MS`). PostgreSQL: VACUUM FULL; its own log, replicas and backups are not seen here.
    """
    if engine.dialect.name != "sqlite":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in ("records", "cases", "identities", "files", "plate_hashes"):
                connection.exec_driver_sql(f"VACUUM FULL {table}")
        return ON_SERVER
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    except sa.exc.OperationalError:
        return IN_USE
    return IN_USE if busy else ""


def prove(engine: sa.Engine, cases: Sequence[str], plates: Sequence[str], why_not: str) -> Proof:
    """Search the files of a SQLite database for cases, by id, and for plates that were erased."""
    if engine.dialect.name != "sqlite":
        return Proof(0, 0, (), why_not)
    paths = list(_files(engine))
    said = [(NAMED, {_quoted(one) for one in cases}), (READ, {_quoted(one) for one in plates})]
    found = [hit for path in paths for pattern, wanted in said for hit in _hits(path, pattern, wanted)]
    return Proof(
        len(paths),
        sum(path.stat().st_size for path in paths),
        tuple(sorted(set(found))),
        why_not if paths else IN_MEMORY,
    )


def _files(engine: sa.Engine) -> Iterator[Path]:
    if engine.url.database:
        for ending in BESIDE:
            path = Path(engine.url.database + ending)
            if path.is_file():
                yield path


def _quoted(text: str) -> bytes:
    return json.dumps(text)[1:-1].encode("ascii")


def _hits(path: Path, pattern: "re.Pattern[bytes]", wanted: set[bytes]) -> Iterator[str]:
    if not wanted or not path.stat().st_size:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for found in pattern.finditer(content):
            if found[1] in wanted:
                yield f"{path.name}: {found[1].decode('ascii')}"
