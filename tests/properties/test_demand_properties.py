"""What holds of any demand: flows are kept, shares are whole, a fit is no farther from its counts."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.traffic_networks import grid
from twin.traffic.assignment import expected_vph
from twin.traffic.calibration import Trust, fit_od
from twin.traffic.demand import DemandSpec, Gate, OdFlow, TurnShare
from twin.traffic.gates import GateFlows
from twin.traffic.lanegraph import compile_lanes
from twin.traffic.loading import incidence
from twin.traffic.profiles import DayKind
from twin.traffic.routing import plan_routes

NETWORK = grid(2)
ROUTING = plan_routes(compile_lanes(NETWORK), np.zeros(len(NETWORK.roads), bool))
WAYS = incidence(ROUTING, np.arange(len(NETWORK.roads), dtype=np.int32))
GATES = GateFlows(NETWORK, DemandSpec(), ROUTING)
ENTRIES = [NETWORK.roads[i].id for i in ROUTING.entries]
EXITS = [NETWORK.roads[i].id for i in ROUTING.exits]
Hour = tuple[DayKind, int]
hours = st.tuples(st.sampled_from(DayKind), st.integers(0, 23))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), hours)
def test_what_comes_in_goes_out_however_it_turns(draw: int, hour: Hour) -> None:
    chance = np.random.default_rng(draw)
    turns = []
    for road in NETWORK.roads:
        onward = NETWORK.turns_from[road.id]
        if onward and road.id not in EXITS:
            shares = chance.dirichlet(np.ones(len(onward)))
            turns += [TurnShare(road.id, t.to_road, float(s)) for t, s in zip(onward, shares, strict=True)]
    demand = DemandSpec(turns=tuple(turns))
    flow = expected_vph(NETWORK, demand, ROUTING, hour)
    came = GateFlows(NETWORK, demand, ROUTING).table(hour).sum()
    assert flow.min() >= -1e-9
    assert np.isclose(flow[ROUTING.exits].sum(), came)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(st.sampled_from(ENTRIES), st.floats(0, 2000)), max_size=4, unique_by=lambda gate: gate[0]
    ),
    st.lists(
        st.tuples(st.integers(0, 7), st.integers(0, 7), st.floats(0, 500), st.none() | st.integers(0, 23)),
        max_size=5,
    ),
    hours,
)
def test_the_flow_of_a_gate_is_that_of_its_classes_and_exits(
    gates: list[tuple[str, float]], rows: list[tuple[int, int, float, int | None]], hour: Hour
) -> None:
    od = tuple(OdFlow(ENTRIES[a], EXITS[b], vph, at) for a, b, vph, at in rows if GATES.table(None)[a, b] > 0)
    demand = DemandSpec(gates=tuple(Gate(road, vph) for road, vph in gates), od=od)
    flows = GateFlows(NETWORK, demand, ROUTING)
    for row in range(len(ENTRIES)):
        told = flows.matrix(row, hour)
        assert told.min() >= 0
        assert np.isclose(told.sum(), flows.vph(row, hour))
        assert flows.vph(row, hour) <= flows.highest_vph(row) * (1 + 1e-9)
    twice = GateFlows(NETWORK, replace(demand, scale=2.0), ROUTING)
    assert np.allclose(twice.table(hour), 2 * flows.table(hour))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.floats(0.05, 20), st.integers(1, 20))
def test_a_fit_is_never_farther_from_its_counts_than_the_prior(draw: int, spread: float, links: int) -> None:
    chance = np.random.default_rng(draw)
    prior = GATES.table(None)
    rows = chance.permutation(len(NETWORK.roads))[:links]
    ways = WAYS[rows]
    counts = ways @ prior.ravel() * chance.uniform(0, 3, links)
    trust = Trust().spread(spread)
    found = fit_od(ways, counts, prior, trust)
    error = np.sqrt(np.maximum(counts, 1.0) + (trust.count * counts) ** 2)

    def apart(od: np.ndarray) -> float:
        return float((((ways @ od.ravel() - counts) / error) ** 2).sum())

    assert found.min() >= 0
    assert apart(found) <= apart(prior) * (1 + 1e-6) + 1e-6
