"""What `bconnect detector calibrate` does."""

import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from detectors.detection import registry
from scenarios.experiments.calibrate import Calibrated, calibrate, write_curves
from scenarios.experiments.held_out import Foretold
from scenarios.experiments.trials import HOURS, TrialSpec
from scenarios.progress import Progress
from scenarios.spec import load_scenario
from scenarios.texts import Texts

ORACLE = "oracle"
FIRST = 401
__all__ = ["run", "show", "write_curves"]


def run(
    detector: str, scenario: str, made_on: str, seeds: int, cameras: int, workers: int, progress: Progress
) -> Calibrated:
    """Watch `cameras` random views of each seed, fit, and try on views left out."""
    if detector != ORACLE:
        if "" not in sys.path:
            sys.path.insert(0, "")  # a class of your own lies where you are
        registry.build(detector, None)  # what is not there is told before anything is rendered
    spec = TrialSpec(load_scenario(scenario), detector, cameras=cameras, hours=HOURS)
    return calibrate(spec, made_on, tuple(range(FIRST, FIRST + seeds)), workers, progress)


def show(done: Calibrated, file: Path, texts: Texts) -> None:
    """Print how the curves did on views that they were not fitted on, and where they are."""
    console = Console(highlight=False)
    on = done.curves.fitted_on
    said = {"sightings": on.sightings, "vehicles": on.vehicles, "views": len(on.views)}
    console.print(
        texts.text("Fitted on {sightings} sightings of {vehicles} vehicles in {views} views", **said),
        soft_wrap=True,
    )
    for title, rows in (
        ("Recall on views left out of the fit", done.recall),
        ("False alarms a frame on views left out of the fit", done.false_alarms),
    ):
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
