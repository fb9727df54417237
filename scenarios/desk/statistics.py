"""What a desk has on it: cases by rule and state, verdicts, decisions with reasons, ages, what is overdue."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from detectors.cases.deadlines import answer_due, letter_due, payment_due
from detectors.cases.policy import STAND_IN, ProcedureDays
from detectors.cases.tracks import FINAL
from detectors.datatypes.cases import Case, CaseEvent, CaseState, CaseTrack
from scenarios.desk.dossier import local_day
from scenarios.errors import InputError
from scenarios.score import Share

UNPAID = (CaseState.TILANG, CaseState.BLOCKED, CaseState.PENDEREKAN)
DECISIONS = (CaseState.ACCEPTED, CaseState.REJECTED, CaseState.PICTURE_ASKED)


@dataclass(frozen=True, slots=True)
class Overdue:
    """What should have been done about a case by a day: a letter, an answer, a payment (a code)."""

    case_id: str
    what: str
    days: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of one store on one day.

    `states` are by (rule, state); `verdicts` by (rule, kind, reason), from the run logs beside the store,
    none where there are none. `decisions` are by (what, reason) of officers; `stand_in` counts cases that
    were accepted without one. `rejected` is of the cases that officers accepted or rejected. `ages_days`
    are those of cases that are not closed, since their last step.
    """

    cases: int
    states: dict[tuple[str, str], int]
    verdicts: dict[tuple[str, str, str], int]
    decisions: dict[tuple[str, str], int]
    stand_in: int
    rejected: Share
    ages_days: tuple[int, ...]
    overdue: tuple[Overdue, ...]

    def document(self) -> dict[str, Any]:
        """Return the counts as plain values."""
        low, high = self.rejected.interval
        return {
            "cases": self.cases,
            "states": [{"rule": r, "state": s, "n": n} for (r, s), n in self.states.items()],
            "verdicts": [
                {"rule": r, "verdict": v, "reason": why or None, "n": n}
                for (r, v, why), n in self.verdicts.items()
            ],
            "decisions": [
                {"decision": d, "reason": why or None, "n": n} for (d, why), n in self.decisions.items()
            ],
            "stand_in": self.stand_in,
            "rejected": {
                "hits": self.rejected.hits,
                "trials": self.rejected.trials,
                "value": self.rejected.value,
                "low": low,
                "high": high,
            },
            "ages_days": list(self.ages_days),
            "overdue": [{"case_id": o.case_id, "what": o.what, "days": o.days} for o in self.overdue],
        }


def statistics(
    cases: Iterable[Case], now_ns: int, *, logs: Path | None = None, days: ProcedureDays | None = None
) -> Statistics:
    """Return the counts of cases on the local day of `now_ns`; `logs` is the folder of the run logs."""
    found, today = tuple(cases), local_day(now_ns)
    of = days or ProcedureDays()
    reviews = [event for case in found for event in case.history if _is_decision(event)]
    by_officers = [event for event in reviews if event.ground != STAND_IN]
    accepted = sum(event.state is CaseState.ACCEPTED for event in by_officers)
    rejected = sum(event.state is CaseState.REJECTED for event in by_officers)
    open_cases = [case for case in found if case.state not in FINAL]
    return Statistics(
        cases=len(found),
        states=_counted((case.rule, case.state.value) for case in found),
        verdicts=_verdicts(logs),
        decisions=_counted((event.state.value, event.ground) for event in by_officers),
        stand_in=len(reviews) - len(by_officers),
        rejected=Share(rejected, accepted + rejected),
        ages_days=tuple(
            sorted((today - local_day(case.history[-1].timestamp_ns)).days for case in open_cases)
        ),
        overdue=tuple(sorted(_overdue(open_cases, today, of), key=lambda one: (-one.days, one.case_id))),
    )


def _is_decision(event: CaseEvent) -> bool:
    return event.state in DECISIONS


def _counted(keys: Iterable[tuple[str, ...]]) -> dict[Any, int]:
    return dict(sorted(Counter(keys).items()))


def _overdue(cases: Iterable[Case], today: date, of: ProcedureDays) -> Iterator[Overdue]:
    for case in cases:
        due = _due(case, of)
        if due is not None and due[1] is not None and today > due[1]:
            yield Overdue(case.case_id, due[0], (today - due[1]).days)


def _due(case: Case, of: ProcedureDays) -> tuple[str, date | None] | None:
    """Return what a case waits for and by when; None where it waits for nothing that has a day."""
    waits = (CaseState.CAPTURED, CaseState.PICTURE_ASKED, CaseState.ACCEPTED)
    if case.enforcement is CaseTrack.MOVING and case.state in waits:
        return "letter", letter_due(case, of, local_day)
    if case.state is CaseState.LETTER:
        return "answer", answer_due(case, of, local_day)
    if case.state in UNPAID:
        return "payment", payment_due(case, of, local_day)
    return None


def _verdicts(logs: Path | None) -> dict[Any, int]:
    """Return how many windows ended in which verdict: of each window the last that was said counts."""
    last: dict[tuple[str, ...], tuple[str, str, str]] = {}
    for log in sorted(logs.glob("*.jsonl")) if logs is not None and logs.is_dir() else ():
        with log.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                for window, verdict in _said(line, f"{log}, line {number}"):
                    last[(log.stem, *window)] = verdict
    return _counted(last.values())


def _said(line: str, where: str) -> Iterator[tuple[tuple[str, ...], tuple[str, str, str]]]:
    try:
        for one in json.loads(line)["verdicts"]:
            window = (one["rule"], one["place"], str(one["track"]), str(one["opened_ns"]))
            yield window, (one["rule"], one["kind"], one["reason"] or "")
    except (ValueError, KeyError, TypeError) as error:
        msg = f"{where}: not a line of a run log ({type(error).__name__})"
        raise InputError(msg) from error
