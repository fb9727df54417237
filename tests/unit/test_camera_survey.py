"""What a surveyor writes of a view: poses, zones, stop lines, carriageways."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.datatypes.site import DailyWindow, SitePlan
from tests.corner_street import KERB_VIEW, ZONE, street
from tests.corner_street import LIGHT_VIEW as FAR_VIEW
from twin.cameras.gates import gate_place, sections
from twin.cameras.ground_survey import fit_ground
from twin.cameras.plans import ViewSpec
from twin.cameras.survey import mount, site_plan, surveyed
from twin.network import library
from twin.network.model import RoadNetwork, TurnKind
from twin.randomness import Seed
from twin.traffic.stretches import zone_stretches

WINDOW = DailyWindow(16 * 3600, 19 * 3600)
LIGHT_VIEW = replace(FAR_VIEW, along_m=374.0, aim_along_m=398.0)


def plan(spec: ViewSpec, network: RoadNetwork | None = None) -> SitePlan:
    return site_plan(network or street(), spec, Seed(3), window=WINDOW)


def test_camera_stands_beside_its_road_and_aims_at_its_point() -> None:
    network = street()
    camera = mount(network, KERB_VIEW)
    assert camera.position_m == pytest.approx([-416 + 300, 5 + 9, 8])
    pixels, _ = camera.project([network.road_of["w-j"].point_at(325.0, 3.0)])
    assert pixels[0] == pytest.approx(camera.centre_px)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"road": "nowhere"}, "no road 'nowhere'"),
        ({"along_m": 4000.0}, "along_m 4000 m is not on road w-j, which runs from 0 to 400.0 m"),
        ({"aim_along_m": -1.0}, "aim_along_m -1 m"),
        ({"offset_m": 300.0}, "300 m from road w-j"),
    ],
)
def test_a_camera_off_the_map_is_one_clear_line(change: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words) as refusal:
        mount(street(), replace(KERB_VIEW, **change))
    assert "off the map" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_speed_limits_and_the_errors_of_the_survey_are_written_down() -> None:
    site = plan(replace(KERB_VIEW, repeatability_rad=0.002))
    network = street()
    limits = {way.name: way.speed_limit_mps for way in site.carriageways}
    for name, limit_mps in limits.items():
        road = network.road_of.get(name)
        assert limit_mps == (road.speed_limit_mps if road else max(r.speed_limit_mps for r in network.roads))
    assert site.survey is not None
    assert site.survey.position_m == KERB_VIEW.survey_sigma_m
    assert site.survey.angle_rad == pytest.approx(np.hypot(KERB_VIEW.survey_sigma_rad, 0.002))
    assert site.survey.clock_s is not None


def test_a_gate_is_crossed_by_the_traffic_of_its_road_where_the_view_shows_it() -> None:
    network = street()
    site = plan(KERB_VIEW)
    assert site.gates
    for gate in site.gates:
        road = network.road_of[gate.name]
        place = gate_place(network, road, mount(network, KERB_VIEW))
        assert place is not None
        points = [road.point_at(place.along_m + step)[:2] for step in (-1.0, 1.0)]
        before_m, after_m = gate.line.offset_m(points)
        assert before_m == pytest.approx(-1.0, abs=0.05)
        assert after_m == pytest.approx(1.0, abs=0.05)


def test_a_section_is_as_long_as_the_road_between_its_gates() -> None:
    network = library.named("mt-haryono")
    stretch = zone_stretches(network)[0]
    first, last = (network.road_of[stretch.roads[n]] for n in (0, -1))
    specs = [
        replace(KERB_VIEW, name=name, road=road.id, along_m=at_m, aim_along_m=at_m + 20.0, aim_road="")
        for name, road, at_m in (("a", first, 30.0), ("b", last, last.length_m - 60.0))
    ]
    cameras = [(spec.name, mount(network, spec)) for spec in specs]
    found = [one for one in sections(network, cameras) if (one.from_gate, one.to_gate) == (first.id, last.id)]
    (one,) = found
    places = [
        gate_place(network, road, camera) for road, (_, camera) in zip((first, last), cameras, strict=True)
    ]
    assert places[0] is not None
    assert places[1] is not None
    inside_m = stretch.length_m - places[0].along_m - (last.length_m - places[1].along_m)
    assert (one.from_view, one.to_view) == ("a", "b")
    assert inside_m <= one.length_m <= inside_m + 40.0 * len(stretch.roads)
    assert one.sigma_m == pytest.approx(max(0.5, 0.001 * one.length_m))


def test_survey_error_has_the_stated_size_and_belongs_to_the_view() -> None:
    camera = mount(street(), KERB_VIEW)
    spec = replace(KERB_VIEW, survey_sigma_m=0.1, survey_sigma_rad=0.002)
    drawn = [surveyed(camera, spec, Seed(seed)) for seed in range(200)]
    shifts = np.array([one.position_m - camera.position_m for one in drawn])
    yaws = np.array([one.yaw_rad - camera.yaw_rad for one in drawn])
    assert shifts.std() == pytest.approx(0.1, rel=0.15)
    assert yaws.std() == pytest.approx(0.002, rel=0.2)
    assert surveyed(camera, spec, Seed(5)).yaw_rad == surveyed(camera, spec, Seed(5)).yaw_rad
    exact = surveyed(camera, replace(spec, survey_sigma_m=0.0, survey_sigma_rad=0.0), Seed(5))
    assert exact.position_m == pytest.approx(camera.position_m)


def test_ground_follows_the_grade() -> None:
    ground = fit_ground(street(rise=0.05), mount(street(rise=0.05), KERB_VIEW))
    assert ground.slope_x == pytest.approx(0.05, abs=0.005)
    assert ground.slope_y == pytest.approx(0.0, abs=0.01)
    assert ground.height_m([[-90.0, 5.0]])[0] == pytest.approx(-4.5, abs=0.3)


def test_kerb_zone_is_the_strip_beside_the_lanes_half_a_metre_into_them_at_most() -> None:
    zones = {zone.name: zone for zone in plan(KERB_VIEW).no_parking}
    zone = zones[f"{ZONE}/w-j"]
    x, y = zone.area.corners_m.T
    # lanes end at y = 8.5, the kerb stones are at 10.5
    assert (y.min(), y.max()) == pytest.approx((8.0, 10.5))
    assert zone.window == WINDOW
    assert zone.minimum_stand_s == 60.0
    assert x.min() > -116
    assert not zone.area.contains([[(x.min() + x.max()) / 2, 7.9]])[0]


def test_zone_is_only_where_a_metre_has_twenty_pixels() -> None:
    wide = replace(KERB_VIEW, hfov_rad=np.radians(80))
    assert plan(wide).no_parking[0].area.area_m2() < plan(KERB_VIEW).no_parking[0].area.area_m2()


def test_traffic_comes_from_the_right_of_the_stop_line_and_crosses_to_its_left() -> None:
    lines = plan(LIGHT_VIEW).stop_lines
    assert [line.group for line in lines] == ["w-j"]
    before, after = lines[0].line.offset_m([[-26, 5], [-6, 5]])
    assert (before, after) == pytest.approx((-10.0, 10.0), abs=0.5)
    along = lines[0].line.along_m([[-16, 9.9], [-16, 1.6]])
    assert ((along > 0) & (along < lines[0].line.length_m())).all()
    assert lines[0].junction.contains([[0.0, 3.0]])[0]
    assert not lines[0].junction.contains([[-20.0, 5.0]])[0]


def test_a_stop_line_lies_where_who_stands_on_it_is_held_to_be() -> None:
    """It is marked in the picture: how the survey of the camera is off shifts both alike."""
    network, spec = street(), replace(LIGHT_VIEW, survey_sigma_rad=0.01)
    camera, off_m, told_m = mount(network, spec), [], []
    for seed in range(40):
        site = site_plan(network, spec, Seed(seed), window=WINDOW)
        (line,) = site.stop_lines
        front = np.array([[-16.0, 5.0, 0.0]])
        held = site.camera.ground_points(camera.project(front)[0], site.ground)
        off_m.append(float(line.line.offset_m(held)[0]))
        told_m.append(line.line.offset_m(front[:, :2])[0])
    assert np.std(off_m) < line.sigma_m < 0.2 < np.std(told_m)


def test_stop_line_has_the_same_sense_in_right_hand_traffic() -> None:
    network = street(left_hand=False)
    spec = replace(LIGHT_VIEW, offset_m=-8.0)
    line = plan(spec, network).stop_lines[0].line
    before, after = line.offset_m([[-26, -5], [-6, -5]])
    assert (before, after) == pytest.approx((-10.0, 10.0), abs=0.5)


def test_free_left_is_a_permission_with_an_exit() -> None:
    line = plan(LIGHT_VIEW).stop_lines[0]
    assert line.left_on_red
    assert line.left_exit is not None
    assert line.left_exit.contains([[-2.5, 25.0]])[0]
    network = street()
    guarded = tuple(replace(t, group="w-j") if t.kind is TurnKind.LEFT else t for t in network.turns)
    assert not plan(LIGHT_VIEW, replace(network, turns=guarded)).stop_lines[0].left_on_red


def test_the_kerb_zone_ends_where_the_queue_at_the_light_may_stand() -> None:
    zone = plan(replace(KERB_VIEW, along_m=320.0, aim_along_m=350.0)).no_parking[0].area
    line_x_m = -16.0  # where the road ends
    assert zone.corners_m[:, 0].max() == pytest.approx(line_x_m - 40.0, abs=2.0)


def test_a_line_whose_approach_is_out_of_view_is_not_judged() -> None:
    above_the_line = replace(LIGHT_VIEW, along_m=388.0, aim_along_m=399.5)
    assert plan(above_the_line).stop_lines == ()


def test_a_line_too_far_away_to_follow_a_rider_at_is_not_judged() -> None:
    assert plan(replace(LIGHT_VIEW, along_m=340.0)).stop_lines == ()


def test_kerb_view_far_from_the_light_has_no_stop_line() -> None:
    assert plan(replace(KERB_VIEW, along_m=60.0, aim_along_m=85.0)).stop_lines == ()


def test_carriageways_cover_both_directions_and_the_junction() -> None:
    site = plan(LIGHT_VIEW)
    names = {way.name: way for way in site.carriageways}
    assert {"w-j", "j-w", "j"} <= set(names)
    assert names["w-j"].heading_rad == pytest.approx(0.0)
    assert abs(names["j-w"].heading_rad) == pytest.approx(np.pi)
    assert names["j"].area.contains([[0.0, 0.0]])[0]
    assert site.simulated
    assert site.origin_lonlat == street().origin_lonlat


def test_close_up_a_gate_spans_the_lane_that_shows() -> None:
    """A view that reads plates shows one lane of two: who drives on the other is not timed."""
    network = street()
    close = replace(
        KERB_VIEW, along_m=40.0, offset_m=-1.75, height_m=6.0, aim_along_m=58.0, aim_offset_m=-1.75,
        hfov_rad=np.radians(14.0), size_px=(1600, 900),
    )  # fmt: skip
    place = gate_place(network, network.road_of["w-j"], mount(network, close))
    assert place is not None
    assert 2.0 <= place.left_m - place.right_m <= 4.5
    assert place.right_m < -1.75 < place.left_m
    farther = replace(close, size_px=(640, 360))  # no plate can be read at 130 px/m
    assert gate_place(network, network.road_of["w-j"], mount(network, farther)) is None
