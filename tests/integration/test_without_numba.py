"""Where numba is absent the kernel runs as plain Python over numpy, with the same numbers."""

import subprocess
import sys

import pytest

from twin.compiled import COMPILES

RUN = """
import hashlib, sys
from datetime import date, time
if {blocked}:
    import importlib.util
    found = importlib.util.find_spec
    importlib.util.find_spec = lambda name, *rest: None if name == "numba" else found(name, *rest)
from tests.traffic_networks import cross
from twin.clock import NS_PER_S, from_local
from twin.compiled import COMPILES
from twin.randomness import Seed
from twin.traffic.demand import DemandSpec
from twin.traffic.simulation import TrafficSimulation
assert COMPILES != {blocked}
start_ns = from_local(date(2026, 11, 24), time(17, 0))
demand = DemandSpec(scale=1.5, red_running=(0.3, 0.3, 0.3, 0.3))
simulation = TrafficSimulation(cross(kerb_m=2.0, stop_rate=5.0), demand, Seed(1), start_ns, counts=True)
for _ in range(5):
    simulation.advance(simulation.now_ns + 5 * NS_PER_S)
    seen = simulation.vehicles()
    parts = seen.vehicle_id, seen.position_m.round(9), seen.speed_mps, simulation.tally["way_m"]
    print(len(seen), hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest())
"""


@pytest.mark.skipif(not COMPILES, reason="numba is absent: nothing to compare with")
def test_the_same_numbers_come_without_numba() -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-c", RUN.format(blocked=blocked)], capture_output=True, text=True, check=False
        )
        for blocked in (False, True)
    ]
    assert [run.stderr for run in runs] == ["", ""]
    assert runs[0].stdout == runs[1].stdout
    assert int(runs[0].stdout.splitlines()[-1].split()[0]) > 20
