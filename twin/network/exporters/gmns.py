"""A network as GMNS: one CSV a table, positions as longitude and latitude (WGS84), m and km/h.

Source: the General Modeling Network Specification 0.96 of the Zephyr Foundation. All columns of a table
are there, empty where we know nothing. A movement that a sign prohibits at some hours has a capacity of 0
in movement_tod then. Beyond the specification stand columns of ours, by which the network comes back:
`frame_*`, `driving_side`, `attribution` and `lines` in config, `countdown` in node, `priority`, `zone`,
`stop_rate`, `median`, `reverse_link_id` and `motorcycle_box_m` in link, `yellow_s` in signal_timing_phase,
`source`, `part_of`, `otherwise` and `skip` in signal_timing_plan, `timing_plan_id` in signal_detector.
"""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from twin.network.exporters.gmns_signals import COLUMNS as SIGNAL_COLUMNS
from twin.network.exporters.gmns_signals import Cells, signal_tables
from twin.network.files import written_whole
from twin.network.importers.frame import Frame
from twin.network.importers.gmns_config import CARRIAGEWAYS
from twin.network.importers.gmns_times import time_day
from twin.network.model import Control, Junction, NetworkError, Road, RoadNetwork, Turn, TurnKind

VERSION = "0.96"
COLUMNS = {
    "config": "dataset_name short_length long_length speed crs geometry_field_format currency "
    "version_number id_type driving_side lines frame_epsg frame_origin_lon frame_origin_lat attribution",
    "node": "node_id name x_coord y_coord z_coord node_type ctrl_type zone_id parent_node_id countdown",
    "link": "link_id name from_node_id to_node_id directed geometry_id geometry parent_link_id dir_flag "
    "length grade facility_type capacity free_speed lanes bike_facility ped_facility parking allowed_uses "
    "toll jurisdiction row_width priority zone stop_rate median reverse_link_id motorcycle_box_m",
    "lane": "lane_id link_id lane_num allowed_uses r_barrier l_barrier width",
    "movement": "mvmt_id node_id name ib_link_id start_ib_lane end_ib_lane ob_link_id start_ob_lane "
    "end_ob_lane type penalty capacity ctrl_type mvmt_code allowed_uses geometry",
    "movement_tod": "mvmt_tod_id mvmt_id time_day timeday_id ib_link_id start_ib_lane end_ib_lane ob_link_id "
    "start_ob_lane end_ob_lane type penalty capacity ctrl_type mvmt_code allowed_uses",
    **SIGNAL_COLUMNS,
    "use_definition": "use persons_per_vehicle pce special_conditions description",
}
CONTROLS = {Control.SIGNALS: "signal", Control.PRIORITY: "yield"}
TYPES = {Control.BOUNDARY: "external", Control.NONE: "continuation"}
KINDS = {
    TurnKind.STRAIGHT: "thru",
    TurnKind.LEFT: "left",
    TurnKind.RIGHT: "right",
    TurnKind.UTURN: "uturn",
}
USES: tuple[Cells, ...] = (
    {"use": "auto", "persons_per_vehicle": 1, "pce": 1, "description": "any motor vehicle"},
    {"use": "parking", "persons_per_vehicle": 0, "pce": 0, "description": "standing at the kerb"},
)


def write_gmns(network: RoadNetwork, folder: Path) -> tuple[Path, ...]:
    """Write the tables of a network into a folder, which is made; return their paths.

    Raises NetworkError where the folder cannot be written to.
    """
    tables = {name: list(rows) for name, rows in _tables(network)}
    paths = tuple(folder / f"{name}.csv" for name in tables)
    try:
        folder.mkdir(exist_ok=True)
        for path, (name, rows) in zip(paths, tables.items(), strict=True):
            with written_whole(path) as file:
                writer = csv.DictWriter(file, COLUMNS[name].split(), restval="", lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
    except OSError as error:
        msg = f"{folder}: expected a folder to write to, got: {error.strerror}; choose another"
        raise NetworkError(msg) from error
    return paths


def _tables(network: RoadNetwork) -> Iterator[tuple[str, Iterable[Cells]]]:
    number_of = {id(turn): str(number) for number, turn in enumerate(network.turns, 1)}
    yield "config", [_config(network)]
    yield "use_definition", USES
    yield "node", _nodes(network)
    yield "link", _links(network)
    yield "lane", (lane for road in network.roads for lane in _lanes(road, left_hand=network.left_hand))
    yield "movement", (_movement(network, turn, number_of[id(turn)]) for turn in network.turns)
    yield "movement_tod", (row for turn in network.turns for row in _shut(network, turn, number_of[id(turn)]))
    yield from signal_tables(network, number_of)


def _config(network: RoadNetwork) -> Cells:
    lon, lat = network.origin_lonlat
    return {
        "dataset_name": network.name,
        "short_length": "m",
        "long_length": "m",
        "speed": "km/h",
        "crs": "EPSG:4326",
        "geometry_field_format": "wkt",
        "version_number": VERSION,
        "id_type": "string",
        "driving_side": "left" if network.left_hand else "right",
        "lines": CARRIAGEWAYS,
        "frame_epsg": network.epsg,
        "frame_origin_lon": repr(lon),
        "frame_origin_lat": repr(lat),
        "attribution": network.attribution,
    }


def _nodes(network: RoadNetwork) -> Iterator[Cells]:
    frame = Frame(network.origin_lonlat, network.epsg)
    lonlat = frame.to_lonlat([junction.position_m[:2] for junction in network.junctions]).tolist()
    for junction, (lon, lat) in zip(network.junctions, lonlat, strict=True):
        yield {
            "node_id": junction.id,
            "name": junction.name,
            "x_coord": f"{lon:.9f}",
            "y_coord": f"{lat:.9f}",
            "z_coord": f"{junction.position_m[2]:.3f}",
            "node_type": TYPES.get(junction.control, "intersection"),
            "ctrl_type": CONTROLS.get(junction.control, "none"),
            "countdown": "true" if junction.countdown else "false",
        }


def _links(network: RoadNetwork) -> Iterator[Cells]:
    frame = Frame(network.origin_lonlat, network.epsg)
    lines = frame.each_to_lonlat([road.centreline_m for road in network.roads])
    for road, line in zip(network.roads, lines, strict=True):
        points = ", ".join(f"{lon:.9f} {lat:.9f} {z:.3f}" for lon, lat, z in line.tolist())
        yield {
            "link_id": road.id,
            "name": road.name,
            "from_node_id": road.start,
            "to_node_id": road.end,
            "directed": "true",
            "geometry": f"LINESTRING Z ({points})",
            "dir_flag": 1,
            "length": f"{road.length_m:.3f}",
            "facility_type": road.highway,
            "free_speed": f"{road.speed_limit_mps * 3.6:.6g}",
            "lanes": road.lanes,
            "parking": "parallel" if road.kerb_m > 0 else "none",
            "allowed_uses": "auto",
            "priority": road.priority,
            "zone": road.zone,
            "stop_rate": f"{road.stop_rate:.6g}",
            "median": "true" if road.median else "false",
            "reverse_link_id": road.reverse,
            "motorcycle_box_m": f"{road.motorcycle_box_m:.6g}",
        }


def _lanes(road: Road, *, left_hand: bool) -> Iterator[Cells]:
    """Yield the lanes of a road, numbered from left to right, and the strip where vehicles stop."""
    for number in range(1, road.lanes + 1):
        yield {
            "lane_id": f"{road.id}_{number}",
            "link_id": road.id,
            "lane_num": number,
            "allowed_uses": "auto",
            "width": f"{road.lane_width_m:.6g}",
        }
    if road.kerb_m > 0:
        yield {
            "lane_id": f"{road.id}_kerb",
            "link_id": road.id,
            "lane_num": -1 if left_hand else road.lanes + 1,  # lane 1 is the left-most through lane
            "allowed_uses": "parking",
            "width": f"{road.kerb_m:.6g}",
        }


def _movement(network: RoadNetwork, turn: Turn, number: str) -> Cells:
    junction = network.junction_of[network.road_of[turn.from_road].end]
    return {
        "mvmt_id": number,
        "node_id": junction.id,
        "ib_link_id": turn.from_road,
        "ob_link_id": turn.to_road,
        "type": KINDS[turn.kind],
        "ctrl_type": _control(junction, turn),
        "allowed_uses": "auto",
    }


def _control(junction: Junction, turn: Turn) -> str:
    """Return what governs a turn; the kerb-side turn on red is called after the right-hand traffic."""
    if turn.group:
        return "signal_with_RTOR" if turn.on_red else "signal"
    return "yield" if junction.control is Control.PRIORITY else "no_control"


def _shut(network: RoadNetwork, turn: Turn, number: str) -> Iterator[Cells]:
    """Yield the hours at which a sign prohibits a turn."""
    for window in turn.prohibited:
        row = {key: said for key, said in _movement(network, turn, number).items() if key != "node_id"}
        shut = {"mvmt_tod_id": f"{number}/{time_day(window)}", "time_day": time_day(window), "capacity": 0}
        yield row | shut
