import bz2
import gzip
from pathlib import Path

import osmium
import pytest

from tests.network_files import GRAPHML, OSM, sumo_xml
from twin.network.check import check_network
from twin.network.counts import counts, remarks
from twin.network.importers import load_network
from twin.network.importers.frame import drives_left, frame_around
from twin.network.importers.tags import carriage_of, speed_mps
from twin.network.model import Control, NetworkError, PlanSource, RoadNetwork, TurnKind
from twin.network.native import save_network


def load(folder: Path, text: str | bytes, name: str = "map") -> RoadNetwork:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    network = load_network(file)
    check_network(network)
    return network


def test_osm(tmp_path: Path) -> None:
    network = load(tmp_path, OSM)
    main = network.road_of["10.0+"]
    assert (main.name, main.lanes, main.highway) == ("Jl. Utama", 2, "primary")
    assert main.speed_limit_mps == pytest.approx(60 / 3.6)
    assert network.left_hand
    assert network.restrictions == 1
    assert {turn.to_road for turn in network.turns_from["11.0-"]} == {"14.0+"}
    assert [j.id for j in network.junctions if j.control is Control.SIGNALS] == ["2"]  # the signal stood at 6
    assert not any(road.id.startswith(("12.0-", "13")) for road in network.roads)
    assert [count.in_file for count in counts(network)] == [6, 5, 1, 1]
    assert network.attribution.startswith("(c) OpenStreetMap")


def test_osm_however_it_is_packed(tmp_path: Path) -> None:
    plain = load(tmp_path, OSM, "map.osm")
    assert load(tmp_path, gzip.compress(OSM.encode())).turns == plain.turns
    assert load(tmp_path, bz2.compress(OSM.encode())).turns == plain.turns
    pbf = tmp_path / "map.osm.pbf"
    with osmium.SimpleWriter(str(pbf)) as writer:
        for thing in osmium.FileProcessor(str(tmp_path / "map.osm")):
            writer.add(thing)
    assert load_network(pbf).turns == plain.turns


def test_the_caller_may_choose_the_side(tmp_path: Path) -> None:
    file = tmp_path / "map.osm"
    file.write_text(OSM)
    assert not load_network(file, left_hand=False).left_hand
    left, right = (load_network(file, left_hand=side).road_of["10.0+"] for side in (True, False))
    assert left.centreline_m[0, 1] - right.centreline_m[0, 1] == pytest.approx(7.0, abs=0.01)


def test_graphml(tmp_path: Path) -> None:
    network = load(tmp_path, GRAPHML)
    assert network.road_of["e0.0+"].lanes == 2  # the fewest of the list
    assert network.road_of["e0.0+"].highway == "primary"  # the highest of the list
    assert len(network.road_of["e1.0+"].centreline_m) == 3
    assert network.road_of["e2.0+"].reverse == "e2.0-"  # two directed edges, one street
    assert [(count.here, count.in_file) for count in counts(network)] == [(4, 4), (4, 4), (1, 1), (0, None)]
    assert load(tmp_path, gzip.compress(GRAPHML.encode())).turns == network.turns


def test_graphml_without_positions_or_streets(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="node 1 without the attributes x and y"):
        load(tmp_path, GRAPHML.replace('<data key="x">116.850</data>', ""))
    with pytest.raises(NetworkError, match="expected drivable edges, got none among 4"):
        load(tmp_path, GRAPHML.replace("primary", "footway").replace("residential", "steps"))


def test_sumo(tmp_path: Path) -> None:
    network = load(tmp_path, sumo_xml())
    assert network.left_hand
    assert {turn.kind for turn in network.turns} == {TurnKind.STRAIGHT}
    assert network.road_of["wc"].lanes == 1  # the pavement is no lane
    assert network.road_of["wc"].reverse == "cw"
    assert [count.in_file for count in counts(network)] == [5, 8, 1, None]


def test_sumo_program_that_fits_is_kept(tmp_path: Path) -> None:
    (plan,) = load(tmp_path, sumo_xml()).signal_plans
    assert plan.source is PlanSource.PUBLISHED
    assert [set(phase.groups) for phase in plan.phases] == [{"wc", "ec"}, {"sc", "nc"}]
    assert [(p.green_s, p.yellow_s, p.all_red_s) for p in plan.phases] == [(30, 3, 2), (25, 3, 0)]
    assert plan.offset_s == 5.0


def test_sumo_program_with_green_twice_is_not_kept(tmp_path: Path) -> None:
    (plan,) = load(tmp_path, sumo_xml(second="GGrG")).signal_plans
    assert plan.source is PlanSource.ASSUMED


def test_sumo_side_is_right_unless_said(tmp_path: Path) -> None:
    assert not load(tmp_path, sumo_xml(lefthand="")).left_hand


def test_a_saved_network_comes_back(tmp_path: Path) -> None:
    network = load(tmp_path, OSM)
    save_network(network, tmp_path / "a.json")
    again = load_network(tmp_path / "a.json")
    save_network(again, tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert (again.turns, again.junctions, again.signal_plans) == (
        network.turns,
        network.junctions,
        network.signal_plans,
    )
    assert remarks(again) == remarks(network)
    with pytest.raises(NetworkError, match="expected a place to write to"):
        save_network(network, tmp_path / "none" / "a.json")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "got an empty file"),
        (b"hello", "expected an OSM extract"),
        (b"<html></html>", "got something else"),
        (b"\x1f\x8b\x08\x00garbage", "expected a readable file"),
        (gzip.compress(OSM.encode())[:200], "expected"),
        (OSM.encode()[:900], "one that breaks off"),
        (OSM.replace("highway", "building").encode(), "expected drivable highway ways, got none among 0"),
        (b'<osm version="0.6"></osm>', "expected drivable highway ways"),
        (GRAPHML.encode()[:1500], "expected an OSMnx graph"),
        (GRAPHML.replace("LINESTRING", "LINE").encode(), "expected an OSMnx graph"),
        (sumo_xml().encode()[:900], "line 4: expected a whole SUMO network, got"),
        (sumo_xml().replace("<net ", "<nets ").encode(), "line 2: <nets>: expected <net>"),
        (
            sumo_xml().replace(' shape="0,100 90.0,100.0"', "").encode(),
            "line 4: <lane id='wc_0'>: expected a shape",
        ),
        (sumo_xml().replace('0,100 90.0,100.0"', '0,100"').encode(), "a shape of at least two points, got 1"),
        (
            sumo_xml().replace('speed="13.89"', 'speed="-5"').encode(),
            "<lane id='wc_0'>: speed '-5': expected",
        ),
        (
            sumo_xml().replace('speed="13.89"', 'speed="999"').encode(),
            "speed '999': expected a number above 0",
        ),
        (sumo_xml().replace('speed="13.89"', 'speed="100.5"').encode(), "road wc: expected a speed"),
        (
            sumo_xml().replace('length="90"', 'length="nan"').encode(),
            "<lane id='wc_0'>: length 'nan': expected",
        ),
        (
            sumo_xml().replace('from="w"', 'from="q"').encode(),
            "<edge id='wc'>: from 'q' to 'c': expected junctions",
        ),
        (sumo_xml().replace('from="wc"', 'from="zz"').encode(), "<connection>: from 'zz': expected an edge"),
        (sumo_xml().replace("disallow=", "allow=").encode(), "expected edges on which cars"),
        (sumo_xml().replace('x="0"', 'x="west"').encode(), "expected a whole SUMO network"),
        (b'{"format": "bconnect-network-1"}', "got no 'origin_lonlat'"),
        (b'{"format": "bconnect-network-1"', "saved by `bconnect network import --out`"),
    ],
)
def test_bad_input_is_one_line_that_names_the_file(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(NetworkError, match=says) as caught:
        load(tmp_path, content, "bad.file")
    assert "bad.file" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="expected a file, got none there"):
        load_network(tmp_path / "none.osm")
    with pytest.raises(NetworkError, match=r"expected node.csv and link.csv \(GMNS\)"):
        load_network(tmp_path)


@pytest.mark.parametrize(
    ("tags", "lanes"),
    [
        ({"highway": "primary"}, (1, 1)),
        ({"highway": "primary", "oneway": "yes"}, (2, 0)),
        ({"highway": "primary", "lanes": "3"}, (2, 1)),
        ({"highway": "primary", "lanes": "4", "lanes:forward": "3", "lanes:backward": "1"}, (3, 1)),
        ({"highway": "residential", "lanes": "1"}, (1, 1)),
        ({"highway": "tertiary", "junction": "roundabout"}, (1, 0)),
        ({"highway": "primary", "lanes": "many"}, (1, 1)),
        ({"highway": "trunk", "lanes": "9", "oneway": "1"}, (4, 0)),
    ],
)
def test_lanes_of_tags(tags: dict[str, str], lanes: tuple[int, int]) -> None:
    carriage = carriage_of(tags)
    assert carriage is not None
    assert (carriage.lanes_forward, carriage.lanes_backward) == lanes


def test_where_no_car_may_drive() -> None:
    assert carriage_of({"highway": "footway"}) is None
    assert carriage_of({"highway": "residential", "access": "private"}) is None
    assert carriage_of({"highway": "residential", "motor_vehicle": "no"}) is None


def test_speeds() -> None:
    assert speed_mps("40") == pytest.approx(40 / 3.6)
    assert speed_mps("30 mph") == pytest.approx(13.4112)
    assert speed_mps("none") == speed_mps("0") == speed_mps("999") == 0.0


def test_frame_and_side() -> None:
    frame = frame_around("here", [(116.80, -1.30), (116.90, -1.20)])
    assert (frame.epsg, frame.origin_lonlat) == (32750, (116.85, -1.25))
    assert frame.to_metres([frame.origin_lonlat]) == pytest.approx(0.0)
    assert drives_left((116.85, -1.25))
    assert not drives_left((2.35, 48.85))
    with pytest.raises(NetworkError, match="longitude and latitude"):
        frame_around("here", [(485000.0, 9860000.0)])
    with pytest.raises(NetworkError, match="more than 3 degrees"):
        frame_around("here", [(100.0, 0.0), (110.0, 0.0)])
