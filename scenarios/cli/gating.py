"""What `bconnect validate --gate` does: the gate that was asked for, as a table."""

from pathlib import Path

from rich.console import Console
from rich.table import Table

from scenarios.cli.comparing import make_spec, say_left_out
from scenarios.curve_names import said_of_curves
from scenarios.errors import unknown_name
from scenarios.planning.gate_geometry import geometry_gate
from scenarios.planning.gate_simulation import simulation_gate
from scenarios.planning.gates import GateRow, Verdict, overall
from scenarios.progress import Progress
from scenarios.spec import load_scenario
from scenarios.texts import Texts
from twin.cameras.sensing import curves_for

GATES = ("G0", "G1")
__all__ = ["Verdict", "gate", "show"]


def gate(  # noqa: PLR0913 - one parameter an option
    name: str,
    zone: str,
    plans: tuple[str | None, str],
    seeds: tuple[int, ...],
    workers: int,
    texts: Texts,
    progress: Progress,
    *,
    short: bool,
) -> tuple[GateRow, ...]:
    """Return the rows of a gate for a plan (None: the scenario's) over a base; raises InputError."""
    if name.upper() not in GATES:
        raise unknown_name(name, GATES, what="gate")
    plan = plans[0] or load_scenario(zone).plan
    geometry = name.upper() == "G0"
    spec = make_spec(plan if geometry else plans[1], plan, zone, None, short=short, threshold=2.0)
    say_left_out(spec, texts)
    if geometry:
        return geometry_gate(spec.plan_b, spec.network, spec.scenario.zone)
    return simulation_gate(spec, seeds, workers, progress=progress)


def show(name: str, zone: str, plan: str | None, rows: tuple[GateRow, ...], texts: Texts) -> Verdict:
    """Say the verdict on each criterion and on the gate; return that of the gate."""
    console = Console(highlight=False)
    plan = plan or load_scenario(zone).plan
    title = texts.text(
        "Gate {gate}, zone {zone}, plan {plan}", gate=name.upper(), zone=Path(zone).stem, plan=plan
    )
    table = Table(title=title)
    for heading in ("Criterion", "Limit", "Found", "Verdict", "Note"):
        table.add_column(texts.text(heading), overflow="fold")
    for row in rows:
        cells = (
            texts.text(row.criterion),
            row.limit,
            row.found,
            texts.text(row.verdict),
            texts.text(row.note),
        )
        table.add_row(*cells)
    console.print(table)
    verdict = overall(rows)
    said = texts.text("Gate {gate}: {verdict}", gate=name.upper(), verdict=texts.text(verdict))
    console.print(said, markup=False)
    geometry = name.upper() == "G0"
    seen = said_of_curves(curves_for(load_scenario(zone).detector), texts)
    console.print(texts.text("Seen: analytic, not calibrated.") if geometry else seen, markup=False)
    return verdict
