"""Networks in the formats of others: GMNS and GeoJSON, out and back, and as others write them."""

import json
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from scenarios.cli.main import main
from scenarios.traffic import TrafficRun, run_traffic
from tests.exchanged import comes_back, same_roads
from tests.network_files import GEOJSON, GMNS, line_features, sumo_xml, write_gmns_tables, zipped
from tests.traffic_networks import cross
from twin.network.check import check_network
from twin.network.counts import counts, remarks
from twin.network.exporters.geojson import write_geojson
from twin.network.exporters.gmns import COLUMNS, write_gmns
from twin.network.importers import load_network
from twin.network.library import named
from twin.network.model import (
    Control,
    NetworkError,
    Phase,
    PlanSource,
    RoadNetwork,
    SignalPlan,
    Turn,
    TurnKind,
)

NETWORKS = {"corridor": named("mt-haryono"), "city": named("balikpapan"), "cross": cross(green_s=17.5)}


@pytest.mark.parametrize("name", NETWORKS)
def test_gmns_goes_out_and_comes_back(name: str, tmp_path: Path) -> None:
    network = NETWORKS[name]
    back = comes_back(network, tmp_path / "net", write_gmns)
    assert load_network(zipped(tmp_path / "net")).turns == network.turns
    assert back.attribution == network.attribution


@pytest.mark.parametrize("name", NETWORKS)
def test_geojson_goes_out_and_comes_back(name: str, tmp_path: Path) -> None:
    comes_back(NETWORKS[name], tmp_path / "net.geojson", write_geojson)


def by_movement() -> RoadNetwork:
    """A crossing at which the turns out of one approach see a signal of their own; nowhere on earth."""
    network = replace(cross(), origin_lonlat=(0.0, 0.0), epsg=32631, left_hand=False)
    own = {turn: f"{turn.from_road}>{turn.to_road}" for turn in network.turns if turn.from_road == "n-c"}
    turns = tuple(replace(turn, group=own.get(turn, turn.group)) for turn in network.turns)
    later = Phase(("n-c>c-e", "n-c>c-w"), 12.0, 3.5, 1.5)
    (plan,) = network.signal_plans
    now = tuple(
        replace(phase, groups=tuple("n-c>c-s" if group == "n-c" else group for group in phase.groups))
        for phase in plan.phases
    )
    return replace(network, turns=turns, signal_plans=(replace(plan, phases=(*now, later), offset_s=7.0),))


def test_signals_by_movement_come_back_and_so_does_a_place_nowhere(tmp_path: Path) -> None:
    network = by_movement()
    check_network(network)
    write_geojson(network, tmp_path / "net.geojson")
    back = load_network(tmp_path / "net.geojson")
    same_roads(network, back)
    assert back.signal_plans == network.signal_plans
    write_gmns(network, tmp_path / "net")
    gmns = load_network(tmp_path / "net")
    same_roads(replace(network, turns=()), replace(gmns, turns=()))
    assert [seen(gmns, turn) for turn in gmns.turns] == [seen(network, turn) for turn in network.turns]


def seen(network: RoadNetwork, turn: Turn) -> tuple[object, ...]:
    """Return a turn and the phases in which it has green, however its group is called."""
    (plan,) = network.signal_plans
    phases = tuple((p.green_s, p.yellow_s, p.all_red_s) for p in plan.phases if turn.group in p.groups)
    return turn.from_road, turn.to_road, turn.kind, phases, plan.offset_s


def test_a_returned_geojson_without_plans_gets_assumed_ones(tmp_path: Path) -> None:
    path = tmp_path / "net.geojson"
    write_geojson(by_movement(), path)
    document = json.loads(path.read_text(encoding="utf-8"))
    del document["bconnect"]["signal_plans"]
    path.write_text(json.dumps(document), encoding="utf-8")
    (plan,) = load_network(path).signal_plans
    assert plan.source is PlanSource.ASSUMED


def test_a_network_of_sumo_without_degrees_comes_back(tmp_path: Path) -> None:
    (tmp_path / "a.net.xml").write_text(sumo_xml(), encoding="utf-8")
    network = load_network(tmp_path / "a.net.xml")
    write_gmns(network, tmp_path / "net")
    back = load_network(tmp_path / "net")
    same_roads(network, back)
    assert [as_sets(plan) for plan in back.signal_plans] == [as_sets(plan) for plan in network.signal_plans]


def as_sets(plan: SignalPlan) -> list[tuple[frozenset[str], float, float, float]]:
    return [(frozenset(p.groups), p.green_s, p.yellow_s, p.all_red_s) for p in plan.phases]


def test_what_is_written_are_the_columns_of_the_specification(tmp_path: Path) -> None:
    write_gmns(NETWORKS["cross"], tmp_path / "net")
    node, link, movement = (
        (tmp_path / "net" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        for name in ("node", "link", "movement")
    )
    said = "node_id,name,x_coord,y_coord,z_coord,node_type,ctrl_type,zone_id,parent_node_id"
    assert node[0] == f"{said},countdown"
    asked = (
        "link_id,name,from_node_id,to_node_id,directed,geometry_id,geometry,parent_link_id,dir_flag,length"
    )
    assert link[0].startswith(asked + ",grade,facility_type,capacity,free_speed,lanes,")
    assert movement[0].startswith("mvmt_id,node_id,name,ib_link_id,start_ib_lane,end_ib_lane,ob_link_id,")
    assert {path.stem for path in (tmp_path / "net").iterdir()} == set(COLUMNS)
    assert ",signal," in next(line for line in node if line.startswith("c,"))
    lon, lat = (float(value) for value in next(x for x in node if x.startswith("c,")).split(",")[2:4])
    assert (lon, lat) == pytest.approx((116.86, -1.27), abs=1e-6)
    lanes = (tmp_path / "net" / "lane.csv").read_text(encoding="utf-8").splitlines()
    assert lanes[3] == "n-c_kerb,n-c,-1,parking,,,2"  # traffic drives on the left: its kerb is left of lane 1


def test_geojson_is_as_the_rfc_has_it(tmp_path: Path) -> None:
    path = tmp_path / "net.geojson"
    write_geojson(NETWORKS["cross"], path)
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["type"] == "FeatureCollection"
    assert "crs" not in document  # always WGS84, section 4
    kinds = [feature["geometry"]["type"] for feature in document["features"]]
    assert (kinds.count("Point"), kinds.count("LineString")) == (5, 8)
    road = next(f for f in document["features"] if f["properties"]["id"] == "w-c")
    lon, lat, _ = road["geometry"]["coordinates"][0]
    assert (lon, lat) == pytest.approx((116.8573, -1.26997), abs=1e-4)
    assert road["properties"]["speed_limit_kmh"] == 50.0
    assert road["properties"]["lanes"] == 2


def test_gmns_as_others_write_it(tmp_path: Path) -> None:
    network = load_network(write_gmns_tables(tmp_path / "net"))
    assert not network.left_hand  # Massachusetts
    roads = network.road_of
    assert set(roads) == {"21.0+", "21.0-", "31.0+", "41.0+", "41.0-", "52.0+"}  # no bikeway, no crosswalk
    assert (roads["21.0+"].lanes, roads["21.0-"].lanes) == (2, 1)  # links 21 and 22 are one street
    assert roads["21.0+"].speed_limit_mps == pytest.approx(25 * 0.44704)
    assert roads["41.0-"].speed_limit_mps == pytest.approx(30 / 3.6)  # none is said: that of its class
    assert (roads["31.0+"].kerb_m, len(roads["31.0+"].centreline_m)) == (2.0, 3)
    turns = {(turn.from_road, turn.to_road) for turn in network.turns}
    assert turns == {(a, b) for a in ("21.0+", "41.0+") for b in ("21.0-", "31.0+", "41.0-", "52.0+")} - {
        ("21.0+", "21.0-"),
        ("41.0+", "41.0-"),
    }
    assert network.junction_of["6"].control is Control.SIGNALS
    assert [count.in_file for count in counts(network)][:3] == [5, 7, 1]
    assert ("links left out: not for motor vehicles", 2) in remarks(network)
    assert roads["52.0+"].end == "5"  # drawn against its direction: dir_flag -1


def test_gmns_movements_that_are_not_listed_are_not_made(tmp_path: Path) -> None:
    without = {**GMNS, "movement": GMNS["movement"].replace("5,6,41,52,left,signal\n", "")}
    network = load_network(write_gmns_tables(tmp_path / "net", without))
    turns = {(turn.from_road, turn.to_road) for turn in network.turns}
    assert ("41.0+", "52.0+") not in turns
    assert ("21.0+", "52.0+") in turns


def test_gmns_with_node_and_link_alone_in_a_zip_in_degrees(tmp_path: Path) -> None:
    tables = {
        "node": "node_id,x_coord,y_coord\na,116.85,-1.27\nb,116.853,-1.27\nc,116.856,-1.2705\n",
        "link": "link_id,from_node_id,to_node_id,dir_flag,free_speed,lanes,link_type_name,allowed_uses,"
        "directed\n"
        "1,a,b,1,50,2,secondary,auto;bike,\n2,b,c,0,,,residential,,false\n3,a,c,1,20,1,footway,,\n",
    }
    folder = write_gmns_tables(tmp_path / "net", tables)
    network = load_network(zipped(folder, "town/"))
    assert network.left_hand
    assert network.road_of["1.0+"].speed_limit_mps == pytest.approx(50 / 3.6)
    assert network.road_of["1.0+"].highway == "secondary"  # as osm2gmns calls it
    assert network.road_of["2.0+"].speed_limit_mps == pytest.approx(30 / 3.6)
    assert set(network.road_of) == {"1.0+", "2.0+"}  # a two-way street whose way back leads nowhere


def test_geojson_as_others_write_it(tmp_path: Path) -> None:
    path = tmp_path / "streets.geojson"
    path.write_text(GEOJSON, encoding="utf-8")
    network = load_network(path)
    check_network(network)
    roads = {road.id: road for road in network.roads}
    assert roads["f1.0+"].name == "Jl. Utama"
    assert (roads["f1.0+"].lanes, roads["f1.0+"].speed_limit_mps) == (2, pytest.approx(60 / 3.6))
    assert roads["f3.0+"].lanes == 2
    assert "f3.0-" not in roads  # one way
    assert roads["f3.0+"].speed_limit_mps == pytest.approx(30 * 0.44704)
    assert not any(key.startswith("f4") for key in roads)  # the footway
    kinds = {turn.to_road: turn.kind for turn in network.turns_from["f1.0+"]}
    assert kinds == {"f1.1+": TurnKind.STRAIGHT, "f2.0+": TurnKind.LEFT}  # they meet though 20 cm apart
    assert ("LineStrings left out: not for motor vehicles", 1) in remarks(network)


def test_ends_that_meet_by_way_of_another_are_one_junction(tmp_path: Path) -> None:
    """Three streets end 40 cm from one another in a row, in every order of the file."""
    step = 0.4 / 111_195  # degrees
    arms = [
        [[116.85, -1.27], [116.852, -1.27]],
        [[116.852, -1.27 + step], [116.852, -1.268]],
        [[116.852, -1.27 + 2 * step], [116.854, -1.269]],
    ]
    for order in permutations(arms):
        path = tmp_path / "streets.geojson"
        path.write_text(line_features(*order), encoding="utf-8")
        network = load_network(path)
        assert (len(network.junctions), len(network.roads), len(network.turns)) == (4, 6, 6)


def test_traffic_drives_on_them(tmp_path: Path) -> None:
    net, path = tmp_path / "net", tmp_path / "net.geojson"
    assert main(["network", "export", "mt-haryono", "--gmns", str(net), "--geojson", str(path)]) == 0
    own = run_traffic(TrafficRun("mt-haryono", None, 30.0))
    for source in (net, path):
        ran = run_traffic(TrafficRun(str(source), None, 30.0))
        assert ran.census == own.census


def test_an_export_asks_for_a_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["network", "export", "mt-haryono"]) == 2
    assert "known: --sumo PREFIX, --gmns FOLDER, --geojson FILE" in capsys.readouterr().err
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    assert main(["network", "export", "mt-haryono", "--gmns", str(file)]) == 2
    assert f"{file}: expected a folder to write to" in " ".join(capsys.readouterr().err.split())
    assert file.read_text(encoding="utf-8") == "mine"


GMNS_FAULTS = [
    (
        "link",
        "21,Mystic Street,2,6",
        "21,Mystic Street,2,66",
        "line 2: link '21': to_node_id '66': expected a node",
    ),
    (
        "link",
        "22,Mystic",
        "21,Mystic",
        "line 3: link '21': expected a link_id of its own, got that of line 2",
    ),
    (
        "link",
        "ARTERIAL,30,",
        "ARTERIAL,-30,",
        "line 4: link '31': free_speed '-30': expected a number from 0 to 157",
    ),
    ("link", "ARTERIAL,30,", "ARTERIAL,9999,", "line 4: link '31': free_speed '9999': expected a number"),
    ("link", "ARTERIAL,30,", "ARTERIAL,0,", "line 4: link '31': free_speed '0': expected mph above 0"),
    ("link", "1,330,", "1,-330,", "line 4: link '31': length '-330': expected a number of at least 0"),
    ("link", "25,2,none", "25,2000,none", "line 2: link '21': lanes '2000': expected a number from 0 to 20"),
    ("link", "LINESTRING(322990", "POLYGON(322990", "line 2: link '21': geometry 'POLYGON(322990"),
    ("link", "LINESTRING(322990", "LINESTRING(nan", "line 2: link '21': geometry 'LINESTRING(nan"),
    ("link", ",g7,", ",g8,", "line 4: link '31': geometry_id 'g8': expected one of geometry.csv"),
    ("link", "4,6,0,", "4,6,perhaps,", "line 5: link '41': directed 'perhaps': expected true or false"),
    ("link", ",from_node_id", ",from", "link.csv: line 1: expected the column from_node_id, got link_id"),
    ("link", "90,,6,8", "90,,6,8,1,1,1,1,1,1,1,1,1,1,1", "line 8: expected 14 cells, got"),
    ("node", "322990,", "north,", "line 2: node '2': x_coord 'north': expected a number"),
    ("node", "322990,", "NaN,", "line 2: node '2': x_coord is empty: expected a value"),
    ("node", "4,,322674", "2,,322674", "line 3: node '2': expected a node_id of its own, got that of line 2"),
    (
        "movement",
        "1,6,21,41",
        "1,6,21,410",
        "line 2: movement '1': ob_link_id '410': expected a link of link.csv",
    ),
    (
        "movement",
        "1,6,21,41",
        "1,6,22,41",
        "line 2: movement '1': expected links that meet at node '6', got 22 and 41",
    ),
    (
        "movement",
        "1,6,21,41",
        "1,60,21,41",
        "line 2: movement '1': node_id '60': expected a node of node.csv",
    ),
    ("config", ",mph,", ",knots,", "config 'Arlington': speed 'knots': expected a unit; known: km/h"),
    ("config", "EPSG:26919", "EPSG:1", "config 'Arlington': crs 'EPSG:1': expected one that pyproj knows"),
    ("config", ",EPSG:26919", ",", "node.csv: expected positions as longitude and latitude in degrees"),
]


@pytest.mark.parametrize(("table", "old", "new", "said"), GMNS_FAULTS)
def test_what_is_wrong_with_gmns_is_named(table: str, old: str, new: str, said: str, tmp_path: Path) -> None:
    assert old in GMNS[table]
    bad = {**GMNS, table: GMNS[table].replace(old, new, 1)}
    folder = write_gmns_tables(tmp_path / "bad", bad)
    for path in (folder, zipped(folder)):
        with pytest.raises(NetworkError) as caught:
            load_network(path)
        assert str(caught.value).startswith(str(path))
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)


def test_gmns_that_is_not_whole(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match=r"got no link\.csv"):
        load_network(write_gmns_tables(tmp_path / "one", {"node": GMNS["node"]}))
    walks = GMNS["link"].replace("ALL", "WALK").replace("auto, ", "").replace(",local,", ",sidewalk,")
    with pytest.raises(NetworkError, match=r"expected links for motor vehicles, got none of 7"):
        load_network(write_gmns_tables(tmp_path / "walk", {**GMNS, "link": walks}))
    folder = write_gmns_tables(tmp_path / "latin")
    (folder / "link.csv").write_bytes(b"link_id,from_node_id,to_node_id\n\xff,2,6\n")
    with pytest.raises(NetworkError, match="expected readable CSV tables in UTF-8"):
        load_network(folder)
    broken = zipped(write_gmns_tables(tmp_path / "zip"))
    broken.write_bytes(broken.read_bytes()[:400])
    with pytest.raises(NetworkError, match="expected readable CSV tables"):
        load_network(broken)


def line(**changed: object) -> str:
    """Return a document of one line, with some members changed."""
    feature = {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[116.85, -1.27], [116.86, -1.27]]},
        "properties": {"name": "Jl. Utama"} | dict(changed.pop("properties", {})),  # type: ignore[call-overload]
    }
    document: dict[str, object] = {"type": "FeatureCollection", "features": [feature]}
    if "coordinates" in changed:
        feature["geometry"] = {"type": "LineString", "coordinates": changed.pop("coordinates")}
    return json.dumps(document | changed)


def test_the_smallest_geojson_is_a_network(tmp_path: Path) -> None:
    path = tmp_path / "one.geojson"
    path.write_text(line(), encoding="utf-8")
    assert {road.name for road in load_network(path).roads} == {"Jl. Utama"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"type": "FeatureCollection", "features": [', "expected GeoJSON or a network saved here"),
        ('{"type": "Topology"}', "expected GeoJSON features or a network saved here, got Topology"),
        ('{"type": "FeatureCollection"}', "got 'features'"),
        (line(features=[]), "expected LineStrings for motor vehicles, got 0 features (none)"),
        (
            line().replace("LineString", "Polygon"),
            "expected LineStrings for motor vehicles, got 1 features (Polygon)",
        ),
        (line(features=["road"]), "feature 1: expected a Feature with a geometry, got road"),
        (line(coordinates=[[116.85, -1.27]]), "feature 1 'Jl. Utama': expected at least two positions"),
        (
            line(coordinates=[[485000.0, 9860000.0], [1, 2]]),
            "feature 1 'Jl. Utama': position [485000.0, 9860000.0]",
        ),
        (line(coordinates=[[116.85, -1.27]] * 2), "feature 1 'Jl. Utama': expected a line longer than 0.5 m"),
        (
            line(coordinates=[[116.85, None], [1, 2]]),
            "feature 1 'Jl. Utama': position [116.85, None]: expected",
        ),
        (line().replace("-1.27", "NaN"), "position [116.85, nan]: expected longitude and latitude"),
        (
            line(properties={"lanes": -2}),
            "feature 1 'Jl. Utama': lanes '-2': expected a whole number from 1 to 20",
        ),
        (line(properties={"lanes": 1.5}), "lanes '1.5': expected a whole number"),
        (line(properties={"speed": 900}), "speed '900': expected a number from 5 to 130"),
        (line(properties={"speed_kmh": "fast"}), "speed_kmh 'fast': expected a number from 5 to 130"),
        (line(properties={"oneway": "maybe"}), "oneway 'maybe': expected true, false or -1"),
        (
            line(crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32750"}}),
            "crs: expected degrees in WGS84 (RFC 7946), got urn:ogc:def:crs:EPSG::32750; reproject",
        ),
    ],
)
def test_what_is_wrong_with_geojson_is_named(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NetworkError) as caught:
        load_network(path)
    assert str(caught.value).startswith(str(path))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_missing_in_a_returned_geojson_is_named(tmp_path: Path) -> None:
    path = tmp_path / "net.geojson"
    write_geojson(NETWORKS["cross"], path)
    whole = path.read_text(encoding="utf-8")
    for old, new, said in (
        ('"end_junction": "c"', '"end_junction": "q"', "junction 'q': expected one of the Points"),
        ('"turns_to": ["c-', '"turns_to": ["q-', "turns_to 'q-"),
        ('"lanes": 2', '"lanes": "two"', "lanes 'two': expected a whole number"),
    ):
        assert old in whole
        path.write_text(whole.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(NetworkError, match=r"feature \d+ '") as caught:
            load_network(path)
        assert said in str(caught.value)
