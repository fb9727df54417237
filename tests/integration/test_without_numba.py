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


PICTURES = """
import hashlib, sys
from dataclasses import replace
if {blocked}:
    import importlib.util
    found = importlib.util.find_spec
    importlib.util.find_spec = lambda name, *rest: None if name == "numba" else found(name, *rest)
from tests.corner_street import AFTERNOON_NS, KERB_VIEW, NIGHT_NS, scene, street
from twin.cameras.survey import mount
from twin.compiled import COMPILES
from twin.environment.weather import CLEAR, Sky, Weather
from twin.randomness import Seed
from twin.rendering.painter import ViewRenderer
assert COMPILES != {blocked}
network, spec = street(), replace(KERB_VIEW, size_px=(96, 54))
camera = mount(network, spec)
for at_ns, weather in ((AFTERNOON_NS, CLEAR), (NIGHT_NS, Weather(Sky.RAIN, 0.7))):
    renderer = ViewRenderer(network, spec, camera, Seed(1), weather)
    here = scene((1, -88.0, 5.0, 0.0), at_ns=at_ns)
    zoomed = renderer.render_zoomed(here, camera.aimed_at((24, 12), 4.0), (48, 27))
    for picture in (renderer.render(here), zoomed):
        print(hashlib.sha256(picture.tobytes()).hexdigest())
"""


@pytest.mark.skipif(not COMPILES, reason="numba is absent: nothing to compare with")
def test_the_same_pictures_come_without_numba() -> None:
    with_it, without = (
        subprocess.run(
            [sys.executable, "-c", PICTURES.format(blocked=blocked)],
            capture_output=True,
            text=True,
            check=False,
        )
        for blocked in (False, True)
    )
    assert [with_it.stderr, without.stderr] == ["", ""]
    assert with_it.stdout == without.stdout
    assert len(set(with_it.stdout.split())) == 4
