"""Do two rankings of the same detectors agree: the twin's and that of a real street."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import kendalltau

from detectors.datatypes.arrays import Float64Array
from detectors.detection.settings import SCORE, read_settings
from scenarios.bench.clusters import interval
from scenarios.bench.figures import Measured
from scenarios.bench.pictures import Source
from scenarios.bench.trial import Trial, check_settings, try_on
from scenarios.progress import Progress, silent

FIGURE = "F1"  # of any vehicle at the operating threshold: asks for finding and for not making things up
LEAST = 0.01


@dataclass(frozen=True, slots=True)
class Placed:
    """One detector or setting with its figure on the twin and on the street, and their intervals."""

    setting: str
    twin: float
    twin_interval: tuple[float, float]
    street: float
    street_interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Detectors, the best of the twin first; Kendall's tau-b of both rankings with its 95 % interval.

    The interval is a bootstrap: cameras and seeds of the twin, and vehicles of the street, are drawn anew.
    NaN where a ranking is all ties.
    """

    figure: str
    placed: tuple[Placed, ...]
    tau: float
    low: float
    high: float

    @property
    def resolved(self) -> bool:
        """Whether the interval shows that the two agree more than they disagree."""
        return self.low > 0.0


def agreement(
    settings: Sequence[str],
    twin: Source,
    street: Source,
    figure: str = FIGURE,
    progress: Progress = silent,
) -> Agreement:
    """Rank `settings` by a figure on both sources and compare; raises InputError and DetectorError."""
    check_settings(settings)
    told, seen = (_drawn(trials(settings, source, progress), figure) for source in (twin, street))
    return compared(settings, told, seen, figure)


def trials(settings: Sequence[str], source: Source, progress: Progress = silent) -> list[Trial]:
    """Return a trial of each setting; those that differ in their score alone look at the pictures once.

    What they find follows from one another: with a lower threshold the same boxes and more. The tracks of
    such a trial are those of its group and mean nothing.
    """
    groups: dict[str, list[str]] = {}
    for setting in settings:
        groups.setdefault(_without_score(setting), []).append(setting)
    lowest = {plain: _lowest(plain, members) for plain, members in groups.items()}
    done = {one.setting: one for one in try_on(source, tuple(lowest.values()), progress)}
    found = []
    for setting in settings:
        shared = done[lowest[_without_score(setting)]]
        score = read_settings(setting).score
        found.append(replace(shared, setting=setting, threshold=shared.threshold if score is None else score))
    return found


def _without_score(setting: str) -> str:
    settings = read_settings(setting)
    size = settings.size_px
    return settings.name + (f"@size={size[0]}x{size[1]}" if size else "")


def _lowest(plain: str, members: Sequence[str]) -> str:
    """Return the setting to look with: as asked for where nobody asks for a score."""
    if plain in members:
        return plain
    return f"{plain}{',' if '@' in plain else '@'}{SCORE}={LEAST}"


def _drawn(done: Sequence[Trial], figure: str) -> tuple[Float64Array, Float64Array]:
    """Return the figure of each trial (S,), and under each draw (R, S); draws are the same for all."""
    measured = [Measured(one) for one in done]
    values = np.array([one.values(one.once)[figure] for one in measured])
    drawn = np.array([[each[figure] for each in one.drawn()] for one in measured]).T
    return np.nan_to_num(values), np.nan_to_num(drawn)


def compared(
    settings: Sequence[str],
    twin: tuple[Float64Array, Float64Array],
    street: tuple[Float64Array, Float64Array],
    figure: str = FIGURE,
) -> Agreement:
    """Return the agreement of figures (S,) with their draws (R, S) on both sides."""
    draws = min(len(twin[1]), len(street[1]))
    # from both ends: rows of one number were drawn by one stream of random numbers
    taus = np.array([tau(twin[1][row], street[1][draws - 1 - row]) for row in range(draws)])
    placed = [
        Placed(
            setting, float(twin[0][row]), _span(twin[1], row), float(street[0][row]), _span(street[1], row)
        )
        for row, setting in enumerate(settings)
    ]
    placed.sort(key=lambda one: -one.twin)
    return Agreement(figure, tuple(placed), tau(twin[0], street[0]), *interval(taus))


def _span(drawn: Float64Array, row: int) -> tuple[float, float]:
    return interval(drawn[:, row]) if len(drawn) else (float("nan"), float("nan"))


def tau(one: Float64Array, other: Float64Array) -> float:
    """Return Kendall's tau-b (Biometrika 33, 1945) of two lists of values, NaN where one is all ties."""
    return float(kendalltau(one, other).statistic)
