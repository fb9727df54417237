from datetime import date, time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.overlap import overlaps
from tests.traffic_networks import cross
from twin.clock import NS_PER_S, from_local
from twin.network.model import Phase, SignalPlan
from twin.randomness import Seed
from twin.traffic.demand import DemandSpec
from twin.traffic.kernel.arrays import GREEN, RED, YELLOW
from twin.traffic.kernel.following import safe_speed
from twin.traffic.signals import state_at
from twin.traffic.simulation import TrafficSimulation

START_NS = from_local(date(2026, 11, 24), time(17, 0))
LAW = settings(deadline=None, max_examples=60)
WORLD = settings(deadline=None, max_examples=8)


@LAW
@given(st.floats(0, 60), st.floats(0, 25), st.lists(st.floats(-6.0, 2.0), min_size=5, max_size=60))
def test_whatever_the_leader_does_the_follower_never_touches(
    gap_m: float, leader_mps: float, pushes: list[float]
) -> None:
    for push in pushes:
        speed = safe_speed(gap_m, leader_mps, 6.0, 0.2)
        leader_mps = max(0.0, leader_mps + push * 0.2)
        gap_m += (leader_mps - speed) * 0.2
        assert gap_m >= -1e-9


@LAW
@given(st.floats(0, 80), st.floats(0, 20), st.floats(0.01, 20))
def test_more_room_never_means_less_speed(gap_m: float, leader_mps: float, more_m: float) -> None:
    assert safe_speed(gap_m + more_m, leader_mps, 6.0, 0.2) >= safe_speed(gap_m, leader_mps, 6.0, 0.2)


@LAW
@given(
    st.lists(st.floats(5, 60), min_size=2, max_size=4),
    st.floats(0, 200),
    st.integers(0, 86_399),
)
def test_never_two_phases_green_and_states_follow_in_order(
    greens_s: list[float], offset_s: float, second: int
) -> None:
    groups = [str(i) for i in range(len(greens_s))]
    plan = SignalPlan("j", tuple(Phase((g,), s) for g, s in zip(groups, greens_s, strict=True)), offset_s)
    now_ns = START_NS + second * NS_PER_S
    states = [state_at(plan, group, now_ns) for group in groups]
    assert sum(state in (GREEN, YELLOW) for state, _, _ in states) <= 1
    after = {GREEN: YELLOW, YELLOW: RED, RED: GREEN}
    for group, (state, since_ns, until_ns) in zip(groups, states, strict=True):
        assert since_ns <= now_ns < until_ns
        assert state_at(plan, group, until_ns)[0] == after[state]


@WORLD
@given(st.integers(0, 10_000), st.floats(0.3, 2.0), st.booleans(), st.sampled_from([0.0, 2.0]))
def test_any_junction_conserves_and_never_overlaps(root: int, scale: float, lit: bool, kerb_m: float) -> None:
    network = cross(200.0, signals=lit, kerb_m=kerb_m, stop_rate=3.0)
    simulation = TrafficSimulation(network, DemandSpec(scale=scale), Seed(root), START_NS)
    for second in range(2, 121, 2):
        simulation.advance(START_NS + second * NS_PER_S)
        states = simulation.vehicles()
        assert simulation.census().conserved
        assert simulation.census().active == len(states)
        assert overlaps(states, shrink_m=0.02) == []
        assert np.isfinite(states.position_m).all()
