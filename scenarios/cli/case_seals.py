"""`bconnect cases verify`, `seal` and `key`: that an archive is what was written, and who says so."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from detectors.archive.keys import new_key, public_file, public_key, signing_key
from detectors.archive.seals import Sealer
from detectors.archive.store import CaseStore
from detectors.archive.verify import Verification
from hardware_adapters.clock import utc_ns
from scenarios.cli.terminal import DONE, GATE_NOT_PASSED, Language, examples, texts_for
from scenarios.errors import InputError
from scenarios.texts import Texts

VERIFY_EXAMPLES = examples(
    "bconnect cases verify --store out/beruang-madu",
    "bconnect cases verify --store postgresql://bconnect@db/cases --key file:seal.key.pub --no-files",
)
SEAL_EXAMPLES = examples("bconnect cases seal --store out/beruang-madu --key file:seal.key")
KEY_EXAMPLES = examples("bconnect cases key seal.key --days 365")
DAY_NS = 24 * 3600 * 1_000_000_000

Where = Annotated[
    str, typer.Option("--store", metavar="DIR|URL", help="Folder of a result, or a database URL.")
]


def verify(
    store: Where,
    key: Annotated[
        list[str] | None,
        typer.Option(metavar="REF", help="Public key that may seal, file:PATH or env:NAME; may be repeated."),
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(
            metavar="SEQ:DIGEST", help="A head noted from an earlier verify: it has to be there still."
        ),
    ] = None,
    *,
    files: Annotated[bool, typer.Option(help="Whether to read the evidence files too.")] = True,
    lang: Language = None,
) -> int:
    """Check every record, evidence file and seal of an archive: 0 all holds, 3 something was changed."""
    texts = texts_for(lang)
    keys = [public_key(reference, os.environ) for reference in key or ()]
    with CaseStore(store, create=False) as kept:
        found = kept.verify(keys, _head(head), files=files)
    console = Console(highlight=False, soft_wrap=True)
    for line in _lines(found, texts, trusted=bool(keys)):
        console.print(line, markup=False)
    return DONE if found.holds else GATE_NOT_PASSED


def seal(
    store: Where,
    key: Annotated[str, typer.Option(metavar="REF", help="Private key, file:PATH or env:NAME.")],
    *,
    lang: Language = None,
) -> None:
    """Seal what no seal of an archive covers yet."""
    texts = texts_for(lang)
    sealer = Sealer(signing_key(key, os.environ), utc_ns)
    with CaseStore(store, create=False) as kept:
        done = kept.seal(sealer)
    said = texts.text("Sealed.") if done else texts.text("Everything is sealed already.")
    Console(highlight=False).print(said, markup=False)


def key(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="Where the private key is to lie.")],
    days: Annotated[int, typer.Option(min=1, max=3660, help="How long it holds.")] = 365,
    *,
    lang: Language = None,
) -> None:
    """Make a key that seals: the private part for its owner only, the public one beside it (.pub)."""
    now_ns = utc_ns()
    new_key(path, now_ns, now_ns + days * DAY_NS)
    said = texts_for(lang).text("Key: {path}, public: {public}", path=path, public=public_file(path))
    Console(highlight=False, soft_wrap=True).print(said, markup=False)


def _head(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    seq, _, digest = text.partition(":")
    if not seq.isdigit() or len(digest) != 64:
        msg = f"--head {text}: expected SEQ:DIGEST as verify prints it"
        raise InputError(msg)
    return int(seq), digest


def _lines(found: Verification, texts: Texts, *, trusted: bool) -> list[str]:
    said = texts.text(
        "{records} records, {cases} cases, {files} files, {seals} seals; {simulated} records are simulated",
        records=found.records,
        cases=found.cases,
        files=found.files,
        seals=found.seals,
        simulated=found.simulated,
    )
    lines = [said]
    if found.tombstones or found.accesses:
        of_privacy = "{erased} records erased by {tombstones} erasures; {accesses} lines of the audit log"
        lines.append(
            texts.text(of_privacy, erased=found.erased, tombstones=found.tombstones, accesses=found.accesses)
        )
    lines += [texts.text("Head: {head}", head=f"{found.records}:{found.digest}")]
    if found.seals:
        lines.append(texts.text("Sealed up to record {seq}", seq=found.sealed))
        lines += [texts.text("Sealed by key {key}", key=key) for key in sorted(found.keys)]
    if found.seals and not trusted:
        lines.append(texts.text("Nobody said whose keys these are: name yours with --key"))
    for fault in found.faults:
        detail = f" ({fault.detail})" if fault.detail else ""
        lines.append(f"{texts.text(fault.code)}: {fault.where}{detail}")
    if found.holds:
        return [*lines, texts.text("Nothing was changed.")]
    return [*lines, texts.text("{number} faults: this is not what was written.", number=found.found)]
