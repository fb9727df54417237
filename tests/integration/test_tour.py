"""The tour of the README in a short form: each command runs and leaves what it promises."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from scenarios.cli.main import main

pytestmark = pytest.mark.slow
DONE, GATE = 0, 3
PROGRAM = "from scenarios.cli.main import run; run()"

TOUR: tuple[tuple[str, tuple[str, ...], tuple[int, ...], str], ...] = (
    (
        "network written for others",
        ("network", "export", "mt-haryono", "--gmns", "corridor", "--geojson", "corridor.geojson"),
        (DONE,),
        "corridor/link.csv",
    ),
    (
        "network of others drawn",
        ("network", "show", "corridor", "--png", "corridor.png"),
        (DONE,),
        "corridor.png",
    ),
    (
        "traffic run",
        ("traffic", "run", "mt-haryono", "--until", "20", "--fcd", "fcd.xml"),
        (DONE,),
        "fcd.xml",
    ),
    (
        "hours of a day",
        ("traffic", "day", "mt-haryono", "--from", "6", "--to", "7", "--step", "1", "--out", "day"),
        (DONE,),
        "day/day.png",
    ),
    (
        "trajectories watched",
        ("validate", "beruang-madu", "--short", "--trajectories", "fcd.xml", "--out", "tracks"),
        (DONE, GATE),
        "tracks/report.html",
    ),
    ("estate listed", ("cameras", "list", "today", "--json"), (DONE,), ""),
    ("estate drawn", ("cameras", "map", "beruang-madu-proposal", "--png", "map.png"), (DONE,), "map.png"),
    (
        "placed",
        (
            "place",
            "--zone",
            "beruang-madu",
            "--budget",
            "2",
            "--rounds",
            "2",
            "--time-limit",
            "5",
            "--out",
            "p.toml",
        ),
        (DONE,),
        "p.toml",
    ),
    (
        "compared",
        (
            "compare",
            "today",
            "beruang-madu-proposal",
            "--scenario",
            "beruang-madu",
            "--short",
            "--seeds",
            "2",
            "--out",
            "ab",
        ),
        (DONE,),
        "ab/report.html",
    ),
    ("gate of the geometry", ("validate", "beruang-madu", "--gate", "G0"), (DONE, GATE), ""),
    (
        "rolled out",
        ("rollout", "ktl-2025", "--days", "7", "--seeds", "1", "--out", "rollout"),
        (DONE,),
        "rollout",
    ),
    (
        "dataset made",
        ("dataset", "export", "beruang-madu", "--frames", "1", "--random-cameras", "2", "--out", "set"),
        (DONE,),
        "set/annotations/val.json",
    ),
    ("detectors listed", ("detector", "list"), (DONE,), ""),
    ("detector checked", ("detector", "check", "twin"), (DONE,), ""),
    (
        "detector measured",
        ("detector", "bench", "twin", "--on", "set", "--out", "bench"),
        (DONE,),
        "bench/bench.json",
    ),
    (
        "plates read",
        ("detector", "plates", "--n", "3", "--seed", "12", "--workers", "1", "--out", "plates.json"),
        (DONE,),
        "plates.json",
    ),
    ("scenarios listed", ("scenarios", "list"), (DONE,), ""),
    ("machine looked at", ("doctor",), (DONE,), ""),
)


def test_the_tour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for what, arguments, codes, left in TOUR:
        assert main(arguments) in codes, f"{what}: {capsys.readouterr().err}"
        assert not left or (tmp_path / left).exists(), what


def test_what_is_published_can_be_watched(tmp_path: Path) -> None:
    said = (tmp_path / "publish.txt").open("w")
    line = [sys.executable, "-c", PROGRAM, "cameras", "publish", "beruang-madu", "--only", "1"]
    publisher = subprocess.Popen([*line, "--out", str(tmp_path / "cameras")], stdout=said, stderr=said)
    estate = tmp_path / "cameras" / "mjpeg.toml"
    try:
        for _ in range(240):
            if estate.exists():
                break
            assert publisher.poll() is None, (tmp_path / "publish.txt").read_text()
            time.sleep(0.5)
        else:
            pytest.fail("nothing was published within two minutes")
        code = main(("live", str(estate), "--duration", "6", "--out", str(tmp_path / "live")))
    finally:
        publisher.kill()
        publisher.wait()
        said.close()
    assert code == DONE
    assert (tmp_path / "live" / "cases.db").exists()
