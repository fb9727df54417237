"""What `bconnect rollout` says of its outcome."""

from rich.console import Console
from rich.table import Table

from scenarios.phases.measures import ALL, Estimate
from scenarios.phases.rollout import Rollout
from scenarios.rollout import RolloutOutcome, roll_out
from scenarios.rollout_files import load_rollout
from scenarios.texts import Texts

__all__ = ["load_rollout", "roll_out", "show"]


def show(outcome: RolloutOutcome, rollout: Rollout, texts: Texts, console: Console) -> None:
    """Say the weeks of all zones together, what survives, and where the report is."""
    table = Table(title=texts.text("{name}: compliance by week", name=rollout.name))
    headings = ("Week", "Phase", "Culture gap", "No officer about", "Beside an officer", "Rollout less none")
    for heading in headings:
        table.add_column(texts.text(heading), overflow="fold")
    for week in outcome.weeks:
        if week.zone == ALL:
            estimates = (week.gap, week.alone, week.shown, week.effect)
            days = f"{week.number} ({week.first:%d.%m.}-{week.last:%d.%m.})"
            table.add_row(days, texts.text(week.stage), *map(_percent, estimates))
    console.print(table)
    console.print(texts.text("analytic, not calibrated: what the assumptions imply"), markup=False)
    verdict, after = texts.text(outcome.conclusion.verdict), outcome.conclusion.days_after
    said = texts.text("Without enforcement for {days} days: {verdict}", days=after, verdict=verdict)
    console.print(said, markup=False)
    console.print(texts.text("Report: {path}", path=outcome.report_path), markup=False, soft_wrap=True)


def _percent(one: Estimate) -> str:
    if one.low is None or one.high is None:
        return f"{100 * one.mean:.1f} %"
    return f"{100 * one.mean:.1f} % ({100 * one.low:.1f}..{100 * one.high:.1f})"
