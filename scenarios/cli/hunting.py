"""What `bconnect hunt` does: the hunt, its page of figures, the worst scenes as pictures and files."""

import json
from pathlib import Path
from typing import Any

import cv2
from rich.console import Console
from rich.table import Table

from scenarios.hunting.fixtures import told_of
from scenarios.hunting.hunt import Asked, Bag, hunt, quarry_of
from scenarios.hunting.pictures import sheet
from scenarios.hunting.scenes import judged
from scenarios.progress import Progress
from scenarios.staging import staged
from scenarios.texts import Texts

DATA = "hunt.json"
SHOWN = 4


def run(asked: Asked, seconds: float, workers: int, seed: int, out: Path, progress: Progress) -> Bag:
    """Hunt, and write hunt.json, the worst scenes and their pictures to `out`; raises InputError.

    With a planted fault it stops at the first find.
    """
    quarry_of(asked)
    with staged(out, DATA) as stage:
        bag = hunt(
            asked, seconds=seconds, workers=workers, seed=seed, stop_at_first=bool(asked.plant),
            progress=progress,
        )  # fmt: skip
        _write(bag, stage)
    return bag


def _write(bag: Bag, out: Path) -> None:
    quarry = quarry_of(bag.asked)
    for number, point in enumerate(bag.worst[:SHOWN], 1):
        scene = quarry.scene(point.place)
        said = judged(quarry, scene)
        told = told_of(bag.asked.rule, scene, said, point.score)
        (out / f"scene-{number}.json").write_text(
            json.dumps(told, separators=(",", ":")) + "\n", encoding="utf-8"
        )
        cv2.imwrite(str(out / f"scene-{number}.jpg"), sheet(quarry.street, scene, said))
    (out / DATA).write_text(json.dumps(document(bag), indent=1) + "\n", encoding="utf-8")


def document(bag: Bag) -> dict[str, Any]:
    """Return hunt.json."""
    quarry = quarry_of(bag.asked)
    between = None if bag.interval is None else [bag.interval.low, bag.interval.high]
    return {
        "rule": bag.asked.rule,
        "errors_of": bag.asked.detector,
        "planted": bag.asked.plant,
        "how": "analytic tracks, whose errors of place are those measured on rendered frames",
        "counted": {"scenes": bag.scenes, "wrongful": bag.found, "upper_95": bag.bound},
        "climbs": {
            "number": bag.climbs, "arrived": bag.arrived, "scenes": bag.climbed_scenes,
            "rate": bag.rate, "interval_95": between,
        },
        "seconds": round(bag.lasted_s, 1),
        "first_find_s": None if bag.first_s is None else round(bag.first_s, 1),
        "worst": [point.score for point in bag.worst],
        "assumed": [
            {"what": one.name, "unit": one.unit, "why": one.why, "median": one.of(0.0),
             "from": one.of(-1.96), "to": one.of(1.96)}
            for one in quarry.nuisances
        ],
    }  # fmt: skip


def show(bag: Bag, out: Path, at_most: float, texts: Texts) -> None:
    """Print what was assumed, what was counted, and where the worst scenes are."""
    console = Console(highlight=False, soft_wrap=True)
    told = document(bag)
    table = Table(title=texts.text("Hunt of {rule}: what varies", rule=bag.asked.rule))
    for heading in ("What", "Unit", "from", "median", "to", "Why"):
        table.add_column(texts.text(heading))
    for one in told["assumed"]:
        spread = (f"{one[name]:.3g}" for name in ("from", "median", "to"))
        table.add_row(one["what"], one["unit"], *spread, one["why"])
    console.print(table)
    said = {"scenes": bag.scenes, "found": bag.found, "bound": f"{bag.bound:.1e}"}
    console.print(
        texts.text(
            "Counted: {found} of {scenes} innocent scenes accused; rate at most {bound} (95 %)", **said
        )
    )
    rate = "0" if not bag.rate else f"{bag.rate:.1e}"
    console.print(
        texts.text(
            "Climbs: {arrived} of {climbs} arrived, {scenes} scenes; rate {rate} by subset simulation",
            arrived=bag.arrived,
            climbs=bag.climbs,
            scenes=bag.climbed_scenes,
            rate=rate,
        )
    )
    if bag.first_s is not None:
        console.print(texts.text("First find after {seconds} s", seconds=f"{bag.first_s:.1f}"))
    if bag.bound > at_most:
        console.print(texts.text("Not proved: at most {at_most} was wanted", at_most=f"{at_most:.0e}"))
    console.print(texts.text("Worst scenes: {path}", path=out), markup=False)
