"""`bconnect detect`: the engine on a recording."""

from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.terminal import Language, bars, examples, texts_for

EXAMPLES = examples(
    "bconnect detect street.mp4",
    "bconnect detect street.mp4 --site my-site.toml --start 16:30",
    "bconnect detect pictures/ --site my-site.toml --start 2025-11-27T16:30:00 --out out/pictures",
)
SITE_HELP = "Site file of the camera, name or path; scenarios/library/sites/contoh.toml is one to copy."


def detect(
    source: Annotated[Path, typer.Argument(help="A video file, or a folder of pictures.")],
    *,
    site: Annotated[
        str | None,
        typer.Option(
            help="Site file of the camera, name or path; scenarios/library/sites/contoh.toml is one to copy."
        ),
    ] = None,
    start: Annotated[str | None, typer.Option(help="Local time of the first frame: 16:30, or ISO.")] = None,
    detector: Annotated[str, typer.Option(help="Which detector.")] = "motion",
    lang: Language = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the result; else out/SOURCE.")] = None,
) -> None:
    """Find and follow vehicles in a recording, judge them, and keep the cases.

    Without a site file everything stays in pixels and no rule is judged. Without a time of day, rules
    with a time window say UNDETERMINED.
    """
    from scenarios.cli import detection  # noqa: PLC0415 - av and numba: not for `--help`

    texts = texts_for(lang)
    with bars(texts) as progress:
        outcome = detection.detect(
            source,
            out=out or Path("out") / (source.stem or "recording"),
            site=site,
            start=start,
            detector=detector,
            progress=progress,
        )
    detection.show(outcome, texts)
