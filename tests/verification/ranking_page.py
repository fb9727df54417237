"""The proof of ranking: do detectors come in the same order on the twin and on a real street.

Settings of the two shipped detectors are ranked by F1 of any vehicle at their operating threshold: on
rendered day frames of random cameras, and on a roadside clip that was labelled by eye before any detector
saw it and that taught none. Kendall's tau says how far the two orders agree.
"""

import math

from scenarios.bench.agreement import Agreement, Placed, agreement
from scenarios.bench.clip_source import ClipSource
from scenarios.bench.twin_source import TwinSource, TwinSpec
from scenarios.datasets.random_views import random_views
from scenarios.spec import load_scenario
from tests.verification.page import ROOT, Finding, Table
from twin.network import library
from twin.randomness import Seed

CLIP = ROOT.parent / "shared" / "data" / "street.mp4"
LABELS = ROOT / "tests" / "integration" / "street_labels.csv"
SIZES, SCORES = ("640x360", "960x544", "1280x720"), (0.15, 0.25, 0.5)
SETTINGS = ("motion", *(f"twin@size={size},score={score}" for size in SIZES for score in SCORES))
SCENARIO, SEED, NOON = "beruang-madu", 901, 12.0
TWIN_FPS, TWIN_S, STREET_FPS = 2.0, 6.0, 4.0
NOTE = (
    "F1 of any vehicle at an overlap of one half, at the operating threshold. Sizes are what a picture of "
    "640 px is scaled to fit. Intervals of 95 %: on the twin a bootstrap over cameras, on the street over "
    "its vehicles and, for what is no vehicle, over blocks of 5 s. The street is one camera in another "
    "country in daylight, with cars only; the settings of one detector are alike, so that they count for "
    "fewer than they are."
)


def twin_source(cameras: int) -> TwinSource:
    """Return day frames of random cameras under a seed that taught no shipped weights."""
    scenario = load_scenario(SCENARIO)
    views = random_views(library.resolve(scenario.network), Seed(SEED, ("ranking",)), cameras)
    return TwinSource(TwinSpec(scenario, views, (SEED,), TWIN_S, TWIN_FPS, hours=(NOON,)))


def prove(*, long: bool) -> Finding:
    """Rank the settings on both and tell how far the orders agree."""
    if not CLIP.is_file():
        return Finding(holds=False, sentence=f"Not shown: {CLIP.name} is not beside the clone.", tables=())
    twin, street = twin_source(12 if long else 6), ClipSource(CLIP, LABELS, STREET_FPS)
    return finding(agreement(SETTINGS, twin, street), *(_extent(one) for one in (twin, street)))


def _extent(source: TwinSource | ClipSource) -> str:
    return f"{source.facts.kind} {source.facts.name}, {source.facts.pictures} pictures"


def finding(found: Agreement, twin: str, street: str) -> Finding:
    """Return what was found: it fails where the orders are shown to disagree; an open question is told."""
    span = f"{_number(found.tau)} (95 %: {_number(found.low)} to {_number(found.high)})"
    verdict = "the orders agree" if found.resolved else "not resolved: the orders are not shown to agree"
    sentence = f"Kendall's tau-b of {len(found.placed)} settings is {span}: {verdict}."
    columns = ("on the twin", "detector", "F1, twin", "95 %", "on the street", "F1, street", "95 %")
    table = Table("Ranking", columns, tuple(_rows(found.placed)), f"{NOTE} Twin: {twin}. Street: {street}.")
    return Finding(not found.high < 0, sentence, (table,))


def _rows(placed: tuple[Placed, ...]) -> list[tuple[str, ...]]:
    by_street = sorted(placed, key=lambda one: -one.street)
    return [
        (
            str(row), one.setting, f"{one.twin:.3f}", _span(one.twin_interval),
            str(1 + by_street.index(one)), f"{one.street:.3f}", _span(one.street_interval),
        )
        for row, one in enumerate(placed, start=1)
    ]  # fmt: skip


def _span(interval: tuple[float, float]) -> str:
    return f"{_number(interval[0])} to {_number(interval[1])}"


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"
