"""`bconnect cases export`: the file and the letter of one case, as whoever is accused gets them."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from detectors.archive.store import CaseStore
from detectors.privacy.roles import Action
from scenarios.cli.acting import As
from scenarios.cli.desk_options import Case, Key, Store, keys_of
from scenarios.cli.terminal import Language, examples, texts_for
from scenarios.desk.finding import find_case
from scenarios.desk.giving_out import export as give_out
from scenarios.guarding import allow, person
from scenarios.reports.wording import Words

EXAMPLES = examples(
    "bconnect cases export out/desk 'simpang*0001' --out out/letters --lang id",
    "bconnect cases export out/desk 'kerb-1*0001' --out out/letters --pdf",
)


def export(
    store: Store,
    case: Case,
    *,
    out: Annotated[Path, typer.Option(help="Folder in which the case gets a folder of its own.")],
    pdf: Annotated[
        bool, typer.Option("--pdf", help="As PDF too; needs the extra `pdf` (ReportLab).")
    ] = False,
    key: Key = None,
    as_: As = None,
    lang: Language = None,
) -> None:
    """Write the case file, and the letter of an accepted case, as HTML: offence, proof, rights, days."""
    texts = texts_for(lang)
    with CaseStore(store, create=False) as kept:
        case_id = find_case(kept, case)
        allow(kept, Action.EXPORT, person(as_, os.environ), case_id)
        files, left_out = give_out(kept, case_id, out, Words(texts.language), keys=keys_of(key), as_pdf=pdf)
    console = Console(highlight=False, soft_wrap=True)
    for line in (*map(str, files), *left_out):
        console.print(line, markup=False)
