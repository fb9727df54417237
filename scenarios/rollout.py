"""Runs a rollout under several seeds, each with and without it, and writes the report."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from scenarios.errors import InputError
from scenarios.experiments.replicate import replicate
from scenarios.phases.history import build_city, run_history
from scenarios.phases.measures import Arms, Conclusion, Week, conclusion, weeks
from scenarios.phases.rollout import Rollout, untouched, without_recall
from scenarios.progress import Progress, silent
from scenarios.reports.rollout_report import write_rollout_report
from scenarios.staging import staged

MARK = "rollout.json"


@dataclass(frozen=True, slots=True)
class RolloutOutcome:
    """What `rollout` has to say: where the report is, the weeks, and what survives."""

    report_path: Path
    weeks: tuple[Week, ...]
    conclusion: Conclusion


def roll_out(
    rollout: Rollout,
    *,
    days: int,
    seeds: tuple[int, ...],
    workers: int,
    out: Path,
    lang: str = "en",
    progress: Progress = silent,
) -> RolloutOutcome:
    """Run every seed and write the report; `out` appears when all of it is there.

    Raises InputError where the rollout says nothing about any of the days.
    """
    if rollout.phases[0].since > rollout.days(days)[-1]:
        msg = (
            f"rollout {rollout.name}: its first phase begins on {rollout.phases[0].since}, after the last day"
        )
        raise InputError(msg)
    build_city(rollout, seeds[0])  # what is wrong with network and zones is said before any work
    with staged(out, MARK) as stage:
        arms = replicate(partial(run_arms, rollout, days), seeds, workers, progress)
        found = weeks(rollout, arms)
        said = conclusion(rollout, found)
        page = write_rollout_report(rollout, arms, found, said, stage, lang)
        return RolloutOutcome(out / page.name, found, said)


def run_arms(rollout: Rollout, days: int, seed: int) -> Arms:
    """Return one seed with the rollout, without it, and with an engine that finds nothing."""
    return Arms(
        run_history(rollout, days, seed),
        run_history(untouched(rollout), days, seed),
        run_history(without_recall(rollout), days, seed),
    )
