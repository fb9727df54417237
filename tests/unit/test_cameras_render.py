"""`bconnect cameras render` and `sheet`: pictures of a plan at an hour, in a weather."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from scenarios import photographs
from scenarios.cli.main import main
from scenarios.spec import load_plan, load_scenario


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCONNECT_LANG", "en")
    monkeypatch.setattr(photographs, "WARMUP_S", 40.0)


def test_a_view_is_rendered_in_rain_by_night_and_marked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    png = tmp_path / "rain.png"
    said = ["cameras", "render", "beruang-madu", "--camera", "simpang-beller", "--at", "19:30"]
    assert main([*said, "--weather", "rain", "--png", str(png)]) == 0
    out = capsys.readouterr().out
    assert "simpang-beller at 19:30, rain, visibility " in out
    assert str(png) in out
    picture = cv2.imread(str(png))
    assert picture.shape == (360, 640, 3)
    corner = picture[8:30, 540:632].astype(int)
    assert ((corner[..., 2] > 150) & (corner[..., 2] - corner[..., 0] > 50)).sum() > 60


def test_a_sheet_has_a_row_a_view_and_a_column_a_moment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    png = tmp_path / "sheet.png"
    said = ["cameras", "sheet", "beruang-madu", "--cameras", "kerb-1-utara", "--lang", "id"]
    assert main([*said, "--png", str(png)]) == 0
    assert "1 tampilan, simulasi: " in capsys.readouterr().out
    page = cv2.imread(str(png)).astype(float)
    assert page.shape == (30 + 364, 4 * 644 + 4, 3)
    means = [page[40:380, 8 + 644 * i : 640 + 644 * i].mean() for i in range(4)]
    assert means[0] > means[2]  # noon against night
    assert np.ptp(means) > 10


def test_views_are_found_by_their_short_and_their_whole_name() -> None:
    plan = load_plan("beruang-madu-proposal")
    assert photographs.view_named(plan, "kerb-1").name == plan.camera_of("kerb-1-dekat-depan").views[0]
    for name in ("jauh-depan", "kerb-1-jauh-depan"):
        assert photographs.view_named(plan, "kerb-1", name).name == "kerb-1-jauh-depan"
    assert len(photographs.chosen(plan, [], 4)) == 4


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["--camera", "simpang"], "unknown camera 'simpang'"),
        (["--camera", "kerb-1-utara", "--view", "x"], "view of camera 'kerb-1-utara'"),
        (["--camera", "kerb-1-utara", "--weather", "rian"], "unknown weather 'rian'; did you mean 'rain'?"),
        (["--camera", "kerb-1-utara", "--at", "25:00"], "--at 25:00: expected something like 17:30"),
        (["--camera", "kerb-1-utara", "--date", "x"], "--date x: expected something like 2026-11-27"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    said: list[str], expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cameras", "render", "beruang-madu", *said, "--png", str(tmp_path / "x.png")]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert expected in captured.err
    assert not (tmp_path / "x.png").exists()


def test_a_picture_that_cannot_be_written_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    said = ["cameras", "render", "beruang-madu", "--camera", "kerb-1-utara", "--png", "/nowhere/x.png"]
    assert main(said) == 2
    assert "/nowhere/x.png: expected a place" in capsys.readouterr().err


SCENARIO = Path(__file__).parents[2] / "scenarios" / "library" / "beruang-madu.toml"


@pytest.mark.parametrize(
    ("line", "intensity", "metres"),
    [
        ('weather = "rain"', 0.5, None),
        ('weather = { kind = "rain", intensity = 0.9 }', 0.9, None),
        ('weather = { kind = "haze", visibility_m = 300.0 }', 0.5, 300.0),
    ],
)
def test_a_scenario_says_its_weather(
    line: str, intensity: float, metres: float | None, tmp_path: Path
) -> None:
    file = tmp_path / "wet.toml"
    file.write_text(line + "\n" + SCENARIO.read_text(encoding="utf-8"), encoding="utf-8")
    weather = load_scenario(str(file)).weather
    assert (weather.intensity, weather.range_m) == (intensity, metres)
    assert load_scenario("beruang-madu").weather.sky.value == "clear"


@pytest.mark.parametrize("line", ['weather = "fog"', 'weather = { kind = "fog" }'])
def test_an_unknown_weather_in_a_file_is_told_with_the_known_ones(
    line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "foggy.toml"
    file.write_text(line + "\n" + SCENARIO.read_text(encoding="utf-8"), encoding="utf-8")
    assert main(["validate", str(file), "--short"]) == 2
    said = capsys.readouterr().err
    assert "foggy.toml, line 1: weather: " in said
    assert "clear, haze, rain" in said
