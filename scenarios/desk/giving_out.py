"""What `cases export` writes: the case file and the letter of one case, as HTML and as PDF."""

from pathlib import Path

from detectors.archive.keys import PublicKey
from detectors.archive.store import CaseStore
from scenarios.desk.case_file import case_file
from scenarios.desk.documents import Document
from scenarios.desk.dossier import Redact, dossier
from scenarios.desk.letter import NoLetter, letter
from scenarios.desk.pages import page
from scenarios.desk.pdf import pdf
from scenarios.redacting import redacted_jpeg
from scenarios.reports.wording import Words


def export(
    store: CaseStore,
    case_id: str,
    out: Path,
    words: Words,
    *,
    keys: tuple[PublicKey, ...] = (),
    as_pdf: bool = False,
    redact: Redact = redacted_jpeg,
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Write the case file, and the letter where there may be one, to `out`/CASE.

    Returns the files, and lines that say what was left out and why. Raises PdfMissing before anything is
    written where PDF is asked for and cannot be made.
    """
    told = dossier(store, case_id, keys=keys, redact=redact)
    left_out: list[str] = []
    documents: list[tuple[str, Document]] = [("case-file", case_file(told, words))]
    try:
        documents.append(("letter", letter(told, words)))
    except NoLetter as error:
        left_out.append(str(error))
    if any(shot.jpeg is None for shot in told.shots):
        left_out.append(
            words.text("Some pictures are withheld: it is not recorded where their vehicle stands.")
        )
    made: list[tuple[str, bytes]] = [(f"{name}.html", page(one).encode()) for name, one in documents]
    if as_pdf:
        made += [(f"{name}.pdf", pdf(one)) for name, one in documents]
    folder = out / told.case.case_id
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made:
        (folder / name).write_bytes(content)
    return tuple(folder / name for name, _ in made), tuple(left_out)
