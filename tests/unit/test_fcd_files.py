"""Floating car data in each format: the same whatever the suffix, as SUMO has it, whole or not at all."""

import gzip
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from scenarios.cli.main import main
from scenarios.traffic import TrafficRun, run_traffic
from tests.traffic_networks import cross
from twin.network.native import save_network
from twin.traffic.fcd_files import CSV_COLUMNS, FORMATS, PARQUET_COLUMNS, fcd_written
from twin.traffic.trajectories import Track, TrajectoryError, read_trajectories

TESTS = Path(__file__).parents[1]
NO_PYARROW = importlib.util.find_spec("pyarrow") is None
needs_pyarrow = pytest.mark.skipif(NO_PYARROW, reason="pyarrow is not installed")
EVERY = [pytest.param(s, marks=needs_pyarrow if s == ".parquet" else ()) for s in FORMATS]


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("net") / "cross.json"
    save_network(cross(), path)
    return path


def written(net: Path, path: Path) -> Path:
    run_traffic(TrafficRun(str(net), None, 20.0, step_s=0.5, fcd=path))
    return path


def same(one: tuple[Track, ...], other: tuple[Track, ...], rounding_m: float = 0.006) -> None:
    assert len(one) == len(other) > 3
    for track, back in zip(one, other, strict=True):
        assert (back.name, back.kind, back.edges) == (track.name, track.kind, track.edges)
        assert back.at_front
        assert back.time_s == pytest.approx(track.time_s)
        assert np.abs(back.place_m - track.place_m).max() < rounding_m
        assert back.speed_mps == pytest.approx(track.speed_mps, abs=0.006)
        assert back.heading_rad == pytest.approx(track.heading_rad, abs=1e-4)


@pytest.mark.parametrize("suffix", EVERY)
def test_every_format_gives_the_same_tracks(suffix: str, net: Path, tmp_path: Path) -> None:
    xml = read_trajectories(written(net, tmp_path / "a.xml"))
    path = written(net, tmp_path / f"b{suffix}")
    same(xml, read_trajectories(path))
    again = written(net, tmp_path / f"c{suffix}")
    assert path.read_bytes() == again.read_bytes()  # the same run, the same bytes
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.xml", f"b{suffix}", f"c{suffix}"]


def test_a_packed_file_holds_what_the_plain_one_does(net: Path, tmp_path: Path) -> None:
    plain, packed = (written(net, tmp_path / name).read_bytes() for name in ("a.xml", "a.xml.gz"))
    assert gzip.decompress(packed) == plain


def test_the_csv_is_what_the_tool_of_sumo_makes_of_the_xml(net: Path, tmp_path: Path) -> None:
    sumo = pytest.importorskip("sumo", reason="SUMO is not installed")
    xml, csv = written(net, tmp_path / "a.xml"), written(net, tmp_path / "b.csv")
    tool = Path(sumo.SUMO_HOME) / "tools" / "xml" / "xml2csv.py"
    place = {**os.environ, "SUMO_HOME": sumo.SUMO_HOME}
    subprocess.run([sys.executable, tool, xml, "-o", tmp_path / "tool.csv"], check=True, env=place)
    tool_head, *tool_rows = (tmp_path / "tool.csv").read_text(encoding="utf-8").splitlines()
    head, *rows = csv.read_text(encoding="utf-8").splitlines()
    slope = CSV_COLUMNS.index("vehicle_slope")
    assert [name for name in head.split(";") if name != "vehicle_slope"] == tool_head.split(";")
    full = [row.split(";") for row in tool_rows if row.split(";")[2]]  # the tool keeps empty steps
    assert [cells[:slope] + cells[slope + 1 :] for cells in (row.split(";") for row in rows)] == full


def test_the_columns_are_those_of_sumo(net: Path, tmp_path: Path) -> None:
    head = written(net, tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()[0]
    asked = "timestep_time;vehicle_angle;vehicle_id;vehicle_lane;vehicle_pos;vehicle_slope;vehicle_speed;"
    assert head == asked + "vehicle_type;vehicle_x;vehicle_y;vehicle_z"


@needs_pyarrow
def test_the_parquet_has_the_columns_and_types_of_sumo() -> None:
    import pyarrow.parquet  # noqa: PLC0415 - optional

    schema = pyarrow.parquet.read_schema(TESTS / "sumo_fcd.parquet")
    kinds = {"double": "fine", "string": "text", "float": "coarse"}
    theirs = {field.name: kinds[str(field.type)] for field in schema}
    ours = {name: kind for name, kind in PARQUET_COLUMNS.items() if name != "vehicle_z"}
    assert list(ours.items()) == list(theirs.items())


@needs_pyarrow
def test_what_sumo_itself_writes_is_read() -> None:
    """Both were written by SUMO 1.28: netgenerate --grid, one flow, --end 20, --fcd-output."""
    csv, parquet = (read_trajectories(TESTS / f"sumo_fcd.{kind}") for kind in ("csv", "parquet"))
    same(csv, parquet)
    assert csv[0].edges[0] == "A0A1"
    assert np.degrees(csv[0].heading_rad[0]) == pytest.approx(90.0)  # north


@pytest.mark.parametrize("suffix", EVERY)
def test_a_run_that_breaks_off_leaves_nothing(suffix: str, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), fcd_written(tmp_path / f"a{suffix}", None):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["fcd.txt", "fcd", "fcd.xml.bz2"])
def test_an_unknown_suffix_is_refused(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["traffic", "run", "mt-haryono", "--until", "10", "--fcd", str(tmp_path / name)]) == 2
    said = capsys.readouterr().err
    assert f"{name}: expected a name that ends in one of .xml, .xml.gz, .csv, .parquet" in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_without_pyarrow_it_is_said_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = tmp_path / "fcd.parquet"
    assert main(["traffic", "run", "mt-haryono", "--until", "10", "--fcd", str(path)]) == 2
    said = capsys.readouterr().err
    hint = "Parquet needs pyarrow, which is not installed; install it: pip install 'bconnect-twin[parquet]'"
    assert hint in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(TrajectoryError, match="Parquet needs pyarrow"):
        read_trajectories(TESTS / "sumo_fcd.parquet")


@needs_pyarrow
def test_what_is_wrong_with_a_parquet_file_is_named(tmp_path: Path) -> None:
    import pyarrow.parquet  # noqa: PLC0415 - optional

    path = tmp_path / "tracks.parquet"
    good = {"id": ["a", "a"], "time": [0.0, 1.0], "x": [0.0, 1.0], "y": [0.0, 0.0]}
    cases = [
        ({"y": None}, "vehicle_x, vehicle_y or id, time, x, y, got no y"),
        ({"x": [0.0, float("nan")]}, "row 2: x 'nan': expected a number"),
        ({"x": [0.0, 900.0]}, "row 2: vehicle 'a' jumps 900 m between 0 and 1 s"),
        ({"time": [1.0, 1.0]}, "row 2: vehicle 'a' at 1 s: expected times that rise"),
        ({"id": ["a", None]}, "row 2: expected the columns id, time, x, y, got no id"),
        ({"id": [], "time": [], "x": [], "y": []}, "expected vehicles, got none"),
    ]
    for change, said in cases:
        columns = {name: values for name, values in (good | change).items() if values is not None}
        pyarrow.parquet.write_table(pyarrow.table(columns), path)
        with pytest.raises(TrajectoryError) as caught:
            read_trajectories(path)
        assert said in str(caught.value)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(TrajectoryError, match="expected a whole Parquet file"):
        read_trajectories(path)
    pyarrow.parquet.write_table(pyarrow.table(good | {"id": [7, 7], "speed": [2.0, float("nan")]}), path)
    (track,) = read_trajectories(path)
    assert (track.name, track.at_front) == ("7", False)
    assert track.speed_mps == pytest.approx([2.0, 1.0])
