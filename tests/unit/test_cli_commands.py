from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from detectors.archive.store import CaseStore
from detectors.datatypes.cases import Case, CaseEvent, CaseState, CaseTrack, EvidencePicture, PictureKind
from detectors.datatypes.detections import VehicleClass
from detectors.datatypes.plates import PlateReading
from scenarios.cli.doctor import OPTIONAL
from scenarios.cli.main import main

AT_NS = 1_764_230_465_000_000_000  # 2025-11-27 16:01:05 WITA


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCONNECT_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    events = (
        CaseEvent("k_0001", AT_NS, CaseState.CAPTURED, "violation"),
        CaseEvent("k_0001", AT_NS, CaseState.TEGURAN, "loudspeaker"),
    )
    case = Case(
        case_id="k_0001",
        enforcement=CaseTrack.STANDING,
        rule="kerb_parking",
        article="287(1)",
        view="kerb-north",
        place="kerb 1",
        track_id=7,
        vehicle_class=VehicleClass.CAR,
        opened_ns=AT_NS,
        offence_ns=AT_NS,
        simulated=True,
        oracle=False,
        plate=PlateReading("KX 1234 LX", 1.0),
        extremum=61.0,
        unit="s",
        history=events,
    )
    with CaseStore(tmp_path / "result") as kept:
        kept.put(case)
        picture = np.zeros((8, 8, 3), np.uint8)
        kept.attach(EvidencePicture("k_0001", PictureKind.CONTEXT, AT_NS, picture, simulated=True))
    return tmp_path / "result"


@pytest.mark.parametrize(
    "name", ["validate", "detect", "cases", "cases list", "cases show", "scenarios list", "doctor"]
)
def test_every_command_has_help_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*name.split(), "--help"]) == 0
    said = capsys.readouterr().out
    assert "Examples:" in said
    assert f"bconnect {name.split(maxsplit=1)[0]}" in said


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert "validate" in capsys.readouterr().out


def test_scenarios_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios", "list"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in ("beruang-madu", "beller", "balikpapan-baru", "wika", "15:30-19:15"))


def test_doctor_says_of_every_optional_part_whether_it_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out
    for part in OPTIONAL:
        assert part.name in said
        assert part.found() or part.how_to_get in said


def test_cases_are_listed_and_shown(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cases", "list", str(store)]) == 0
    listed = capsys.readouterr().out
    assert all(word in listed for word in ("k_0001", "Kerb parking", "car", "KX 1234 LX", "warned (teguran)"))
    assert main(["cases", "show", str(store / "cases.db"), "k_0001"]) == 0
    shown = capsys.readouterr().out
    assert "Pasal 287(1): 61.0 s" in shown
    assert "2025-11-27 16:01:05 WITA" in shown
    assert "Sanction: at most Rp500.000, row of 2009-06-22\n" in shown
    assert "SIMULATED" in shown
    assert "evidence/k_0001/context." in shown


def test_the_reader_chooses_the_language(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cases", "show", str(store), "--lang", "id"]) == 0
    assert "Parkir di tepi jalan" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["cases"], "Missing command"),
        (["scenarios", "list", "--nope"], "No such option: --nope"),
        (["cases", "list", "no-such-folder"], "no-such-folder: there is no case store"),
        (["validate", "beruang-madu", "--seeds", "0"], "'--seeds'"),
        (["cases", "list", ".", "--lang", "fr"], "unknown language 'fr'"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    command: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    assert expected in captured.err


def test_an_unknown_case_lists_the_known(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cases", "show", str(store), "k_0002"]) == 2
    assert "unknown case 'k_0002'; did you mean 'k_0001'? Known: k_0001" in capsys.readouterr().err


def test_the_sanction_says_that_it_needs_a_signature_or_that_it_is_undetermined(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with CaseStore(store) as kept:
        old = kept.case("k_0001")
        later = CaseEvent("k_0002", AT_NS + 100 * 86_400 * 10**9, CaseState.ACCEPTED, "officer")
        first = CaseEvent("k_0002", AT_NS, CaseState.CAPTURED, "violation")
        kept.put(replace(old, case_id="k_0002", place="b", history=(first, later)))
        alone = (replace(first, case_id="k_0003"),)
        kept.put(replace(old, case_id="k_0003", place="c", article="1000", history=alone))
    assert main(["cases", "show", str(store), "k_0002"]) == 0
    assert "at most Rp500.000, row of 2026-01-02; needs a lawyer's signature" in capsys.readouterr().out
    assert main(["cases", "show", str(store), "k_0003"]) == 0
    assert "Sanction: UNDETERMINED" in capsys.readouterr().out
