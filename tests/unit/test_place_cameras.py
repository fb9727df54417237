from pathlib import Path

import cv2
import numpy as np
import pytest

from scenarios.cli.main import main
from scenarios.plan_writer import write_plan
from scenarios.planning.place import PlaceSpec, place
from scenarios.planning.weights import EACH_RULE, demand_of
from scenarios.spec import load_plan, load_scenario
from tests.evenings import evening, plan, setting, town
from twin.cameras.survey import mount
from twin.network import library
from twin.placement.candidates import Demand, candidates, covered
from twin.placement.planner import Effort

QUICK = Effort(rounds=3, time_limit_s=20.0)


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCONNECT_LANG", "en")
    monkeypatch.setenv("COLUMNS", "200")


def test_candidates_stand_beside_the_kerb_every_25_m_and_look_at_their_road() -> None:
    network = town()
    found = candidates(network, [network.road_of["ax"]])
    poles = sorted({view.along_m for view in found.views})
    assert np.diff(poles) == pytest.approx(25.0)
    assert {view.offset_m for view in found.views} == {6.5}
    assert len({view.name for view in found.views}) == len(found.views) == len(found.pole)
    for view in found.views:
        mount(network, view)


def test_a_place_is_covered_near_the_camera_and_not_far_or_behind() -> None:
    network = town()
    camera = mount(network, plan("one", 100.0).views[0])
    kerb = np.array([[134.0, 4.5, 0], [250.0, 4.5, 0], [60.0, 4.5, 0]])
    line = np.array([[300, 4, 0], [300, -4, 0], [292, 4, 0], [292, -4, 0.0]])
    demand = Demand(kerb, np.ones(3), (line,), np.ones(1))
    assert covered(camera, demand).tolist() == [0]
    near = mount(network, plan("two", 262.0).views[0])
    assert 3 in covered(near, demand)


def test_each_rule_is_worth_half_of_a_full_score() -> None:
    demand = demand_of(load_scenario("beruang-madu"), library.named("mt-haryono"))
    assert demand.kerb_weights.sum() == pytest.approx(EACH_RULE)
    assert demand.approach_weights.sum() == pytest.approx(EACH_RULE)
    assert len(demand.approaches) == 7


def test_simulated_evenings_put_the_weight_where_things_happened() -> None:
    one = evening(1)
    demand = demand_of(setting(), town(), [one])
    assert demand.kerb_weights.sum() == pytest.approx(EACH_RULE)
    assert np.count_nonzero(demand.kerb_weights) <= 30
    assert demand.approach_weights.tolist() == [EACH_RULE]


@pytest.fixture(scope="module")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("place") / "mine.toml"
    assert main(["place", "--zone", "beruang-madu", "--budget", "3", "--base", "beruang-madu",
                 "--rounds", "2", "--time-limit", "20", "--out", str(file)]) == 0  # fmt: skip
    return file


def test_a_placed_plan_is_a_plan_that_extends_its_base(placed: Path) -> None:
    found = load_plan(str(placed))
    assert len(found.views) == len(load_plan("beruang-madu").views) + 3
    for view in found.views:
        mount(library.named("mt-haryono"), view)


def test_the_map_of_a_placement_shows_something(placed: Path) -> None:
    picture = cv2.imread(str(placed.with_suffix(".png")))
    assert picture.shape[1] == 1350
    assert picture.std() > 10


def test_more_budget_is_never_worth_less() -> None:
    scenario = load_scenario("wika")
    network = library.resolve(scenario.network)
    values = [place(PlaceSpec(scenario, network, n, effort=QUICK)).best.value for n in (1, 2)]
    assert values[0] < values[1]


def test_a_written_plan_reads_back_as_it_was(tmp_path: Path) -> None:
    views = plan("one", 40.0, 120.5).views
    write_plan(tmp_path / "p.toml", views, network="mt-haryono", comments=("two\nlines",))
    text = (tmp_path / "p.toml").read_text(encoding="utf-8").replace('network = "mt-haryono"\n', "")
    (tmp_path / "q.toml").write_text(text, encoding="utf-8")
    for wrote, read in zip(views, load_plan(str(tmp_path / "q.toml")).views, strict=True):
        assert (wrote.name, wrote.along_m, wrote.size_px) == (read.name, read.along_m, read.size_px)
        assert wrote.hfov_rad == pytest.approx(read.hfov_rad)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["place", "--zone", "beruang", "--budget", "3"], "unknown scenario 'beruang'"),
        (["place", "--zone", "beruang-madu", "--budget", "0"], "'--budget'"),
        (
            ["place", "--zone", "beruang-madu", "--budget", "1", "--out", "x.json"],
            "expected the name of a .toml",
        ),
        (["compare", "nope", "today", "--scenario", "beruang-madu"], "unknown plan 'nope'"),
        (
            ["compare", "today", "today", "--scenario", "beruang-madu", "--hours", "five"],
            "--hours five: expected two times of day",
        ),
        (
            ["compare", "today", "today", "--scenario", "beruang-madu", "--hours", "19:00-18:00"],
            "expected the first time before the second",
        ),
        (
            ["compare", "today", "today", "--scenario", "beruang-madu", "--hours", "16:00-17:00", "--short"],
            "--hours and --short: expected one of them",
        ),
        (["validate", "beruang-madu", "--gate", "G9"], "unknown gate 'G9'"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    command: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert captured.err.count("\n") == 1
    assert expected in captured.err


@pytest.mark.parametrize("name", ["place", "compare"])
def test_every_command_has_help_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert f"bconnect {name}" in capsys.readouterr().out


def test_gate_g0_is_a_table_with_a_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "beruang-madu", "--gate", "g0"]) == 3
    said = capsys.readouterr().out
    assert all(word in said for word in ("PASS", "FAIL", "NOT PROVED", "Gate G0: FAIL", "shutter"))
