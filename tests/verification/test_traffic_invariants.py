"""What must hold of any traffic: nobody lost, nobody stuck, no overlap, nothing unrecorded."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time

import numpy as np
import pytest

from detectors.datatypes.signals import Aspect
from tests.overlap import overlaps
from tests.traffic_networks import cross, grid
from tests.verification.extent import lasting, seeds
from twin.clock import NS_PER_S, from_local
from twin.network import library
from twin.network.model import RoadNetwork
from twin.randomness import Seed
from twin.traffic.conduct import ORDERLY, USUAL_CONDUCT
from twin.traffic.demand import DemandSpec
from twin.traffic.simulation import TrafficSimulation
from twin.truth import VehicleStates

START_NS = from_local(date(2026, 11, 24), time(17, 0))
BUSY = DemandSpec(scale=1.5)


def fingerprint(states: VehicleStates) -> tuple[bytes, bytes, bytes, tuple[str, ...]]:
    return (
        states.vehicle_id.tobytes(),
        states.position_m.tobytes(),
        states.speed_mps.tobytes(),
        states.plates,
    )


def run(network: RoadNetwork, root: int, minutes: float, looks: int = 0) -> TrafficSimulation:
    simulation = TrafficSimulation(network, BUSY, Seed(root), START_NS)
    end_ns = START_NS + round(minutes * 60) * NS_PER_S
    while simulation.now_ns < end_ns:
        simulation.advance(simulation.now_ns + simulation.step_ns)
        for look in range(looks):
            simulation.vehicles((0.0, 0.0), 40.0 * (look + 1))
            simulation.violations()
    return simulation


@pytest.mark.parametrize("seed", seeds(10))
@pytest.mark.parametrize("lit", [True, False])
def test_no_overlap_and_nobody_lost_on_a_grid(
    lit: bool, seed: int, record_property: Callable[[str, object], None]
) -> None:
    network = grid(3, 200.0, signals=lit, stop_rate=1.0, kerb_m=2.0)
    simulation = TrafficSimulation(network, BUSY, Seed(seed), START_NS)
    for second in range(1, lasting(300, 900) + 1):
        simulation.advance(START_NS + second * NS_PER_S)
        states = simulation.vehicles()
        assert overlaps(states, shrink_m=0.02) == []
        census = simulation.census()
        assert census.conserved
        assert census.active == len(states)
    record_property("vehicles that left", census.finished)
    assert census.finished > 200


@pytest.mark.parametrize("seed", seeds(3))
def test_no_overlap_and_nobody_lost_on_the_corridor_of_the_main_scenario(
    seed: int, record_property: Callable[[str, object], None]
) -> None:
    simulation = TrafficSimulation(library.named("mt-haryono"), DemandSpec(), Seed(seed), START_NS)
    for second in range(5, lasting(60, 1800) + 1, 5):
        simulation.advance(START_NS + second * NS_PER_S)
        assert overlaps(simulation.vehicles(), shrink_m=0.02) == []
        assert simulation.census().conserved
    record_property("vehicles on the map", simulation.census().active)


@pytest.mark.parametrize("seed", seeds(10, first=2))
def test_everybody_gets_on(seed: int) -> None:
    network = grid(3, 200.0, stop_rate=1.0)
    simulation = TrafficSimulation(network, BUSY, Seed(seed), START_NS)
    simulation.advance(START_NS + 300 * NS_PER_S)
    before = simulation.vehicles()
    simulation.advance(START_NS + 600 * NS_PER_S)
    after = simulation.vehicles()
    for row, vehicle_id in enumerate(before.vehicle_id):
        now = np.flatnonzero(after.vehicle_id == vehicle_id)
        if now.size and not before.at_kerb[row] and not after.at_kerb[now[0]]:
            moved_m = np.hypot(*(after.position_m[now[0]] - before.position_m[row])[:2])
            assert moved_m > before.size_m[row, 0]


@pytest.mark.parametrize("seed", seeds(10, first=3))
def test_no_red_crossing_without_a_record(seed: int, record_property: Callable[[str, object], None]) -> None:
    """Nobody waits beyond a line here: who rolls over it before green is not in the junction at red."""
    conduct = replace(USUAL_CONDUCT, past_line=(0.0, 0.0, 0.0, 0.0))
    demand = DemandSpec(scale=1.5, red_running=(0.3, 0.2, 0.2, 0.2), conduct=conduct)
    simulation = TrafficSimulation(cross(), demand, Seed(seed), START_NS)
    row = simulation._graph.lanes.row
    seen: set[tuple[int, str]] = set()
    before: dict[int, int] = {}
    for _ in range(5 * 600):
        simulation.advance(simulation.now_ns + simulation.step_ns)
        red = {s.group for s in simulation.signal_states() if s.aspect is Aspect.RED}
        fleet, groups = simulation._book.fleet, simulation._board.groups
        for slot, vehicle in simulation._book.vehicle.items():
            lane = int(fleet["lane"][slot])
            was = before.get(vehicle.vehicle_id, lane)
            if row["road"][was] >= 0 > row["road"][lane] and groups[row["group"][lane]] in red:
                seen.add((vehicle.vehicle_id, groups[row["group"][lane]]))
            before[vehicle.vehicle_id] = lane
    recorded = [v for v in simulation.violations() if v.rule == "red_light"]
    assert {(v.vehicle_id, v.place) for v in recorded} == seen
    record_property("crossings on red", len(recorded))
    assert len(recorded) >= 10
    # shortly after the onset, or as a jump start within the last seconds of 45 s of red
    late = [v.amount for v in recorded]
    assert all(into_s < 4.0 or into_s > 43.0 for into_s in late)


@pytest.mark.parametrize("seed", seeds(10, first=3))
def test_orderly_drivers_never_cross_at_red(seed: int) -> None:
    demand = DemandSpec(scale=1.5, red_running=(0.0, 0.0, 0.0, 0.0), conduct=ORDERLY)
    simulation = TrafficSimulation(cross(), demand, Seed(seed), START_NS)
    simulation.advance(START_NS + lasting(600, 3600) * NS_PER_S)
    assert [v for v in simulation.violations() if v.rule == "red_light"] == []


@pytest.mark.parametrize("seed", seeds(5))
def test_the_same_seed_gives_the_same_traffic_and_looking_changes_nothing(seed: int) -> None:
    network, minutes = cross(stop_rate=2.0, kerb_m=2.0), lasting(3, 15)
    one, other = run(network, seed, minutes), run(network, seed + 1, minutes)
    looked_at = run(network, seed, minutes, looks=2)
    assert fingerprint(one.vehicles()) == fingerprint(looked_at.vehicles())
    assert one.violations() == looked_at.violations()
    assert one.census() == looked_at.census()
    assert fingerprint(one.vehicles()) != fingerprint(other.vehicles())


def test_a_circle_shows_exactly_those_inside() -> None:
    simulation = run(cross(), 1, 2)
    everybody, some = simulation.vehicles(), simulation.vehicles((50.0, 0.0), 80.0)
    inside = np.hypot(*(everybody.position_m[:, :2] - (50.0, 0.0)).T) <= 80.0
    assert some.vehicle_id.tolist() == everybody.vehicle_id[inside].tolist()
    assert 0 < len(some) < len(everybody)


@pytest.mark.parametrize("seed", seeds(5))
def test_bodies_move_and_turn_smoothly(seed: int) -> None:
    simulation = run(cross(stop_rate=2.0, kerb_m=2.0), seed, 2)
    before = simulation.vehicles()
    for _ in range(lasting(300, 3000)):
        simulation.advance(simulation.now_ns + simulation.step_ns)
        after = simulation.vehicles()
        _, a, b = np.intersect1d(before.vehicle_id, after.vehicle_id, return_indices=True)
        moved_m = np.hypot(*(after.position_m[b] - before.position_m[a])[:, :2].T)
        turned = np.abs(np.angle(np.exp(1j * (after.heading_rad[b] - before.heading_rad[a]))))
        assert moved_m.max() < 20.0 * 0.2 + 0.6
        assert turned.max() < 0.45
        before = after
