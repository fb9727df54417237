"""The report of a comparison: one HTML file that needs nothing else, and the same as JSON."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from markupsafe import Markup

from scenarios.curve_names import short_of_curves
from scenarios.planning.compare import Compared, Decision, RenderedRow, Row
from scenarios.reports import comparison_plots
from scenarios.reports.report import environment
from scenarios.reports.wording import Words
from scenarios.score import Seen
from scenarios.texts import Texts
from twin.cameras.curves import DetectorCurves, condition_text
from twin.cameras.plans import CameraPlan
from twin.cameras.sensing import Curves, SensingCurves

VERSION = "1"
VERSIONED = ("bconnect-twin", "numpy", "numba", "simpy", "scipy")


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What a plan is and takes, beside what it catches."""

    letter: str
    name: str
    cameras: int
    views: int
    price_idr: int
    bitrate_bps: int
    left_out: int


def write_comparison(
    compared: Compared, out: Path, command: str, lang: str = "en", rendered: Sequence[RenderedRow] = ()
) -> Path:
    """Write report.html and report.json to `out` and return the path of the page."""
    words = Words(lang)
    told = document(compared, command, rendered)
    text = json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    (out / "report.json").write_text(text, encoding="utf-8")
    plots = {
        "maps": Markup(comparison_plots.maps(compared, words)),  # noqa: S704 - drawn here, not typed in
        "pairs": Markup(comparison_plots.pairs(compared, words)),  # noqa: S704 - drawn here, not typed in
    }
    page = out / "report.html"
    template = environment().get_template("comparison.html")
    html = template.render(
        c=compared,
        plans=facts(compared),
        headline=headline(compared, words),
        plots=plots,
        rendered=rendered,
        assumed=assumed(compared.spec.curves, words),
        curves=short_of_curves(compared.spec.curves, Texts(lang)),
        refits=len(compared.pairs[0].drawn_a) if compared.pairs else 0,
        command=command,
        fingerprint=told["reproduce"]["config_sha256"],
        versions=told["reproduce"]["versions"],
        w=words,
        t=words.text,
    )
    page.write_text(html, encoding="utf-8")
    return page


def headline(compared: Compared, words: Words) -> str:
    """Return the line that the report leads with."""
    if compared.decision is Decision.NOT_RESOLVED:
        return words.text("Not resolved: neither plan is shown to be better")
    plan = compared.spec.plan_a if compared.decision is Decision.A else compared.spec.plan_b
    return words.text("Plan {letter} is better: {name}", letter=compared.decision.value, name=plan.name)


def facts(compared: Compared) -> tuple[PlanFacts, PlanFacts]:
    """Return what the two plans are and take."""
    spec = compared.spec
    return _facts("A", spec.plan_a), _facts("B", spec.plan_b)


def _facts(letter: str, plan: CameraPlan) -> PlanFacts:
    return PlanFacts(
        letter,
        plan.name,
        len(plan.cameras),
        len(plan.views),
        plan.price_idr,
        plan.bitrate_bps,
        len(plan.left_out),
    )


def assumed(curves: Curves, words: Words) -> tuple[tuple[str, str], ...]:
    """Return what the sensing curves are or rest on, with values."""
    return _fitted(curves, words) if isinstance(curves, DetectorCurves) else _stated(curves, words)


def _fitted(curves: DetectorCurves, words: Words) -> tuple[tuple[str, str], ...]:
    on = curves.fitted_on
    return (
        (words.text("Detector that the curves were fitted for"), curves.detector),
        (words.text("Fitted on (date)"), on.made_on),
        (words.text("Sightings, vehicles, views behind the fit"),
         f"{on.sightings} / {on.vehicles} / {len(on.views)}"),
        (words.text("Seeds of the views"), ", ".join(map(str, on.seeds))),
        (words.text("Light and weather that were fitted"), "; ".join(map(condition_text, curves.conditions))),
        (words.text("Mean run of frames without a find, s"),
         " / ".join(words.number(one, 1) for one in curves.missing_s.mean(axis=1).tolist())),
        (words.text("Form: {form}", form="").strip(" :"), words.text(curves.form)),
    )  # fmt: skip


def _stated(curves: SensingCurves, words: Words) -> tuple[tuple[str, str], ...]:
    """Return the parameters of the sensing curves with their values."""
    sizes = " / ".join(words.number(size, 1) for size in curves.size_m)
    return (
        (words.text("Size at which half is found, px"), words.number(curves.half_px, 1)),
        (words.text("Spread of the curve, in the logarithm of the size"), words.number(curves.spread, 2)),
        (words.text("Size of a vehicle, m (motorcycle / car / bus / truck)"), sizes),
        (
            words.text("Distance at which sight begins and ends to fade, m"),
            f"{words.number(curves.far_m)} / {words.number(curves.far_m + curves.fade_m)}",
        ),
        (words.text("Chance by night, of that by day"), words.percent(curves.night)),
        (words.text("Chance in plain view"), words.percent(curves.alert)),
    )


def document(compared: Compared, command: str, rendered: Sequence[RenderedRow]) -> dict[str, Any]:
    """Return report.json as plain values."""
    spec = compared.spec
    config = repr((spec.scenario, spec.plan_a, spec.plan_b, spec.hours, spec.threshold, _curves(spec.curves)))
    return {
        "version": VERSION,
        "kind": "comparison",
        "simulated": True,
        "seen": Seen.ANALYTIC.value,
        "calibrated": spec.curves.calibrated,
        "curves_from": curves_from(spec.curves),
        "decision": compared.decision.value,
        "scenario": spec.scenario.name,
        "zone": spec.scenario.zone,
        "hours": [spec.hours.start.isoformat(), spec.hours.end.isoformat()],
        "plans": [asdict(one) for one in facts(compared)],
        "rows": [_row(row) for row in compared.rows],
        "seeds": [
            {
                "seed": one.seed,
                "violations": {rule: one.evening.rules.count(rule) for rule in sorted({*one.evening.rules})},
                "caught_a": float(one.chance_a.sum()),
                "caught_b": float(one.chance_b.sum()),
            }
            for one in compared.pairs
        ],
        "rendered": [asdict(one) | {"fits": one.fits} for one in rendered],
        "curves": _curves(spec.curves),
        "reproduce": {
            "command": command,
            "config_sha256": hashlib.sha256(config.encode()).hexdigest(),
            "versions": {name: version(name) for name in VERSIONED},
        },
        "licences": {"program": "AGPL-3.0-or-later", "network": spec.network.attribution},
    }


def _row(row: Row) -> dict[str, Any]:
    return asdict(row) | {"decision": row.decision.value, "seen": Seen.ANALYTIC.value}


def curves_from(curves: Curves) -> str:
    """Return where the curves come from: "stated", or the detector and day of the fit."""
    if isinstance(curves, DetectorCurves):
        return f"fitted for {curves.detector} on {curves.fitted_on.made_on}"
    return "stated"


def _curves(curves: Curves) -> dict[str, Any]:
    """Return the parameters of stated curves, and what fitted ones rest on (their numbers are in a file)."""
    if isinstance(curves, DetectorCurves):
        return {"detector": curves.detector, **asdict(curves.fitted_on)}
    return asdict(curves)
