"""What `bconnect place` does: the problem that was asked, what is written, what is said."""

from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scenarios.curve_names import curves_named, said_of_curves
from scenarios.errors import InputError
from scenarios.plan_writer import write_plan
from scenarios.planning.place import Placed, PlaceSpec, place
from scenarios.reports.placement_map import draw_placement
from scenarios.spec import check_on_map, check_zone, load_plan, load_scenario, plan_on
from scenarios.texts import Texts
from twin.network import library
from twin.placement.planner import Effort

__all__ = ["make_spec", "place", "plan_file", "show", "with_effort", "write"]


def make_spec(
    zone: str, base: str | None, budget: int, *, seeds: tuple[int, ...], seed: int, curves: str | None = None
) -> PlaceSpec:
    """Return the problem that was asked, checked against its network; raises InputError."""
    scenario = load_scenario(zone)
    network = library.resolve(scenario.network)
    check_zone(scenario, network)
    plan = plan_on(load_plan(base), network) if base else None
    if plan:
        check_on_map(plan, network)
    known = curves_named(curves, scenario.detector)
    return PlaceSpec(scenario, network, budget, plan, seeds=seeds, seed=seed, curves=known)


def plan_file(out: Path | None, spec: PlaceSpec) -> Path:
    """Return where the plan goes; raises InputError where that is no TOML file."""
    file = out or Path("out") / f"{spec.scenario.name}-place.toml"
    if file.suffix != ".toml":
        msg = f"--out {file}: expected the name of a .toml file"
        raise InputError(msg)
    return file


def with_effort(spec: PlaceSpec, rounds: int, time_limit_s: float, workers: int) -> PlaceSpec:
    """Return the problem with how hard to look."""
    return replace(spec, effort=Effort(rounds, time_limit_s), workers=workers)


def write(placed: Placed, file: Path, base: str | None, texts: Texts) -> None:
    """Write the plan and, beside it, its map; raises InputError where one cannot be written."""
    scenario, best = placed.spec.scenario, placed.best
    said = [
        (
            f"Zone {scenario.zone}: {len(placed.views)} cameras chosen by bconnect place "
            f"(budget {placed.spec.budget}, seed {placed.spec.seed})."
        ),
        (
            f"Covers {best.value:.2f} of 100 by weight, at most {best.bound:.2f} is possible: "
            f"proved gap {100 * best.gap:.2f} %."
        ),
        said_of_curves(placed.spec.curves, Texts("en")),
    ]
    extends = _extends(base)
    write_plan(file, placed.views, network=scenario.network, extends=extends, comments=said)
    draw_placement(placed, file.with_suffix(".png"), texts)


def _extends(base: str | None) -> str:
    """Return how the plan names its base: a path as an absolute one, so that it is found from anywhere."""
    if not base:
        return ""
    return str(Path(base).resolve()) if Path(base).suffix else base


def show(placed: Placed, file: Path, texts: Texts) -> None:
    """Say what each method reached, what is proved, and where the plan is."""
    console = Console(highlight=False)
    title = texts.text(
        "{zone}: {budget} cameras from {candidates} candidates, {points} places",
        zone=placed.spec.scenario.zone,
        budget=placed.spec.budget,
        candidates=len(placed.found.views),
        points=len(placed.demand.weights),
    )
    table = Table(title=title)
    for heading in ("Method", "Value", "Bound", "Proved gap", "Cameras"):
        table.add_column(texts.text(heading), justify="left" if heading == "Method" else "right")
    for one in placed.solutions:
        row = (f"{one.value:.2f}", f"{one.bound:.2f}", f"{100 * one.gap:.2f} %", str(len(one.chosen)))
        table.add_row(texts.text(one.method), *row)
    console.print(table)
    for line in _lines(placed, texts):
        console.print(line, markup=False, soft_wrap=True)
    console.print(texts.text("Plan: {path}", path=file), markup=False, soft_wrap=True)
    console.print(texts.text("Map: {path}", path=file.with_suffix(".png")), markup=False, soft_wrap=True)


def _lines(placed: Placed, texts: Texts) -> list[str]:
    lines = [texts.text("Value: per cent of the weight of all places, half for stands, half for red lights.")]
    lines += [said_of_curves(placed.spec.curves, texts)]
    if placed.spec.base:
        lines.append(
            texts.text("The cameras there already are worth {value}.", value=f"{placed.present_value:.2f}")
        )
    return lines
