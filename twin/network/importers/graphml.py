"""Import of OSMnx drive graphs in GraphML."""

import ast
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import ParseError

import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from twin.network.build import build_network
from twin.network.importers.frame import Frame, drives_left, frame_around
from twin.network.importers.osm import ATTRIBUTION, MERGE_WITHIN_M
from twin.network.importers.signals import gather_signals
from twin.network.importers.tags import CLASSES, carriage_of
from twin.network.model import NetworkError, RoadNetwork
from twin.network.streets import Node, Street

Attributes = Mapping[str, Any]
Edge = tuple[str, str, Attributes]
BROKEN = (
    ParseError,
    nx.NetworkXException,
    shapely.errors.ShapelyError,
    ProjError,
    LookupError,
    ArithmeticError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    OSError,
)


def read_graphml(path: Path, file: IO[bytes], left_hand: bool | None) -> RoadNetwork:  # noqa: FBT001 - tri-state
    """Return the network of an OSMnx graph; attributes may be strings, and lists of strings.

    Raises NetworkError where the file is broken, has no positions or no drivable edge.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a key without a type is text, as OSMnx writes them all
            graph = nx.read_graphml(file, node_type=str, force_multigraph=True)
        edges = [(str(u), str(v), data) for u, v, data in graph.edges(data=True)]
        lonlat = _positions(graph)
        lines = {id(data): _geometry(graph, data) for _, _, data in edges}
    except BROKEN as error:
        what = " ".join(str(error).split()) or type(error).__name__
        msg = f"{path}: expected an OSMnx graph in GraphML, got {what}; save it again with ox.save_graphml"
        raise NetworkError(msg) from error
    frame = frame_around(str(path), list(lonlat.values()))
    streets = list(_streets(edges, lines, frame, directed=graph.is_directed()))
    if not streets:
        msg = f"{path}: expected drivable edges, got none among {len(edges)}; check their highway attribute"
        raise NetworkError(msg)
    nodes, signals = _nodes(graph, frame, lonlat)
    return build_network(
        path.name.split(".")[0],
        frame.origin_lonlat,
        frame.epsg,
        left_hand=drives_left(frame.origin_lonlat) if left_hand is None else left_hand,
        nodes=gather_signals(nodes, streets).values(),
        streets=streets,
        boundary=_cut_off(graph, streets),
        attribution=ATTRIBUTION,
        source_counts=(
            ("nodes", len(lonlat)),
            ("directed edges", len(edges)),
            ("traffic_signals nodes", signals),
            ("restrictions", None),
        ),
        merge_within_m=MERGE_WITHIN_M,
    )


def _nodes(
    graph: "nx.Graph[str]", frame: Frame, lonlat: Mapping[str, tuple[float, float]]
) -> tuple[dict[str, Node], int]:
    """Return the nodes by id, and how many have signals."""
    signals = {str(key) for key, data in graph.nodes(data=True) if data.get("highway") == "traffic_signals"}
    metres = frame.to_metres(list(lonlat.values()))
    nodes = {
        key: Node(key, float(x), float(y), 0.0, key in signals)
        for key, (x, y) in zip(lonlat, metres, strict=True)
    }
    return nodes, len(signals)


def _cut_off(graph: "nx.Graph[str]", streets: Sequence[Street]) -> set[str]:
    """Return the nodes where the edge of the map cut a main street off.

    OSMnx tells in `street_count` how many streets met there before: where some are missing, one of
    the at most two that are left is a main street and the other is not, the main street went on.
    """
    arms: dict[str, list[Street]] = {}
    for street in streets:
        for node in street.nodes:
            arms.setdefault(node, []).append(street)
    found = set()
    for node, met in arms.items():
        before = str(graph.nodes[node].get("street_count", "0"))
        main = sum(street.priority >= 2 for street in met)
        if before.isdecimal() and len(met) < int(before) and len(met) <= 2 and main == 1:
            found.add(node)
    return found


def _to_lonlat(graph: "nx.Graph[str]") -> Transformer | None:
    """Return what turns the positions of a projected graph into lon, lat; None where they are that."""
    crs = CRS.from_user_input(graph.graph.get("crs", "epsg:4326"))
    return None if crs.is_geographic else Transformer.from_crs(crs, 4326, always_xy=True)


def _positions(graph: "nx.Graph[str]") -> dict[str, tuple[float, float]]:
    """Return lon, lat of every node."""
    transformer = _to_lonlat(graph)
    found = {}
    for key, data in graph.nodes(data=True):
        if "x" not in data or "y" not in data:
            msg = f"node {key} without the attributes x and y"
            raise ValueError(msg)
        at = float(data["x"]), float(data["y"])
        found[str(key)] = transformer.transform(*at) if transformer else at
    return found


def _geometry(graph: "nx.Graph[str]", data: Attributes) -> NDArray[np.float64] | None:
    """Return lon, lat (N, 2) along an edge, None where it is straight."""
    if not data.get("geometry"):
        return None
    line = shapely.get_coordinates(shapely.from_wkt(str(data["geometry"])))
    transformer = _to_lonlat(graph)
    if transformer:
        line = np.column_stack(transformer.transform(line[:, 0], line[:, 1]))
    if len(line) < 2 or not np.isfinite(line).all():
        msg = f"geometry {str(data['geometry'])[:40]!r}"
        raise ValueError(msg)
    return np.asarray(line, dtype=np.float64)


def _streets(
    edges: Sequence[Edge],
    lines: Mapping[int, NDArray[np.float64] | None],
    frame: Frame,
    *,
    directed: bool,
) -> Iterator[Street]:
    """Yield a street for each edge; the two directions of a two-way street are one."""
    waiting: dict[tuple[str, str, str], list[Attributes]] = {}
    for number, (u, v, data) in enumerate(edges):
        tags = _tags(data)
        carriage = carriage_of(tags)
        if carriage is None:
            continue
        twin = (v, u, str(sorted(_listed(data.get("osmid", "")))))
        if carriage.lanes_backward and directed:
            if waiting.get(twin):
                waiting[twin].pop()
                continue
            waiting.setdefault((u, v, twin[2]), []).append(data)
        line = lines[id(data)]
        shape = None if line is None else frame.to_metres(line)
        yield Street(
            id=f"e{number}",
            name=tags.get("name", ""),
            nodes=(u, v),
            shape_m=None if shape is None else np.column_stack((shape, np.zeros(len(shape)))),
            lanes_forward=carriage.lanes_forward,
            lanes_backward=carriage.lanes_backward,
            speed_limit_mps=carriage.speed_mps,
            lane_width_m=carriage.lane_width_m,
            priority=carriage.priority,
            highway=carriage.highway,
        )


def _tags(data: Attributes) -> dict[str, str]:
    """Return the attributes of an edge as single tags: of a list the highest class, the lowest number."""
    tags = {}
    for key, value in data.items():
        values = _listed(value)
        if key == "highway":
            known = [name for name in CLASSES if name in values]
            tags[key] = known[0] if known else values[0]
        elif key in ("lanes", "maxspeed"):
            tags[key] = min(values, key=lambda text: (len(text), text))
        else:
            tags[key] = values[0]
    tags["oneway"] = "yes" if tags.get("oneway", "").lower() in ("true", "yes", "1") else "no"
    return tags


def _listed(value: Any) -> list[str]:
    """Return the texts of an attribute that is one text or a list written as text; never empty."""
    text = str(value)
    if text.startswith("["):
        try:
            return [str(item) for item in ast.literal_eval(text)] or [""]
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return [text]
    return [text]
