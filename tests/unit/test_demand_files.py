"""Demand files: what people write, and what is told where it cannot be used."""

from datetime import time
from pathlib import Path

import pytest

from detectors.datatypes.detections import VehicleClass
from scenarios.cli.main import main
from scenarios.demand_files import load_demand
from scenarios.errors import InputError
from scenarios.spec import check_zone, load_scenario
from scenarios.toml_files import Kind, known_names, resolve
from scenarios.traffic import TrafficRun, run_traffic
from tests.traffic_networks import cross
from twin.network import library
from twin.network.native import save_network
from twin.traffic.demand import DemandError, DemandSpec, OdFlow, TurnShare
from twin.traffic.land_use import USUAL_GENERATORS
from twin.traffic.stops import places

_TEN_TO_NINE = time(8, 50)
SCENARIO = resolve(Kind.SCENARIO, "beller").read_text(encoding="utf-8")
HOURS = "[" + ", ".join(["1.0"] * 24) + "]"
WHOLE = f"""
scale = 0.9
hourly = {{ weekday = {HOURS} }}

[[gate]]
road = "n-c"
degree_of_saturation = 0.8
mix = [0.5, 0.5, 0.0, 0.0]
hourly = {{ weekday = {HOURS}, sunday = {HOURS.replace("1.0", "0.5")} }}

[[class_hourly]]
class = "truck"
hourly.weekday = {HOURS}

[[od]]
from = "e-c"
to = "c-w"
vph = 120
hour = 17
class = "bus"

[[land_use]]
zone = "ktl"
generator = "restaurant"
count = 3

[[generator]]
name = "restaurant"
stops_per_h = 5.0
from = "11:00"
"""


def written(folder: Path, text: str, name: str = "demand.toml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_file_says_gates_classes_flows_and_land_use(tmp_path: Path) -> None:
    demand = load_demand(written(tmp_path, WHOLE))
    (gate,) = demand.gates
    assert (gate.road, gate.degree_of_saturation, gate.mix) == ("n-c", 0.8, (0.5, 0.5, 0.0, 0.0))
    assert gate.hourly is not None
    assert gate.hourly.sunday == (0.5,) * 24
    assert demand.class_hourly[0].kind is VehicleClass.TRUCK
    assert demand.od == (OdFlow("e-c", "c-w", 120.0, 17, VehicleClass.BUS),)
    restaurant = demand.generators[0]
    assert (restaurant.stops_per_h, restaurant.from_s, restaurant.until_s) == (5.0, 39600.0, 86400.0)
    assert restaurant.dwell == USUAL_GENERATORS[0].dwell
    assert demand.generators[1:] == USUAL_GENERATORS[1:]


def test_an_empty_file_is_the_usual_demand(tmp_path: Path) -> None:
    assert load_demand(written(tmp_path, "")) == DemandSpec()


def test_flows_and_turns_may_lie_in_csv_files_beside_it(tmp_path: Path) -> None:
    written(tmp_path, "from,to,vph,hour\nn-c,c-s,10,\n# a remark\nn-c,c-w,20.5,17\n", "od.csv")
    od = load_demand(written(tmp_path, 'od_file = "od.csv"')).od
    assert od == (OdFlow("n-c", "c-s", 10.0), OdFlow("n-c", "c-w", 20.5, 17))
    written(tmp_path, "approach,to,share\nn-c,c-s,0.25\nn-c,c-w,0.75\n", "turns.csv")
    turns = load_demand(written(tmp_path, 'turn_file = "turns.csv"')).turns
    assert turns == (TurnShare("n-c", "c-s", 0.25), TurnShare("n-c", "c-w", 0.75))
    text = '[[turn]]\napproach = "n-c"\nonto = [{road = "c-s", share = 0.25}, {road = "c-w", share = 0.75}]\n'
    assert load_demand(written(tmp_path, text)).turns == turns


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "vph = 120",
            "vph = -120",
            "line 18: od.0.vph: input should be greater than or equal to 0, got -120",
        ),
        ("hour = 17", "hour = 24", "od.0.hour: input should be less than or equal to 23"),
        ("mix = [0.5, 0.5", "mix = [0.5, 0.4", "expected mix that sum to 1, got 0.9"),
        (
            "degree_of_saturation",
            "vph = 3\ndegree_of_saturation",
            "expected vph or degree_of_saturation, got both",
        ),
        ('"truck"', '"lorry"', "class_hourly.0.class: input should be 'motorcycle', 'car', 'bus' or 'truck'"),
        ("[[land_use]]", "[[landuse]]", "unknown key 'landuse'; did you mean 'land_use'?"),
        ('name = "restaurant"', 'name = "cinema"', "expected stops_per_h, dwell and hourly of a generator"),
        (f"weekday = {HOURS} }}\n\n[[gate]]", "weekday = [1.0] }\n\n[[gate]]", "hourly.weekday: "),
        ("scale = 0.9", 'turn_file = "turns.csv"', "expected one of od, od_file, turn and turn_file"),
        ("scale = 0.9", "scale = -1", "line 2: scale: input should be greater than or equal to 0, got -1"),
    ],
)
def test_a_broken_file_is_told_in_one_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in WHOLE
    with pytest.raises(InputError) as caught:
        load_demand(written(tmp_path, WHOLE.replace(old, new, 1)))
    assert said in str(caught.value)
    assert "demand.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("od_file", "from,to,vph\nn-c,c-s,-1\n", "line 2: vph: expected a number of at least 0, got '-1'"),
        ("od_file", "from,to\nn-c,c-s\n", "line 1: expected the columns from, to, vph, got no column 'vph'"),
        ("od_file", "from,to,vph,hours\n", "line 1: unknown column 'hours'; did you mean 'hour'?"),
        ("od_file", "from,to,vph,hour\nn-c,c-s,1,17.5\n", "line 2: hour: expected a whole hour from 0 to 23"),
        ("od_file", "from,to,vph\nn-c,c-s\n", "line 2: expected 3 columns, got 2"),
        ("od_file", "from,to,vph\n,c-s,1\n", "line 2: from: expected a value, got none"),
        ("od_file", "", "expected a head from,to,vph and rows, got none"),
        (
            "turn_file",
            "approach,to,share\nn-c,c-s,0.5\n",
            "line 2: approach 'n-c': expected shares that sum to 1",
        ),
    ],
)
def test_a_broken_csv_is_told_with_its_line(tmp_path: Path, key: str, text: str, said: str) -> None:
    written(tmp_path, text, "rows.csv")
    with pytest.raises(InputError) as caught:
        load_demand(written(tmp_path, f'{key} = "rows.csv"'))
    assert said in str(caught.value)
    assert "rows.csv" in str(caught.value)


def test_a_scenario_names_its_demand_or_holds_it(tmp_path: Path) -> None:
    written(tmp_path, "scale = 0.5")
    own = load_scenario(written(tmp_path, 'demand_file = "demand.toml"\n' + SCENARIO, "mine.toml"))
    assert own.demand == DemandSpec(scale=0.5)
    named = load_scenario(written(tmp_path, 'demand_file = "ktl"\n' + SCENARIO, "mine.toml"))
    assert named.demand == load_demand("ktl")
    both = written(tmp_path, 'demand_file = "ktl"\n' + SCENARIO + "\n[demand]\nscale = 1.0\n", "mine.toml")
    with pytest.raises(InputError, match=r"expected the table \[demand\] or demand_file, got both"):
        load_scenario(both)


def test_a_scenario_whose_demand_is_of_another_network_is_told(tmp_path: Path) -> None:
    text = SCENARIO + '\n[demand]\n[[demand.gate]]\nroad = "mth-5.1-"\nvph = 300\n'
    scenario = load_scenario(written(tmp_path, text, "mine.toml"))
    with pytest.raises(DemandError, match=r"gate 'mth-5\.1-' is not one of network mt-haryono; did you mean"):
        check_zone(scenario, library.named(scenario.network))


@pytest.mark.parametrize("name", known_names(Kind.DEMAND))
def test_the_demands_of_the_package_fit_the_corridor(name: str) -> None:
    demand = load_demand(name)
    counts = {
        zone: sum(u.count for u in demand.land_use if u.zone == zone) for zone in ("beruang-madu", "wika")
    }
    assert counts == {"beruang-madu": 21, "wika": 5}
    assert len(places(library.named("mt-haryono"), demand)) == 71


def test_traffic_run_takes_a_demand_and_writes_counts(tmp_path: Path) -> None:
    net = tmp_path / "cross.json"
    save_network(cross(150.0), net)
    arms = ("ns", "sn", "ew", "we")
    od = "".join(f'[[od]]\nfrom = "{a}-c"\nto = "c-{b}"\nvph = 200\n' for a, b in arms)
    demand = load_demand(written(tmp_path, f"hourly = {{ weekday = {HOURS} }}\nstops_per_km_h = 0\n{od}"))
    counts = tmp_path / "counts.csv"
    run_traffic(TrafficRun(str(net), None, 4200.0, 0.5, demand=demand, counts=counts, start=_TEN_TO_NINE))
    rows = [line.split(",") for line in counts.read_text(encoding="utf-8").splitlines()]
    assert rows[0] == ["road", "hour", "count"]
    assert {hour for _, hour, _ in rows[1:]} == {"9"}
    came = {road: int(count) for road, _, count in rows[1:]}
    assert all(came[f"{a}-c"] == pytest.approx(200, abs=45) for a, _ in arms)
    assert all(abs(came[f"c-{b}"] - came[f"{a}-c"]) < 10 for a, b in arms)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--start", "25:00"], "--start 25:00: expected a local one as 16:50"),
        (["--day", "27-11-2026"], "--day 27-11-2026: expected a local one as 2026-11-27"),
        (["--demand", "ktk"], "unknown demand 'ktk'; did you mean 'ktl'?"),
        (["--demand", "none.toml"], "none.toml: no such file"),
        (["--until", "60", "--counts", "c.csv"], "expected a run over a whole hour of the clock"),
    ],
)
def test_options_that_make_no_sense(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["traffic", "run", "mt-haryono", *options]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_gates_are_listed_by_the_names_that_a_demand_gives_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, '[[gate]]\nroad = "sudirman-w.0-"\ndegree_of_saturation = 0.8\n')
    assert main(["traffic", "gates", "mt-haryono", "--demand", path, "--hour", "16"]) == 0
    (row,) = (line for line in capsys.readouterr().out.splitlines() if "sudirman-w.0-" in line)
    assert [cell.strip() for cell in row.strip("│").split("│")[1:]] == ["2", "2033", "1049", "1380", "0.76"]


def test_a_demand_of_another_network_is_one_line_for_traffic_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, '[[od]]\nfrom = "n-c"\nto = "c-s"\nvph = 10\n')
    assert main(["traffic", "run", "mt-haryono", "--demand", path]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "origin 'n-c' is not one of network mt-haryono" in said
