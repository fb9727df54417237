"""Sections that a case file and a letter share: what happened, its pictures, its proof."""

from collections.abc import Iterator

from detectors.datatypes.cases import Case
from scenarios.desk.documents import Commands, Facts, Figure, Paragraph, Section
from scenarios.desk.dossier import Dossier, Shot
from scenarios.desk.saying import sanction_text
from scenarios.reports.wording import Words
from scenarios.texts import Texts
from twin.clock import to_local


def mark(case: Case, words: Words) -> str:
    """Return what runs across the pages of a simulated case, "" for any other."""
    return words.text("SIMULATED: evidence against nobody") if case.simulated else ""


def moment(timestamp_ns: int, words: Words) -> str:
    """Return a day and a time of day in words."""
    local = to_local(timestamp_ns)
    return f"{words.day(local.date())}, {local:%H:%M:%S} WITA"


def plate_text(case: Case, words: Words) -> str:
    """Return the plate with how it is known, or why it is not."""
    if case.plate is None:
        return words.text("unreadable") if case.unread else words.text("not read")
    if case.plate.oracle:
        return f"{case.plate.text} ({words.text('told by the simulation, not read')})"
    sure = words.text("read, confidence {confidence}", confidence=words.number(case.plate.confidence, 2))
    return f"{case.plate.text} ({sure})"


def offence(told: Dossier, words: Words) -> Section:
    """Return what is stated of the offence, with what was measured and how wrong it may be."""
    case = told.case
    rows = [
        (words.text("Offence"), words.text(case.rule)),
        (words.text("Article"), f"Pasal {case.article} UU 22/2009: {words.text(case.article)}"),
        (words.text("Sanction"), sanction_text(case, Texts(words.language))),
        (words.text("Time"), moment(case.offence_ns, words)),
        (words.text("Place"), f"{case.place} ({words.text('camera view {view}', view=case.view)})"),
        (words.text("Vehicle"), words.text(case.vehicle_class.name.lower())),
        (words.text("Plate"), plate_text(case, words)),
    ]
    rows += [(words.text("Measured"), measured) for measured in _measured(told, words)]
    return Section(words.text("What the camera recorded"), (Facts(tuple(rows)),))


def _measured(told: Dossier, words: Words) -> Iterator[str]:
    for one in told.statements:
        wrong = (
            words.text("how wrong it may be is not known")
            if one.uncertainty is None
            else words.text(
                "wrong by at most {by} {unit}", by=words.number(one.uncertainty, 2), unit=one.unit
            )
        )
        yield f"{words.number(one.value, 2)} {one.unit}, {wrong}"
    if not told.statements:
        yield words.text("nothing was attested")


def instruments(told: Dossier, words: Words) -> Section:
    """Return by what was measured: versions and fingerprints that a court can ask for."""
    rows: list[tuple[str, str]] = []
    for one in told.statements:
        by, none = one.instruments, words.text("none")
        rows += [
            (words.text("Software"), by.software or none),
            (words.text("Detector"), by.detector or none),
            (words.text("Weights (SHA-256)"), by.weights or none),
            (words.text("Calibration (SHA-256 of the site plan)"), by.calibration or none),
        ]
    blocks = (Facts(tuple(rows)),) if rows else (Paragraph(words.text("nothing was attested")),)
    return Section(words.text("By what it was measured"), blocks)


def pictures(told: Dossier, words: Words) -> Section:
    """Return the pictures as they may leave, each with its fingerprint and its seal."""
    figures = tuple(_figure(shot, words) for shot in told.shots)
    withheld = any(shot.jpeg is None for shot in told.shots)
    why = words.text("Some pictures are withheld: it is not recorded where their vehicle stands.")
    lead = (Paragraph(why),) if withheld else ()
    return Section(words.text("Pictures"), (*lead, *figures) or (Paragraph(words.text("none")),))


def _figure(shot: Shot, words: Words) -> Figure:
    seal = (
        words.text("record {seq}, no seal covers it", seq=shot.picture.seq)
        if shot.sealing is None
        else words.text("record {seq}, seal {seal}", seq=shot.picture.seq, seal=shot.sealing.seal_seq)
    )
    caption = f"{words.text(shot.picture.kind)}, {moment(shot.picture.taken_ns, words)}"
    return Figure(caption, shot.jpeg, (f"SHA-256 {shot.picture.sha256}", seal))


def proof(told: Dossier, words: Words) -> Section:
    """Return how anybody checks that the record is what was written."""
    seals = told.sealings
    if seals:
        keys = ", ".join(sorted({one.key for one in seals}))
        said = words.text(
            "{count} of {all} pictures are sealed by key {keys}, last {at}.",
            count=len(seals),
            all=len(told.shots),
            keys=keys,
            at=moment(max(one.at_ns for one in seals), words),
        )
    else:
        said = words.text("No picture is sealed: this case cannot be ticketed as it is.")
    how = words.text(
        "The record is one chain: a changed byte shows. Whoever holds the archive checks it with these "
        "commands; the SHA-256 of a picture is that of its file in the archive, not of the redacted one here."
    )
    lines = (
        f"bconnect cases verify --store {told.where} --key file:KEY.pub",
        f"bconnect cases show {told.where} {told.case.case_id}",
    )
    return Section(
        words.text("Seal, and how to verify it"), (Paragraph(said), Paragraph(how), Commands(lines))
    )
