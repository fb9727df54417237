"""`bconnect live`: the engine on the cameras of an estate."""

from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.terminal import DONE, GATE_NOT_PASSED, Language, examples, texts_for

EXAMPLES = examples(
    "bconnect live my-estate.toml",
    "bconnect live out/cameras/mjpeg.toml --duration 60 --out out/live",
)


def live(
    estate: Annotated[str, typer.Argument(help="Estate file: name, or path; `contoh` is one to copy.")],
    *,
    duration: Annotated[float | None, typer.Option(min=1, help="Seconds; else until Ctrl-C.")] = None,
    lang: Language = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the result; else out/live.")] = None,
) -> int:
    """Watch live cameras, each through its own engine, and keep the cases.

    Cameras that fail are asked again for ever. Exit code 0: done. 3: done, and a camera was not live
    at the end. 2: bad input.
    """
    from scenarios.cli import watching  # noqa: PLC0415 - av and numba: not for `--help`

    texts = texts_for(lang)
    reports = watching.watch(estate, out or Path("out") / "live", duration, texts)
    return DONE if watching.seen_all(reports) else GATE_NOT_PASSED
