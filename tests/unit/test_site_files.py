from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from detectors.datatypes.camera import PinholeCamera
from detectors.datatypes.geometry import GroundPlane, LineSegment, Polygon
from detectors.datatypes.lens import Lens
from detectors.datatypes.site import (
    Ban,
    Carriageway,
    DailyWindow,
    NoParkingZone,
    OneWay,
    ProhibitedTurn,
    SitePlan,
    StopLine,
)
from detectors.datatypes.survey import Gate, SpeedSection, SurveyErrors
from scenarios.errors import InputError
from scenarios.site_files import dump_site, load_site, site_toml
from scenarios.site_tables import clock_seconds
from scenarios.toml_files import Kind, known_names

SITE = """
view = "street"
origin_lonlat = [116.856, -1.269]

[camera]
width_px = 640
height_px = 352
focal_px = 500.0
position_m = [0, 0, 6.0]
yaw_deg = 90
tilt_deg = 30.0

[[no_parking]]
name = "kerb"
corners_m = [[0, 5], [2, 5], [2, 40], [0, 40]]
window = ["16:00", "19:00"]
"""


SPEEDS = """
[[carriageway]]
name = "road"
heading_deg = 90
speed_limit_kmh = 50
corners_m = [[0, 5], [8, 5], [8, 80], [0, 80]]

[survey]
position_m = 0.05
angle_deg = 0.1
place_m = 0.3
frame_time_s = 0.005

[[gate]]
name = "out"
from_m = [0, 40]
to_m = [8, 40]

[[section]]
name = "KTL-1"
from_view = "other"
from_gate = "in"
to_gate = "out"
length_m = 1163
sigma_m = 1.2
limit_kmh = 50
"""


def several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, max_size=2).map(tuple)


def line_of(x_m: float, y_m: float, width_m: float) -> LineSegment:
    return LineSegment(x_m, y_m, x_m + width_m, y_m - 1)


def window_of(start_s: int, length_s: int) -> DailyWindow:
    return DailyWindow(start_s, start_s + length_s)


metres = st.floats(-500, 500)
angles = st.floats(-3.2, 3.2)
slopes = st.floats(-0.2, 0.2)
names = st.text(min_size=1, max_size=12)
pixels = st.integers(1, 4000)
positions = arrays(np.float64, 3, elements=metres)
corners = st.integers(3, 6).flatmap(lambda n: arrays(np.float64, (n, 2), elements=metres))
polygons = st.builds(Polygon, corners)
windows = st.none() | st.builds(window_of, st.integers(0, 80000), st.integers(1, 6400))
lines = st.builds(line_of, metres, metres, st.floats(1, 20))
hours = several(st.builds(window_of, st.integers(0, 80000), st.integers(1, 6400)))
exits = st.none() | polygons
boxes, sigmas = st.floats(0, 30), st.floats(0, 10)
lenses = st.builds(Lens, st.floats(0, 1), st.floats(0, 1))  # that fold no picture
errors = st.floats(0, 10)
surveys = st.builds(
    SurveyErrors, errors, st.floats(0, 0.1), errors, errors, errors, errors, st.none() | errors
)
sections = st.builds(
    SpeedSection, names, names, names, st.just("?"), names, st.floats(1, 9000), errors, st.floats(1, 50)
)
bans = st.builds(
    NoParkingZone, names, polygons, windows, st.floats(0, 600), st.sampled_from(Ban), st.floats(0, 600)
)
sites = st.builds(
    SitePlan,
    view=names,
    origin_lonlat=st.tuples(st.floats(-180, 180), st.floats(-90, 90)),
    camera=st.builds(
        PinholeCamera, pixels, pixels, st.floats(1, 9000), positions, angles, angles, angles, lenses
    ),
    ground=st.builds(GroundPlane, metres, slopes, slopes),
    no_parking=several(bans),
    stop_lines=several(
        st.builds(StopLine, names, names, lines, polygons, st.booleans(), exits, boxes, sigmas)
    ),
    one_way=several(st.builds(OneWay, names, polygons, angles, sigmas)),
    prohibited_turns=several(st.builds(ProhibitedTurn, names, lines, lines, hours, sigmas)),
    signal_lag_s=st.floats(0, 9),
    signal_offset_s=st.floats(0, 9),
    carriageways=several(st.builds(Carriageway, names, polygons, angles, st.none() | st.floats(1, 50))),
    ignore=several(polygons),
    utc_offset_s=st.sampled_from([0, 25200, 28800]),
    simulated=st.booleans(),
    survey=st.none() | surveys,
    gates=several(st.builds(Gate, names, lines, errors)),
    sections=several(sections),
)


def numbers(site: SitePlan) -> list[float]:
    camera = site.camera
    parts = [camera.position_m, [camera.focal_px, camera.yaw_rad, camera.tilt_rad, camera.roll_rad]]
    parts += [zone.area.corners_m.ravel() for zone in site.no_parking]
    parts += [stop.junction.corners_m.ravel() for stop in site.stop_lines]
    parts += [stop.left_exit.corners_m.ravel() for stop in site.stop_lines if stop.left_exit]
    parts += [[one.length_m, one.sigma_m, one.limit_mps] for one in site.sections]
    parts += [[way.speed_limit_mps or 0.0] for way in site.carriageways]
    if site.survey is not None:
        stated = site.survey
        parts += [[stated.position_m, stated.angle_rad, stated.place_m, stated.frame_time_s]]
        parts += [[stated.focal, stated.lens]]
    parts += [[way.heading_rad, *way.area.corners_m.ravel()] for way in site.carriageways]
    parts += [area.corners_m.ravel() for area in site.ignore]
    parts += [[way.heading_rad, way.sigma_m, *way.area.corners_m.ravel()] for way in site.one_way]
    return np.concatenate(parts).tolist()


def words(site: SitePlan) -> list[object]:
    return [
        (site.view, site.origin_lonlat, site.ground, site.utc_offset_s, site.simulated),
        (site.camera.width_px, site.camera.height_px, site.camera.lens),
        [(z.name, z.window, z.minimum_stand_s, z.ban, z.drop_off_s) for z in site.no_parking],
        [(one.name, one.from_view, one.from_gate, one.to_view, one.to_gate) for one in site.sections],
        [(gate.name, gate.line, gate.sigma_m) for gate in site.gates],
        site.survey is None or site.survey.clock_s,
        [(stop.name, stop.group, stop.line, stop.left_on_red) for stop in site.stop_lines],
        [(stop.motorcycle_box_m, stop.sigma_m) for stop in site.stop_lines],
        [(site.signal_lag_s, site.signal_offset_s), *site.prohibited_turns],
        [way.name for way in site.carriageways],
    ]


@settings(deadline=None, max_examples=60)
@given(site=sites)
def test_a_site_that_was_written_reads_back_the_same(
    site: SitePlan, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("site") / "site.toml"
    ends = tuple(replace(one, to_view=site.view) for one in site.sections)
    site = replace(site, sections=ends)
    dump_site(site, path)
    again = load_site(str(path))
    assert words(again) == words(site)
    assert numbers(again) == pytest.approx(numbers(site), rel=1e-12, abs=1e-12)
    assert site_toml(again).count("[[") == site_toml(site).count("[[")


def test_what_an_installer_writes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "street.toml"
    path.write_text(SITE, encoding="utf-8")
    site = load_site(str(path))
    assert site.no_parking[0].window == DailyWindow(16 * 3600, 19 * 3600)
    assert site.ground == GroundPlane()
    assert not site.simulated
    below, _ = site.camera.project([[0, 6 / np.tan(np.radians(30)), 0]])
    assert below[0] == pytest.approx(site.camera.centre_px)


def test_what_speeds_are_measured_by_is_read(tmp_path: Path) -> None:
    path = tmp_path / "street.toml"
    path.write_text(SITE + SPEEDS, encoding="utf-8")
    site = load_site(str(path))
    assert site.carriageways[0].speed_limit_mps == pytest.approx(50 / 3.6)
    assert site.survey == SurveyErrors(0.05, float(np.radians(0.1)), 0.3, 0.005)
    assert (site.gates[0].name, site.gates[0].sigma_m) == ("out", 0.1)
    (section,) = site.sections
    assert (section.from_view, section.to_view, section.limit_mps) == ("other", "street", 50 / 3.6)
    assert site.no_parking[0].ban is Ban.SIGN


def test_the_example_to_copy_is_read_and_is_no_scenario() -> None:
    site = load_site("contoh")
    assert site.no_parking
    assert site.carriageways
    assert site.ignore
    before_m, after_m = site.stop_lines[0].line.offset_m([[0.0, 40.0], [0.0, 50.0]])
    assert before_m < 0 < after_m  # its north-bound traffic crosses the line the way that is judged
    assert "contoh" in known_names(Kind.SITE)
    assert "contoh" not in known_names(Kind.SCENARIO)


def test_a_site_that_nobody_knows_is_told_in_one_line() -> None:
    with pytest.raises(InputError, match=r"unknown site 'nosuch'\. Known: .*contoh"):
        load_site("nosuch")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("focal_px", "focal", "unknown key 'camera.focal'; did you mean 'focal_px'?"),
        ('"16:00", "19:00"', '"19:00", "16:00"', "no_parking kerb: DailyWindow: expected 0 <= start < end"),
        (
            '"16:00"',
            '"4 pm"',
            "line 16: no_parking.0.window.0: expected a time of day like '16:00'",
        ),
        (", [2, 40], [0, 40]", "", "line 15: no_parking.0.corners_m"),
        ("-1.269", "-91.0", "origin_lonlat.1: input should be greater than or equal to -90"),
    ],
)
def test_a_broken_site_file_is_told_in_one_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in SITE
    path = tmp_path / "street.toml"
    path.write_text(SITE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_site(str(path))
    assert expected in str(caught.value)
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize(("text", "second"), [("00:00", 0), ("16:00", 57600), ("18:30:05", 66605)])
def test_times_of_day(text: str, second: int) -> None:
    assert clock_seconds(text) == second


@pytest.mark.parametrize("text", ["", "16", "24:01", "12:60", "1:00", "12:00:00:00", "²2:00"])
def test_times_of_day_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="expected a time of day"):
        clock_seconds(text)
