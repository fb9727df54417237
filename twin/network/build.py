"""From nodes and streets to a network in which every vehicle can reach an exit."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypedDict

import numpy as np

from twin.network.assumed_plans import assumed_plan
from twin.network.carriageways import arms_of, road_of, trims_m
from twin.network.clusters import merged_nodes, without_stubs
from twin.network.crossings import Signs, control_of, movements, turn_kind, useful_roads
from twin.network.hours import Windows
from twin.network.model import (
    Control,
    Junction,
    NetworkError,
    Place,
    Road,
    RoadNetwork,
    SignalPlan,
    Turn,
    TurnKind,
)
from twin.network.streets import Leg, Node, Restriction, Street, legs_of, split_nodes


@dataclass(frozen=True, slots=True)
class Layout:
    """Roads and movements before they are tied to signals: what the rest is worked out from."""

    roads: tuple[Road, ...]
    moves: tuple[tuple[str, str], ...]
    boundary: frozenset[str]  # junctions
    members: Mapping[str, Sequence[Node]]  # the nodes of each junction
    end_nodes: Mapping[str, str]  # the node where each road ends
    hours: Mapping[tuple[str, str], Windows] = field(default_factory=dict)  # when moves are prohibited


def build_network(  # noqa: PLR0913 - one argument for each thing that a map says
    name: str,
    origin_lonlat: tuple[float, float],
    epsg: int,
    *,
    left_hand: bool,
    nodes: Iterable[Node],
    streets: Iterable[Street],
    restrictions: Iterable[Restriction] = (),
    signal_plans: Iterable[SignalPlan] = (),
    uturns: Collection[str] = (),
    boundary: Collection[str] = (),
    free_left: Collection[tuple[str, str]] = (),
    on_red: Collection[tuple[str, str]] = (),
    places: Iterable[Place] = (),
    attribution: str = "",
    source_counts: Iterable[tuple[str, int | None]] = (),
    merge_within_m: float = 0.0,
) -> RoadNetwork:
    """Return the network of these streets.

    Stretch k of street s becomes the roads `s.k+` and, where it is two-way, `s.k-`. `uturns` are
    nodes where a vehicle may turn back; `boundary` nodes where the map was cut (dead ends always
    are boundary: traffic enters and leaves there). `free_left` are (street, node) whose kerb-side
    turn needs no green, `on_red` those whose kerb-side turn a sign permits on red. Nodes of one
    intersection closer than `merge_within_m` become one junction (0: none). A junction with signals
    and no plan gets an assumed one. Roads that no entry reaches, or from which no exit is reached,
    are left out.
    Raises NetworkError where nothing drivable is left, or a plan does not fit its junction.
    """
    by_id = {node.id: node for node in nodes}
    all_streets = tuple(streets)
    known = tuple(sign for sign in restrictions if _fits(sign, all_streets))
    also = {*uturns, *boundary, *(sign.via_node for sign in known)}
    also |= {node.id for node in by_id.values() if node.signals}
    legs = legs_of(by_id, all_streets, split_nodes(all_streets, also))
    drawn = len(legs)
    if merge_within_m:
        legs = without_stubs(legs, {*boundary, *uturns})
    edge = _edge(by_id, legs, boundary)
    merged = merged_nodes(by_id, legs, {*edge, *uturns}, merge_within_m)
    signs = Signs(known, uturns)
    layout = _lay_out(name, by_id, legs, signs, edge, merged, left_hand=left_hand)
    counts = (*source_counts, *_tally(layout, legs, drawn, merged)) if merge_within_m else source_counts
    return RoadNetwork(
        name=name,
        origin_lonlat=origin_lonlat,
        epsg=epsg,
        left_hand=left_hand,
        roads=layout.roads,
        places=tuple(places),
        restrictions=len(known),
        attribution=attribution,
        source_counts=tuple(counts),
        **controls(layout, signal_plans, free_left, on_red=_moves_at(layout, on_red), left_hand=left_hand),
    )


class Controls(TypedDict):
    """The part of a network that says who may go where, and when."""

    junctions: tuple[Junction, ...]
    turns: tuple[Turn, ...]
    signal_plans: tuple[SignalPlan, ...]


def controls(
    layout: Layout,
    signal_plans: Iterable[SignalPlan],
    free_left: Collection[tuple[str, str]] = (),
    groups: Mapping[tuple[str, str], str] | None = None,
    on_red: Collection[tuple[str, str]] = (),
    *,
    left_hand: bool,
) -> Controls:
    """Return junctions, turns and plans of a layout; a signal without a plan gets an assumed one.

    `groups` are the signal groups of movements that differ from their approach, "" for a free one;
    `on_red` movements that are permitted on red, of which only kerb-side turns count.
    """
    plans: dict[str, list[SignalPlan]] = {}
    for plan in signal_plans:
        plans.setdefault(plan.junction, []).append(plan)
    junctions = tuple(_junctions(layout, plans))
    turns = tuple(_turns(layout, junctions, free_left, left_hand=left_hand))
    if groups:
        turns = tuple(replace(t, group=groups.get((t.from_road, t.to_road), t.group)) for t in turns)
    if on_red:
        near = TurnKind.LEFT if left_hand else TurnKind.RIGHT
        turns = tuple(
            replace(t, on_red=True)
            if t.group and t.kind is near and (t.from_road, t.to_road) in on_red
            else t
            for t in turns
        )
    return Controls(
        junctions=junctions, turns=turns, signal_plans=tuple(_plans(layout, junctions, turns, plans))
    )


def _moves_at(layout: Layout, approaches: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the movements from approaches that are given as (street, node)."""
    return {(a, b) for a, b in layout.moves if (a.rpartition(".")[0], layout.end_nodes[a]) in approaches}


def _tally(
    layout: Layout, legs: Sequence[Leg], drawn: int, merged: Mapping[str, str]
) -> list[tuple[str, int]]:
    """Return how many nodes were merged into another, and how much was left out as of no use."""
    inner = sum(merged[leg.start] == merged[leg.end] for leg in legs)
    return [
        ("nodes merged into an intersection", sum(node != key for node, key in merged.items())),
        ("directed stretches inside an intersection", inner),
        ("directed stretches left out: stubs, no entry or no exit", drawn - inner - len(layout.roads)),
    ]


def _fits(sign: Restriction, streets: Sequence[Street]) -> bool:
    """Return whether both streets of a restriction are drivable here and meet at its node."""
    met = {street.id for street in streets if sign.via_node in street.nodes}
    return {sign.from_street, sign.to_street} <= met


def _lay_out(
    name: str,
    nodes: Mapping[str, Node],
    legs: Sequence[Leg],
    signs: Signs,
    edge: frozenset[str],
    merged: Mapping[str, str],
    *,
    left_hand: bool,
) -> Layout:
    """Return the roads and movements that are of use; traffic enters and leaves at the nodes of the edge."""
    arms = arms_of(legs)
    inner = {leg.id for leg in legs if merged[leg.start] == merged[leg.end] and leg.start != leg.end}
    outer = {leg.id: leg for leg in legs if leg.id not in inner}
    hours = {
        (a.id, b.id): shut for a, b, shut in movements(legs, inner, signs) if not {a.end, b.start} & edge
    }
    moves = list(hours)
    entries = (key for key, leg in outer.items() if leg.start in edge)
    exits = (key for key, leg in outer.items() if leg.end in edge)
    kept = useful_roads(outer, moves, entries, exits)
    if not kept:
        msg = f"{name}: expected streets on which traffic can enter and leave, got none; check the one-ways"
        raise NetworkError(msg)
    roads = tuple(
        road_of(leg, trims_m(leg, arms), (merged[leg.start], merged[leg.end]), left_hand=left_hand)
        for key, leg in outer.items()
        if key in kept
    )
    members: dict[str, list[Node]] = {key: [] for road in roads for key in (road.start, road.end)}
    for node, key in merged.items():
        if key in members:
            members[key].append(nodes[node])
    useful = tuple((a, b) for a, b in moves if a in kept and b in kept)
    end_nodes = {key: leg.end for key, leg in outer.items()}
    return Layout(roads, useful, edge, members, end_nodes, hours)


def _edge(nodes: Mapping[str, Node], legs: Sequence[Leg], cut: Collection[str]) -> frozenset[str]:
    """Return where traffic enters and leaves: where the map was cut and dead ends, else outermost nodes."""
    arms = arms_of(legs)
    ends = {*cut, *(node for node, met in arms.items() if len(met) == 1)}
    return frozenset(ends or _outermost(nodes, arms))


def _outermost(nodes: Mapping[str, Node], used: Iterable[str]) -> set[str]:
    """Return the nodes farthest west, east, south and north: where a map without ends is opened."""
    ids = sorted(used)
    if not ids:
        return set()
    at = np.array([(nodes[i].x_m, nodes[i].y_m) for i in ids])
    return {ids[row] for row in (*at.argmin(axis=0), *at.argmax(axis=0))}


def _junctions(layout: Layout, plans: Collection[str]) -> Iterable[Junction]:
    """Yield the junctions, each in the middle of its nodes, with the control that fits it."""
    roads = {road.id: road for road in layout.roads}
    moves: dict[str, list[tuple[str, str]]] = {}
    for a, b in layout.moves:
        moves.setdefault(roads[a].end, []).append((a, b))
    for key, members in sorted(layout.members.items()):
        x_m, y_m, z_m = np.mean([(n.x_m, n.y_m, n.z_m) for n in members], axis=0)
        if any(n.id in layout.boundary for n in members):
            control = Control.BOUNDARY
        elif key in plans or any(n.signals for n in members):
            control = Control.SIGNALS
        else:
            control = control_of(roads, moves[key])
        name = next((n.name for n in members if n.name), "")
        shown = control is Control.SIGNALS and any(n.countdown for n in members)
        yield Junction(key, (float(x_m), float(y_m), float(z_m)), control, name, shown)


def _turns(
    layout: Layout, junctions: Sequence[Junction], free_left: Collection[tuple[str, str]], *, left_hand: bool
) -> Iterable[Turn]:
    """Yield the turns; at a signal the group is the approach, but a free slip has none.

    Away from signals the way on along a street is straight, however the street bends.
    """
    roads = {road.id: road for road in layout.roads}
    control = {junction.id: junction.control for junction in junctions}
    ways = Counter(a for a, _ in layout.moves)
    kerbside = TurnKind.LEFT if left_hand else TurnKind.RIGHT
    for a, b in layout.moves:
        at = control[roads[a].end]
        street = a.rpartition(".")[0]
        kind = turn_kind(roads[a], roads[b])
        bends = street == b.rpartition(".")[0] and kind is not TurnKind.UTURN
        if at is not Control.SIGNALS and (bends or (at is Control.NONE and ways[a] == 1)):
            kind = TurnKind.STRAIGHT
        free = kind is kerbside and (street, layout.end_nodes[a]) in free_left
        group = a if at is Control.SIGNALS and not free else ""
        yield Turn(a, b, kind, group, prohibited=layout.hours.get((a, b), ()))


def _plans(
    layout: Layout,
    junctions: Sequence[Junction],
    turns: Sequence[Turn],
    given: Mapping[str, Sequence[SignalPlan]],
) -> Iterable[SignalPlan]:
    """Yield the plans of each junction with signals: the given ones, checked, or an assumed one."""
    roads = {road.id: road for road in layout.roads}
    met: dict[str, list[Road]] = {junction.id: [] for junction in junctions}
    moved: dict[str, list[tuple[str, str]]] = {junction.id: [] for junction in junctions}
    groups: dict[str, set[str]] = {junction.id: set() for junction in junctions}
    for road in layout.roads:
        met[road.end].append(road)
    for a, b in layout.moves:
        moved[roads[a].end].append((a, b))
    for turn in turns:
        groups[roads[turn.from_road].end].add(turn.group)
    for junction in junctions:
        if junction.control is not Control.SIGNALS:
            continue
        approaches, moves = met[junction.id], moved[junction.id]
        assumed = [] if junction.id in given else [assumed_plan(junction.id, approaches, roads, moves)]
        ids = {road.id for road in approaches}
        needed = groups[junction.id] - {""}
        for plan in given.get(junction.id, assumed):
            served = {group for phase in plan.phases for group in phase.groups}
            if not needed <= served or not {group.partition(">")[0] for group in served} <= ids:
                expected = ", ".join(sorted(needed))
                msg = f"signal plan of {junction.id}: expected the groups {expected}, got {sorted(served)}"
                raise NetworkError(msg)
            yield plan
