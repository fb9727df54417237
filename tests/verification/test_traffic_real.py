"""Half an hour of through traffic on real networks, drawn by others for another purpose, without a lock.

That none locks means: from the 20th to the 30th minute vehicles leave at the rate at which they come; nobody
stands for more than five minutes before a free place while his signal lets him go; in the last five
minutes one drives at least half as fast as from the 5th to the 10th.
"""

from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import pytest

from scenarios.demand_files import load_demand
from tests.held_up import watch
from tests.verification.extent import lasting
from twin.clock import from_local
from twin.network import library
from twin.network.importers import load_network
from twin.randomness import Seed
from twin.traffic.demand import DemandSpec
from twin.traffic.simulation import TrafficSimulation

DATA = Path(__file__).parents[2].parent / "shared" / "data"
START_NS = from_local(date(2026, 11, 24), time(17, 0))
# Shares of the built-in demand, which is that of arterials; above them queues grow for half an hour.
SCALES = {
    "balikpapan_kota_drive.graphml": 0.1,
    "klandasan_ilir_drive.graphml": 0.4,
    "tugu_yogyakarta.osm.xml.gz": 0.25,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SCALES)
def test_half_an_hour_without_a_lock(name: str, record_property: Callable[[str, object], None]) -> None:
    if not (DATA / name).is_file():
        pytest.skip(f"{name} is not beside the clone")
    network = load_network(DATA / name)
    simulation = TrafficSimulation(network, DemandSpec(scale=SCALES[name]), Seed(1), START_NS)
    held, spans = watch(simulation, 30)
    (came, left), speed_mps = spans[-2:, :2].sum(axis=0), spans[:, 2]
    short = name.partition(".")[0]
    record_property(f"{short}, share that leaves, 20 to 30 min", round(float(left / came), 2))
    record_property(f"{short}, s before a free place at the most", held.longest_s)
    record_property(f"{short}, km/h, 5 to 10 min", round(float(speed_mps[1] * 3.6), 1))
    record_property(f"{short}, km/h, last 5 min", round(float(speed_mps[-1] * 3.6), 1))
    assert left > 0.85 * came
    assert held.longest_s <= 300, held.where
    assert speed_mps[-1] >= 0.5 * speed_mps[1]


def test_the_corridor_of_a_weekday_without_a_lock(record_property: Callable[[str, object], None]) -> None:
    start_ns = from_local(date(2026, 11, 24), time(6, 0))
    simulation = TrafficSimulation(
        library.named("mt-haryono"), load_demand("weekday"), Seed(1), start_ns, step_s=0.5
    )
    held, spans = watch(simulation, lasting(20, 120))
    came, left = spans[-2:, :2].sum(axis=0)
    record_property("corridor, share that leaves in the last ten minutes", round(float(left / came), 2))
    record_property("corridor, s before a free place at the most", held.longest_s)
    assert left > 0.85 * came
    assert held.longest_s <= 300, held.where
