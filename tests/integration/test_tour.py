"""The tour of the README in a short form: each command runs and leaves what it promises."""

from pathlib import Path

import pytest

from scenarios.cli.main import main

pytestmark = pytest.mark.slow
DONE, GATE = 0, 3

TOUR: tuple[tuple[str, tuple[str, ...], tuple[int, ...], str], ...] = (
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
        ("detector", "bench", "twin", "--on", "set", "--json", "b.json"),
        (DONE,),
        "b.json",
    ),
    ("cases listed, of nobody", ("scenarios", "list"), (DONE,), ""),
)


def test_the_tour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for what, arguments, codes, left in TOUR:
        assert main(arguments) in codes, f"{what}: {capsys.readouterr().err}"
        assert not left or (tmp_path / left).exists(), what
