from dataclasses import replace
from math import radians
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenarios.errors import InputError, nearest
from scenarios.spec import check_detector, check_on_map, check_zone, load_plan, load_scenario
from scenarios.toml_files import Kind, known_names, resolve
from twin.cameras.plans import CameraPlan
from twin.network.model import Junction, Road, RoadNetwork
from twin.traffic.demand import DemandSpec

SCENARIO = Path(str(resolve(Kind.SCENARIO, "beruang-madu"))).read_text(encoding="utf-8")
PLAN = """
[[view]]
name = "kerb-1"
road = "street"
along_m = 10
offset_m = 7.0
height_m = 9.0
aim_along_m = 40.0
aim_offset_m = 3.0
hfov_deg = 60.0
fps = 2.0
"""


def network() -> RoadNetwork:
    ends = (Junction("a", (0, 0, 0)), Junction("b", (100, 0, 0)))
    road = Road("street", "Street", "a", "b", np.array([[0, 0, 0], [100.0, 0, 0]]), 2, 13.9, zone="ktl")
    return RoadNetwork(
        "one-street", (116.8, -1.2), 32750, left_hand=True, junctions=ends, roads=(road,), turns=()
    )


def written(folder: Path, text: str, name: str = "mine.toml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_every_built_in_scenario_loads_and_its_plan_too() -> None:
    names = known_names(Kind.SCENARIO)
    assert {"beruang-madu", "beller", "balikpapan-baru", "wika"} <= set(names)
    for name in names:
        scenario = load_scenario(name)
        assert scenario.name == name
        assert load_plan(scenario.plan).views


def test_a_path_serves_as_well_as_a_name_and_the_file_name_is_the_name(tmp_path: Path) -> None:
    by_path = load_scenario(written(tmp_path, SCENARIO))
    assert by_path == replace(load_scenario("beruang-madu"), name="mine")


def test_what_the_file_leaves_out_is_as_in_the_types(tmp_path: Path) -> None:
    without = SCENARIO.split("[demand]")[0]
    assert load_scenario(written(tmp_path, without)).demand == DemandSpec()


def test_degrees_and_seconds_become_radians_and_nanoseconds(tmp_path: Path) -> None:
    view = load_plan(written(tmp_path, PLAN + "clock_error_s = 0.25\n")).views[0]
    assert view.hfov_rad == pytest.approx(radians(60))
    assert view.clock_error_ns == 250_000_000
    assert view.along_m == 10.0


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("warmup_s", "warmups", "line 8: unknown key 'warmups'; did you mean 'warmup_s'?"),
        ("recall", "recal", "unknown key 'gates.kerb_parking.recal'; did you mean 'recall'?"),
        ("600", '"600"', "line 8: warmup_s: input should be a valid number, got '600'"),
        ("600", "nan", "warmup_s: input should be a finite number"),
        ('"15:30"', '"15:30Z"', "start: expected a local time of day without a zone"),
        ('"15:30"', '"25:30"', "line 6: start:"),
        ('"19:15"', '"16:00"', "expected start <= short.start < short.end <= end"),
        ('"enforcement"', '"enforcment"', "phase: input should be 'socialisation' or 'enforcement'"),
        ('network = "mt-haryono"', "", "key 'network' is missing"),
        ("zone = ", "zone ", "line 2, column 6: not TOML: Expected '='"),
    ],
)
def test_a_broken_scenario_file_is_told_in_one_line(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in SCENARIO
    path = written(tmp_path, SCENARIO.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    said = str(caught.value)
    assert said.startswith(path)
    assert expected in said
    assert "\n" not in said


def test_shares_that_do_not_sum_to_one_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, SCENARIO.split("[demand]")[0] + "\n[demand]\nmix = [0.5, 0.1, 0.1, 0.1]\n")
    with pytest.raises(InputError, match=r"expected mix that sum to 1, got 0\.8"):
        load_scenario(path)


def test_a_key_in_the_second_of_several_tables_is_found_on_its_line(tmp_path: Path) -> None:
    text = PLAN + PLAN.replace("kerb-1", "kerb-2").replace("fps", "fsp")
    with pytest.raises(InputError, match=r"line 22: unknown key 'view\.1\.fsp'; did you mean 'fps'\?"):
        load_plan(written(tmp_path, text))


def test_two_views_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"mine\.toml, line 14: two cameras are called 'kerb-1'"):
        load_plan(written(tmp_path, PLAN + PLAN))


def test_an_unknown_name_lists_the_known_and_the_nearest() -> None:
    with pytest.raises(InputError, match=r"unknown scenario 'beruang-maduu'; did you mean 'beruang-madu'\?"):
        load_scenario("beruang-maduu")
    with pytest.raises(InputError, match=r"nowhere/plan\.toml: no such file"):
        load_plan("nowhere/plan.toml")
    with pytest.raises(InputError, match=r"unknown detector 'motoin'; did you mean 'motion'"):
        check_detector("motoin")


def test_what_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bytes.toml"
    path.write_bytes(b"zone = \xff\xfe")
    with pytest.raises(InputError, match="expected text in UTF-8"):
        load_scenario(str(path))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"along_m": 100.5}, "along_m = 100.5 is off the map: road street of network one-street is 100.0 m"),
        ({"aim_along_m": -1.0}, "aim_along_m = -1 is off the map"),
        ({"road": "stret"}, "unknown road 'stret'; did you mean 'street'"),
    ],
)
def test_a_camera_off_the_map_is_told(tmp_path: Path, change: dict[str, Any], expected: str) -> None:
    plan = load_plan(written(tmp_path, PLAN))
    check_on_map(plan, network())
    moved = CameraPlan("moved", (replace(plan.views[0], **change),))
    with pytest.raises(InputError) as caught:
        check_on_map(moved, network())
    assert expected in str(caught.value)


def test_a_zone_that_the_network_does_not_have_is_told() -> None:
    scenario = replace(load_scenario("beruang-madu"), zone="ktl")
    check_zone(scenario, network())
    with pytest.raises(InputError, match="unknown zone 'kt1'; did you mean 'ktl'"):
        check_zone(replace(scenario, zone="kt1"), network())


def test_the_nearest_name_is_found_whatever_the_case() -> None:
    assert nearest("FPS", ("fps", "zone")) == "fps"
    assert nearest("qqqq", ("fps", "zone")) == ""


def test_the_larger_plan_of_ktl_1_is_the_plan_and_one_camera_more() -> None:
    plan, larger = load_plan("beruang-madu"), load_plan("beruang-madu-plus")
    assert larger.views[:-1] == plan.views


def test_a_plan_that_extends_nothing_known_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'extends = "beruan=g-madu"\n{PLAN}', encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.toml: extends: unknown plan 'beruan=g-madu'; did you mean"):
        load_plan(str(path))


def test_a_plan_that_extends_itself_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "loop.toml"
    path.write_text(f'extends = "{path}"\n{PLAN}', encoding="utf-8")
    with pytest.raises(InputError, match="extends itself"):
        load_plan(str(path))
