"""`bconnect dataset`: labelled pictures of the twin for training and measuring detectors."""

from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.terminal import Language, bars, examples, texts_for

EXAMPLES = examples(
    "bconnect dataset export beruang-madu --seeds 3 --frames 50 --out data/beruang-madu",
    "bconnect dataset export beller --random-cameras 12 --all-light --every 6 --out data/random",
    "bconnect dataset export beller --random-cameras 12 --seeds 8 --randomise --out data/varied",
    "bconnect dataset export beruang-madu --every 0.5 --frames 200 --format mot --out data/tracks",
)
app = typer.Typer(
    help="Labelled pictures of the twin: YOLO, COCO and MOT, with exact truth.", epilog=EXAMPLES
)


@app.callback()
def dataset() -> None:
    """Labelled pictures of the twin: YOLO, COCO and MOT, with exact truth."""


@app.command("export", epilog=EXAMPLES)
def export_command(  # noqa: PLR0913 - one parameter an option
    scenario: Annotated[str, typer.Argument(help="Name of a scenario, or the path of its file.")],
    *,
    out: Annotated[Path, typer.Option(help="Folder to make; an earlier dataset there is replaced.")],
    plan: Annotated[str | None, typer.Option(help="Plan of cameras; else the scenario's.")] = None,
    random_cameras: Annotated[
        int, typer.Option(min=0, max=500, help="So many random cameras, in place of a plan.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="First seed.")] = 1,
    seeds: Annotated[
        int, typer.Option(min=1, max=1000, help="How many; the last one is for validation.")
    ] = 1,
    frames: Annotated[int, typer.Option(min=1, max=100_000, help="Pictures a camera and seed.")] = 20,
    every: Annotated[float, typer.Option(min=0.2, max=3600, help="Seconds between them.")] = 5.0,
    all_light: Annotated[bool, typer.Option("--all-light", help="Light from dawn to night.")] = False,
    randomise: Annotated[
        bool,
        typer.Option(
            "--randomise", help="Vary cameras, light, weather, streets, fleets beyond what is real."
        ),
    ] = False,
    form: Annotated[str, typer.Option("--format", help="yolo, coco, both, or mot (sequences).")] = "both",
    lang: Language = None,
) -> None:
    """Photograph a scenario. Train and validation share no camera and, from two seeds on, no seed."""
    from scenarios.cli import exporting  # noqa: PLC0415 - numba, OpenCV: not for `--help`

    texts = texts_for(lang)
    spec = exporting.make_spec(
        scenario, plan, random_cameras, seeds=tuple(range(seed, seed + seeds)), frames=frames, every_s=every,
        all_light=all_light, randomise=randomise,
    )  # fmt: skip
    with bars(texts) as progress:
        done = exporting.export(spec, out, form, progress, texts.language)
    exporting.show(done, texts)
