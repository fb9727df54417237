"""Real networks: counts beside the file's own, flow, and a map of each."""

from datetime import date, time
from pathlib import Path

import pytest

from scenarios.reports.network_map import draw_network
from twin.clock import from_local, seconds
from twin.network.check import check_network
from twin.network.counts import counts
from twin.network.importers import load_network
from twin.network.model import Control, RoadNetwork
from twin.network.native import save_network
from twin.network.routing import Router, entries, exits
from twin.randomness import Seed
from twin.traffic.demand import DemandSpec
from twin.traffic.simulation import TrafficSimulation

DATA = Path(__file__).parents[2].parent / "shared" / "data"
FILES = {
    "balikpapan_kota_drive.graphml": ([1207, 2683, 3, None], 0),
    "klandasan_ilir_drive.graphml": ([169, 358, 1, None], 0),
    "tugu_yogyakarta.osm.xml.gz": ([489, 108, 25, 12], 12),
}


@pytest.fixture(name="real", scope="module", params=list(FILES))
def _real(request: pytest.FixtureRequest) -> tuple[str, RoadNetwork]:
    file = DATA / request.param
    if not file.is_file():
        pytest.skip(f"{file.name} is not beside the clone")
    return request.param, load_network(file)


def test_counts_of_the_file_and_ours(real: tuple[str, RoadNetwork]) -> None:
    name, network = real
    in_file, restrictions = FILES[name]
    assert [count.in_file for count in counts(network)] == in_file
    assert network.restrictions == restrictions
    assert any(junction.control is Control.SIGNALS for junction in network.junctions)
    assert network.left_hand
    assert "OpenStreetMap" in network.attribution


def test_traffic_can_flow(real: tuple[str, RoadNetwork]) -> None:
    _, network = real
    check_network(network)
    assert len(entries(network)) >= 5
    assert len(exits(network)) >= 5


def test_most_of_the_file_is_of_use(real: tuple[str, RoadNetwork]) -> None:
    name, network = real
    if name.endswith("graphml"):
        drawn = dict(network.source_counts)
        inside = drawn["directed stretches inside an intersection"]
        assert isinstance(inside, int)
        assert len(network.roads) + inside > 0.95 * (drawn["directed edges"] or 0)


def test_few_roads_are_shorter_than_a_bus(real: tuple[str, RoadNetwork]) -> None:
    _, network = real
    short = sum(road.length_m < 11.0 for road in network.roads)
    assert short <= max(3, 0.02 * len(network.roads))


def test_every_entry_leads_to_an_exit(real: tuple[str, RoadNetwork]) -> None:
    _, network = real
    router, leaving = Router(network), set(exits(network))
    for entry in entries(network)[:40]:
        assert leaving & set(router.travel_times_s(entry))


def test_ten_minutes_of_traffic(real: tuple[str, RoadNetwork]) -> None:
    """Nobody is lost, and nobody who has been there for three minutes has never moved."""
    _, network = real
    start_ns = from_local(date(2025, 11, 26), time(17, 0))
    demand = DemandSpec(scale=0.5 if len(network.roads) < 1000 else 0.1)  # a city takes longer
    traffic = TrafficSimulation(network, demand, Seed(1), start_ns)
    first: dict[int, tuple[int, float, float]] = {}
    moved: set[int] = set()
    for minute in range(10):
        traffic.advance(start_ns + seconds(60 * (minute + 1)))
        seen = traffic.vehicles()
        for key, (x, y, _) in zip(seen.vehicle_id.tolist(), seen.position_m.tolist(), strict=True):
            _, x0, y0 = first.setdefault(key, (minute, x, y))
            if abs(x - x0) + abs(y - y0) > 1.0:
                moved.add(key)
    census = traffic.census()
    assert census.conserved
    assert census.finished > 50
    old = {key for key in traffic.vehicles().vehicle_id.tolist() if first[key][0] <= 6}
    assert old <= moved


def test_map_and_saved_file(real: tuple[str, RoadNetwork], tmp_path: Path) -> None:
    _, network = real
    draw_network(network, tmp_path / "map.png")
    assert (tmp_path / "map.png").stat().st_size > 20_000
    save_network(network, tmp_path / "network.json")
    assert load_network(tmp_path / "network.json").turns == network.turns
