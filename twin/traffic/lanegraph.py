"""Compiles a road network to the arrays of the motion kernel: lanes, connectors, conflicts."""

from collections.abc import Sequence, Sized
from dataclasses import dataclass, field

import numpy as np

from twin.compiled import as_rows
from twin.network.model import Control, NetworkError, Road, RoadNetwork, Turn, TurnKind
from twin.traffic import curves
from twin.traffic.conflicts import Path, foes_and_forks
from twin.traffic.kernel.arrays import (
    ALL,
    KERBWARD,
    LANE,
    MEDIANWARD,
    MEETING,
    MIDDLE,
    POINT,
    Floats,
    Ints,
    Lanes,
    Rows,
)

KIND_RANK = {TurnKind.STRAIGHT: 3, TurnKind.LEFT: 2, TurnKind.RIGHT: 1, TurnKind.UTURN: 0}
FULL_HALF_M, STRIP_HALF_M = 1.72, 0.5  # half of the width that a lane, a strip needs in a junction
BESIDE_M = 0.02  # lanes that run beside each other are not in the way
# Room that a rider takes at the edge of a lane, that a car takes, and the narrowest lanes on which riders
# pass a car on both sides, and on one: two riders and 1.85 m, one rider and 1.95 m.
RIDER_M, CAR_M = 0.8, 1.95
THREE_ABREAST_M, TWO_ABREAST_M = 3.4, 2.725


COPIED = (
    "road",
    "slot",
    "speed_mps",
    "offset_m",
    "kerbward",
    "medianward",
    "before",
    "after",
    "turn",
    "group",
    "rank",
    "box_m",
    "on_red",
    "inmost",
)


@dataclass(slots=True)
class _Lane:
    """One lane while the graph is being built."""

    points_m: Floats
    arc_m: Floats
    speed_mps: float
    width_m: float
    road: int = -1
    slot: int = 0
    offset_m: float = 0.0
    kerbward: int = -1
    medianward: int = -1
    before: int = -1
    after: int = -1
    turn: int = -1
    group: int = -1
    rank: int = 0
    box_m: float = 0.0
    on_red: bool = False
    inmost: bool = False
    outgoing: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LaneGraph:
    """The lanes of a network, and what their numbers mean.

    `roads` and `turns` are those of the network in its order; `groups` the signal groups by number;
    `turn_lanes` the lowest and the highest slot (-1: kerb strip) that serve each turn.
    """

    network: RoadNetwork
    lanes: Lanes
    first_lane: Ints
    turn_lanes: Ints
    groups: tuple[str, ...]

    @property
    def hand(self) -> float:
        """+1 where the kerb is on the left."""
        return 1.0 if self.network.left_hand else -1.0


def _road_lanes(road: Road, number: int, hand: float) -> list[_Lane]:
    """Return the kerb strip, if there is one, and the driving lanes from the kerb to the median."""
    middle = curves.without_repeats(road.centreline_m)
    arc = curves.arc_lengths(middle)
    edge_m = road.lanes * road.lane_width_m / 2
    sections = [(-1, edge_m + road.kerb_m / 2, road.kerb_m)] if road.kerb_m > 0 else []
    sections += [(i, edge_m - (i + 0.5) * road.lane_width_m, road.lane_width_m) for i in range(road.lanes)]
    return [
        _Lane(
            curves.offset_line(middle, hand * offset),
            arc,
            road.speed_limit_mps,
            width,
            number,
            slot,
            offset,
            box_m=road.motorcycle_box_m,
        )
        for slot, offset, width in sections
    ]


def near_turn(*, left_hand: bool) -> TurnKind:
    """Return the turn that keeps to the kerb."""
    return TurnKind.LEFT if left_hand else TurnKind.RIGHT


def lane_beyond(kind: TurnKind, slot: int, road: Road, onto: Road, *, left_hand: bool) -> int:
    """Return the lane of `onto` to which a turn leads from lane `slot` of `road`."""
    if kind in (near_turn(left_hand=left_hand), TurnKind.STRAIGHT):
        return min(slot, onto.lanes - 1)
    return max(0, onto.lanes - (road.lanes - slot))  # keeps to the median


def lanes_by_turn(turns: list[Turn], lanes: int, *, left_hand: bool) -> list[range]:
    """Return the lanes (0 is at the kerb) from which each of the turns of one road may be made.

    The near turn leaves from the kerb side, the far one from the median side; both share lanes with
    straight on. Without straight on they divide the road between them.
    """
    near = near_turn(left_hand=left_hand)
    kinds = {turn.kind for turn in turns}
    ahead = TurnKind.STRAIGHT in kinds
    has_far = any(kind not in (near, TurnKind.STRAIGHT) for kind in kinds)
    found = []
    for turn in turns:
        if turn.kind is TurnKind.STRAIGHT or len(kinds) == 1:
            found.append(range(lanes))
        elif turn.kind is near:
            found.append(range(1 if ahead else max(1, lanes // 2) if has_far else lanes))
        elif turn.kind is TurnKind.UTURN or ahead:
            found.append(range(lanes - 1, lanes))
        else:
            found.append(range(lanes // 2 if near in kinds else 0, lanes))
    return found


def open_strips(width_m: float) -> int:
    """Return which strips of a lane riders may use, as bits: beside a car there must be room."""
    if width_m >= THREE_ABREAST_M:
        return ALL
    return KERBWARD | MIDDLE if width_m >= TWO_ABREAST_M else MIDDLE


def strip_offsets_m(width_m: float) -> tuple[float, float]:
    """Return how far towards the kerb from the middle of a lane its outer strip lies, and its middle one.

    Where riders pass on one side only, cars keep to the other.
    """
    outer_m = max(0.0, (width_m - RIDER_M) / 2)
    return outer_m, -(width_m - CAR_M) / 2 if open_strips(width_m) == KERBWARD | MIDDLE else 0.0


class _Builder:
    """Adds lanes road by road, then connectors turn by turn."""

    def __init__(self, network: RoadNetwork) -> None:
        self.network = network
        self.hand = 1.0 if network.left_hand else -1.0
        self.lanes: list[_Lane] = []
        self.number = {road.id: i for i, road in enumerate(network.roads)}
        self.turn_number = {id(turn): i for i, turn in enumerate(network.turns)}
        self.first_lane = np.zeros(len(network.roads), np.int32)
        self.turn_lanes = np.zeros((len(network.turns), 2), np.int32)
        groups = {turn.group for turn in network.turns if turn.group}
        self.groups = tuple(
            sorted(groups | {g for p in network.signal_plans for f in p.phases for g in f.groups})
        )
        self.group_number = {group: i for i, group in enumerate(self.groups)}

    def add_road(self, road: Road) -> None:
        """Add the lanes of a road."""
        number = self.number[road.id]
        start = len(self.lanes)
        added = _road_lanes(road, number, self.hand)
        for i, lane in enumerate(added):
            lane.kerbward = start + i - 1 if i > 0 else -1
            lane.medianward = start + i + 1 if i + 1 < len(added) else -1
        self.first_lane[number] = start + (1 if road.kerb_m > 0 else 0)
        self.lanes += added

    def add_turns(self, road: Road) -> None:
        """Add the connectors at the end of a road."""
        turns = list(self.network.turns_from[road.id])
        left_hand = self.network.left_hand
        near = near_turn(left_hand=left_hand)
        for turn, slots in zip(turns, lanes_by_turn(turns, road.lanes, left_hand=left_hand), strict=True):
            number = self.turn_number[id(turn)]
            onto = self.network.road_of[turn.to_road]
            strip = (
                road.kerb_m > 0 and onto.kerb_m > 0 and turn.kind in (TurnKind.STRAIGHT, near) and 0 in slots
            )
            self.turn_lanes[number] = (-1 if strip else slots[0], slots[-1])
            for slot in slots:
                target = lane_beyond(turn.kind, slot, road, onto, left_hand=left_hand)
                self._connect(road, turn, slot, onto, target, slots)
            if strip:
                self._connect(road, turn, -1, onto, -1, range(0))

    def _connect(self, road: Road, turn: Turn, slot: int, onto: Road, target: int, slots: range) -> None:
        before = int(self.first_lane[self.number[road.id]]) + slot
        after = int(self.first_lane[self.number[onto.id]]) + target
        a, b = self.lanes[before], self.lanes[after]
        points = curves.curve(a.points_m, b.points_m)
        inside = 1
        if slots:
            kerbward = self.hand * curves.turned(points) > 0
            inside = slot - slots[0] if kerbward else slots[-1] - slot
            points = curves.spread(points, inside)
        limit = min(road.speed_limit_mps, onto.speed_limit_mps)
        signals = self.network.junction_of[road.end].control is Control.SIGNALS
        lane = _Lane(
            points,
            curves.arc_lengths(points),
            curves.curve_speed(points, limit),
            min(a.width_m, b.width_m),
            slot=slot,
        )
        lane.before, lane.after, lane.turn = before, after, self.turn_number[id(turn)]
        lane.inmost = inside == 0
        lane.group, lane.on_red = self.group_number.get(turn.group, -1), turn.on_red
        # a slip without a signal gives way to what has one
        lane.rank = KIND_RANK[turn.kind] + (100 * (lane.group >= 0) if signals else 10 * road.priority)
        a.outgoing.append(len(self.lanes))
        self.lanes.append(lane)


def compile_lanes(network: RoadNetwork) -> LaneGraph:
    """Return the lane graph of a network.

    Roads are taken to end at their stop lines. Raises NetworkError where there are no roads.
    """
    if not network.roads:
        msg = f"network {network.name}: no roads to drive on"
        raise NetworkError(msg)
    builder = _Builder(network)
    for road in network.roads:
        builder.add_road(road)
    for road in network.roads:
        builder.add_turns(road)
    return LaneGraph(network, _pack(builder), builder.first_lane, builder.turn_lanes, builder.groups)


def lane_names(graph: LaneGraph) -> tuple[str, ...]:
    """Return a name for each lane, as SUMO gives them: `road_0` at the kerb, `:junction_turn_0` across."""
    rows, network = graph.lanes.row[:-1], graph.network
    found = []
    for road, slot, turn in zip(
        rows["road"].tolist(), rows["slot"].tolist(), rows["turn"].tolist(), strict=True
    ):
        if road >= 0:
            found.append(f"{network.roads[road].id}_{slot if slot >= 0 else 'kerb'}")
        else:
            junction = network.road_of[network.turns[turn].from_road].end
            found.append(f":{junction}_{turn}_{slot if slot >= 0 else 'kerb'}")
    return tuple(found)


def _pack(builder: _Builder) -> Lanes:
    lanes = builder.lanes
    paths = [_path(builder, number) for number, lane in enumerate(lanes) if lane.before >= 0]
    pairs = foes_and_forks(paths, len(lanes))
    row = as_rows(np.zeros(len(lanes) + 1, LANE))
    for name in COPIED:
        row[name][:-1] = [getattr(lane, name) for lane in lanes]
    row["length_m"][:-1] = [lane.arc_m[-1] for lane in lanes]
    row["slope"][:-1] = [
        (lane.points_m[-1, 2] - lane.points_m[0, 2]) / max(lane.arc_m[-1], 1.0) for lane in lanes
    ]
    row["room_m"][:-1] = pairs.room_m
    _divide(row, lanes, builder.hand)
    tables: dict[str, Sequence[Sized]] = {
        "outgoing_at": [lane.outgoing for lane in lanes],
        "foe_at": pairs.foes,
        "fork_at": pairs.forks,
        "point_at": [lane.arc_m for lane in lanes],
    }
    for name, table in tables.items():
        row[name][1:] = np.cumsum([len(part) for part in table])
    row["controlled"] = row["group"] >= 0
    row["controlled"][:-1] |= np.diff(row["foe_at"]) > 0
    point = as_rows(np.zeros(int(row["point_at"][-1]), POINT))
    point["arc_m"] = np.concatenate([lane.arc_m for lane in lanes])
    for i, name in enumerate(("x_m", "y_m", "z_m")):
        point[name] = np.concatenate([lane.points_m[:, i] for lane in lanes])
    outgoing = np.array([c for lane in lanes for c in lane.outgoing], np.int32)
    return Lanes(row, outgoing, _meetings(pairs.foes), _meetings(pairs.forks), point)


def _divide(row: Rows, lanes: list[_Lane], hand: float) -> None:
    """Fill in how lanes are divided into strips and where connectors part."""
    for i, lane in enumerate(lanes):
        row["strip_m"][i], row["middle_m"][i] = strip_offsets_m(lane.width_m)
        row["open"][i] = open_strips(lane.width_m) if lane.slot >= 0 else MIDDLE
        row["splits"][i] = len({lanes[c].turn for c in lane.outgoing}) > 1
        cut_m = curves.cut_m(lane.points_m) if lane.before >= 0 else 0.0
        if cut_m > curves.STRAIGHT_M:
            row["bends"][i] = MIDDLE | (KERBWARD if hand * curves.turned(lane.points_m) > 0 else MEDIANWARD)
            row["cut_m"][i], row["bulge_m"][i] = cut_m, curves.bulge_m(cut_m)
        bearing = [hand * curves.turned(lanes[c].points_m) for c in lane.outgoing]
        for place, k in enumerate(np.argsort(-np.array(bearing), kind="stable")):
            row["fan"][lane.outgoing[int(k)]] = place
    for i, lane in enumerate(lanes):
        if lane.before >= 0:
            row["open"][i] &= row["open"][lane.after]


def _path(builder: _Builder, number: int) -> Path:
    lane = builder.lanes[number]
    return Path(
        number,
        builder.network.roads[builder.lanes[lane.before].road].end,
        lane.points_m,
        lane.arc_m,
        STRIP_HALF_M if lane.slot < 0 else min(FULL_HALF_M, lane.width_m / 2 - BESIDE_M),
        curves.bulge_m(curves.cut_m(lane.points_m)),
        lane.before,
        lane.after,
        lane.turn,
    )


def _meetings(table: list[list[tuple[int, float]]]) -> Rows:
    return as_rows(np.array([(clear_m, other) for row in table for other, clear_m in row], MEETING))
