import hashlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from detectors.archive.database import writing
from detectors.archive.pictures import BAR_PX
from detectors.archive.store import CaseStore, StoreError
from detectors.cases.opening import CaseBook
from detectors.cases.policy import Policy
from detectors.datatypes.cases import Case, EvidencePicture, PictureKind
from detectors.datatypes.plates import Unread
from tests.judgement import SEEN, verdict


def some_case() -> Case:
    entry = CaseBook(Policy()).take(verdict(), SEEN)
    assert entry is not None
    return entry.case


def put_with_picture(folder: Path, *, simulated: bool) -> tuple[Path, str]:
    image = np.full((40, 120, 3), 127, dtype=np.uint8)
    with CaseStore(folder) as store:
        case = some_case()
        store.put(case)
        for _ in range(2):
            store.attach(EvidencePicture(case.case_id, PictureKind.VEHICLE, 5, image, simulated=simulated))
        (kept,) = store.pictures(case.case_id)
        assert store.content(kept.path) == (folder / kept.path).read_bytes()
    assert kept.path == f"evidence/{case.case_id}/vehicle.{kept.sha256}.jpg"
    return folder / kept.path, kept.sha256


def test_a_simulated_picture_says_so_below_itself(tmp_path: Path) -> None:
    path, _ = put_with_picture(tmp_path, simulated=True)
    image = cv2.imread(str(path))
    assert image.shape == (40 + BAR_PX, 120, 3)
    assert abs(int(image[:36].mean()) - 127) <= 1
    assert image[42:, :, 2].max() > 200


def test_a_real_picture_is_kept_as_it_is_and_its_digest_is_that_of_the_file(tmp_path: Path) -> None:
    path, digest = put_with_picture(tmp_path, simulated=False)
    assert cv2.imread(str(path)).shape == (40, 120, 3)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_picture_that_cannot_be_encoded_leaves_nothing(tmp_path: Path) -> None:
    with CaseStore(tmp_path) as store:
        case = some_case()
        store.put(case)
        empty = np.zeros((0, 10, 3), dtype=np.uint8)
        with pytest.raises(StoreError, match="could not be encoded"):
            store.attach(EvidencePicture(case.case_id, PictureKind.CONTEXT, 5, empty, simulated=False))
        assert store.pictures(case.case_id) == ()
    assert not list(tmp_path.rglob("*.jpg*"))


@pytest.mark.parametrize("content", [b"just a text file, long enough to have a header " * 40, b"\x89PNG\r\n"])
def test_a_file_that_is_no_database_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cases.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"cases\.db: not usable as a case store") as raised:
        CaseStore(path)
    assert "\n" not in str(raised.value)
    assert path.read_bytes() == content


def test_a_database_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    with pytest.raises(StoreError, match=r"not a case store \(tables: recipes\); name one"):
        CaseStore(path)


def test_a_store_that_must_exist(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no case store"):
        CaseStore(tmp_path, create=False)
    assert list(tmp_path.iterdir()) == []
    CaseStore(tmp_path).close()
    CaseStore(tmp_path, create=False).close()
    CaseStore(f"sqlite:///{tmp_path / 'cases.db'}").close()


def test_two_writers_share_one_store(tmp_path: Path) -> None:
    with CaseStore(tmp_path) as one, CaseStore(tmp_path) as other:
        one.put(some_case())
        assert other.cases() == one.cases()


def test_commits_survive_a_power_cut_by_setting(tmp_path: Path) -> None:
    with CaseStore(tmp_path) as store, writing(store._engine) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


def test_why_a_plate_is_unreadable_is_kept(tmp_path: Path) -> None:
    doubted = replace(some_case(), unread=Unread.DISAGREE)
    with CaseStore(tmp_path) as store:
        store.put(some_case())
        store.put(doubted)
        assert store.case(doubted.case_id) == doubted
