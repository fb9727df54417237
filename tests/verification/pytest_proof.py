"""A proof that is a file of tests: run in its long form, told test by test."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.verification.extent import VARIABLE
from tests.verification.page import ROOT, Finding, Table

COLUMNS = ("what holds", "runs", "failed", "measured", "s")
TOLD = {"complaints": "What failed", "known": "Known not to hold", "left_out": "Not run"}


@dataclass
class Shown:
    """What the runs of one test, one a parameter, came to."""

    runs: int = 0
    failed: int = 0
    seconds: float = 0.0
    measured: dict[str, list[float]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)  # not to hold, and told why
    left_out: list[str] = field(default_factory=list)  # not run, and told why

    def add(self, case: ET.Element) -> None:
        """Add one run as it stands in the report of pytest."""
        left_out = [one for one in case.findall("skipped") if one.get("type") != "pytest.xfail"]
        self.left_out += [f"{case.get('name')}: {one.get('message')}" for one in left_out]
        self.runs += not left_out
        self.seconds += float(case.get("time", "0"))
        for bad in (*case.findall("failure"), *case.findall("error")):
            self.failed += 1
            self.complaints.append(f"{case.get('name')}: {(bad.get('message') or '').splitlines()[0][:160]}")
        for lacking in case.findall("skipped"):
            if lacking.get("type") == "pytest.xfail":
                self.known.append(f"{case.get('name')}: {lacking.get('message')}")
        for one in case.iter("property"):
            self.measured.setdefault(one.get("name", ""), []).append(float(one.get("value", "nan")))


def prove(file: str, *, long: bool) -> Finding:
    """Run the tests of a file of this folder."""
    path = Path(__file__).with_name(file)
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        environment = {**os.environ, VARIABLE: "long" if long else "short"}
        told = f"--junitxml={report}", "--override-ini=junit_family=xunit1"  # which knows properties
        command = (sys.executable, "-m", "pytest", str(path), *told)
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
        cases = list(ET.parse(report).iter("testcase")) if report.exists() else []  # noqa: S314 - our own
    return finding(cases, exit_code=done.returncode)


def finding(cases: list[ET.Element], *, exit_code: int) -> Finding:
    """Return what the cases of a report of pytest show."""
    shown: dict[str, Shown] = {}
    for case in cases:
        shown.setdefault(case.get("name", "").partition("[")[0], Shown()).add(case)
    runs, failed = (sum(getattr(one, what) for one in shown.values()) for what in ("runs", "failed"))
    unshown = sum(one.runs == 0 for one in shown.values())
    holds = exit_code == 0 and failed == unshown == 0 and runs > 0
    if not runs:
        return Finding(holds, f"Nothing was shown: pytest ended with exit code {exit_code}.", ())
    missed = "Not all shown" if unshown and not failed and exit_code == 0 else "Not all hold"
    sentence = f"{'All hold' if holds else missed}: statements {len(shown)}, runs {runs}, failed {failed}."
    tables = [Table("Statements", COLUMNS, tuple(_row(name, one) for name, one in shown.items()))]
    for what, title in TOLD.items():
        rows = tuple((text,) for one in shown.values() for text in getattr(one, what))
        if rows:
            tables.append(Table(title, ("run",), rows))
            sentence += "" if what == "complaints" else f" {title}: {len(rows)}, told below."
    return Finding(holds, sentence, tuple(tables))


def _row(name: str, one: Shown) -> tuple[str, ...]:
    measured = "; ".join(f"{_span(values)} {what}" for what, values in one.measured.items())
    words = name.removeprefix("test_").replace("_", " ")
    return words, str(one.runs), str(one.failed), measured, f"{one.seconds:.1f}"


def _span(values: list[float]) -> str:
    low, high = min(values), max(values)
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"
