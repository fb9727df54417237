from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from twin.network import balikpapan
from twin.network.build import build_network
from twin.network.carriageways import cut_back, offset_line
from twin.network.check import check_network
from twin.network.model import Control, NetworkError, Phase, PlanSource, RoadNetwork, SignalPlan, TurnKind
from twin.network.streets import Node, Restriction, Street

NODES = (
    Node("w", -200, 0),
    Node("c", 0, 0, signals=True, name="Simpang"),
    Node("u", 100, 0),
    Node("e", 200, 0),
    Node("n", 0, 150),
    Node("s", 0, -150),
)
MAIN = Street("main", "Jl. Utama", ("w", "c", "u", "e"), None, 2, 2, 13.9, median_m=4.0, priority=3)
SIDE = Street("side", "Gang", ("s", "c", "n"), None, 1, 1, 8.3)


def cross(
    *, left_hand: bool = True, streets: tuple[Street, ...] = (MAIN, SIDE), **more: object
) -> RoadNetwork:
    return build_network(
        "cross", (116.8, -1.2), 32750, left_hand=left_hand, nodes=NODES, streets=streets, **more
    )  # type: ignore[arg-type]


def kinds(network: RoadNetwork, from_road: str) -> dict[str, TurnKind]:
    return {turn.to_road: turn.kind for turn in network.turns_from[from_road]}


def test_carriageway_lies_on_the_side_of_traffic() -> None:
    # median 4 m / 2 + two lanes of 3.5 m / 2 = 5.5 m off the axis; eastbound, left is north
    assert cross().road_of["main.0+"].centreline_m[0] == pytest.approx((-200, 5.5, 0))
    assert cross(left_hand=False).road_of["main.0+"].centreline_m[0] == pytest.approx((-200, -5.5, 0))
    assert cross().road_of["main.0-"].centreline_m[-1] == pytest.approx((-200, -5.5, 0))


def test_stop_lines_keep_clear_of_the_crossing_street() -> None:
    roads = cross().road_of
    assert roads["main.0+"].centreline_m[-1, 0] == pytest.approx(-(7 / 2 + 2))
    assert roads["side.0+"].centreline_m[-1, 1] == pytest.approx(-((14 + 4) / 2 + 2))


def test_turns_of_a_crossing_left_hand() -> None:
    assert kinds(cross(), "main.0+") == {
        "main.1+": TurnKind.STRAIGHT,
        "side.1+": TurnKind.LEFT,
        "side.0-": TurnKind.RIGHT,
    }


def test_opposite_directions_know_each_other() -> None:
    network = cross()
    assert all(network.road_of[road.reverse].reverse == road.id for road in network.roads)


def test_the_way_on_along_a_street_is_straight_however_it_bends() -> None:
    bent = Street("main", "Jl. Utama", ("w", "u", "n"), None, 2, 2, 13.9, priority=3)
    lane = Street("side", "Gang", ("u", "e"), None, 1, 1, 8.3)
    network = cross(streets=(bent, lane))
    assert kinds(network, "main.0+") == {"main.1+": TurnKind.STRAIGHT, "side.0+": TurnKind.STRAIGHT}
    assert kinds(network, "main.1-") == {"main.0-": TurnKind.STRAIGHT, "side.0+": TurnKind.LEFT}


@pytest.mark.parametrize("network", [balikpapan.city(), balikpapan.corridor()], ids=lambda n: n.name)
def test_every_built_in_street_leads_on_along_itself_both_ways(network: RoadNetwork) -> None:
    turns = {(turn.from_road, turn.to_road) for turn in network.turns}
    for road in network.roads:
        street, _, stretch = road.id.rpartition(".")
        number, sign = int(stretch[:-1]), stretch[-1]
        onward = f"{street}.{number + (1 if sign == '+' else -1)}{sign}"
        assert onward not in network.road_of or (road.id, onward) in turns


@pytest.mark.parametrize("network", [balikpapan.city(), balikpapan.corridor()], ids=lambda n: n.name)
def test_the_corridor_leads_from_end_to_end_both_ways(network: RoadNetwork) -> None:
    turns = {(turn.from_road, turn.to_road) for turn in network.turns}
    ahead = [
        f"mth-{street}.{k}+"
        for street in range(1, 5)
        for k in range(5)
        if f"mth-{street}.{k}+" in network.road_of
    ]
    back = [road.replace("+", "-") for road in reversed(ahead)]
    assert set(pairwise(ahead)) | set(pairwise(back)) <= turns


def test_uturn_only_where_it_is_listed() -> None:
    assert TurnKind.UTURN not in {turn.kind for turn in cross().turns}
    network = cross(uturns=["u"])
    assert kinds(network, "main.1+")["main.1-"] is TurnKind.UTURN
    assert network.junction_of["u"].control is Control.PRIORITY
    check_network(network)


def test_control_of_each_junction() -> None:
    control = {junction.id: junction.control for junction in cross(boundary=()).junctions}
    assert control == dict.fromkeys("wens", Control.BOUNDARY) | {"c": Control.SIGNALS}


def test_assumed_plan_joins_narrow_opposing_approaches_and_parts_wide_ones() -> None:
    (plan,) = cross().signal_plans
    assert [set(phase.groups) for phase in plan.phases] == [{"main.0+"}, {"main.1-"}, {"side.0+", "side.1-"}]
    assert plan.source is PlanSource.ASSUMED


def test_wide_approaches_that_nobody_crosses_share_a_phase() -> None:
    (plan,) = cross(streets=(MAIN, replace(SIDE, nodes=("n", "c"), lanes_backward=0))).signal_plans
    assert {"main.0+", "main.1-"} <= set(plan.phases[0].groups)


def test_free_left_has_no_group() -> None:
    network = cross(free_left=[("side", "c")])
    groups = {(turn.from_road, turn.kind): turn.group for turn in network.turns}
    assert groups["side.0+", TurnKind.LEFT] == ""
    assert groups["side.0+", TurnKind.STRAIGHT] == "side.0+"
    assert groups["main.0+", TurnKind.LEFT] == "main.0+"
    check_network(network)


def test_a_given_plan_is_kept_and_checked() -> None:
    groups = ("main.0+", "main.1-", "side.0+", "side.1-")
    plan = SignalPlan("c", tuple(Phase((group,), 20.0) for group in groups), source=PlanSource.PUBLISHED)
    assert cross(signal_plans=[plan]).signal_plans == (plan,)
    with pytest.raises(NetworkError, match=r"signal plan of c: expected the groups main\.0\+"):
        cross(signal_plans=[replace(plan, phases=plan.phases[:3])])


@pytest.mark.parametrize(
    ("restriction", "left"),
    [
        (Restriction("main", "c", "side", only=False), {"main.1+"}),
        (Restriction("main", "c", "side", only=True), {"side.1+", "side.0-"}),
        (Restriction("main", "c", "main", only=False), {"main.1+", "side.1+", "side.0-"}),
        (Restriction("main", "c", "nowhere", only=False), {"main.1+", "side.1+", "side.0-"}),
    ],
)
def test_restrictions(restriction: Restriction, left: set[str]) -> None:
    network = cross(restrictions=[restriction])
    assert set(kinds(network, "main.0+")) == left
    assert network.restrictions == (restriction.to_street != "nowhere")
    check_network(network)


def test_roads_that_lead_nowhere_are_left_out() -> None:
    trap = Street("trap", "", ("n", "x", "y", "n"), None, 1, 0, 8.3)
    blind = Street("into", "", ("e", "t"), None, 1, 0, 8.3)
    ring = Street("ring", "", ("t", "z", "t"), None, 1, 0, 8.3)
    nodes = (*NODES, Node("x", 20, 250), Node("y", -20, 250), Node("t", 300, 0), Node("z", 400, 0))
    network = build_network(
        "trap", (116.8, -1.2), 32750, left_hand=True, nodes=nodes, streets=(MAIN, SIDE, trap, blind, ring)
    )
    assert not any(road.id.startswith(("into", "ring")) for road in network.roads)
    check_network(network)


def test_a_map_without_ends_is_opened_at_its_outermost_nodes() -> None:
    corners = (Node("a", 0, 0), Node("b", 300, 0), Node("c", 300, 300), Node("d", 0, 300))
    ring = Street("ring", "", ("a", "b", "c", "d", "a"), None, 1, 1, 8.3)
    chord = Street("chord", "", ("a", "c"), None, 1, 1, 8.3)
    network = build_network("ring", (0, 0), 32631, left_hand=True, nodes=corners, streets=(ring, chord))
    assert any(junction.control is Control.BOUNDARY for junction in network.junctions)
    check_network(network)


def test_nothing_drivable_is_an_error() -> None:
    into = [Street(f"s{i}", "", (a, "c"), None, 1, 0, 8.3) for i, a in enumerate("wens")]
    with pytest.raises(NetworkError, match="enter and leave, got none"):
        cross(streets=tuple(into))
    with pytest.raises(NetworkError, match="got none"):
        cross(streets=())


def test_unknown_node_is_named() -> None:
    with pytest.raises(NetworkError, match="street side: expected known nodes, got nowhere"):
        cross(streets=(replace(SIDE, nodes=("s", "nowhere")),))


def dual_cross(merge_within_m: float) -> RoadNetwork:
    """Two dual roads drawn as OSM draws them: four one-way streets, four nodes 16 m apart."""
    nodes, streets = [], []
    for i, x in enumerate((-8.0, 8.0)):
        nodes += [Node(f"v{i}s", x, -200), Node(f"v{i}n", x, 200)]
        for j, y in enumerate((-8.0, 8.0)):
            nodes.append(Node(f"c{i}{j}", x, y, signals=True))
    for j, y in enumerate((-8.0, 8.0)):
        nodes += [Node(f"h{j}w", -200, y), Node(f"h{j}e", 200, y)]
    streets = [
        Street("north", "", ("v0s", "c00", "c01", "v0n"), None, 2, 0, 13.9),
        Street("south", "", ("v1n", "c11", "c10", "v1s"), None, 2, 0, 13.9),
        Street("west", "", ("h0e", "c10", "c00", "h0w"), None, 2, 0, 13.9),
        Street("east", "", ("h1w", "c01", "c11", "h1e"), None, 2, 0, 13.9),
    ]
    return build_network(
        "dual", (0, 0), 32631, left_hand=True, nodes=nodes, streets=streets, merge_within_m=merge_within_m
    )


def test_four_nodes_of_dual_roads_become_one_junction() -> None:
    apart, merged = dual_cross(0.0), dual_cross(25.0)
    assert sum(j.control is Control.SIGNALS for j in apart.junctions) == 4
    (junction,) = [j for j in merged.junctions if j.control is Control.SIGNALS]
    assert junction.position_m == pytest.approx((0, 0, 0))
    assert len(merged.roads) == 8
    assert ("nodes merged into an intersection", 3) in merged.source_counts
    for network in (apart, merged):
        check_network(network)
        assert min(road.length_m for road in network.roads) >= 9.0


def test_where_a_map_without_ends_is_opened_stays_a_place_of_its_own() -> None:
    nodes = [
        Node("a", 0, 0, signals=True),
        Node("b", 8, 0),
        Node("f", 80, 20),
        Node("c", 100, 80),
        Node("d", 0, 100),
    ]
    rings = [
        Street("ring", "", ("d", "a", "b", "c", "d"), None, 1, 1, 8.3),
        Street("side", "", ("b", "f", "c"), None, 1, 1, 8.3),
    ]
    network = build_network(
        "ring", (0, 0), 32631, left_hand=True, nodes=nodes, streets=rings, merge_within_m=25.0
    )
    control = {junction.id: junction.control for junction in network.junctions}
    assert control["a"] is Control.BOUNDARY
    assert all(control[network.road_of[t.from_road].end] is not Control.BOUNDARY for t in network.turns)


def test_offset_of_a_bend_keeps_its_distance() -> None:
    line = np.array([(0, 0, 0), (100, 0, 0), (100, 100, 0)], dtype=float)
    assert offset_line(line, 3.0)[:, :2] == pytest.approx(np.array([(0, 3), (97, 3), (97, 100)]))
    assert offset_line(line, -3.0)[:, :2] == pytest.approx(np.array([(0, -3), (103, -3), (103, 100)]))


def test_cut_back_never_takes_the_whole_road() -> None:
    line = np.array([(0, 0, 0), (20, 0, 2)], dtype=float)
    assert cut_back(line, 4, 4) == pytest.approx(np.array([(4, 0, 0.4), (16, 0, 1.6)]))
    assert np.ptp(cut_back(line, 15, 15)[:, 0]) == pytest.approx(12)
    assert np.ptp(cut_back(line * 0.5, 15, 15)[:, 0]) == pytest.approx(7.5)


def test_shape_is_split_at_the_nodes_it_passes() -> None:
    shape = np.array([(-200, 0, 0), (-100, 30, 1), (0, 0, 2), (100, 30, 3), (200, 0, 4)], dtype=float)
    roads = cross(streets=(replace(MAIN, shape_m=shape, median_m=0.0), SIDE)).road_of
    assert roads["main.0+"].centreline_m[0, :2] != pytest.approx((-200, 0))
    assert len(roads["main.0+"].centreline_m) == 3
    assert roads["main.1+"].centreline_m[-1, 2] == pytest.approx(4)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda n: replace(n, turns=()), "expected a way from an entry"),
        (lambda n: replace(n, signal_plans=()), "expected one plan for each junction with signals"),
        (lambda n: replace(n, roads=n.roads[1:]), "expected a known road"),
        (lambda n: replace(n, junctions=n.junctions[1:]), "expected a known junction"),
        (lambda n: replace(n, roads=(*n.roads, n.roads[0])), "expected a unique id"),
        (lambda n: replace(n, turns=(replace(n.turns[0], to_road="main.0+"),)), "expected roads that meet"),
        (lambda n: replace(n, turns=(replace(n.turns[0], group="x"), *n.turns[1:])), "expected group main"),
        (lambda n: replace(n, roads=()), "expected roads, got none"),
        (
            lambda n: replace(n, signal_plans=(replace(n.signal_plans[0], phases=()),)),
            "expected each of",
        ),
    ],
)
def test_check_names_the_fault(change: object, says: str) -> None:
    with pytest.raises(NetworkError, match=says):
        check_network(change(cross()))  # type: ignore[operator]
