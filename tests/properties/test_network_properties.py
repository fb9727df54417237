"""Fuzzed files never break an importer, and any streets whatever give a network that flows."""

import contextlib
import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.network_files import GEOJSON, GMNS, GRAPHML, OSM, sumo_xml, write_gmns_tables, zipped
from twin.network.build import build_network
from twin.network.check import check_network
from twin.network.exporters.geojson import write_geojson
from twin.network.exporters.gmns import write_gmns
from twin.network.importers import load_network
from twin.network.model import NetworkError, RoadNetwork
from twin.network.native import save_network
from twin.network.routing import Router, exits
from twin.network.streets import Node, Restriction, Street

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SIDE = 5
IDS = [f"{x}{y}" for x in range(SIDE) for y in range(SIDE)]


@st.composite
def networks(draw: st.DrawFn) -> RoadNetwork:
    """Random streets along a crooked grid with random one-ways, signs, signals and U-turns."""
    step_m = draw(st.sampled_from([9.0, 20.0, 60.0, 150.0]))
    shift = draw(st.lists(st.integers(-3, 3), min_size=50, max_size=50))
    signals = draw(st.sets(st.sampled_from(IDS), max_size=4))
    nodes = [
        Node(
            key,
            int(key[0]) * step_m + shift[2 * i],
            int(key[1]) * step_m + shift[2 * i + 1],
            0.0,
            key in signals,
        )
        for i, key in enumerate(IDS)
    ]
    walks = draw(st.lists(st.lists(st.sampled_from(IDS), min_size=2, max_size=6), min_size=2, max_size=12))
    streets = []
    for i, walk in enumerate(walks):
        path = [a for a, b in zip(walk, [*walk[1:], ""], strict=True) if a != b]
        lanes = draw(st.sampled_from([(1, 1), (2, 2), (1, 0), (0, 2)]))
        if len(path) > 1:
            streets.append(
                Street(f"s{i}", "", tuple(path), None, *lanes, 8.3, median_m=draw(st.floats(0, 6)))
            )
    names = [street.id for street in streets] or ["none"]
    signs = st.builds(
        Restriction, st.sampled_from(names), st.sampled_from(IDS), st.sampled_from(names), st.booleans()
    )
    with contextlib.suppress(NetworkError):
        return build_network(
            "random",
            (116.85, -1.25),
            32750,
            left_hand=draw(st.booleans()),
            nodes=nodes,
            streets=streets,
            restrictions=draw(st.lists(signs, max_size=5)),
            uturns=draw(st.sets(st.sampled_from(IDS), max_size=2)),
            merge_within_m=draw(st.sampled_from([0.0, 25.0])),
        )
    lone = Street("s", "", ("00", "44"), None, 1, 1, 8.3)
    return build_network("one", (116.85, -1.25), 32750, left_hand=True, nodes=nodes, streets=[lone])


@FEW
@given(networks())
def test_traffic_flows_on_any_network(network: RoadNetwork) -> None:
    check_network(network)
    for road in network.roads:
        assert np.isfinite(road.centreline_m).all()
        assert (np.diff(road.arc_m) > 0).all()


@settings(parent=FEW, max_examples=20)
@given(networks())
def test_no_turn_is_a_trap(network: RoadNetwork) -> None:
    leaving = set(exits(network))
    router = Router(network)
    for turn in network.turns:
        assert leaving & set(router.travel_times_s(turn.to_road))


@settings(parent=FEW, max_examples=20)
@given(networks())
def test_saved_networks_come_back(tmp_path: Path, network: RoadNetwork) -> None:
    save_network(network, tmp_path / "a.json")
    again = load_network(tmp_path / "a.json")
    save_network(again, tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    for road, back in zip(network.roads, again.roads, strict=True):
        assert np.array_equal(road.centreline_m, back.centreline_m)


@settings(parent=FEW, max_examples=30)
@given(networks(), st.sampled_from(["net", "net.geojson"]))
def test_networks_in_the_formats_of_others_come_back(tmp_path: Path, network: RoadNetwork, name: str) -> None:
    path = tmp_path / name
    if path.suffix:
        write_geojson(network, path)
    else:
        write_gmns(network, path)
    again = load_network(path)
    assert {turn.from_road + turn.to_road: turn for turn in network.turns} == {
        turn.from_road + turn.to_road: turn for turn in again.turns
    }
    for road, back in zip(network.roads, again.roads, strict=True):
        assert (back.id, back.start, back.end, back.lanes) == (road.id, road.start, road.end, road.lanes)
        assert abs(back.length_m - road.length_m) < 0.01
        assert abs(back.speed_limit_mps - road.speed_limit_mps) < 1e-4


def accepted_or_refused(file: Path, content: bytes) -> None:
    """A file is a network that flows, or it is refused in one line."""
    file.write_bytes(content)
    loaded_or_refused(file)


def loaded_or_refused(file: Path) -> None:
    try:
        check_network(load_network(file))
    except NetworkError as error:
        assert "\n" not in str(error)  # noqa: PT017 - both ends are fine, others are not
        assert str(file) in str(error)  # noqa: PT017


@FEW
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"<osm", b"<graphml", b"<net ", b"\x1f\x8b\x08", b"BZh", b"{", b"PK\x03\x04"]),
)
def test_random_bytes(tmp_path: Path, content: bytes, start: bytes) -> None:
    accepted_or_refused(tmp_path / "file", start + content)


@pytest.mark.parametrize(
    "text", [OSM, GRAPHML, sumo_xml(), GEOJSON], ids=["osm", "graphml", "sumo", "geojson"]
)
@settings(parent=FEW, max_examples=80)
@given(data=st.data())
def test_damaged_files(tmp_path: Path, text: str, data: st.DataObject) -> None:
    content = bytearray(text.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        cut = data.draw(st.integers(0, 12))
        content[at : at + cut] = data.draw(
            st.binary(max_size=4) | st.sampled_from([b"-", b"999", b"nan", b'""'])
        )
    whole = bytes(content[: data.draw(st.just(len(content)) | st.integers(1, len(content)))])
    accepted_or_refused(tmp_path / "file", data.draw(st.sampled_from([whole, gzip.compress(whole)])))


@pytest.mark.parametrize(
    "text", [OSM, GRAPHML, sumo_xml(), GEOJSON], ids=["osm", "graphml", "sumo", "geojson"]
)
@settings(parent=FEW, max_examples=60)
@given(data=st.data())
def test_odd_values(tmp_path: Path, text: str, data: st.DataObject) -> None:
    """Well-formed files in which a value is nonsense."""
    parts = text.split('"')
    at = 2 * data.draw(st.integers(0, len(parts) // 2 - 1)) + 1
    parts[at] = data.draw(
        st.sampled_from(["", "-1", "nan", "inf", "1e400", "x", "[", "['a']", "0", "1", "2", "c"])
    )
    accepted_or_refused(tmp_path / "file", '"'.join(parts).encode())


ODD = [
    "",
    "-1",
    "nan",
    "inf",
    "1e400",
    "x",
    "1",
    "0",
    "6",
    "LINESTRING EMPTY",
    "LINESTRING(1 1,1 1)",
    '"',
    "\x00",
]


@settings(parent=FEW, max_examples=150)
@given(data=st.data())
def test_odd_cells_of_gmns(tmp_path: Path, data: st.DataObject) -> None:
    """Tables in which a cell or a part is nonsense, in a folder or a zip."""
    name = data.draw(st.sampled_from(sorted(GMNS)))
    cells = GMNS[name].split(",")
    at = data.draw(st.integers(0, len(cells) - 1))
    cells[at] = data.draw(st.sampled_from(ODD))
    text = ",".join(cells)
    cut = data.draw(st.just(len(text)) | st.integers(0, len(text)))
    folder = write_gmns_tables(tmp_path / "net", {**GMNS, name: text[:cut]})
    loaded_or_refused(data.draw(st.sampled_from([folder, zipped(folder)])))


VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-5, 200)
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.lists(st.floats(-200, 200), max_size=3)
)


@settings(parent=FEW, max_examples=150)
@given(
    st.lists(st.lists(st.floats(116.84, 116.86) | VALUES, min_size=2, max_size=3), max_size=5),
    st.dictionaries(st.sampled_from(["lanes", "speed", "oneway", "name", "highway", "maxspeed"]), VALUES),
)
def test_odd_features_of_geojson(tmp_path: Path, points: list[object], properties: dict[str, object]) -> None:
    document = json.loads(GEOJSON)
    line = {"type": "LineString", "coordinates": points}
    document["features"].append({"type": "Feature", "geometry": line, "properties": properties})
    accepted_or_refused(tmp_path / "a.geojson", json.dumps(document).encode())
