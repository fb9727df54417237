"""`bconnect detector`: which there are, whether yours keeps its promises, how well one sees."""

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from scenarios.cli.terminal import GATE_NOT_PASSED, Language, bars, examples, texts_for

EXAMPLES = examples(
    "bconnect detector list",
    "bconnect detector check my_detector:BrightSpot",
    "bconnect detector bench twin --on data/random",
    "bconnect detector calibrate motion --date 2026-11-26 --out motion.json",
    "bconnect detector plates --n 200 --out out/plates.json",
    "bconnect detector train --on data/twin --out my.onnx --minutes 30",
)
DETECTOR_HELP = "A name of the list, onnx:FILE, yolo:FILE, or module:Class."
app = typer.Typer(help="Detectors: list them, check your own, measure one.", epilog=EXAMPLES)


@app.callback()
def detector() -> None:
    """Detectors: list them, check your own, measure one."""


@app.command("list", epilog=examples("bconnect detector list"))
def list_command(lang: Language = None) -> None:
    """Say which detectors there are and what each needs."""
    from scenarios.cli import detectors_at_work  # noqa: PLC0415 - OpenCV: not for `--help`

    detectors_at_work.show_list(texts_for(lang))


@app.command("check", epilog=examples("bconnect detector check my_detector:BrightSpot"))
def check_command(
    name: Annotated[str, typer.Argument(help=DETECTOR_HELP, metavar="NAME")], lang: Language = None
) -> None:
    """Try a detector against what the engine asks of one. Exit code 3 where a promise is broken."""
    from scenarios.cli import detectors_at_work  # noqa: PLC0415 - OpenCV: not for `--help`

    if not detectors_at_work.check(name, texts_for(lang)):
        raise typer.Exit(GATE_NOT_PASSED)


@app.command("bench", epilog=examples("bconnect detector bench twin --on data/random --json twin.json"))
def bench_command(
    name: Annotated[str, typer.Argument(help=DETECTOR_HELP, metavar="NAME")],
    *,
    on: Annotated[Path, typer.Option(help="A dataset of `bconnect dataset export`.")],
    split: Annotated[str, typer.Option(help="Which part of it.")] = "val",
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here too.")] = None,
    lang: Language = None,
) -> None:
    """Measure a detector: mAP50, recall by size and light, CPU milliseconds a picture."""
    from scenarios.cli import detectors_at_work  # noqa: PLC0415 - OpenCV: not for `--help`

    texts = texts_for(lang)
    with bars(texts) as progress:
        done = detectors_at_work.bench(name, on, split, progress)
    detectors_at_work.show_bench(done, json_file, texts)


@app.command(
    "plates",
    epilog=examples(
        "bconnect detector plates --n 24",
        "bconnect detector plates --n 3000 --seed 2001 --out out/plates.json",
    ),
)
def plates_command(
    *,
    n: Annotated[int, typer.Option("--n", min=1, max=1_000_000, help="Vehicles at kerbs to be read.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Draws cameras, vehicles and who stands by.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Write the figures here too (.json).")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; else one a core.")] = None,
    lang: Language = None,
) -> None:
    """Measure how well plates are read in rendered snapshots: exact, wrong, unreadable, with bounds.

    Cameras, light, vehicles and neighbours are drawn by the seed; about one second of CPU a vehicle.
    """
    from scenarios.cli import plate_bench  # noqa: PLC0415 - OpenCV, models: not for `--help`

    texts = texts_for(lang)
    with bars(texts) as progress:
        trials = plate_bench.plate_trials(n, seed, workers or os.cpu_count() or 1, progress)
    plate_bench.show_plates(trials, texts)
    if out:
        plate_bench.write_plates(trials, seed, out)


@app.command("train", epilog=examples("bconnect detector train --on data/twin --out my.onnx --minutes 30"))
def train_command(
    *,
    on: Annotated[Path, typer.Option(help="A dataset of `bconnect dataset export` or `dataset twin`.")],
    out: Annotated[Path, typer.Option(help="Where to write the model (.onnx).")],
    minutes: Annotated[float, typer.Option(min=0.1, max=10_000, help="How long to train.")] = 30.0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the training.")] = 1,
) -> None:
    """Train a small YOLO on a dataset, by the recipe of the shipped weights (needs the extra `yolo`)."""
    from detectors.detection.yolo import train_narrow  # noqa: PLC0415 - not for `--help`

    train_narrow(on, out, minutes=minutes, seed=seed)


@app.command(
    "calibrate", epilog=examples("bconnect detector calibrate motion --date 2026-11-26 --out motion.json")
)
def calibrate_command(  # noqa: PLR0913 - one parameter an option
    name: Annotated[str, typer.Argument(help=f"oracle, or: {DETECTOR_HELP}", metavar="NAME")],
    *,
    out: Annotated[Path, typer.Option(help="Where to write the curves (.json).")],
    date: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The day that the curves are to carry.")
    ],
    scenario: Annotated[str, typer.Option(help="Whose traffic is watched, name or path.")] = "beruang-madu",
    views: Annotated[int, typer.Option(min=2, max=2000, help="Random cameras to fit on.")] = 36,
    tried: Annotated[int, typer.Option(min=0, max=2000, help="Further cameras, to try the curves on.")] = 12,
    cameras: Annotated[int, typer.Option(min=1, max=100, help="Cameras a seed.")] = 4,
    seed: Annotated[int, typer.Option(min=0, help="First seed.")] = 401,
    weather: Annotated[str, typer.Option(help="Weathers, with commas between them.")] = "clear,rain,haze",
    seconds: Annotated[
        float, typer.Option(min=2, max=3600, help="How long each camera looks in each light and weather.")
    ] = 20.0,
    cache: Annotated[
        Path | None, typer.Option(help="Folder that keeps what was watched; else out/calibrate/NAME.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; else one a core.")] = None,
    lang: Language = None,
) -> None:
    """Fit the curves of analytic sensing for a detector on rendered runs, and try them on other views.

    Interrupted, the same command goes on where it was.
    """
    from scenarios.cli import calibrating_curves  # noqa: PLC0415 - numba, OpenCV: not for `--help`

    texts = texts_for(lang)
    asked = calibrating_curves.asked(
        name, scenario, date.date().isoformat(), views=views, tried=tried, cameras=cameras, seed=seed,
        weather=weather, seconds=seconds,
    )  # fmt: skip
    with bars(texts) as progress:
        done = calibrating_curves.run(asked, workers or os.cpu_count() or 1, cache, progress)
    calibrating_curves.write_curves(done, out)
    calibrating_curves.show(done, out, texts)
