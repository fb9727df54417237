from dataclasses import replace
from pathlib import Path

import cv2
import pytest

from detectors.archive.keys import new_key, public_key
from detectors.archive.store import CaseStore
from detectors.cases.deeds import Actor, CaseStep
from detectors.datatypes.cases import CaseState
from hardware_adapters.clock import utc_ns
from scenarios.cli.main import main
from scenarios.desk.finding import find_case, phase_of
from scenarios.desk.reasons import REASONS
from scenarios.desk.steps import AT_THE_DESK, Order, StepNotTaken, Terms, moment, person, take
from scenarios.errors import InputError
from scenarios.texts import LANGUAGES, Texts, read_catalogue
from tests.archives import sealer_in
from tests.desk_result import desk_result, plate_picture
from tests.enforcement import DAY_NS

EN = Texts("en")
FIRST, LETTER = "kerb-1*0001", "simpang*0001"
DAY = "2026-01-12"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made") / "desk"
    desk_result(out)
    return out


@pytest.fixture
def out(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the result, not sealed, and a key beside it."""
    copy = tmp_path / "desk"
    copy.mkdir()
    for file in made.rglob("*"):
        if file.is_file() and file.suffix != ".html":
            (copy / file.relative_to(made)).parent.mkdir(parents=True, exist_ok=True)
            (copy / file.relative_to(made)).write_bytes(file.read_bytes())
    new_key(tmp_path / "seal.key", utc_ns() - DAY_NS, utc_ns() + DAY_NS)
    monkeypatch.delenv("BCONNECT_SEAL_KEY", raising=False)
    monkeypatch.setenv("BCONNECT_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")
    return copy


def desk(out: Path, *words: str) -> int:
    command, case, *rest = words
    return main(["cases", command, str(out), case, *rest])


def sealed(out: Path) -> None:
    assert main(["cases", "seal", "--store", str(out), "--key", f"file:{out.parent / 'seal.key'}"]) == 0


def states(out: Path, case: str) -> list[str]:
    with CaseStore(out, create=False) as store:
        return [event.state.value for event in store.events(find_case(store, case))]


def at(clock: str, day: str = DAY) -> tuple[str, str]:
    return "--at", f"{day} {clock}"


def test_a_case_goes_from_capture_to_towing_and_says_who_did_each_step(out: Path) -> None:
    seen = ("--vehicle", "stands")
    assert desk(out, "review", FIRST, "--accept", "--as", "dishub:D-17", *at("16:05")) == 0
    assert desk(out, "step", FIRST, "warn", "--as", "dishub:D-17", *seen, *at("16:07")) == 0
    assert desk(out, "step", FIRST, "sticker", "--as", "dishub:D-18", *seen, *at("16:20")) == 0
    assert desk(out, "step", FIRST, "tow", "--as", "dishub:D-18", *seen, *at("16:50")) == 0
    with CaseStore(out, create=False) as store:
        history = store.case(find_case(store, FIRST)).history
        assert store.verify().holds
    assert [event.state.value for event in history][1:] == ["accepted", "teguran", "stiker", "penderekan"]
    assert [(e.by, e.officer) for e in history[1:]] == [
        ("dishub", "D-17"), ("dishub", "D-17"), ("dishub", "D-18"), ("dishub", "D-18"),
    ]  # fmt: skip


def test_a_moving_offence_goes_to_letter_answer_ticket_appeal_and_is_won(out: Path) -> None:
    police, owner, court = ("--as", "police:P-4"), ("--as", "owner:A-31"), ("--as", "court:PN-7")
    assert desk(out, "review", LETTER, "--accept", *police, *at("16:30")) == 0
    assert desk(out, "step", LETTER, "send-letter", *police, *at("09:00", "2026-01-13")) == 2  # unsealed
    sealed(out)
    assert desk(out, "step", LETTER, "send-letter", *police, *at("09:00", "2026-01-13")) == 0
    assert desk(out, "step", LETTER, "confirm", *owner, *at("09:00", "2026-01-16")) == 0
    assert desk(out, "step", LETTER, "ticket", *police, *at("09:00", "2026-01-17")) == 0
    assert desk(out, "step", LETTER, "appeal", *owner, *at("09:00", "2026-01-18")) == 0
    won = ("annul", "--reason", "plate-misread")
    assert desk(out, "step", LETTER, *won, *court, *at("09:00", "2026-02-01")) == 0
    assert states(out, LETTER)[2:] == ["letter", "confirmed", "tilang", "appealed", "cancelled"]
    paid = "simpang*0002"
    assert desk(out, "review", paid, "--accept", *police, *at("16:30")) == 0
    assert desk(out, "step", paid, "send-letter", *police, *at("09:00", "2026-01-13")) == 0
    assert desk(out, "step", paid, "confirm", *owner, *at("09:00", "2026-01-16")) == 0
    assert desk(out, "step", paid, "ticket", *police, *at("09:00", "2026-01-17")) == 0
    assert desk(out, "step", paid, "pay", *owner, *at("09:00", "2026-01-18")) == 0
    assert desk(out, "step", paid, "close", *police, *at("09:00", "2026-01-19")) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["review", FIRST, "--as", "dishub:D-1"], "expected one of --accept, --reject REASON"),
        (["review", FIRST, "--accept", "--another-picture", "--as", "dishub:D-1"], "expected one of"),
        (["review", FIRST, "--accept", "--as", "dishub:Budi"], "expected an id"),
        (["review", FIRST, "--accept", "--as", "system:1"], "unknown role 'system'"),
        (["review", FIRST, "--reject", "nah", "--as", "dishub:D-1"], "unknown reason to reject 'nah'"),
        (["review", "kerb-1*", "--accept", "--as", "dishub:D-1"], "fits 6 cases, expected one"),
        (["review", "nobody", "--accept", "--as", "dishub:D-1"], "unknown case 'nobody'"),
        (["review", LETTER, "--accept", "--as", "dishub:D-1"], "May: police since 2009-06-22"),
        (["step", FIRST, "tow", "--as", "dishub:D-1"], "From here: accept"),
        (["step", FIRST, "tou", "--as", "dishub:D-1"], "did you mean 'tow'"),
        (["step", FIRST, "accept", "--as", "dishub:D-1", "--at", "soon"], "expected a date and a time"),
        (["step", FIRST, "accept", "--as", "dishub:D-1", "--at", "2026-01-11"], "clock"),
        (["step", FIRST, "accept", "--as", "dishub:D-1", "--phase", "socialisation"], "says enforcement"),
        (["step", FIRST, "accept", "--as", "dishub:D-1", "--vehicle", "flies"], "Known: gone, stands"),
    ],
)
def test_what_is_refused_is_one_line_and_writes_nothing(
    out: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (out / "cases.db").read_bytes()
    assert desk(out, *words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert said in captured.err
    with CaseStore(out, create=False) as store:
        assert all(len(case.history) == 1 for case in store.cases())
    assert len((out / "cases.db").read_bytes()) == len(before)


def test_all_that_is_missing_is_told_at_once(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seen = ("--vehicle", "stands")
    assert desk(out, "review", FIRST, "--accept", "--as", "police:P-4", *at("16:05")) == 0
    assert desk(out, "step", FIRST, "warn", "--as", "police:P-4", *seen, *at("16:06")) == 0
    assert desk(out, "step", FIRST, "ticket", "--as", "police:P-4", *seen, *at("16:07")) == 2
    said = capsys.readouterr().err
    for need in ("picture-sealed", "driver-present", "police-in-crew"):
        assert EN.text(need) in said
    assert f"{EN.text('driver-present')} (not known)" in said
    assert EN.text("plate-readable") not in said
    sealed(out)
    there = ("--driver", "present", "--police-in-crew")
    assert desk(out, "step", FIRST, "ticket", "--as", "police:P-4", *seen, *there, *at("16:07")) == 0


def test_another_picture_is_asked_for_brought_and_kept(out: Path) -> None:
    file = out.parent / "closer.png"
    cv2.imwrite(str(file), plate_picture("KX 1010 LX"))
    assert desk(out, "review", FIRST, "--another-picture", "--as", "dishub:D-1", *at("16:05")) == 0
    bring = ("step", FIRST, "add-picture", "--as", "dishub:D-1", *at("16:06"))
    assert desk(out, *bring) == 2  # without a picture
    assert states(out, FIRST) == ["captured", "picture-asked"]
    (out.parent / "none.png").write_text("no picture")
    assert desk(out, *bring, "--picture", str(out.parent / "none.png")) == 2
    assert desk(out, *bring, "--picture", str(file)) == 0
    assert states(out, FIRST) == ["captured", "picture-asked", "captured"]
    with CaseStore(out, create=False) as store:
        assert [one.kind.value for one in store.pictures(find_case(store, FIRST))][-1] == "zoomed"
    assert desk(out, "review", FIRST, "--reject", "picture-unclear", "--as", "dishub:D-1", *at("16:09")) == 0
    assert states(out, FIRST)[-1] == "rejected"


def test_a_seal_counts_only_while_the_bytes_hold_and_the_key_is_the_one_named(
    out: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    sealer_in(tmp_path / "other")
    stranger = public_key(f"file:{tmp_path / 'other' / 'seal.key.pub'}", {})
    mine = public_key(f"file:{tmp_path / 'seal.key.pub'}", {})
    with CaseStore(out, create=False) as store:
        case_id = find_case(store, FIRST)
        assert not store.picture_sealed(case_id)
    sealed(out)
    with CaseStore(out, create=False) as store:
        assert store.picture_sealed(case_id)
        assert store.picture_sealed(case_id, [stranger, mine])
        assert not store.picture_sealed(case_id, [stranger])
        assert not store.picture_sealed(case_id, [replace(mine, until_ns=mine.from_ns + 1)])
        first = store.pictures(case_id)[0]
        found = store.sealing(first)
        assert found is not None
        assert found.seq == first.seq < found.seal_seq
        for picture in store.pictures(case_id):
            file = out / picture.path
            file.write_bytes(file.read_bytes() + b"\0")
        assert not store.picture_sealed(case_id)
        assert store.picture_sealed(find_case(store, LETTER))


def test_the_desk_seals_with_the_key_of_the_environment(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCONNECT_SEAL_KEY", f"file:{out.parent / 'seal.key'}")
    assert desk(out, "review", FIRST, "--accept", "--as", "dishub:D-17", *at("16:05")) == 0
    with CaseStore(out, create=False) as store:
        assert store.picture_sealed(find_case(store, FIRST))
        assert store.verify().sealed == store.verify().records - 1


def test_an_unknown_phase_is_undetermined_and_never_guessed(out: Path) -> None:
    with CaseStore(out, create=False) as store:
        case_id = find_case(store, FIRST)
        opened_ns = store.case(case_id).opened_ns
        order = Order(CaseStep.ACCEPT, Actor.DISHUB, "D-1", opened_ns, standing=True)
        take(store, case_id, order, Terms(None), EN)
        take(store, case_id, replace(order, step=CaseStep.WARN), Terms(None), EN)
        with pytest.raises(StepNotTaken) as told:
            take(store, case_id, replace(order, step=CaseStep.STICKER), Terms(None), EN)
        assert [(one.code, one.undetermined) for one in told.value.refused] == [("enforcement-phase", True)]
        with pytest.raises(StepNotTaken) as told:
            take(store, case_id, replace(order, step=CaseStep.STICKER), Terms("socialisation"), EN)
        assert [(one.code, one.undetermined) for one in told.value.refused] == [("enforcement-phase", False)]
        assert take(
            store, case_id, replace(order, step=CaseStep.STICKER), Terms("enforcement"), EN
        ).state is (CaseState.STIKER)
    assert phase_of(str(out), None) == "enforcement"
    assert phase_of("postgresql://u@h/d", None) is None
    (out / "report.json").write_text("[]")
    with pytest.raises(InputError, match="not a report"):
        phase_of(str(out), None)


def test_a_case_without_a_known_day_is_never_ticketed(out: Path) -> None:
    with CaseStore(out, create=False) as store:
        old = store.case(find_case(store, LETTER))
        first = replace(old.history[0], case_id="media", timestamp_ns=5)
        store.put(replace(old, case_id="media", offence_ns=5, opened_ns=5, history=(first,), place="m"))
        order = Order(CaseStep.ACCEPT, Actor.POLICE, "P-1", old.opened_ns)
        take(store, "media", order, Terms("enforcement"), EN)
        with pytest.raises(StepNotTaken) as told:
            take(store, "media", replace(order, step=CaseStep.SEND_LETTER), Terms("enforcement"), EN)
        assert ("letter-in-time", True) in [(one.code, one.undetermined) for one in told.value.refused]


def test_the_time_of_a_real_case_is_that_of_the_clock(out: Path) -> None:
    with CaseStore(out, create=False) as store:
        real = replace(store.case(find_case(store, FIRST)), simulated=False)
    assert moment(real, None, 7) == 7
    with pytest.raises(InputError, match="is not simulated"):
        moment(real, "2026-01-12 16:05", 7)
    assert moment(replace(real, simulated=True), "1970-01-01 08:00:01", 7) == 10**9


def test_two_officers_at_once_take_one_step(out: Path) -> None:
    with CaseStore(out, create=False) as one, CaseStore(out, create=False) as other:
        case_id = find_case(one, FIRST)
        stale = other.case(case_id)
        order = Order(CaseStep.ACCEPT, Actor.DISHUB, "D-1", stale.opened_ns)
        take(one, case_id, order, Terms(None), EN)
        with pytest.raises(StepNotTaken):
            take(other, case_id, order, Terms(None), EN)
        event = replace(stale.history[0], state=CaseState.REJECTED)
        with pytest.raises(ValueError, match="does not continue"):
            other.put(replace(stale, history=(*stale.history, event)))


@pytest.mark.parametrize(
    "text", ["police", "police:", "police:anna", "police:A B1", "police:" + "1" * 40, ":1"]
)
def test_who_is_not_a_role_and_an_id_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        person(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_and_every_role_has_a_text(language: str) -> None:
    codes = {code for codes in REASONS.values() for code in codes} | {actor.value for actor in Actor}
    assert codes <= {str(message.id) for message in read_catalogue(language) if message.id}
    assert all(person(f"{actor.value}:1") == (actor, "1") for actor in AT_THE_DESK)
