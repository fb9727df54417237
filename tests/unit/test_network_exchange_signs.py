"""What signs say and plans by the hour, out and back in the formats of others: GMNS and GeoJSON."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.exchanged import comes_back, same_roads
from tests.network_files import GMNS, write_gmns_tables, zipped
from tests.signed_networks import changed, furnished
from tests.traffic_networks import cross
from twin.network import balikpapan
from twin.network.check import check_network
from twin.network.counts import Count, counts
from twin.network.exporters.geojson import write_geojson
from twin.network.exporters.gmns import write_gmns
from twin.network.hours import others, within
from twin.network.importers import load_network
from twin.network.model import Detector, NetworkError, Phase, RoadNetwork, SignalPlan, Turn, TurnKind


def by_the_hour() -> RoadNetwork:
    """A crossing with four plans, one of them in two windows, and a turn with a signal of its own."""
    network = changed(furnished(), "w-c", TurnKind.RIGHT, group="w-c>c-s", prohibited=((0.0, 24.0),))
    plan, night = network.signal_plans
    own = (*(p for p in plan.phases), Phase(("w-c>c-s",), 9.5, 3.5, 1.5))
    loops = (*night.detectors[:3], Detector("w-c", 90.5, 2.25))
    peak = SignalPlan("c", (Phase((*plan.phases[0].groups, "w-c>c-s"), 75.0), plan.phases[1]), 31.0)
    return replace(
        network,
        signal_plans=(
            replace(peak, hours=((6.5, 9 + 20 / 60), (16.0, 19.25))),
            replace(plan, phases=own, offset_s=12.25),
            replace(night, phases=(*night.phases, own[-1]), detectors=loops),
            replace(peak, offset_s=0.0, hours=((12.0, 13.0),)),
        ),
    )


NETWORKS = {
    "signs": furnished(),
    "hours": by_the_hour(),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_everything_goes_out_as_gmns_and_comes_back(name: str, tmp_path: Path) -> None:
    network = NETWORKS[name]
    check_network(network)
    comes_back(network, tmp_path / "net", write_gmns)
    packed = load_network(zipped(tmp_path / "net"))
    same_roads(network, packed)
    assert packed.signal_plans == network.signal_plans


@pytest.mark.parametrize("name", NETWORKS)
def test_everything_goes_out_as_geojson_and_comes_back(name: str, tmp_path: Path) -> None:
    comes_back(NETWORKS[name], tmp_path / "net.geojson", write_geojson)


def test_the_right_turn_at_wika_stays_prohibited_by_day(tmp_path: Path) -> None:
    network = balikpapan.corridor()
    write_gmns(network, tmp_path / "net")
    write_geojson(network, tmp_path / "net.geojson")
    for path in (tmp_path / "net", tmp_path / "net.geojson"):
        back = load_network(path)
        assert counts(back)[3] == Count("turn restrictions", 1, "turn restrictions", 1)
        shut = [t for t in back.turns if t.prohibited]
        assert shut == [
            Turn("syarifuddin-yoes.0-", "mth-5.0+", TurnKind.RIGHT, shut[0].group, False, ((6.0, 20.0),))
        ]


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_tables_of_the_specification_say_it(tmp_path: Path) -> None:
    folder = tmp_path / "net"
    write_gmns(by_the_hour(), folder)
    shut = [(row["ib_link_id"], row["time_day"], row["capacity"]) for row in rows(folder, "movement_tod")]
    assert shut == [
        ("n-c", "11111111_0600_2000", "0"),
        ("n-c", "11111111_2200_0230", "0"),
        ("w-c", "11111111_0000_2400", "0"),
    ]
    on_red = [row for row in rows(folder, "movement") if row["ctrl_type"] == "signal_with_RTOR"]
    assert [(row["ib_link_id"], row["type"]) for row in on_red] == [("s-c", "left")]
    plans = rows(folder, "signal_timing_plan")
    assert [row["time_day"][9:] for row in plans if row["otherwise"] == "true"] == [
        "0500_0630", "0920_1200", "1300_1600", "1915_2100"
    ]  # fmt: skip
    assert len(plans) == 2 + 4 + 1 + 1
    assert {row["controller_id"] for row in plans} == {"c"}
    assert len(rows(folder, "signal_controller")) == 1
    actuated = [row for row in rows(folder, "signal_timing_phase") if row["extension"]]
    assert [(row["min_green"], row["max_green"], row["extension"]) for row in actuated] == [
        ("7", "40", "2.5")
    ] * 2
    loops = rows(folder, "signal_detector")
    assert [(row["link_id"], row["det_zone_lr"], row["det_zone_back"]) for row in loops] == [
        ("n-c", "34", "40"), ("e-c", "34", "40"), ("s-c", "34", "40"), ("w-c", "88.25", "90.5"),
    ]  # fmt: skip
    keys = [row["timing_phase_id"] for row in rows(folder, "signal_timing_phase")]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("windows", [(), ((6, 20),), ((22, 5),), ((0, 24),), ((6, 9), (9, 12), (22, 6))])
def test_the_hours_between_windows_are_the_rest_of_the_day(windows: tuple[tuple[float, float], ...]) -> None:
    rest = others(windows)
    for hour in (0.0, 5.0, 6.0, 8.99, 9.0, 12.0, 20.0, 21.99, 22.0, 23.9):
        assert within(hour, windows) + within(hour, rest) == (1 if windows else 0)


MOVEMENT_TOD = "mvmt_tod_id,mvmt_id,time_day,timeday_id,ib_link_id,ob_link_id,type,capacity,allowed_uses\n"
SETS = (
    "timeday_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,holiday,start_time,end_time\n"
    "school,1,1,1,1,1,0,0,0,07:30,09:00:00\n"
)


def test_hours_and_turns_on_red_of_others_are_read(tmp_path: Path) -> None:
    tables = {
        **GMNS,
        "movement_tod": MOVEMENT_TOD
        + "1,5,01111100_0630_0900,,41,52,left,0,auto\n2,5,,school,41,52,left,,walk\n"
        + "3,1,11111111_0000_2400,,21,41,left,900,\n",
        "time_set_definitions": SETS,
        "movement": GMNS["movement"].replace("41,31,right,signal", "41,31,right,signal_with_RTOR"),
    }
    network = load_network(write_gmns_tables(tmp_path / "net", tables))
    shut = {(t.from_road, t.to_road): t.prohibited for t in network.turns if t.prohibited}
    assert shut == {("41.0+", "52.0+"): ((6.5, 9.0), (7.5, 9.0))}
    assert [(t.from_road, t.to_road) for t in network.turns if t.on_red] == [("41.0+", "31.0+")]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            "1,5,daily,,41,52,left,0,",
            "line 2: movement_tod '1': time_day 'daily': expected days and times as",
        ),
        ("1,5,11111111_0600_2500,,41,52,left,0,", "line 2: movement_tod '1': time_day expected times from"),
        ("1,5,11111111_0600_0600,,41,52,left,0,", "line 2: movement_tod '1': time_day expected times from"),
        ("1,5,,noon,41,52,left,0,", "timeday_id 'noon': expected one of time_set_definitions.csv"),
        ("1,50,,,41,52,left,0,", "mvmt_id '50': expected a movement of movement.csv"),
    ],
)
def test_hours_that_are_none_are_named(row: str, said: str, tmp_path: Path) -> None:
    tables = {**GMNS, "movement_tod": f"{MOVEMENT_TOD}{row}\n", "time_set_definitions": SETS}
    with pytest.raises(NetworkError) as caught:
        load_network(write_gmns_tables(tmp_path / "net", tables))
    assert said in str(caught.value)


def test_plans_without_our_columns_are_read(tmp_path: Path) -> None:
    """Timing plans by window, detectors of a controller; the plan that holds longest is the usual one."""
    folder = tmp_path / "net"
    network = furnished()
    write_gmns(network, folder)
    for table, drop in (
        ("signal_timing_plan", {"part_of", "otherwise", "skip", "source"}),
        ("signal_detector", {"timing_plan_id", "det_zone_back"}),
    ):
        kept = [{key: cell for key, cell in row.items() if key not in drop} for row in rows(folder, table)]
        lines = [",".join(kept[0]), *(",".join(row.values()) for row in kept)]
        (folder / f"{table}.csv").write_text("\n".join(lines), encoding="utf-8")
    usual, night = load_network(folder).signal_plans
    assert (usual.hours, night.hours) == ((), ((21.0, 5.0),))
    assert (usual.actuated, night.actuated, night.skip) == (False, True, False)
    assert {(loop.distance_m, loop.length_m) for loop in night.detectors} == {(36.0, 2.0)}
    (folder / "signal_detector.csv").unlink()
    _, blind = load_network(folder).signal_plans
    assert [(p.green_s, p.min_green_s, p.gap_s) for p in blind.phases] == [(40.0, 0.0, 0.0)] * 2


def test_a_geojson_from_before_has_none_of_it(tmp_path: Path) -> None:
    path = tmp_path / "net.geojson"
    write_geojson(furnished(), path)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["bconnect"]["signal_plans"].pop()
    for feature in document["features"]:
        for name in ("countdown", "motorcycle_box_m", "turns_on_red", "turns_prohibited_h"):
            feature["properties"].pop(name, None)
    path.write_text(json.dumps(document), encoding="utf-8")
    back = load_network(path)
    assert back.turns == cross().turns
    assert not any(junction.countdown for junction in back.junctions)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "[[6.0, 20.0], ",
            "[[6.0], ",
            "turns_prohibited_h '[[6.0], [22.0, 2.5]]': expected [[from, to], ...]",
        ),
        ("[[6.0, 20.0], ", '[["six", 20.0], ', "expected prohibited hours from 0 to 24, got (nan, 20.0)"),
        (
            '"turns_on_red": [false, false, false]',
            '"turns_on_red": [false]',
            "turns_on_red expected a list of 3",
        ),
    ],
)
def test_signs_of_a_geojson_that_are_none_are_named(old: str, new: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "net.geojson"
    write_geojson(furnished(), path)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(NetworkError) as caught:
        load_network(path)
    assert said in str(caught.value)
