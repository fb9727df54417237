"""Route files of SUMO: what is read, and what is said of one that cannot be."""

import gzip
from pathlib import Path

import pytest

from detectors.datatypes.detections import VehicleClass
from twin.randomness import Seed
from twin.traffic.sumo_routes import read_trips
from twin.traffic.trips import Trip, TripError

HEAD = '<vType id="mc" vClass="motorcycle" accel="2.5" tau="0.8" speedFactor="1" speedDev="0"/>'


def read(folder: Path, *elements: str) -> tuple[Trip, ...]:
    path = folder / "a.rou.xml"
    path.write_text("\n".join(("<routes>", HEAD, *elements, "</routes>")), encoding="utf-8")
    return read_trips(path, Seed(1))


def test_a_vehicle_with_its_route_inside(tmp_path: Path) -> None:
    (trip,) = read(tmp_path, '<vehicle id="a" type="mc" depart="00:01:30"><route edges="x y z"/></vehicle>')
    assert (trip.name, trip.depart_s, trip.roads, trip.whole) == ("a", 90.0, ("x", "y", "z"), True)
    assert trip.kind is VehicleClass.MOTORCYCLE
    drives = trip.dynamics
    assert (drives.acceleration_mps2, drives.headway_s, drives.speed_factor) == (2.5, 0.8, 1.0)
    assert trip.size_m == (2.2, 0.9, 1.5)  # what the file leaves out is SUMO's default


def test_a_route_by_name_and_a_trip_between_two_edges(tmp_path: Path) -> None:
    named, between = read(
        tmp_path,
        '<route id="r" edges="x y"/>',
        '<vehicle id="a" route="r" depart="1"/>',
        '<trip id="b" from="x" to="z" depart="2"/>',
    )
    assert (named.roads, named.whole) == (("x", "y"), True)
    assert (between.roads, between.whole) == (("x", "z"), False)


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ('begin="10" end="70" number="3"', [10, 30, 50]),
        ('begin="0" end="60" vehsPerHour="120"', [0, 30]),
        ('begin="0" end="60" period="25"', [0, 25, 50]),
    ],
)
def test_flows_depart_evenly(said: str, times: list[float], tmp_path: Path) -> None:
    trips = read(tmp_path, f'<flow id="f" from="x" to="y" {said}/>')
    assert [trip.depart_s for trip in trips] == times
    assert [trip.name for trip in trips] == [f"f.{i}" for i in range(len(times))]


def test_a_flow_by_chance_is_the_same_again(tmp_path: Path) -> None:
    flow = '<flow id="f" from="x" to="y" begin="0" end="2000" probability="0.2"/>'
    first, second = read(tmp_path, flow), read(tmp_path, flow)
    assert first == second
    assert 330 < len(first) < 470  # 400 expected, sd 18


def test_speed_factors_are_drawn_by_the_deviation(tmp_path: Path) -> None:
    many = (
        '<vType id="c" vClass="passenger" speedFactor="normc(1.1,0.2,0.2,2)"/>',
        '<flow id="f" type="c" from="x" to="y" begin="0" end="500" period="1"/>',
    )
    factors = [trip.dynamics.speed_factor for trip in read(tmp_path, *many)]
    assert sum(factors) / len(factors) == pytest.approx(1.1, abs=0.04)
    assert 0.15 < max(factors) - sum(factors) / len(factors) < 0.95


def test_a_packed_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.rou.xml.gz"
    path.write_bytes(gzip.compress(b'<routes><trip id="a" from="x" to="y" depart="0"/></routes>'))
    assert len(read_trips(path, Seed(1))) == 1


@pytest.mark.parametrize(
    ("element", "said"),
    [
        ('<vehicle id="a" depart="1"/>', "line 3: <vehicle id='a'>: expected the attribute 'from'"),
        ('<trip id="a" from="x" to="y"/>', "line 3: <trip id='a'>: expected the attribute 'depart'"),
        ('<trip id="a" from="x" to="y" depart="soon"/>', "depart 'soon': expected a number of at least 0"),
        ('<trip id="a" from="x" to="y" depart="-4"/>', "depart '-4': expected a number of at least 0"),
        ('<trip id="a" type="t" from="x" to="y" depart="4"/>', "type 't' is not defined before it"),
        ('<vehicle id="a" route="r" depart="4"/>', "route 'r' is not defined before it"),
        ('<vType id="t" vClass="ship"/>', "vClass 'ship' is not read; known: passenger"),
        ('<vType id="t" accel="-2"/>', "accel '-2': expected a number of at least 0.1"),
        ('<vType id="t" maxSpeed="inf"/>', "maxSpeed 'inf': expected a number"),
        ('<vType id="t" speedFactor="fast"/>', "speedFactor 'fast': expected a number from 0.05 to 5"),
        ('<flow id="f" from="x" to="y" end="60" number="-5"/>', "number '-5': expected a number"),
        ('<flow id="f" from="x" to="y" begin="60" end="6" period="5"/>', "end 6 lies before begin 60"),
        ('<flow id="f" from="x" to="y" end="60"/>', "expected an end, and vehsPerHour"),
        ("<person/>", "<person id=''>: not read; expected vType"),
        ('<trip id="a" from="x" to="y" depart="1e300"/>', "depart '1e300': expected a number of at least 0"),
        ('<trip id="a" from="x" to="y" depart="NaN"/>', "depart 'NaN': expected a number"),
        (
            '<vType id="t" length="-4"/>',
            "line 3: <vType id='t'>: length '-4': expected a number of at least 0.5",
        ),
        ('<vType id="t" length="4000"/>', "length '4000': expected a number of at least 0.5 and at most 100"),
        (
            '<vType id="t" maxSpeed="4000"/>',
            "maxSpeed '4000': expected a number of at least 0.1 and at most 150",
        ),
        (
            '<flow id="f" from="x" to="y" end="60" number="1e8"/>',
            "expected at most 1000000 departures, got 1e+08",
        ),
        ('<flow id="f" from="x" to="y" end="60" period="1e-9"/>', "departures, got 6e+10; part the flow"),
        ('<flow id="f" from="x" to="y" end="60" probability="7"/>', "probability '7': expected a number"),
        (
            '<trip id="a" from="x" to="y" depart="1"/>\n<trip id="a" from="x" to="y" depart="2"/>',
            "line 4: <trip id='a'>: expected an id of its own, 'a' is that of line 3",
        ),
        ("<trip", "line 4: expected a whole XML file"),
        ("", "expected vehicles, trips or flows, got none"),
    ],
)
def test_what_cannot_be_read_is_named(element: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(TripError) as error:
        read(tmp_path, element)
    assert said in str(error.value)
    assert "a.rou.xml" in str(error.value)
    assert "\n" not in str(error.value)


def test_another_root_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.rou.xml"
    path.write_text("<net></net>", encoding="utf-8")
    with pytest.raises(TripError, match=r"a\.rou\.xml: line 1: <net id=''>: expected <routes>"):
        read_trips(path, Seed(1))
