import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from numba.core.caching import UserProvidedCacheLocator

ROOT = Path(__file__).parents[2]
PACKAGES = ("detectors", "twin", "hardware_adapters", "scenarios")
PACKAGE_DATA = (
    "scenarios/library/beruang-madu.toml",
    "scenarios/library/sites/contoh.toml",
    "scenarios/plans/beruang-madu.toml",
    "scenarios/locale/en/LC_MESSAGES/bconnect.po",
    "scenarios/locale/id/LC_MESSAGES/bconnect.po",
    "scenarios/reports/report.html",
    "scenarios/reports/report.css",
    "scenarios/reports/report.schema.json",
    "detectors/py.typed",
)

SCENARIO = """
zone = "beruang-madu"
network = "mt-haryono"
plan = "one-camera.toml"
day = 2025-11-27
start = "16:30:00"
end = "16:30:05"
warmup_s = 5
phase = "enforcement"

[short]
start = "16:30:00"
end = "16:30:05"
"""
PLAN = """
[[view]]
name = "kerb"
road = "mth-1.1+"
along_m = 165.0
offset_m = 7.5
height_m = 9.0
aim_along_m = 199.0
aim_offset_m = 3.5
hfov_deg = 58.0
fps = 1.0
size_px = [320, 180]
"""
PROGRAM = "import sys; from scenarios.cli.main import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in PACKAGES:  # a copy: a build leaves its traces in the tree that it builds
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps")
    built = subprocess.run([*pip, "--wheel-dir", out, source], capture_output=True, text=True, check=False)
    if built.returncode and "setuptools" in built.stderr and "No matching distribution" in built.stderr:
        pytest.skip("no setuptools to build with: neither installed nor to be had from an index")
    assert built.returncode == 0, built.stderr
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("target")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps")
    subprocess.run([*pip, "--target", target, wheel], check=True)
    return target


def lend_compiled(target: Path) -> None:
    """Spare the installed twin half a minute of compiling, where the clone's is compiled already."""
    place = UserProvidedCacheLocator.get_suitable_cache_subpath
    cache = Path("twin/__pycache__")
    for folder in (Path("twin/traffic/kernel"), Path("twin/rendering")):
        for found in (ROOT / cache).glob(f"*/{place(ROOT / folder / 'any.py')}"):
            onto = target / cache / found.parent.name / place(target / folder / "any.py")
            shutil.copytree(found, onto, dirs_exist_ok=True)


def away(target: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python outside the clone with the installed wheel before everything else."""
    environment = {**os.environ, "PYTHONPATH": str(target)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_wheel_carries_its_data_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert set(PACKAGE_DATA) <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests", "docs"))]


def test_the_scenarios_are_found_outside_the_clone(installed: Path, tmp_path: Path) -> None:
    listed = away(installed, tmp_path, "-c", PROGRAM, "scenarios", "list")
    assert listed.returncode == 0, listed.stderr
    assert "beruang-madu" in listed.stdout


def test_texts_templates_and_schema_are_found_outside_the_clone(installed: Path, tmp_path: Path) -> None:
    code = (
        "import scenarios.texts as t, scenarios.reports.schema as s, jinja2\n"
        "print(t.__file__)\n"
        "print(t.Texts('id').text('kerb_parking'))\n"
        "print('$schema' in s.schema_text())\n"
        "loader = jinja2.PackageLoader('scenarios', 'reports')\n"
        "print(sorted(n for n in loader.list_templates() if n.startswith('report.'))[:2])\n"
    )
    said = away(installed, tmp_path, "-c", code)
    assert said.returncode == 0, said.stderr
    where, rule, schema, templates = said.stdout.splitlines()
    assert Path(where).is_relative_to(installed)
    assert (rule, schema, templates) == ("Parkir di tepi jalan", "True", "['report.css', 'report.html']")


def test_the_main_job_runs_outside_the_clone(installed: Path, tmp_path: Path) -> None:
    lend_compiled(installed)
    (tmp_path / "evening.toml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "one-camera.toml").write_text(PLAN, encoding="utf-8")
    job = ("validate", "evening.toml", "--workers", "1", "--lang", "en", "--out", "result")
    done = away(installed, tmp_path, "-c", PROGRAM, *job)
    assert done.returncode in (0, 3), done.stderr
    assert "Report: result/report.html" in done.stdout
    result = tmp_path / "result"
    assert "<html" in (result / "report.html").read_text(encoding="utf-8")
    assert json.loads((result / "report.json").read_text(encoding="utf-8"))
    assert len((result / "run" / "kerb.jsonl").read_text(encoding="utf-8").splitlines()) >= 6
    assert (result / "cases.db").is_file()
