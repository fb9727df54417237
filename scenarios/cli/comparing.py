"""What `bconnect compare` does: the comparison that was asked for, and what is said of its outcome."""

import re
import shlex
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scenarios.curve_names import curves_named, short_of_curves
from scenarios.errors import InputError
from scenarios.planning.compare import Compared, Comparison, RenderedRow, Row, compare
from scenarios.planning.evenings import Hours, usual_hours
from scenarios.progress import Progress
from scenarios.rendered_check import rendered_check
from scenarios.reports.comparison import facts, headline, write_comparison
from scenarios.reports.wording import Words
from scenarios.results import Scenario
from scenarios.spec import check_on_map, check_zone, load_plan, load_scenario, plan_on
from scenarios.staging import staged
from scenarios.texts import Texts
from twin.cameras.plans import CameraPlan
from twin.network import library
from twin.network.model import RoadNetwork

HOURS = re.compile(r"(\d{1,2}:\d{2})-(\d{1,2}:\d{2})")
SAID_ROWS = ("caught, mean of the rules", "caught", "caught, number", "caught, plate read")
MARK = "report.json"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line."""

    plan_a: str
    plan_b: str
    scenario: str
    seeds: tuple[int, ...]
    hours: str | None
    short: bool
    threshold: float
    rendered: bool
    curves: str | None = None

    def command(self) -> str:
        """Return the command that gives the same again."""
        words = ["bconnect", "compare", self.plan_a, self.plan_b, "--scenario", self.scenario]
        words += ["--seed", str(self.seeds[0]), "--seeds", str(len(self.seeds))]
        words += ["--hours", self.hours] if self.hours else []
        words += ["--threshold", f"{self.threshold:g}"]
        words += ["--short"] if self.short else []
        words += ["--curves", self.curves] if self.curves else []
        words += ["--rendered"] if self.rendered else []
        return shlex.join(words)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """The comparison, the check of it, and where the report is."""

    compared: Compared
    rendered: tuple[RenderedRow, ...]
    report_path: Path


def make_spec(
    plan_a: str, plan_b: str, scenario: str, hours: str | None, *, short: bool, threshold: float,
    curves: str | None = None,
) -> Comparison:  # fmt: skip
    """Return the comparison that was asked for, checked against its network; raises InputError."""
    setting = load_scenario(scenario)
    looked_at = _hours(hours, setting, short=short)
    network = library.resolve(setting.network)
    check_zone(setting, network)
    both = [_plan(name, network) for name in (plan_a, plan_b)]
    known = curves_named(curves, setting.detector)
    return Comparison(setting, network, both[0], both[1], looked_at, threshold / 100, known)


def _plan(name: str, network: RoadNetwork) -> CameraPlan:
    plan = plan_on(load_plan(name), network)
    check_on_map(plan, network)
    return plan


def _hours(text: str | None, scenario: Scenario, *, short: bool) -> Hours:
    if text is not None and short:
        msg = "--hours and --short: expected one of them"
        raise InputError(msg)
    if text is None:
        return Hours(scenario.short_start, scenario.short_end) if short else usual_hours(scenario)
    found = HOURS.fullmatch(text.strip())
    try:
        first, last = (time.fromisoformat(part.rjust(5, "0")) for part in (found.groups() if found else ()))
    except ValueError:
        msg = f"--hours {text}: expected two times of day like 16:00-19:00"
        raise InputError(msg) from None
    if not first < last:
        msg = f"--hours {text}: expected the first time before the second"
        raise InputError(msg)
    return Hours(first, last)


def usual_out(spec: Comparison) -> Path:
    """Return the folder of a result that names none."""
    return Path("out") / f"{spec.plan_a.name}-vs-{spec.plan_b.name}"


def say_left_out(spec: Comparison, texts: Texts) -> None:
    """Say of each plan how many of its cameras lie on another network and take no part."""
    for plan in {spec.plan_a.name: spec.plan_a, spec.plan_b.name: spec.plan_b}.values():
        if plan.left_out:
            said = texts.text(
                "The plan {plan} lies on another network: {count} of its cameras are not on {network} "
                "and take no part.",
                plan=plan.name,
                count=len(plan.left_out),
                network=plan.network,
            )
            Console(highlight=False, soft_wrap=True).print(said, markup=False)


def run(
    spec: Comparison, request: Request, workers: int, out: Path, texts: Texts, progress: Progress
) -> Outcome:
    """Compare, check, and write the report; `out` appears when all of it is there."""
    with staged(out, MARK) as stage:
        compared = compare(spec, request.seeds, workers, progress)
        rendered = (
            rendered_check(spec, request.seeds[0], stage, workers, progress) if request.rendered else ()
        )
        page = write_comparison(compared, stage, request.command(), texts.language, rendered)
        return Outcome(compared, rendered, out / page.relative_to(stage))


def show(outcome: Outcome, texts: Texts) -> None:
    """Say the decision, the rows that matter, the check, and where the report is."""
    words = Words(texts.language)
    console = Console(highlight=False)
    console.print(headline(outcome.compared, words), markup=False, soft_wrap=True)
    spec = outcome.compared.spec
    known = short_of_curves(spec.curves, texts)
    table = Table(title=f"{texts.text('analytic')}: {texts.text('Sensing curves').lower()} {known}")
    for heading in ("Rule", "Measure", "A", "B", "B less A", "95 % t interval", "Finding"):
        table.add_column(texts.text(heading))
    for row in outcome.compared.rows:
        if row.measure in SAID_ROWS:
            table.add_row(*_cells(row, texts))
    console.print(table)
    for one in facts(outcome.compared):
        said = texts.text(
            "{letter}: {cameras} cameras, {views} views, {price} million rupiah, {mbps} Mbps",
            letter=one.letter,
            cameras=one.cameras,
            views=one.views,
            price=words.number(one.price_idr / 1e6),
            mbps=words.number(one.bitrate_bps / 1e6),
        )
        console.print(said, markup=False, soft_wrap=True)
    for check in outcome.rendered:
        console.print(_checked(check, texts, words), markup=False, soft_wrap=True)
    console.print(texts.text("Report: {path}", path=outcome.report_path), markup=False, soft_wrap=True)


def _cells(row: Row, texts: Texts) -> tuple[str, ...]:
    scale = 100.0 if row.share else 1.0
    unit = " %" if row.share else ""
    means = [f"{scale * (mean or 0.0):.1f}{unit}" for mean in (row.mean_a, row.mean_b)]
    group = texts.text("All rules") if row.group == "all" else texts.text(row.group)
    if row.difference is None:
        return group, texts.text(row.measure), *means, "-", "-", texts.text(row.decision)
    d = row.difference
    between = f"{scale * d.low:+.1f} .. {scale * d.high:+.1f}"
    return (
        group,
        texts.text(row.measure),
        *means,
        f"{scale * d.estimate:+.1f}",
        between,
        texts.text(row.decision),
    )


def _checked(check: RenderedRow, texts: Texts, words: Words) -> str:
    said = texts.text(
        "{plan}, {rule}: rendered {rendered} ({hits}/{trials}), analytic {analytic}",
        plan=check.plan,
        rule=texts.text(check.rule),
        rendered=words.percent(check.rendered),
        hits=check.hits,
        trials=check.trials,
        analytic=words.percent(check.analytic),
    )
    return said if check.fits else f"{said}: {texts.text('the closed form does not fit')}"
