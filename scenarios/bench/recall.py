"""Who was found and who not, vehicle by vehicle: recall by class, height, light, weather and cover."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from detectors.datatypes.arrays import BoolArray, Float64Array, Int64Array
from detectors.datatypes.detections import VehicleClass
from scenarios.bench.clusters import Clusters, interval
from scenarios.bench.pictures import NOT_KNOWN
from scenarios.bench.precision import Ranking
from scenarios.bench.sitting import Looked
from scenarios.boxes import overlaps
from scenarios.experiments.intervals import exact_interval
from twin.cameras.appearance import LIGHTS, WEATHERS

HEIGHTS_PX = ((0, 12), (12, 20), (20, 40), (40, 80), (80, 10_000))
VISIBLE = ((0.3, 0.5), (0.5, 0.8), (0.8, 1.0))
DIMENSIONS = ("class", "height_px", "light", "weather", "visible")


def spans(limits: Sequence[tuple[float, float]], *, open_ended: bool) -> tuple[str, ...]:
    """Return the names of bins: "12-20", the last one "80+" where it has no end."""
    names = [f"{low:g}-{high:g}" for low, high in limits]
    return (*names[:-1], f"{limits[-1][0]:g}+") if open_ended else tuple(names)


PARTS: dict[str, tuple[str, ...]] = {
    "class": tuple(kind.name.lower() for kind in VehicleClass),
    "height_px": spans(HEIGHTS_PX, open_ended=True),
    "light": (*LIGHTS, NOT_KNOWN),
    "weather": (*WEATHERS, NOT_KNOWN),
    "visible": (*spans(VISIBLE, open_ended=False), NOT_KNOWN),
}


@dataclass(frozen=True, slots=True, eq=False)
class Sightings:
    """S vehicles that a detector is held to find, one a picture.

    `hit` (S,) whether it was found at the operating threshold, `named` whether in its class too; `group`
    (S,) is what is drawn again as a whole; `vehicle` (S,) a number that no other vehicle of any clip has;
    `parts` the row of PARTS of each of DIMENSIONS.
    """

    hit: BoolArray
    named: BoolArray
    group: Int64Array
    vehicle: Int64Array
    parts: dict[str, Int64Array]

    def __len__(self) -> int:
        return len(self.hit)


@dataclass(frozen=True, slots=True)
class Cell:
    """Recall in one part of what was seen: `where` says which; 95 % interval, NaN where none can be given.

    Where all were found, or none, the interval is the exact one of so many vehicles.
    """

    where: tuple[tuple[str, str], ...]
    n: int
    hits: int
    vehicles: int
    low: float
    high: float

    @property
    def recall(self) -> float:
        """Return the share found."""
        return self.hits / self.n


def sightings(looked: Sequence[Looked], clusters: Clusters, any_kind: Ranking, threshold: float) -> Sightings:
    """Return every sighting with what became of it; `any_kind` is the ranking of any vehicle."""
    sure = (any_kind.score >= threshold) & (any_kind.owner[0] >= 0)
    found: dict[tuple[int, int], float] = {
        (int(picture), int(row)): float(score)
        for picture, row, score in zip(
            any_kind.picture[sure], any_kind.owner[0][sure], any_kind.score[sure], strict=True
        )
    }
    rows: list[tuple[bool, bool, int, int, int, int, int, int, int]] = []
    numbers: dict[tuple[str, int], int] = {}
    for picture, one in enumerate(looked):
        if one.labels is None:
            continue
        labels = one.labels
        named = _named(one, threshold)
        circumstances = _row("light", one.light), _row("weather", one.weather)
        for row in np.flatnonzero(labels.held).tolist():
            hit = (picture, row) in found
            number = numbers.setdefault((one.camera, int(labels.vehicle[row])), len(numbers))
            height = float(labels.boxes_px[row, 3] - labels.boxes_px[row, 1])
            kind = int(labels.kind[row])
            rows.append(
                (hit, hit and named[row], int(clusters.of_label[picture][row]), number, kind,
                 _bin(height, HEIGHTS_PX), *circumstances, _cover(float(labels.visible[row])))
            )  # fmt: skip
    table = np.array(rows, dtype=np.int64).reshape(-1, 9)
    parts = {name: table[:, 4 + column] for column, name in enumerate(DIMENSIONS)}
    return Sightings(table[:, 0] > 0, table[:, 1] > 0, table[:, 2], table[:, 3], parts)


def _named(one: Looked, threshold: float) -> BoolArray:
    """Return (N,) which vehicles a detection of their own class lies on."""
    labels = one.labels
    if labels is None or not len(one.found):
        return np.zeros(0 if labels is None else len(labels), dtype=np.bool_)
    sure = one.found.scores >= threshold
    shared = overlaps(labels.boxes_px, one.found.boxes_px[sure].astype(np.float64)) >= 0.5
    return np.asarray((shared & (labels.kind[:, None] == one.found.classes[sure][None])).any(axis=1))


def _row(dimension: str, name: str) -> int:
    known = PARTS[dimension]
    return known.index(name) if name in known else known.index(NOT_KNOWN)


def _bin(value: float, limits: Sequence[tuple[float, float]]) -> int:
    return next((row for row, (low, high) in enumerate(limits) if low <= value < high), len(limits) - 1)


def _cover(visible: float) -> int:
    return len(VISIBLE) if np.isnan(visible) else _bin(visible, VISIBLE)


def cells(seen: Sightings, dimensions: Sequence[str], draws: Int64Array) -> Iterator[Cell]:
    """Yield recall in each part that has sightings, of one dimension or of several crossed."""
    if not len(seen):
        return
    for rows in product(*(range(len(PARTS[name])) for name in dimensions)):
        chosen = np.ones(len(seen), dtype=np.bool_)
        for name, row in zip(dimensions, rows, strict=True):
            chosen &= seen.parts[name] == row
        if chosen.any():
            where = tuple((name, PARTS[name][row]) for name, row in zip(dimensions, rows, strict=True))
            yield _cell(where, seen, chosen, draws)


def _cell(where: tuple[tuple[str, str], ...], seen: Sightings, chosen: BoolArray, draws: Int64Array) -> Cell:
    n, hits = int(chosen.sum()), int(seen.hit[chosen].sum())
    vehicles = len(np.unique(seen.vehicle[chosen]))
    if hits in (0, n):  # drawn anew it is always the same: what so many vehicles leave possible
        low, high = exact_interval(vehicles if hits else 0, vehicles)
    else:
        low, high = interval(_shares(seen.hit[chosen], seen.group[chosen], draws))
    return Cell(where, n, hits, vehicles, low, high)


def _shares(hit: BoolArray, group: Int64Array, draws: Int64Array) -> Float64Array:
    """Return (R,) the share of hits under each draw; none where all sightings are of one group."""
    if len(np.unique(group)) < 2 or not len(draws):
        return np.zeros(0)
    groups = draws.shape[1]
    every = draws @ np.bincount(group, minlength=groups)
    hits = draws @ np.bincount(group, weights=hit, minlength=groups)
    return np.asarray(np.divide(hits, every, out=np.full(len(draws), np.nan), where=every > 0))
