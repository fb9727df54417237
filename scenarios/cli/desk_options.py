"""Options and arguments that the commands of the officer's desk share."""

import os
from typing import Annotated

import typer

from detectors.archive.keys import PublicKey, public_key

Store = Annotated[
    str, typer.Argument(metavar="STORE", help="Folder of a result, its cases.db, or a database URL.")
]
Case = Annotated[
    str, typer.Argument(metavar="CASE", help="Id of a case, or a pattern with * that fits one alone.")
]
By = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="ROLE:ID",
        help="Who: dishub, police, owner or court, and an id, never a name; of an owner that of his answer.",
    ),
]
At = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="When, in WITA, for simulated cases only; else the clock's time."),
]
Key = Annotated[
    list[str] | None,
    typer.Option(metavar="REF", help="Public key whose seals count, file:PATH or env:NAME; may be repeated."),
]
ZonePhase = Annotated[
    str | None,
    typer.Option("--phase", help="socialisation or enforcement, where no report beside the store says it."),
]


def keys_of(references: list[str] | None) -> tuple[PublicKey, ...]:
    """Return the public keys that were named; SealError where one cannot be used."""
    return tuple(public_key(reference, os.environ) for reference in references or ())
