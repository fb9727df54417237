"""`bconnect cases purge`, `audit` and `pictures`: what is erased, who looked, what may leave."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from detectors.archive.audit import Access
from detectors.archive.purge import Order, Purged
from detectors.archive.store import CaseStore
from detectors.privacy.redaction import RedactionRefused
from detectors.privacy.roles import Action
from hardware_adapters.clock import utc_ns
from scenarios.cli.acting import As
from scenarios.cli.terminal import DONE, GATE_NOT_PASSED, Language, examples, texts_for
from scenarios.errors import unknown_name
from scenarios.guarding import allow, person
from scenarios.redacting import redacted_clip, redacted_jpeg
from scenarios.retention_files import DEFAULT, read_retention
from scenarios.sealing import sealer
from scenarios.texts import Texts
from twin.clock import to_local

PURGE_EXAMPLES = examples(
    "bconnect cases purge out/beruang-madu --dry-run --as admin:budi",
    "bconnect cases purge out/beruang-madu --terms my-terms.toml --as admin:budi",
)
AUDIT_EXAMPLES = examples("bconnect cases audit out/beruang-madu --as auditor:siti")
PICTURES_EXAMPLES = examples("bconnect cases pictures out/beruang-madu --out out/letter --as officer:dewi")

Store = Annotated[
    str, typer.Argument(metavar="DIR|URL", help="Folder of a result, its cases.db, or a database URL.")
]


def purge(
    where: Store,
    terms: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="How long what is kept: a name or a TOML file.")
    ] = DEFAULT,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is due, erase nothing.")] = False,
    as_: As = None,
    lang: Language = None,
) -> int:
    """Erase what may not be kept longer, and search the store for it: 0 nothing is left, 3 not proved."""
    texts, who, kept_for = texts_for(lang), person(as_, os.environ), read_retention(terms)
    with CaseStore(where, create=False, sealer=sealer()) as store:
        allow(store, Action.PURGE, who, detail="dry-run" if dry_run else terms)
        order = Order(kept_for, who.text if who else "", utc_ns())
        done = store.planned_purge(order) if dry_run else store.purge(order)
    console = Console(highlight=False, soft_wrap=True)
    for line in _purged(done, texts):
        console.print(line, markup=False)
    return DONE if done.proof is None or done.proof.holds else GATE_NOT_PASSED


def audit(where: Store, *, as_: As = None, lang: Language = None) -> None:
    """List who listed, looked at, exported, decided, purged, and who was refused; this reading too."""
    texts, who = texts_for(lang), person(as_, os.environ)
    with CaseStore(where, create=False) as store:
        allow(store, Action.READ_AUDIT, who)
        lines = [_access(one, texts) for one in store.accesses()]
    for line in lines:
        typer.echo(line)


def pictures(
    where: Store,
    case_id: Annotated[
        str | None, typer.Argument(metavar="[CASE]", help="Id of a case; else the first.")
    ] = None,
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the pictures are to lie.")],
    unredacted: Annotated[
        bool, typer.Option("--unredacted", help="Pictures and clips as they were taken; for officers.")
    ] = False,
    as_: As = None,
    lang: Language = None,
) -> int:
    """Export the evidence pictures and clips of a case, redacted; 3 where one of them cannot be."""
    texts, who = texts_for(lang), person(as_, os.environ)
    with CaseStore(where, create=False) as store:
        known = [line.case_id for line in store.lines()]
        chosen = case_id or next(iter(known), "")
        if not store.events(chosen):
            raise unknown_name(chosen, known, what="case")
        allow(store, Action.EXPORT_UNREDACTED if unredacted else Action.EXPORT, who, chosen)
        out.mkdir(parents=True, exist_ok=True)
        told = _whole(store, chosen) if unredacted else _redacted(store, chosen)
        refused = 0
        for name, content in told:
            refused += content is None
            if content is None:
                typer.echo(texts.text("Not exported: {why}", why=name))
                continue
            (out / name).write_bytes(content)
            typer.echo(str(out / name))
    return GATE_NOT_PASSED if refused else DONE


def _whole(store: CaseStore, case_id: str) -> Iterator[tuple[str, bytes | None]]:
    paths = [picture.path for picture in store.pictures(case_id)]
    for path in (*paths, *store.clips(case_id)):
        yield Path(path).name, store.content(path)


def _redacted(store: CaseStore, case_id: str) -> Iterator[tuple[str, bytes | None]]:
    """Yield name and content of each picture and clip, of one that cannot be redacted why, and None."""
    vehicle_class = store.case(case_id).vehicle_class
    for number, picture in enumerate(store.pictures(case_id), 1):
        try:
            yield f"{number:02d}-{picture.kind.value}.jpg", redacted_jpeg(store, picture, vehicle_class)
        except RedactionRefused as error:
            yield str(error), None
    for number, clip in enumerate(store.stored_clips(case_id), 1):
        try:
            yield f"clip-{number:02d}.mp4", redacted_clip(store, clip, vehicle_class)
        except RedactionRefused as error:
            yield str(error), None


def _access(one: Access, texts: Texts) -> str:
    outcome = texts.text("refused") if one.refused else texts.text("allowed")
    what = "  ".join(part for part in (texts.text(one.action.value), one.subject, one.detail) if part)
    return f"{to_local(one.at_ns):%Y-%m-%d %H:%M:%S} WITA  {one.by}  {outcome}  {what}"


def _purged(done: Purged, texts: Texts) -> Iterator[str]:
    """Yield what was erased, what is kept and why, and what the search afterwards showed."""
    erased = done.proof is not None
    for case in done.cases:
        at = f"{to_local(case.closed_ns):%Y-%m-%d}"
        said = (
            "Evidence erased: {case}, over since {day}"
            if erased
            else "Evidence due: {case}, over since {day}"
        )
        yield texts.text(said, case=", ".join(case.ids), day=at)
    for name in done.raw_files:
        yield texts.text("Raw file erased: {name}" if erased else "Raw file due: {name}", name=name)
    said = "Hashes of plates erased: {number}" if erased else "Hashes of plates due: {number}"
    yield texts.text(said, number=done.hashes)
    for why, number in done.kept:
        yield f"{texts.text(why.value)}: {number}"
    if done.proof is None:
        yield texts.text("Nothing was erased.")
        return
    proof = done.proof
    yield from (f"{texts.text('Still there')}: {one}" for one in proof.found)
    if proof.why_not:
        yield f"{texts.text('Not proved')}: {texts.text(proof.why_not)}"
    if proof.holds:
        yield texts.text(
            "Searched {files} files of {size} bytes: nothing of it is left.",
            files=proof.files,
            size=proof.size,
        )
