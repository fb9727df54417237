"""`bconnect cases stats`: what lies on the desk, what officers decided, what is overdue."""

import json
from collections.abc import Iterator
from datetime import date, time
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from detectors.archive.store import CaseStore
from hardware_adapters.clock import utc_ns
from scenarios.cli.desk_options import Store
from scenarios.cli.terminal import Language, examples, texts_for
from scenarios.desk.finding import folder_of
from scenarios.desk.statistics import Statistics, statistics
from scenarios.errors import InputError
from scenarios.reports.wording import Words
from twin.clock import from_local

EXAMPLES = examples(
    "bconnect cases stats out/desk --on 2026-01-20",
    "bconnect cases stats out/desk --json --lang id",
)
MOST_LISTED = 20


def stats(
    store: Store,
    *,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="As of which day, YYYY-MM-DD; else today.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
    lang: Language = None,
) -> None:
    """Count cases by rule and state, verdicts, reviews with their reasons, ages, and overdue days."""
    words = Words(texts_for(lang).language)
    with CaseStore(store, create=False) as kept:
        cases = kept.cases()
    folder = folder_of(store)
    told = statistics(cases, _noon(on), logs=None if folder is None else folder / "run")
    console = Console(highlight=False, soft_wrap=True)
    if as_json:
        typer.echo(json.dumps(told.document(), indent=1))
        return
    for line in _lines(told, words):
        console.print(line, markup=False)


def _noon(day: str | None) -> int:
    if day is None:
        return utc_ns()
    try:
        return from_local(date.fromisoformat(day), time(12))
    except ValueError:
        msg = f"--on {day}: expected a day, YYYY-MM-DD"
        raise InputError(msg) from None


def _lines(told: Statistics, words: Words) -> Iterator[str]:
    t = words.text
    yield t("{count} cases", count=told.cases)
    for (rule, state), count in told.states.items():
        yield f"  {t(rule)}, {t(state)}: {count}"
    if told.verdicts:
        yield t("Verdicts of the engine, by window:")
    for (rule, kind, why), count in told.verdicts.items():
        yield f"  {t(rule)}, {t(kind)}{': ' + t(why) if why else ''}: {count}"
    yield t("Decisions of officers:")
    for (decision, why), count in told.decisions.items():
        yield f"  {t(decision)}{': ' + t(why) if why else ''}: {count}"
    if told.stand_in:
        yield f"  {t('stand-in-accepted')}: {told.stand_in}"
    yield t(
        "Rejected: {share} ({count}), 95 % interval {interval}",
        share=words.percent(told.rejected.value),
        count=words.count(told.rejected),
        interval=words.interval(told.rejected),
    )
    yield from _waiting(told, words)


def _waiting(told: Statistics, words: Words) -> Iterator[str]:
    t = words.text
    if told.ages_days:
        yield t(
            "Open cases: {count}, days since the last step: median {median}, most {most}",
            count=len(told.ages_days),
            median=words.number(float(np.median(told.ages_days)), 1),
            most=told.ages_days[-1],
        )
    else:
        yield t("No case is open.")
    if not told.overdue:
        yield t("Nothing is overdue.")
    for one in told.overdue[:MOST_LISTED]:
        yield t(
            "Overdue: {case}, {what}, {days} days",
            case=one.case_id,
            what=t(f"overdue {one.what}"),
            days=one.days,
        )
    if len(told.overdue) > MOST_LISTED:
        yield t("and {count} more that are overdue", count=len(told.overdue) - MOST_LISTED)
