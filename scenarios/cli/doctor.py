"""`bconnect doctor`: which optional parts are installed, and how to get the rest."""

import platform
import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scenarios.cli.terminal import examples

EXAMPLES = examples("bconnect doctor")
NEEDED = (
    "numpy",
    "opencv-python-headless",
    "av",
    "numba",
    "onnxruntime",
    "rapidocr",
    "simpy",
    "networkx",
    "sqlalchemy",
)


@dataclass(frozen=True, slots=True)
class Part:
    """An optional part: a package, or a program on the path, and what it is for."""

    name: str
    purpose: str
    how_to_get: str
    programs: tuple[str, ...] = ()

    def found(self) -> str:
        """Return the version of the package or the path of the program, "" where there is none."""
        if self.programs:
            return next((path for path in map(shutil.which, self.programs) if path), "")
        try:
            return version(self.name)
        except PackageNotFoundError:
            return ""


OPTIONAL = (
    Part("ultralytics", "YOLO weights (.pt), and training", "pip install bconnect-twin[yolo]"),
    Part("torch", "runs ultralytics", "pip install bconnect-twin[yolo]"),
    Part("pygame-ce", "the trainer for officers", "pip install bconnect-twin[trainer]"),
    Part("reportlab", "case files and letters as PDF", "pip install bconnect-twin[pdf]"),
    Part("pyarrow", "floating car data as Parquet", "pip install bconnect-twin[parquet]"),
    Part("ffmpeg", "watching streams by hand", "apt-get install ffmpeg", ("ffmpeg",)),
    Part(
        "chromium",
        "reports as PDF",
        "apt-get install chromium",
        ("chromium", "chromium-browser", "google-chrome"),
    ),
)


def doctor() -> None:
    """Say which optional parts are installed and how to get the rest; nothing needs them to run."""
    table = Table(title=f"Python {platform.python_version()}, bconnect-twin {version('bconnect-twin')}")
    for heading in ("Part", "Found", "For", "How to get it"):
        table.add_column(heading, no_wrap=heading == "How to get it")
    for name in NEEDED:
        table.add_row(name, version(name), "needed", "")
    for part in OPTIONAL:
        found = part.found()
        table.add_row(part.name, found or "no", part.purpose, "" if found else escape(part.how_to_get))
    Console(highlight=False).print(table)
