"""What `bconnect detector calibrate` does."""

import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from detectors.detection import registry
from scenarios.curve_names import curves_named
from scenarios.errors import InputError
from scenarios.experiments.bench_fit import counted, fit_bench
from scenarios.experiments.calibrate import Asked, Calibrated, calibrate, write_curves
from scenarios.experiments.held_out import Foretold
from scenarios.experiments.trials import TrialSpec
from scenarios.progress import Progress
from scenarios.spec import load_scenario
from scenarios.texts import Texts
from scenarios.weather_files import weather_named
from twin.cameras.curves import DetectorCurves

ORACLE = "oracle"
__all__ = ["asked", "from_benches", "run", "show", "write_curves"]


def asked(  # noqa: PLR0913 - one parameter an option
    detector: str, scenario: str, made_on: str, *, views: int, tried: int, cameras: int, seed: int,
    weather: str, seconds: float,
) -> Asked:  # fmt: skip
    """Return what is to be fitted on what; raises InputError for a detector or weather that is not there."""
    if detector != ORACLE:
        if "" not in sys.path:
            sys.path.insert(0, "")  # a class of your own lies where you are
        registry.build(detector, None)  # what is not there is told before anything is rendered
    skies = tuple(weather_named(one.strip()).sky for one in weather.split(","))
    trial = TrialSpec(
        load_scenario(scenario),
        detector,
        cameras=cameras,
        lasting_s=seconds,
        weathers=tuple(dict.fromkeys(skies)),
    )
    fit, rest = (-(-count // cameras) for count in (views, tried))
    return Asked(trial, made_on, tuple(range(seed, seed + fit)), tuple(range(seed + fit, seed + fit + rest)))


def run(what: Asked, workers: int, cache: Path | None, progress: Progress) -> Calibrated:
    """Watch what is not watched yet, fit, and try on the other views."""
    name = "".join(letter if letter.isalnum() else "-" for letter in what.trial.detector)
    return calibrate(what, workers, progress, cache or Path("out") / "calibrate" / name)


def from_benches(name: str, made_on: str, files: list[Path], tried: list[Path], rest: str) -> Calibrated:
    """Return curves from what benches counted; raises InputError."""
    curves = curves_named(rest, name)
    if not isinstance(curves, DetectorCurves):
        msg = f"--rest {rest}: expected curves that were fitted, by name or as a file"
        raise InputError(msg)
    return fit_bench(name, made_on, counted(files, name), curves, counted(tried, name) if tried else None)


def show(done: Calibrated, file: Path, texts: Texts) -> None:
    """Print how the curves did on views that they were not fitted on, and where they are."""
    console = Console(highlight=False)
    on = done.curves.fitted_on
    said = {"sightings": on.sightings, "vehicles": on.vehicles, "views": len(on.views)}
    console.print(
        texts.text("Fitted on {sightings} sightings of {vehicles} vehicles in {views} views", **said),
        soft_wrap=True,
    )
    console.print(texts.text("Form: {form}", form=texts.text(done.curves.form)), markup=False, soft_wrap=True)
    held = done.tried or done.by_others
    for title, rows in (
        ("Recall on views left out of the fit", held.recall),
        ("False alarms a frame on views left out of the fit", held.false_alarms),
    ):
        if not rows:
            continue
        table = Table(title=texts.text(title))
        for heading in ("Part", "Rests on", "Measured", "95 % interval", "Curves say", "Off by"):
            table.add_column(texts.text(heading))
        for row in rows:
            table.add_row(*_cells(row))
        console.print(table)
    console.print(texts.text("Curves: {path}", path=file), markup=False, soft_wrap=True)


def _cells(row: Foretold) -> tuple[str, ...]:
    return (
        row.part, str(row.n), f"{row.measured:.3f}", f"{row.low:.3f} - {row.high:.3f}",
        f"{row.said:.3f}", f"{row.off:+.3f}",
    )  # fmt: skip
