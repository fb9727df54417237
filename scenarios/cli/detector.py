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
    "bconnect detector bench twin --on out/dataset",
    "bconnect detector calibrate motion --date 2026-11-26 --out motion.json",
    "bconnect detector plates --n 200 --out out/plates.json",
    "bconnect detector train twin --work out/training",
)
BENCH_EXAMPLES = examples(
    "bconnect detector bench twin --on out/dataset --out out/bench-twin",
    "bconnect detector bench my_detector:BrightSpot --on beruang-madu --fail-under 0.5",
    "bconnect detector bench --compare twin twin@size=1280x720,score=0.3 --on beller --cameras 8",
    "bconnect detector bench motion --on street.mp4 --labels street.csv",
)
DETECTOR_HELP = "A name of the list, onnx:FILE, yolo:FILE, or module:Class; score=, size= after an @."
CountedBy = Annotated[
    list[Path] | None, typer.Option(help="Fit to what a bench.json counted instead; may be repeated.")
]
TriedOn = Annotated[list[Path] | None, typer.Option(help="With --bench: other ones, to try the curves on.")]
Rest = Annotated[
    str, typer.Option(help="With --bench: curves that have what no bench measures, name or file.")
]
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


@app.command("bench", epilog=BENCH_EXAMPLES)
def bench_command(  # noqa: PLR0913 - one parameter an option
    name: Annotated[
        str | None, typer.Argument(help=DETECTOR_HELP, metavar="NAME", show_default=False)
    ] = None,
    *,
    on: Annotated[str, typer.Option(help="A dataset of `dataset export`, a scenario, or a recording.")],
    out: Annotated[Path, typer.Option(help="Folder of bench.json and bench.html.")] = Path("out/bench"),
    compare: Annotated[
        tuple[str, str] | None, typer.Option(help="Two detectors side by side, in place of NAME.")
    ] = None,
    fail_under: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Exit code 3 where mAP50 is less than this.")
    ] = None,
    split: Annotated[str, typer.Option(help="Of a dataset: which part of it.")] = "val",
    labels: Annotated[
        Path | None, typer.Option(help="Of a recording: CSV with vehicle,class,frame,x0,y0,x1,y1.")
    ] = None,
    site: Annotated[str | None, typer.Option(help="Of a recording: site file of its camera.")] = None,
    cameras: Annotated[
        int, typer.Option(min=0, max=500, help="Of a scenario: so many random ones, not its plan.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="Of a scenario: first seed.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="Of a scenario: how many.")] = 1,
    seconds: Annotated[
        float, typer.Option(min=1, max=3600, help="Of a scenario: in each of four lights.")
    ] = 10.0,
    fps: Annotated[float, typer.Option(min=0.1, max=5, help="Of a scenario: pictures a second.")] = 2.0,
    weather: Annotated[
        str, typer.Option(help="Of a scenario: clear, rain, haze, with commas; else its own.")
    ] = "",
    lang: Language = None,
) -> None:
    """Measure a detector, or two side by side: how well it sees, what it misses, what it costs.

    mAP, precision and recall by class, size, light, weather and cover, false alarms, tracking, CPU
    milliseconds a stage; 95 % intervals over cameras and seeds. Settings may follow an @ in the name.
    """
    from scenarios.cli import benching  # noqa: PLC0415 - numba, OpenCV: not for `--help`

    texts = texts_for(lang)
    settings = benching.settings_of(name, compare)
    asked = benching.asked(
        split=split, labels=labels, seeds=tuple(range(seed, seed + seeds)), cameras=cameras,
        seconds=seconds, fps=fps, weather=weather, site=site,
    )  # fmt: skip
    with bars(texts) as progress:
        told = benching.run(settings, on, asked, out, progress, texts.language)
    benching.show(told, out, texts)
    if fail_under is not None and benching.fails(told, fail_under):
        raise typer.Exit(GATE_NOT_PASSED)


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
    keep: Annotated[
        Path | None, typer.Option(help="Folder for what is done, so that an interrupted run goes on.")
    ] = None,
    lang: Language = None,
) -> None:
    """Measure how well plates are read in rendered snapshots: exact, wrong, unreadable, with bounds.

    Cameras, light, vehicles and neighbours are drawn by the seed; about one second of CPU a vehicle.
    """
    from scenarios.cli import plate_bench  # noqa: PLC0415 - OpenCV, models: not for `--help`

    texts = texts_for(lang)
    with bars(texts) as progress:
        trials = plate_bench.plate_trials(n, seed, workers or os.cpu_count() or 1, progress, keep)
    plate_bench.show_plates(trials, texts)
    if out:
        plate_bench.write_plates(trials, seed, out)


@app.command(
    "train",
    epilog=examples(
        "bconnect detector train twin --work out/training",
        "bconnect detector train my-recipe.toml --work out/mine",
    ),
)
def train_command(
    recipe: Annotated[str, typer.Argument(help="twin, smoke, or the path of a recipe (TOML).")],
    *,
    work: Annotated[Path, typer.Option(help="Folder for pictures, weights, benches, card.")],
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; else one a core.")] = None,
    lang: Language = None,
) -> None:
    """Make weights by a recipe: render pictures, train, export to ONNX, bench, write the card.

    Needs the extra `yolo`. Interrupted and called again, it goes on from where it was; takes a GPU where
    there is one.
    """
    from scenarios.cli import teaching  # noqa: PLC0415 - numba, OpenCV: not for `--help`

    texts = texts_for(lang)
    with bars(texts) as progress:
        made = teaching.make_weights(recipe, work, workers, progress, texts.language)
    teaching.show(made, texts)


@app.command(
    "calibrate",
    epilog=examples(
        "bconnect detector calibrate motion --date 2026-11-26 --out motion.json",
        "bconnect detector calibrate twin --date 2026-11-26 --bench out/val/bench.json"
        " --tried-bench out/test/bench.json --out twin.json",
    ),
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
    bench: CountedBy = None,
    tried_bench: TriedOn = None,
    rest: Rest = "motion",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; else one a core.")] = None,
    lang: Language = None,
) -> None:
    """Fit the curves of analytic sensing for a detector on rendered runs, and try them on other views.

    Interrupted, the same command goes on where it was. With --bench nothing is rendered: recall and false
    detections are those of the bench; how long a vehicle goes unseen, how far off its place is and how
    often its track changes are those of --rest.
    """
    from scenarios.cli import calibrating_curves  # noqa: PLC0415 - numba, OpenCV: not for `--help`

    texts = texts_for(lang)
    if bench:
        done = calibrating_curves.from_benches(name, date.date().isoformat(), bench, tried_bench or [], rest)
    else:
        asked = calibrating_curves.asked(
            name, scenario, date.date().isoformat(), views=views, tried=tried, cameras=cameras, seed=seed,
            weather=weather, seconds=seconds,
        )  # fmt: skip
        with bars(texts) as progress:
            done = calibrating_curves.run(asked, workers or os.cpu_count() or 1, cache, progress)
    calibrating_curves.write_curves(done, out)
    calibrating_curves.show(done, out, texts)
