"""The figures of a trial with their intervals, and differences between two on the same pictures."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from detectors.datatypes.arrays import Float64Array, Int64Array
from detectors.datatypes.detections import VehicleClass
from scenarios.bench.clusters import CAMERAS, Clusters, clusters, interval
from scenarios.bench.matching import NOBODY
from scenarios.bench.precision import ANY, Ranking, plate_ranking, ranking
from scenarios.bench.recall import Sightings, sightings
from scenarios.bench.tracking import TrackCounts, scores, track_counts
from scenarios.bench.trial import Trial

KINDS = tuple(kind for kind in VehicleClass if kind is not VehicleClass.UNKNOWN)
MAIN = "mAP50"
HOUR_S = 3600.0
NAN = float("nan")
LEAST_GROUPS = 6  # five that all say the same do so by chance once in 16 (sign test)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval (NaN where none can be given); it rests on `n` of `of`, in `groups`."""

    what: str
    value: float
    low: float
    high: float
    n: int
    of: str
    groups: int

    @property
    def resolved(self) -> bool:
        """Whether the interval of a difference is known and excludes 0, by enough groups to say so."""
        return self.groups >= LEAST_GROUPS and (self.low > 0.0 or self.high < 0.0)


class Measured:
    """A trial, matched with its truth once, so that it can be weighed as often as intervals need it."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.clusters: Clusters = clusters(trial.looked)
        self.draws: Int64Array = self.clusters.draws()
        self.any_kind = ranking(trial.looked, self.clusters, ANY)
        self.seen: Sightings = sightings(trial.looked, self.clusters, self.any_kind, trial.threshold)
        present = {int(kind) for kind in np.unique(self.seen.parts["class"])}
        self._kinds = {kind: self._ranked(kind) for kind in KINDS if int(kind) in present}
        self._plates = plate_ranking(trial.looked, self.clusters)
        self._tracks = tuple(_by_clip(trial, self.clusters))

    def _ranked(self, kind: VehicleClass) -> Ranking:
        return ranking(self.trial.looked, self.clusters, kind)

    def values(self, weights: Int64Array) -> dict[str, float]:
        """Return every figure where each group counts as often as `weights` (C,) say.

        mAP is the mean over the classes that are labelled; plates are one of them for a detector that
        looks for plates.
        """
        found: dict[str, float] = {}
        by_kind = {kind.name.lower(): one.average_precision(weights) for kind, one in self._kinds.items()}
        if self._plates is not None:
            by_kind["plate"] = self._plates.average_precision(weights)
        known = [one for one in by_kind.values() if np.isfinite(one).all()]
        whole: Float64Array = np.mean(known, axis=0) if known else np.full(10, NAN)
        anything = self.any_kind.average_precision(weights)
        found |= {MAIN: float(whole[0]), "mAP50-95": float(whole.mean())}
        found |= {
            "AP50, any vehicle": float(anything[0]),
            "AP50-95, any vehicle": float(anything.mean()),
        }
        found |= {f"AP50, {kind}": float(one[0]) for kind, one in by_kind.items()}
        return found | self._at_threshold(weights) | self._followed(weights)

    def _at_threshold(self, weights: Int64Array) -> dict[str, float]:
        ranked, looked = self.any_kind, self.trial.looked
        sure = ranked.score >= self.trial.threshold
        weight = weights[ranked.group[0]]
        hits = float(weight[sure & (ranked.owner[0] >= 0)].sum())
        false = float(weight[sure & (ranked.owner[0] == NOBODY)].sum())
        truth = float(weights[ranked.truth].sum())
        of_seen = weights[self.seen.group]
        named = float(of_seen[self.seen.named].sum())
        pictures = float(weights[self.clusters.of_picture].sum())
        return {
            "precision": _share(hits, hits + false),
            "recall": _share(hits, truth),
            "F1": _share(2 * hits, hits + false + truth),
            "right class": _share(named, float(of_seen[self.seen.hit].sum())),
            "false detections a picture": _share(false, pictures) if looked else NAN,
        }

    def _followed(self, weights: Int64Array) -> dict[str, float]:
        if not self._tracks:
            return {}
        weight = [float(weights[group]) for group, _ in self._tracks]
        parts = [counts for _, counts in self._tracks]
        if self.clusters.kind != CAMERAS:  # one camera: no group holds a clip
            weight = [1.0] * len(parts)
        watched_s = sum(w * one.watched_s for w, one in zip(weight, parts, strict=True))
        false = sum(w * one.false_tracks for w, one in zip(weight, parts, strict=True))
        return scores(parts, weight) | {"false alarms an hour": _share(false * HOUR_S, watched_s)}

    def drawn(self) -> tuple[dict[str, float], ...]:
        """Return every figure under each draw."""
        return tuple(self.values(one) for one in self.draws)

    @property
    def once(self) -> Int64Array:
        """Every group once."""
        return np.ones(self.clusters.groups, dtype=np.int64)

    def number_of(self, what: str) -> tuple[int, str]:
        """Return on how many of what a figure rests."""
        kind = what.partition(", ")[2]
        if what in TRACKED:
            return len(self._tracks), "clips"
        if kind == "plate" and self._plates is not None:
            return len(self._plates.truth), "plates"
        if what.startswith("AP50, ") and kind != "any vehicle":
            row = VehicleClass[kind.upper()]
            return int((self.seen.parts["class"] == row).sum()), "sightings"
        if what == "right class":
            return int(self.seen.hit.sum()), "sightings"
        if what == "false detections a picture":
            return len(self.trial.looked), "pictures"
        return len(self.seen), "sightings"


TRACKED = ("HOTA", "DetA", "AssA", "IDF1", "false alarms an hour")


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else NAN


def _by_clip(trial: Trial, groups: Clusters) -> Iterable[tuple[int, TrackCounts]]:
    """Yield the group and the counts of each clip whose pictures follow one another closely enough."""
    rows: dict[str, list[int]] = {}
    for row, one in enumerate(trial.looked):
        if one.tracks is not None and one.labels is not None:
            rows.setdefault(one.clip, []).append(row)
    for mine in rows.values():
        yield int(groups.of_picture[mine[0]]), track_counts([trial.looked[row] for row in mine])


def figures(measured: Measured, drawn: tuple[dict[str, float], ...]) -> tuple[Figure, ...]:
    """Return the figures with intervals; `drawn` are those of `Measured.drawn`."""
    found = []
    for what, value in measured.values(measured.once).items():
        alone = what in TRACKED and measured.clusters.kind != CAMERAS
        low, high = (NAN, NAN) if alone else interval(np.array([one[what] for one in drawn]))
        found.append(Figure(what, value, low, high, *measured.number_of(what), measured.clusters.count))
    return tuple(found)


def differences(
    a: Measured, b: Measured, drawn_a: tuple[dict[str, float], ...], drawn_b: tuple[dict[str, float], ...]
) -> tuple[Figure, ...]:
    """Return B less A of each figure, paired draw by draw: both are weighed by the same groups."""
    first, second = a.values(a.once), b.values(b.once)
    found = []
    for what in (name for name in first if name in second):
        alone = what in TRACKED and a.clusters.kind != CAMERAS
        drawn = np.array([y[what] - x[what] for x, y in zip(drawn_a, drawn_b, strict=True)])
        low, high = (NAN, NAN) if alone else interval(drawn)
        found.append(
            Figure(what, second[what] - first[what], low, high, *a.number_of(what), a.clusters.count)
        )
    return tuple(found)
