"""An archive under attack and in accidents: nothing changed unnoticed, nothing accepted lost or doubled."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from detectors.archive.records import RecordKind, digest_of
from detectors.archive.seals import Sealer
from detectors.archive.store import CaseStore, StoreError
from tests.archives import filled, nth_case, picture_of, sealer_in
from tests.postgresql_server import Server
from tests.verification.extent import lasting

ROOT = Path(__file__).parents[2]
TAMPERINGS = lasting(60, 1000)
KILLS = lasting(3, 200)
SERVER_KILLS = lasting(1, 10)
COLUMNS = ("at_ns", "kind", "subject", "payload", "file", "simulated", "previous", "digest")
Rng = np.random.Generator
Property = Callable[[str, object], None]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Sealer]:
    folder = tmp_path_factory.mktemp("archive")
    sealer = sealer_in(folder)
    with CaseStore(folder, sealer=sealer) as store:
        filled(store, 20)
    with closing(sqlite3.connect(folder / "cases.db")) as database:
        database.execute("PRAGMA journal_mode=DELETE")  # the copies are of one file
    return folder, sealer


def pick(rng: Rng, database: sqlite3.Connection, table: str, key: str) -> object:
    keys = [row[0] for row in database.execute(f"SELECT {key} FROM {table} ORDER BY 1")]
    return keys[int(rng.integers(len(keys)))]


def flipped(rng: Rng, value: object) -> object:
    """Return a value with one bit changed; of a text one that stays a text."""
    if isinstance(value, str) and value:
        at = int(rng.integers(len(value)))
        return value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :]
    if isinstance(value, int):
        return value ^ (1 << int(rng.integers(20)))
    return "x"


def flip(rng: Rng, database: sqlite3.Connection) -> None:
    table, key = (("records", "seq"), ("cases", "case_id"), ("head", "one"), ("identities", "rowid"))[
        int(rng.integers(4))
    ]
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    column, chosen = columns[int(rng.integers(len(columns)))], pick(rng, database, table, key)
    (value,) = database.execute(f"SELECT {column} FROM {table} WHERE {key} = ?", (chosen,)).fetchone()
    database.execute(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (flipped(rng, value), chosen))


def drop(rng: Rng, database: sqlite3.Connection) -> None:
    table, key = (("records", "seq"), ("cases", "case_id"))[int(rng.integers(2))]
    database.execute(f"DELETE FROM {table} WHERE {key} = ?", (pick(rng, database, table, key),))


def swap(rng: Rng, database: sqlite3.Connection) -> None:
    one, other = (int(n) for n in rng.choice(np.arange(1, records(database) + 1), 2, replace=False))
    for old, new in ((one, -1), (other, one), (-1, other)):
        database.execute("UPDATE records SET seq = ? WHERE seq = ?", (new, old))


def re_date(rng: Rng, database: sqlite3.Connection) -> None:
    shift_ns = int(rng.integers(1, 10**12)) * (1 if rng.random() < 0.5 else -1)
    chosen = pick(rng, database, "records", "seq")
    database.execute("UPDATE records SET at_ns = at_ns + ? WHERE seq = ?", (shift_ns, chosen))


def records(database: sqlite3.Connection) -> int:
    return int(database.execute("SELECT count(*) FROM records").fetchone()[0])


def sealed_part(database: sqlite3.Connection, last: int) -> list[tuple[object, ...]]:
    return database.execute("SELECT * FROM records WHERE seq < ? ORDER BY seq", (last,)).fetchall()


def chain_anew(database: sqlite3.Connection) -> None:
    """Number and chain all records again, the head too, as somebody would who knows how it is done."""
    rows = database.execute(f"SELECT {', '.join(COLUMNS[:-2])} FROM records ORDER BY seq").fetchall()
    database.execute("DELETE FROM records")
    previous = "0" * 64
    for seq, row in enumerate(rows, 1):
        digest = digest_of(seq, *row[:5], bool(row[5]), previous)
        values = (seq, *row, previous, digest)
        database.execute(f"INSERT INTO records VALUES ({', '.join('?' * len(values))})", values)
        previous = digest
    database.execute("UPDATE head SET seq = ?, digest = ?", (len(rows), previous))
    last = "SELECT coalesce(max(seq), 0) FROM records WHERE kind = ? AND subject = case_id"
    database.execute(f"UPDATE cases SET seq = ({last})", (RecordKind.CASE.value,))


DEEDS = {"flip": flip, "drop": drop, "swap": swap, "re-date": re_date}


def tamper(rng: Rng, database: sqlite3.Connection, deed: str) -> None:
    """Do a deed; one that the database itself refuses (an id given twice) is drawn again."""
    while True:
        try:
            DEEDS[deed](rng, database)
        except sqlite3.IntegrityError:
            database.rollback()
        else:
            return


def test_every_tampering_is_found_and_the_untouched_archive_passes(
    archive: tuple[Path, Sealer], tmp_path: Path, record_property: Property
) -> None:
    folder, sealer = archive
    rng = np.random.default_rng(20261126)
    copy, missed, done = tmp_path / "cases.db", [], Counter[str]()
    for number in range(TAMPERINGS):
        deed = list(DEEDS)[number % len(DEEDS)]
        shutil.copy(folder / "cases.db", copy)
        with closing(sqlite3.connect(copy)) as database, database:
            tamper(rng, database, deed)
        done[deed] += 1
        if verified(copy, folder, sealer):
            missed.append((number, deed))
    assert not missed
    shutil.copy(folder / "cases.db", copy)
    assert verified(copy, folder, sealer)
    record_property("tamperings found", TAMPERINGS)
    assert min(done.values()) >= TAMPERINGS // len(DEEDS)


def test_what_was_chained_anew_after_a_tampering_breaks_a_seal(
    archive: tuple[Path, Sealer], tmp_path: Path, record_property: Property
) -> None:
    folder, sealer = archive
    rng = np.random.default_rng(20261127)
    copy, missed = tmp_path / "cases.db", []
    deeds = [name for name in DEEDS if name != "flip"]  # of a table that is made of the log it may be undone
    for number in range(TAMPERINGS // 4):
        shutil.copy(folder / "cases.db", copy)
        with closing(sqlite3.connect(copy)) as database, database:
            last = records(database)
            before = database.execute("SELECT * FROM records WHERE seq < ? ORDER BY seq", (last,)).fetchall()
            while (
                before
                == database.execute("SELECT * FROM records WHERE seq < ? ORDER BY seq", (last,)).fetchall()
            ):
                tamper(rng, database, deeds[number % len(deeds)])
            chain_anew(database)
        if verified(copy, folder, sealer):
            missed.append(number)
    assert not missed
    record_property("rewritten logs found", TAMPERINGS // 4)


def test_a_changed_missing_or_swapped_evidence_file_is_found(
    archive: tuple[Path, Sealer], tmp_path: Path
) -> None:
    folder, sealer = archive
    files = sorted((folder / "evidence").rglob("*.jpg"))
    rng = np.random.default_rng(3)
    held = {file: file.read_bytes() for file in files}
    shutil.copy(folder / "cases.db", tmp_path / "cases.db")
    for number in range(lasting(6, 60)):
        one, other = (files[int(row)] for row in rng.choice(len(files), 2, replace=False))
        changed = bytearray(held[one])
        changed[int(rng.integers(len(changed)))] ^= 1 << int(rng.integers(8))
        one.write_bytes((changed, held[other], held[one][:-1])[number % 3])
        assert not verified(tmp_path / "cases.db", folder, sealer)
        one.unlink()
        assert not verified(tmp_path / "cases.db", folder, sealer)
        one.write_bytes(held[one])
    assert verified(tmp_path / "cases.db", folder, sealer)


def verified(database: Path, folder: Path, sealer: Sealer) -> bool:
    try:
        with CaseStore(database, folder=folder, create=False) as store:
            return store.verify([sealer.key.public]).holds
    except StoreError:
        return False


def python(*arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.verification.archive_writer", *arguments]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment)


def told_by(writer: "subprocess.Popen[str]") -> list[str]:
    said, _ = writer.communicate()
    assert writer.returncode == 0
    return said.split()


def stays_whole(where: str | Path, accepted: list[str], *, beyond: int) -> None:
    """Check that every accepted case is there once, at most `beyond` others, and that the log holds."""
    with CaseStore(where, create=False) as store:
        kept = [case.case_id for case in store.cases()]
        assert set(accepted) <= set(kept)
        assert len(kept) == len(set(kept))
        plates = Counter(case.plate.text for case in store.cases() if case.plate)
        assert max(plates.values()) == 1
        assert len(kept) - len(set(accepted)) <= beyond
        found = store.verify()
        assert found.holds, found.faults


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield str(tmp_path / "result")
    else:
        yield request.getfixturevalue("postgresql").new_database()


def test_writers_killed_at_random_moments_lose_and_double_nothing(
    where: str, record_property: Property
) -> None:
    accepted = told_by(python("kills", where, str(KILLS), "7"))
    assert len(accepted) >= KILLS
    stays_whole(where, accepted, beyond=KILLS)
    last = max(int(case_id.rpartition("-")[2]) for case_id in accepted)
    again = told_by(python("write", where, "0", str(min(last, 20)), "view"))
    stays_whole(where, accepted + again, beyond=KILLS)
    record_property("writers killed", KILLS)
    record_property("cases accepted", len(set(accepted)))


def test_two_engines_write_at_once_and_one_violation_is_one_case(where: str) -> None:
    cases = lasting(25, 400)
    CaseStore(where).close()
    writers = [python("write", where, "0", str(cases), view) for view in ("north", "southern")]
    told = [told_by(writer) for writer in writers]
    assert [len(one) for one in told] == [cases, cases]
    with CaseStore(where, create=False) as store:
        assert len(store.cases()) == cases
        assert all(len(store.pictures(case.case_id)) == 2 for case in store.cases())
        assert store.verify().holds


def test_a_server_that_is_killed_and_started_again_loses_nothing(
    postgresql: Server, record_property: Property
) -> None:
    where = postgresql.new_database()
    cases = 30 * SERVER_KILLS
    writer = python("write", where, "0", str(cases), "view")
    assert writer.stdout is not None
    told = []
    for _ in range(SERVER_KILLS):
        told += [writer.stdout.readline().strip() for _ in range(20)]
        postgresql.kill()
        postgresql.start()
    told += told_by(writer)
    assert len(told) >= cases
    stays_whole(where, told, beyond=0)
    record_property("servers killed", SERVER_KILLS)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a disk of its own takes the right to mount one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(store: CaseStore, accepted: list[str]) -> None:
    """Put cases with pictures until the store refuses."""
    for number in range(10_000):
        store.put(nth_case(number))
        accepted.append(nth_case(number).case_id)
        store.attach(picture_of(nth_case(number), size=64))


def test_a_full_disk_refuses_in_one_line_and_what_was_accepted_stays(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(700_000))
    accepted: list[str] = []
    with CaseStore(small_disk / "result") as store:
        with pytest.raises(StoreError, match=r"(?i)full|space|disk") as raised:
            fill(store, accepted)
        assert "\n" not in str(raised.value)
        ballast.unlink()
        goes_on = nth_case(10_001)
        store.put(goes_on)
        store.attach(picture_of(goes_on))
    stays_whole(small_disk / "result", [*accepted, goes_on.case_id], beyond=0)
