"""Import of GMNS: node.csv and link.csv in a folder or a zip, and the tables that go with them.

Source: the General Modeling Network Specification 0.96 of the Zephyr Foundation. Links lie on the axes
of streets: two that run against each other on one line are one two-way street (with the speed of the
first), and junctions are cut out of them. Where we have written the tables, links are roads as they lie.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from twin.network.build import build_network
from twin.network.hours import Windows
from twin.network.importers.frame import Frame, drives_left, frame_around
from twin.network.importers.gmns_config import Config, read_config
from twin.network.importers.gmns_links import Link, flag, read_links
from twin.network.importers.gmns_signals import ON_RED, read_signals
from twin.network.importers.gmns_times import prohibited_hours
from twin.network.importers.returned import Returned, network_of
from twin.network.importers.tables import Row, Tables, open_tables
from twin.network.importers.tags import CLASSES
from twin.network.model import NetworkError, Provenance, Road, RoadNetwork, TurnKind
from twin.network.streets import Node, Restriction, Street, without_repeats

KINDS = {"left": TurnKind.LEFT, "right": TurnKind.RIGHT, "uturn": TurnKind.UTURN, "thru": TurnKind.STRAIGHT}
EXTERNAL = ("external", "boundary", "gateway")
SIGNALS = ("signal", "signals", "traffic_signal", "traffic_signals", ON_RED)
SAME_LINE_M = 8.0  # two directions drawn this close are one street


@dataclass(frozen=True, slots=True)
class _Map:
    """The tables, read: nodes and rows, links and lines, movements (from link, node, to link), hours."""

    path: Path
    tables: Tables
    config: Config
    frame: Frame
    nodes: Mapping[str, Node]
    rows: Mapping[str, Row]
    links: Sequence[Link]
    lines_m: Mapping[str, NDArray[np.float64]]
    moves: Mapping[str, tuple[str, str, str]]
    move_rows: Mapping[str, Row]
    prohibited: Mapping[str, Windows]
    left_out: int

    @property
    def external(self) -> frozenset[str]:
        """The nodes at which the map was cut."""
        return frozenset(
            key for key, row in self.rows.items() if row.text("node_type", "").lower() in EXTERNAL
        )

    @property
    def on_red(self) -> list[str]:
        """The movements that are permitted on red, by mvmt_id."""
        return [key for key, row in self.move_rows.items() if row.text("ctrl_type", "").lower() == ON_RED]

    def left_hand(self, asked: bool | None) -> bool:  # noqa: FBT001 - tri-state
        """Return the side of traffic: as asked for, as the file says, else by the place."""
        said = self.config.left_hand if asked is None else asked
        return drives_left(self.frame.origin_lonlat) if said is None else said


def read_gmns(path: Path, left_hand: bool | None) -> RoadNetwork:  # noqa: FBT001 - tri-state
    """Return the network of a folder or a zip with node.csv and link.csv.

    Raises NetworkError in one line: the file, the line, the element, what was expected.
    """
    tables = open_tables(path)
    for name in ("node", "link"):
        if name not in tables.texts:
            msg = f"{path}: expected node.csv and link.csv (GMNS), got no {name}.csv; add it"
            raise NetworkError(msg)
    try:
        found = _read(path, tables)
    except (shapely.errors.ShapelyError, ArithmeticError) as error:
        msg = f"{path}: expected tables of GMNS, got {' '.join(str(error).split())}; write them again"
        raise NetworkError(msg) from error
    side = found.left_hand(left_hand)
    return _as_drawn(found, left_hand=side) if found.config.as_drawn else _from_axes(found, left_hand=side)


def _read(path: Path, tables: Tables) -> _Map:
    config = read_config(tables)
    rows: dict[str, Row] = {}
    for row in tables.rows("node", "node_id", ["x_coord", "y_coord"]):
        key = row.text("node_id")
        if key in rows:
            raise row.fault(said=f"expected a node_id of its own, got that of line {rows[key].line}")
        rows[key] = row
    links, left_out = read_links(tables, config, rows)
    if not links:
        msg = f"{path}/link.csv: expected links for motor vehicles, got none of {left_out}; see allowed_uses"
        raise NetworkError(msg)
    used = {end: rows[end] for link in links for end in (link.start, link.end)}
    lonlat = config.lonlat([(row.number("x_coord"), row.number("y_coord")) for row in used.values()])
    frame = config.frame or frame_around(f"{path}/node.csv", [(x, y) for x, y in lonlat.tolist()])
    nodes = {}
    for (key, row), (x, y) in zip(used.items(), frame.to_metres(lonlat).tolist(), strict=True):
        z_m = row.number("z_coord", 0.0, least=-500, most=9000) * config.short_m
        shown = flag(row, "countdown", default=False)
        nodes[key] = Node(key, x, y, z_m, _has_signals(row), row.text("name", ""), shown)
    moves, move_rows = _movements(tables, {link.id: link for link in links}, rows)
    lines_m, shut = _lines_m(frame, links, nodes), prohibited_hours(tables, move_rows)
    return _Map(path, tables, config, frame, nodes, used, links, lines_m, moves, move_rows, shut, left_out)


def _has_signals(row: Row) -> bool:
    return row.text("ctrl_type", "").lower() in SIGNALS


def _movements(
    tables: Tables, links: Mapping[str, Link], nodes: Mapping[str, Row]
) -> tuple[dict[str, tuple[str, str, str]], dict[str, Row]]:
    """Return the movements between links for motor vehicles, and their rows, by mvmt_id."""
    known = {row.text("link_id") for row in tables.rows("link", "link_id")}
    found, rows = {}, {}
    for row in tables.rows("movement", "mvmt_id", ["node_id", "ib_link_id", "ob_link_id"]):
        into, node, out = (row.text(name) for name in ("ib_link_id", "node_id", "ob_link_id"))
        for name, said in (("ib_link_id", into), ("ob_link_id", out)):
            if said not in known:
                raise row.fault(
                    column=name, said=f"'{said}': expected a link of link.csv; add it or drop the movement"
                )
        if node not in nodes:
            raise row.fault(
                column="node_id", said=f"'{node}': expected a node of node.csv; add it or drop the movement"
            )
        if into not in links or out not in links:
            continue
        a, b = links[into], links[out]
        ends, starts = {a.end} | ({a.start} if a.two_way else set()), {b.start}
        if node not in ends or node not in starts | ({b.end} if b.two_way else set()):
            raise row.fault(
                said=f"expected links that meet at node '{node}', got {into} and {out}; correct one"
            )
        found[row.text("mvmt_id")] = (into, node, out)
        rows[row.text("mvmt_id")] = row
    return found, rows


def _lines_m(
    frame: Frame, links: Sequence[Link], nodes: Mapping[str, Node]
) -> dict[str, NDArray[np.float64]]:
    """Return the lines of the links (N, 3) in metres; straight from node to node where none is drawn."""
    drawn = [link for link in links if link.line is not None]
    metres = frame.each_to_metres([link.line for link in drawn if link.line is not None])
    found = {link.id: line for link, line in zip(drawn, metres, strict=True)}
    for link in links:
        if link.line is None:
            ends = nodes[link.start], nodes[link.end]
            found[link.id] = np.array([(node.x_m, node.y_m, node.z_m) for node in ends])
    return found


def _source_counts(found: _Map) -> tuple[tuple[str, int | None], ...]:
    return (
        ("nodes", len(found.nodes)),
        ("links", len(found.links) + found.left_out),
        ("nodes with signals", sum(node.signals for node in found.nodes.values())),
        ("turn restrictions", len(found.prohibited) if "movement_tod" in found.tables.texts else None),
        ("links left out: not for motor vehicles", found.left_out),
    )


def _from_axes(found: _Map, *, left_hand: bool) -> RoadNetwork:
    """Return the network of links that are axes of streets."""
    streets, street_of = _streets(found)
    move_of = {key: (street_of[a], node, street_of[b]) for key, (a, node, b) in found.moves.items()}
    moves = list(move_of.values())
    signs = [Restriction(*move_of[key], only=False, hours=hours) for key, hours in found.prohibited.items()]
    return build_network(
        found.config.name or found.path.name.split(".")[0],
        found.frame.origin_lonlat,
        found.frame.epsg,
        left_hand=left_hand,
        nodes=found.nodes.values(),
        streets=streets,
        restrictions=[*_restrictions(streets, moves), *signs],
        uturns={node for a, node, b in moves if a == b},
        boundary=found.external,
        on_red={(street_of[found.moves[key][0]], found.moves[key][1]) for key in found.on_red},
        attribution=found.config.attribution,
        source_counts=_source_counts(found),
    )


def _streets(found: _Map) -> tuple[list[Street], dict[str, str]]:
    """Return the streets, and the street of each link."""
    streets: dict[str, Street] = {}
    street_of: dict[str, str] = {}
    waiting: dict[tuple[str, str], list[tuple[str, shapely.LineString]]] = {}
    for link in found.links:
        shape = found.lines_m[link.id]
        drawn = shapely.LineString(shape)
        against = waiting.get((link.end, link.start), [])
        twin = next((t for t in against if shapely.hausdorff_distance(t[1], drawn) < SAME_LINE_M), None)
        if twin is not None and not link.two_way:
            against.remove(twin)
            street_of[link.id] = twin[0]
            streets[twin[0]] = replace(streets[twin[0]], lanes_backward=link.lanes)
            continue
        street_of[link.id] = link.id
        streets[link.id] = _street(link, shape)
        if not link.two_way:
            waiting.setdefault((link.start, link.end), []).append((link.id, drawn))
    return list(streets.values()), street_of


def _street(link: Link, shape_m: NDArray[np.float64]) -> Street:
    return Street(
        id=link.id,
        name=link.row.text("name", ""),
        nodes=(link.start, link.end),
        shape_m=shape_m,
        lanes_forward=link.lanes,
        lanes_backward=link.lanes if link.two_way else 0,
        speed_limit_mps=link.speed_mps,
        lane_width_m=link.lane_width_m,
        kerb_m=link.kerb_m,
        priority=CLASSES[link.highway].priority,
        highway=link.highway,
    )


def _restrictions(streets: Sequence[Street], moves: Sequence[tuple[str, str, str]]) -> list[Restriction]:
    """Return bans on what a node with movements does not list."""
    into: dict[str, list[str]] = {}
    out: dict[str, list[str]] = {}
    for street in streets:
        first, last = street.nodes[0], street.nodes[-1]
        into.setdefault(last, []).append(street.id)
        out.setdefault(first, []).append(street.id)
        if street.lanes_backward:
            into.setdefault(first, []).append(street.id)
            out.setdefault(last, []).append(street.id)
    listed = set(moves)
    return [
        Restriction(a, node, b, only=False)
        for node in sorted({node for _, node, _ in moves})
        for a, b in product(into.get(node, ()), out.get(node, ()))
        if (a, node, b) not in listed
    ]


def _as_drawn(found: _Map, *, left_hand: bool) -> RoadNetwork:
    """Return the network of links that are roads as they lie: what `network export --gmns` writes."""
    moves = {key: (a, b) for key, (a, _, b) in found.moves.items()}
    said = {key: found.move_rows[key].text("type", "").lower() for key in moves}
    links = {link.id: link for link in found.links}
    plans, groups = read_signals(found.tables, moves, found.move_rows, links, found.config.short_m)
    back = Returned(
        place=str(found.path),
        name=found.config.name or found.path.name.split(".")[0],
        frame=found.frame,
        left_hand=left_hand,
        nodes=list(found.nodes.values()),
        boundary=found.external,
        roads={link.id: _road(found, link) for link in found.links},
        moves=list(dict.fromkeys(moves.values())) if "movement" in found.tables.texts else None,
        kinds={moves[key]: KINDS[kind] for key, kind in said.items() if kind in KINDS},
        plans=plans,
        groups=groups,
        on_red={moves[key] for key in found.on_red},
        prohibited={moves[key]: hours for key, hours in found.prohibited.items()},
        attribution=found.config.attribution,
    )
    return network_of(back, _source_counts(found))


def _road(found: _Map, link: Link) -> Road:
    row = link.row
    if link.two_way:
        raise row.fault(
            column="directed",
            said="'false': expected a road of one direction where `lines` is 'carriageways'",
        )
    line = without_repeats(found.lines_m[link.id])
    if len(line) < 2:
        raise row.fault(said="geometry: expected two points apart, got one; draw it again")
    return Road(
        id=link.id,
        name=row.text("name", ""),
        start=link.start,
        end=link.end,
        centreline_m=line,
        lanes=link.lanes,
        speed_limit_mps=link.speed_mps,
        lane_width_m=link.lane_width_m,
        kerb_m=link.kerb_m,
        priority=int(row.number("priority", CLASSES[link.highway].priority, least=0, most=99)),
        highway=link.highway,
        geometry=Provenance.IMPORTED,
        zone=row.text("zone", ""),
        median=row.text("median", "") == "true",
        reverse=row.text("reverse_link_id", ""),
        stop_rate=row.number("stop_rate", 0.0, least=0),
        motorcycle_box_m=row.number("motorcycle_box_m", 0.0, least=0, most=30),
    )
