"""Gates before a phase: what is proved, what is not, and what fails (DOMAIN 6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What can be said of a criterion."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    FAIL = "FAIL"
    NOT_PROVED = "NOT PROVED"


@dataclass(frozen=True, slots=True)
class GateRow:
    """One criterion: its limit, what was found, the verdict, and why or where."""

    criterion: str
    limit: str
    found: str
    verdict: Verdict
    note: str = ""


def overall(rows: Iterable[GateRow]) -> Verdict:
    """Return the verdict of a gate: one failure fails it, one open criterion leaves it open."""
    verdicts = {row.verdict for row in rows}
    if Verdict.FAIL in verdicts:
        return Verdict.FAIL
    return Verdict.NOT_PROVED if Verdict.NOT_PROVED in verdicts or not verdicts else Verdict.PASS
