"""The streets on which the accounts are checked."""

from collections.abc import Callable
from datetime import date, time

from tests.traffic_networks import cross, grid
from tests.verification.ladder.accounts import Observer, watched
from twin.clock import from_local
from twin.network import library
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.traffic.demand import DemandSpec
from twin.traffic.simulation import TrafficSimulation

EVENING_NS = from_local(date(2026, 11, 24), time(17, 0))
STREETS: dict[str, tuple[Callable[[], RoadNetwork], DemandSpec]] = {
    "cross": (cross, DemandSpec(scale=1.5)),
    "lit grid": (lambda: grid(3, 200.0, stop_rate=1.0), DemandSpec(scale=1.5)),
    "grid by priority": (lambda: grid(3, 200.0, signals=False, stop_rate=1.0), DemandSpec(scale=0.5)),
    "corridor": (lambda: library.named("mt-haryono"), DemandSpec()),
}


def stuck_on(street: str, seed: int, lasting_s: float) -> Observer:
    """Watch a street from 17:00 on for so many seconds."""
    network, demand = STREETS[street]
    return watched(TrafficSimulation(network(), demand, Seed(seed), EVENING_NS), lasting_s)
