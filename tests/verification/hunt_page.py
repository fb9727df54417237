"""The proof of the hunt: how rarely rules accuse an innocent, the worst scenes, and that faults are found.

Three rules are hunted for the same time with every core, by draws that no test uses. That a rule accuses
nobody is worth nothing if it accuses nobody at all: of the guilty in the same kinds of scenes, the share that
is accused stands beside it. Faults are planted, and have to be found within FIND_S.
"""

import argparse
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from detectors.datatypes.arrays import UInt8Array
from detectors.datatypes.violations import VerdictKind
from scenarios.experiments.intervals import lower_bound
from scenarios.hunting.fixtures import told_of
from scenarios.hunting.hunt import PLANTS, QUARRIES, Asked, Bag, hunt, quarry_of
from scenarios.hunting.pictures import sheet
from scenarios.hunting.scenes import judged
from tests.verification.page import Finding, Table
from twin.randomness import Seed

SEED = 72611
LONG_MIN, SHORT_MIN = 30.0, 1.5
RARE = 1e-4
FIND_S = 120.0
LONG_GUILTY, SHORT_GUILTY = 300, 30
LEAST_CAUGHT = 0.25  # of the guilty [?]: less would mean that the rule is silent, not right
SHOWN = 2  # worst scenes a rule, as pictures
WIDE_PX, TALL_PX, MOST_BYTES = 960, 540, 60_000
RINGS = (
    "From the beginning of what was judged to its end. Green rings are where vehicles truly were, red ones "
    "where the engine believed them."
)
PLANTED = {
    "limit": "the limit of the site is 10 km/h too low",
    "plates": "vehicles are named by the plate of the next",
    "lag": "signals are told 1 s before they change",
}
NOTE = (
    "A scene has at least one innocent, so that the share of scenes with a wrong accusation is the rate per "
    "true non-violation or more. Bounds are those of plain counting (Clopper and Pearson, one-sided, 95 %), "
    "which assume nothing of the method; climbs (subset simulation) look for what counting does not meet, "
    "and a climb that does not arrive proves nothing. All are rates of these scenes, of which the shares are "
    "made up: a street has fewer drivers who nearly break the law."
)


@dataclass(frozen=True, slots=True)
class Guilty:
    """How many guilty were in scenes of a rule, and how many of them it accused."""

    rule: str
    n: int
    caught: int


@dataclass(frozen=True, slots=True, eq=False)
class Hunted:
    """What was hunted and found: a bag a rule, the guilty, and a bag for each planted fault."""

    bags: tuple[Bag, ...]
    guilty: tuple[Guilty, ...]
    plants: tuple[Bag, ...]


def minutes(options: argparse.Namespace) -> float:
    """Return for how long all rules together are hunted."""
    return float(options.minutes or (SHORT_MIN if options.short else LONG_MIN))


def extent(options: argparse.Namespace) -> str:
    """Say how far the proof goes."""
    return f"{minutes(options):g} minutes for {len(QUARRIES)} rules, {os.cpu_count()} processes, seed {SEED}"


def prove(options: argparse.Namespace) -> Finding:
    """Hunt, plant faults, draw the worst scenes beside the page, and tell what was found."""
    cores = os.cpu_count() or 1
    each_s = 60 * minutes(options) / len(QUARRIES)
    number = SHORT_GUILTY if options.short else LONG_GUILTY
    hunted = Hunted(
        tuple(_hunted(Asked(rule), each_s, cores) for rule in QUARRIES),
        tuple(guilty_of(rule, number) for rule in QUARRIES),
        tuple(
            _hunted(Asked(rule, plant=fault), FIND_S, cores) for rule, fault in planted(short=options.short)
        ),
    )
    return finding(hunted, options.out)


def _hunted(asked: Asked, seconds: float, cores: int) -> Bag:
    """Hunt, with a planted fault until it is found, and say in a line how it went: a proof lasts long."""
    bag = hunt(asked, seconds=seconds, workers=cores, seed=SEED, stop_at_first=bool(asked.plant))
    first = "no find" if bag.first_s is None else f"first find after {bag.first_s:.1f} s"
    sys.stdout.write(
        f"hunt: {asked.rule} {asked.plant or 'as it is'}: {bag.found} of {bag.scenes} scenes counted, "
        f"{bag.arrived} of {bag.climbs} climbs arrived, {first}, {bag.lasted_s:.0f} s\n"
    )
    sys.stdout.flush()
    return bag


def planted(*, short: bool) -> tuple[tuple[str, str], ...]:
    """Return the faults to plant with the rules that they are planted for; each fault once in short form."""
    pairs = [(rule, fault) for rule, faults in PLANTS.items() for fault in faults]
    return tuple({fault: (rule, fault) for rule, fault in pairs}.values() if short else pairs)


def guilty_of(rule: str, number: int) -> Guilty:
    """Return how many of so many guilty a rule accuses, in scenes like those that are hunted."""
    quarry, draw = quarry_of(Asked(rule)), Seed(SEED).generator("guilty", rule)
    n = caught = 0
    while n < number:
        scene = quarry.scene(draw.standard_normal(quarry.dims))
        plates = {one.plate for one in scene.actors if one.guilty}
        if not plates:
            continue
        said = judged(quarry, scene).verdicts
        named = {one.plate.text for one in said if one.kind is VerdictKind.VIOLATION and one.plate}
        n, caught = n + len(plates), caught + len(plates & named)
    return Guilty(rule, n, caught)


def finding(hunted: Hunted, out: Path) -> Finding:
    """Return what was found; pictures of the worst scenes are written to `out`."""
    rare = all(_rate(bag) <= RARE for bag in hunted.bags)
    shown = all(bag.bound <= RARE for bag in hunted.bags)
    found = all(bag.first_s is not None and bag.first_s <= FIND_S for bag in hunted.plants)
    awake = all(one.caught >= LEAST_CAUGHT * one.n for one in hunted.guilty)
    counted = "; ".join(
        f"{bag.asked.rule} {bag.found} of {bag.scenes:,} (at most {bag.bound:.1e})" for bag in hunted.bags
    )
    caught = ", ".join(f"{one.rule} {one.caught} of {one.n}" for one in hunted.guilty)
    verdict = "shown (95 %)" if shown else "not shown by so many" if rare else "not so by the estimates"
    times_s = [bag.first_s for bag in hunted.plants if bag.first_s is not None]
    sentence = (
        f"Innocent scenes with an accusation: {counted}. That the rate is at most {RARE:.0e} is {verdict}. "
        f"{len(times_s)} of {len(hunted.plants)} planted faults were found, the last after "
        f"{max(times_s, default=0.0):.0f} s (asked for: {FIND_S:.0f} s). Of the guilty are accused: {caught}."
    )
    tables = (
        Table("Innocents accused", *_rates(hunted), NOTE),
        Table("Planted faults", *_plants(hunted.plants)),
        Table("The worst scenes", *_worst(hunted.bags), _pictures(hunted.bags, out)),
        Table("What varies", *_varied()),
    )
    return Finding(rare and found and awake, sentence, tables)


def _rate(bag: Bag) -> float:
    """Return the estimate of the rate: that of counting, or of climbs where that is higher."""
    return max(bag.found / max(bag.scenes, 1), bag.rate or 0.0)


Rows = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]


def _rates(hunted: Hunted) -> Rows:
    columns = (
        "rule", "scenes counted", "accused", "rate at most", "climbs", "arrived", "scenes climbed",
        "rate by climbs", "95 %", "guilty accused", "lower bound", "s",
    )  # fmt: skip
    rows = tuple(
        (
            bag.asked.rule, str(bag.scenes), str(bag.found), f"{bag.bound:.1e}", str(bag.climbs),
            str(bag.arrived), str(bag.climbed_scenes), "-" if bag.rate is None else f"{bag.rate:.1e}",
            "-" if bag.interval is None else f"{bag.interval.low:.1e} to {bag.interval.high:.1e}",
            f"{one.caught} of {one.n}", f"{lower_bound(one.caught, one.n):.2f}", f"{bag.lasted_s:.0f}",
        )
        for bag, one in zip(hunted.bags, hunted.guilty, strict=True)
    )  # fmt: skip
    return columns, rows


def _plants(bags: tuple[Bag, ...]) -> Rows:
    rows = tuple(
        (
            bag.asked.rule, bag.asked.plant, PLANTED[bag.asked.plant],
            "not found" if bag.first_s is None else f"{bag.first_s:.1f}", f"{FIND_S:.0f}",
        )
        for bag in bags
    )  # fmt: skip
    return ("rule", "fault", "what it is", "found after s", "at most s"), rows


def _worst(bags: tuple[Bag, ...]) -> Rows:
    found = []
    for bag in bags:
        quarry = quarry_of(bag.asked)
        for number, point in enumerate(bag.worst[:SHOWN], 1):
            values = quarry.scene(point.place).values
            told = ", ".join(f"{name} {value:.3g}" for name, value in values.items())
            found.append((bag.asked.rule, str(number), f"{point.score:.3f}", told))
    return ("rule", "scene", "score, from 0 on accused", "how it was"), tuple(found)


def _pictures(bags: tuple[Bag, ...], out: Path) -> str:
    """Draw the worst scenes beside the page and return the text that shows them."""
    lines = [RINGS]
    for bag in bags:
        quarry = quarry_of(bag.asked)
        for number, point in enumerate(bag.worst[:SHOWN], 1):
            scene = quarry.scene(point.place)
            said = judged(quarry, scene)
            name = f"hunt-{bag.asked.rule.replace('_', '-')}-{number}"
            (out / f"{name}.jpg").write_bytes(small(sheet(quarry.street, scene, said)))
            lines.append(f"![{bag.asked.rule}, scene {number}]({name}.jpg)")
            if said.accused:
                told = told_of(bag.asked.rule, scene, said, point.score)
                (out / f"{name}.json").write_text(json.dumps(told) + "\n", encoding="utf-8")
                lines.append(f"An innocent is accused: {name}.json is for tests/golden/hunted.")
    return "\n\n".join(lines)


def small(image_bgr: UInt8Array) -> bytes:
    """Return a picture as a JPEG of at most MOST_BYTES, as good as that allows."""
    scaled = cv2.resize(image_bgr, (WIDE_PX, TALL_PX), interpolation=cv2.INTER_AREA)
    for quality in range(80, 0, -10):
        data = cv2.imencode(".jpg", scaled, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        if len(data) <= MOST_BYTES:
            return np.asarray(data).tobytes()
    msg = f"picture of {scaled.shape}: expected at most {MOST_BYTES} bytes at the lowest quality"
    raise ValueError(msg)


def _varied() -> Rows:
    rows = tuple(
        (rule, one.name, one.unit, *(f"{one.of(z):.3g}" for z in (-1.96, 0.0, 1.96)), one.why)
        for rule in QUARRIES
        for one in quarry_of(Asked(rule)).nuisances
    )
    return ("rule", "what", "unit", "from (2.5 %)", "median", "to (97.5 %)", "why"), rows
