"""What figures rest on: groups of pictures or sightings that are alike, drawn again as wholes.

Frames of one camera are alike, and so are sightings of one vehicle: a bootstrap over frames would call a
figure far surer than it is. So cameras and seeds are drawn, or, where there is one camera only, vehicles
and, for what is no vehicle, blocks of time (Efron and Tibshirani 1993, section 8.3).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import Float64Array, Int64Array
from scenarios.bench.sitting import Looked

BLOCK_S = 5.0
RESAMPLES = 300
CAMERAS, VEHICLES = "cameras and seeds", "vehicles"
LEVEL = (2.5, 97.5)


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """C groups: `of_picture` (M,) of each picture, `of_label` of each picture those (N,) of its vehicles.

    `strata` are runs of groups (first, one past the last) that are drawn among themselves; `kind` says
    what is drawn, `count` how many of that there are.
    """

    kind: str
    count: int
    of_picture: Int64Array
    of_label: tuple[Int64Array, ...]
    strata: tuple[tuple[int, int], ...]

    @property
    def groups(self) -> int:
        """How many groups there are, of all strata."""
        return self.strata[-1][1]

    def draws(self, resamples: int = RESAMPLES, seed: int = 1) -> Int64Array:
        """Return (R, C) how often each group is drawn; no rows where a single group decides nothing."""
        if self.count < 2:
            return np.zeros((0, self.groups), dtype=np.int64)
        draw = np.random.default_rng(seed)
        parts = [
            draw.multinomial(last - first, np.full(last - first, 1 / (last - first)), size=resamples)
            for first, last in self.strata
            if last > first
        ]
        return np.concatenate(parts, axis=1).astype(np.int64)


def clusters(looked: Sequence[Looked]) -> Clusters:
    """Return the groups of pictures: cameras and seeds, of a single one its vehicles and blocks of time."""
    cameras = {one.camera: None for one in looked}
    if len(cameras) > 1:
        row_of = {camera: row for row, camera in enumerate(cameras)}
        of_picture = np.array([row_of[one.camera] for one in looked], dtype=np.int64)
        labels = tuple(
            np.full(len(one.labels) if one.labels else 0, row)
            for one, row in zip(looked, of_picture, strict=True)
        )
        return Clusters(CAMERAS, len(cameras), of_picture, labels, ((0, len(cameras)),))
    return _by_vehicle(looked)


def _by_vehicle(looked: Sequence[Looked]) -> Clusters:
    held = [one.labels.vehicle[one.labels.held].tolist() for one in looked if one.labels]
    ids = {vehicle: row for row, vehicle in enumerate(sorted({int(v) for each in held for v in each}))}
    first_ns = min((one.timestamp_ns for one in looked), default=0)
    blocks = [int((one.timestamp_ns - first_ns) / 1e9 // BLOCK_S) for one in looked]
    block_of = {block: len(ids) + row for row, block in enumerate(sorted(set(blocks)))}
    labels = tuple(
        np.array([ids.get(int(v), 0) for v in one.labels.vehicle] if one.labels else [], dtype=np.int64)
        for one in looked
    )
    of_picture = np.array([block_of[block] for block in blocks], dtype=np.int64)
    strata = ((0, len(ids)), (len(ids), len(ids) + len(block_of)))
    return Clusters(VEHICLES, len(ids), of_picture, labels, strata)


def interval(drawn: Float64Array) -> tuple[float, float]:
    """Return the 95 % interval of the values (R,) of a figure over draws, NaN where there are none."""
    known = drawn[np.isfinite(drawn)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.percentile(known, LEVEL)
    return float(low), float(high)
