"""Cars against SUMO: the same network, routes, signals and step, IDM on both sides, nobody teleports.

Needs the extra `peers`; `make verify` only: two minutes a seed. Queues are compared by the time that
vehicles stand (below 0.1 m/s).
"""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import sumolib
from numpy.typing import NDArray

from scenarios.traffic import TrafficRun, run_traffic
from tests.benchmarks.sumo_grid import Grid, make_grid, tool
from tests.verification.extent import LONG, seeds

CARS, EDGES, UNTIL_S, WARM_S = 9333, 15, 4200.0, 600.0  # 8,000 cars an hour, some twelve minutes each
GEH_LIMIT, SHARE = 5.0, 0.95

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not LONG, reason="long: `make verify` runs it"),
    pytest.mark.skipif(tool("sumo") is None, reason="SUMO is not installed: the extra `peers`"),
]


@dataclass(frozen=True, slots=True, eq=False)
class Evening:
    """What one run gave: flows (edges,) in vehicles an hour; means over finished trips, s."""

    flow_vph: NDArray[np.float64]
    travel_s: float
    delay_s: float
    standing_s: float


def read(edges: Path, trips: Path) -> Evening:
    hours = (UNTIL_S - WARM_S) / 3600
    flows = {
        edge.id: (int(edge.entered) + int(edge.departed)) / hours
        for edge in sumolib.xml.parse(str(edges), "edge")
        if not edge.id.startswith(":")
    }
    done = [
        (float(trip.duration), float(trip.timeLoss), float(trip.waitingTime))
        for trip in sumolib.xml.parse(str(trips), "tripinfo")
        if float(trip.depart) >= WARM_S
    ]
    return Evening(np.array([flows[key] for key in sorted(flows)]), *np.mean(done, axis=0))


def by_sumo(grid: Grid, seed: int, folder: Path) -> Evening:
    edges, trips, also = (folder / f"sumo-{what}-{seed}.xml" for what in ("edges", "trips", "also"))
    also.write_text(
        f'<additional><edgeData id="e" file="{edges}" begin="{WARM_S:g}" end="{UNTIL_S:g}"/></additional>',
        encoding="utf-8",
    )
    line = [tool("sumo") or "", "-n", str(grid.net), "-r", str(grid.routes), "-a", str(also)]
    line += ["--time-to-teleport", "-1", "--end", f"{UNTIL_S:g}", "--seed", str(seed), "--no-warnings"]
    subprocess.run([*line, "--no-step-log", "--tripinfo-output", str(trips)], check=True, capture_output=True)
    return read(edges, trips)


def by_us(grid: Grid, seed: int, folder: Path) -> Evening:
    edges, trips = folder / f"edges-{seed}.xml", folder / f"trips-{seed}.xml"
    run = TrafficRun(str(grid.net), grid.routes, UNTIL_S, 1.0, seed, None, edges, (WARM_S, UNTIL_S), trips)
    run_traffic(run)
    return read(edges, trips)


def geh(one: Evening, other: Evening) -> NDArray[np.float64]:
    """Return the GEH statistic of each edge (E,): UK DMRB, for hourly flows."""
    total = one.flow_vph + other.flow_vph
    apart = (one.flow_vph - other.flow_vph) ** 2
    return np.sqrt(2 * np.divide(apart, total, out=np.zeros_like(total), where=total > 0))


def test_cars_flow_travel_and_queue_as_in_sumo(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    grid = make_grid(tmp_path, 10, CARS, 0.0, edges=EDGES, spread_s=UNTIL_S, speed_dev=0.1)
    chosen = seeds(10)
    ours = [by_us(grid, seed, tmp_path) for seed in chosen]
    theirs = [by_sumo(grid, seed, tmp_path) for seed in chosen]
    shares = [float(np.mean(geh(a, b) < GEH_LIMIT)) for a, b in zip(ours, theirs, strict=True)]
    floor = [float(np.mean(geh(a, b) < GEH_LIMIT)) for a, b in pairwise(theirs)]
    for share in shares:
        record_property("share of edges with GEH < 5", share)
    for share in floor:
        record_property("the same, SUMO seed against seed", share)
    off = {}
    for what in ("travel_s", "delay_s", "standing_s"):
        here, there = (np.mean([getattr(one, what) for one in side]) for side in (ours, theirs))
        off[what] = float(here / there - 1)
        record_property(f"{what}, ours", round(float(here), 1))
        record_property(f"{what}, SUMO's", round(float(there), 1))
    assert min(shares) >= SHARE
    assert abs(off["travel_s"]) <= 0.10
    assert abs(off["delay_s"]) <= 0.10
    assert abs(off["standing_s"]) <= 0.10
