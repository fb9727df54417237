"""Import of SUMO networks (net.xml), by sumolib."""

from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any
from xml.sax import SAXException, SAXParseException, parse

import numpy as np
import pyproj

from twin.network.build import Layout, controls
from twin.network.crossings import useful_roads
from twin.network.importers.frame import Frame, drives_left, frame_around
from twin.network.importers.sumo_elements import SumoReader
from twin.network.importers.sumo_programs import Programs
from twin.network.importers.tags import MAX_LANES
from twin.network.model import NetworkError, Provenance, Road, RoadNetwork
from twin.network.streets import Node, without_repeats

NOWHERE = Frame((0.0, 0.0), 32631)  # a network without a projection keeps its own metres
BROKEN = (
    SAXException,
    LookupError,
    ArithmeticError,
    ValueError,
    TypeError,
    AttributeError,
    RuntimeError,
    EOFError,
    OSError,
)


def read_sumo(path: Path, file: IO[bytes], left_hand: bool | None) -> RoadNetwork:  # noqa: FBT001 - tri-state
    """Return the network of a SUMO file; fixed-time programs that fit our phases are kept.

    Raises NetworkError where the file is broken or has no edge for cars.
    """
    try:
        reader = SumoReader(path)
        parse(file, reader)  # noqa: S317 - expat bounds entities, external ones are not read
        side = reader.left_hand if left_hand is None else left_hand
        return _network(path, reader.net(), side)
    except NetworkError:
        raise
    except SAXParseException as error:
        said = f"line {error.getLineNumber()}: expected a whole SUMO network, got {error.getMessage()}"
        msg = f"{path}: {said}; write it again with netconvert"
        raise NetworkError(msg) from error
    except BROKEN as error:
        what = " ".join(str(error).split()) or type(error).__name__
        msg = f"{path}: expected a whole SUMO network, got {what}; write it again with netconvert"
        raise NetworkError(msg) from error


def _network(path: Path, net: Any, left_hand: bool | None) -> RoadNetwork:  # noqa: FBT001 - tri-state
    """Return the network of what sumolib read."""
    frame = _frame(path, net)
    roads = [_road(net, frame, edge) for edge in net.getEdges() if _car_lanes(edge)]
    nodes = [_node(net, frame, node) for node in net.getNodes()]
    side = left_hand
    if side is None:
        side = frame is not NOWHERE and drives_left(frame.origin_lonlat)
    layout = _layout(path, net, {road.id: road for road in roads}, nodes)
    programs = Programs.of(net, layout)
    layout = programs.without_idle_signals(layout)
    left_out = len(net.getEdges()) - len(layout.roads)
    return RoadNetwork(
        name=path.name.split(".")[0],
        origin_lonlat=frame.origin_lonlat,
        epsg=frame.epsg,
        left_hand=side,
        roads=layout.roads,
        source_counts=(
            ("junctions", len(nodes)),
            ("edges", len(net.getEdges())),
            ("traffic lights", len(net.getTrafficLights())),
            ("turn restrictions", None),
            ("edges left out: no lane for cars, no entry or no exit", left_out),
        ),
        **controls(layout, programs.plans, groups=programs.groups, on_red=programs.on_red, left_hand=side),
    )


def _frame(path: Path, net: Any) -> Frame:
    """Return the frame around the nodes; NOWHERE where the file has no projection."""
    if not net.hasGeoProj():
        return NOWHERE
    return frame_around(str(path), [_lonlat(net, node.getCoord()) for node in net.getNodes()])


def _lonlat(net: Any, at: tuple[float, float]) -> tuple[float, float]:
    """Return lon, lat of a position in the file."""
    project = pyproj.Proj(projparams=net._location["projParameter"])  # noqa: SLF001 - no accessor
    east_m, north_m = net.getLocationOffset()
    lon, lat = project(at[0] - east_m, at[1] - north_m, inverse=True)
    return float(lon), float(lat)


def _metres(net: Any, frame: Frame, points: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return points of the file (N, 2 or 3) as (N, 3) in our frame."""
    found = np.zeros((len(points), 3))
    for row, point in enumerate(points):
        found[row, : len(point)] = point
    if frame is not NOWHERE:
        found[:, :2] = frame.to_metres([_lonlat(net, (x, y)) for x, y, _ in found])
    return found


def _node(net: Any, frame: Frame, node: Any) -> Node:
    x_m, y_m, z_m = _metres(net, frame, [node.getCoord3D()])[0]
    signals = "traffic_light" in node.getType()
    return Node(node.getID(), float(x_m), float(y_m), float(z_m), signals)


def _car_lanes(edge: Any) -> list[Any]:
    """Return the lanes on which cars may drive, kerb side first."""
    return [lane for lane in edge.getLanes() if lane.allows("passenger")]


def _road(net: Any, frame: Frame, edge: Any) -> Road:
    """Return an edge as a road: its middle lies between the outermost lanes for cars."""
    lanes = _car_lanes(edge)[:MAX_LANES]
    sides = [_metres(net, frame, lane.getShape3D()) for lane in (lanes[0], lanes[-1])]
    line = sides[0] if len(sides[0]) != len(sides[1]) else (sides[0] + sides[1]) / 2
    pair = [back for back in edge.getToNode().getOutgoing() if back.getToNode() is edge.getFromNode()]
    reverse = pair[0].getID() if len(pair) == 1 and _car_lanes(pair[0]) else ""
    return Road(
        id=edge.getID(),
        name=edge.getName(),
        start=edge.getFromNode().getID(),
        end=edge.getToNode().getID(),
        centreline_m=without_repeats(line),
        lanes=len(lanes),
        speed_limit_mps=float(edge.getSpeed()),
        lane_width_m=float(np.mean([lane.getWidth() for lane in lanes])),
        priority=max(1, edge.getPriority()),
        highway=edge.getType().removeprefix("highway.") or "unclassified",
        geometry=Provenance.IMPORTED,
        reverse=reverse,
    )


def _layout(path: Path, net: Any, roads: Mapping[str, Road], nodes: list[Node]) -> Layout:
    """Return the useful roads and movements. SUMO lets vehicles turn back anywhere: here none does."""
    neighbours: dict[str, set[str]] = {}
    for road in roads.values():
        neighbours.setdefault(road.start, set()).add(road.end)
        neighbours.setdefault(road.end, set()).add(road.start)
    edge = {node for node, met in neighbours.items() if len(met) == 1}
    moves = [
        (key, out.getID())
        for key, road in roads.items()
        for out in net.getEdge(key).getOutgoing()
        if out.getID() in roads and out.getID() != road.reverse and road.end not in edge
    ]
    entries = (key for key, road in roads.items() if road.start in edge)
    exits = (key for key, road in roads.items() if road.end in edge)
    kept = useful_roads(roads, moves, entries, exits) if edge else set(roads)
    if not kept:
        msg = f"{path}: expected edges on which cars can enter and leave, got none of {len(net.getEdges())}"
        raise NetworkError(msg)
    used = {end for key in kept for end in (roads[key].start, roads[key].end)}
    return Layout(
        roads=tuple(road for key, road in roads.items() if key in kept),
        moves=tuple((a, b) for a, b in moves if a in kept and b in kept),
        boundary=frozenset(edge),
        members={node.id: [node] for node in nodes if node.id in used},
        end_nodes={key: road.end for key, road in roads.items()},
    )
