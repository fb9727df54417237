"""A network as GeoJSON (RFC 7946): roads are LineStrings, junctions Points, longitude and latitude (WGS84).

What the whole needs to come back stands in the member `bconnect` beside the features.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from twin.network.files import written_whole
from twin.network.importers.frame import Frame
from twin.network.importers.geojson_values import FORMAT
from twin.network.model import Junction, NetworkError, Road, RoadNetwork

Feature = dict[str, Any]


def write_geojson(network: RoadNetwork, path: Path) -> None:
    """Write a network to a GeoJSON file; signal plans have no place there and stay behind.

    Raises NetworkError where the file cannot be written.
    """
    lon, lat = network.origin_lonlat
    about = {
        "format": FORMAT,
        "name": network.name,
        "left_hand": network.left_hand,
        "frame_epsg": network.epsg,
        "frame_origin_lonlat": [lon, lat],
        "attribution": network.attribution,
    }
    text = ",\n".join(
        json.dumps(feature, ensure_ascii=False, allow_nan=False) for feature in _features(network)
    )
    head = json.dumps(about, ensure_ascii=False, allow_nan=False)
    try:
        with written_whole(path) as file:
            file.write(f'{{"type": "FeatureCollection", "bconnect": {head}, "features": [\n{text}\n]}}\n')
    except OSError as error:
        msg = f"{path}: expected a place to write to, got: {error.strerror}; choose another file"
        raise NetworkError(msg) from error


def _features(network: RoadNetwork) -> Iterator[Feature]:
    frame = Frame(network.origin_lonlat, network.epsg)
    for junction in network.junctions:
        yield _point(frame, junction)
    for road in network.roads:
        yield _line(network, frame, road)


def _point(frame: Frame, junction: Junction) -> Feature:
    (lonlat,) = frame.to_lonlat([junction.position_m[:2]]).tolist()
    return {
        "type": "Feature",
        "id": f"junction {junction.id}",
        "geometry": {"type": "Point", "coordinates": _position(lonlat, junction.position_m[2])},
        "properties": {
            "kind": "junction",
            "id": junction.id,
            "name": junction.name,
            "control": junction.control.value,
        },
    }


def _line(network: RoadNetwork, frame: Frame, road: Road) -> Feature:
    lonlat = frame.to_lonlat(road.centreline_m[:, :2]).tolist()
    heights_m = road.centreline_m[:, 2].tolist()
    line = [_position(at, z_m) for at, z_m in zip(lonlat, heights_m, strict=True)]
    turns = network.turns_from[road.id]
    return {
        "type": "Feature",
        "id": f"road {road.id}",
        "geometry": {"type": "LineString", "coordinates": line},
        "properties": {
            "kind": "road",
            "id": road.id,
            "name": road.name,
            "start_junction": road.start,
            "end_junction": road.end,
            "oneway": True,
            "lanes": road.lanes,
            "speed_limit_kmh": round(road.speed_limit_mps * 3.6, 6),
            "length_m": round(road.length_m, 3),
            "lane_width_m": road.lane_width_m,
            "kerb_m": road.kerb_m,
            "highway": road.highway,
            "priority": road.priority,
            "zone": road.zone,
            "median": road.median,
            "reverse_road": road.reverse,
            "stop_rate": road.stop_rate,
            "turns_to": [turn.to_road for turn in turns],
            "turn_kinds": [turn.kind.value for turn in turns],
            "turn_groups": [turn.group for turn in turns],
        },
    }


def _position(lonlat: list[float], z_m: float) -> list[float]:
    return [round(lonlat[0], 9), round(lonlat[1], 9), round(z_m, 3)]
