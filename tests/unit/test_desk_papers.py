import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from detectors.archive.store import CaseStore, StoredPicture
from detectors.cases.deeds import Actor, CaseStep
from detectors.cases.policy import STAND_IN
from detectors.datatypes.detections import VehicleClass
from detectors.privacy.redaction import RedactionRefused
from scenarios.cli.main import main
from scenarios.desk.dossier import Dossier, dossier
from scenarios.desk.finding import find_case
from scenarios.desk.giving_out import export
from scenarios.desk.images import decoded, encoded
from scenarios.desk.letter import NoLetter, letter
from scenarios.desk.pages import page
from scenarios.desk.steps import Order, Terms, take
from scenarios.reports.wording import Words
from scenarios.texts import LANGUAGES, Texts
from tests.archives import sealer_in
from tests.desk_result import desk_result
from twin.clock import DAY_NS

EN = Texts("en")
LETTER, KERB = "simpang*0001", "kerb-1*0001"


@pytest.fixture(scope="module", name="store")
def _store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseStore]:
    """A sealed store in which one moving case has its letter and one standing case is accepted."""
    out = tmp_path_factory.mktemp("papers") / "desk"
    desk_result(out)
    with CaseStore(out, create=False) as store:
        store.seal(sealer_in(out))
        moving, standing = find_case(store, LETTER), find_case(store, KERB)
        at_ns, terms = store.case(moving).opened_ns, Terms("enforcement")
        order = Order(CaseStep.ACCEPT, Actor.POLICE, "P-4", at_ns)
        take(store, moving, order, terms, EN)
        sent = replace(order, step=CaseStep.SEND_LETTER, at_ns=at_ns + DAY_NS)
        take(store, moving, sent, terms, EN)
        take(store, standing, replace(order, at_ns=store.case(standing).opened_ns), terms, EN)
        yield store


def blurred(store: CaseStore, picture: StoredPicture, _kind: VehicleClass) -> bytes:
    """Grey everything but the vehicle of the case."""
    image = decoded(store.content(picture.path))
    made = np.full_like(image, 128)
    if picture.box_px is not None:
        x0, y0, x1, y1 = map(int, picture.box_px)
        made[y0:y1, x0:x1] = image[y0:y1, x0:x1]
    return encoded(made, 90)


def written(store: CaseStore, case: str, out: Path, language: str) -> dict[str, str]:
    files, _ = export(store, find_case(store, case), out, Words(language), redact=blurred)
    return {file.stem: file.read_text(encoding="utf-8") for file in files if file.suffix == ".html"}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            ["Confirmation letter", "Not mine, or sold", "Answer within 8 days", "wrong by at most 2.00 s"],
        ),
        ("id", ["Surat konfirmasi", "sudah dijual", "Jawab dalam 8 hari", "kesalahan paling banyak 2,00 s"]),
    ],
)
def test_a_letter_says_what_where_when_how_well_and_what_one_can_do(
    store: CaseStore, tmp_path: Path, language: str, said: list[str]
) -> None:
    found = written(store, LETTER, tmp_path, language)
    case = store.case(find_case(store, LETTER))
    assert found.keys() == {"case-file", "letter"}
    assert case.plate is not None
    for text in found.values():
        for words in (
            "287(2)", "16:10:20 WITA", case.place, case.plate.text, "5f" * 32, "bconnect-twin 0.1.0",
            "bconnect cases verify --store", Words(language).text("SIMULATED: evidence against nobody"),
        ):  # fmt: skip
            assert words in text
        for picture in store.pictures(case.case_id):
            assert picture.sha256 in text
        assert text.count("data:image/jpeg") == len(store.pictures(case.case_id))
        assert not re.search(r'(src|href)="(?!data:)', text)
    for words in said:
        assert words in found["letter"]
    assert "police P-4" in found["case-file"] or "polisi P-4" in found["case-file"]


def test_the_days_of_a_letter_count_from_the_day_it_was_sent(store: CaseStore, tmp_path: Path) -> None:
    text = written(store, LETTER, tmp_path, "en")["letter"]
    assert "Tuesday, January 13, 2026" in text  # H
    assert "Wednesday, January 21, 2026" in text  # H + 8
    drafted = written(store, KERB, tmp_path, "en")["letter"]
    assert "not sent yet: a draft" in drafted
    assert "there is nothing to pay and nothing to answer" in drafted


def test_there_is_no_letter_before_a_review_nor_without_a_plate(store: CaseStore, tmp_path: Path) -> None:
    waiting = find_case(store, "kerb-1*0002")
    files, left_out = export(store, waiting, tmp_path, Words("en"), redact=blurred)
    assert [file.name for file in files] == ["case-file.html", "clip-01.mp4"]
    assert left_out == (f"{waiting}: no letter before an officer has accepted the case",)
    told = dossier(store, find_case(store, LETTER), redact=blurred)
    history = (told.case.history[0], replace(told.case.history[1], ground=STAND_IN))
    with pytest.raises(NoLetter, match="before an officer"):
        letter(replace(told, case=replace(told.case, history=history)), Words("en"))
    with pytest.raises(NoLetter, match="not readable"):
        letter(replace(told, case=replace(told.case, plate=None)), Words("en"))


def test_pictures_leave_redacted(store: CaseStore) -> None:
    for shot in dossier(store, find_case(store, KERB)).shots:
        whole = decoded(store.content(shot.picture.path))
        if shot.picture.box_px is None:
            assert shot.jpeg is None
            continue
        assert shot.jpeg is not None
        assert shot.jpeg != encoded(whole, 90)


def test_what_cannot_be_redacted_stays_in_and_that_is_said(store: CaseStore, tmp_path: Path) -> None:
    def refused(_store: CaseStore, picture: StoredPicture, _kind: VehicleClass) -> bytes:
        raise RedactionRefused(picture.path)

    files, left_out = export(store, find_case(store, KERB), tmp_path, Words("en"), redact=refused)
    assert any("withheld" in line for line in left_out)
    pages = [file for file in files if file.suffix == ".html"]
    assert pages
    assert all("data:image" not in file.read_text(encoding="utf-8") for file in pages)


def test_what_is_not_simulated_has_no_mark_and_what_a_case_says_is_escaped(store: CaseStore) -> None:
    told = dossier(store, find_case(store, KERB), redact=blurred)
    real = replace(told, case=replace(told.case, simulated=False, place="<script>x</script>"))
    text = page(letter(real, Words("en")))
    assert "SIMULATED: evidence" not in text
    assert 'class="simulated"' not in text
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_an_unsealed_case_says_that_it_cannot_be_ticketed(store: CaseStore) -> None:
    told: Dossier = dossier(store, find_case(store, KERB), redact=blurred)
    assert len(told.sealings) == len(told.shots)
    open_ones = replace(told, shots=tuple(replace(shot, sealing=None) for shot in told.shots))
    assert "this case cannot be ticketed as it is" in page(letter(open_ones, Words("en")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_pdf_has_the_same_words_and_is_the_same_twice(
    store: CaseStore, tmp_path: Path, language: str
) -> None:
    pytest.importorskip("reportlab", reason="the extra `pdf` is not installed")
    case_id = find_case(store, LETTER)
    made = []
    for name in ("a", "b"):
        files, _ = export(store, case_id, tmp_path / name, Words(language), as_pdf=True, redact=blurred)
        made.append({file.name: file.read_bytes() for file in files if file.suffix == ".pdf"})
    assert made[0] == made[1]
    assert made[0].keys() == {"case-file.pdf", "letter.pdf"}
    different = {shot.jpeg for shot in dossier(store, case_id, redact=blurred).shots}
    for content in made[0].values():
        assert content.startswith(b"%PDF-1.")
        assert content.rstrip().endswith(b"%%EOF")
        assert content.count(b"/Subtype /Image") == len(different) > 1


def test_without_the_library_pdf_is_refused_and_nothing_is_written(
    store: CaseStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("reportlab", "reportlab.platypus"):
        monkeypatch.setitem(sys.modules, name, None)
    where = store.name
    assert main(["cases", "export", where, LETTER, "--out", str(tmp_path / "out"), "--pdf"]) == 2
    assert "pip install 'bconnect-twin[pdf]'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert main(["cases", "export", where, LETTER, "--out", str(tmp_path / "out"), "--lang", "en"]) == 0
    assert "letter.html" in capsys.readouterr().out
