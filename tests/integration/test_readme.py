import io
import json
import os
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from detectors.detection.sidecar import Sidecar, read_sidecar
from scenarios.cli.main import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs" / "decisions").glob("*.md"))]


def fenced(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def shell_lines(program: str) -> list[list[str]]:
    lines = [line.split("#")[0] for block in fenced("sh") for line in block.splitlines()]
    return [shlex.split(line) for line in lines if line.startswith(program + " ")]


OF_ONES_OWN = [line for line in shell_lines("bconnect") if any("my_detector:" in word for word in line)]
PROGRAM = "import sys; from scenarios.cli.main import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Path:
    """A folder with the detector of the README in its file."""
    detector, _ = fenced("python")
    (tmp_path / "my_detector.py").write_text(detector, encoding="utf-8")
    return tmp_path


def bconnect(command: list[str], place: Path) -> subprocess.CompletedProcess[str]:
    """Run a line of the README where its detector lies."""
    line = [sys.executable, "-c", PROGRAM, *command[1:]]
    plain = {**os.environ, "COLUMNS": "200", "TERM": "dumb", "PYTHONPATH": str(ROOT)}
    return subprocess.run(line, cwd=place, env=plain, capture_output=True, text=True, check=False)


@cache
def help_of(called: tuple[str, ...]) -> str:
    """Return the help page of a command, wide enough that no option is broken."""
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as plain, redirect_stdout(said):
        plain.setenv("COLUMNS", "200")
        plain.setenv("TERM", "dumb")
        assert main([*called, "--help"]) == 0
    return said.getvalue()


def test_the_detector_of_the_example_has_about_twenty_lines() -> None:
    detector, _ = fenced("python")
    assert len(detector.splitlines()) <= 20


def test_the_example_runs_and_follows_its_spot(place: Path) -> None:
    _, example = fenced("python")
    plain = {**os.environ, "PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-c", example]
    done = subprocess.run(line, cwd=place, env=plain, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    numbers = [float(number) for number in re.findall(r"-?\d+\.\d+", done.stdout)]
    assert numbers == pytest.approx([117.0, 80.0, 177.0, 120.0], abs=6)


def test_the_detector_of_the_example_keeps_every_promise(place: Path) -> None:
    (check,) = (line for line in OF_ONES_OWN if line[2] == "check")
    done = bconnect(check, place)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASS" in done.stdout
    assert "FAIL" not in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("command", [line for line in OF_ONES_OWN if line[2] == "bench"], ids=" ".join)
def test_the_detector_of_the_example_is_benched(command: list[str], place: Path) -> None:
    done = bconnect(command, place)
    assert done.returncode == 0, done.stderr
    out = place / (command[command.index("--out") + 1] if "--out" in command else "out/bench")
    told = json.loads((out / "bench.json").read_text(encoding="utf-8"))
    assert told["on"]["pictures"] >= 16
    assert told["detectors"][-1]["name"] == "bright-spot"
    assert (out / "bench.html").is_file()


@pytest.mark.parametrize("command", shell_lines("make"), ids=" ".join)
def test_the_make_jobs_exist(command: list[str]) -> None:
    subprocess.run([*command, "-n"], cwd=ROOT, capture_output=True, check=True)


@pytest.mark.parametrize("command", shell_lines("bconnect"), ids=" ".join)
def test_the_commands_and_their_options_exist(command: list[str]) -> None:
    words = [word for word in command[1:3] if re.fullmatch(r"[a-z]+", word)]
    groups = {"cameras", "cases", "dataset", "detector", "network", "scenarios", "site", "traffic"}
    said = help_of(tuple(words if words[0] in groups else words[:1]))
    for option in (word for word in command if word.startswith("--")):
        assert option in said


def test_every_link_between_the_documents_leads_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"(?<!!)\[[^\]]+\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.lstrip().startswith("GNU AFFERO GENERAL PUBLIC LICENSE")
    assert all(f"\n  {number}. " in text for number in range(18))
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_sidecar_of_the_example_is_one(tmp_path: Path) -> None:
    (written,) = fenced("toml")
    (tmp_path / "mine.toml").write_text(written, encoding="utf-8")
    told = read_sidecar(tmp_path / "mine.onnx")
    assert told.classes == {"angkot": "bus"}
    assert replace(told, classes={}, names=(), size_px=None) == Sidecar()
