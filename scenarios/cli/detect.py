"""`bconnect detect`: the engine on a recording."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from scenarios.cli.terminal import Language, bars, examples, texts_for
from scenarios.recorded import DetectOutcome
from scenarios.recorded import detect as run_detection
from scenarios.texts import Texts

EXAMPLES = examples(
    "bconnect detect street.mp4",
    "bconnect detect street.mp4 --site street --start 16:30",
    "bconnect detect pictures/ --site my-site.toml --start 2025-11-27T16:30:00 --out out/pictures",
)


def detect(  # noqa: PLR0913 - one parameter an option
    source: Annotated[Path, typer.Argument(help="A video file, or a folder of pictures.")],
    *,
    site: Annotated[str | None, typer.Option(help="Site file of the camera, name or path.")] = None,
    start: Annotated[str | None, typer.Option(help="Local time of the first frame: 16:30, or ISO.")] = None,
    detector: Annotated[str, typer.Option(help="Which detector.")] = "motion",
    lang: Language = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the result; else out/SOURCE.")] = None,
) -> None:
    """Find and follow vehicles in a recording, judge them, and keep the cases.

    Without a site file everything stays in pixels and no rule is judged. Without a time of day, rules
    with a time window say UNDETERMINED.
    """
    texts = texts_for(lang)
    with bars(texts) as progress:
        outcome = run_detection(
            source,
            out=out or Path("out") / (source.stem or "recording"),
            site=site,
            start=start,
            detector=detector,
            progress=progress,
        )
    show(outcome, texts)


def show(outcome: DetectOutcome, texts: Texts) -> None:
    """Say what was found, what could not be judged and why, and where the result is."""
    console = Console(highlight=False, soft_wrap=True)
    counts = {"frames": outcome.frames, "tracks": outcome.tracks, "cases": len(outcome.cases)}
    console.print(texts.text("{frames} frames, {tracks} tracks, {cases} cases", **counts), markup=False)
    for note in outcome.notes:
        console.print(texts.text(note), markup=False)
    for rule, reason, number in outcome.undetermined:
        said = f"{texts.text(rule)}: {number} x {texts.text('undetermined')} ({texts.text(reason)})"
        console.print(said, markup=False)
    console.print(texts.text("Result: {path}", path=outcome.out), markup=False)
