"""What `bconnect validate` does: the run that was asked for, and what is said of its outcome."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from scenarios.errors import InputError
from scenarios.run import Outcome, RunSpec, validate
from scenarios.score import RuleScore, Share, pooled, shortfalls
from scenarios.spec import check_detector, check_on_map, check_zone, load_plan, load_scenario, plan_on
from scenarios.texts import Texts
from scenarios.weather_files import weather_named
from twin.network import library
from twin.traffic.trajectories import TrajectoryError, read_trajectories

__all__ = ["adapted", "in_weather", "make_spec", "on_day", "say_left_out", "show", "validate", "with_tracks"]


def make_spec(zone: str, plan: str | None, detector: str | None, *, short: bool) -> RunSpec:
    """Return the run that was asked for, checked against its network; raises InputError."""
    scenario = load_scenario(zone)
    scenario = replace(scenario, plan=plan or scenario.plan, detector=detector or scenario.detector)
    check_detector(scenario.detector)
    network = library.resolve(scenario.network)
    cameras = plan_on(load_plan(scenario.plan), network)
    check_zone(scenario, network)
    check_on_map(cameras, network)
    return RunSpec(scenario, cameras, short)


def adapted(spec: RunSpec, weather: str | None, day: str | None, trajectories: Path | None) -> RunSpec:
    """Return the run with what was asked for in place of the scenario's; raises InputError."""
    if weather is not None:
        spec = in_weather(spec, weather)
    if day is not None:
        spec = on_day(spec, day)
    return spec if trajectories is None else with_tracks(spec, trajectories)


def with_tracks(spec: RunSpec, path: Path) -> RunSpec:
    """Return the run with the trajectories of a file as its traffic; raises InputError."""
    try:
        tracks = read_trajectories(path)
    except TrajectoryError as error:
        raise InputError(str(error)) from None
    network = library.resolve(spec.scenario.network)
    roads = np.concatenate([road.centreline_m[:, :2] for road in network.roads])
    places = np.concatenate([track.place_m[:, :2] for track in tracks])
    if (places.min(axis=0) > roads.max(axis=0)).any() or (places.max(axis=0) < roads.min(axis=0)).any():
        msg = (
            f"{path}: places from {_corner(places.min(axis=0))} to {_corner(places.max(axis=0))} m, but the "
            f"network {network.name} lies from {_corner(roads.min(axis=0))} to {_corner(roads.max(axis=0))}; "
            "make them on the net of `bconnect network export`"
        )
        raise InputError(msg)
    return replace(spec, tracks=tracks)


def in_weather(spec: RunSpec, kind: str) -> RunSpec:
    """Return the run in another weather; raises InputError for an unknown one."""
    return replace(spec, scenario=replace(spec.scenario, weather=weather_named(kind)))


def on_day(spec: RunSpec, day: str) -> RunSpec:
    """Return the run on another day, YYYY-MM-DD; raises InputError for what is no day."""
    try:
        return replace(spec, scenario=replace(spec.scenario, day=date.fromisoformat(day)))
    except ValueError:
        msg = f"--day {day}: expected a day, YYYY-MM-DD"
        raise InputError(msg) from None


def _corner(at_m: NDArray[np.float64]) -> str:
    return f"({at_m[0]:.0f}, {at_m[1]:.0f})"


def say_left_out(spec: RunSpec, texts: Texts) -> None:
    """Say how many cameras of a plan drawn on another network take no part."""
    if spec.plan.left_out:
        said = texts.text(
            "The plan {plan} lies on another network: {count} of its cameras are not on {network} "
            "and take no part.",
            plan=spec.plan.name,
            count=len(spec.plan.left_out),
            network=spec.plan.network,
        )
        Console(highlight=False, soft_wrap=True).print(said, markup=False)


def show(outcome: Outcome, spec: RunSpec, texts: Texts) -> None:
    """Say the score by rule, what a gate lacks, and where the report is."""
    console = Console(highlight=False)
    total = pooled(outcome.scores)
    table = Table(title=texts.text("{zone}: score against truth", zone=spec.scenario.zone))
    for heading in ("Rule", "Recall", "Precision", "Wrong vehicle", "How it was seen"):
        table.add_column(texts.text(heading))
    for rule in total.rules:
        table.add_row(*_row(rule, texts))
    console.print(table)
    for lack in shortfalls(total, spec.scenario):
        said = texts.text(
            "Gate not passed: {rule}, {measure} {got}, wanted at least {wanted}",
            rule=texts.text(lack.rule),
            measure=texts.text(lack.measure),
            got=_percent(lack.got),
            wanted=_percent(lack.wanted),
        )
        console.print(said, markup=False)
    console.print(texts.text("Report: {path}", path=outcome.report_path), markup=False, soft_wrap=True)


def _row(rule: RuleScore, texts: Texts) -> tuple[str, ...]:
    seen = texts.text(rule.seen) + (f", {texts.text('oracle')}" if rule.oracle else "")
    shares = (rule.view_recall, rule.precision, rule.wrong_vehicle)
    return texts.text(rule.rule), *map(_share, shares), seen


def _share(share: Share) -> str:
    return f"{_percent(share.value)} ({share.hits}/{share.trials})"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f} %"
