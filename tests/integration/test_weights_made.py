"""Weights from a recipe, the whole way but for the training, which the shipped weights stand in for."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from detectors.detection.learning import Lessons
from scenarios.cli.main import main
from scenarios.errors import InputError
from scenarios.training import making
from scenarios.training.recipe_files import load_recipe

WEIGHTS = Path(str(files("detectors.detection") / "weights" / "twin.onnx"))
SHORT = (
    ("cameras = 2", "cameras = 1"),
    ("frames = 6", "frames = 2"),
    ("seeds = [101, 102]", "seeds = [101, 101]"),
)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    text = load_recipe("smoke").text
    for old, new in SHORT:
        text = text.replace(old, new)
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_recipe_gives_weights_benches_and_a_card_and_nothing_is_done_twice(
    mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    taught: list[Lessons] = []

    def learned(_: Path, lessons: Lessons, work: Path) -> Path:
        taught.append(lessons)
        return work / "weights.pt"

    monkeypatch.setattr(making, "train", learned)
    monkeypatch.setattr(making, "export_onnx", lambda _, __, out: shutil.copy(WEIGHTS, out))
    work = tmp_path / "work"
    said = ["detector", "train", str(mine), "--work", str(work)]
    assert main(said) == 0
    out = capsys.readouterr().out
    assert "test: mAP50" in out
    assert str(work / "mine.onnx") in out
    for split in ("train", "val", "test"):
        assert any((work / "pictures" / split / "images" / split).glob("*.jpg"))
    card = (work / "card.md").read_text(encoding="utf-8")
    assert "| mAP50 |" in card
    assert str(tmp_path) not in card
    pictures = {file: file.stat().st_mtime_ns for file in work.rglob("*.jpg")}
    assert main(said) == 0
    assert len(taught) == 1
    assert {file: file.stat().st_mtime_ns for file in work.rglob("*.jpg")} == pictures


def test_a_folder_that_another_recipe_began_is_refused(mine: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (work / "recipe.toml").write_text("# another", encoding="utf-8")
    with pytest.raises(InputError, match="begun by another recipe"):
        making.make(load_recipe(str(mine)), work)
