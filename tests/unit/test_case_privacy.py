"""Roles, the audit log, exports and the purge as commands."""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from inspect import getsource
from pathlib import Path

import cv2
import numpy as np
import pytest

from detectors.archive import erased, verify
from detectors.archive.audit import NOBODY
from detectors.archive.pictures import BAR_PX
from detectors.archive.scrub import IN_MEMORY, IN_USE, ON_SERVER
from detectors.archive.store import CaseStore
from detectors.cases.evidence import Box, box_in_crop, cropped
from detectors.datatypes.cases import EvidencePicture, PictureKind
from detectors.privacy.redaction import GREY, RedactionRefused
from detectors.privacy.retention import Keep, RetentionTerms
from detectors.privacy.roles import PERMITTED, Action, Person, Role, UnknownPerson, may, person_of, roles_for
from scenarios.cli.main import main
from scenarios.errors import InputError
from scenarios.guarding import NotPermittedError, allow, person
from scenarios.redacting import redact_but, redacted_jpeg, redacted_picture
from scenarios.retention_files import read_retention
from scenarios.texts import LANGUAGES, read_catalogue
from tests.archives import filled, nth_case, picture_of
from tests.unit.test_case_purge import ended

EN = ["--lang", "en"]


def put_pictures(folder: Path, *, simulated: bool, places: tuple[Box, tuple[Box, ...] | None] | None) -> str:
    """Put a case that is over, with one picture of noise; return its id."""
    case = replace(nth_case(1), simulated=simulated)
    image = np.random.default_rng(1).integers(0, 256, (80, 120, 3), dtype=np.uint8)
    kind = PictureKind.CONTEXT
    with CaseStore(folder) as store:
        store.put(case)
        taken = (case.case_id, kind, case.opened_ns, image, simulated)
        store.attach(EvidencePicture(*taken, *(places or (None, None))))
        store.put(ended(case))
    return case.case_id


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_the_table_of_roles_is_all_that_decides(tmp_path: Path, role: Role, action: Action) -> None:
    who = Person(role, "x1")
    with CaseStore(tmp_path) as store:
        store.put(replace(nth_case(1), simulated=False))
        if action in PERMITTED[role]:
            allow(store, action, who, "case-000001", "what")
        else:
            with pytest.raises(NotPermittedError, match=f"{action.value} is for .*, not for {role.value}:x1"):
                allow(store, action, who, "case-000001", "what")
        (line,) = store.accesses()
        assert (line.by, line.action, line.subject, line.detail) == (who.text, action, "case-000001", "what")
        assert line.refused is not may(who, action)
        assert line.simulated is False
        assert store.verify().accesses == 1


def test_duties_are_apart() -> None:
    assert set(PERMITTED) == set(Role)
    assert all(roles_for(action) for action in Action)
    for one, other in ((Action.DECIDE, Action.PURGE), (Action.DECIDE, Action.READ_AUDIT)):
        assert not [role for role in Role if {one, other} <= PERMITTED[role]]
    assert Action.LOOK not in PERMITTED[Role.ADMIN]
    assert roles_for(Action.EXPORT_UNREDACTED) == (Role.OFFICER,)


@pytest.mark.parametrize(
    "text", ["", "officer", "officer:", "chief:x", "officer:a b", "officer:x\ny", "Officer:x"]
)
def test_who_cannot_be_told_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UnknownPerson, match="expected ROLE:ID") as raised:
        person_of(text)
    assert "\n" not in str(raised.value)


def test_who_acts_is_told_or_stands_in_the_environment() -> None:
    assert person("officer:a", {"BCONNECT_ACTOR": "viewer:b"}) == Person(Role.OFFICER, "a")
    assert person(None, {"BCONNECT_ACTOR": "viewer:b"}) == Person(Role.VIEWER, "b")
    assert person(None, {}) is None
    with pytest.raises(InputError, match="expected ROLE:ID"):
        person("nobody", {})


def test_a_simulated_archive_asks_nobody_and_a_real_one_everybody(tmp_path: Path) -> None:
    with CaseStore(tmp_path / "simulated") as store:
        allow(store, Action.LIST, None)
        filled(store, 1)
        allow(store, Action.LOOK, None)
        assert store.accesses() == ()
        allow(store, Action.LIST, Person(Role.VIEWER, "x"))
        assert store.accesses()[0].simulated
        allow(store, Action.LOOK, None)  # a line of the log is no evidence against anybody
        with pytest.raises(NotPermittedError):
            allow(store, Action.PURGE, None)
    with CaseStore(tmp_path / "real") as store:
        allow(store, Action.LIST, Person(Role.VIEWER, "early"))
        store.put(replace(nth_case(1), simulated=False))
        for action in Action:
            with pytest.raises(NotPermittedError, match="not for -"):
                allow(store, action, None)
        assert {line.by for line in store.accesses()[1:]} == {NOBODY}
        assert all(line.refused for line in store.accesses()[1:])


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM records WHERE kind = 'access' AND seq = 2",
        "DELETE FROM records WHERE kind = 'access' AND seq = 3",
        "UPDATE records SET payload = replace(payload, 'viewer:b', 'viewer:c') WHERE seq = 3",
        "UPDATE records SET payload = replace(payload, 'true', 'false') WHERE seq = 2",
        "UPDATE records SET payload = '' WHERE seq = 3",
        "UPDATE records SET at_ns = at_ns + 1 WHERE seq = 3",
    ],
)
def test_whoever_edits_the_audit_log_is_found(tmp_path: Path, statement: str) -> None:
    with CaseStore(tmp_path) as store:
        store.put(replace(nth_case(1), simulated=False))
        with pytest.raises(NotPermittedError):
            allow(store, Action.LOOK, Person(Role.VIEWER, "a"))
        allow(store, Action.LIST, Person(Role.VIEWER, "b"))
        assert store.verify().holds
        with closing(sqlite3.connect(tmp_path / "cases.db")) as database, database:
            assert database.execute(statement).rowcount == 1
        assert not store.verify().holds


def test_list_and_show_are_for_those_who_may(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case_id = put_pictures(tmp_path, simulated=False, places=None)
    where = str(tmp_path)
    assert main(["cases", "list", where, *EN]) == 2
    assert "list is for viewer" in capsys.readouterr().err
    assert main(["cases", "list", where, "--as", "viewer:a", *EN]) == 0
    said = capsys.readouterr().out
    assert case_id in said
    assert "KX 1 L" not in said
    assert main(["cases", "list", where, "--as", "operator:a", *EN]) == 0
    assert "KX 1 L" in capsys.readouterr().out
    assert main(["cases", "show", where, "--as", "viewer:a", *EN]) == 2
    assert main(["cases", "show", where, "--as", "operator:o", *EN]) == 0
    assert "KX 1 L" in capsys.readouterr().out
    assert main(["cases", "audit", where, "--as", "officer:o", *EN]) == 2
    assert main(["cases", "audit", where, "--as", "auditor:s", *EN]) == 0
    lines = capsys.readouterr().out.splitlines()
    told = [tuple(line.split("  ")[1:4]) for line in lines]
    assert told == [
        ("-", "refused", "listed the cases"),
        ("viewer:a", "allowed", "listed the cases"),
        ("operator:a", "allowed", "listed the cases"),
        ("viewer:a", "refused", "looked at a case"),
        ("operator:o", "allowed", "looked at a case"),
        ("officer:o", "refused", "read the audit log"),
        ("auditor:s", "allowed", "read the audit log"),
    ]
    assert main(["cases", "verify", "--store", where, *EN]) == 0
    assert "7 lines of the audit log" in capsys.readouterr().out


PLACES = ((30.0, 20.0, 70.0, 60.0), ((60.0, 40.0, 110.0, 75.0),))


@pytest.mark.parametrize("simulated", [True, False])
def test_pictures_leave_redacted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, simulated: bool
) -> None:
    put_pictures(tmp_path / "store", simulated=simulated, places=PLACES)
    out = tmp_path / "out"
    line = ["cases", "pictures", str(tmp_path / "store"), "--out", str(out), "--as"]
    assert main([*line, "operator:o", *EN]) == 0
    (file,) = out.iterdir()
    assert file.name == "01-context.jpg"
    image = cv2.imread(str(file)).astype(int)
    assert image.shape == (80 + (BAR_PX if simulated else 0), 120, 3)
    assert abs(image[44:58, 64:67] - GREY).mean() <= 9  # the other vehicle before the accused
    assert abs(image[44:58, 72:108] - GREY).mean() <= 9  # and beside it, in the mosaic too
    assert image[46:58, 32:56].std() > 30  # the accused, below its glass
    assert image[4:8, 84:88].std(axis=(0, 1)).max() < 6  # a cell of the mosaic
    if simulated:
        assert image[82:, :, 2].max() > 200  # and it still says SIMULATED
    assert main([*line, "operator:o", "--unredacted", *EN]) == 2
    assert "export-unredacted is for officer" in capsys.readouterr().err
    assert main([*line, "officer:d", "--unredacted", *EN]) == 0
    whole = next(one for one in out.iterdir() if one != file)
    assert whole.read_bytes() == next((tmp_path / "store" / "evidence").rglob("*.jpg")).read_bytes()
    with CaseStore(tmp_path / "store") as store:
        said = [(one.by, one.action.value, one.refused) for one in store.accesses()]
    assert said == [
        ("operator:o", "export", False),
        ("operator:o", "export-unredacted", True),
        ("officer:d", "export-unredacted", False),
    ]


def test_a_picture_without_places_is_not_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put_pictures(tmp_path / "store", simulated=False, places=None)
    line = ["cases", "pictures", str(tmp_path / "store"), "--out", str(tmp_path / "out"), "--as", "officer:o"]
    assert main([*line, *EN]) == 3
    assert "where its vehicle stands was not recorded" in capsys.readouterr().out
    assert list((tmp_path / "out").iterdir()) == []


def test_a_file_that_is_no_picture_is_not_exported(tmp_path: Path) -> None:
    case_id = put_pictures(tmp_path, simulated=False, places=PLACES)
    with CaseStore(tmp_path) as store:
        (picture,) = store.pictures(case_id)
        (tmp_path / picture.path).write_bytes(b"no picture")
        with pytest.raises(RedactionRefused, match="it is no picture"):
            redacted_jpeg(store, picture, nth_case(1).vehicle_class)


def test_a_box_of_a_crop_counts_from_its_corner() -> None:
    image = np.zeros((100, 200, 3), dtype=np.uint8)
    box = (50.0, 40.0, 90.0, 60.0)
    image[40:60, 50:90] = 255
    part = cropped(image, box)
    rows, columns = np.nonzero(part[..., 0])
    assert box_in_crop(image, box)[:2] == (columns.min(), rows.min())
    assert box_in_crop(image, (2.0, 1.0, 22.0, 11.0)) == (2.0, 1.0, 22.0, 11.0)  # cut at the edge


def test_of_a_picture_of_a_plate_the_plate_stays() -> None:
    picture = np.random.default_rng(3).integers(0, 256, (60, 90, 3), dtype=np.uint8)
    plate = (20.0, 20.0, 60.0, 32.0)
    shown = redact_but(picture, (plate,), only_plate=True)
    assert (shown[20:32, 20:60] == picture[20:32, 20:60]).all()
    assert (shown[:18] != picture[:18]).mean() > 0.9
    for keep in ((), (plate, plate)):
        with pytest.raises(RedactionRefused):
            redact_but(picture, keep)


def test_a_purge_is_for_an_admin_and_says_what_it_did(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case_id = put_pictures(tmp_path, simulated=False, places=PLACES)
    line = ["cases", "purge", str(tmp_path), *EN]
    terms = tmp_path / "terms.toml"
    terms.write_text("[evidence]\nappeal_days = 0\n", encoding="utf-8")
    line += ["--terms", str(terms)]
    assert main([*line, "--as", "officer:o"]) == 2
    assert main([*line, "--as", "admin:b", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert f"Evidence due: {case_id}, over since " in said
    assert "Nothing was erased." in said
    assert main([*line, "--as", "admin:b"]) == 0
    said = capsys.readouterr().out
    assert f"Evidence erased: {case_id}" in said
    assert "nothing of it is left" in said
    assert main(["cases", "verify", "--store", str(tmp_path), *EN]) == 0
    assert "3 records erased by 1 erasures; 3 lines of the audit log" in capsys.readouterr().out
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"KX 1 L" not in held
    assert main([*line[:-1], "no-such-terms", "--as", "admin:b"]) == 2
    assert "uu-27-2022" in capsys.readouterr().err


def test_the_terms_of_the_law_are_the_defaults(tmp_path: Path) -> None:
    assert read_retention() == RetentionTerms()
    wrong = tmp_path / "wrong.toml"
    for text, said in (
        ("[hashes]\nhours = 25\n", "less than or equal to 24"),
        ("[raw]\nfiles = ['/etc/*']\n", "below the folder"),
        ("[raw]\nday = 1\n", "did you mean 'days'"),
    ):
        wrong.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=said):
            read_retention(str(wrong))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_text(language: str) -> None:
    known = {str(message.id) for message in read_catalogue(language) if message.id}
    codes = {one.value for one in Action} | {one.value for one in Keep if one is not Keep.DUE}
    codes |= {IN_MEMORY, IN_USE, ON_SERVER}
    faults = set(re.findall(r'yield "([a-z-]+)"', getsource(erased)))
    faults |= set(re.findall(r'fault\(\s*"([a-z-]+)"', getsource(verify)))
    assert len(faults) >= 18
    assert codes | faults <= known


def test_a_picture_of_before_has_no_box(tmp_path: Path) -> None:
    with CaseStore(tmp_path) as store:
        case = nth_case(2)
        store.put(case)
        store.attach(picture_of(case))
        (picture,) = store.pictures(case.case_id)
        assert (picture.box_px, picture.others_px) == (None, None)
        with pytest.raises(RedactionRefused):
            redacted_picture(store, picture, case.vehicle_class)
