"""Import of GeoJSON (RFC 7946): LineStrings are streets, and where their ends meet is a junction.

Properties that are read, of each LineString, all optional: `name`, `highway` (as OpenStreetMap has it),
`oneway` (true, false, yes, no, -1), `lanes` (of both directions, as OpenStreetMap counts them), and the
speed in km/h as `speed`, `speed_kmh` or `speed_limit_kmh`, or `maxspeed` (may say mph). Lines that share a
vertex meet there; ends closer than half a metre are one.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from twin.network.build import build_network
from twin.network.importers.frame import Frame, drives_left, frame_around
from twin.network.importers.geojson_returned import read_returned
from twin.network.importers.geojson_values import FORMAT, Feature
from twin.network.importers.tags import Carriage, carriage_of
from twin.network.model import NetworkError, RoadNetwork
from twin.network.streets import Node, Street

MEET_M = 0.5
SPEEDS = ("speed", "speed_kmh", "speed_limit_kmh")
BROKEN = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, IndexError, RecursionError)


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """A street: its feature, what it carries, lon, lat and z (N, 3) in driving direction."""

    key: str
    feature: Feature
    carriage: Carriage
    points: NDArray[np.float64]


def read_geojson(path: Path, file: IO[bytes], left_hand: bool | None) -> RoadNetwork:  # noqa: FBT001 - tri-state
    """Return the network of a GeoJSON file, one of ours or one of anybody's LineStrings.

    Raises NetworkError in one line: the file, the feature, what was expected.
    """
    try:
        document = json.load(file)
        features = _features(path, document)
        ours = document.get("bconnect")
        if isinstance(ours, dict) and ours.get("format") == FORMAT:
            return read_returned(path, ours, features, left_hand)
        return _network(path, features, left_hand)
    except NetworkError:
        raise
    except BROKEN as error:
        what = " ".join(str(error).split()) or type(error).__name__
        msg = f"{path}: expected GeoJSON or a network saved here, got {what}; export it again"
        raise NetworkError(msg) from error


def _features(path: Path, document: Any) -> list[Feature]:
    """Return the features of a document; raises NetworkError where it is none of GeoJSON in WGS84."""
    kind = document.get("type") if isinstance(document, dict) else None
    if kind not in ("FeatureCollection", "Feature"):
        msg = f"{path}: expected GeoJSON features or a network saved here, got {kind or 'neither'}"
        raise NetworkError(msg)
    crs = document.get("crs")
    said = str(crs["properties"]["name"]) if crs else "CRS84"
    if not said.upper().endswith(("CRS84", ":4326")):
        msg = f"{path}: crs: expected degrees in WGS84 (RFC 7946), got {said}; reproject the file"
        raise NetworkError(msg)
    items = document["features"] if kind == "FeatureCollection" else [document]
    return [Feature.of(path, number, item) for number, item in enumerate(items, 1)]


def _network(path: Path, features: Sequence[Feature], left_hand: bool | None) -> RoadNetwork:  # noqa: FBT001 - tri-state
    lines, left_out = _lines(features)
    if not lines:
        kinds = ", ".join(sorted({feature.kind for feature in features})) or "none"
        msg = f"{path}: expected LineStrings for motor vehicles, got {len(features)} features ({kinds})"
        raise NetworkError(msg)
    points = np.concatenate([line.points[:, :2] for line in lines])
    frame = frame_around(str(path), [(lon, lat) for lon, lat in points.tolist()])
    nodes, streets = _streets(frame, lines)
    return build_network(
        path.name.split(".")[0],
        frame.origin_lonlat,
        frame.epsg,
        left_hand=drives_left(frame.origin_lonlat) if left_hand is None else left_hand,
        nodes=nodes,
        streets=streets,
        source_counts=(
            ("junctions", None),
            ("LineStrings", len(lines) + left_out),
            ("nodes with signals", None),
            ("turn restrictions", None),
            ("LineStrings left out: not for motor vehicles", left_out),
        ),
    )


def _lines(features: Sequence[Feature]) -> tuple[list[_Line], int]:
    """Return the lines for motor vehicles, and how many there are of others."""
    found: list[_Line] = []
    left_out = 0
    for feature in features:
        for part, line in enumerate(feature.lines()):
            carriage = _carriage(feature)
            if carriage is None:
                left_out += 1
                continue
            order = line[::-1] if carriage.against else line
            key = f"f{feature.number}" if part == 0 else f"f{feature.number}/{part}"
            found.append(_Line(key, feature, carriage, order))
    return found, left_out


def _carriage(feature: Feature) -> Carriage | None:
    """Return what a line carries by its properties, read as the tags of OpenStreetMap."""
    tags = {key: str(value) for key, value in feature.properties.items() if value is not None}
    tags["highway"] = tags.get("highway") or "unclassified"
    lanes = feature.number_of("lanes", least=1, most=20, whole=True)
    if lanes is not None:
        tags["lanes"] = f"{lanes:.0f}"
    for name in SPEEDS:
        speed_kmh = feature.number_of(name, least=5, most=130)
        if speed_kmh is not None:
            tags["maxspeed"] = f"{speed_kmh:g}"
    oneway = tags.get("oneway", "no").lower()
    tags["oneway"] = {"true": "yes", "1.0": "yes", "false": "no", "0": "no", "": "no"}.get(oneway, oneway)
    if tags["oneway"] not in ("yes", "no", "1", "-1", "reverse", "reversible", "alternating"):
        raise feature.fault(column="oneway", said=f"'{oneway}': expected true, false or -1")
    return carriage_of(tags)


def _streets(frame: Frame, lines: Sequence[_Line]) -> tuple[list[Node], list[Street]]:
    """Return nodes at all vertices, and the streets through them."""
    places: dict[tuple[float, float], NDArray[np.float64]] = {}
    keys = []
    every_m = frame.each_to_metres([line.points for line in lines])
    for line, metres in zip(lines, every_m, strict=True):
        own = [(round(lon, 7), round(lat, 7)) for lon, lat, _ in line.points.tolist()]
        keys.append(own)
        for key, at in zip(own, metres, strict=True):
            places.setdefault(key, at)
    name_of = _meeting(places, [own[row] for own in keys for row in (0, -1)])
    nodes = {name_of[key]: at for key, at in reversed(places.items())}
    made = [Node(name, *at.tolist()) for name, at in sorted(nodes.items())]
    return made, list(_made(lines, keys, name_of))


def _meeting(
    places: Mapping[tuple[float, float], NDArray[np.float64]], ends: Sequence[tuple[float, float]]
) -> dict[tuple[float, float], str]:
    """Return the name of the node at each place: an end and what lies within MEET_M of it are one."""
    every = list(places)
    row_of = {key: row for row, key in enumerate(every)}
    tree = cKDTree([places[key][:2] for key in every])
    first = list(range(len(every)))
    for end in dict.fromkeys(ends):
        roots = {_root(first, row) for row in (row_of[end], *tree.query_ball_point(places[end][:2], MEET_M))}
        least = min(roots)
        for root in roots:
            first[root] = least
    return {key: f"n{_root(first, row)}" for key, row in row_of.items()}


def _root(first: Sequence[int], row: int) -> int:
    while first[row] != row:
        row = first[row]
    return row


def _made(
    lines: Sequence[_Line],
    keys: Sequence[Sequence[tuple[float, float]]],
    name_of: Mapping[tuple[float, float], str],
) -> Iterator[Street]:
    for line, own in zip(lines, keys, strict=True):
        names = [name_of[key] for key in own]
        nodes = tuple(a for a, b in zip(names, ["", *names], strict=False) if a != b)
        if len(nodes) < 2:
            raise line.feature.fault(
                said=f"expected a line longer than {MEET_M:g} m, got its ends in one place"
            )
        carriage = line.carriage
        yield Street(
            id=line.key,
            name=str(line.feature.properties.get("name") or ""),
            nodes=nodes,
            shape_m=None,
            lanes_forward=carriage.lanes_forward,
            lanes_backward=carriage.lanes_backward,
            speed_limit_mps=carriage.speed_mps,
            lane_width_m=carriage.lane_width_m,
            priority=carriage.priority,
            highway=carriage.highway,
        )
