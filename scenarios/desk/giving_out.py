"""What `cases export` writes of one case: its file and its letter, as HTML and as PDF, and its clips."""

from collections.abc import Iterator
from pathlib import Path

from detectors.archive.keys import PublicKey
from detectors.archive.store import CaseStore
from detectors.privacy.redaction import RedactionRefused
from scenarios.desk.case_file import case_file
from scenarios.desk.documents import Document
from scenarios.desk.dossier import Dossier, Redact, dossier
from scenarios.desk.letter import NoLetter, letter
from scenarios.desk.pages import page
from scenarios.desk.pdf import pdf
from scenarios.redacting import redacted_clip, redacted_jpeg
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
    """Write the case file, the letter where there may be one, and the clips, redacted, to `out`/CASE.

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
    made += _clips(store, told, left_out)
    folder = out / told.case.case_id
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made:
        (folder / name).write_bytes(content)
    return tuple(folder / name for name, _ in made), tuple(left_out)


def _clips(store: CaseStore, told: Dossier, left_out: list[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the clips of a case, redacted; of one that cannot be, why goes to what is left out."""
    for number, clip in enumerate(store.stored_clips(told.case.case_id), 1):
        try:
            yield f"clip-{number:02d}.mp4", redacted_clip(store, clip, told.case.vehicle_class)
        except RedactionRefused as error:
            left_out.append(str(error))
