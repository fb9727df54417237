"""Bad input, through the real program: one line on stderr, exit code 2, nothing half-written."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from scenarios.cli.main import main
from scenarios.toml_files import Kind, resolve
from tests.network_files import GMNS, line_features, sumo_xml, write_gmns_tables
from tests.onnx_models import bright_cells

SCENARIO = resolve(Kind.SCENARIO, "beruang-madu").read_text(encoding="utf-8")
PLAN = resolve(Kind.PLAN, "beruang-madu").read_text(encoding="utf-8")
NO_WAYS = """<?xml version="1.0"?>
<osm version="0.6">
  <node id="1" lat="-1.26" lon="116.85"/>
  <node id="2" lat="-1.27" lon="116.86"/>
  <way id="7"><nd ref="1"/><nd ref="2"/><tag k="highway" v="footway"/></way>
</osm>
"""


def clip(path: Path, *, codec: str = "mpeg4", size: tuple[int, int] = (96, 64), frames: int = 40) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for number in range(frames):
            noise = np.random.default_rng(number).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(noise, format="bgr24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


def truncated(folder: Path) -> Path:
    whole = clip(folder / "whole.mp4").read_bytes()
    path = folder / "truncated.mp4"
    path.write_bytes(whole[: len(whole) // 2])  # the index of an mp4 stands at its end
    return path


def written(name: str, data: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    return write


def refused(
    arguments: list[str], out: Path, capsys: pytest.CaptureFixture[str], option: str = "--out"
) -> str:
    """Return the one line on stderr of a run that was refused."""
    before = sorted(out.parent.rglob("*"))
    assert main([*arguments, option, str(out)]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1, captured.err
    assert captured.err.startswith("error: ")
    assert sorted(out.parent.rglob("*")) == before, "something was half-written"
    return captured.err


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda folder: folder / "missing.mp4", "missing.mp4"),
        (written("text.mp4", b"this is a text, not a video\n" * 50), "text.mp4"),
        (written("empty.mp4", b""), "empty.mp4"),
        (truncated, "truncated.mp4"),
        (lambda folder: clip(folder / "tiny.avi", codec="rawvideo", size=(48, 48)), "48 x 48 px: too small"),
    ],
    ids=["missing", "text", "zero-byte", "truncated", "rawvideo-48x48"],
)
def test_a_recording_that_cannot_be_used(
    make: Callable[[Path], Path], expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = make(tmp_path)
    assert expected in refused(["detect", str(source)], tmp_path / "out", capsys)


def test_a_start_that_is_no_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = clip(tmp_path / "clip.mp4")
    said = refused(["detect", str(source), "--start", "half past four"], tmp_path / "out", capsys)
    assert "--start half past four: expected a time like 16:30" in said


def test_a_scenario_that_nobody_knows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(["validate", "beruang-maduu"], tmp_path / "out", capsys)
    assert "unknown scenario 'beruang-maduu'; did you mean 'beruang-madu'" in said


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("warmup_s", "warmup", "line 8: unknown key 'warmup'; did you mean 'warmup_s'?"),
        ('network = "mt-haryono"', 'network = "mt-hariono"', "mt-haryono"),
        ('plan = "beruang-madu"', 'plan = "no-such-plan"', "unknown plan 'no-such-plan'"),
        ('detector = "motion"', 'detector = "yolo99"', "unknown detector 'yolo99'"),
        ('zone = "beruang-madu"', 'zone = "beruang"', "unknown zone 'beruang'; did you mean 'beruang-madu'"),
    ],
)
def test_a_scenario_with_a_slip(
    old: str, new: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert old in SCENARIO
    path = tmp_path / "mine.toml"
    path.write_text(SCENARIO.replace(old, new, 1), encoding="utf-8")
    assert expected in refused(["validate", str(path), "--short"], tmp_path / "out", capsys)


def test_a_plan_with_a_camera_off_the_map(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = PLAN.splitlines()
    first = next(row for row, line in enumerate(lines) if line.startswith("along_m"))
    lines[first] = "along_m = 98765.0"
    path = tmp_path / "lost.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    said = refused(["validate", "beruang-madu", "--plan", str(path)], tmp_path / "out", capsys)
    assert "along_m = 98765 is off the map" in said


def test_a_network_without_drivable_ways(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ways = tmp_path / "footway.osm"
    ways.write_text(NO_WAYS, encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(SCENARIO.replace('"mt-haryono"', f'"{ways}"'), encoding="utf-8")
    assert "footway.osm" in refused(["validate", str(path)], tmp_path / "out", capsys)


def test_an_out_folder_that_holds_something_else_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = clip(tmp_path / "clip.mp4", frames=3)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("mine", encoding="utf-8")
    assert "is not an earlier result" in refused(["detect", str(source)], tmp_path / "out", capsys)


TWO_STREETS = line_features([[116.85, -1.27], [116.852, -1.27]], [[116.85, -1.26], [116.852, -1.26]])
NET = sumo_xml()
ROUTE = '<routes>\n<vehicle id="a" depart="1"><route edges="{}"/></vehicle>\n</routes>'
TRIP = '<routes>\n<trip id="a" depart="{}" from="{}" to="{}"/>\n</routes>'


@pytest.mark.parametrize(
    ("net", "routes", "expected"),
    [
        (NET[:1500], None, "a.net: line 4: expected a whole SUMO network"),
        (
            NET.replace("<net ", "<network ").replace("</net>", "</network>"),
            None,
            "line 2: <network>: expected <net>",
        ),
        (NET.replace(' shape="0,100 90.0,100.0"', ""), None, "line 4: <lane id='wc_0'>: expected a shape"),
        (NET, ROUTE.format("wc q"), "a.rou: line 2: vehicle 'a': road 'q' is not in network a"),
        (NET, ROUTE.format("wc cee"), "road 'cee' is not in network a, nearest: 'ce'; correct one"),
        (
            NET,
            ROUTE.format("wc cn"),
            "vehicle 'a': no way from road 'wc' to 'cn' in network a; correct its route",
        ),
        (
            NET,
            TRIP.format(1, "wc", "cn"),
            "a.rou: line 2: vehicle 'a': no way from road 'wc' to 'cn'; choose others",
        ),
        (NET, TRIP.format(-1, "wc", "ce"), "a.rou: line 2: <trip id='a'>: depart '-1': expected a number"),
        (
            NET,
            TRIP.format("1e300", "wc", "ce"),
            "a.rou: line 2: <trip id='a'>: depart '1e300': expected a number",
        ),
        (NET, "<routes>\n", "a.rou: line 2: expected a whole XML file"),
        (TWO_STREETS, TRIP.format(1, "f1.0+", "f2.0+"), "no way from road 'f1.0+' to 'f2.0+'; choose others"),
        (
            '{"type": "FeatureCollection", "features": []}',
            None,
            "a.net: expected LineStrings for motor vehicles",
        ),
    ],
)
def test_traffic_that_cannot_be(
    net: str, routes: str | None, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.net").write_text(net, encoding="utf-8")
    given = [str(tmp_path / "a.net")]
    if routes is not None:
        (tmp_path / "a.rou").write_text(routes, encoding="utf-8")
        given.append(str(tmp_path / "a.rou"))
    outs = ["--edgedata", str(tmp_path / "e.xml"), "--tripinfo", str(tmp_path / "t.xml"), "--until", "9"]
    assert expected in refused(["traffic", "run", *given, *outs], tmp_path / "fcd.xml", capsys, "--fcd")


def test_a_gmns_link_to_an_unknown_node(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    links = GMNS["link"].replace("Mystic Street,2,6", "Mystic Street,2,66")
    folder = write_gmns_tables(tmp_path / "town", {**GMNS, "link": links})
    said = refused(["network", "import", str(folder)], tmp_path / "town.json", capsys)
    assert "town/link.csv: line 2: link '21': to_node_id '66': expected a node of node.csv" in said
    said = refused(["network", "show", str(folder)], tmp_path / "town.png", capsys, "--png")
    assert "to_node_id '66'" in said
    for option in ("--gmns", "--geojson", "--sumo"):
        assert "'66'" in refused(["network", "export", str(folder)], tmp_path / "out", capsys, option)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("a,0,0,0\na,1,200,0", "line 3: vehicle 'a' jumps 200 m between 0 and 1 s; expected at most 70 m/s"),
        ("a,1,0,0\na,1,1,0", "line 3: vehicle 'a' at 1 s: expected times that rise"),
        ("a,0,NaN,0", "line 2: x 'NaN': expected a number"),
        ("a,0,,0", "line 2: expected the columns id, time, x, y, got no x"),
    ],
)
def test_tracks_that_cannot_be(
    rows: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "tracks.csv"
    path.write_text(f"id,time,x,y\n{rows}\n", encoding="utf-8")
    tracks = ["--short", "--trajectories", str(path)]
    assert f"tracks.csv: {expected}" in refused(
        ["validate", "beruang-madu", *tracks], tmp_path / "out", capsys
    )


def test_the_installed_program_says_the_same() -> None:
    program = shutil.which("bconnect", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("the program bconnect is not installed beside this Python")
    done = subprocess.run(
        [program, "validate", "beruang-maduu"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: unknown scenario 'beruang-maduu'")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("onnx:gone.onnx", "gone.onnx: no such model"),
        ("onnx:notes.onnx", "notes.onnx: not a model that ONNX Runtime can read"),
        ("onnx:unnamed.onnx", "write unnamed.toml beside it, with a line like names ="),
        ("onnx:counted.onnx", "expected an output (1, 8, N), a box and 4 scores, got (1, 9,"),
        ("yolo:yolo11n.pt", "would be looked for on the network, so give a file"),
        ("twin@scroe=1", "expected score=0..1 or size=WIDTHxHEIGHT"),
        ("no_such_module:Nothing", "expected an importable module and a class in it"),
        ("twni", "unknown detector 'twni'"),
    ],
)
@pytest.mark.parametrize("command", [["detector", "check"], ["detect", "street", "--detector"]])
def test_a_detector_that_cannot_be_had(
    command: list[str],
    name: str,
    says: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    pictures(tmp_path / "street", np.zeros((96, 128, 3), np.uint8))
    (tmp_path / "notes.onnx").write_text("not a model", encoding="utf-8")
    bright_cells(tmp_path / "unnamed.onnx", names=None)
    bright_cells(tmp_path / "counted.onnx", classes=5)
    assert main([*command, name]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert says in said[0]
    assert not (tmp_path / "out" / "street").exists()


def pictures(folder: Path, image: np.ndarray, number: int = 3) -> Path:
    folder.mkdir()
    for row in range(number):
        cv2.imwrite(str(folder / f"{row}.png"), image)
    return folder


def test_pictures_of_16_bits_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = pictures(tmp_path / "deep", np.full((96, 128), 4095, np.uint16))
    assert "expected 8 bits a channel, got 16" in refused(["detect", str(folder)], tmp_path / "out", capsys)


def test_grey_pictures_in_which_nothing_is_found_give_a_result_without_tracks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = pictures(tmp_path / "grey", np.full((96, 128), 90, np.uint8))
    model = bright_cells(tmp_path / "mine.onnx")
    model.with_suffix(".toml").write_text("score = 0.5", encoding="utf-8")
    said = ["detect", str(folder), "--detector", f"onnx:{model}", "--out", str(tmp_path / "out")]
    assert main(said) == 0
    assert "3 frames, 0 tracks, 0 cases" in capsys.readouterr().out
