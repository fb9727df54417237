"""A planted OD is found again from counts of its traffic, on roads too that the fit did not see."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time
from pathlib import Path

import numpy as np
import pytest

from scenarios.calibration import Calibration, calibrate, summary
from scenarios.count_files import read_counts
from scenarios.demand_files import load_demand
from scenarios.traffic import TrafficRun, run_traffic
from tests.verification.extent import seeds
from twin.network import library
from twin.randomness import Seed
from twin.traffic.assignment import expected_vph
from twin.traffic.calibration import geh
from twin.traffic.demand import DemandSpec, OdFlow
from twin.traffic.gates import GateFlows
from twin.traffic.lanegraph import compile_lanes
from twin.traffic.profiles import FLAT, DayKind
from twin.traffic.routing import plan_routes

NETWORK = "mt-haryono"
PEAK = (DayKind.WEEKDAY, 17)
HELD_OUT = 15
QUIET = DemandSpec(
    hourly=FLAT, stops_per_km_h=0.0, scale=0.45
)  # queues would grow from 0.6 on, and counts tell what got through


def planted(seed: int) -> DemandSpec:
    """Return a demand whose gates carry half to one and a half of the usual, and spread anew over exits."""
    network = library.named(NETWORK)
    routing = plan_routes(compile_lanes(network), np.zeros(len(network.roads), bool))
    od = GateFlows(network, replace(QUIET, scale=1.0), routing).table(PEAK)
    draw = Seed(seed).generator("planted")
    od *= draw.uniform(0.5, 1.5, (od.shape[0], 1)) * draw.uniform(0.6, 1.4, (1, od.shape[1]))
    od *= np.exp(0.3 * draw.standard_normal(od.shape))
    flows = (
        OdFlow(network.roads[entry].id, network.roads[leaves].id, float(od[row, goal]))
        for row, entry in enumerate(routing.entries)
        for goal, leaves in enumerate(routing.exits)
        if od[row, goal] > 0
    )
    return replace(QUIET, od=tuple(flows))


def counted(demand: DemandSpec, seed: int, path: Path) -> dict[str, float]:
    """Write what came to each road from 17 to 18 h of a simulation; return it by road."""
    run_traffic(TrafficRun(NETWORK, None, 5460.0, demand=demand, seed=seed, start=time(16, 30), counts=path))
    return {count.road: count.vehicles for count in read_counts(path, library.named(NETWORK))}


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(5))
def test_a_planted_od_is_found_again_from_counts(
    seed: int, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    truth = planted(seed)
    counts, out = tmp_path / "counts.csv", tmp_path / "fitted.toml"
    true = counted(truth, seed + 100, counts)
    found = calibrate(Calibration(counts, NETWORK, hold_out=HELD_OUT, out=out))
    held = [row for row in found.rows if row.held_out]
    assert len(held) == HELD_OUT
    assert np.mean([row.geh[0] < 5 for row in held]) < 0.7  # the prior is far off
    used = summary([row for row in found.rows if not row.held_out])
    for what, total, least in (("used", used, 0.98), ("held out", summary(held), 0.9)):
        record_property(f"GEH<5 before, {what} (share)", total.good_before)
        record_property(f"GEH<5 after, {what} (share)", total.good_after)
        assert total.good_after >= least
        assert total.after == pytest.approx(total.counted, rel=0.03)

    again = counted(replace(load_demand(str(out)), stops_per_km_h=0.0), seed + 200, tmp_path / "again.csv")
    roads = [row.count.road for row in held]
    apart = geh(np.array([again[road] for road in roads]), np.array([true[road] for road in roads]))
    assert (apart < 5).mean() >= 0.9
    every = geh(np.array([again[road] for road in true]), np.array(list(true.values())))
    record_property("GEH<5 of another seed of the fitted demand, all roads (share)", (every < 5).mean())
    assert (every < 5).mean() >= 0.95
    assert sum(again.values()) == pytest.approx(sum(true.values()), rel=0.05)


def test_count_of_a_simulation_is_what_its_demand_says(tmp_path: Path) -> None:
    """The ways of the fit are those of the vehicles: counts scatter about expected flows like counts."""
    truth = planted(3)
    came = counted(truth, 5, tmp_path / "counts.csv")
    network = library.named(NETWORK)
    routing = plan_routes(compile_lanes(network), np.zeros(len(network.roads), bool))
    flow = expected_vph(network, truth, routing, PEAK)
    apart = geh(flow, np.array(list(came.values())))
    assert (apart < 3).mean() > 0.95
