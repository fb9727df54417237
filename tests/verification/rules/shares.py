"""Shares of trials that come in clusters: one vehicle may do a thing twice, and is as visible both times."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from scenarios.experiments.intervals import LEVEL, upper_bound


@dataclass(frozen=True, slots=True)
class ClusteredShare:
    """`hits` of `trials` in `clusters` groups, with the 95 % interval `low`..`high`."""

    hits: int
    trials: int
    clusters: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        """The share, None without trials."""
        return self.hits / self.trials if self.trials else None

    @property
    def rate_at_most(self) -> float:
        """The largest rate of the hits (95 %, one-sided), counted by clusters as if each were one trial."""
        return upper_bound(min(self.hits, self.clusters), self.clusters) if self.clusters else 1.0


def clustered(trials: Iterable[tuple[Hashable, bool]]) -> ClusteredShare:
    """Return the share of hits among (cluster, hit), with an exact interval of what they are worth.

    Their number is divided by the design effect of the clusters, never below 1; where all or none hit there
    is no variance to tell it, and each cluster is one trial. Source: Korn and Graubard, Survey Methodology
    24 (1998), 193-201; of single trials it is about that of Clopper and Pearson.
    """
    counts: dict[Hashable, list[int]] = defaultdict(lambda: [0, 0])
    for cluster, hit in trials:
        counts[cluster][0] += hit
        counts[cluster][1] += 1
    table = np.array(list(counts.values()), dtype=np.float64).reshape(-1, 2)
    hits, total = (int(value) for value in table.sum(axis=0))
    worth = _worth(table, hits, total)
    low, high = 0.0, 1.0
    if total:
        share, tail = hits / total, (1 - LEVEL) / 2
        yes, no = share * worth, (1 - share) * worth
        low = float(stats.beta.ppf(tail, yes, no + 1)) if hits else 0.0
        high = float(stats.beta.ppf(1 - tail, yes + 1, no)) if hits < total else 1.0
    return ClusteredShare(hits, total, len(table), low, high)


def _worth(table: np.ndarray, hits: int, total: int) -> float:
    """Return to how many independent trials the clusters (C, 2) of hits and trials amount."""
    groups = len(table)
    if hits in (0, total) or groups < 2:
        return float(groups)
    share = hits / total
    off = table[:, 0] - share * table[:, 1]
    variance = groups / (groups - 1) * float(off @ off) / total**2
    effect = variance / (share * (1 - share) / total)
    return total / max(effect, 1.0)
