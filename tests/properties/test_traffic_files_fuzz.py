"""Damaged route files and trajectories are read, or refused in one line that names the file."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twin.randomness import Seed
from twin.traffic.sights import TrajectoryError
from twin.traffic.sumo_routes import read_trips
from twin.traffic.trajectories import read_trajectories
from twin.traffic.trips import TripError

FEW = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ROUTES = """<routes>
<vType id="mc" vClass="motorcycle" accel="2.5" tau="0.8" speedFactor="normc(1,0.1,0.2,2)" speedDev="0.1"/>
<route id="r" edges="x y"/>
<vehicle id="a" type="mc" depart="00:01:30"><route edges="x y z"/></vehicle>
<vehicle id="b" route="r" depart="2"/>
<trip id="c" from="x" to="z" depart="3"/>
<flow id="f" from="x" to="y" begin="0" end="60" period="25"/>
<flow id="g" from="x" to="y" begin="0" end="60" probability="0.2"/>
</routes>
"""
FCD = """<fcd-export>
<timestep time="0.00"><vehicle id="a" x="1" y="2" angle="90" type="bus" speed="3" lane="e_0"/></timestep>
<timestep time="1.00"><vehicle id="a" x="4" y="2" angle="90" type="bus" speed="3" lane="e_0"/></timestep>
</fcd-export>
"""
CSV = "timestep_time;vehicle_id;vehicle_x;vehicle_y;vehicle_speed\n0;a;1;2;3\n1;a;4;2;3\n1;b;4;2;\n"
DRONE = "id,time,x,y,type,length,width\na,0,1,2,car,4.5,1.8\na,0.5,3,2,car,4.5,1.8\n"
ODD = [
    "",
    "-1",
    "nan",
    "inf",
    "-inf",
    "1e400",
    "1e9",
    "x",
    "0",
    "a",
    "r",
    "1:2:3:4:5",
    "norm(",
    "normc(a,b)",
    "\x01",
]


def damaged(draw: st.DrawFn, text: str) -> bytes:
    """Return a text with odd values, cut somewhere or whole."""
    parts = text.split('"') if '"' in text else text.replace(",", ";").split(";")
    glue = '"' if '"' in text else (";" if ";" in text else ",")
    for _ in range(draw(st.integers(0, 3))):
        parts[draw(st.integers(0, len(parts) - 1))] = draw(st.sampled_from(ODD) | st.text(max_size=4))
    whole = glue.join(parts).encode("utf-8", "surrogatepass")
    return whole[: draw(st.just(len(whole)) | st.integers(0, len(whole)))]


DAMAGED = st.composite(damaged)


@FEW
@given(DAMAGED(ROUTES))
def test_damaged_routes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.rou.xml"
    path.write_bytes(content)
    try:
        trips = read_trips(path, Seed(1))
    except TripError as error:
        assert "\n" not in str(error)  # noqa: PT017 - both ends are fine, others are not
        assert str(path) in str(error)  # noqa: PT017
    else:
        assert all(0 <= trip.depart_s <= 1e8 for trip in trips)


@pytest.mark.parametrize("text", [FCD, CSV, DRONE], ids=["xml", "csv", "drone"])
@FEW
@given(data=st.data())
def test_damaged_trajectories(tmp_path: Path, text: str, data: st.DataObject) -> None:
    path = tmp_path / "tracks"
    path.write_bytes(data.draw(DAMAGED(text) | st.binary(max_size=80)))
    try:
        tracks = read_trajectories(path)
    except TrajectoryError as error:
        assert "\n" not in str(error)  # noqa: PT017
        assert str(path) in str(error)  # noqa: PT017
    else:
        assert all((track.speed_mps >= 0).all() for track in tracks)
