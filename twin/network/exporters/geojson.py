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
from twin.network.native import plain

Feature = dict[str, Any]


def write_geojson(network: RoadNetwork, path: Path) -> None:
    """Write a network to a GeoJSON file, its signal plans in the member `bconnect`.

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
        "signal_plans": network.signal_plans,
    }
    text = ",\n".join(
        json.dumps(feature, ensure_ascii=False, allow_nan=False) for feature in _features(network)
    )
    head = json.dumps(about, default=plain, ensure_ascii=False, allow_nan=False)
    try:
        with written_whole(path) as file:
            file.write(f'{{"type": "FeatureCollection", "bconnect": {head}, "features": [\n{text}\n]}}\n')
    except OSError as error:
        msg = f"{path}: expected a place to write to, got: {error.strerror}; choose another file"
        raise NetworkError(msg) from error


def _features(network: RoadNetwork) -> Iterator[Feature]:
    frame = Frame(network.origin_lonlat, network.epsg)
    places = frame.to_lonlat([junction.position_m[:2] for junction in network.junctions]).tolist()
    for junction, lonlat in zip(network.junctions, places, strict=True):
        yield _point(lonlat, junction)
    lines = frame.each_to_lonlat([road.centreline_m for road in network.roads])
    for road, line in zip(network.roads, lines, strict=True):
        yield _line(network, line.tolist(), road)


def _point(lonlat: list[float], junction: Junction) -> Feature:
    return {
        "type": "Feature",
        "id": f"junction {junction.id}",
        "geometry": {"type": "Point", "coordinates": _position(lonlat[0], lonlat[1], junction.position_m[2])},
        "properties": {
            "kind": "junction",
            "id": junction.id,
            "name": junction.name,
            "control": junction.control.value,
            "countdown": junction.countdown,
        },
    }


def _line(network: RoadNetwork, points: list[list[float]], road: Road) -> Feature:
    line = [_position(*point) for point in points]
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
            "motorcycle_box_m": road.motorcycle_box_m,
            "turns_to": [turn.to_road for turn in turns],
            "turn_kinds": [turn.kind.value for turn in turns],
            "turn_groups": [turn.group for turn in turns],
            "turns_on_red": [turn.on_red for turn in turns],
            "turns_prohibited_h": [turn.prohibited for turn in turns],
        },
    }


def _position(lon: float, lat: float, z_m: float) -> list[float]:
    return [round(lon, 9), round(lat, 9), round(z_m, 3)]
