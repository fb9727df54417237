"""What several runs say together: t intervals of means and of paired differences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scenarios.experiments.intervals import Interval, mean_interval, paired_interval
from scenarios.score import RuleScore, Score, Share

MEASURES: tuple[tuple[str, Callable[[RuleScore], Share]], ...] = (
    ("recall in view", lambda rule: rule.view_recall),
    ("recall in the zone", lambda rule: rule.system_recall),
    ("precision", lambda rule: rule.precision),
)
COVERAGE = "recall in view less recall in the zone, paired"


@dataclass(frozen=True, slots=True)
class Replication:
    """One measure of one rule over the runs; `paired` marks a difference within each run."""

    rule: str
    measure: str
    interval: Interval | None
    paired: bool = False


def replications(scores: Sequence[Score]) -> tuple[Replication, ...]:
    """Return every measure of every rule of which something happened, over the runs that could measure it."""
    found: list[Replication] = []
    for name in (rule.rule for rule in scores[0].rules):
        rules = [one.rule(name) for one in scores]
        if not any(rule.system_recall.trials or rule.precision.trials for rule in rules):
            continue
        for measure, share_of in MEASURES:
            values = [share_of(rule).value for rule in rules]
            known = [value for value in values if value is not None]
            found.append(Replication(name, measure, mean_interval(known)))
        found.append(Replication(name, COVERAGE, _coverage(rules), paired=True))
    return tuple(found)


def _coverage(rules: Sequence[RuleScore]) -> Interval | None:
    pairs = [(rule.system_recall.value, rule.view_recall.value) for rule in rules]
    known = [(zone, view) for zone, view in pairs if zone is not None and view is not None]
    return paired_interval([zone for zone, _ in known], [view for _, view in known])
