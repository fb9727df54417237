"""The house rules that a tool can check beside ruff, mypy and import-linter."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("detectors", "twin", "hardware_adapters", "scenarios")
PRODUCT = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
BLOCKED = ("twin", "simpy", "networkx", "pygame", "cv2", "ultralytics", "torch")
IMPORT_ENGINE = f"""
import sys

class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BLOCKED!r}:
            raise ImportError("the engine must not need " + name)

sys.meta_path.insert(0, Wall())
import detectors.engine
sys.exit(any(name.partition(".")[0] in {BLOCKED!r} for name in sys.modules))
"""


LINT = """
import sys
sys.path.insert(0, ".")
from importlinter.cli import lint_imports_command
lint_imports_command()
"""


def test_the_engine_needs_neither_the_twin_nor_a_picture_library() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ENGINE], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("word", ["utils", "helpers", "common"])
def test_no_module_is_a_drawer_of_odds_and_ends(word: str) -> None:
    assert [path for path in PRODUCT if path.stem == word or word in path.parent.parts] == []


def test_the_product_neither_asserts_nor_prints() -> None:
    found = [f"{path.relative_to(ROOT)}:{line}" for path in PRODUCT for line in _asserts_and_prints(path)]
    assert found == []


def _asserts_and_prints(path: Path) -> list[int]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert)
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print")
    ]


def test_planting_the_twin_in_the_engine_breaks_a_contract(tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    engine = tmp_path / "detectors" / "engine.py"
    engine.write_text(engine.read_text(encoding="utf-8") + "\nimport twin\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "1. scenarios above twin and hardware_adapters above detectors BROKEN" in done.stdout
    assert "detectors.engine -> twin" in done.stdout
