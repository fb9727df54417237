"""What the histories of a rollout say together: compliance by week and zone, with t intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from scenarios.experiments.intervals import mean_interval
from scenarios.phases.history import History
from scenarios.phases.rollout import Rollout, Stage
from twin.people.draws import Floats

ALL = "all"
WEEK = 7


class Verdict(StrEnum):
    """What can be said of compliance without an officer once enforcement was withdrawn."""

    SURVIVES = "survives"
    FADED = "does not survive"
    NOT_RESOLVED = "not resolved"
    NOT_TRIED = "not tried"  # no withdrawal within the days


@dataclass(frozen=True, slots=True)
class Arms:
    """One seed three times, under common random numbers: the rollout, without it, without recall."""

    rollout: History
    untouched: History
    without_recall: History


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over `n` seeds with its t interval; no bounds where one seed gives none."""

    mean: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Week:
    """What one week says of one zone, or of ALL of them.

    `alone` and `shown` are the shares of the same wishes that would comply with no officer about and
    beside one; `gap` is their difference. `seen` and `unseen` are the shares that did comply with an
    officer in sight and out of it; None where nobody was. `effect` and `cameras` are paired
    differences of `alone`: to no rollout, and to an engine that finds nothing. `norm` is the paired
    difference to no rollout that is left once all beliefs have faded.
    """

    number: int
    first: date
    last: date
    stage: Stage
    zone: str
    wishes: float
    alone: Estimate
    shown: Estimate
    gap: Estimate
    seen: Estimate | None
    unseen: Estimate | None
    effect: Estimate
    cameras: Estimate
    norm: Estimate
    side_street: Estimate
    waited: Estimate


def estimate(values: Sequence[float]) -> Estimate:
    """Return the mean of independent runs and, for two or more, its t interval."""
    interval = mean_interval(values)
    if interval is None:
        return Estimate(float(np.mean(values)), None, None, len(values))
    return Estimate(interval.estimate, interval.low, interval.high, interval.n)


def weeks(rollout: Rollout, arms: Sequence[Arms]) -> tuple[Week, ...]:
    """Return every week from the first counted day on, of all zones together and of each."""
    days = arms[0].rollout.days
    starts = enumerate(range(rollout.lead_in_days, len(days), WEEK), start=1)
    return tuple(
        _week(rollout, arms, number, slice(start, min(start + WEEK, len(days))), zone)
        for number, start in starts
        for zone in (ALL, *rollout.zones)
    )


def _week(rollout: Rollout, arms: Sequence[Arms], number: int, span: slice, zone: str) -> Week:
    which = slice(None) if zone == ALL else rollout.zones.index(zone)
    days = arms[0].rollout.days[span]

    def sums(history: History, name: str) -> float:
        return float(history.of(name)[span, which].sum())

    def share(history: History, name: str) -> float:
        return sums(history, name) / max(1.0, sums(history, "wishes"))

    def over(of: Callable[[Arms], float]) -> Estimate:
        return estimate([of(one) for one in arms])

    def less(name: str, other: Callable[[Arms], History]) -> Estimate:
        return over(lambda one: share(one.rollout, name) - share(other(one), name))

    return Week(
        number=number,
        first=days[0],
        last=days[-1],
        stage=rollout.phase(days[-1]).stage,
        zone=zone,
        wishes=float(np.mean([sums(one.rollout, "wishes") for one in arms])),
        alone=over(lambda one: share(one.rollout, "comply_alone")),
        shown=over(lambda one: share(one.rollout, "comply_shown")),
        gap=over(lambda one: share(one.rollout, "comply_shown") - share(one.rollout, "comply_alone")),
        seen=_of_those([(sums(a.rollout, "in_sight_comply"), sums(a.rollout, "in_sight")) for a in arms]),
        unseen=_of_those([(sums(a.rollout, "out_of_sight_comply"), _unseen(a, sums)) for a in arms]),
        effect=less("comply_alone", lambda one: one.untouched),
        cameras=less("comply_alone", lambda one: one.without_recall),
        norm=less("comply_norm", lambda one: one.untouched),
        side_street=less("side_street", lambda one: one.untouched),
        waited=less("waited", lambda one: one.untouched),
    )


def _unseen(arms: Arms, sums: Callable[[History, str], float]) -> float:
    return sums(arms.rollout, "wishes") - sums(arms.rollout, "in_sight")


def _of_those(pairs: Sequence[tuple[float, float]]) -> Estimate | None:
    """Return the share of part in whole over the seeds in which there was a whole."""
    shares = [part / whole for part, whole in pairs if whole > 0]
    return estimate(shares) if shares else None


@dataclass(frozen=True, slots=True)
class Daily:
    """Means over the seeds by day (D,), with the half-widths of their t intervals."""

    days: tuple[date, ...]
    alone: Floats
    alone_half: Floats
    shown: Floats
    gap: Floats
    gap_half: Floats
    untouched: Floats


SMOOTHED_DAYS = 3


def daily(arms: Sequence[Arms]) -> Daily:
    """Return compliance of all zones by day, each over the three days that end with it."""
    alone = _shares([one.rollout for one in arms], "comply_alone")
    shown = _shares([one.rollout for one in arms], "comply_shown")
    untouched = _shares([one.untouched for one in arms], "comply_alone")
    gap = shown - alone
    return Daily(
        days=arms[0].rollout.days,
        alone=alone.mean(axis=0),
        alone_half=_half(alone),
        shown=shown.mean(axis=0),
        gap=gap.mean(axis=0),
        gap_half=_half(gap),
        untouched=untouched.mean(axis=0),
    )


def _shares(histories: Sequence[History], name: str) -> Floats:
    """Return a share (S, D) of all wishes by seed and day."""
    rows = [(one.of(name).sum(axis=1), one.of("wishes").sum(axis=1)) for one in histories]
    return np.array([_running(part) / np.maximum(_running(whole), 1.0) for part, whole in rows])


def _running(values: Floats) -> Floats:
    total = np.concatenate((np.zeros(SMOOTHED_DAYS), np.cumsum(values)))
    summed: Floats = total[SMOOTHED_DAYS:] - total[:-SMOOTHED_DAYS]
    return summed


def _half(values: Floats) -> Floats:
    intervals = [mean_interval(column) for column in values.T.tolist()]
    return np.array([(one.high - one.low) / 2 if one else 0.0 for one in intervals])


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What is left of compliance without an officer in the last week, and whether that is anything."""

    verdict: Verdict
    week: Week | None
    days_after: int


def conclusion(rollout: Rollout, found: Sequence[Week]) -> Conclusion:
    """Return the verdict on the last week, if enforcement was withdrawn before it."""
    last = found[-1].number if found else 0
    week = next((one for one in found if one.number == last and one.zone == ALL), None)
    since = next((p.since for p in rollout.phases if p.stage is Stage.WITHDRAWAL), None)
    if week is None or since is None or week.first < since:
        return Conclusion(Verdict.NOT_TRIED, week, 0)
    after = (week.last + timedelta(days=1) - since).days
    low, high = week.effect.low, week.effect.high
    if low is not None and low > rollout.threshold:
        return Conclusion(Verdict.SURVIVES, week, after)
    if high is not None and high < rollout.threshold:
        return Conclusion(Verdict.FADED, week, after)
    return Conclusion(Verdict.NOT_RESOLVED, week, after)
