"""Balikpapan, built in: the arterials that join the camera sites, and the corridor in detail."""

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import resources
from typing import Any

import numpy as np
from pyproj import Transformer

from twin.network.build import build_network
from twin.network.model import (
    NetworkError,
    Phase,
    Place,
    PlanSource,
    Provenance,
    RoadNetwork,
    SignalPlan,
    TurnKind,
)
from twin.network.streets import Node, Restriction, Street

EPSG = 32750
ORIGIN_LONLAT = (116.85637, -1.26934)  # Simpang Beruang Madu
CORRIDOR_ZONES = ("beruang-madu", "beller", "balikpapan-baru", "wika")
STUB_M = 260.0
KMH = 1 / 3.6
LANDMARKS = (
    ("ETLE Simpang Beruang Madu (3)", "etle", (116.85637, -1.26934)),
    ("ETLE Simpang Plaza (2)", "etle", (116.837963, -1.276957)),
    ("ETLE Lapangan Merdeka (1)", "etle", (116.8335, -1.2772)),
    ("Roti Tiam", "landmark", (116.87007, -1.25075)),
)

Facts = Mapping[str, Any]


def city() -> RoadNetwork:
    """Return the whole city: every arterial of the data file and the corridor's side streets."""
    facts = _facts()
    streets = [*(_street(facts, row) for row in facts["street"]), *_sides(facts)]
    return _build("balikpapan", facts, streets, _nodes(facts))


def corridor() -> RoadNetwork:
    """Return MT Haryono from Beruang Madu to Wika with its side streets and stubs of what crosses."""
    facts = _facts()
    rows = {row["id"]: row for row in facts["street"]}
    nodes = _nodes(facts)
    streets = [_street(facts, rows[name]) for name in facts["corridor"]["streets"]]
    for name in facts["corridor"]["stubs"]:
        stub, end = _stub(_street(facts, rows[name]), nodes)
        nodes[end.id] = end
        streets.append(stub)
    return _build("mt-haryono", facts, [*streets, *_sides(facts)], nodes)


def chainage(
    network: RoadNetwork, zone: str, chainage_m: float, *, forward: bool = True
) -> tuple[str, float]:
    """Return the road and the distance along it, `chainage_m` from the start of a zone.

    Forward is the direction from Beruang Madu to Wika. Raises NetworkError outside the zone.
    """
    sign = "+" if forward else "-"
    roads = sorted((r for r in network.roads if r.zone == zone and r.id.endswith(sign)), key=lambda r: r.id)
    ahead_m = chainage_m
    for road in roads:
        if ahead_m <= road.length_m:
            return road.id, ahead_m if forward else road.length_m - ahead_m
        ahead_m -= road.length_m
    msg = f"zone {zone}: expected a chainage of at most {chainage_m - ahead_m:.0f} m, got {chainage_m:.0f} m"
    raise NetworkError(msg)


def _facts() -> Facts:
    text = (resources.files("twin.network") / "data" / "balikpapan.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _build(name: str, facts: Facts, streets: list[Street], nodes: dict[str, Node]) -> RoadNetwork:
    used = {node for street in streets for node in street.nodes}
    network = build_network(
        name,
        ORIGIN_LONLAT,
        EPSG,
        left_hand=True,
        nodes=[node for node in nodes.values() if node.id in used],
        streets=streets,
        uturns=[node for node in facts["uturns"]["nodes"] if node in used],
        free_left=[("mth-1", "beruang-madu")],
        restrictions=[_sign(row) for row in facts["prohibited"] if row["node"] in used],
        places=_places(),
        attribution="Drawn by hand from public facts; synthetic geometry on real anchors north of Beller",
    )
    return _with_boxes(_with_published_plans(_with_median(network, facts), facts), facts)


def _sign(row: Facts) -> Restriction:
    hours = tuple((float(begin), float(end)) for begin, end in row["hours"])
    return Restriction(row["from"], row["node"], row["to"], only=False, hours=hours)


def _with_boxes(network: RoadNetwork, facts: Facts) -> RoadNetwork:
    """Put the box for motorcycles before the signals that have one."""
    depth_m, at = facts["signals"]["motorcycle_box_m"], set(facts["signals"]["motorcycle_boxes"])
    boxed = (replace(r, motorcycle_box_m=depth_m) if r.end in at else r for r in network.roads)
    return replace(network, roads=tuple(boxed)) if at else network


def _to_metres(lon: float, lat: float) -> tuple[float, float]:
    transform = Transformer.from_crs("EPSG:4326", f"EPSG:{EPSG}", always_xy=True)
    east, north = transform.transform([lon, ORIGIN_LONLAT[0]], [lat, ORIGIN_LONLAT[1]])
    return float(east[0] - east[1]), float(north[0] - north[1])


def _nodes(facts: Facts) -> dict[str, Node]:
    signals, countdown = set(facts["signals"]["nodes"]), set(facts["signals"]["countdown"])
    found = {}
    for name, (lon, lat, height_m) in facts["nodes"].items():
        x_m, y_m = _to_metres(lon, lat)
        found[name] = Node(name, x_m, y_m, height_m, signals=name in signals, countdown=name in countdown)
    for node in _side_nodes(facts, found):
        found[node.id] = node
    return found


def _street(facts: Facts, row: Facts) -> Street:
    kind = facts["defaults"][row["kind"]]
    return Street(
        id=row["id"],
        name=row["name"],
        nodes=tuple(row["nodes"]),
        shape_m=None,
        lanes_forward=kind["lanes"],
        lanes_backward=kind["lanes"],
        speed_limit_mps=kind["speed_kmh"] * KMH,
        kerb_m=row.get("kerb_m", 0.0),
        median_m=kind["median_m"],
        priority=kind["priority"],
        highway=kind["highway"],
        geometry=Provenance.SURVEYED if row.get("surveyed") else Provenance.SYNTHETIC,
        zone=row.get("zone", ""),
        stop_rate=row.get("stop_rate", 0.0),
    )


def _stub(street: Street, nodes: Mapping[str, Node]) -> tuple[Street, Node]:
    """Cut a street STUB_M after its first node."""
    first, second = (nodes[name] for name in street.nodes[:2])
    dx, dy, dz = second.x_m - first.x_m, second.y_m - first.y_m, second.z_m - first.z_m
    share = min(1.0, STUB_M / float(np.hypot(dx, dy)))
    end = Node(f"{street.id}-cut", first.x_m + share * dx, first.y_m + share * dy, first.z_m + share * dz)
    return replace(street, nodes=(first.id, end.id)), end


def _side_rows(facts: Facts) -> Iterator[tuple[str, str]]:
    for side in ("left", "right"):
        for node in facts["sides"][side]:
            yield side, node


def _side_nodes(facts: Facts, nodes: Mapping[str, Node]) -> Iterator[Node]:
    """Yield the far ends of the side streets, square to MT Haryono."""
    axis = [node for row in facts["street"] if row["id"].startswith("mth-") for node in row["nodes"]]
    for side, name in _side_rows(facts):
        row = axis.index(name)
        before, here, after = (nodes[node] for node in axis[row - 1 : row + 2])
        dx, dy = after.x_m - before.x_m, after.y_m - before.y_m
        reach = facts["sides"]["length_m"] / float(np.hypot(dx, dy)) * (1 if side == "left" else -1)
        yield Node(f"side-{side}-{name}", here.x_m - dy * reach, here.y_m + dx * reach, here.z_m)


def _sides(facts: Facts) -> Iterator[Street]:
    for number, (side, name) in enumerate(_side_rows(facts), start=1):
        row = {
            "id": f"side-{number}",
            "name": f"Jalan samping {number}",
            "kind": "side",
            "kerb_m": 2.0,
            "stop_rate": facts["sides"]["stop_rate"],
            "nodes": [name, f"side-{side}-{name}"],
        }
        yield _street(facts, row)


def _with_median(network: RoadNetwork, facts: Facts) -> RoadNetwork:
    """Close the median at side streets: left in and left out only."""
    closed = {name for _, name in _side_rows(facts)}
    kept = tuple(
        turn
        for turn in network.turns
        if network.road_of[turn.from_road].end not in closed
        or _keeps_left(network, turn.from_road, turn.to_road, turn.kind)
    )
    return replace(network, turns=kept)


def _keeps_left(network: RoadNetwork, from_road: str, to_road: str, kind: TurnKind) -> bool:
    along = network.road_of[from_road].priority == 3 and network.road_of[to_road].priority == 3
    return kind is TurnKind.LEFT or (kind is TurnKind.STRAIGHT and along)


def _with_published_plans(network: RoadNetwork, facts: Facts) -> RoadNetwork:
    plans = {plan.junction: plan for plan in network.signal_plans}
    for row in facts["plan"]:
        if row["junction"] not in plans:
            continue
        phases = tuple(
            Phase((_approach(network, row["junction"], approach),), float(green_s))
            for approach, green_s in row["green_s"]
        )
        offset_s = float(row.get("offset_s", 0.0))
        plans[row["junction"]] = SignalPlan(row["junction"], phases, offset_s, PlanSource.PUBLISHED)
    return replace(network, signal_plans=tuple(plans.values()))


def _approach(network: RoadNetwork, junction: str, approach: str) -> str:
    """Return the road that enters a junction on a street ("street" or "street:from-node")."""
    street, _, start = approach.partition(":")
    for road in network.roads:
        if road.end == junction and road.id.startswith(f"{street}.") and start in ("", road.start):
            return road.id
    msg = f"plan of {junction}: no approach {approach!r} on the network {network.name}"
    raise NetworkError(msg)


def _places() -> tuple[Place, ...]:
    text = (resources.files("twin.network") / "data" / "dishub_sites.csv").read_text(encoding="utf-8")
    sites = [
        (row["name"], "dishub", (float(row["lon"]), float(row["lat"])))
        for row in csv.DictReader(text.splitlines())
    ]
    return tuple(
        Place(name, kind, lonlat, _to_metres(*lonlat)) for name, kind, lonlat in (*sites, *LANDMARKS)
    )
