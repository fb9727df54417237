"""What `bconnect detector` does."""

import json
import math
import sys
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.table import Table

from detectors.detection import registry
from detectors.detection.conformance import conformance
from scenarios.datasets.bench import Benched, bench
from scenarios.datasets.metrics import Figure, all_of
from scenarios.texts import Texts

__all__ = ["bench", "check", "show_bench", "show_list"]

KINDS = (
    ("motion", "background subtraction, no weights", "cv2"),
    ("twin", "shipped weights, trained on rendered frames", "onnxruntime"),
    ("onnx:FILE", "any exported YOLO", "onnxruntime"),
    ("yolo:FILE", "weights of ultralytics", "ultralytics"),
    ("module:Class", "a class of your own", ""),
    ("oracle", "looks the truth up: in the twin only", ""),
)


def show_list(texts: Texts) -> None:
    """Print the detectors, what each is, and whether what it needs is installed."""
    table = Table()
    for heading in ("Name", "What it is", "Needs", "Installed"):
        table.add_column(texts.text(heading))
    for name, what, needs in KINDS:
        there = texts.text("yes" if not needs or find_spec(needs) else "no")
        table.add_row(name, texts.text(what), needs or "-", there)
    Console(highlight=False).print(table)


def check(name: str, texts: Texts) -> bool:
    """Print what became of each promise; return whether all were kept."""
    if "" not in sys.path:
        sys.path.insert(0, "")  # a class of your own lies where you are
    registry.build(name, None)
    found = conformance(lambda: registry.build(name, None))
    console = Console(highlight=False, soft_wrap=True)
    for one in found:
        mark = "FAIL" if one.fault else "PASS"
        console.print(
            f"{mark}  {texts.text(one.promise)}{': ' if one.fault else ''}{one.fault}", markup=False
        )
    return not any(one.fault for one in found)


def show_bench(done: Benched, file: Path | None, texts: Texts) -> None:
    """Print the figures, and write them where asked."""
    said = {"detector": done.detector, "pictures": done.pictures, "split": done.split}
    title = texts.text("{detector} on {pictures} pictures, {split}", **said)
    table = Table(title=title)
    for heading in ("Figure", "Value", "95 % interval", "Rests on"):
        table.add_column(texts.text(heading))
    for one in done.figures:
        table.add_row(one.what, _number(one.value), _interval(one), str(one.trials))
    table.add_row(texts.text("ms CPU a picture"), f"{done.ms_per_frame:.1f}", "-", str(done.pictures))
    console = Console(highlight=False)
    console.print(table)
    console.print(
        texts.text("mAP50 rests on groups of one camera and seed, recall on vehicles in rendered frames.")
    )
    if file:
        written = {"detector": done.detector, "split": done.split, "ms_per_frame": done.ms_per_frame}
        file.write_text(json.dumps({**written, "figures": all_of(done.figures)}, indent=1), encoding="utf-8")


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"


def _interval(one: Figure) -> str:
    return "-" if math.isnan(one.low) else f"{one.low:.3f} - {one.high:.3f}"
