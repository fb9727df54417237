"""The main scenario under several seeds: what its engine finds, misses and gets wrong, with intervals."""

import os
from pathlib import Path

from scenarios.cli.validation import make_spec
from scenarios.run import validate
from scenarios.score import RuleScore, Score, Share, pooled, shortfalls
from tests.verification.page import Finding, Table

BY_RULE = ("rule", "measure", "hits of trials", "share", "95 % interval")
BY_SEED = ("seed", "rule", "recall", "precision", "repeated", "borderline")
NOTE = (
    "Recall is of the violations that some view could have seen, precision of the cases opened. "
    "Intervals of shares are exact (Clopper and Pearson); each trial is one vehicle and one act. "
    "Every picture was rendered."
)


def prove(scenario: str, *, seeds: tuple[int, ...], short: bool, out: Path) -> Finding:
    """Run the scenario once a seed, on as many processes as there are cores."""
    spec = make_spec(scenario, None, None, short=short)
    outcome = validate(spec, seeds=seeds, workers=os.cpu_count() or 1, out=out)
    total = pooled(outcome.scores)
    lacks = [f"{lack.rule} {lack.measure}, {_percent(lack.got)}" for lack in shortfalls(total, spec.scenario)]
    verdict = "every gate is passed" if not lacks else f"not passed: {'; '.join(lacks)}"
    first, last = spec.span_ns()
    minutes = (last - first) / 60e9
    sentence = f"{scenario}, {minutes:.0f} minutes, runs {len(seeds)}: {verdict}."
    tables = (
        Table("By rule", BY_RULE, _by_rule(total), NOTE),
        Table("By run", BY_SEED, _by_seed(outcome.scores)),
    )
    return Finding(outcome.passed, sentence, tables)


def _by_rule(total: Score) -> tuple[tuple[str, ...], ...]:
    return tuple(row for rule in total.rules for row in _rule(rule))


def _rule(rule: RuleScore) -> tuple[tuple[str, ...], ...]:
    shares = (
        ("recall, in view", rule.view_recall),
        ("recall, in the zone", rule.system_recall),
        ("precision", rule.precision),
        ("wrong vehicle", rule.wrong_vehicle),
    )
    median_s, late_s = rule.latency_s(50), rule.latency_s(95)
    late = "-" if median_s is None else f"{median_s:.1f} s, 95th percentile {late_s:.1f} s"
    rows = tuple((rule.rule, name, *_share(share)) for name, share in shares)
    return (*rows, (rule.rule, "median latency", str(len(rule.latencies_s)), late, "-"))


def _share(share: Share) -> tuple[str, str, str]:
    low, high = share.interval
    return f"{share.hits} of {share.trials}", _percent(share.value), f"{_percent(low)} to {_percent(high)}"


def _by_seed(scores: tuple[Score, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            str(score.seeds[0]),
            rule.rule,
            f"{rule.view_recall.hits} of {rule.view_recall.trials}",
            f"{rule.precision.hits} of {rule.precision.trials}",
            str(rule.repeated),
            str(rule.borderline),
        )
        for score in scores
        for rule in score.rules
    )


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"
