"""Who acts, as commands that touch an archive ask for it."""

from typing import Annotated

import typer

As = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="ROLE:ID",
        help="Who you are: viewer, operator, officer, auditor or admin; else BCONNECT_ACTOR.",
        show_default=False,
    ),
]
