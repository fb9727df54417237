"""The report of a rollout: one HTML file that needs nothing else, and the same as JSON."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from scenarios.phases.measures import ALL, Arms, Conclusion, Estimate, Week
from scenarios.phases.rollout import Rollout, Stage
from scenarios.reports import rollout_plots
from scenarios.reports.rollout_inputs import Input, inputs
from scenarios.reports.wording import NOTHING, UNBROKEN, Words
from twin.field.crews import CrewKind, Outcome

VERSION = "1"
VERSIONED = ("bconnect-twin", "numpy", "scipy", "simpy")
RESTS_ON = {  # an outcome that follows almost by itself from an input says so
    "compliance_shown": (
        "officer_certainty",
        "benefit_median",
        "benefit_sigma_driver",
        "benefit_sigma_visit",
    ),
    "side_street": ("side_street", "side_walk"),
    "waited": ("waiting_per_min",),
}


@dataclass(frozen=True, slots=True)
class CrewRow:
    """The load of one kind of crew: jobs a day by outcome, mean minutes from order to arrival."""

    kind: CrewKind
    jobs: tuple[float, ...]
    wait_min: float | None


@dataclass(frozen=True, slots=True)
class RolloutReport:
    """All that the page shows."""

    rollout: Rollout
    weeks: tuple[Week, ...]
    conclusion: Conclusion
    crews: tuple[CrewRow, ...]
    inputs: tuple[Input, ...]
    plots: dict[str, Markup]
    days: int
    drivers: int
    seeds: tuple[int, ...]
    command: str
    config_sha256: str
    versions: tuple[tuple[str, str], ...]

    @property
    def totals(self) -> tuple[Week, ...]:
        """The weeks of all zones together."""
        return tuple(week for week in self.weeks if week.zone == ALL)

    @property
    def told_first(self) -> tuple[Week, ...]:
        """The first week, the last of enforcement and the last of all, each once."""
        enforced = [week for week in self.totals if week.stage is Stage.ENFORCEMENT]
        return tuple(dict.fromkeys((self.totals[0], *enforced[-1:], self.totals[-1])))


class RolloutWords(Words):
    """How estimates read."""

    def points(self, one: Estimate | None) -> str:
        """Return a difference of shares in percentage points with its sign."""
        if one is None:
            return NOTHING
        return ("+" if one.mean > 0 else "") + self._points(one.mean)

    def span(self, one: Estimate | None) -> str:
        """Return the t interval of a share, in per cent or points."""
        if one is None or one.low is None or one.high is None:
            return ""
        return f"{self._points(one.low)}{UNBROKEN}…{UNBROKEN}{self._points(one.high)}"

    def _points(self, share: float) -> str:
        # a share that rounds to nothing has no sign
        rounded = round(100 * share, 1) or 0.0
        return self.number(rounded, 1).replace("-", "\N{MINUS SIGN}")


def schema_text() -> str:
    """Return the JSON Schema (2020-12) of rollout.json."""
    return files("scenarios.reports").joinpath("rollout.schema.json").read_text(encoding="utf-8")


def write_rollout_report(
    rollout: Rollout,
    arms: Sequence[Arms],
    found: tuple[Week, ...],
    said: Conclusion,
    out: Path,
    lang: str = "en",
) -> Path:
    """Write report.html and rollout.json to `out` and return the path of the page."""
    words = RolloutWords(lang)
    report = _report(rollout, arms, found, said, words)
    told = json.dumps(document(report), indent=1, ensure_ascii=False, allow_nan=False)
    (out / "rollout.json").write_text(told + "\n", encoding="utf-8")
    page = out / "report.html"
    page.write_text(_page(report, words), encoding="utf-8")
    return page


def _report(
    rollout: Rollout, arms: Sequence[Arms], found: tuple[Week, ...], said: Conclusion, words: Words
) -> RolloutReport:
    seeds = tuple(one.rollout.seed for one in arms)
    days = len(arms[0].rollout.days) - rollout.lead_in_days
    drawn = {
        "history": rollout_plots.history(rollout, arms, words),
        "zones": rollout_plots.zones(rollout, found, words),
        "field": rollout_plots.field(rollout, arms, words),
        "displacement": rollout_plots.displacement(found, words),
    }
    return RolloutReport(
        rollout=rollout,
        weeks=found,
        conclusion=said,
        crews=_crews(rollout, arms),
        inputs=inputs(rollout),
        plots={name: Markup(svg) for name, svg in drawn.items()},  # noqa: S704 - drawn here, not typed in
        days=days,
        drivers=arms[0].rollout.drivers,
        seeds=seeds,
        command=f"bconnect rollout {rollout.name} --days {days} --seed {seeds[0]} --seeds {len(seeds)}",
        config_sha256=hashlib.sha256(repr(rollout).encode()).hexdigest(),
        versions=tuple((name, version(name)) for name in VERSIONED),
    )


def _crews(rollout: Rollout, arms: Sequence[Arms]) -> tuple[CrewRow, ...]:
    counted = slice(rollout.lead_in_days, None)
    jobs = np.mean([one.rollout.jobs[counted].mean(axis=0) for one in arms], axis=0)
    waits_s = np.sum([one.rollout.waits_s[counted].sum(axis=0) for one in arms], axis=0)
    arrived = np.sum([one.rollout.arrived[counted].sum(axis=0) for one in arms], axis=0)
    return tuple(
        CrewRow(
            kind,
            tuple(map(float, jobs[row])),
            float(waits_s[row] / arrived[row] / 60) if arrived[row] else None,
        )
        for row, kind in enumerate(CrewKind)
    )


def document(report: RolloutReport) -> dict[str, Any]:
    """Return rollout.json as plain values: inputs on one side, outcomes on the other."""
    rollout = report.rollout
    return {
        "version": VERSION,
        "simulated": True,
        "seen": "analytic",
        "calibrated": False,
        "rollout": {
            "name": rollout.name,
            "zones": list(rollout.zones),
            "first_day": rollout.first_day.isoformat(),
            "days": report.days,
            "lead_in_days": rollout.lead_in_days,
            "drivers": report.drivers,
        },
        "inputs": [_input(one) for one in report.inputs],
        "outcomes": {
            "conclusion": {
                "verdict": report.conclusion.verdict.value,
                "days_after_withdrawal": report.conclusion.days_after,
            },
            "weeks": [_week(week) for week in report.weeks],
            "crews": [_crew(row) for row in report.crews],
            "rests_on": {name: list(keys) for name, keys in RESTS_ON.items()},
        },
        "reproduce": {
            "command": report.command,
            "config_sha256": report.config_sha256,
            "seeds": list(report.seeds),
            "versions": dict(report.versions),
        },
        "licences": {"program": "AGPL-3.0-or-later"},
    }


def _input(one: Input) -> dict[str, str]:
    return {
        "table": one.table,
        "name": one.name,
        "what": one.what,
        "value": one.value,
        "unit": one.unit,
        "source": one.source,
        "standing": one.standing,
    }


def _week(week: Week) -> dict[str, Any]:
    return {
        "week": week.number,
        "first_day": week.first.isoformat(),
        "last_day": week.last.isoformat(),
        "stage": week.stage.value,
        "zone": week.zone,
        "wishes": week.wishes,
        "compliance_alone": _estimate(week.alone),
        "compliance_shown": _estimate(week.shown),
        "culture_gap": _estimate(week.gap),
        "complied_in_sight": _estimate(week.seen),
        "complied_out_of_sight": _estimate(week.unseen),
        "rollout_less_untouched": _estimate(week.effect),
        "rollout_less_no_recall": _estimate(week.cameras),
        "norm_less_untouched": _estimate(week.norm),
        "side_street": _estimate(week.side_street),
        "waited": _estimate(week.waited),
    }


def _estimate(one: Estimate | None) -> dict[str, Any] | None:
    return None if one is None else {"mean": one.mean, "low": one.low, "high": one.high, "n": one.n}


def _crew(row: CrewRow) -> dict[str, Any]:
    outcomes = {outcome.value: count for outcome, count in zip(Outcome, row.jobs, strict=True)}
    return {"kind": row.kind.value, "jobs_a_day": outcomes, "wait_min": row.wait_min}


def _page(report: RolloutReport, words: RolloutWords) -> str:
    templates = Environment(
        loader=PackageLoader("scenarios", "reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template("rollout.html").render(
        r=report, w=words, t=words.text, outcomes=tuple(Outcome)
    )
