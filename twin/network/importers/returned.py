"""Networks that we have written in a format of others, coming back: roads lie as they are drawn."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from twin.network.build import Layout, controls
from twin.network.crossings import Move, useful_roads
from twin.network.hours import Windows
from twin.network.importers.frame import Frame
from twin.network.model import NetworkError, Road, RoadNetwork, SignalPlan, Turn, TurnKind
from twin.network.streets import Node


@dataclass(frozen=True, slots=True)
class Returned:
    """What such a file holds. `moves` None: every movement but turning back.

    `on_red` are movements that a sign permits on red, `prohibited` when one prohibits them.
    """

    place: str
    name: str
    frame: Frame
    left_hand: bool
    nodes: Sequence[Node]
    boundary: frozenset[str]
    roads: Mapping[str, Road]
    moves: Sequence[Move] | None
    kinds: Mapping[Move, TurnKind]
    plans: Sequence[SignalPlan] = ()
    groups: Mapping[Move, str] | None = None
    on_red: Collection[Move] = ()
    prohibited: Mapping[Move, Windows] = field(default_factory=dict)
    attribution: str = ""


def network_of(found: Returned, source_counts: Iterable[tuple[str, int | None]]) -> RoadNetwork:
    """Return the network; roads of no use are left out, as where others have cut the file.

    Raises NetworkError where no road is left, or a movement is between roads that do not meet.
    """
    layout = _layout(found)
    parts = controls(layout, found.plans, groups=found.groups, left_hand=found.left_hand)
    turns = tuple(_as_said(turn, found) for turn in parts["turns"])
    left_out = ("directed edges left out: no entry or no exit", len(found.roads) - len(layout.roads))
    return RoadNetwork(
        name=found.name,
        origin_lonlat=found.frame.origin_lonlat,
        epsg=found.frame.epsg,
        left_hand=found.left_hand,
        junctions=parts["junctions"],
        roads=layout.roads,
        turns=turns,
        signal_plans=parts["signal_plans"],
        restrictions=sum(bool(turn.prohibited) for turn in turns),
        attribution=found.attribution,
        source_counts=(*source_counts, left_out),
    )


def _as_said(turn: Turn, found: Returned) -> Turn:
    move = turn.from_road, turn.to_road
    return replace(
        turn,
        kind=found.kinds.get(move, turn.kind),
        on_red=move in found.on_red,
        prohibited=found.prohibited.get(move, ()),
    )


def _layout(found: Returned) -> Layout:
    roads = found.roads
    moves = _all_moves(roads) if found.moves is None else found.moves
    boundary = found.boundary or _loose_ends(roads, moves)
    moves = [(a, b) for a, b in moves if roads[a].end not in boundary]
    entries = [key for key, road in roads.items() if road.start in boundary]
    exits = [key for key, road in roads.items() if road.end in boundary]
    kept = useful_roads(roads, moves, entries, exits) if boundary else set(roads)
    if not kept:
        msg = f"{found.place}: expected roads on which traffic can enter and leave, got none of {len(roads)}"
        raise NetworkError(msg)
    used = {end for key in kept for end in (roads[key].start, roads[key].end)}
    return Layout(
        roads=tuple(road for key, road in roads.items() if key in kept),
        moves=tuple((a, b) for a, b in moves if a in kept and b in kept),
        boundary=boundary,
        members={node.id: [node] for node in found.nodes if node.id in used},
        end_nodes={key: road.end for key, road in roads.items()},
    )


def _all_moves(roads: Mapping[str, Road]) -> list[Move]:
    leaving: dict[str, list[str]] = {}
    for key, road in roads.items():
        leaving.setdefault(road.start, []).append(key)
    return [
        (key, out) for key, road in roads.items() for out in leaving.get(road.end, ()) if out != road.reverse
    ]


def _loose_ends(roads: Mapping[str, Road], moves: Iterable[Move]) -> frozenset[str]:
    """Return the junctions with one neighbour where nobody may turn back: there the map was cut."""
    met: dict[str, set[str]] = {}
    for road in roads.values():
        met.setdefault(road.start, set()).add(road.end)
        met.setdefault(road.end, set()).add(road.start)
    turning = {roads[a].end for a, _ in moves}
    return frozenset(node for node, others in met.items() if len(others) == 1 and node not in turning)
