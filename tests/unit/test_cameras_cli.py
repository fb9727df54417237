import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.image import imread
from matplotlib.text import Text

from scenarios.cli.main import main
from scenarios.reports.camera_map import camera_figure
from scenarios.reports.label_places import BOX_PT, free_places
from scenarios.spec import load_plan
from scenarios.texts import Texts
from twin.network import library


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCONNECT_LANG", "en")
    monkeypatch.setenv("COLUMNS", "160")


def test_cameras_are_listed_with_owner_kind_views_price_and_uplink(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["cameras", "list", "today"]) == 0
    said = capsys.readouterr().out
    assert all(word in said for word in ("damai", "Dishub", "police", "static ETLE", "multi-sensor"))
    assert "53 cameras, 183 views, Rp9 415 million, 248 Mbps" in said
    assert "Uplink: 248 Mbps at once, 50 available." in said


def test_the_list_as_json_is_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cameras", "list", "today", "--on", "mt-haryono", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    damai = next(camera for camera in told["cameras"] if camera["id"] == "damai")
    assert (damai["owner"], damai["kind"], len(damai["views"])) == ("dishub", "ptz", 5)
    assert (damai["streams"], damai["loudspeaker"]) == (1, True)
    assert sum(view["duty"] for view in damai["views"]) < 1
    assert len(told["cameras"]) + len(told["left_out"]) == 53


def test_the_list_says_what_a_network_leaves_out_in_the_language_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["cameras", "list", "today", "--on", "mt-haryono", "--lang", "id"]) == 0
    assert "41 kamera rencana ini tidak terletak pada jaringan mt-haryono" in capsys.readouterr().out


def test_one_camera_is_shown_with_all_that_its_plan_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cameras", "show", "today", "--camera", "damai"]) == 0
    said = capsys.readouterr().out
    for line in ("Owner           Dishub", "Kind            PTZ", "1 x 4 Mbps = 4 Mbps", "Rp95 million"):
        assert line in said
    for word in ("mth-1.0-, 228 m", "640 x 360 px", "Loudspeaker     yes", "87.2 s", "damai-ke-timur", "25x"):
        assert word in said
    for word in (
        "80/80 deg/s, 400 deg/s2, settles in 1 s, finds a direction within 0.05 deg",
        "1.5 s + 1.0 to 3.5 s to turn there",
        "-3.3",
        "-2.8",
    ):
        assert word in said
    assert said.count("17 %") == 5  # of five presets, with the moves between them
    assert said.count("72.2") == 5


def test_a_camera_of_several_lenses_has_a_stream_a_lens_and_watches_always(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["cameras", "show", "today", "--camera", "balikpapan-baru", "--lang", "id"]) == 0
    said = capsys.readouterr().out
    assert "4 x 2 Mbps = 8 Mbps" in said
    assert "Pengeras suara    ya" in said
    assert said.count("100 %") == 4


def test_mobile_units_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cameras", "list", "today", "--mobile", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert sum(camera["kind"] == "etle_mobile" for camera in told["cameras"]) == 3
    assert len(told["cameras"]) == 56


def test_a_map_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    png = tmp_path / "map.png"
    assert main(["cameras", "map", "beruang-madu", "--png", str(png)]) == 0  # a plan that names no network
    assert str(png) in capsys.readouterr().out
    assert imread(png)[..., :3].std() > 0.02


def test_the_map_has_a_key_a_scale_north_and_a_legend() -> None:
    plan = load_plan("wika-proposal")
    figure = camera_figure(plan, library.named("mt-haryono"), Texts("en"))
    shown = {text.get_text() for text in figure.findobj(Text)}
    assert {
        "wika-proposal",
        "N",
        "kerb-1: PTZ, 4 (21 %)",
        "on a guard tour",
        "kerb with the ban",
        "Dishub",
    } <= shown
    assert any(text.endswith(" m") for text in shown)
    assert {str(n) for n in range(1, len(plan.cameras) + 1)} <= shown


def test_the_key_of_a_large_estate_has_a_line_a_site() -> None:
    figure = camera_figure(load_plan("today-dishub"), library.named("balikpapan"), Texts("en"))
    shown = {text.get_text() for text in figure.findobj(Text)}
    assert "auri: 1 PTZ, 3 fixed" in shown
    assert figure.get_size_inches()[1] < 16


def overlaps(places: np.ndarray) -> Iterator[tuple[int, int]]:
    for i, j in combinations(range(len(places)), 2):
        if (np.abs(places[i] - places[j]) < np.array(BOX_PT)).all():
            yield i, j


@given(
    points=st.lists(st.tuples(st.floats(20, 480), st.floats(20, 480)), min_size=1, max_size=25, unique=True)
)
def test_numbers_do_not_cover_each_other(points: list[tuple[float, float]]) -> None:
    anchors = np.array(points)
    places = free_places(anchors, anchors, (500.0, 500.0))
    assert list(overlaps(places)) == []
    assert (places >= 0).all()
    assert (places <= 500).all()


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["cameras"], "Missing command"),
        (["cameras", "list", "todya"], "unknown plan 'todya'; did you mean 'today'?"),
        (["cameras", "list", "none.toml"], "none.toml: no such file"),
        (["cameras", "list", "today", "--on", "atlantis"], "unknown network 'atlantis'"),
        (["cameras", "list", "beruang-madu-proposal", "--on", "none.json"], "none.json"),
        (["cameras", "show", "today"], "Missing option '--camera'"),
        (
            ["cameras", "show", "today", "--camera", "dama"],
            "camera of plan today 'dama'; did you mean 'damai'?",
        ),
        (["cameras", "list", "today", "--mobile", "-1"], "mobile units: expected 0 to 200, got -1"),
        (["cameras", "map", "today"], "Missing option '--png'"),
        (["cameras", "map", "wika", "--png", "/nowhere/map.png"], "/nowhere/map.png: expected a place"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    command: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert expected in captured.err
