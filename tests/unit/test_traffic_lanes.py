from dataclasses import replace

import numpy as np
import pytest

from tests.traffic_networks import cross, grid, left_hand, straight_road
from twin.network.model import Control, NetworkError, Road, RoadNetwork, Turn, TurnKind
from twin.traffic.curves import offset_line
from twin.traffic.lanegraph import LaneGraph, compile_lanes, lanes_by_turn
from twin.traffic.routing import plan_routes


def connectors(graph: LaneGraph, before: str, after: str) -> list[int]:
    roads = graph.network.roads
    row = graph.lanes.row[:-1]
    return [
        i
        for i in np.flatnonzero(row["before"] >= 0)
        if row["road"][i] < 0
        and roads[row["road"][row["before"][i]]].id == before
        and roads[row["road"][row["after"][i]]].id == after
    ]


def foes(graph: LaneGraph, connector: int) -> set[int]:
    first, end = (graph.lanes.row["foe_at"][connector + i] for i in range(2))
    return set(graph.lanes.foe["lane"][first:end].tolist())


def test_a_road_has_its_strip_then_its_lanes_from_the_kerb() -> None:
    row = compile_lanes(straight_road(lanes=2, kerb_m=2.0)).lanes.row
    assert row["slot"][:-1].tolist() == [-1, 0, 1]
    assert row["kerbward"][:-1].tolist() == [-1, 0, 1]
    assert row["medianward"][:-1].tolist() == [1, 2, -1]
    assert row["offset_m"][:-1].tolist() == [4.5, 1.75, -1.75]


@pytest.mark.parametrize(("left", "side"), [(True, 1.0), (False, -1.0)])
def test_the_kerb_lane_lies_on_the_side_that_people_drive_on(left: bool, side: float) -> None:
    graph = compile_lanes(replace(straight_road(lanes=2), left_hand=left))
    assert graph.lanes.point["y_m"].tolist() == [side * 1.75] * 2 + [side * -1.75] * 2
    assert graph.hand == side


def test_an_offset_line_keeps_its_distance_round_a_corner() -> None:
    line = np.array([[0, 0, 0], [10, 0, 0], [10, 10, 0]], float)
    assert offset_line(line, 1.0)[1, :2] == pytest.approx([9, 1])
    assert offset_line(line, -1.0)[1, :2] == pytest.approx([11, -1])


def turns(*kinds: TurnKind) -> list[Turn]:
    return [Turn("a", f"to-{kind}", kind) for kind in kinds]


LEFT, AHEAD, RIGHT, BACK = TurnKind.LEFT, TurnKind.STRAIGHT, TurnKind.RIGHT, TurnKind.UTURN


@pytest.mark.parametrize(
    ("kinds", "lanes", "expected"),
    [
        ((LEFT, AHEAD, RIGHT), 2, [[0], [0, 1], [1]]),
        ((LEFT, RIGHT), 2, [[0], [1]]),
        ((LEFT, RIGHT), 1, [[0], [0]]),
        ((LEFT,), 3, [[0, 1, 2]]),
        ((AHEAD, BACK), 2, [[0, 1], [1]]),
        ((AHEAD, RIGHT), 3, [[0, 1, 2], [2]]),
        ((LEFT, RIGHT), 3, [[0], [1, 2]]),
    ],
)
def test_lanes_serve_turns(kinds: tuple[TurnKind, ...], lanes: int, expected: list[list[int]]) -> None:
    assert [list(r) for r in lanes_by_turn(turns(*kinds), lanes, left_hand=True)] == expected


def test_right_hand_traffic_turns_right_from_the_kerb() -> None:
    assert [list(r) for r in lanes_by_turn(turns(LEFT, AHEAD, RIGHT), 2, left_hand=False)] == [
        [1],
        [0, 1],
        [0],
    ]


def test_crossing_ways_are_foes_and_opposite_ones_are_not() -> None:
    graph = compile_lanes(cross())
    east, west = connectors(graph, "w-c", "c-e"), connectors(graph, "e-c", "c-w")
    north, right = connectors(graph, "s-c", "c-n"), connectors(graph, "w-c", "c-s")
    assert all(set(north) <= foes(graph, c) for c in east)
    assert not any(set(west) & foes(graph, c) for c in east)
    assert set(connectors(graph, "e-c", "c-w")) & foes(graph, right[0])


def test_being_a_foe_is_mutual() -> None:
    graph = compile_lanes(cross(kerb_m=2.0))
    pairs = {(c, f) for c in range(len(graph.lanes.row) - 1) for f in foes(graph, c)}
    assert pairs == {(f, c) for c, f in pairs}


def test_straight_on_the_strip_continues() -> None:
    graph = compile_lanes(cross(kerb_m=2.0))
    slots = graph.lanes.row["slot"][connectors(graph, "w-c", "c-e")]
    assert sorted(slots.tolist()) == [-1, 0, 1]


def test_a_route_leads_from_every_entry_to_every_exit() -> None:
    network = grid(3)
    graph = compile_lanes(network)
    routing = plan_routes(graph, np.zeros(len(network.roads), bool))
    for goal, exit_road in enumerate(routing.exits):
        for road in map(int, routing.entries):
            for _ in range(20):
                if road == exit_road:
                    break
                road = int(routing.routes.turn_to[routing.routes.hop[goal, road]])  # noqa: PLW2901 - walks on
            assert road == exit_road


def test_the_time_left_is_that_of_the_roads_and_turns_ahead() -> None:
    network = cross(arm_m=300.0)
    graph = compile_lanes(network)
    routing = plan_routes(graph, np.zeros(len(network.roads), bool))
    number = {road.id: i for i, road in enumerate(network.roads)}
    goal = routing.exits.tolist().index(number["c-e"])
    assert routing.routes.cost_s[goal, number["w-c"]] == pytest.approx(286 / (50 / 3.6) + 2.0)


def test_a_ring_without_a_way_in_is_refused() -> None:
    network = left_hand({"a": (0, 0), "b": (200, 0)}, [("a", "b")], {"a", "b"}, signals=False)
    back = tuple(Turn(r.id, r.reverse, TurnKind.STRAIGHT) for r in network.roads)
    ring = replace(network, turns=back)
    with pytest.raises(NetworkError, match="0 roads lead in and 0 out; need both"):
        plan_routes(compile_lanes(ring), np.zeros(2, bool))


def test_no_roads_are_refused() -> None:
    empty = RoadNetwork("empty", (0, 0), 32750, True, (), (), ())
    with pytest.raises(NetworkError, match="no roads to drive on"):
        compile_lanes(empty)


def test_repeated_points_in_a_road_do_no_harm() -> None:
    network = straight_road()
    line = network.roads[0].centreline_m[[0, 0, 1, 1]]
    road: Road = replace(network.roads[0], centreline_m=line)
    graph = compile_lanes(replace(network, roads=(road,)))
    assert graph.lanes.row["length_m"][0] == pytest.approx(600.0)
    assert network.junction_of["w"].control is Control.BOUNDARY
