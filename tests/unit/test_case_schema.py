"""The tables as the migrations make them, and databases that are not ours or not of today."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from detectors.archive.database import NEWEST, writing
from detectors.archive.schema import METADATA
from detectors.archive.store import CaseStore, StoreError
from scenarios.instruments import instruments_of
from scenarios.sealing import sealer
from tests.archives import nth_case, sealer_in
from tests.judgement import ScriptedDetector, site
from tests.postgresql_server import Server


def test_the_migrations_make_the_tables_that_the_store_knows(tmp_path: Path) -> None:
    with CaseStore(tmp_path) as store, writing(store._engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_a_store_of_another_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    with CaseStore(tmp_path) as store:
        store.put(nth_case(1))
    with closing(sqlite3.connect(tmp_path / "cases.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=f"of version 9999, this program knows them up to {NEWEST}"):
        CaseStore(tmp_path)
    with closing(sqlite3.connect(tmp_path / "cases.db")) as database:
        assert database.execute("SELECT count(*) FROM records").fetchone() == (1,)


def test_a_store_of_before_the_log_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "cases.db")) as database, database:
        for table in ("cases", "events", "pictures"):
            database.execute(f"CREATE TABLE {table} (case_id TEXT)")
    with pytest.raises(StoreError, match="without a record log, of an earlier version"):
        CaseStore(tmp_path)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nosuch://user:secret@host/cases", "not the URL of a database that is known here"),
        ("postgresql://user:secret@127.0.0.1:1/cases", "not usable as a case store"),
    ],
)
def test_a_database_that_cannot_be_reached_is_one_line_without_the_password(url: str, said: str) -> None:
    with pytest.raises(StoreError) as raised:
        CaseStore(url, create=False)
    assert said in str(raised.value) or "needs a driver" in str(raised.value)
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_empty_or_foreign_database_of_postgresql_is_refused(postgresql: Server) -> None:
    url = postgresql.new_database()
    with pytest.raises(StoreError, match="there is no case store in this database"):
        CaseStore(url, create=False)
    with CaseStore(url) as store:
        store.put(nth_case(1))
    with CaseStore(url, create=False) as store:
        assert store.cases() == (nth_case(1),)


def test_instruments_change_with_the_calibration(tmp_path: Path) -> None:
    plan = site()
    told = instruments_of(ScriptedDetector(), plan)
    assert told.software.startswith("bconnect-twin ")
    assert (told.detector, told.weights, len(told.calibration)) == ("scripted", "", 64)
    assert instruments_of(ScriptedDetector(), site(minimum_stand_s=61.0)).calibration != told.calibration
    weighed = ScriptedDetector()
    weighed.weights = tmp_path / "w.onnx"  # type: ignore[attr-defined]
    (tmp_path / "w.onnx").write_bytes(b"w")
    assert len(instruments_of(weighed, None).weights) == 64


def test_the_environment_names_who_seals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BCONNECT_SEAL_KEY", raising=False)
    assert sealer() is None
    public = sealer_in(tmp_path).key.public
    monkeypatch.setenv("BCONNECT_SEAL_KEY", f"file:{tmp_path / 'seal.key'}")
    named = sealer()
    assert named is not None
    assert named.key.public == public
