"""`bconnect cameras check`: gate G0 of every view of a plan, with a map and a picture of each."""

from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.terminal import DONE, GATE_NOT_PASSED, Language, bars, examples, texts_for

EXAMPLES = examples(
    "bconnect cameras check contoh-g0",
    "bconnect cameras check today --on mt-haryono --out out/check",
    "bconnect cameras check beller-proposal --camera kerb-1 --limit plate_px_per_m=250 --lang id",
)


def check(
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="Name of a camera plan, or a file.")],
    *,
    on: Annotated[
        str | None, typer.Option("--on", metavar="NETWORK", help="Only what lies on this network.")
    ] = None,
    mobile: Annotated[int, typer.Option(metavar="N", help="Mobile ETLE units besides.")] = 0,
    camera: Annotated[list[str] | None, typer.Option(help="Only this camera; may be repeated.")] = None,
    limit: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="Another limit, as share=0.8.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for a map, a picture a view and a CSV.")] = None,
    lang: Language = None,
) -> int:
    """Check what each view of a plan is there for, and whether its geometry carries it (gate G0).

    Exit code 3 where a view does not pass. Street furniture is assumed, not surveyed.
    """
    from scenarios.cli.checking import check_plan, say, write  # noqa: PLC0415 - numba: not for `--help`

    texts = texts_for(lang)
    with bars(texts) as progress:
        checked = check_plan(plan, (on, mobile), tuple(camera or ()), tuple(limit or ()))
        say(checked, texts)
        if out is not None:
            write(checked, out, texts, progress)
    checked.refuse_uplink()
    return DONE if checked.passed else GATE_NOT_PASSED
