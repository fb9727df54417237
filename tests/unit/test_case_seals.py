import re
import stat
from dataclasses import replace
from inspect import getsource
from pathlib import Path

import pytest

from detectors.archive import verify as verifying
from detectors.archive.keys import new_key, public_key, signing_key
from detectors.archive.store import CaseStore, SealError, StoreError
from scenarios.cli.main import main
from scenarios.texts import LANGUAGES, read_catalogue
from tests.archives import DAY_NS, NOW_NS, filled, nth_case, sealer_in

TEXT = 'private = "{private}"\nfrom = 2026-01-01T00:00:00Z\nuntil = 2027-01-01T00:00:00Z\n'


def test_seals_cover_the_log_and_say_how_much_of_it_is_simulated(tmp_path: Path) -> None:
    sealer = sealer_in(tmp_path)
    with CaseStore(tmp_path, sealer=sealer) as store:
        filled(store, 12)
        assert not store.verify().faults
    with CaseStore(tmp_path, create=False) as store:
        found = store.verify([public_key(f"file:{tmp_path / 'seal.key.pub'}", {})])
        assert found.holds, found.faults
        assert found.seals >= 3
        assert found.sealed == found.records - 1
        assert found.cases == 12
        assert found.files == 12
        assert found.simulated == found.records  # what is sealed of a simulation is marked in the seal
        assert found.keys == {sealer.key.public.text}


def test_an_expired_key_refuses_and_nothing_is_lost(tmp_path: Path) -> None:
    sealer = sealer_in(tmp_path)
    late = replace(sealer, now_ns=lambda: NOW_NS + 2 * DAY_NS)
    with pytest.raises(SealError, match=r"holds from .* until .*, not at .*; make a new one"):
        CaseStore(tmp_path, sealer=late)
    assert not (tmp_path / "cases.db").exists()
    clock = iter([NOW_NS])
    expires = replace(sealer, now_ns=lambda: next(clock, NOW_NS + 2 * DAY_NS), every=4)
    with pytest.raises(SealError, match="not at"), CaseStore(tmp_path, sealer=expires) as store:
        filled(store, 8)
    with CaseStore(tmp_path, create=False) as store:
        assert len(store.cases()) == 8
        assert store.verify().holds
        assert store.verify().seals == 0
        assert store.seal(sealer)
        assert not store.seal(sealer)
        assert store.verify().sealed > 8


def test_whose_key_sealed_is_told(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    sealer_in(other)
    stranger = public_key(f"file:{other / 'seal.key.pub'}", {})
    with CaseStore(tmp_path, sealer=sealer_in(tmp_path)) as store:
        filled(store, 3)
    with CaseStore(tmp_path, create=False) as store:
        assert store.verify([stranger]).faults[0].code == "foreign-key"
        mine = replace(public_key(f"file:{tmp_path / 'seal.key.pub'}", {}), until_ns=NOW_NS)
        assert store.verify([mine]).faults[0].code == "expired-key"


def test_a_log_without_seals_does_not_pass_for_whoever_asks_for_them(tmp_path: Path) -> None:
    sealer = sealer_in(tmp_path)
    with CaseStore(tmp_path) as store:
        filled(store, 2)
        assert store.verify().holds
        assert [fault.code for fault in store.verify([sealer.key.public]).faults] == ["not-sealed"]


def test_a_head_that_was_noted_has_to_be_there(tmp_path: Path) -> None:
    with CaseStore(tmp_path) as store:
        filled(store, 2)
        noted = store.verify()
        filled(store, 2, first=2)
        assert store.verify(head=(noted.records, noted.digest)).holds
        gone = store.verify(head=(noted.records, "0" * 64))
        assert [fault.code for fault in gone.faults] == ["head-missing"]


def test_a_private_key_is_for_its_owner_and_never_shown(tmp_path: Path) -> None:
    sealer = sealer_in(tmp_path)
    path = tmp_path / "seal.key"
    secret = path.read_text(encoding="utf-8").split('"')[1]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret not in repr(sealer)
    assert secret not in (tmp_path / "seal.key.pub").read_text(encoding="utf-8")
    assert signing_key("env:KEY", {"KEY": path.read_text(encoding="utf-8")}).public == sealer.key.public
    with pytest.raises(SealError, match="is there already"):
        new_key(path, 0, 1)
    path.chmod(0o644)
    with pytest.raises(SealError, match="others may read it"):
        signing_key(f"file:{path}", {})


@pytest.mark.parametrize(
    ("reference", "text", "said"),
    [
        ("MC4CAQAwBQYDK2VwBCIEIJ", "", "named by reference"),
        ("env:NOBODY", "", "no such variable"),
        ("file:/no/such/key", "", "cannot be read"),
        ("env:KEY", "BEGIN secret-words", "not TOML"),
        ("env:KEY", TEXT.format(private="secret-words"), "32 bytes in base64"),
        ("env:KEY", f'private = "{"A" * 43}="\nfrom = 2026-01-01', "dates with a zone"),
    ],
)
def test_a_key_that_cannot_be_used_is_one_line_without_the_key(reference: str, text: str, said: str) -> None:
    with pytest.raises(SealError, match=said) as raised:
        signing_key(reference, {"KEY": text} if text else {})
    assert "secret-words" not in str(raised.value)
    assert "MC4C" not in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("case_id", ["", "../x", "a/b", ".hidden"])
def test_an_id_that_could_leave_the_folder_is_refused(tmp_path: Path, case_id: str) -> None:
    with CaseStore(tmp_path) as store, pytest.raises(StoreError, match="not the id of a case"):
        store.put(replace(nth_case(1), case_id=case_id))


def test_the_command_says_what_was_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key, folder = tmp_path / "seal.key", tmp_path / "result"
    assert main(["cases", "key", str(key), "--days", "30", "--lang", "en"]) == 0
    with CaseStore(folder) as store:
        filled(store, 2)
    assert main(["cases", "seal", "--store", str(folder), "--key", f"file:{key}", "--lang", "en"]) == 0
    public = ["--key", f"file:{key}.pub", "--lang", "en"]
    assert main(["cases", "verify", "--store", str(folder), *public]) == 0
    said = capsys.readouterr().out
    assert "Nothing was changed." in said
    assert "2 cases, 2 files, 1 seals" in said
    changed = next((folder / "evidence").rglob("*.jpg"))
    changed.write_bytes(changed.read_bytes()[:-1])
    assert main(["cases", "verify", "--store", str(folder), *public]) == 3
    assert "changed file" in capsys.readouterr().out
    assert main(["cases", "verify", "--store", str(folder), "--no-files", *public]) == 0
    assert main(["cases", "verify", "--store", str(folder), "--head", "7"]) == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_has_a_text(language: str) -> None:
    codes = set(re.findall(r'fault\(\s*"([a-z-]+)"', getsource(verifying)))
    codes |= {"foreign-key", "expired-key"}
    assert len(codes) >= 15
    assert codes <= {str(message.id) for message in read_catalogue(language) if message.id}
