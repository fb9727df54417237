"""Import of OpenStreetMap: XML, gzipped XML and PBF, by osmium."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import osmium

from twin.network.build import build_network
from twin.network.hours import Windows
from twin.network.importers.frame import drives_left, frame_around
from twin.network.importers.signals import approaches_of, gather_signals
from twin.network.importers.tags import Carriage, carriage_of, conditional
from twin.network.model import NetworkError, RoadNetwork
from twin.network.streets import Node, Restriction, Street

MERGE_WITHIN_M = 25.0
ATTRIBUTION = "(c) OpenStreetMap contributors, ODbL 1.0"


@dataclass(frozen=True, slots=True)
class Way:
    """A drivable way: its nodes in driving direction and what it carries."""

    id: str
    name: str
    nodes: tuple[int, ...]
    carriage: Carriage


@dataclass(slots=True)
class Extract:
    """What is read from a file, as it stands there."""

    ways: list[Way] = field(default_factory=list)
    restrictions: list[Restriction] = field(default_factory=list)
    lonlat: dict[int, tuple[float, float]] = field(default_factory=dict)
    signals: set[int] = field(default_factory=set)
    names: dict[int, str] = field(default_factory=dict)
    red_turns: dict[str, set[str]] = field(default_factory=lambda: {"left": set(), "right": set()})
    nodes_in_file: int = 0
    ways_in_file: int = 0
    restrictions_in_file: int = 0


def read_osm(path: Path, file_format: str, left_hand: bool | None) -> RoadNetwork:  # noqa: FBT001 - tri-state
    """Return the network of an OSM file; `file_format` is osmium's: osm, osm.gz, osm.bz2, pbf.

    Raises NetworkError where the file is broken or has no drivable way.
    """
    try:
        extract = _read(osmium.io.File(str(path), file_format))
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        msg = f"{path}: expected a whole OSM file, got one that breaks off ({error}); fetch it again"
        raise NetworkError(msg) from error
    if not extract.ways:
        msg = f"{path}: expected drivable highway ways, got none among {extract.ways_in_file} highways"
        raise NetworkError(msg)
    streets = list(_streets(extract))
    used = sorted({node for street in streets for node in street.nodes}, key=int)
    frame = frame_around(str(path), [extract.lonlat[int(node)] for node in used])
    metres = frame.to_metres([extract.lonlat[int(node)] for node in used])
    nodes = {
        key: Node(key, float(x), float(y), 0.0, int(key) in extract.signals, extract.names.get(int(key), ""))
        for key, (x, y) in zip(used, metres, strict=True)
    }
    side = drives_left(frame.origin_lonlat) if left_hand is None else left_hand
    red_turns = extract.red_turns["left" if side else "right"] & nodes.keys()
    return build_network(
        path.name.split(".")[0],
        frame.origin_lonlat,
        frame.epsg,
        left_hand=side,
        nodes=gather_signals(nodes, streets).values(),
        streets=streets,
        restrictions=extract.restrictions,
        on_red=approaches_of(nodes, streets, red_turns),
        attribution=ATTRIBUTION,
        source_counts=(
            ("nodes", extract.nodes_in_file),
            ("highway ways", extract.ways_in_file),
            ("traffic_signals nodes", len(extract.signals)),
            ("restriction relations", extract.restrictions_in_file),
        ),
        merge_within_m=MERGE_WITHIN_M,
    )


def _read(file: osmium.io.File) -> Extract:
    """Return the drivable part of a file."""
    extract = Extract()
    for thing in osmium.FileProcessor(file):
        tags = {tag.k: tag.v for tag in thing.tags}
        if isinstance(thing, osmium.osm.Node):
            extract.nodes_in_file += 1
            if thing.location.valid():
                extract.lonlat[thing.id] = (thing.location.lon, thing.location.lat)
            if tags.get("highway") == "traffic_signals":
                extract.signals.add(thing.id)
                extract.names[thing.id] = tags.get("name", "")
                for side, permitted in extract.red_turns.items():
                    if tags.get(f"red_turn:{side}") == "yes":
                        permitted.add(str(thing.id))
        elif isinstance(thing, osmium.osm.Way) and "highway" in tags:
            extract.ways_in_file += 1
            carriage = carriage_of(tags)
            if carriage is not None:
                refs = [node.ref for node in thing.nodes]
                order = tuple(reversed(refs) if carriage.against else refs)
                extract.ways.append(Way(str(thing.id), tags.get("name", ""), order, carriage))
        elif isinstance(thing, osmium.osm.Relation) and tags.get("type") == "restriction":
            extract.restrictions_in_file += 1
            members = [(m.role, m.type, str(m.ref)) for m in thing.members]
            extract.restrictions += _restrictions(tags.get("restriction", ""), (), members)
            extract.restrictions += _restrictions(
                *conditional(tags.get("restriction:conditional", "")), members
            )
    return extract


def _restrictions(
    value: str, hours: Windows, members: Iterable[tuple[str, str, str]]
) -> Iterator[Restriction]:
    """Yield the restrictions of a relation that turns at one node; via a way is beyond this model."""
    by_role: dict[str, list[str]] = {}
    for role, kind, ref in members:
        by_role.setdefault(f"{role} {kind}", []).append(ref)
    if not value.startswith(("no_", "only_")):
        return
    for via in by_role.get("via n", ()):
        for start in by_role.get("from w", ()):
            for end in by_role.get("to w", ()):
                yield Restriction(start, via, end, only=value.startswith("only_"), hours=hours)


def _streets(extract: Extract) -> Iterator[Street]:
    """Yield a street for each way; one that leaves the file is cut where its nodes are missing."""
    for way in extract.ways:
        runs: list[list[str]] = [[]]
        for node in way.nodes:
            if node not in extract.lonlat:
                runs.append([])
            elif not runs[-1] or runs[-1][-1] != str(node):
                runs[-1].append(str(node))
        for k, run in enumerate(run for run in runs if len(run) > 1):
            yield _street(way, way.id if k == 0 else f"{way.id}/{k}", tuple(run))


def _street(way: Way, key: str, nodes: tuple[str, ...]) -> Street:
    """Return one stretch of a way as a street."""
    carriage = way.carriage
    return Street(
        id=key,
        name=way.name,
        nodes=nodes,
        shape_m=None,
        lanes_forward=carriage.lanes_forward,
        lanes_backward=carriage.lanes_backward,
        speed_limit_mps=carriage.speed_mps,
        lane_width_m=carriage.lane_width_m,
        priority=carriage.priority,
        highway=carriage.highway,
    )
