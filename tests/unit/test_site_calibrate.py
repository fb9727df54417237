"""The pose of a camera from picked points, and `bconnect site calibrate`."""

from math import degrees, radians
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.datatypes.camera import PinholeCamera
from scenarios.cli.main import main
from scenarios.pose import Picks, solve_pose
from scenarios.site_files import load_site

SIZE = (1280, 720)
GROUND = np.array([
    [12.0, -4.0, 0.0], [12.0, 5.0, 0.0], [20.0, 0.0, 0.0], [30.0, -8.0, 0.0],
    [34.0, 6.0, 0.0], [50.0, -3.0, 0.0], [60.0, 9.0, 0.0],
])  # fmt: skip
CAMERA = PinholeCamera.from_hfov(SIZE, radians(60), [-3.0, 1.0, 8.0], radians(-2.0), radians(17.0))


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCONNECT_LANG", "en")


def picked(camera: PinholeCamera, points_m: np.ndarray) -> Picks:
    pixels, depth = camera.project(points_m)
    inside = (depth > 1) & (pixels >= 0).all(axis=1) & (pixels < np.array(SIZE)).all(axis=1)
    return Picks(SIZE, pixels[inside], points_m[inside])


@settings(max_examples=8, deadline=None)
@given(yaw=st.floats(-3.1, 3.1), tilt=st.floats(0.25, 0.6), height=st.floats(5, 14), hfov=st.floats(0.8, 1.4))
def test_the_pose_that_took_the_picture_is_found_again(
    yaw: float, tilt: float, height: float, hfov: float
) -> None:
    camera = PinholeCamera.from_hfov(SIZE, hfov, [3.0, -2.0, height], yaw, tilt)
    corners = np.array([[u, v] for u in (150.0, 640.0, 1130.0) for v in (380.0, 520.0, 680.0)])
    flat = camera.ground_points(corners)
    picks = picked(camera, np.column_stack((flat, np.zeros(len(flat)))))
    solved = solve_pose(picks)
    assert solved.rms_px < 1e-3
    assert solved.camera.position_m == pytest.approx(camera.position_m, abs=0.01)
    assert solved.camera.focal_px == pytest.approx(camera.focal_px, rel=1e-3)
    assert np.angle(np.exp(1j * (solved.camera.yaw_rad - yaw))) == pytest.approx(0.0, abs=1e-3)


def test_picks_a_pixel_off_leave_about_a_pixel_and_a_known_field_of_view_is_kept() -> None:
    picks = picked(CAMERA, GROUND)
    off = np.array([[1.0, -1.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, -1.0], [1.0, 0.0], [0.0, -1.0], [-1.0, 0.0]])
    shaken = Picks(SIZE, picks.pixels + off[: len(picks.pixels)], picks.points_m)
    solved = solve_pose(shaken, radians(60))
    assert solved.camera.focal_px == pytest.approx(CAMERA.focal_px)
    assert 0.2 < solved.rms_px < 1.5
    assert 0.005 < solved.rms_m < 1.0
    assert solved.camera.position_m == pytest.approx(CAMERA.position_m, abs=0.5)


def test_the_ground_follows_a_grade() -> None:
    points = GROUND + np.column_stack((np.zeros((7, 2)), 0.05 * GROUND[:, 0]))
    solved = solve_pose(picked(CAMERA, points))
    assert solved.ground.slope_x == pytest.approx(0.05)
    assert solved.rms_px < 1e-3


def files(folder: Path, rows: list[str], head: str = "u_px,v_px,x_m,y_m") -> tuple[str, str]:
    image, points = folder / "street.png", folder / "points.csv"
    cv2.imwrite(str(image), np.full((SIZE[1], SIZE[0], 3), 90, np.uint8))
    points.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return str(image), str(points)


def lines(picks: Picks) -> list[str]:
    return [
        f"{u:.2f},{v:.2f},{x:g},{y:g}" for (u, v), (x, y, _) in zip(picks.pixels, picks.points_m, strict=True)
    ]


def test_the_command_writes_a_site_file_that_the_engine_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image, points = files(tmp_path, lines(picked(CAMERA, GROUND)))
    out = tmp_path / "street.toml"
    assert main(["site", "calibrate", image, points, "--out", str(out), "--origin", "116.85,-1.27"]) == 0
    said = capsys.readouterr().out
    assert "Left over at 7 points: 0.0" in said
    site = load_site(str(out))
    assert (site.view, site.origin_lonlat) == ("street", (116.85, -1.27))
    assert site.camera.position_m == pytest.approx(CAMERA.position_m, abs=0.05)
    assert degrees(site.camera.tilt_rad) == pytest.approx(17.0, abs=0.1)
    assert "px and" in out.read_text(encoding="utf-8").splitlines()[0]


ROWS = lines(picked(CAMERA, GROUND))


@pytest.mark.parametrize(
    ("rows", "head", "expected"),
    [
        (ROWS[:3], "u_px,v_px,x_m,y_m", "points.csv: expected at least 4 points to tell 7 unknowns, got 3"),
        (ROWS, "u_px,v_px,x_m,ym", "line 1: unknown column 'ym'; did you mean 'y_m'?"),
        ([*ROWS, "5000,10,1,1"], "u_px,v_px,x_m,y_m", "line 9: pixel (5000, 10) is outside of the picture"),
        ([*ROWS, "50,10,far,1"], "u_px,v_px,x_m,y_m", "line 9: x_m: expected a number, got 'far'"),
        ([*ROWS, "50,700,80,-40"], "u_px,v_px,x_m,y_m", "px are left over, more than 8"),
        (
            [f"{100 * n},{600 - 50 * n},{10 + n},{2 * n}" for n in range(6)],
            "u_px,v_px,x_m,y_m",
            "the points lie on one line in the ground",
        ),
    ],
)
def test_bad_points_are_one_line_and_exit_code_2(
    tmp_path: Path, rows: list[str], head: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["site", "calibrate", *files(tmp_path, rows, head)]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert expected in captured.err


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("none.png", "points.csv"), "none.png: no such file"),
        (("points.csv", "points.csv"), "points.csv: expected a picture"),
        (("street.png", "none.csv"), "none.csv: no such file"),
        (("street.png", "points.csv", "--origin", "116"), "--origin 116: expected LON,LAT"),
    ],
)
def test_bad_files_are_one_line(
    tmp_path: Path, options: tuple[str, ...], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    files(tmp_path, ROWS)
    given = [str(tmp_path / one) if one.endswith(("png", "csv")) else one for one in options]
    assert main(["site", "calibrate", *given]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert expected in captured.err
