"""What a surveyor writes of signs and markings: one-way stretches, prohibited turns, boxes, lags."""

from dataclasses import replace

import numpy as np
import pytest

from detectors.datatypes.site import DailyWindow, SitePlan
from tests.corner_street import KERB_VIEW, LIGHT_VIEW, street
from twin.cameras.plans import ViewSpec
from twin.cameras.sign_survey import place_sigma_m
from twin.cameras.survey import mount, site_plan
from twin.network.model import RoadNetwork
from twin.randomness import Seed

WINDOW = DailyWindow(16 * 3600, 19 * 3600)
TURN_VIEW = replace(
    LIGHT_VIEW, name="turn", road="e-j", along_m=150.0, offset_m=6.0, aim_road="j-n", aim_along_m=2.0,
    aim_offset_m=0.0, height_m=12.0, size_px=(960, 540),
)  # fmt: skip


def plan(spec: ViewSpec, network: RoadNetwork | None = None) -> SitePlan:
    return site_plan(network or street(), spec, Seed(3), window=WINDOW)


def with_ban(*hours: tuple[float, float]) -> RoadNetwork:
    network = street()
    turns = [
        replace(turn, prohibited=hours) if (turn.from_road, turn.to_road) == ("e-j", "j-n") else turn
        for turn in network.turns
    ]
    return replace(network, turns=tuple(turns))


def test_a_one_way_stretch_goes_from_clear_of_the_median_to_the_pavement() -> None:
    way = next(one for one in plan(KERB_VIEW).one_way if one.name == "w-j")
    x, y = way.area.corners_m.T
    # the lanes are y = 1.5 to 8.5, the kerb stones at 10.5
    assert (way.name, way.heading_rad) == ("w-j", pytest.approx(0.0))
    assert (y.min(), y.max()) == pytest.approx((2.5, 12.0), abs=0.05)
    assert x.max() - x.min() >= 25.0
    assert 0 < way.sigma_m <= 1.0


def test_a_road_without_a_median_is_not_taken_for_one_way() -> None:
    network = street()
    open_roads = tuple(replace(road, median=False) for road in network.roads)
    assert plan(KERB_VIEW, replace(network, roads=open_roads)).one_way == ()


def test_a_prohibited_turn_has_gates_that_its_traffic_crosses_to_the_left() -> None:
    (ban,) = plan(TURN_VIEW, with_ban((6, 20))).prohibited_turns
    assert ban.name == "e-j>j-n"
    assert ban.windows == (DailyWindow(6 * 3600, 20 * 3600),)
    before, after = ban.entry.offset_m([[26.0, -5.0], [6.0, -5.0]])
    assert before < 0 < after
    before, after = ban.exit.offset_m([[-2.5, 16.0], [-2.5, 32.0]])
    assert before < 0 < after


def test_the_gates_of_a_turn_reach_beyond_its_road_where_nobody_else_comes_from_there() -> None:
    (ban,) = plan(TURN_VIEW, with_ban((6, 20))).prohibited_turns
    # of the kerb: y = -10.5 to -1.5 of the entry, x = -4.25 to -0.75 of the exit
    assert sorted((ban.entry.y0_m, ban.entry.y1_m)) == pytest.approx((-12.5, 0.5), abs=0.1)
    assert sorted((ban.exit.x0_m, ban.exit.x1_m)) == pytest.approx((-6.25, 1.25), abs=0.1)


def test_a_gate_does_not_reach_into_a_road_beside_it_that_leads_the_same_way() -> None:
    network = with_ban((6, 20))
    along = replace(network.road_of["e-j"], id="service", reverse="")
    aside = replace(along, centreline_m=along.centreline_m - [[0.0, 10.0, 0.0]])
    (ban,) = plan(TURN_VIEW, replace(network, roads=(*network.roads, aside))).prohibited_turns
    assert sorted((ban.entry.y0_m, ban.entry.y1_m)) == pytest.approx((-10.5, 0.5), abs=0.1)


def test_hours_over_midnight_are_two_windows_and_the_whole_day_is_none() -> None:
    (ban,) = plan(TURN_VIEW, with_ban((22, 5))).prohibited_turns
    assert {(w.start_s // 3600, w.end_s // 3600) for w in ban.windows} == {(22, 24), (0, 5)}
    (ban,) = plan(TURN_VIEW, with_ban((0, 24))).prohibited_turns
    assert ban.windows == ()


def test_a_turn_that_the_view_does_not_show_whole_is_not_judged() -> None:
    assert plan(LIGHT_VIEW, with_ban((6, 20))).prohibited_turns == ()


def test_a_stop_line_has_the_box_of_its_road_and_the_lag_is_that_of_a_frame() -> None:
    network = street()
    boxed = tuple(replace(road, motorcycle_box_m=9.0) for road in network.roads)
    site = plan(replace(LIGHT_VIEW, along_m=374.0, aim_along_m=398.0), replace(network, roads=boxed))
    assert [line.motorcycle_box_m for line in site.stop_lines] == [9.0]
    assert site.signal_lag_s == pytest.approx(1 / LIGHT_VIEW.fps)


def test_two_approaches_of_one_street_have_lines_of_their_own_names() -> None:
    network = street()
    alike = tuple(replace(road, name="Jl. MT Haryono") for road in network.roads)
    wide = replace(LIGHT_VIEW, along_m=366.0, height_m=14.0, hfov_rad=np.radians(80), size_px=(1920, 1080))
    lines = plan(wide, replace(network, roads=alike)).stop_lines
    assert len(lines) > 1
    assert len({line.name for line in lines}) == len(lines)


def test_a_place_is_known_less_well_the_farther_it_is() -> None:
    camera = mount(street(), KERB_VIEW)
    points = np.array([[-100.0 + 10 * n, 5.0, 0.0] for n in range(9)])
    sigma_m = place_sigma_m(KERB_VIEW, camera, points)
    assert (np.diff(sigma_m) > 0).all()
    assert 0.1 < sigma_m[0] < 0.3
