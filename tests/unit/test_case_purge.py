"""What a purge erases is in no file of the store, and the log says what went, when, why and by whom."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from detectors.archive.database import writing
from detectors.archive.erasures import tombstone_of
from detectors.archive.purge import Order
from detectors.archive.scrub import IN_USE, ON_SERVER
from detectors.archive.store import CaseStore, StoreError
from detectors.cases.tracks import FINAL
from detectors.datatypes.cases import Case, CaseEvent, CaseState
from detectors.datatypes.plates import PlateReading
from detectors.privacy.retention import OVER, Keep, RetentionTerms, keep
from tests.archives import DAY_NS, NOW_NS, nth_case, picture_of, sealer_in, statement_of
from tests.postgresql_server import Server

BY = "admin:budi"
TERMS = RetentionTerms()
LATER_NS = NOW_NS + 400 * DAY_NS


def ended(case: Case, state: CaseState = CaseState.CLOSED, at_ns: int = NOW_NS) -> Case:
    """Return a case that is over since an instant."""
    event = CaseEvent(case.case_id, at_ns, state, "officer")
    return replace(case, history=(*case.history, event))


def kept_of(store: CaseStore, number: int, *, over: bool, simulated: bool = True) -> Case:
    case = replace(nth_case(number), simulated=simulated)
    store.put(case)
    store.attest(statement_of(case))
    store.attach(picture_of(case))
    if over:
        case = ended(case)
        store.put(case)
    return case


def order(now_ns: int = LATER_NS, terms: RetentionTerms = TERMS) -> Order:
    return Order(terms, BY, now_ns)


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield str(tmp_path / "result")
    else:
        yield request.getfixturevalue("postgresql").new_database()


def test_what_is_over_goes_and_the_rest_stays(where: str) -> None:
    with CaseStore(where) as store:
        gone, stays = kept_of(store, 1, over=True), kept_of(store, 2, over=False)
        before = store.verify()
        assert [one.ids for one in store.planned_purge(order()).cases] == [(gone.case_id,)]
        assert len(store.cases()) == 2
        done = store.purge(order())
        assert done.kept == ((Keep.OPEN, 1),)
        assert store.cases() == (stays,)
        assert store.pictures(gone.case_id) == ()
        assert len(store.pictures(stays.case_id)) == 1
        found = store.verify(head=(before.records, before.digest))
        assert found.holds, found.faults
        assert (found.erased, found.tombstones, found.files) == (4, 1, 1)
        assert store.purge(order()).cases == ()
        with pytest.raises(StoreError, match="was erased when its time was over"):
            store.put(gone)
        with pytest.raises(StoreError, match="no such case"):
            store.attach(picture_of(gone))


def test_a_case_is_kept_until_the_days_of_an_appeal_are_over(tmp_path: Path) -> None:
    with CaseStore(tmp_path) as store:
        kept_of(store, 1, over=True)
        over_ns = NOW_NS + 30 * DAY_NS
        assert store.purge(order(over_ns - 1)).kept == ((Keep.APPEAL, 1),)
        assert len(store.cases()) == 1
        assert store.purge(order(over_ns)).cases[0].closed_ns == NOW_NS
        assert store.verify().holds


def test_times_that_are_no_dates_are_kept(tmp_path: Path) -> None:
    case = nth_case(1)
    shifted = tuple(replace(event, timestamp_ns=5) for event in ended(case).history)
    with CaseStore(tmp_path) as store:
        store.put(replace(case, history=shifted))
        done = store.purge(order())
        assert (done.cases, dict(done.kept)[Keep.UNDATED]) == ((), 1)


def test_two_views_of_one_violation_go_together(tmp_path: Path) -> None:
    first = nth_case(1)
    events = tuple(replace(event, case_id="other-000001") for event in first.history)
    other = replace(first, case_id="other-000001", view="view 2", history=events)
    with CaseStore(tmp_path) as store:
        for one in (first, other, ended(first)):
            store.put(one)
        assert store.purge(order()).cases == ()  # the other view has not closed it
        store.put(ended(other))
        assert store.purge(order()).cases[0].ids == (first.case_id, "other-000001")
        assert store.cases() == ()
        assert store.verify().holds


def test_the_states_that_are_over_are_those_of_the_tracks() -> None:
    assert set(OVER) == set(FINAL)


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("steps", [1, 400])  # a long history does not fit a page of the database
def test_the_bytes_are_in_no_file_of_the_store(tmp_path: Path, steps: int) -> None:
    with CaseStore(tmp_path, sealer=sealer_in(tmp_path)) as store:
        case = kept_of(store, 1, over=False, simulated=False)
        doubted = replace(case, plate=PlateReading("KX 7777 ZZ", 0.512345))
        store.put(doubted)
        events = tuple(
            CaseEvent(case.case_id, NOW_NS, CaseState.PICTURE_ASKED, f"say-{n}") for n in range(steps)
        )
        store.put(ended(replace(doubted, history=(*case.history, *events))))
        for number in range(2, 12):
            kept_of(store, number, over=number % 3 == 0)
        (picture,) = store.pictures(case.case_id)
        jpeg = store.content(picture.path)
        with sqlite3.connect(tmp_path / "cases.db") as reader:
            (payload,) = reader.execute("SELECT payload FROM records WHERE seq = 1").fetchone()
        reader.close()
        secrets = [b"KX 7777 ZZ", b"KX 1 L", b"0.512345", json.loads(payload)["salt"].encode()]
        first = jpeg.index(b"\xff\xda") + 16  # the tables before it are those of every JPEG
        secrets += [jpeg[at : at + 64] for at in range(first, len(jpeg) - 64, 64)]
        secrets += [f"say-{n}".encode() for n in range(steps)]
        before = b"".join(files_of(tmp_path).values())
        assert [one for one in secrets if one not in before] == []
        done = store.purge(order())
        assert done.proof is not None
        assert done.proof.holds, done.proof
        assert done.proof.files >= 1
        assert (tmp_path / "cases.db-wal").stat().st_size == 0
        after = files_of(tmp_path)
        assert [(name, one) for name, held in after.items() for one in secrets if one in held] == []
        assert not (tmp_path / "evidence" / case.case_id).exists()
        assert store.verify([sealer_in(tmp_path).key.public]).holds


def test_a_search_that_cannot_cover_all_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detectors.archive.database.BUSY_MS", 50)
    with CaseStore(tmp_path) as store:
        kept_of(store, 1, over=True)
        with closing(sqlite3.connect(tmp_path / "cases.db", isolation_level=None)) as other:
            other.execute("BEGIN")
            other.execute("SELECT count(*) FROM records").fetchone()  # an old state is still being read
            done = store.purge(order())
            assert done.proof is not None
            assert (done.proof.holds, done.proof.why_not) == (False, IN_USE)
            assert done.proof.found != ()
            other.execute("ROLLBACK")
        again = store.purge(order())
        assert (again.cases, again.proof is not None and again.proof.holds) == ((), True)


def test_of_postgresql_the_proof_says_what_it_does_not_show(postgresql: Server) -> None:
    with CaseStore(postgresql.new_database()) as store:
        kept_of(store, 1, over=True)
        done = store.purge(order())
        assert done.proof is not None
        assert (done.proof.holds, done.proof.why_not) == (False, ON_SERVER)


def test_a_purge_that_was_cut_off_is_told_and_ended(tmp_path: Path) -> None:
    with CaseStore(tmp_path) as store:
        case = kept_of(store, 1, over=True)
        (picture,) = store.pictures(case.case_id)
        held = store.content(picture.path)
        store.purge(order())
        (tmp_path / picture.path).parent.mkdir()
        (tmp_path / picture.path).write_bytes(held)
        draft = (tmp_path / picture.path).with_name(".context.draft")
        draft.write_bytes(held)
        assert [(one.code, one.where) for one in store.verify().faults] == [("not-erased", "3")]
        store.purge(order())
        assert store.verify().holds
        assert not draft.exists()


def test_a_tombstone_that_names_an_open_case_takes_nothing_of_it_away(tmp_path: Path) -> None:
    with CaseStore(tmp_path) as store:
        stays = kept_of(store, 2, over=False)
        kept_of(store, 1, over=True)
        store.purge(order())
        with closing(sqlite3.connect(tmp_path / "cases.db")) as database, database:
            named = "replace(payload, 'case-000001', 'case-000002')"
            database.execute(f"UPDATE records SET payload = {named} WHERE kind = 'erasure'")
        store.purge(order())
        (picture,) = store.pictures(stays.case_id)
        assert store.content(picture.path)
        assert not store.verify().holds


TAMPERINGS = {
    "a record that no tombstone names": ("UPDATE records SET payload = '' WHERE seq = 5", "changed-record"),
    "another time of an erased record": (
        "UPDATE records SET at_ns = at_ns - 1 WHERE seq = 1",
        "changed-erased",
    ),
    "another case of an erased record": ("UPDATE records SET subject = 'x' WHERE seq = 2", "changed-erased"),
    "another file of an erased record": ("UPDATE records SET file = '' WHERE seq = 3", "changed-erased"),
    "content put back": ("UPDATE records SET payload = '{}' WHERE seq = 1", "not-erased"),
    "no tombstone": ("DELETE FROM records WHERE kind = 'erasure'", "changed-record"),
    "an erased record cut out": ("DELETE FROM records WHERE seq = 2", "missing-erased"),
    "by another": (
        "UPDATE records SET payload = replace(payload, 'budi', 'siti') WHERE kind = 'erasure'",
        "changed-record",
    ),
    "an access": ("UPDATE records SET at_ns = 0 WHERE kind = 'erasure'", "erased-early"),
}


@pytest.mark.parametrize("deed", TAMPERINGS)
def test_erased_is_told_from_changed_and_missing(tmp_path: Path, deed: str) -> None:
    with CaseStore(tmp_path) as store:
        kept_of(store, 1, over=True)
        kept_of(store, 2, over=False)
        store.purge(order())
        assert store.verify().holds
        statement, code = TAMPERINGS[deed]
        with closing(sqlite3.connect(tmp_path / "cases.db")) as database, database:
            database.execute(statement)
        assert code in {fault.code for fault in store.verify().faults}


def test_a_tombstone_that_no_seal_covers_does_not_pass_for_whoever_asks_for_seals(tmp_path: Path) -> None:
    sealer = sealer_in(tmp_path)
    with CaseStore(tmp_path, sealer=sealer) as store:
        kept_of(store, 1, over=True)
    with CaseStore(tmp_path) as store:
        store.purge(order())
        assert store.verify().holds
        assert [one.code for one in store.verify([sealer.key.public]).faults] == ["erasure-not-sealed"]
        store.seal(sealer)
        assert store.verify([sealer.key.public]).holds


def test_raw_frames_go_after_their_days_and_nothing_else(tmp_path: Path) -> None:
    old = ["annotated.mp4", "run/a.jsonl", "frames/one/0001.png"]
    for name in [*old, "run/new.jsonl", "notes.txt"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"frame")
        at_ns = LATER_NS - (13 if "new" in name else 15) * DAY_NS
        os.utime(tmp_path / name, ns=(at_ns, at_ns))
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "kept.png").write_bytes(b"frame")
    (tmp_path / "frames" / "link").symlink_to(outside)
    (tmp_path / "frames" / "kept.png").symlink_to(outside / "kept.png")
    everything = RetentionTerms(raw_files=(*TERMS.raw_files, "**/*"))
    with CaseStore(tmp_path) as store:
        kept_of(store, 1, over=False)
        for file in (tmp_path / "evidence").rglob("*.jpg"):
            os.utime(file, ns=(0, 0))
        assert store.purge(order()).raw_files == tuple(sorted(old))
        assert store.purge(order(terms=everything)).raw_files == ("notes.txt",)
        assert len(store.cases()) == 1
        assert store.verify().holds
        (stone, _) = stones(store)
    assert (stone.rule, stone.by, stone.files) == ("raw", BY, tuple(sorted(old)))
    assert not any((tmp_path / name).exists() for name in old)
    assert (outside / "kept.png").exists()


def stones(store: CaseStore) -> list:  # type: ignore[type-arg]
    with writing(store._engine) as connection:
        rows = connection.exec_driver_sql("SELECT payload FROM records WHERE kind = 'erasure' ORDER BY seq")
        return [tombstone_of(payload) for (payload,) in rows]


@pytest.mark.parametrize("pattern", ["/etc/*", "../*", "a/../../b", "~/x"])
def test_patterns_that_leave_the_folder_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="below the folder of a result"):
        RetentionTerms(raw_files=(pattern,))


def test_times_of_retention_are_checked() -> None:
    for wrong in ({"raw_days": 0.0}, {"hash_hours": -1.0}, {"appeal_days": -1.0}):
        with pytest.raises(ValueError, match="expected times from 0 on"):
            RetentionTerms(**wrong)


def test_a_closed_case_alone_is_due() -> None:
    case = ended(nth_case(1))
    assert keep(case, (case,), TERMS, NOW_NS + 30 * DAY_NS) is Keep.DUE
    assert keep(nth_case(1), (case,), TERMS, LATER_NS) is Keep.OPEN


def test_records_of_simulated_cases_are_the_same_each_time_and_others_are_salted(tmp_path: Path) -> None:
    digests: dict[bool, set[str]] = {True: set(), False: set()}
    for simulated, told in digests.items():
        for number in range(2):
            with CaseStore(tmp_path / f"{simulated}{number}") as store:
                kept_of(store, 1, over=False, simulated=simulated)
                told.add(store.verify().digest)
                assert store.verify().holds
    assert {key: len(value) for key, value in digests.items()} == {True: 1, False: 2}


def test_an_archive_of_the_version_before_opens_and_holds(tmp_path: Path) -> None:
    with CaseStore(tmp_path) as store:
        case = kept_of(store, 1, over=True)
    with closing(sqlite3.connect(tmp_path / "cases.db")) as database, database:
        database.execute("DROP TABLE plate_hashes")
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    with CaseStore(tmp_path, create=False) as store:
        assert store.cases() == (case,)
        assert store.verify().holds
        assert len(store.purge(order()).cases) == 1
        assert store.verify().holds
