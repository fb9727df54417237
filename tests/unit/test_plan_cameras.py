"""Plans with cameras, tours and inventories; plans carried to another network."""

import re
from collections import Counter
from importlib.resources import files
from math import radians, tan
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.errors import InputError
from scenarios.mobile_units import with_mobile
from scenarios.planning.dishub_estate import dishub_rows
from scenarios.spec import check_on_map, load_plan, load_scenario, plan_on
from twin.cameras.lenses import USUAL_ZOOM_LENS
from twin.cameras.plans import CameraKind, CameraPlan, Owner, Purpose
from twin.cameras.survey import mount
from twin.network import library

PTZ = """
network = "mt-haryono"

[[camera]]
name = "turning"
kind = "ptz"
road = "mth-1.0+"
along_m = 100.0
offset_m = 7.5
height_m = 9.0
fps = 2.0
tour = { dwell_s = 12.0, slew_deg_per_s = 90.0, settle_s = 1.0 }

[[camera.view]]
name = "ahead"
aim_along_m = 134.0
hfov_deg = 58.0

[[camera.view]]
name = "across"
aim_road = "mth-1.0-"
aim_along_m = 134.0
hfov_deg = 50.0
dwell_s = 20.0
"""
FIXED = (
    PTZ.replace('"ptz"', '"fixed"').split("tour =")[0] + "[[camera.view]]" + PTZ.split("[[camera.view]]")[1]
)


def ranged(limits: str) -> str:
    """The PTZ with limits of its range in line 13."""
    return PTZ.replace("settle_s = 1.0 }", f"settle_s = 1.0 }}\nrange = {{ {limits} }}")


HEAD = "camera,kind,road,along_m,offset_m,height_m,fps,view,aim_along_m,hfov_deg"
ROWS = ["c,ptz,mth-1.0+,100,7.5,9,2,a,134,58", ",,,,,,,b,70,50", "d,fixed,mth-1.0+,150,7.5,9,2,a,190,58"]


def written(folder: Path, text: str) -> str:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def listed(folder: Path, *lines: str) -> str:
    (folder / "mine.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return written(folder, 'network = "mt-haryono"\ninventory = "mine.csv"\n')


def test_a_ptz_has_its_views_and_a_tour_with_the_time_of_its_moves(tmp_path: Path) -> None:
    plan = load_plan(written(tmp_path, PTZ))
    (camera,) = plan.cameras
    assert (camera.owner, camera.kind, camera.views) == (
        Owner.DISHUB,
        CameraKind.PTZ,
        ("turning-ahead", "turning-across"),
    )
    assert camera.tour is not None
    assert [look.dwell_ns / 1e9 for look in camera.tour.looks] == [12.0, 20.0]
    assert all(1.0 < look.move_ns / 1e9 < 3.0 for look in camera.tour.looks)
    assert plan.camera_of("turning-across") is camera
    assert [view.aimed_road for view in plan.views] == ["mth-1.0+", "mth-1.0-"]


def test_a_view_alone_is_a_fixed_camera_of_its_own() -> None:
    plan = load_plan("beruang-madu")
    assert [camera.views for camera in plan.cameras] == [(view.name,) for view in plan.views]
    assert {(camera.kind, camera.owner, camera.tour) for camera in plan.cameras} == {
        (CameraKind.FIXED, Owner.DISHUB, None)
    }


def test_a_view_with_two_cameras_is_refused() -> None:
    cameras = load_plan("beruang-madu").cameras[:1]
    with pytest.raises(ValueError, match="a view has two cameras"):
        CameraPlan("twice", (), cameras * 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PTZ.replace("dwell_s = 12.0", "dwel_s = 12.0"), "unknown key 'camera.0.tour.dwel_s'"),
        (PTZ.replace("aim_road =", "aim_raod ="), "line 21: unknown key 'camera.0.view.1.aim_raod'"),
        (PTZ.replace('"ptz"', '"pzt"'), "camera.0.kind: input should be 'fixed', 'ptz'"),
        (PTZ.replace('"ptz"', '"multi_sensor"'), "only a ptz goes on a tour, this one is multi_sensor"),
        (PTZ.replace('network = "mt-haryono"\n', ""), "camera 'turning' goes on a tour: key 'network'"),
        (PTZ.replace("mt-haryono", "mt-haryonoo"), "unknown network 'mt-haryonoo'"),
        (PTZ.replace('"mth-1.0-"', '"mth-9.0-"'), "view turning-across: network mt-haryono: unknown road"),
        (PTZ.replace("offset_m = 7.5", "offset_m = 700"), "700 m from road mth-1.0+"),
        (PTZ.replace('"across"', '"ahead"'), "two views are called 'turning-ahead'"),
        (
            FIXED + PTZ.split("[[camera.view]]")[2].join(["[[camera.view]]", ""]),
            "expected one view of a fixed",
        ),
        ('network = "mt-haryono"\n', "expected at least one [[camera]], [[view]] or an inventory"),
        (
            'extends = "today"\n' + PTZ,
            "network 'mt-haryono', but 'today', which it extends, has 'balikpapan'",
        ),
        (PTZ.replace("height_m = 9.0", "height_m = -3.0"), "line 10: camera.0.height_m: -3 m is underground"),
        (PTZ.replace("height_m = 9.0", "height_m = 90.0"), "line 10: camera.0.height_m: 90 m is no place"),
        (
            PTZ + PTZ.split("[[camera]]")[1].join(["[[camera]]", ""]),
            "line 26: two cameras are called 'turning'",
        ),
        (
            PTZ.replace("aim_along_m = 134.0", "aim_along_m = 134.0\naim_height_m = 60.0"),
            "line 15: view turning-ahead: it looks at the sky: the camera is 9 m above the ground",
        ),
        (
            ranged("pan_deg = [-90, 20]"),
            "view turning-across: its pan of -91.6 degrees is out of the range of the PTZ, -90 to 20",
        ),
        (ranged("tilt_deg = [-10, 12]"), "line 16: view turning-ahead: its tilt of 14"),
        (
            ranged("hfov_deg = 55"),
            "its field of view of 58 degrees is out of the range of the PTZ, 2.4 to 55",
        ),
        (ranged("pan_deg = [20, -20]"), "pan_deg: expected the lower limit first, got 20, -20"),
        (
            ranged("hfov_deg = 60")
            .replace('"ptz"', '"multi_sensor"')
            .replace("tour =", "# tour =")
            .replace("dwell_s = 20.0", ""),
            "only a ptz has a range",
        ),
        (FIXED.replace("fps", "repeatability_deg = 0.1\nfps"), "only a ptz has a repeatability_deg"),
        (
            PTZ.replace("fps", "distortion = [{ hfov_deg = 60, k1 = -1.2 }]\nfps"),
            "view turning-ahead: PinholeCamera: the lens folds the picture: k1 = -1.302",
        ),
        ("uplink_mbps = 0\n" + PTZ, "line 1: uplink_mbps: input should be greater than 0"),
        ('inventory = "none.csv"\n', "none.csv: no such file"),
        ('inventory = "../none.csv"\n', "inventory: string should match pattern"),
    ],
)
def test_a_broken_plan_is_told_in_one_line(tmp_path: Path, text: str, expected: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(InputError) as caught:
        load_plan(path)
    assert expected in str(caught.value)
    assert path in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_ptz_misses_its_presets_and_bends_the_picture_as_its_plan_says(tmp_path: Path) -> None:
    usual = load_plan(written(tmp_path, PTZ)).views[0]
    assert usual.repeatability_rad == pytest.approx(radians(0.05))
    assert usual.lens == USUAL_ZOOM_LENS
    keys = (
        "repeatability_deg = 0.1\ndistortion = [{ hfov_deg = 60, k1 = -0.2 }, { hfov_deg = 3, k1 = 5 }]\nfps"
    )
    stated = load_plan(written(tmp_path, PTZ.replace("fps", keys))).views[0]
    assert stated.repeatability_rad == pytest.approx(radians(0.1))
    assert mount(library.named("mt-haryono"), stated).lens.k1 == pytest.approx(-0.2, rel=0.1)
    none = load_plan(written(tmp_path, PTZ.replace("fps", "distortion = []\nfps"))).views[0]
    assert not none.lens.bends
    stays = load_plan(written(tmp_path, FIXED)).views[0]
    assert (stays.repeatability_rad, stays.lens.bends) == (0.0, False)


def test_an_inventory_says_sensor_lens_and_loudspeaker(tmp_path: Path) -> None:
    head = HEAD + ",size_px,sensor_width_mm,shutter_s,max_zoom,snapshot_delay_s,clock_error_s,loudspeaker"
    plan = load_plan(listed(tmp_path, head, ROWS[2] + ",1280x720,6.4,0.002,30,2.5,-1,no"))
    (view,), (camera,) = plan.views, plan.cameras
    assert (view.size_px, view.sensor_width_m, view.shutter_s) == ((1280, 720), 0.0064, 0.002)
    assert (view.max_zoom, view.snapshot_delay_ns, view.clock_error_ns) == (30, 2_500_000_000, -1_000_000_000)
    assert not camera.speaks
    for column, cell, expected in (
        ("loudspeaker", "maybe", "loudspeaker: expected yes or no, got 'maybe'"),
        ("size_px", "1280", "size_px: expected a size like 1280x720, got '1280'"),
        ("fps2", "", "unknown column 'fps2'; did you mean 'fps'?"),
    ):
        with pytest.raises(InputError, match=re.escape(expected)):
            load_plan(listed(tmp_path, f"{HEAD},{column}", f"{ROWS[2]},{cell}"))


def test_an_inventory_says_what_each_view_is_there_for(tmp_path: Path) -> None:
    rows = [ROWS[0] + ",kerb+plates,0.1", ROWS[1] + ",watch,", ROWS[2] + ",,"]
    plan = load_plan(listed(tmp_path, HEAD + ",purpose,repeatability_deg", *rows))
    assert [view.purposes for view in plan.views] == [(Purpose.KERB, Purpose.PLATES), (Purpose.WATCH,), ()]
    assert plan.views[0].repeatability_rad == pytest.approx(radians(0.1))
    with pytest.raises(InputError, match="line 3: purpose: input should be 'kerb', 'red_light'"):
        load_plan(listed(tmp_path, HEAD + ",purpose", ROWS[0] + ",", ROWS[1] + ",kerbs"))


def test_a_range_that_reaches_every_preset_tells_the_zoom_that_is_left(tmp_path: Path) -> None:
    plan = load_plan(written(tmp_path, ranged("pan_deg = [-170, 170], tilt_deg = [0, 90], hfov_deg = 60")))
    ahead, across = plan.views
    assert ahead.max_zoom == pytest.approx(25 * tan(radians(29)) / tan(radians(30)))
    assert across.max_zoom < ahead.max_zoom
    assert load_plan(written(tmp_path, PTZ)).views[0].max_zoom == 25.0


def test_what_a_camera_is_like_comes_from_its_file(tmp_path: Path) -> None:
    text = PTZ.replace(
        "fps = 2.0", "fps = 2.0\nshutter_s = 0.001\nsensor_width_mm = 6.4\nloudspeaker = false"
    )
    text = "uplink_mbps = 3.5\n" + text.replace('"ahead"', '"ahead"\npurpose = ["kerb", "red_light"]')
    plan = load_plan(written(tmp_path, text))
    ahead, across = plan.views
    assert (ahead.purposes, across.purposes) == ((Purpose.KERB, Purpose.RED_LIGHT), ())
    assert ahead.shutter_s == 0.001
    assert ahead.focal_length_m == pytest.approx(0.0032 / tan(radians(29)))
    assert not plan.cameras[0].speaks
    assert plan.uplink_bps == 3_500_000


def test_an_inventory_has_a_row_a_view_and_a_camera_goes_on_to_the_next_name(tmp_path: Path) -> None:
    plan = load_plan(listed(tmp_path, HEAD, *ROWS))
    assert [(c.name, c.kind.value, c.views) for c in plan.cameras] == [
        ("c", "ptz", ("c-a", "c-b")),
        ("d", "fixed", ("d-a",)),
    ]
    assert plan.cameras[0].tour is not None


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((HEAD.replace("fps", "fsp"), *ROWS), "line 1: unknown column 'fsp'; did you mean 'fps'?"),
        ((HEAD.replace("view,", ""),), "line 1: column 'view' is missing; there are camera, kind, road"),
        ((HEAD.replace("fps,", ""),), "line 1: column 'fps' is missing"),
        (
            (HEAD.replace("aim_along_m,", ""),),
            "'aim_along_m' is missing; the nearest that is there is 'along_m'",
        ),
        ((HEAD.replace("hfov_deg", "fps"),), "line 1: column 'hfov_deg' is missing"),
        ((HEAD + ",fps",), "line 1: expected each column once, got 'fps' 2 times"),
        ((HEAD, ROWS[0].replace("7.5,9,", "7.5,-2,")), "line 2: height_m: -2 m is underground"),
        ((HEAD, *ROWS[:2], ROWS[2].replace("d,fixed", "c,fixed")), "line 4: two cameras are called 'c'"),
        ((HEAD, ROWS[0], ROWS[1].replace(",b,", ",a,")), "line 3: two views are called 'c-a'"),
        ((HEAD, ROWS[0], ROWS[1].replace("70,", "9070,")), "line 3: view c-b: aim_along_m = 9070 is off"),
        ((HEAD, ROWS[0] + ",9"), "line 2: expected 10 columns, got 11"),
        ((HEAD, ROWS[0].replace("134", "far")), "line 2: aim_along_m: expected a number, got 'far'"),
        ((HEAD, ROWS[0], ",,,,,,,b,70,500"), "line 3: hfov_deg: input should be less than or equal to 150"),
        ((HEAD, ROWS[0], ",,,,,8,,b,70,50"), "line 3: height_m stands in the first row of a camera only"),
        ((HEAD, ROWS[0].replace("ptz", "pzt")), "line 2: kind: input should be 'fixed'"),
        (
            (HEAD, *ROWS[2:], ",,,,,,,b,70,50"),
            "line 2: camera 'd': expected one view of a fixed camera, got 2",
        ),
    ],
)
def test_a_broken_inventory_is_told_with_its_line(
    tmp_path: Path, lines: tuple[str, ...], expected: str
) -> None:
    with pytest.raises(InputError) as caught:
        load_plan(listed(tmp_path, *lines))
    assert expected in str(caught.value)
    assert "inventory mine.csv" in str(caught.value)


def test_today_is_the_estate_that_the_sources_count() -> None:
    plan = load_plan("today")
    by_owner = Counter((camera.owner.value, camera.kind.value) for camera in plan.cameras)
    dishub = [camera for camera in plan.cameras if camera.owner is Owner.DISHUB]
    assert len(dishub) == 37
    assert sum(len(camera.views) for camera in dishub) == 167
    assert by_owner["police", "fixed"] == 10
    assert by_owner["police", "etle_static"] == 6
    assert len(plan.cameras) == 53
    etle = [camera.name for camera in plan.cameras if camera.kind is CameraKind.ETLE_STATIC]
    sites = Counter("-".join(name.split("-")[1:3]) for name in etle)
    assert sites["beruang-madu"] == 3
    assert sites["plaza-timur"] + sites["plaza-barat"] == 2
    assert sites["lapangan-merdeka"] == 1
    assert 200e6 <= plan.bitrate_bps <= 250e6  # what the operators say that they need


def test_today_on_the_corridor_is_what_lies_there_and_stands_where_it_stood() -> None:
    home, corridor = library.named("balikpapan"), library.named("mt-haryono")
    plan = load_plan("today")
    here = plan_on(plan, corridor)
    check_on_map(here, corridor)
    assert len(here.cameras) + len(here.left_out) == len(plan.cameras)
    assert {"damai", "beller", "balikpapan-baru", "wika"} <= {camera.name for camera in here.cameras}
    assert "rapak" in here.left_out
    spec_of = {view.name: view for view in plan.views}
    for view in here.views:
        there, now = mount(home, spec_of[view.name]), mount(corridor, view)
        assert now.position_m[:2] == pytest.approx(there.position_m[:2], abs=0.5)
        assert now.yaw_rad == pytest.approx(there.yaw_rad, abs=0.05)
    tours = {camera.name: camera.tour for camera in plan.cameras}
    assert all(camera.tour == tours[camera.name] for camera in here.cameras)  # no time is gained


def test_a_plan_of_which_nothing_lies_on_a_network_is_refused(tmp_path: Path) -> None:
    plan = load_plan(listed(tmp_path, HEAD, ROWS[2].replace("mth-1.0+", "mth-1.3+")))
    city = library.named("balikpapan")
    assert plan_on(plan, city).cameras == plan.cameras
    away = load_plan(
        written(tmp_path, FIXED.replace("mt-haryono", "balikpapan").replace("mth-1.0+", "a-yani.0+"))
    )
    with pytest.raises(InputError, match="none of its cameras lies on mt-haryono"):
        plan_on(away, library.named("mt-haryono"))


@pytest.mark.parametrize("zone", ["beruang-madu", "beller", "balikpapan-baru", "wika"])
def test_every_zone_has_a_proposal_on_the_network_of_its_scenario(zone: str) -> None:
    plan = load_plan(f"{zone}-proposal")
    assert plan.network == load_scenario(zone).network
    tours = [camera.tour for camera in plan.cameras if camera.tour]
    assert tours
    for tour in tours:  # a stand of a minute cannot come and go between two looks
        assert max(tour.longest_gap_ns(look.view) for look in tour.looks) < 60e9


def test_today_in_the_figures_of_dishub_has_304_units_at_81_points_by_its_rule() -> None:
    plan = load_plan("today-dishub")
    spec_of = {view.name: view for view in plan.views}
    places = {(spec_of[c.views[0]].road, spec_of[c.views[0]].along_m) for c in plan.cameras}
    assert (len(plan.cameras), len(places)) == (304, 81)
    assert {camera.owner for camera in plan.cameras} == {Owner.DISHUB}
    assert sum(view.name.endswith("-parkir") for view in plan.views) == 6
    assert 200e6 <= plan.bitrate_bps <= 250e6
    stored = files("scenarios").joinpath("plans", "today-dishub.csv").read_text(encoding="utf-8")
    assert dishub_rows(library.named("balikpapan"), load_plan("today")) == stored.splitlines()


@settings(max_examples=15, deadline=None)
@given(count=st.integers(0, 60))
def test_mobile_units_are_as_many_as_asked_for_and_stand_apart_on_the_stretch(count: int) -> None:
    network, plan = library.named("balikpapan"), load_plan("today")
    more = with_mobile(plan, network, count)
    units = [camera for camera in more.cameras if camera.kind is CameraKind.ETLE_MOBILE]
    assert len(units) == count
    assert len(more.cameras) == len(plan.cameras) + count
    spec_of = {view.name: view for view in more.views}
    stands = {(spec_of[c.name].road, spec_of[c.name].along_m) for c in units}
    assert len(stands) == count
    assert all("Sudirman" in network.road_of[road].name for road, _ in stands)
    check_on_map(more, network)


def test_mobile_units_on_a_network_without_the_stretch_stand_on_its_main_road() -> None:
    corridor = library.named("mt-haryono")
    views = with_mobile(load_plan("beller"), corridor, 3).views[-3:]
    assert all(corridor.road_of[view.road].priority >= 3 for view in views)
    with pytest.raises(InputError, match="expected 0 to 200, got -1"):
        with_mobile(load_plan("beller"), corridor, -1)
