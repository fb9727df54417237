"""Speed over a section in a whole run: two views, their gates, the city, its cases and its score."""

import math
from dataclasses import replace
from datetime import time
from pathlib import Path

import numpy as np
import pytest

from detectors.archive.store import CaseStore
from detectors.datatypes.cases import PictureKind
from detectors.datatypes.detections import VehicleClass
from scenarios.errors import InputError
from scenarios.results import RunResult
from scenarios.run import RunSpec, run_once
from scenarios.score import Match, score
from scenarios.spec import load_plan, load_scenario
from scenarios.speed_offences import SECTION_SPEED
from scenarios.watching import ViewAtWork, ViewJob
from tests.corner_street import street, vehicles
from twin.clock import NS_PER_S, from_local
from twin.network import library
from twin.network.native import save_network
from twin.randomness import Seed
from twin.traffic.trajectories import Track
from twin.truth import Scene

SEED = 1
LASTS_S = 100  # the verdict of who came in last, at 21 s, is due 75 s later
SPEEDS_KMH = (80.0, 72.0, 45.0)  # of three drivers, eight seconds apart
SCENARIO = """
zone = "beruang-madu"
network = "{folder}/corner.json"
plan = "{folder}/two.toml"
day = 2025-11-27
start = "10:00:00"
end = "10:05:00"
warmup_s = 0
phase = "enforcement"
detector = "oracle"

[short]
start = "10:00:00"
end = "10:05:00"

[[section]]
name = "corner"
from_view = "in"
to_view = "{to_view}"
"""
VIEW = """
[[view]]
name = "{name}"
road = "w-j"
along_m = {along_m}
offset_m = 1.0
height_m = 7.0
aim_along_m = {aim_along_m}
aim_offset_m = 1.0
hfov_deg = 24.0
fps = 5.0
size_px = [320, 288]
"""


def driven() -> tuple[Track, ...]:
    """Return three who drive along the street at a steady speed each, one after another."""
    found = []
    for n, speed_kmh in enumerate(SPEEDS_KMH):
        time_s = np.arange(0.0, LASTS_S + 0.5, 0.5)
        x_m = np.minimum(-410.0 + speed_kmh / 3.6 * np.maximum(time_s - 8.0 * n, 0.0), -20.0)
        place_m = np.column_stack((x_m, np.full_like(x_m, 3.25), np.zeros_like(x_m)))
        steady = np.full_like(x_m, speed_kmh / 3.6)
        heading, edges = np.zeros_like(x_m), ("",) * len(x_m)
        found.append(Track(str(n), VehicleClass.CAR, time_s, place_m, heading, steady, edges, at_front=False))
    return tuple(found)


def spec(folder: Path, to_view: str = "out") -> RunSpec:
    save_network(street(), folder / "corner.json")
    text = SCENARIO.format(folder=folder, to_view=to_view)
    (folder / "evening.toml").write_text(text, encoding="utf-8")
    places = (("in", 40.0), ("out", 248.0))
    views = "".join(VIEW.format(name=n, along_m=at, aim_along_m=at + 22.0) for n, at in places)
    (folder / "two.toml").write_text(views, encoding="utf-8")
    scenario = load_scenario(str(folder / "evening.toml"))
    return RunSpec(scenario, load_plan(str(folder / "two.toml")), short=True, tracks=driven())


def log(out: Path) -> bytes:
    return (out / "run" / "city.jsonl").read_bytes()


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    folder = tmp_path_factory.mktemp("section")
    return run_once(spec(folder), SEED, folder / "out")


def test_who_was_too_fast_from_gate_to_gate_is_a_case_and_nobody_else(ran: RunResult) -> None:
    cases = [case for view in ran.views for case in view.cases if case.rule == SECTION_SPEED]
    assert sorted(case.extremum for case in cases) == pytest.approx([72.0, 80.0], abs=1.5)
    assert {(case.view, case.place, case.article) for case in cases} == {("out", "corner", "287(5)")}
    assert all(case.plate is not None and case.oracle and case.simulated for case in cases)
    assert log(ran.out).count(b'"kind":"clear"') == 1


def test_its_cases_are_scored_against_the_truth(ran: RunResult) -> None:
    found = score(ran)
    rule = found.rule(SECTION_SPEED)
    assert (rule.view_recall.hits, rule.view_recall.trials, rule.precision.value) == (2, 2, 1.0)
    matches = [one for one in found.matches if one.rule == SECTION_SPEED]
    assert [one.match for one in matches] == [Match.CORRECT] * 2
    true_kmh = [50.0 + act.amount for act in ran.violations if act.rule == SECTION_SPEED]
    assert sorted(true_kmh) == pytest.approx([72.0, 80.0], abs=0.1)


def test_the_evidence_is_a_picture_at_each_gate_and_what_was_measured(ran: RunResult) -> None:
    with CaseStore(ran.out, create=False) as store:
        for case in (one for one in store.cases() if one.rule == SECTION_SPEED):
            pictures = {one.kind: one for one in store.pictures(case.case_id)}
            assert set(pictures) == {PictureKind.MEASURED_FROM, PictureKind.MEASURED_TO}
            for kind, at_ns in (
                (PictureKind.MEASURED_FROM, case.offence_ns), (PictureKind.MEASURED_TO, case.opened_ns)
            ):  # fmt: skip
                assert abs(pictures[kind].taken_ns - at_ns) < 0.3e9
                assert pictures[kind].box_px is not None
                assert pictures[kind].simulated
            (statement,) = store.statements(case.case_id)
            assert statement.uncertainty is not None
            assert 0.5 < statement.uncertainty < 4.0
            assert len(statement.instruments.calibration.split()) == 2


def test_no_log_names_a_plate_of_who_kept_the_limit(ran: RunResult) -> None:
    assert b"KX" not in log(ran.out)


def test_over_worker_processes_it_comes_to_the_same(ran: RunResult, tmp_path: Path) -> None:
    again = run_once(spec(tmp_path), SEED, tmp_path / "out", workers=2)
    assert log(again.out) == log(ran.out)
    one, other = (
        [case for view in each.views for case in view.cases if case.rule == SECTION_SPEED]
        for each in (ran, again)
    )
    assert one == other


def test_a_section_that_its_views_do_not_make_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown view 'nowhere'"):
        run_once(spec(tmp_path, "nowhere"), SEED, tmp_path / "out")
    turned = spec(tmp_path)
    (wanted,) = turned.scenario.sections
    back = replace(wanted, from_view="out", to_view="in")
    backwards = replace(turned, scenario=replace(turned.scenario, sections=(back,)))
    with pytest.raises(InputError, match=r"section out - in: expected two views.* such are in - out"):
        run_once(backwards, SEED, tmp_path / "out")


@pytest.mark.slow
def test_the_close_view_of_the_library_reads_who_passes_as_it_is_drawn(tmp_path: Path) -> None:
    """By the detector and the reader of the scenario, nothing told: a car at 58 km/h."""
    scenario = load_scenario("beruang-madu-section")
    view, network = load_plan(scenario.plan).views[0], library.resolve(scenario.network)
    road, start_ns = network.road_of[view.road], from_local(scenario.day, time(10))
    work = ViewAtWork(
        ViewJob(
            network, view, Seed(SEED), scenario.detector, scenario.phase, tmp_path, start_ns, (),
            timed=frozenset({road.id}),
        )
    )  # fmt: skip
    for n in range(20):
        along_m = 54.0 + 1.6 * n
        x, y, _ = place = road.point_at(along_m, view.offset_m)
        car = vehicles((VehicleClass.CAR, x, y, math.degrees(road.heading_at(along_m))))
        car = replace(car, position_m=np.array([place]), speed_mps=np.array([16.0]), plates=("KX 1234 LX",))
        work.take(Scene(start_ns + n * NS_PER_S // 10, car))
    (truly,) = work.finish().crossings
    told = work.told()
    (one,) = told.passages
    assert one.plate is not None
    assert (one.plate.text, one.plate.oracle) == ("KX 1234 LX", False)
    assert one.plate.confidence >= 0.9
    assert one.picture is not None
    assert abs(one.crossed_ns - truly.at_ns) < 0.1 * NS_PER_S
    assert [vehicle for _, vehicle, _ in told.vehicle_of] == [truly.vehicle_id]
