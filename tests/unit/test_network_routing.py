import pytest

from twin.network.build import build_network
from twin.network.model import NetworkError, RoadNetwork
from twin.network.routing import TURN_S, Router, entries, exits, free_flow_s, shortest_route
from twin.network.streets import Node, Street


@pytest.fixture(name="network")
def _network() -> RoadNetwork:
    """A short way from w to e through m, and a long one around by p and q."""
    nodes = [Node("w", -300, 0), Node("a", -100, 0), Node("b", 100, 0), Node("e", 300, 0), Node("p", 0, 200)]
    streets = [
        Street("west", "", ("w", "a"), None, 1, 1, 10.0),
        Street("short", "", ("a", "b"), None, 1, 1, 10.0),
        Street("long", "", ("a", "p", "b"), None, 1, 1, 10.0),
        Street("east", "", ("b", "e"), None, 1, 1, 10.0),
    ]
    return build_network("ways", (0, 0), 32631, left_hand=True, nodes=nodes, streets=streets)


def test_shortest_route_and_its_time(network: RoadNetwork) -> None:
    route = shortest_route(network, "west.0+", "east.0+")
    assert route == ("west.0+", "short.0+", "east.0+")
    time_s = Router(network).travel_times_s("west.0+")["east.0+"]
    assert time_s == pytest.approx(sum(network.road_of[road].length_m for road in route) / 10 + 2 * TURN_S)


def test_detour_round_a_closed_road(network: RoadNetwork) -> None:
    assert Router(network, closed=["short.0+"]).route("west.0+", "east.0+")[1] == "long.0+"
    with pytest.raises(NetworkError, match=r"from road west\.0\+ to east\.0\+, got none"):
        Router(network, closed=["short.0+", "long.0+"]).route("west.0+", "east.0+")
    with pytest.raises(NetworkError, match="got none"):
        Router(network, closed=["west.0+"]).route("west.0+", "east.0+")


def test_detour_by_congestion(network: RoadNetwork) -> None:
    jammed = free_flow_s(network) | {"short.0+": 1000.0}
    assert shortest_route(network, "west.0+", "east.0+", jammed)[1] == "long.0+"


def test_routes_join_entries_and_exits(network: RoadNetwork) -> None:
    assert entries(network) == ("west.0+", "east.0-")
    assert exits(network) == ("west.0-", "east.0+")
    routes = Router(network).routes()
    assert len(routes) == 4  # back to where one came from leads around the loop
    assert routes["east.0-", "west.0-"] == ("east.0-", "short.0-", "west.0-")


def test_unknown_road_is_named(network: RoadNetwork) -> None:
    with pytest.raises(NetworkError, match="expected a road of this network, got 'nowhere'"):
        Router(network).route("nowhere", "east.0+")
    with pytest.raises(NetworkError, match="'nowhere'"):
        Router(network, closed=["nowhere"])
