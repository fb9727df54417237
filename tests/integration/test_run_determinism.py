"""The same seed gives the same bytes, whoever did the work and whoever looked on; another seed does not."""

from dataclasses import replace
from pathlib import Path

import pytest

from scenarios.run import RunSpec, prepared, run_once
from scenarios.spec import load_plan, load_scenario
from tests.corner_street import street
from twin.clock import NS_PER_S, seconds
from twin.network.native import save_network
from twin.traffic.simulation import Census
from twin.truth import VEHICLE_COLUMNS, TrueViolation, VehicleStates

SEED, OTHER_SEED = 1, 2
SCENARIO = """
zone = "beruang-madu"
network = "{folder}/corner.json"
plan = "{folder}/two.toml"
day = 2025-11-27
start = "16:30:00"
end = "16:30:30"
warmup_s = 40
phase = "enforcement"
detector = "motion"

[short]
start = "16:30:00"
end = "16:30:08"

[demand]
stops_per_km_h = 120.0
red_running = [0.5, 0.5, 0.5, 0.5]
"""
VIEW = """
[[view]]
name = "{name}"
road = "{road}"
along_m = {along_m}
offset_m = 8.5
height_m = 8.0
aim_along_m = {aim_along_m}
aim_offset_m = 1.0
hfov_deg = 56.0
fps = {fps}
size_px = [320, 180]
"""


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario on the corner street, plans of one, two and three cameras."""
    folder = tmp_path_factory.mktemp("plans")
    save_network(street(), folder / "corner.json")
    (folder / "evening.toml").write_text(SCENARIO.format(folder=folder), encoding="utf-8")
    kerb = VIEW.format(name="kerb", road="w-j", along_m=300.0, aim_along_m=325.0, fps=2.0)
    light = VIEW.format(name="light", road="w-j", along_m=352.0, aim_along_m=384.0, fps=5.0)
    (folder / "one.toml").write_text(kerb, encoding="utf-8")
    (folder / "two.toml").write_text(kerb + light, encoding="utf-8")
    plus = VIEW.format(name="plus", road="j-w", along_m=60.0, aim_along_m=90.0, fps=2.0)
    (folder / "three.toml").write_text(f'extends = "{folder}/two.toml"\n{plus}', encoding="utf-8")
    return folder


def spec(plans: Path, plan: str = "two") -> RunSpec:
    scenario = load_scenario(str(plans / "evening.toml"))
    return RunSpec(scenario, load_plan(str(plans / f"{plan}.toml")), short=True)


def logs(out: Path) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in sorted((out / "run").iterdir())}


@pytest.fixture(scope="module")
def alone(plans: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The run logs of one run in this process."""
    out = tmp_path_factory.mktemp("alone")
    run_once(spec(plans), SEED, out)
    return logs(out)


def test_a_log_tells_of_every_frame_and_of_vehicles(alone: dict[str, bytes]) -> None:
    frames = {name: log.count(b"\n") for name, log in alone.items()}
    assert frames["kerb"] >= 17  # and the end
    assert frames["light"] >= 41
    assert all(b'"at":[' in log for log in alone.values())


def test_one_camera_more_changes_no_byte_of_the_others(
    plans: Path, alone: dict[str, bytes], tmp_path: Path
) -> None:
    run_once(spec(plans, "three"), SEED, tmp_path)
    with_one_more = logs(tmp_path)
    assert len(with_one_more.pop("plus")) > 1000
    assert with_one_more == alone


def test_worker_processes_write_the_same_bytes(plans: Path, alone: dict[str, bytes], tmp_path: Path) -> None:
    run_once(spec(plans), SEED, tmp_path, workers=2)
    assert logs(tmp_path) == alone


def test_another_seed_writes_another_log(plans: Path, alone: dict[str, bytes], tmp_path: Path) -> None:
    run_once(spec(plans, "one"), OTHER_SEED, tmp_path)
    assert logs(tmp_path)["kerb"] != alone["kerb"]


def traffic(plan: str) -> tuple[dict[int, VehicleStates], tuple[TrueViolation, ...], Census]:
    """Who is where on KTL-1 at five instants while a plan of the library looks, and what was done wrong."""
    scenario = replace(load_scenario("beruang-madu"), warmup_s=60.0)
    cameras = load_plan(plan)
    run = prepared(RunSpec(scenario, cameras, short=True), SEED, Path(), cameras.views)
    states: dict[int, VehicleStates] = {}
    for _, scene in run.world.scenes(run.watches, run.start_ns + seconds(10)):
        second = (scene.timestamp_ns - run.start_ns) // NS_PER_S
        if second % 2 == 0 and second not in states:
            states[second] = run.world._traffic.vehicles()
    return states, run.world.violations(), run.world.census()


def test_one_camera_more_moves_no_vehicle_of_the_main_scenario() -> None:
    assert len(load_plan("beruang-madu-plus").views) == len(load_plan("beruang-madu").views) + 1
    fewer, more = traffic("beruang-madu"), traffic("beruang-madu-plus")
    assert sorted(fewer[0]) == sorted(more[0]) == [0, 2, 4, 6, 8]
    for before, after in zip(fewer[0].values(), more[0].values(), strict=True):
        assert len(before) > 100
        assert before.plates == after.plates
        for column, _, _ in VEHICLE_COLUMNS:
            assert getattr(before, column).tobytes() == getattr(after, column).tobytes(), column
    assert fewer[1:] == more[1:]
