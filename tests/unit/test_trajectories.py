"""Trajectories of others: read, shown as they are, with the truth that they hold."""

import math
from dataclasses import replace
from datetime import date, time
from pathlib import Path

import numpy as np
import pytest
import sumolib

from scenarios.cli.main import main
from scenarios.traffic import TrafficRun, run_traffic
from tests.traffic_networks import cross, straight_road
from twin.clock import NS_PER_S, from_local
from twin.network.files import written_whole
from twin.network.model import RoadNetwork, TurnKind
from twin.network.native import save_network
from twin.randomness import Seed
from twin.traffic.conduct import USUAL_CONDUCT
from twin.traffic.demand import DemandSpec
from twin.traffic.drivers import STYLES
from twin.traffic.profiles import FLAT
from twin.traffic.replayed import ReplayedTraffic
from twin.traffic.sights import kind_of
from twin.traffic.simulation import TrafficSimulation
from twin.traffic.sumo_network import write_plain
from twin.traffic.sumo_outputs import FcdFile
from twin.traffic.trajectories import TrajectoryError, read_trajectories
from twin.truth import TrueViolation

START_NS = from_local(date(2026, 11, 24), time(0, 0))
LENGTHS_M = 0.1 + max(
    abs(size[0] - style.sizes_m[0][0]) / 2 for style in STYLES.values() for size in style.sizes_m
)
# nobody waits beyond a line: who rolls past it before green has not left his edge, and tracks do not tell
DARING = DemandSpec(
    red_running=(0.5, 0.5, 0.5, 0.5), scale=1.5, hourly=FLAT,
    conduct=replace(USUAL_CONDUCT, past_line=(0.0, 0.0, 0.0, 0.0)),
)  # fmt: skip


def recorded(network: RoadNetwork, path: Path, until_s: int) -> TrafficSimulation:
    """Write every step of a simulation as floating car data; return it at its end."""
    simulation = TrafficSimulation(network, DARING, Seed(3), START_NS)
    with written_whole(path) as file:
        fcd = FcdFile(file, None)
        while simulation.now_ns < START_NS + until_s * NS_PER_S:
            simulation.advance(simulation.now_ns + simulation.step_ns)
            fcd.add((simulation.now_ns - START_NS) / NS_PER_S, simulation.moving())
        fcd.end()
    return simulation


def test_what_was_written_is_shown_where_it_was(tmp_path: Path) -> None:
    network, path = cross(kerb_m=2.0), tmp_path / "fcd.xml"
    simulation = recorded(network, path, 90)
    replay = ReplayedTraffic(network, read_trajectories(path), Seed(1), START_NS)
    first_s = min(track.time_s[0] for track in read_trajectories(path))
    replay.advance(START_NS + round((90 - first_s) / 0.2) * replay.step_ns)
    true, shown = simulation.vehicles(), replay.vehicles()
    assert len(true) == len(shown) > 10
    apart = np.hypot(*(true.position_m[:, None, :2] - shown.position_m[None, :, :2]).transpose(2, 0, 1))
    assert apart.min(axis=1).max() < LENGTHS_M  # a track tells a front and a class, not the length
    assert np.median(apart.min(axis=1)) < 0.05
    order = apart.argmin(axis=1)
    assert shown.speed_mps[order] == pytest.approx(true.speed_mps, abs=0.02)
    turned = np.angle(np.exp(1j * (shown.heading_rad[order] - true.heading_rad)))
    assert np.abs(turned).max() < 0.01
    assert replay.census().conserved


def red(traffic: TrafficSimulation | ReplayedTraffic) -> list[TrueViolation]:
    """Return the crossings at red, approach by approach."""
    found = [v for v in traffic.violations() if v.rule == "red_light"]
    return sorted(found, key=lambda v: (v.place, v.vehicle_class, v.opened_ns))


def test_who_crossed_at_red_is_known_from_the_tracks(tmp_path: Path) -> None:
    network, path = cross(green_s=15.0), tmp_path / "fcd.xml"
    simulation = recorded(network, path, 240)
    true = red(simulation)
    tracks = read_trajectories(path)
    first_ns = round(min(track.time_s[0] for track in tracks) * NS_PER_S)
    replay = ReplayedTraffic(network, tracks, Seed(1), START_NS + first_ns)
    replay.advance(START_NS + first_ns + round((240 * NS_PER_S - first_ns) / replay.step_ns) * replay.step_ns)
    found = red(replay)
    assert len(true) > 3
    assert [(v.place, v.vehicle_class) for v in found] == [(v.place, v.vehicle_class) for v in true]
    assert [v.opened_ns for v in found] == pytest.approx([v.opened_ns for v in true], abs=0.21 * NS_PER_S)


def test_a_stand_at_the_kerb_is_known_from_a_table(tmp_path: Path) -> None:
    """A car drives in at 10 m/s, stands 20 s on the strip, drives off: as a drone would tell it."""
    network, path = straight_road(kerb_m=2.0), tmp_path / "drone.csv"
    rows = ["id;time;x;y;class"]
    for half in range(121):
        t = half / 2
        x = 100.0 + 10 * min(t, 15.0) + 10 * max(0.0, t - 35.0)
        y = 1.75 + 1.0 if 15 <= t <= 35 else 0.0
        rows.append(f"a;{t};{x};{y};Car")
    path.write_text("\n".join(rows), encoding="utf-8")
    replay = ReplayedTraffic(network, read_trajectories(path), Seed(1), START_NS)
    replay.advance(START_NS + 50 * NS_PER_S)
    (stand,) = replay.violations()
    assert (stand.rule, stand.place) == ("kerb_parking", "main")
    assert stand.position_m == pytest.approx((250.0, 2.75), abs=0.5)
    began_s, ended_s = ((t - START_NS) / NS_PER_S for t in (stand.opened_ns, stand.closed_ns or 0))
    assert began_s == pytest.approx(15, abs=1)
    assert ended_s == pytest.approx(35, abs=1)


def test_types_are_understood() -> None:
    said = [kind_of(word).name for word in ("mc", "motorcycle", "veh_bus", "truck@1", "passenger", "x")]
    assert said == ["MOTORCYCLE", "MOTORCYCLE", "BUS", "TRUCK", "CAR", "CAR"]


GOOD = '<fcd-export><timestep time="{t}"><vehicle id="a" x="{x}" y="0"/></timestep></fcd-export>'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<fcd-export>", "line 1: expected a whole XML file"),
        ("<fcd-export/>", "expected vehicles, got none"),
        (GOOD.format(t="soon", x="1"), "line 1: <timestep>: time 'soon': expected a number"),
        (GOOD.format(t="1", x="inf"), "line 1: <vehicle>: x 'inf': expected a number"),
        ("id,time,x\na,1,2", "line 2: expected the columns id, time, x, y, got no y"),
        ("id,time,x,y\na,1,2,3\na,1,2,3", "vehicle 'a' at 1 s: expected times that rise"),
        ("id,time,x,y\na,1,0,0\na,2,400,0", "vehicle 'a' jumps 400 m between 1 and 2 s"),
        ("id,time,x,y\na,1,0,north", "line 2: y 'north': expected a number"),
        ("\x00\x01", "expected vehicles, got none"),
        ("id,time,x,y\na,1,2,3\na,1,2,3", "line 3: vehicle 'a' at 1 s"),
        ("id,time,x,y\na,1,0,0\nb,1,0,0\na,2,71.5,0", "line 4: vehicle 'a' jumps 72 m between 1 and 2 s"),
        ("id,time,x,y\na,1,NaN,0", "line 2: x 'NaN': expected a number"),
        ("id,time,x,y,speed\na,1,0,0,-3", "line 2: speed '-3': expected a number from 0 to 70"),
        ("id,time,x,y,speed\na,1,0,0,250", "line 2: speed '250': expected a number from 0 to 70"),
        ("id,time,x,y,length\na,1,0,0,-4", "line 2: length '-4': expected a number from 0.3 to 40"),
        ("id,time,x,y,length,width\na,1,0,0,4.5,99", "line 2: width '99': expected a number from 0.2 to 5"),
        (
            "timestep_time;vehicle_id;vehicle_x\n0;a;1",
            "expected the columns vehicle_id, timestep_time, vehicle_x",
        ),
        (
            '<fcd-export>\n<timestep time="1">\n<vehicle x="1" y="0"/>',
            "line 3: <vehicle>: expected the attribute",
        ),
        (GOOD.format(t="1", x="NaN"), "line 1: <vehicle>: x 'NaN': expected a number"),
        (GOOD.format(t="1", x='1" speed="-2'), "speed '-2': expected a number from 0 to 70"),
        ("<routes><vehicle id='a'/></routes>", "line 1: expected <fcd-export>, got <routes>"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "tracks"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TrajectoryError) as error:
        read_trajectories(path)
    assert str(error.value).startswith(str(path))
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_headings_follow_the_way_where_none_is_said(tmp_path: Path) -> None:
    path = tmp_path / "tracks.csv"
    path.write_text("id,time,x,y\na,0,0,0\na,1,0,10\na,2,0,10\n", encoding="utf-8")
    (track,) = read_trajectories(path)
    assert track.heading_rad == pytest.approx(math.pi / 2)
    assert track.speed_mps[0] == pytest.approx(10.0)


def test_tracks_from_elsewhere_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "tracks.csv"
    path.write_text("id,time,x,y\na,0,90000,0\na,1,90001,0\n", encoding="utf-8")
    assert main(["validate", "beruang-madu", "--trajectories", str(path), "--out", str(tmp_path / "o")]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "tracks.csv: places from (90000, 0)" in said
    assert "bconnect network export" in said
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("left_hand", [True, False])
def test_who_keeps_to_the_kerb_gives_way_to_nobody(left_hand: bool, tmp_path: Path) -> None:
    network = replace(cross(), left_hand=left_hand)
    *_, signals = write_plain(network, tmp_path / "x")
    state = next(iter(sumolib.xml.parse(str(signals), "phase"))).state
    kind_of_turn = {(turn.from_road, turn.to_road): turn.kind for turn in network.turns}
    seen: dict[TurnKind, set[str]] = {}
    for link in sumolib.xml.parse(str(signals), "connection"):
        seen.setdefault(kind_of_turn[link.attr_from, link.to], set()).add(state[int(link.linkIndex)])
    near, far = (TurnKind.LEFT, TurnKind.RIGHT) if left_hand else (TurnKind.RIGHT, TurnKind.LEFT)
    assert seen == {TurnKind.STRAIGHT: {"G", "r"}, near: {"G", "r"}, far: {"g", "r"}}


def test_a_network_is_written_for_netconvert(tmp_path: Path) -> None:
    net = tmp_path / "cross.json"
    save_network(cross(), net)
    assert main(["network", "export", str(net), "--sumo", str(tmp_path / "x")]) == 0
    assert {"x.nod.xml", "x.edg.xml", "x.con.xml", "x.tll.xml"} <= {p.name for p in tmp_path.iterdir()}
    made = tmp_path / "x.net.xml"
    if made.exists():  # netconvert is installed: what comes back is what went out
        ran = run_traffic(TrafficRun(str(made), None, 300.0))
        assert ran.census.inserted > 10
        assert ran.census.conserved
