"""The report of a run: one HTML file that needs nothing else, and the same as JSON."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from detectors.datatypes.cases import Case
from scenarios.reports import plots
from scenarios.reports.assumptions import Assumption, assumptions
from scenarios.reports.pictures import Picture, evidence, jpeg_uri
from scenarios.reports.replications import Replication, replications
from scenarios.reports.schema import command, config_sha256, document
from scenarios.reports.wording import Words
from scenarios.reports.zone_map import zone_map
from scenarios.results import RunResult
from scenarios.score import CaseMatch, Match, Score, Shortfall, pooled, shortfalls

SHOWN_PER_RULE = 4
WRONG = (Match.WRONG_VEHICLE, Match.NOBODY)


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A case with its pictures."""

    case: Case
    match: CaseMatch
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class ShownView:
    """A view with what its camera showed; captions are times of day."""

    view: str
    detector: str
    oracle: bool
    frames: int
    cases: int
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page shows, in the order in which it shows it."""

    results: tuple[RunResult, ...]
    scores: tuple[Score, ...]
    total: Score
    shortfalls: tuple[Shortfall, ...]
    views: tuple[ShownView, ...]
    cases: tuple[ShownCase, ...]
    replications: tuple[Replication, ...]
    assumptions: tuple[Assumption, ...]
    plots: dict[str, Markup]
    command: str
    config_sha256: str

    @property
    def first(self) -> RunResult:
        """The run whose pictures and times are shown."""
        return self.results[0]


def write_report(results: Sequence[RunResult], scores: Sequence[Score], out: Path, lang: str = "en") -> Path:
    """Write report.html and report.json to `out` and return the path of the page.

    `scores` belong to `results`, one each. Raises ValueError where they do not, or are none.
    """
    if not results or [one.seed for one in results] != [seed for one in scores for seed in one.seeds]:
        msg = f"write_report: expected one score a run, got {len(results)} runs and {len(scores)} scores"
        raise ValueError(msg)
    words = Words(lang)
    report = _report(tuple(results), tuple(scores), words)
    told = document(report.results, report.scores, report.total, report.replications)
    (out / "report.json").write_text(
        json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8"
    )
    page = out / "report.html"
    page.write_text(_page(report, words), encoding="utf-8")
    return page


def _report(results: tuple[RunResult, ...], scores: tuple[Score, ...], words: Words) -> Report:
    total = pooled(scores)
    return Report(
        results=results,
        scores=scores,
        total=total,
        shortfalls=shortfalls(total, results[0].scenario),
        views=_views(results[0], words),
        cases=_shown_cases(results[0], scores[0]),
        replications=replications(scores) if len(scores) > 1 else (),
        assumptions=assumptions(results[0], words),
        plots=_plots(results, scores, total, words),
        command=command(results),
        config_sha256=config_sha256(results[0]),
    )


def _plots(
    results: tuple[RunResult, ...], scores: tuple[Score, ...], total: Score, words: Words
) -> dict[str, Markup]:
    drawn = {
        "map": zone_map(results[0], scores[0], words),
        "timeline": plots.timeline(results[0], scores[0], words),
        "dwell": plots.dwell(results, total, words),
        "ladder": plots.ladder(results, words),
    }
    if len(scores) > 1:
        drawn["seeds"] = plots.seeds(scores, words)
    return {name: Markup(svg) for name, svg in drawn.items()}  # noqa: S704 - drawn here, not typed in


def _views(result: RunResult, words: Words) -> tuple[ShownView, ...]:
    return tuple(
        ShownView(
            view.view,
            view.detector,
            view.oracle,
            view.frames,
            len(view.cases),
            tuple(Picture(_moment(code, words), jpeg_uri(jpeg)) for code, jpeg in view.pictures),
        )
        for view in result.views
    )


def _moment(code: str, words: Words) -> str:
    return words.clock(int(code)) if code.isdecimal() else words.text(code)


def _shown_cases(result: RunResult, score: Score) -> tuple[ShownCase, ...]:
    """Return the first few cases of each rule, and as many that were wrong: nobody hides an error."""
    match_of = {match.case_id: match for match in score.matches}
    cases = [case for view in result.views for case in view.cases]
    cases.sort(key=lambda case: (case.rule, case.opened_ns, case.case_id))
    chosen: list[Case] = []
    for rule in dict.fromkeys(case.rule for case in cases):
        mine = [case for case in cases if case.rule == rule]
        wrong = [case for case in mine if match_of[case.case_id].match in WRONG]
        right = [case for case in mine if case not in wrong]
        chosen += _telling(right)[:SHOWN_PER_RULE] + wrong[:SHOWN_PER_RULE]
    return tuple(_shown(case, match_of[case.case_id], result) for case in chosen)


def _shown(case: Case, match: CaseMatch, result: RunResult) -> ShownCase:
    return ShownCase(case, match, evidence(result.out, case))


def _telling(cases: list[Case]) -> list[Case]:
    """Return the cases that went farthest up the ladder first."""
    return sorted(cases, key=lambda case: -len(case.history))


def _page(report: Report, words: Words) -> str:
    return environment().get_template("report.html").render(r=report, w=words, t=words.text)


def environment() -> Environment:
    """Return the templates of the reports, which escape what they are given."""
    return Environment(
        loader=PackageLoader("scenarios", "reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
