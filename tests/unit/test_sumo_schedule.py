"""Plans by the hour and turns prohibited at all hours, in files of SUMO; and what is said to be left out."""

import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from scenarios.cli.main import main
from scenarios.cli.network import export_network
from scenarios.cli.signing import sumo_lines
from scenarios.texts import Texts
from tests.signed_networks import changed, furnished
from tests.traffic_networks import cross
from twin.network.importers import load_network
from twin.network.model import RoadNetwork, Turn, TurnKind
from twin.network.native import save_network
from twin.traffic.sumo_network import write_plain, write_schedule

SUMO = Path(sys.executable).parent / "sumo"
PEAK = ((0.0, 0.05), (0.1, 0.15))  # of the day, in hours: the first six minutes of the run


def by_the_hour() -> RoadNetwork:
    network = furnished()
    plan, night = network.signal_plans
    peak = replace(plan, phases=(replace(plan.phases[0], green_s=20.0), plan.phases[1]), hours=PEAK)
    return replace(network, signal_plans=(plan, peak, replace(night, hours=((21.0, 23.5),))))


def test_a_network_without_hours_has_no_schedule(tmp_path: Path) -> None:
    assert not write_schedule(cross(), tmp_path / "x.add.xml")
    assert not (tmp_path / "x.add.xml").exists()


def test_the_schedule_says_which_program_holds_from_when(tmp_path: Path) -> None:
    assert write_schedule(by_the_hour(), tmp_path / "x.add.xml")
    root = ET.parse(tmp_path / "x.add.xml").getroot()  # noqa: S314 - our own file
    programs = {logic.get("programID"): logic for logic in root.iter("tlLogic")}
    assert {key: logic.get("type") for key, logic in programs.items()} == {"2": "static", "3": "actuated"}
    assert next(programs["2"].iter("phase")).get("duration") == "20"
    waut = root.find("WAUT")
    assert waut is not None
    assert (waut.get("startProg"), waut.get("period")) == ("2", "86400")
    switches = [(switch.get("time"), switch.get("to")) for switch in waut]
    assert switches == [
        ("0", "2"), ("180", "0"), ("360", "2"), ("540", "0"), ("75600", "3"), ("84600", "0"),
    ]  # fmt: skip


@pytest.mark.skipif(not SUMO.exists(), reason="SUMO is not installed: the extra `peers`")
def test_sumo_changes_programs_by_the_hour(tmp_path: Path) -> None:
    network = replace(by_the_hour(), signal_plans=by_the_hour().signal_plans[:2])
    *parts, schedule, net = export_network(network, tmp_path / "x")
    (tmp_path / "watch.add.xml").write_text(
        '<additional><timedEvent type="SaveTLSStates" source="c" dest="tls.xml"/></additional>', "utf-8"
    )
    files = f"{schedule},{tmp_path / 'watch.add.xml'}"
    line = [str(SUMO), "--no-step-log", "-n", str(net), "-a", files, "--end", "720"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    states = ET.parse(tmp_path / "tls.xml").getroot()  # noqa: S314 - SUMO's own
    ran = [(float(state.get("time", "")), state.get("programID")) for state in states]
    pairs = zip([(0.0, ""), *ran], ran, strict=False)
    begun = [(time_s, key) for (_, old), (time_s, key) in pairs if key != old]
    assert begun == [(0.0, "2"), (180.0, "0"), (360.0, "2"), (540.0, "0")]
    shown = {state.get("state") for state in states}
    assert {len(state or "") for state in shown} == {parts[3].read_text("utf-8").count("linkIndex")}


def test_a_turn_prohibited_at_all_hours_is_no_connection(tmp_path: Path) -> None:
    for hours, count in ((((6.0, 20.0),), 1), (((0.0, 24.0),), 0), (((6.0, 20.0), (20.0, 6.0)), 0)):
        network = changed(cross(), "n-c", TurnKind.RIGHT, prohibited=hours)
        _, _, connections, signals = write_plain(network, tmp_path / "x")
        for path in (connections, signals):
            text = path.read_text(encoding="utf-8")
            assert text.count('from="n-c" to="c-w"') == count
        states = [line.split('state="')[1].split('"')[0] for line in text.splitlines() if "<phase" in line]
        assert {len(state) for state in states} == {text.count("linkIndex")}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            [
                "Plans by the hour: give SUMO the .add.xml with -a; its second 0 is midnight.",
                "turn from n-c to c-w prohibited 06:00-20:00, 22:00-02:30; permitted there at all hours",
                "boxes for motorcycles, roads: 4",
                "displays of the seconds left, junctions: 1",
                "detectors (it places its own): 4",
                "skipping phases that nobody calls, plans: 1",
            ],
        ),
        ("id", ["tengah malam", "dari n-c ke c-w pukul 06:00-20:00, 22:00-02:30", "(RHK), jalan: 4"]),
    ],
)
def test_the_command_says_what_is_left_out(
    language: str, said: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_network(by_the_hour(), tmp_path / "a.json")
    file, prefix = str(tmp_path / "a.json"), str(tmp_path / "x")
    assert main(["network", "export", file, "--sumo", prefix, "--lang", language]) == 0
    lines = capsys.readouterr().out
    assert str(tmp_path / "x.add.xml") in lines
    for part in said:
        assert part in lines
    folder = str(tmp_path / "gmns")
    assert main(["network", "export", file, "--gmns", folder, "--lang", language]) == 0
    assert "SUMO" not in capsys.readouterr().out


@pytest.mark.skipif(not SUMO.exists(), reason="SUMO is not installed: the extra `peers`")
def test_roads_without_a_name_are_written_too(tmp_path: Path) -> None:
    network = replace(cross(), roads=tuple(replace(road, name="") for road in cross().roads))
    *_, net = export_network(network, tmp_path / "x")
    assert {road.id for road in load_network(net).roads} == {road.id for road in network.roads}


@pytest.mark.skipif(not SUMO.exists(), reason="SUMO is not installed: the extra `peers`")
def test_a_road_that_ends_where_it_begins_is_left_out(tmp_path: Path) -> None:
    line = np.array([[20.0, 20.0, 0.0], [60.0, 60.0, 0.0], [20.0, 60.0, 0.0], [14.0, 14.0, 0.0]])
    ring = replace(cross().roads[0], id="ring", start="c", end="c", centreline_m=line, reverse="", lanes=1)
    onto, off = Turn("n-c", "ring", TurnKind.LEFT, "n-c"), Turn("ring", "c-s", TurnKind.LEFT, "")
    network = replace(cross(), roads=(*cross().roads, ring), turns=(*cross().turns, onto, off))
    *_, net = export_network(network, tmp_path / "x")
    assert {road.id for road in load_network(net).roads} == {road.id for road in cross().roads}
    assert "Not for SUMO: roads that end where they begin: 1" in sumo_lines(network, Texts("en"))


@pytest.mark.skipif(not SUMO.exists(), reason="SUMO is not installed: the extra `peers`")
def test_the_net_keeps_the_plan_of_all_other_hours(tmp_path: Path) -> None:
    *_, net = export_network(by_the_hour(), tmp_path / "x")
    (plan,) = load_network(net).signal_plans
    assert [phase.green_s for phase in plan.phases] == [40.0, 40.0]
