"""`bconnect traffic run`: trips in, what SUMO's tools read out."""

from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import sumolib

from scenarios.cli.main import main
from scenarios.traffic import TrafficRun, run_traffic
from tests.network_files import sumo_xml
from twin.network.importers import load_network
from twin.network.native import save_network

TRIPS = """<routes>
<vType id="car" vClass="passenger" length="4.0" speedFactor="1" speedDev="0"/>
<vehicle id="first" type="car" depart="3"><route edges="wc ce"/></vehicle>
<flow id="more" type="car" begin="5" end="65" number="6"><route edges="sc cn"/></flow>
<trip id="last" type="car" depart="70" from="nc" to="cs"/>
</routes>"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    net, routes = tmp_path / "a.net.xml", tmp_path / "a.rou.xml"
    net.write_text(sumo_xml(), encoding="utf-8")
    routes.write_text(TRIPS, encoding="utf-8")
    return net, routes


def test_every_trip_is_accounted_for(files: tuple[Path, Path], tmp_path: Path) -> None:
    net, routes = files
    fcd, edges, trips = (tmp_path / name for name in ("fcd.xml", "edges.xml", "trips.xml"))
    run = TrafficRun(
        str(net), routes, 300.0, 1.0, fcd=fcd, edge_data=edges, edge_span_s=(10.0, 250.0), trip_info=trips
    )
    done = run_traffic(run)
    assert (done.census.inserted, done.census.finished, done.red_crossings) == (8, 8, 0)
    ends = {trip.id: trip for trip in sumolib.xml.parse(str(trips), "tripinfo")}
    assert set(ends) == {"first", "last", *(f"more.{i}" for i in range(6))}
    assert float(ends["first"].depart) == 3.0
    for trip in ends.values():
        ran_s = float(trip.duration)
        assert float(trip.arrival) - float(trip.depart) == pytest.approx(ran_s)
        assert float(trip.waitingTime) <= float(trip.timeLoss) + 1 <= ran_s + 1
        assert float(trip.routeLength) == pytest.approx(196, abs=16)  # 2 x 90 m, 20 m across, less 4 m
    last = list(sumolib.xml.parse(str(edges), "edge"))
    flows = {edge.id: int(edge.entered) + int(edge.departed) for edge in last}
    assert (flows["sc"], flows["cn"]) == (5, 6)  # the first set out at 5 s, before the interval
    assert flows["ec"] == 0
    steps = list(sumolib.xml.parse(str(fcd), "timestep"))
    assert [float(step.time) for step in steps[:3]] == [1.0, 2.0, 3.0]
    seen = [float(v.x) for step in steps for v in step.vehicle or () if v.id == "first"]
    assert (np.diff(seen) >= 0).all()
    assert seen[-1] - seen[0] > 170


def test_the_same_seed_gives_the_same_bytes(files: tuple[Path, Path], tmp_path: Path) -> None:
    net, routes = files
    written = []
    for name in ("a.xml", "b.xml"):
        run_traffic(TrafficRun(str(net), routes, 120.0, fcd=tmp_path / name))
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]


def test_without_routes_the_built_in_demand_drives(files: tuple[Path, Path]) -> None:
    done = run_traffic(TrafficRun(str(files[0]), None, 600.0))
    assert done.census.conserved
    assert done.census.inserted > 20


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--step", "3"], "--step 3: expected seconds from 0.05 to 1"),
        (["--until", "0"], "--until 0: expected seconds, at least one step"),
        (["--until", "90", "--edgedata-begin", "100"], "expected 0 <= begin < end <= 90"),
        (["--fcd", "nowhere/fcd.xml"], "no folder nowhere; make it first"),
    ],
)
def test_options_that_make_no_sense(
    options: list[str], said: str, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["traffic", "run", *map(str, files), *options]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'edges="wc ce"',
            'edges="wc nowhere"',
            ": line 3: vehicle 'first': road 'nowhere' is not in network a",
        ),
        ('edges="wc ce"', 'edges="wc cn"', ": line 3: vehicle 'first': no way from road 'wc' to 'cn'"),
        ('to="cs"', 'to="sc"', ": line 5: vehicle 'last': no way from road 'nc' to 'sc'"),
        ('begin="5"', 'begin="x"', "line 4: <flow id='more'>: begin 'x'"),
    ],
)
def test_routes_that_do_not_fit_the_network(
    old: str, new: str, said: str, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    files[1].write_text(TRIPS.replace(old, new), encoding="utf-8")
    fcd = files[0].parent / "fcd.xml"
    assert main(["traffic", "run", *map(str, files), "--until", "9", "--fcd", str(fcd)]) == 2
    assert said in capsys.readouterr().err
    assert not fcd.exists()


def test_a_net_without_an_edge_of_the_map_runs_by_its_trips(tmp_path: Path) -> None:
    """A ring of four one-way edges: nobody can drive in, trips begin and end inside."""
    net = ring(tmp_path)
    routes = tmp_path / "ring.rou.xml"
    routes.write_text(
        '<routes><vehicle id="a" depart="0"><route edges="ab bc cd da ab bc"/></vehicle></routes>',
        encoding="utf-8",
    )
    done = run_traffic(TrafficRun(str(net), routes, 200.0, trip_info=tmp_path / "t.xml"))
    assert done.census.finished == 1
    assert done.ends[0].driven_m == pytest.approx(6 * 100, abs=30)
    again = tmp_path / "ring.json"
    save_network(load_network(net), again)
    assert run_traffic(TrafficRun(str(again), routes, 200.0)).census.finished == 1


def ring(folder: Path) -> Path:
    at = {"a": (0, 0), "b": (100, 0), "c": (100, 100), "d": (0, 100)}
    sides = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")]
    root = ET.Element("net", version="1.16", lefthand="true")
    ET.SubElement(
        root, "location", netOffset="0,0", convBoundary="0,0,100,100", origBoundary="0,0,100,100",
        projParameter="!",
    )  # fmt: skip
    for p, q in sides:
        edge = ET.SubElement(root, "edge", {"id": p + q, "from": p, "to": q, "priority": "1"})
        shape = f"{at[p][0]},{at[p][1]} {at[q][0]},{at[q][1]}"
        ET.SubElement(edge, "lane", id=f"{p + q}_0", index="0", speed="13.89", length="100", shape=shape)
    for node, (x, y) in at.items():
        ET.SubElement(
            root, "junction", id=node, type="priority", x=str(x), y=str(y), incLanes="", intLanes="", shape=""
        )
    for (p, q), (_, r) in zip(sides, sides[1:] + sides[:1], strict=True):
        ET.SubElement(
            root, "connection", {"from": p + q, "to": q + r, "fromLane": "0", "toLane": "0", "dir": "l",
            "state": "M"},
        )  # fmt: skip
    path = folder / "ring.net.xml"
    path.write_text(ET.tostring(root, encoding="unicode"), encoding="utf-8")
    return path
