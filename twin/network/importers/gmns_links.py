"""The links of a GMNS network on which motor vehicles drive, checked row by row."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.network.importers.gmns_config import Config
from twin.network.importers.tables import Row, Tables
from twin.network.importers.tags import CLASSES, MAX_LANES

MOTOR = frozenset(
    (
        *(
            "all",
            "any",
            "auto",
            "automobile",
            "bus",
            "car",
            "drive",
            "driving",
            "hov",
            "hov2",
            "hov3",
            "motor",
        ),
        *("motorcar", "motorcycle", "motorist", "motor_vehicle", "passenger", "sov", "taxi", "truck"),
        *("vehicle", "vehicles"),
    )
)
NOT_DRIVEN = frozenset(
    (
        *("bikeway", "bike_path", "bikepath", "connector", "crosswalk", "cycletrack", "cycleway", "footway"),
        *("path", "pedestrian", "railway", "sidewalk", "steps", "walkway"),
    )
)
FACILITIES = {
    "freeway": "motorway",
    "expressway": "trunk",
    "arterial": "primary",
    "major arterial": "primary",
    "principal arterial": "primary",
    "minor arterial": "secondary",
    "collector": "tertiary",
    "local": "residential",
    "ramp": "motorway_link",
}
YES, NO = ("true", "1", "yes", "t"), ("false", "0", "no", "f")
FASTEST_MPS = 70.0
DEFAULT_PARKING_M = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """A link: lon, lat, z (N >= 2, 3) of its line or None (straight), lanes in each of its directions."""

    row: Row
    id: str
    start: str
    end: str
    two_way: bool
    line: NDArray[np.float64] | None
    highway: str
    lanes: int
    speed_mps: float
    lane_width_m: float
    kerb_m: float


def read_links(tables: Tables, config: Config, nodes: Mapping[str, object]) -> tuple[list[Link], int]:
    """Return the links for motor vehicles, and how many there are of others.

    Raises NetworkError that names the link whose node is unknown or whose numbers make no sense.
    """
    shapes = {row.text("geometry_id"): row for row in tables.rows("geometry", "geometry_id", ["geometry"])}
    widths = _Widths(tables, config)
    found: list[Link] = []
    seen: dict[str, int] = {}
    rows = tables.rows("link", "link_id", ["from_node_id", "to_node_id"])
    for row in rows:
        key = row.text("link_id")
        if key in seen:
            raise row.fault(
                said=f"expected a link_id of its own, got that of line {seen[key]}; number them anew"
            )
        seen[key] = row.line
        for name in ("from_node_id", "to_node_id"):
            if row.text(name) not in nodes:
                said = row.text(name)
                raise row.fault(
                    column=name, said=f"'{said}': expected a node of node.csv; add it or drop the link"
                )
        if _driven(row):
            found.append(_link(row, config, shapes, widths))
    return found, len(rows) - len(found)


def _driven(row: Row) -> bool:
    """Return whether motor vehicles may drive on a link; one that says nothing is a road."""
    on_foot = _facility(row) in NOT_DRIVEN
    return drives(row) and not on_foot and row.number("lanes", 1, least=0, most=20) >= 1


def drives(row: Row) -> bool:
    """Return whether `allowed_uses` of a row are for motor vehicles; empty is for all."""
    uses = row.text("allowed_uses", "").lower().replace(";", ",").replace(" ", ",").split(",")
    named = {use.strip("\"'") for use in uses if use}
    return not named or bool(named & MOTOR)


def _facility(row: Row) -> str:
    """Return the kind of a link, in small letters; osm2gmns has it in a column of its own."""
    return (row.text("facility_type", "") or row.text("link_type_name", "")).lower()


def _link(row: Row, config: Config, shapes: Mapping[str, Row], widths: "_Widths") -> Link:
    facility = _facility(row)
    highway = facility if facility in CLASSES else FACILITIES.get(facility, "unclassified")
    usual = CLASSES[highway]
    most = FASTEST_MPS / config.speed_mps
    speed = row.number("free_speed", usual.speed_kmh / 3.6 / config.speed_mps, least=0, most=round(most))
    if speed <= 0:
        raise row.fault(
            column="free_speed", said=f"'{speed:g}': expected {config.speed_unit} above 0; correct it"
        )
    row.number("length", 0.0, least=0)
    key = row.text("link_id")
    return Link(
        row=row,
        id=key,
        start=row.text("from_node_id"),
        end=row.text("to_node_id"),
        two_way=not flag(row, "directed", default=True),
        line=_line(row, config, shapes),
        highway=highway,
        lanes=min(MAX_LANES, int(row.number("lanes", usual.lanes))),
        speed_mps=speed * config.speed_mps,
        lane_width_m=widths.lane_m(key, usual.lane_width_m),
        kerb_m=widths.kerb_m(key, DEFAULT_PARKING_M if row.text("parking", "") == "parallel" else 0.0),
    )


def flag(row: Row, name: str, *, default: bool) -> bool:
    """Return a yes or no of a row; raises NetworkError where it is neither."""
    said = row.text(name, YES[0] if default else NO[0]).lower()
    if said not in (*YES, *NO):
        raise row.fault(column=name, said=f"'{said}': expected true or false; correct it")
    return said in YES


def _line(row: Row, config: Config, shapes: Mapping[str, Row]) -> NDArray[np.float64] | None:
    """Return lon, lat, z (N, 3) along a link from its from_node to its to_node, None where none is given."""
    shape = row
    if not row.text("geometry", "") and row.text("geometry_id", ""):
        if row.text("geometry_id") not in shapes:
            said = row.text("geometry_id")
            raise row.fault(
                column="geometry_id", said=f"'{said}': expected one of geometry.csv; add it or leave it empty"
            )
        shape = shapes[row.text("geometry_id")]
    said = shape.text("geometry", "")
    if not said:
        return None
    try:
        with np.errstate(invalid="ignore"):  # a NaN is told below
            drawn = shapely.from_wkt(said)
    except shapely.errors.ShapelyError:
        drawn = None
    at = shapely.get_coordinates(drawn, include_z=True) if drawn is not None else np.empty((0, 3))
    if not isinstance(drawn, shapely.LineString) or len(at) < 2 or not np.isfinite(at[:, :2]).all():
        raise shape.fault(
            column="geometry", said=f"'{said[:40]}': expected a LINESTRING of at least two points as WKT"
        )
    at = np.column_stack((config.lonlat(at[:, :2]), np.nan_to_num(at[:, 2]) * config.short_m))
    return at[::-1] if row.number("dir_flag", 1, least=-1, most=1) == -1 else at


class _Widths:
    """Widths of lanes and of strips for parking by link, from the table lane."""

    def __init__(self, tables: Tables, config: Config) -> None:
        self._lanes: dict[str, list[float]] = {}
        self._kerbs: dict[str, float] = {}
        for row in tables.rows("lane", "lane_id", ["link_id"]):
            if not row.text("width", ""):
                continue
            width_m = row.number("width", least=0, most=20 / config.short_m) * config.short_m
            uses = row.text("allowed_uses", "").lower()
            if "parking" in uses:
                self._kerbs[row.text("link_id")] = width_m
            elif width_m > 0 and (not uses or set(uses.replace(" ", "").split(",")) & MOTOR):
                self._lanes.setdefault(row.text("link_id"), []).append(width_m)

    def lane_m(self, link: str, default_m: float) -> float:
        """Return the mean width of the lanes of a link in m."""
        return float(np.mean(self._lanes[link])) if link in self._lanes else default_m

    def kerb_m(self, link: str, default_m: float) -> float:
        """Return the width in m of the strip where vehicles stop, 0 where there is none."""
        return self._kerbs.get(link, default_m)
