"""`bconnect traffic day`: stretches, queues, and the hours of a small network and of the corridor."""

import csv
from pathlib import Path

import numpy as np
import pytest

from scenarios.cli.main import main
from scenarios.demand_files import check_demand
from scenarios.errors import InputError
from scenarios.traffic_day import DayRun, demand_of, run_day, write_day
from tests.traffic_networks import cross
from twin.network import library
from twin.network.native import save_network
from twin.traffic.stretches import approach_stretches, queue, zone_stretches

HOUR = ("--from", "17", "--to", "18", "--step", "1")


@pytest.fixture(name="crossing")
def _crossing(tmp_path: Path) -> str:
    path = tmp_path / "cross.json"
    save_network(cross(zone="middle"), path)
    return str(path)


def test_a_queue_ends_where_nobody_is_near_behind() -> None:
    speeds = np.array([0.0, 0.0, 1.0, 5.0, 0.0])
    assert queue(np.array([8.0, 1.0, 30.0, 12.0, 90.0]), speeds) == (30.0, 3)
    assert queue(np.array([60.0]), np.zeros(1)) == (0.0, 0)  # it stands for another reason
    assert queue(np.array([-2.0]), np.zeros(1)) == (0.0, 1)  # a rider beyond the line
    assert queue(np.array([3.0]), np.array([9.0])) == (0.0, 0)
    assert queue(np.empty(0), np.empty(0)) == (0.0, 0)


def test_the_zones_of_the_corridor_have_two_directions_of_the_published_length() -> None:
    found = zone_stretches(library.named("mt-haryono"))
    lengths_m = {"beruang-madu": 1163, "beller": 1523, "balikpapan-baru": 1228, "wika": 993}
    assert len(found) == 8
    for zone, length_m in lengths_m.items():
        ways = [stretch for stretch in found if stretch.name == zone]
        assert {way.towards[0] for way in ways} == {"N", "S"}
        assert [way.length_m for way in ways] == pytest.approx([length_m] * 2, rel=0.08)


def test_what_leads_up_to_a_signal_begins_at_the_one_before() -> None:
    found = {stretch.name: stretch for stretch in approach_stretches(library.named("mt-haryono"))}
    up = found["mth-2.0-"]
    assert up.towards == "beller"
    assert (up.roads[-1], up.roads[0][:5]) == ("mth-2.0-", "mth-3")
    assert list(up.ahead_m) == sorted(up.ahead_m, reverse=True)
    assert found["sudirman-e.0-"].roads == ("sudirman-e.0-",)


def test_an_hour_of_a_crossing_adds_up(crossing: str) -> None:
    told: list[float] = []
    run = DayRun(crossing, first=17, last=18, step_s=1.0)
    done = run_day(run, lambda _what, fraction: told.append(fraction))
    (hour,) = done.map
    assert told[-1] == pytest.approx(1.0)
    assert hour.came > 1000
    assert abs(hour.came - hour.left) < 200
    assert {row.approach for row in done.queues} == {"n-c", "e-c", "s-c", "w-c"}
    assert all(0 < row.mean_m < row.longest_m < 290 for row in done.queues)
    assert {row.towards for row in done.zones} == {"N", "E", "S", "W"}
    through = sum(row.vehicles_per_h for row in done.zones)  # everybody drives the length of one
    assert through == pytest.approx(hour.came, rel=0.08)
    assert all(0.3 < row.pcu_per_h / row.vehicles_per_h < 0.7 for row in done.zones)
    assert all(5 < row.speed_kmh < 50 for row in done.zones)
    assert run_day(run) == done
    assert run_day(DayRun(crossing, first=17, last=18, step_s=1.0, seed=2)) != done


def test_the_command_leaves_tables_and_a_picture(
    crossing: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "day"
    assert main(("traffic", "day", crossing, *HOUR, "--out", str(out), "--lang", "id")) == 0
    assert "Hasil simulasi, tidak dikalibrasi." in capsys.readouterr().out
    assert (out / "day.png").stat().st_size > 20_000
    with (out / "queues.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["hour"] for row in rows] == ["17"] * 4
    assert {path.name for path in out.iterdir()} == {"zones.csv", "queues.csv", "map.csv", "day.png"}


def test_a_network_without_zones_and_signals_has_its_hours(tmp_path: Path) -> None:
    path = tmp_path / "plain.json"
    save_network(cross(signals=False), path)
    done = run_day(DayRun(str(path), first=3, last=4, step_s=1.0))
    assert (done.zones, done.queues, len(done.map)) == ((), (), 1)
    assert write_day(done, tmp_path / "out")[0].read_text(encoding="utf-8").startswith("hour,zone,towards")


@pytest.mark.parametrize(("first", "last"), [(8, 8), (9, 8), (0, 25)])
def test_hours_that_are_none_are_refused(first: int, last: int) -> None:
    with pytest.raises(InputError, match=f"--from {first} --to {last}: expected hours"):
        run_day(DayRun("mt-haryono", first=first, last=last))


def test_a_step_too_long_is_refused() -> None:
    with pytest.raises(InputError, match="--step 3: expected seconds"):
        run_day(DayRun("mt-haryono", step_s=3.0))


def test_the_corridor_has_a_demand_of_its_own_that_fits() -> None:
    demand = demand_of(DayRun("mt-haryono"))
    check_demand(demand, library.named("mt-haryono"))
    assert all(gate.degree_of_saturation is not None for gate in demand.gates)
    assert len(demand.gates) == 8
    assert demand_of(DayRun("balikpapan")).gates == ()
