from datetime import date, time

import pytest

from detectors.datatypes.signals import Aspect
from tests.traffic_networks import cross
from twin.clock import NS_PER_S, from_local
from twin.network.model import Phase, SignalPlan
from twin.randomness import Seed
from twin.traffic.demand import DemandSpec
from twin.traffic.kernel.arrays import GREEN, RED, YELLOW
from twin.traffic.signals import state_at, switching_times
from twin.traffic.simulation import TrafficSimulation

MIDNIGHT_NS = from_local(date(2026, 11, 24), time(0, 0))
PLAN = SignalPlan("j", (Phase(("a",), 30.0), Phase(("b", "c"), 20.0), Phase(("c",), 10.0)), offset_s=12.0)


@pytest.mark.parametrize(
    ("after_s", "group", "state", "since_s", "until_s"),
    [
        (12, "a", GREEN, 12, 42),
        (41.9, "a", GREEN, 12, 42),
        (42, "a", YELLOW, 42, 45),
        (45, "a", RED, 45, 87),
        (0, "a", RED, -30, 12),
        (60, "b", GREEN, 47, 67),
        (70, "b", RED, 70, 122),
        (70, "c", GREEN, 47, 82),
        (83, "c", YELLOW, 82, 85),
        (20, "nobody", RED, 20, 20 + 86400),
    ],
)
def test_states(after_s: float, group: str, state: int, since_s: float, until_s: float) -> None:
    now_ns = MIDNIGHT_NS + round(after_s * NS_PER_S)
    expected = (state, MIDNIGHT_NS + since_s * NS_PER_S, MIDNIGHT_NS + until_s * NS_PER_S)
    assert state_at(PLAN, group, now_ns) == expected


def test_a_group_in_two_phases_running_has_no_yellow_between_them() -> None:
    assert [state for _, state in switching_times(PLAN, "c")] == [GREEN, YELLOW, RED]


def test_every_group_has_the_green_of_its_phase() -> None:
    cycle = [state_at(PLAN, "b", MIDNIGHT_NS + i * NS_PER_S)[0] for i in range(int(PLAN.cycle_s))]
    assert (cycle.count(GREEN), cycle.count(YELLOW)) == (20, 3)


def test_the_simulation_shows_what_the_plan_says() -> None:
    network = cross()
    start_ns = from_local(date(2026, 11, 24), time(16, 0))
    simulation = TrafficSimulation(network, DemandSpec(scale=0.0), Seed(1), start_ns)
    shown = {GREEN: Aspect.GREEN, YELLOW: Aspect.YELLOW, RED: Aspect.RED}
    for second in range(1, 100):
        simulation.advance(start_ns + second * NS_PER_S)
        for signal in simulation.signal_states():
            before_ns = simulation.now_ns - 1
            state, since_ns, _ = state_at(network.signal_plans[0], signal.group, before_ns)
            assert (signal.aspect, signal.since_ns) == (shown[state], since_ns)
    assert dict(simulation.aspects()).keys() == {"n-c", "e-c", "s-c", "w-c"}
