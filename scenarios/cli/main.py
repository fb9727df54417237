"""The program `bconnect`: its commands, and how an error reaches the user (one line, exit code 2)."""

import sys
from collections.abc import Sequence

import cv2
import typer
from rich.console import Console
from typer.exceptions import TyperException

from detectors.archive.store import StoreError
from detectors.detection.errors import DetectorError
from hardware_adapters.credentials import Mask
from hardware_adapters.errors import SourceError
from hardware_adapters.publish.ports import PublishError
from hardware_adapters.recorded_signals import SignalsError
from hardware_adapters.recorded_snapshots import SnapshotsError
from scenarios.cli import (
    cameras,
    cameras_check,
    cameras_show,
    case_export,
    case_privacy,
    case_quiz,
    case_seals,
    case_stats,
    case_steps,
    cases,
    compare,
    dataset,
    detect,
    detector,
    doctor,
    hunt,
    live,
    network,
    place,
    publish,
    rollout,
    scenario_list,
    site,
    traffic,
    trainer,
    validate,
)
from scenarios.cli.terminal import BAD_INPUT, DONE, examples
from scenarios.errors import InputError
from twin.cameras.curves import CurvesError
from twin.network.model import NetworkError

BAD_INPUTS = (
    InputError,
    NetworkError,
    SourceError,
    StoreError,
    SignalsError,
    SnapshotsError,
    PublishError,
    DetectorError,
    CurvesError,
    OSError,
    TyperException,
)
INTERRUPTED = 130

app = typer.Typer(
    name="bconnect",
    help="Balikpapan's traffic cameras and their enforcement engine, simulated and on recordings.",
    epilog=examples(
        "bconnect validate beruang-madu --short",
        "bconnect detect street.mp4 --site my-site.toml --start 16:30",
        "bconnect cases list out/beruang-madu",
    ),
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
cameras.app.command("check", epilog=cameras_check.EXAMPLES)(cameras_check.check)
cameras.app.command("show", epilog=cameras_show.EXAMPLES)(cameras_show.show)
cameras.app.command("publish", epilog=publish.EXAMPLES)(publish.publish)
cases.app.command("verify", epilog=case_seals.VERIFY_EXAMPLES)(case_seals.verify)
cases.app.command("seal", epilog=case_seals.SEAL_EXAMPLES)(case_seals.seal)
cases.app.command("key", epilog=case_seals.KEY_EXAMPLES)(case_seals.key)
cases.app.command("purge", epilog=case_privacy.PURGE_EXAMPLES)(case_privacy.purge)
cases.app.command("audit", epilog=case_privacy.AUDIT_EXAMPLES)(case_privacy.audit)
cases.app.command("pictures", epilog=case_privacy.PICTURES_EXAMPLES)(case_privacy.pictures)
cases.app.command("review", epilog=case_steps.REVIEW_EXAMPLES)(case_steps.review)
cases.app.command("step", epilog=case_steps.STEP_EXAMPLES)(case_steps.step)
cases.app.command("export", epilog=case_export.EXAMPLES)(case_export.export)
cases.app.command("stats", epilog=case_stats.EXAMPLES)(case_stats.stats)
cases.app.command("quiz", epilog=case_quiz.EXAMPLES)(case_quiz.quiz)
app.command("validate", epilog=validate.EXAMPLES)(validate.validate)
app.command("rollout", epilog=rollout.EXAMPLES)(rollout.rollout)
app.command("detect", epilog=detect.EXAMPLES)(detect.detect)
app.command("live", epilog=live.EXAMPLES)(live.live)
app.command("compare", epilog=compare.EXAMPLES)(compare.compare)
app.command("place", epilog=place.EXAMPLES)(place.place)
app.command("trainer", epilog=trainer.EXAMPLES)(trainer.trainer)
app.command("hunt", epilog=hunt.EXAMPLES)(hunt.hunt_command)
app.command("doctor", epilog=doctor.EXAMPLES)(doctor.doctor)
app.add_typer(cameras.app, name="cameras")
app.add_typer(cases.app, name="cases")
app.add_typer(dataset.app, name="dataset")
app.add_typer(detector.app, name="detector")
app.add_typer(network.app, name="network")
app.add_typer(scenario_list.app, name="scenarios")
app.add_typer(site.app, name="site")
app.add_typer(traffic.app, name="traffic")


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code: 0 done, 3 gate not passed, 2 bad input."""
    cv2.setNumThreads(1)
    try:
        code = app(list(arguments) or ["--help"], prog_name="bconnect", standalone_mode=False)
    except BAD_INPUTS as error:
        Console(stderr=True, soft_wrap=True, highlight=False).print(f"error: {_line(error)}", markup=False)
        return BAD_INPUT
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    return code if isinstance(code, int) else DONE


def run() -> None:
    """Run the program with the arguments of the command line."""
    sys.exit(main(sys.argv[1:]))


def _line(error: Exception) -> str:
    if isinstance(error, TyperException):
        said = error.format_message()
    elif isinstance(error, OSError) and error.filename is not None:
        said = f"{error.filename}: {error.strerror}"
    else:
        said = str(error)
    return Mask().text(" ".join(said.split()))
